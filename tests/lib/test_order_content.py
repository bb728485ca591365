"""The stored form of an order: no card data, nothing that cannot be stored, and the same for equal content."""

import copy
from decimal import Decimal

import pytest
from orders import GUIDE_ORDER, guide_order

from lib.order.content import PayloadError, redact
from lib.order.payload import parse_order
from lib.strict_json import dumps, loads

PAN = "4111111111111111"


def test_card_numbers_are_reduced_to_their_last_four_digits():
    raw = {
        "CardNumber": "4111-1111-1111-1234",
        "cardnumber": 4111111111111111,
        "card_no": {"value": [PAN], "OrderID": PAN},
        "CARD NUMBER": "XXXXXXXXXXXX9876",
        "PAN": PAN,
        "CVV": "123",
        "Remark": f"paid with 4111 1111 1111 1111 123, not 4111111111111112 or {PAN}.",
        "Account": int(PAN),
        "ReferenceID": PAN,
        "OrderItems": [{"ItemName": PAN, "CardNumber": PAN}],
        "CheckoutDetails": [{"CardNumber": "", "CardType": f"Visa {PAN}"}, {"CardNumber": None}],
    }
    before = copy.deepcopy(raw)
    assert redact(raw) == {
        "CardNumber": "****1234",
        "cardnumber": "****1111",
        "card_no": {"value": ["****1111"], "OrderID": "****1111"},
        "CARD NUMBER": "****9876",
        "PAN": "****1111",
        "CVV": "",
        "Remark": "paid with ****1111, not 4111111111111112 or ****1111.",
        "Account": "****1111",
        "ReferenceID": "****1111",
        "OrderItems": [{"ItemName": "****1111", "CardNumber": "****1111"}],
        "CheckoutDetails": [{"CardNumber": "", "CardType": "Visa ****1111"}, {"CardNumber": None}],
    }
    assert raw == before
    assert redact(redact(raw)) == redact(raw)


def test_a_card_number_reaches_no_part_of_the_order():
    details = [{"AmountPaid": 92, "CardNumber": PAN, "CardType": f"Visa {PAN}"}]
    assert PAN not in repr(parse_order(guide_order(CheckoutDetails=details)))
    with pytest.raises(PayloadError) as caught:
        parse_order(guide_order(CheckoutDetails=[{"AmountPaid": PAN}]))
    assert PAN not in str(caught.value)


def test_redacting_keeps_everything_else():
    assert redact(loads(GUIDE_ORDER)) == loads(GUIDE_ORDER)
    assert redact({"a": (0.1, None, True)}) == {"a": [Decimal("0.1"), None, True]}


@pytest.mark.parametrize(
    "value",
    [float("nan"), Decimal("Infinity"), 10**5000, Decimal("1E+999999"), "\0", "\ud800", b"", {1: 2}, {"\0": 1}],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_stored_is_refused(value):
    with pytest.raises(PayloadError, match=r"^Remark "):
        redact({"Remark": value})


def stored(raw):
    """The form of an order that the inbox stores and compares."""
    return dumps(redact(raw))


def test_equal_content_is_stored_in_one_form():
    other = loads(GUIDE_ORDER.replace('"GrandTotal": 92.0', '"GrandTotal": 92'))
    assert stored(other) == stored(loads(GUIDE_ORDER)) == stored(dict(reversed(other.items())))
    assert stored(loads(stored(other))) == stored(other) == stored(redact(other))


@pytest.mark.parametrize(
    "changes", [{"GrandTotal": 92.01}, {"OrderStatus": "104"}, {"Remark": ""}, {"AmountPaid": "92.00"}]
)
def test_other_content_is_stored_in_another_form(changes):
    assert stored(guide_order(**changes)) != stored(guide_order())
