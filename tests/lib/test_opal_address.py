from collections import Counter

import pytest
from cpu_limit import cpu_limit
from hypothesis import given
from hypothesis import strategies as st

from lib.opal.phone import Phone, split_phone
from lib.opal.street import split_street


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
        ("350 5th Ave Apt 12", "US", ("5th Ave", "350", "Apt 12")),
        ("350 5th Ave # 12", "US", ("5th Ave", "350", "# 12")),
        ("350 E Main St", "US", ("E Main St", "350", "")),
        ("Apt 12, 350 5th Ave", "US", ("5th Ave", "350", "Apt 12")),
        ("Flat 3, 12 High Street", "GB", ("High Street", "12", "Flat 3")),
        ("The Old Mill, 12 High Street", "GB", ("High Street", "12", "The Old Mill")),
        ("No. 5 High Street", "GB", ("High Street", "5", "")),
        ("12 Tower Hill", "GB", ("Tower Hill", "12", "")),
        ("5/12 Smith St", "AU", ("Smith St", "5/12", "")),
        ("12 rue de Rivoli app. 4", "FR", ("rue de Rivoli", "12", "app. 4")),
        ("12 rue de Rivoli, Bât. B, 3e étage", "FR", ("rue de Rivoli", "12", "Bât. B, 3e étage")),
        ("12 rue de Rivoli 3e étage", "FR", ("rue de Rivoli", "12", "3e étage")),
        ("12 B rue de Rivoli", "FR", ("rue de Rivoli", "12 B", "")),
        ("Hauptstraße 5, Wohnung 12", "DE", ("Hauptstraße", "5", "Wohnung 12")),
        ("Hauptstraße 5, Wohnung Nr. 12", "DE", ("Hauptstraße", "5", "Wohnung Nr. 12")),
        ("Hauptstraße 5 Whg. 12", "DE", ("Hauptstraße", "5", "Whg. 12")),
        ("Hauptstraße 5 2.OG", "DE", ("Hauptstraße", "5", "2.OG")),
        ("Hauptstraße 5 (Hinterhaus)", "DE", ("Hauptstraße", "5", "(Hinterhaus)")),
        ("Heidestr. 10 a, c/o Meier", "DE", ("Heidestr.", "10 a", "c/o Meier")),
        ("Hauptstr. 12 -14", "DE", ("Hauptstr.", "12-14", "")),
        ("Hauptstr. 12a-c", "DE", ("Hauptstr.", "12a-c", "")),
        ("Straße 45 Nr. 12", "DE", ("Straße 45", "12", "")),
        ("Am Hof 7", "DE", ("Am Hof", "7", "")),
        ("Platz 1", "DE", ("Platz", "1", "")),
        ("C 4, 12", "DE", ("C 4", "12", "")),
        ("Postfach 12", "DE", ("Postfach 12", "", "")),
        ("P.O. Box 123", "US", ("P.O. Box 123", "", "")),
        ("Hauptstr. 5 Müller", "DE", ("Hauptstr. 5 Müller", "", "")),
        ("Mariahilfer Straße 45 Top 12", "AT", ("Mariahilfer Straße", "45", "Top 12")),
        ("Gasse 12 Stiege 2 Tür 5", "AT", ("Gasse", "12", "Stiege 2 Tür 5")),
        ("Kasteelstraat 1, bus 200A", "BE", ("Kasteelstraat", "1", "bus 200A")),
        ("Kasteelstraat 1 bus 200A", "BE", ("Kasteelstraat", "1", "bus 200A")),
        ("Rue de la Loi 12 bte 5", "BE", ("Rue de la Loi", "12", "bte 5")),
        ("Keizersgracht 12 II", "NL", ("Keizersgracht", "12", "II")),
        ("Bahnhofstrasse 12a", "CH", ("Bahnhofstrasse", "12a", "")),
        ("Via XX Settembre 12", "IT", ("Via XX Settembre", "12", "")),
        ("Via Roma 12 int. 5 scala B piano 2", "IT", ("Via Roma", "12", "int. 5 scala B piano 2")),
        ("Calle Mayor 5, 3º B", "ES", ("Calle Mayor", "5", "3º B")),
        ("Calle Mayor 5 3º B", "ES", ("Calle Mayor", "5", "3º B")),
        ("Calle Mayor, 5, esc. 2, pta. 4", "ES", ("Calle Mayor", "5", "esc. 2, pta. 4")),
        ("Calle Mayor s/n", "ES", ("Calle Mayor s/n", "", "")),
        ("Rua Augusta 12, 3º Esq.", "PT", ("Rua Augusta", "12", "3º Esq.")),
        ("Rua A, 123 - apto 45", "BR", ("Rua A", "123", "apto 45")),
        ("Av. Paulista, 1578 - Bela Vista", "BR", ("Av. Paulista", "1578", "Bela Vista")),
        ("Calle 50 # 12-34", "CO", ("Calle 50", "12-34", "")),
        ("Carrera 7 No. 71-21", "CO", ("Carrera 7", "71-21", "")),
        ("ul. Długa 12 m. 5", "PL", ("ul. Długa", "12", "m. 5")),
        ("Vinohradská 1234/12", "CZ", ("Vinohradská", "1234/12", "")),
        ("17. listopadu 5", "CZ", ("17. listopadu", "5", "")),
        ("Kossuth u. 12. 3. em. 5.", "HU", ("Kossuth u.", "12", "3. em. 5.")),
        ("Nørrebrogade 12, 3. tv", "DK", ("Nørrebrogade", "12", "3. tv")),
        ("Nørrebrogade 12 3. tv", "DK", ("Nørrebrogade", "12", "3. tv")),
        ("Storgatan 12 lgh 1102", "SE", ("Storgatan", "12", "lgh 1102")),
        ("Storgata 12 H0201", "NO", ("Storgata", "12", "H0201")),
        ("Mannerheimintie 12 A 5", "FI", ("Mannerheimintie", "12", "A 5")),
        ("ул. Ленина, д. 12, кв. 5", "RU", ("ул. Ленина", "12", "кв. 5")),
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
    # "Nr." and "No." before the number are redundant in the number's own field.
    assert set("".join(lost.elements()).casefold()) <= set("nroº№")


