from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.opal.address import Phone, split_phone, split_street


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("Musterstraße 12", "DE", ("Musterstraße", "12", "")),
        ("Musterstr. 12a", "DE", ("Musterstr.", "12a", "")),
        ("Am Markt 3 b", "DE", ("Am Markt", "3 b", "")),
        ("Lange Gasse 12 - 14", "DE", ("Lange Gasse", "12-14", "")),
        ("Straße des 17. Juni 135", "DE", ("Straße des 17. Juni", "135", "")),
        ("Straße des 17. Juni", "DE", ("Straße des 17. Juni", "", "")),
        ("Platz der 3 Eichen", "DE", ("Platz der 3 Eichen", "", "")),
        ("Hauptstr. 5 1/2", "DE", ("Hauptstr.", "5 1/2", "")),
        ("Hauptstr. Nr. 5", "DE", ("Hauptstr.", "5", "")),
        ("Hauptstr. 5 Hinterhaus", "DE", ("Hauptstr.", "5", "Hinterhaus")),
        ("Hauptstr. 5, 3. OG links", "DE", ("Hauptstr.", "5", "3. OG links")),
        ("Q7, 24", "DE", ("Q7", "24", "")),
        ("Postfach", "DE", ("Postfach", "", "")),
        ("Kärntner Straße 21/3/12", "AT", ("Kärntner Straße", "21/3/12", "")),
        ("Prinsengracht 263-H", "NL", ("Prinsengracht", "263-H", "")),
        ("Via Roma, 12/A", "IT", ("Via Roma", "12/A", "")),
        ("Calle Mayor, nº 5", "ES", ("Calle Mayor", "5", "")),
        ("ul. Długa 12/14", "PL", ("ul. Długa", "12/14", "")),
        ("12 bis rue de Rivoli", "FR", ("rue de Rivoli", "12 bis", "")),
        ("12, rue de Rivoli", "FR", ("rue de Rivoli", "12", "")),
        ("221B Baker Street", "GB", ("Baker Street", "221B", "")),
        ("350 5th Ave Apt 12", "US", ("5th Ave Apt 12", "350", "")),
        ("5th Avenue", "US", ("5th Avenue", "", "")),
        ("1600 Pennsylvania Avenue NW", "DE", ("Pennsylvania Avenue NW", "1600", "")),
        ("  Musterstraße   12  ", "DE", ("Musterstraße", "12", "")),
        ("", "DE", ("", "", "")),
        ("12", "DE", ("12", "", "")),
    ],
)
def test_street_and_house_number(text, country, expected):
    assert split_street(text, country) == expected


@given(st.text(max_size=60), st.sampled_from(["DE", "US", "FR", ""]))
def test_no_letter_or_digit_of_a_street_is_lost(text, country):
    lost = Counter(filter(str.isalnum, text))
    lost.subtract(filter(str.isalnum, "".join(split_street(text, country))))
    assert not -lost
    # "Nr." and "No." before the number say nothing that the number's own field does not.
    assert set("".join(lost.elements()).casefold()) <= set("nroº")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+49 30 1234567", Phone("+49", "30", "1234567")),
        ("+49 (0)30 123 45 67", Phone("+49", "30", "1234567")),
        ("0049 89/98765-43", Phone("+49", "89", "9876543")),
        ("030 / 1234567", Phone("+49", "30", "1234567")),
        ("(0511) 12 34 56", Phone("+49", "511", "123456")),
        ("+493012345678", Phone("+49", "30", "12345678")),
        ("0171-2345678", Phone("+49", "171", "2345678")),
        ("015112345678", Phone("+49", "1511", "2345678")),
        ("+43 1 5330000", Phone("+43", "1", "5330000")),
        ("+1 (415) 555-0132", Phone("+1", "415", "5550132")),
        ("+39 06 1234567", Phone("+39", "06", "1234567")),
        ("+3531234567", Phone("+353", "", "1234567")),
        ("030 1234567 ext. 12", Phone("+49", "30", "1234567")),
        ("", Phone()),
        ("keine", Phone()),
    ],
)
def test_phone_parts(text, expected):
    assert split_phone(text) == expected


def test_a_phone_without_calling_code_takes_the_one_given():
    assert split_phone("01 5330000", 43) == Phone("+43", "1", "5330000")
    assert split_phone("01 5330000", 0) == Phone("", "01", "5330000")


@given(st.text(max_size=40))
def test_any_text_may_stand_where_a_phone_number_should(text):
    phone = split_phone(text)
    assert all(character.isdigit() for character in phone.area + phone.number)
