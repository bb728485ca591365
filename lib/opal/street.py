"""Split a street into its name, the house number, and the rest (such as a flat or a staircase).

This is a small parser over words rather than one regular expression: the meaning of a word depends on its neighbours,
and the text is scanned once. Country formats follow the address standard of the Universal Postal Union (S42).
"""

import re

MAX_LENGTH = 200  # characters; a longer text is not parsed

# Countries that write the house number before the street.
# fmt: off
_NUMBER_FIRST = frozenset((
    "AU", "BB", "CA", "FR", "GB", "GG", "HK", "IE", "IL", "IM", "IN", "JE", "JM", "LK", "LU", "MA", "MC", "MT", "MU",
    "NZ", "PH", "RE", "SG", "TH", "TN", "TT", "US", "ZA",
))
_FRENCH = frozenset(("FR", "LU", "MA", "MC", "RE", "TN"))
# Words that mean "number", which are redundant in the field for the number.
_NUMBER_WORDS = frozenset((
    "nr", "nr.", "no", "no.", "n°", "nº", "n.", "№", "num", "num.", "núm", "núm.", "número", "numero", "numéro", "č",
    "č.", "č.p.", "д", "д.", "дом",
))
# Words that start the part after a number, without the full stop of an abbreviation.
_UNIT_WORDS = frozenset((
    # German
    "aufgang", "dg", "eg", "eingang", "etage", "geb", "gebäude", "halle", "haus", "hh", "hinterhaus", "hof", "hs", "im",
    "links", "mitte", "nebengebäude", "og", "rechts", "rgb", "rückgebäude", "seitenflügel", "sf", "stg", "stiege",
    "stock", "stockwerk", "tor", "tür", "top", "treppe", "ug", "vh", "vorderhaus", "whg", "wohnung", "zimmer",
    # Dutch, French
    "bus", "app", "appartement", "appt", "apt", "bât", "bat", "bâtiment", "batiment", "boîte", "boite", "bte", "bt",
    "esc", "escalier", "étage", "etage", "étg", "porte", "rdc", "résidence", "verdieping",
    # English
    "apartment", "basement", "block", "building", "bldg", "dept", "flat", "fl", "floor", "ground", "level", "lot",
    "office", "penthouse", "rear", "rm", "room", "ste", "suite", "tower", "unit",
    # Italian, Spanish, Portuguese
    "andar", "apto", "apartamento", "bl", "bloco", "bloque", "depto", "dpto", "dto", "escalera", "esq", "fração", "int",
    "interno", "izq", "dcha", "dcho", "local", "loja", "oficina", "palazzina", "pal", "piano", "piso", "planta",
    "portal", "pta", "puerta", "sala", "scala", "sc",
    # Northern and eastern Europe
    "as", "b.j", "em", "emelet", "et", "kl", "korpus", "kv", "kvartira", "leil", "lgh", "lok", "lokal", "m", "mieszk",
    "mf", "ajtó", "byt", "st", "stan", "st.th", "th", "tv", "кв", "квартира", "корп", "к", "стр", "оф",
    # anywhere
    "c/o", "i", "ii", "iii", "iv", "v", "vi",
))
_POST_BOX = frozenset((
    "po box", "p.o. box", "p o box", "post office box", "postfach", "packstation", "postbus", "postboks",
    "boîte postale", "bp", "b.p.", "casella postale", "apartado", "caixa postal", "postilokero",
))
# fmt: on
_SEPARATORS = frozenset((",", ";", "|", "-", "\u2013", "//"))
_JOINERS = "-\u2013/+&"
# 12, 12a, 12bis, 12-14, 21/3/12, 12/A, 263-H, 12a-c
_NUMBER = re.compile(
    r"[0-9]{1,8}(?:[a-z](?![a-z])|bis|ter|quater|½)?(?:[-\u2013/+&][0-9]{1,6}[a-z]?|[-\u2013/+&][a-z]{1,3})*", re.I
)
_PIECE = re.compile(r"[0-9]{1,6}[a-z]?|[a-z]", re.I)
_LETTERS = re.compile(r"[a-z](?:[-\u2013/+&][0-9a-z]{1,3})*", re.I)
_REPEATS = frozenset(("bis", "ter", "quater", "1/2", "½"))
_ORDINAL = re.compile(r"[0-9]{1,3}(?:\.|er|e|ème|eme|º|ª|°|st|nd|rd|th)", re.I)
_GLUED_UNIT = re.compile(r"([^\W\d_]{2,12})\.?[0-9]{1,5}[a-z]?|[0-9]{1,3}\.?(og|ug|eg|dg)|h[0-9]{4}", re.I)
_MANNHEIM = re.compile(r"([A-U]) ?([0-9]{1,2}) ?, ?", re.I)  # its squares are called C 4


