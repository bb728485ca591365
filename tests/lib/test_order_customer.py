"""The customer is read from any of the field names, and is never a reason to refuse the sale."""

from decimal import Decimal

import pytest
from hypothesis import given
from orders import guide_order
from strategies import json_values

from lib.order.parts import Customer
from lib.order.payload import parse_order

FLAT = {
    "partner_id": 7, "customer_ref": "CUST-002", "CustomerID": 12, "CustomerName": " Ada Lovelace ",
    "CustomerEmail": "ada@example.com", "CustomerContact": "+49 151 12345678",
}  # fmt: skip
NESTED = {
    "ID": 12, "Ref": "CUST-002", "Name": "Ada Lovelace", "Email": "ada@example.com", "Phone": "+49 151 12345678",
    "VAT": "DE123456788", "Street": "Main St 1", "City": "Berlin", "Zip": 10115, "Country": "DE",
}  # fmt: skip
WHOLE = Customer(
    None, "12", "CUST-002", "Ada Lovelace", "ada@example.com", "+49 151 12345678", "DE123456788", "Main St 1",
    "Berlin", "10115", "DE",
)  # fmt: skip


def parsed(**values):
    return parse_order(guide_order(**values))


def test_the_customer_in_fields_of_the_order():
    order = parsed(**FLAT)
    expected = Customer(7, "12", "CUST-002", "Ada Lovelace", "ada@example.com", "+49 151 12345678")
    assert (order.customer, order.warnings) == (expected, ())


def test_the_customer_as_an_object():
    order = parsed(Customer=NESTED)
    assert (order.customer, order.warnings) == (WHOLE, ())


def test_both_mixed():
    mixed = {"CustomerName": "Grace Hopper", "CustomerEmail": "", "CustomerContact": None, "customer_ref": "-"}
    customer = parsed(**mixed, Customer={**NESTED, "partner_id": [7, "Ada"]}).customer
    assert (customer.name, customer.email, customer.ref, customer.odoo_id) == (
        "Grace Hopper", "ada@example.com", "CUST-002", 7,
    )  # fmt: skip


@pytest.mark.parametrize("empty", [None, "", "  ", "-", " -- ", 0, "0", False, [], {}, Decimal(0)])
def test_a_customer_of_nothing_is_none(empty):
    fields = dict.fromkeys([*FLAT, "Customer"], empty)
    assert (parsed(**fields).customer, parsed(**fields).warnings) == (None, ())
    order = parsed(Customer=dict.fromkeys(NESTED, empty))
    assert (order.customer, order.warnings) == (None, ())
    assert parsed().customer is None


@pytest.mark.parametrize("value", [7, "7", " 7 ", Decimal("7.0"), "7.0", [7, "Ada"], ["7"], [7]])
def test_the_id_of_a_contact_in_odoo(value):
    for order in (parsed(partner_id=value), parsed(Customer={"partner_id": value})):
        assert (order.customer, order.warnings) == (Customer(odoo_id=7), ())


@pytest.mark.parametrize("value", ["Ada", True, -7, 2**31, 10**17, 7.5, {"id": 7}, [[7]], ["Ada", 7], "7,0", [True]])
def test_what_is_no_id_of_a_contact_is_ignored_with_a_warning(value):
    order = parsed(partner_id=value)
    assert order.customer is None
    [warning] = order.warnings
    assert str(warning) == "partner_id must be the id of a contact in Odoo. It was ignored"
    assert not warning.is_note


@pytest.mark.parametrize("value", [12, "12", "12.0", Decimal("12.00"), " 12 "])
def test_one_number_of_the_sender_however_it_is_written(value):
    assert parsed(CustomerID=value).customer == parsed(Customer={"ID": value}).customer == Customer(external_id="12")


def test_a_number_below_zero_is_no_customer():
    assert parsed(CustomerID=-1).customer is None
    assert parsed(CustomerID="A-1").customer.external_id == "A-1"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("CustomerEmail", "none"), ("CustomerEmail", "a@b@c"), ("CustomerEmail", "a@b.c, d@e.f"),
        ("CustomerEmail", "@b"), ("CustomerEmail", "a@"), ("CustomerEmail", "a" * 250 + "@b.cd"),
        ("CustomerEmail", 5), ("CustomerEmail", ["a@b.c"]),
        ("CustomerContact", "none"), ("CustomerContact", 5.5), ("CustomerContact", True),
        ("CustomerName", {"First": "Ada"}),
        ("CustomerName", "x" * 501), ("CustomerName", "a\x07b"), ("CustomerID", "x" * 65), ("customer_ref", ["x"]),
        ("Customer", "Ada"), ("Customer", ["Ada"]), ("Customer", 5), ("Customer", True),
    ],
    ids=ascii,
)  # fmt: skip
def test_odd_contact_data_is_ignored_with_a_warning(key, value):
    order = parsed(**{key: value})
    assert order.customer is None
    [warning] = order.warnings
    assert str(warning).startswith(key) and str(warning).endswith(". It was ignored")
    assert not warning.is_note


def test_the_next_name_takes_the_place_of_one_that_cannot_be_used():
    order = parsed(CustomerEmail="none", Customer={"Email": "ada@example.com"})
    assert order.customer == Customer(email="ada@example.com")
    assert len(order.warnings) == 1


def test_a_phone_number_may_come_as_a_number():
    assert parsed(CustomerContact=966501234567).customer.phone == "966501234567"


@pytest.mark.parametrize("value", [True, "true", " TRUE ", 1, "1", "yes", Decimal("1")])
def test_an_invoice_is_wanted(value):
    assert parsed(Invoice=value).wants_invoice


@pytest.mark.parametrize("value", [None, False, "false", 0, "0", "no", "", " "])
def test_no_invoice_is_wanted(value):
    assert (parsed(Invoice=value).wants_invoice, parsed(Invoice=value).warnings) == (False, ())


@pytest.mark.parametrize("value", ["maybe", 2, -1, [], {}, [True], "INV/2026/001"])
def test_what_is_neither_yes_nor_no_is_a_warning(value):
    order = parsed(Invoice=value)
    assert order.wants_invoice is False
    assert tuple(map(str, order.warnings)) == ("Invoice must be true or false. It was ignored",)


@given(json_values(), json_values(), json_values())
def test_no_contact_data_refuses_an_order(value, other, third):
    # What cannot be stored at all is refused wherever it stands.
    try:
        plain = parse_order(guide_order(x=[value, other, third]))
    except ValueError:
        return
    for raw in (
        guide_order(partner_id=value, CustomerEmail=other, CustomerID=third, Customer=value),
        guide_order(Customer={"ID": value, "Email": other, "Phone": third, "partner_id": [value]}),
        guide_order(CustomerName=value, CustomerContact=other, Invoice=third, OrderDate=value, Remark=other),
    ):
        assert parse_order(raw).items == plain.items
