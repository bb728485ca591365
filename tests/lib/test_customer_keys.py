import pytest

from lib.order.customer_keys import is_same_vat, remember_key, vat_forms, vat_key
from lib.order.parts import Customer


@pytest.mark.parametrize(
    ("vat", "key"),
    [
        ("BE 0477.472.701", "BE0477472701"),
        (" che-123.456.788 MWST", "CHE123456788"),
        ("CHE123456788", "CHE123456788"),
        ("CHE12345678 TVA", "CHE12345678TVA"),
        ("gr 123 456 783", "EL123456783"),
        ("GRAB1", "GRAB1"),
        ("", ""),
        (None, ""),
        ("/", ""),
        ("N/A", ""),
        ("none", ""),
        ("000000", ""),
        ("12", ""),
    ],
)
def test_a_vat_number_is_compared_without_punctuation(vat, key):
    assert vat_key(vat) == key


@pytest.mark.parametrize(
    ("vat", "country", "other", "other_country"),
    [
        ("BE0477472701", "", "BE0477472701", ""),
        ("BE 0477.472.701", "", "BE0477472701", "BE"),
        ("BE0477472701", "", "0477472701", "BE"),
        ("BE0477472701", "", "0477472701", ""),
        ("0477472701", "be", "BE0477472701", "BE"),
        ("0477472701", "", "0477472701", "BE"),
        ("EL123456783", "", "123456783", "GR"),
        ("EL123456783", "", "GR123456783", "GR"),
        ("XI123456789", "", "GB123456789", "GB"),
        ("CHE-123.456.788 MWST", "", "CHE123456788", "CH"),
        ("CHE123456788IVA", "", "CHE-123.456.788 TVA", "CH"),
    ],
)
def test_the_prefix_may_be_missing_on_one_side(vat, country, other, other_country):
    assert is_same_vat(vat, country, other, other_country)


@pytest.mark.parametrize(
    ("vat", "country", "other", "other_country"),
    [
        ("BE0477472701", "", "NL0477472701", "NL"),
        ("BE0477472701", "", "0477472701", "NL"),
        ("0477472701", "", "BE0477472701", "BE"),
        ("0477472701", "NL", "0477472701", "BE"),
        ("0477472701", "NL", "BE0477472701", "BE"),
        ("0477472701", "Belgium", "BE0477472701", "BE"),
        ("BE0477472701", "", "BE0477472702", "BE"),
        ("136695976", "", "DE136695976", "DE"),
        ("CHE123456788", "", "CHE123456789MWST", "CH"),
        ("/", "", "/", ""),
        ("BE0477472701", "", None, "BE"),
    ],
)
def test_another_country_or_number_is_another_customer(vat, country, other, other_country):
    assert not is_same_vat(vat, country, other, other_country)


def test_all_texts_are_searched_that_may_be_stored():
    assert vat_forms("BE 0477.472.701", "") == {"BE 0477.472.701", "BE0477472701", "0477472701"}
    assert vat_forms("0477472701", "be") == {"0477472701", "BE0477472701"}
    assert vat_forms("0477472701", "Belgium") == {"0477472701"}
    assert vat_forms("/", "be") == set()
    assert vat_forms("gr 123456783", "") == {"gr 123456783", "GR123456783", "EL123456783", "123456783"}
    assert vat_forms("123456783", "gr") == {"GR123456783", "EL123456783", "123456783"}
    swiss = vat_forms("CHE123456788", "")
    assert swiss == vat_forms("CHE-123.456.788 TVA", "")
    assert {"CHE123456788", "CHE-123.456.788", "CHE123456788MWST", "CHE-123.456.788 IVA"} < swiss


def test_a_customer_is_remembered_by_the_first_thing_that_identifies_one():
    everything = {"name": "Anna", "phone": "1", "ref": "R", "vat": "be 0477472701"}
    assert remember_key(Customer(external_id="17", **everything), "a@example.com") == "17"
    assert remember_key(Customer(**everything), "a@example.com") == "a@example.com"
    assert remember_key(Customer(**everything), "") == "VAT BE0477472701"
    assert remember_key(Customer(name="Anna", ref="R"), "") == "Ref R"
    assert remember_key(Customer(name="Anna", phone="1"), "") == ""