def split_street(text: str, country_code: str = "DE") -> tuple[str, str, str]:
    """Return street, house number and the rest (`Hinterhaus`), each possibly empty.

    If the number cannot be identified with certainty, the whole text is returned as the street, unchanged.

    :param country_code: ISO 3166-1 alpha-2; decides on which side of the street the number is looked for first.
    """
    text = " ".join(text.split())
    country = country_code.upper()
    if len(text) > MAX_LENGTH or text.casefold().startswith(_post_boxes()):
        return text, "", ""
    square = _MANNHEIM.match(text) if country == "DE" else None
    if square:
        number, rest = _number_at_start(_words(text[square.end() :]), country)
        return (text[: square.end()].rstrip(" ,"), number, rest) if number else (text, "", "")
    words = _words(text)
    ways = (_first, _last) if country in _NUMBER_FIRST else (_last, _first)
    for way in ways:
        if found := way(words, country):
            return found
    return text, "", ""


def is_house_number(text: str) -> bool:
    """Return whether a text is a house number and nothing else."""
    words = _words(text) if len(text) <= MAX_LENGTH else []
    number = _read_number(words, 0, "") if words else None
    return bool(number) and number[1] == len(words)


def _post_boxes() -> tuple[str, ...]:
    return tuple(f"{name} " for name in _POST_BOX)


def _words(text: str) -> list[str]:
    for sign in ",;|":
        text = text.replace(sign, f" {sign} ")
    return text.split()


def _last(words: list[str], country: str) -> tuple[str, str, str] | None:
    """Find the number after the street: `Hauptstr. 5`, `Hauptstr. 5, Wohnung 12`, `Calle 50 No. 12-34`."""
    found = None
    position = 1
    while position < len(words):
        read = _read_number(words, position, country)
        if not read:
            position += 1
            continue
        number, end = read
        said = _says_number(words[position - 1], country)
        street = words[: position - said]
        # `Hauptstr. 5 Whg. 12`; but `Am Hof 7` is a street, and its number.
        of_a_unit = bool(street) and _is_unit(street[-1]) and any(map(_has_digit, street))
        if not of_a_unit and _has_letter(street) and (said or _begins_rest(words, end)):
            found = _text(street), number, _text(words[end:])
            if said:
                return found
            # If a word for "number" follows later, the house number comes after it: `Calle 50 No. 12`.
            if not any(_says_number(word, country) for word in words[end:]):
                return found
        position = end
    return found


def _first(words: list[str], country: str) -> tuple[str, str, str] | None:
    """Find the number before the street: `12, rue de Rivoli`, `Flat 3, 12 High Street`, `350 5th Ave Apt 12`."""
    start = 0
    while start < len(words):
        begin = start + (words[start].casefold() in _NUMBER_WORDS)
        read = _read_number(words, begin, country, before_street=True) if begin < len(words) else None
        if read:
            number, end = read
            end += end < len(words) and words[end] in (",", ";")
            stop = _street_end(words, end)
            if not _has_letter(words[end:stop]) or _is_numbered_unit(words, end):
                return None
            return _text(words[end:stop]), number, ", ".join(filter(None, (_text(words[:start]), _text(words[stop:]))))
        # The part before a comma may be the name of a house, or a flat.
        if "," not in words[start:]:
            return None
        start = words.index(",", start) + 1
    return None


