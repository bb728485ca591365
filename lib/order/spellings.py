"""Which spellings of names and ids mean the same, and `ItemKey`, by which the product of an item is found.

Nothing is guessed.
"""

import html
import re
import unicodedata
from typing import NamedTuple

# Only with a semicolon at the end, so that "R&D" and "Salt&copper" stay unchanged.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Texts that passed through several systems may be escaped several times ("&amp;amp;").
_MAX_DECODINGS = 5
# Invisible characters: soft hyphen, joiners, direction marks, variation selectors, byte order mark.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_CODED = re.compile(r"\[([^\[\]]+)\]\s*(\S.*)", re.DOTALL)
# Names with more brackets than this are not looked up as names of variants.
_MAX_BRACKETS = 5


class ItemKey(NamedTuple):
    """Identifies the product of an item. Equal keys mean the same product.

    `item_id` is above 0 or None, as is `odoo_id`, which is always Odoo's; texts may be "". For an item without a name,
    its code is used as the name, and `named` is false.
    """

    item_id: int | None
    name: str
    odoo_id: int | None = None
    sku: str = ""
    barcode: str = ""
    named: bool = True

    @property
    def plain(self) -> "ItemKey":
        """The key with the normalized name: equal for all spellings of it."""
        return self._replace(name=name_key(self.name))


def is_same_item(one: ItemKey, other: ItemKey) -> bool:
    """Return whether two keys have an ID, a code or the name in common, and no other ID or code."""
    fields = (
        (one.odoo_id, other.odoo_id),
        (one.item_id, other.item_id),
        (one.sku, other.sku),
        (one.barcode, other.barcode),
    )
    stated = [first == second for first, second in fields if first and second]
    if stated:
        return all(stated)
    return bool(name_key(one.name)) and name_key(one.name) == name_key(other.name)


def plain_id(text: str) -> str:
    """Return an identifier without invisible characters, with digits of any script as ASCII digits.

    Two that look alike are then equal; nothing else is changed, so that different ones stay different.
    """
    if text.isascii():
        return text
    digits = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in _INVISIBLE.sub("", text))
    return "".join(digits).strip()


def name_key(name: str | None) -> str:
    """Return the normalized form of a name, equal for all its spellings; "" for none.

    Spellings may differ in case, Unicode form (NFC, NFD), HTML entities, kind and number of blanks, invisible
    characters, and the Turkish dotted and dotless i.
    """
    text = name or ""
    if not text.isascii() or "&" in text:
        text = _INVISIBLE.sub("", decode_entities(text))
        # Canonical caseless matching (The Unicode Standard, D145).
        text = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
        text = unicodedata.normalize("NFC", text.replace("i\u0307", "i").replace("\u0131", "i"))
    return " ".join(text.casefold().split())


def decode_entities(text: str) -> str:
    """Return `text` with its HTML entities replaced by their characters."""
    for _time in range(_MAX_DECODINGS):
        decoded = _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text
        if decoded == text:
            break
        text = decoded
    return text


def split_code(name: str) -> tuple[str, str]:
    """Return the code and the name in a display name like "[A-17] Chair"; the code is "" if there is none."""
    match = _CODED.fullmatch(name.strip())
    return (match[1].strip(), match[2]) if match else ("", name)


def product_names(name: str) -> list[str]:
    """Return the possible product names for a variant called `name`: "Chair" for "Chair (Red, L)"."""
    names = []
    text = name.rstrip()
    if text.endswith(")"):
        for _bracket in range(_MAX_BRACKETS):
            text = text.rpartition("(")[0].rstrip()
            if not text:
                break
            names.append(text)
    return names
