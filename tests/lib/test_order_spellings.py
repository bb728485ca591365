import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.order.spellings import decode_entities, name_key, product_names, split_code

SPELLINGS = {
    "Kollektionen & Boxen": (
        "Kollektionen &amp; Boxen",
        "Kollektionen &amp;amp; Boxen",
        "KOLLEKTIONEN &#38; Boxen",
        "Kollektionen &#x26; Boxen",
        "Kollektionen&nbsp;&amp;&nbsp;Boxen",
    ),
    "Caf\u00e9 au lait": ("Cafe\u0301 au lait", "CAF\u00c9 AU LAIT", "Caf&eacute; au lait", "Caf&amp;eacute; au lait"),
    "Red Wine": (
        "Red\u00a0Wine",
        "Red  Wine",
        " Red Wine ",
        "Red\u2009Wine",
        "Red\u3000Wine",
        "Red\tWine",
        "Re\u200bd Wine",
        "\ufeffRed Wine",
        "R\u00aded Wine",
        "Red &nbsp; Wine",
    ),
    "Stra\u00dfe": ("STRASSE", "strasse", "STRA\u1e9eE"),
    "\u0130stanbul \u00c7ay\u0131": ("istanbul \u00e7ay\u0131", "ISTANBUL \u00c7AYI", "I\u0307STANBUL C\u0327AYI"),
    "\u039f\u03b4\u03cc\u03c2": ("\u039f\u0394\u038c\u03a3", "\u03bf\u03b4\u03cc\u03c3"),
    "\u041c\u043e\u043b\u043e\u043a\u043e \u0439\u043e\u0433\u0443\u0440\u0442": (
        "\u041c\u041e\u041b\u041e\u041a\u041e \u0419\u041e\u0413\u0423\u0420\u0422",
        unicodedata.normalize("NFD", "\u043c\u043e\u043b\u043e\u043a\u043e \u0439\u043e\u0433\u0443\u0440\u0442"),
    ),
}


@pytest.mark.parametrize(("name", "spelling"), [(name, text) for name, texts in SPELLINGS.items() for text in texts])
def test_spellings_of_one_name_are_equal(name, spelling):
    assert name_key(spelling) == name_key(name)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Cafe", "Caf\u00e9"),
        ("Red Wine", "RedWine"),
        ("Milk 1.5%", "Milk 15%"),
        ("Product", "Product 2"),
        ("Children's", "Children\u2019s"),
        ("O\u0442 A", "Ot A"),
    ],
)
def test_other_names_are_not(name, other):
    assert name_key(name) != name_key(other)


def test_only_whole_entities_are_decoded():
    for name in ("R&D", "AT&T", "Salt&copper", "A &b; C", "M&M;s", "&"):
        assert decode_entities(name) == name


def test_no_name_has_no_key():
    assert [name_key(name) for name in (None, "", "  ", "\u200b", "&nbsp;")] == [""] * 5


@given(st.text(max_size=40))
def test_a_key_is_its_own_key_and_that_of_every_form(name):
    key = name_key(name)
    assert name_key(key) == key or "&" in key
    for form in ("NFC", "NFD"):
        assert name_key(unicodedata.normalize(form, name)) == key
    assert name_key(f"\u2003{name}\u00a0") == key


@given(st.text(max_size=40).filter(lambda text: "&" not in text))
def test_escaping_a_name_changes_nothing(name):
    assert name_key(html.escape(name)) == name_key(html.escape(html.escape(name))) == name_key(name)


def test_a_display_name_is_taken_apart():
    assert split_code("[A-17] Chair (Red, L)") == ("A-17", "Chair (Red, L)")
    assert split_code("Chair [A-17]") == ("", "Chair [A-17]")
    assert split_code("[A-17]") == ("", "[A-17]")
    assert product_names("Chair (wood) (Red, L)") == ["Chair (wood)", "Chair"]
    assert product_names("Chair (Red, L (large))") == ["Chair (Red, L", "Chair"]
    assert product_names("Chair (Red") == product_names("(Red)") == product_names("Chair") == []
    assert len(product_names("A" + "(" * 1000 + ")")) <= 5
