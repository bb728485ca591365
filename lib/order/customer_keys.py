"""What identifies a customer: VAT numbers as they are compared, and the key under which a contact is remembered."""

import re

from .parts import Customer

_NOT_COMPARED = re.compile(r"[^0-9A-Z]")
_MIN_VAT_LENGTH = 4
# Prefixes of VAT numbers that are not the country's ISO code.
_PREFIX_COUNTRIES = {"EL": "GR", "XI": "GB"}
# A Swiss number is the same with and without these letters at its end, which mean VAT in the languages there.
_SWISS = re.compile(r"(CHE[0-9]{9})(MWST|TVA|IVA)?")
_SWISS_ENDS = ("MWST", "TVA", "IVA")
_GREEK = re.compile(r"GR([0-9]{9})")


def vat_key(vat: str | None) -> str:
    """Return a VAT number without blanks and punctuation, in capitals; "" if it cannot be one, as "/", "N/A" or "000".

    "BE 0477.472.701" becomes "BE0477472701", "GR094259216" becomes "EL094259216", and "CHE-116.281.710 MWST"
    "CHE116281710".
    """
    key = _NOT_COMPARED.sub("", (vat or "").upper())
    if swiss := _SWISS.fullmatch(key):
        key = swiss[1]
    elif greek := _GREEK.fullmatch(key):
        key = f"EL{greek[1]}"
    return key if len(key) >= _MIN_VAT_LENGTH and any(digit in key for digit in "123456789") else ""


def vat_number(vat: str | None) -> str:
    """Return a VAT number as `vat_key` does, but without its country prefix."""
    key = vat_key(vat)
    return key[2:] if _prefix(key) else key


def vat_forms(vat: str, country: str) -> set[str]:
    """Return the texts under which a VAT number may be stored, to search for them.

    :param country: the customer's country as sent; used if it is a code of two letters
    """
    key = vat_key(vat)
    if not key:
        return set()
    number, prefix = vat_number(vat), _prefix(key) or (country.upper() if len(country) == 2 else "")
    forms = {vat.strip(), _NOT_COMPARED.sub("", vat.upper()), key, number}
    if prefix:
        same = [name for name, code in _PREFIX_COUNTRIES.items() if code == prefix]
        forms |= {name + number for name in (prefix, *same)}
    if _SWISS.fullmatch(key):
        # As they are stored without and with Odoo's check of VAT numbers.
        plain = (key, f"CHE-{key[3:6]}.{key[6:9]}.{key[9:]}")
        forms |= {*plain, *(f"{form}{gap}{end}" for form in plain for gap in ("", " ") for end in _SWISS_ENDS)}
    return forms


def is_same_vat(vat: str, country: str, other: str | None, other_country: str) -> bool:
    """Return whether two VAT numbers are the same, one of which may lack its prefix.

    :param country: the code of the first number's country, or another text, or ""
    :param other_country: the code of the other number's country, or ""
    """
    key, other_key = vat_key(vat), vat_key(other)
    prefix, other_prefix = _prefix(key), _prefix(other_key)
    code = prefix or (country.upper() if len(country) == 2 else "")
    other_code = other_prefix or other_country.upper()
    if not key or (code and other_code and code != other_code):
        return False
    if key == other_key:
        return True
    if vat_number(vat) != vat_number(other):
        return False
    # A number without prefix is the same only in the same country, or where the contact has none.
    return bool(code) and (code == other_code or not other_code)


def remember_key(customer: Customer, email: str) -> str:
    """Return the text under which the contact of a customer is remembered, or "" if nothing identifies the customer.

    It is the sender's own id. Without one, it is what a new contact will be recognized by.

    :param email: the customer's normalized e-mail address, or ""
    """
    if customer.external_id:
        return customer.external_id
    if email:
        return email
    if vat := vat_key(customer.vat):
        return f"VAT {vat}"
    return f"Ref {customer.ref}" if customer.ref else ""


def _prefix(key: str) -> str:
    """Return the country code that a compared VAT number begins with, or ""."""
    if not key[:2].isalpha():
        return ""
    return _PREFIX_COUNTRIES.get(key[:2], key[:2])