def _number_at_start(words: list[str], country: str) -> tuple[str, str]:
    read = _read_number(words, 0, country) if words else None
    if not read or not _begins_rest(words, read[1]):
        return "", ""
    return read[0], _text(words[read[1] :])


def _read_number(words: list[str], position: int, country: str, before_street: bool = False) -> tuple[str, int] | None:
    """Return the house number that starts at a word, and the position after it; None if there is none."""
    number = words[position]
    position += 1
    if number[-1] == "." and _begins_rest(words, position):  # Hungarian: 12.
        number = number[:-1]
    trailing = len(number) > 1 and number[-1] in _JOINERS and number[:-1].isdigit()
    if not _NUMBER.fullmatch(number.rstrip(_JOINERS) if trailing else number):
        return None
    while position < len(words):
        word = words[position]
        following = words[position + 1] if position + 1 < len(words) else ""
        if trailing:  # 12- 14
            if not _PIECE.fullmatch(word):
                return None
            number, trailing = number + word, False
        elif len(word) == 1 and word in _JOINERS and _PIECE.fullmatch(following):  # 12 - 14
            number += word + following
            position += 1
        elif word[0] in _JOINERS and _PIECE.fullmatch(word[1:]):  # 12 -14
            number += word
        elif word.casefold() in _REPEATS or (  # 12 bis; 3 b, 12 a-c
            number[-1].isdigit() and _is_letter_of_number(word, following, country, before_street)
        ):
            number += f" {word}"
        else:
            break
        position += 1
    return None if trailing else (number, position)


def _is_letter_of_number(word: str, following: str, country: str, before_street: bool) -> bool:
    if not _LETTERS.fullmatch(word):
        return False
    if before_street:
        # 12 B rue de Rivoli; but 350 E Main Street.
        return country in _FRENCH and len(following) > 1
    # Finnish: 12 A 5 is staircase A, flat 5.
    return not following.isdigit()


def _begins_rest(words: list[str], position: int) -> bool:
    """Return whether a number may end here: nothing follows, or nothing that could be part of a street name."""
    if position >= len(words):
        return True
    word = words[position]
    following = words[position + 1] if position + 1 < len(words) else ""
    return (
        word in _SEPARATORS
        or word[0] in "(#"
        or _is_unit(word)
        or bool(_LETTERS.fullmatch(word) and following.isdigit())
        or bool(_ORDINAL.fullmatch(word) and (not following or _is_unit(following) or len(following) == 1))
    )


def _street_end(words: list[str], start: int) -> int:
    """Return the position where a street that starts at a word ends: at a comma, or at a flat with its number."""
    for position in range(start, len(words)):
        word = words[position]
        if word in (",", ";", "|") or word[0] == "#":
            return position
        is_floor = position > start + 1 and bool(_ORDINAL.fullmatch(words[position - 1]))  # 3e étage
        if position > start and _is_unit(word) and (is_floor or _is_numbered_unit(words, position)):
            return position - is_floor
    return len(words)


def _is_unit(word: str) -> bool:
    name = word.casefold().strip(".():")
    if name in _UNIT_WORDS:
        return True
    glued = _GLUED_UNIT.fullmatch(word)
    return bool(glued) and (glued[1] is None or glued[1].casefold() in _UNIT_WORDS)


def _is_numbered_unit(words: list[str], position: int) -> bool:
    """Return whether a flat with its number or letter starts at a word, rather than a name such as `Tower Hill`."""
    following = words[position + 1] if position + 1 < len(words) else ""
    return _is_unit(words[position]) and (
        _has_digit(words[position]) or _has_digit(following) or (len(following) == 1 and following.isalpha())
    )


def _says_number(word: str, country: str) -> bool:
    return word.casefold() in _NUMBER_WORDS or (word == "#" and country == "CO")


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _has_letter(words: list[str]) -> bool:
    return any(character.isalpha() for word in words for character in word)


def _text(words: list[str]) -> str:
    """Return the words as a text, with commas attached to the word before and without separators at the ends."""
    return " ".join(words).replace(" ,", ",").replace(" ;", ";").strip(" ,;|-\u2013")