def test_a_text_that_is_not_an_address_answers_at_once():
    with cpu_limit(0.5):
        for text in (f"Hauptstr. 1{' & 1' * 34}!", "Hauptstr. " + "5 " * 100_000, "1" * 100_000, "a, " * 100_000):
            street, number, addition = split_street(text)
            assert (street.split(), number, addition) == (text.split(), "", "")


@given(
    st.sampled_from(["Hauptstraße", "Am Hof", "Straße des 17. Juni", "Rue de la Loi", "Via 4 Novembre"]),
    st.sampled_from(["5", "12a", "12-14", "12/3", "5 b", "1 1/2"]),
    st.sampled_from([" ", ", "]),
    st.sampled_from(["Top 12", "Wohnung 3", "bus 200A", "Stiege 2", "3. OG", "app. 4", "piano 2", "esc. B", "whg.7"]),
)
def test_what_follows_the_number_is_left_over(street, number, gap, addition):
    for country in ("DE", "AT", "BE", "CH", "IT", "ES", ""):
        assert split_street(f"{street} {number}{gap}{addition}", country) == (street, number, addition)


@given(
    st.sampled_from(["rue de Rivoli", "avenue du 8 Mai", "5th Avenue", "High Street"]),
    st.sampled_from(["5", "12a", "12-14", "12/3", "12 bis"]),
    st.sampled_from([" ", ", "]),
    st.sampled_from(["", "app. 4", "Flat B", "Suite 100", "Bât. C"]),
)
def test_what_follows_a_street_behind_its_number_is_left_over(street, number, gap, addition):
    for country in ("FR", "GB", "US", "LU"):
        text = gap.join(filter(None, (f"{number}{gap}{street}", addition)))
        assert split_street(text, country) == (street, number, addition)


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
