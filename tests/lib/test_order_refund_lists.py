"""Items and payments of a refund under other names: understood, or refused, never passed over."""

import pytest
from orders import guide_order
from test_order_refunds import PAYMENT, listed, refunded_order

from lib.order.content import PayloadError
from lib.order.payload import parse_order

OIL = {"ItemName": "Oil", "Quantity": 1}
UNPAID = {"CheckoutDetails": None, "AmountPaid": None, "GrandTotal": None}


@pytest.mark.parametrize(
    "name", ["Items", "RefundItems", "OrderItems", "OrderDetails", "items", "LineItems", "line_items", "Lines"]
)
def test_items_have_several_names(name):
    refund = listed(**{"RefundID": 1, name: [OIL]})
    assert not refund.is_rest
    assert [(item.name, item.quantity) for item in refund.items] == [("Oil", 1)]
    refund = refunded_order(**{"OrderItems": None, name: [OIL], **UNPAID})
    assert not refund.is_rest
    assert [item.name for item in refund.items] == ["Oil"]


def test_what_came_back_counts_before_what_was_sold():
    refund = refunded_order(RefundItems=[OIL])
    assert [item.name for item in refund.items] == ["Oil"]


@pytest.mark.parametrize(
    "values",
    [
        {"products": [{"title": "Oil", "qty": 1}]},
        {"Items": [], "Goods": [OIL]},
        {"Item": OIL},
        {"Refund": {"Items": [OIL]}},
        {"VoucherLines": [OIL]},
    ],
)
def test_a_refund_without_items_must_not_have_another_list_that_may_be_these(values):
    name = list(values)[-1]
    for further in ({}, {"Amount": 5}, {"CheckoutDetails": [PAYMENT]}):
        with pytest.raises(PayloadError) as caught:
            listed(RefundID=1, **values, **further)
        assert caught.value.path == f"Refunds[0].{name}"
        assert "must list that as Items" in str(caught.value)
    with pytest.raises(PayloadError) as caught:
        refunded_order(**{"OrderItems": None, **UNPAID, **values})
    assert caught.value.path == name


def test_an_order_with_a_refund_status_may_have_other_lists_if_its_amount_says_what_came_back():
    assert refunded_order(OrderItems=None, StatusHistory=[{"Status": 106}]).is_rest


@pytest.mark.parametrize(
    "values",
    [
        {"Discounts": [{"Amount": 1}]},
        {"Charges": [{"Type": "delivery", "Amount": 1}]},
        {"Taxes": [{"Rate": 15}]},
        {"Tags": ["broken"]},
        {"products": []},
        {"Employee": {"Name": "Anna"}},
        {"Customer": {"Name": "Anna"}},
    ],
)
def test_what_says_nothing_of_goods_does_no_harm(values):
    assert listed(RefundID=1, **values).is_rest


def test_with_its_items_a_refund_may_have_other_lists():
    refund = listed(RefundID=1, Items=[OIL], products=[OIL], History=[{"Name": "Anna"}])
    assert len(refund.items) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"Payments": [{"amount": 5, "method": "Card"}]},
        {"RefundPayments": [PAYMENT]},
        {"Details": [PAYMENT]},
        {"payment": {"amount": 5}},
        {"CheckoutDetails": [], "checkoutDetails": [PAYMENT]},
    ],
)
def test_payments_under_another_name_are_not_passed_over(values):
    name = list(values)[-1]
    for further in ({}, {"Items": [OIL]}, {"Items": [OIL], "Amount": 5}):
        with pytest.raises(PayloadError) as caught:
            listed(RefundID=1, **values, **further)
        assert caught.value.path == f"Refunds[0].{name}"
        assert "must list that as CheckoutDetails" in str(caught.value)
    with pytest.raises(PayloadError, match=name):
        refunded_order(**{**UNPAID, **values})


def test_with_its_payments_a_refund_may_have_other_lists():
    assert len(listed(RefundID=1, Items=[OIL], CheckoutDetails=[PAYMENT], PaymentLog=[PAYMENT]).payments) == 1
    assert len(listed(RefundID=1, Items=[OIL], AmountPaid=5, PaymentLog=[PAYMENT]).payments) == 1


@pytest.mark.parametrize("name", ["Items", "RefundItems", "LineItems", "products"])
def test_an_order_whose_items_have_another_name_is_refused(name):
    order = guide_order()
    with pytest.raises(PayloadError, match="OrderItems must be a list"):
        parse_order({**order, "OrderItems": None, name: order["OrderItems"]})
