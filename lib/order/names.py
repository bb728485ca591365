"""What an item says about its product, and names as people compare them: `name_key` says which spellings are one name.

Nothing is guessed.
"""

import html
import re
import unicodedata
from typing import NamedTuple

# One that ends with a semicolon, so "R&D" and "Salt&copper" stay as they are.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# A text that passed several systems was escaped several times ("&amp;amp;").
_MAX_DECODINGS = 5
# Characters without a width of their own: soft hyphen, joiners, direction marks, variation selectors, byte order mark.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_CODED = re.compile(r"\[([^\[\]]+)\]\s*(\S.*)", re.DOTALL)
# A name with more brackets than this is not looked up as that of a variant.
_MAX_BRACKETS = 5


class ItemKey(NamedTuple):
    """What an item says about which product it is. Equal keys are one product.

    `item_id` is above 0 or None, as is `odoo_id`, which is always Odoo's; texts may be "". An item without a name is
    called by its code.
    """

    item_id: int | None
    name: str
    odoo_id: int | None = None
    sku: str = ""
    barcode: str = ""


def name_key(name: str | None) -> str:
    """The form of a name in which spellings of one name are equal; "" for none.

    They may differ in case, in the Unicode form (NFC, NFD), in HTML entities, in kinds and runs of blanks, in
    characters that cannot be seen, and in the dot of an i, which Turkish writes where others do not.
    """
    text = name or ""
    if not text.isascii() or "&" in text:
        text = _INVISIBLE.sub("", decode_entities(text))
        # Canonical caseless matching (The Unicode Standard, D145).
        text = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
        text = unicodedata.normalize("NFC", text.replace("i\u0307", "i").replace("\u0131", "i"))
    return " ".join(text.casefold().split())


def decode_entities(text: str) -> str:
    """`text` with its HTML entities as the characters that they stand for."""
    for _time in range(_MAX_DECODINGS):
        decoded = _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text
        if decoded == text:
            break
        text = decoded
    return text


def split_code(name: str) -> tuple[str, str]:
    """The code and the rest of a display name like "[A-17] Chair"; the code is "" where there is none."""
    match = _CODED.fullmatch(name.strip())
    return (match[1].strip(), match[2]) if match else ("", name)


def product_names(name: str) -> list[str]:
    """The names that a product may have whose variant is called `name`: "Chair" for "Chair (Red, L)"."""
    names = []
    text = name.rstrip()
    if text.endswith(")"):
        for _bracket in range(_MAX_BRACKETS):
            text = text.rpartition("(")[0].rstrip()
            if not text:
                break
            names.append(text)
    return names
