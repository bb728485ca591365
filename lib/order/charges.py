"""The charges of an order in addition to its items: fees, tips, deposits, money off."""

from decimal import Decimal
from typing import Any

from ..message import Message
from ..message import message as _lt
from .content import PayloadError, join
from .field_names import CHARGES, FLAT_CHARGES, sent_name
from .fields import TOO_MANY, amount, objects, percentage, text
from .parts import CHARGE_TYPES, Charge

MAX_CHARGES = 100

_ZERO = Decimal(0)
_ENDINGS = ("charges", "charge", "fees", "fee", "costs", "cost", "amount", "adjustment")
_SYNONYMS = {
    **{name: name for name in CHARGE_TYPES},
    "shipping": "delivery",
    "tips": "tip",
    "gratuity": "tip",
    "packing": "packaging",
    "package": "packaging",
    "deposits": "deposit",
    "roundoff": "rounding",
    "cashrounding": "rounding",
}


def read_charges(order: dict[str, Any], warnings: list[Message]) -> tuple[Charge, ...]:
    """Return the charges that are not 0, with their sign as sent, also in a return.

    If a type is sent both in its own field and in Charges, and the field is the sum of these entries, these count.
    Otherwise it is unclear whether both belong to the total, so the order is refused.
    """
    flat = [charge for kind, names in FLAT_CHARGES.items() if (charge := _flat_charge(order, kind, names))]
    listed = [charge for path, entry in _entries(order) if (charge := _listed_charge(entry, path, warnings))]
    if not flat or not listed:
        return (*flat, *listed)
    charges = []
    for charge in flat:
        same = [other.amount for other in listed if other.type == charge.type]
        if not same:
            charges.append(charge)
        elif sum(same) == charge.amount:
            warnings.append(_lt("%s and Charges state the same charge, which was counted once", charge.field).as_note())
        else:
            problem = _lt(
                "%(field)s is %(flat)s, but the Charges of this type add up to %(listed)s. Each charge must be sent "
                "once."
            )
            raise PayloadError(
                charge.field, problem, flat=f"{charge.amount.normalize():f}", listed=f"{sum(same).normalize():f}"
            )
    return (*charges, *listed)


def charge_type(name: str) -> str:
    """Return the one of `CHARGE_TYPES` that a type means, ignoring case, blanks and words like "fee"."""
    plain = "".join(character for character in name.casefold() if character.isalnum())
    if plain not in _SYNONYMS:
        plain = next((plain.removesuffix(ending) for ending in _ENDINGS if plain.endswith(ending)), plain)
    return _SYNONYMS.get(plain, "other")


def _flat_charge(order: dict[str, Any], kind: str, names: tuple[str, ...]) -> Charge | None:
    field = sent_name(order, names, zero_counts=False)
    value = amount(order, field, "")
    return Charge(kind, field, value) if value else None


def _entries(order: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return objects(order, CHARGES, "", MAX_CHARGES, TOO_MANY)


def _listed_charge(entry: dict[str, Any], path: str, warnings: list[Message]) -> Charge | None:
    value = amount(entry, "Amount", path)
    if value is None:
        warnings.append(_lt("%s has no Amount and was left out", path).as_note())
    if not value:
        return None
    return Charge(
        type=charge_type(text(entry, "Type", path)),
        field=join(path, "Amount"),
        amount=value,
        name=text(entry, "Name", path),
        tax_percent=percentage(entry, "TaxPercent", path),
    )
