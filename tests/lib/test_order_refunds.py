"""What a refund or a cancelled order says: read, or refused with a sentence that names the field."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orders import guide_order
from strategies import json_values

from lib.order.content import PayloadError, redact
from lib.order.parts import RefundPayload
from lib.order.payload import parse_order
from lib.order.refunds import (
    MAX_REFUNDS,
    has_refunds,
    listed_refunds,
    parse_cancellation,
    parse_refund,
    refund_id,
)
from lib.order.sameness import refund_key

PAYMENT = {"AmountPaid": 92.0, "CardType": "Cash", "PaymentMode": 1}


def listed(**refund) -> RefundPayload:
    """The only refund in the list of an order."""
    ((_key, payload),) = listed_refunds(guide_order(Refunds=[refund]))
    return parse_refund(payload)


def refunded_order(sale=None, sold_total=None, **values) -> RefundPayload:
    """An order that came again with a refund status; the sample order is its sale unless another one is given."""
    order = guide_order(OrderStatus=106, **values)
    return parse_refund(order, parse_order(guide_order()) if sale is None else sale or None, sold_total)


# ---- a list of refunds ----


def test_an_entry_of_refunds_is_read_with_its_items_and_payments():
    refund = listed(
        RefundID="R-1",
        RefundDate="2026-11-20T10:00:00Z",
        Items=[
            {"ItemName": "Product Name", "Quantity": 2, "Amount": 18.4, "Restock": False},
            {"SKU": "A", "Amount": "5"},
        ],
        CheckoutDetails=[{"AmountPaid": 23.4, "CardType": "Voucher"}],
        Tax=3,
        Reason="broken",
    )
    goods, money = refund.items
    assert (refund.external_id, refund.refund_id, refund.reason, refund.is_rest) == ("639", "R-1", "broken", False)
    assert (goods.name, goods.quantity, goods.amount, goods.restock) == ("Product Name", 2, Decimal("18.4"), False)
    assert (money.sku, money.quantity, money.amount, money.restock) == ("A", None, 5, None)
    assert [(payment.amount, payment.card_type) for payment in refund.payments] == [(Decimal("23.4"), "Voucher")]
    assert (refund.tax, refund.total, refund.refunded_at.isoformat()) == (3, None, "2026-11-20T10:00:00+00:00")


def test_quantities_amounts_and_payments_count_without_their_sign():
    refund = listed(
        Items=[{"ItemName": "A", "Quantity": -2, "Amount": -4}],
        Amount=-4,
        CheckoutDetails=[{**PAYMENT, "AmountPaid": -4}],
    )
    assert (refund.items[0].quantity, refund.items[0].amount, refund.total) == (2, 4, 4)
    assert refund.payments[0].amount == 4


def test_a_refund_without_items_is_of_all_that_is_left():
    assert listed(RefundID=1).is_rest
    assert listed(RefundID=1, Items=[]).is_rest
    assert not listed(RefundID=1, Items=[{"ItemName": "A", "Quantity": 1}]).is_rest


@pytest.mark.parametrize("nothing", [{"Quantity": 0}, {"Quantity": 2, "Mode": "void"}])
def test_items_of_which_nothing_came_back_are_not_all_that_is_left(nothing):
    refund = listed(RefundID=1, Items=[{"ItemName": "A", **nothing}])
    assert (refund.items, refund.is_rest) == ((), False)


@pytest.mark.parametrize("restock", [True, False])
def test_where_goods_go_brings_none_back(restock):
    items = [{"ItemName": "Product Name", "Quantity": 0}]
    ((_key, payload),) = listed_refunds(guide_order(Refunds=[{"Items": items, "Restock": restock}]))
    refund = parse_refund(payload, parse_order(guide_order()))
    assert (refund.items, refund.is_rest) == ((), False)


@pytest.mark.parametrize("nothing", [{"Quantity": 0}, {"Quantity": 2, "Mode": "void"}])
def test_an_order_that_names_nothing_that_came_back_has_to_say_what_was_paid_back(nothing):
    items = [{"ItemName": "Product Name", "Price": 80.0, **nothing}]
    unpaid = {"CheckoutDetails": [], "AmountPaid": None, "GrandTotal": None}
    assert not refunded_order(OrderItems=items, **unpaid).is_rest
    assert refunded_order(OrderItems=items, **{**unpaid, "GrandTotal": -92.0}).is_rest
    assert refunded_order(OrderItems=items).is_rest


@pytest.mark.parametrize(
    "paid",
    [
        {"Amount": 0},
        {"Amount": "0.00", "CheckoutDetails": [{**PAYMENT, "AmountPaid": 0}]},
        {"CheckoutDetails": [{**PAYMENT, "AmountPaid": 0}]},
        {"AmountPaid": 0},
    ],
)
def test_nothing_paid_back_is_an_amount_too(paid):
    assert (listed(**paid).total, listed(**paid).payments) == (0, ())
    assert listed().total is None


def test_the_currency_is_that_of_the_refund():
    assert (listed(Currency="EUR").currency, listed().currency) == ("EUR", "")
    assert refunded_order(Currency="EUR").currency == "EUR"


def test_no_tax_is_a_tax_too():
    assert (listed(Tax=0).tax, listed().tax) == (0, None)


def test_whether_goods_go_back_to_stock_is_said_for_each_item_or_for_all():
    items = [{"ItemName": "A", "Quantity": 1, "Restock": "yes"}, {"ItemName": "B", "Quantity": 1}]
    assert [item.restock for item in listed(Items=items).items] == [True, None]
    assert [item.restock for item in listed(Items=items, Restock=False).items] == [True, False]


@pytest.mark.parametrize(("one", "other"), [(5, "5"), (5, " 5 "), (5, 5.0), ("R", " R "), (None, ""), ("\u0665", "5")])
def test_a_refund_id_is_the_same_however_it_is_written(one, other):
    assert refund_id({"RefundID": one}) == refund_id({"RefundID": other})


def test_a_refund_id_cannot_be_taken_for_a_refund_without_one_or_for_a_cancellation():
    ids = {refund_id({"RefundID": name}) for name in (None, "refund", "cancellation", "Refund")}
    assert len(ids) == 4


def test_each_refund_of_an_order_has_a_payload_with_the_order_and_itself_only():
    order = guide_order(LocationID=4, Refunds=[{"RefundID": 1}, {"RefundID": 2, "Items": []}])
    payloads = listed_refunds(order)
    assert payloads == [
        ("1", {"OrderID": 639, "LocationID": 4, "Refunds": [{"RefundID": 1}]}),
        ("2", {"OrderID": 639, "LocationID": 4, "Refunds": [{"RefundID": 2, "Items": []}]}),
    ]
    assert parse_refund(payloads[0][1]).location_id == "4"


@pytest.mark.parametrize(
    "refunds",
    ["all", 5, {"RefundID": 1}, [None], ["R-1"], [[]], [{"RefundID": number} for number in range(MAX_REFUNDS + 1)]],
)
def test_a_list_that_cannot_be_read_is_one_refund_that_is_refused(refunds):
    ((key, payload),) = listed_refunds(guide_order(Refunds=refunds))
    assert key == "refund"
    with pytest.raises(PayloadError, match="Refunds"):
        parse_refund(payload)


@pytest.mark.parametrize("refunds", [None, [], "", " "])
def test_an_order_without_refunds_lists_none(refunds):
    assert not has_refunds(guide_order() | {"Refunds": refunds})
    assert listed_refunds(guide_order() | {"Refunds": refunds}) == []


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"Quantity": 1}, "Refunds[0].Items[0]"),
        ({"ItemName": "A"}, "Refunds[0].Items[0].Quantity"),
        ({"ItemName": "A", "Quantity": 1, "Amount": 0}, "Refunds[0].Items[0].Amount"),
        ({"ItemName": "A", "Quantity": "1,5"}, "Refunds[0].Items[0].Quantity"),
        ({"ItemName": "A", "Quantity": 1, "Restock": "perhaps"}, "Refunds[0].Items[0].Restock"),
        ({"ItemName": "A", "Quantity": -1, "Amount": 5}, "Refunds[0].Items"),
    ],
)
def test_an_item_that_cannot_be_read_is_named(item, field):
    with pytest.raises(PayloadError) as caught:
        listed(Items=[item])
    assert caught.value.path == field


def test_payments_in_both_directions_are_refused():
    with pytest.raises(PayloadError, match="CheckoutDetails"):
        listed(Items=[{"ItemName": "A", "Quantity": 1}], CheckoutDetails=[PAYMENT, {**PAYMENT, "AmountPaid": -1}])


def test_a_date_that_cannot_be_read_is_a_warning():
    refund = listed(RefundDate="yesterday")
    assert refund.refunded_at is None
    assert [message.doubt for message in refund.warnings] == ["date_differs"]


# ---- an order with a refund status ----


def test_all_the_goods_of_the_sale_are_all_that_is_left():
    item = guide_order()["OrderItems"][0]
    assert refunded_order(
        OrderItems=[{**item, "Quantity": -1}], CheckoutDetails=[{**PAYMENT, "AmountPaid": -92}]
    ).is_rest
    assert refunded_order(OrderItems=None, CheckoutDetails=None, AmountPaid=None).is_rest


def test_fewer_goods_are_a_part():
    sale = parse_order(guide_order(OrderItems=[{"ItemName": "A", "Price": 10, "Quantity": 3}]))
    part = refunded_order(sale, OrderItems=[{"ItemName": "a", "Price": 10, "Quantity": -2}])
    assert not part.is_rest
    assert (part.items[0].quantity, part.items[0].amount) == (2, None)
    assert refunded_order(sale, OrderItems=[{"ItemName": "a", "Price": 10, "Quantity": -3}]).is_rest


def test_without_the_sale_its_total_decides():
    assert refunded_order(sale=False, sold_total=Decimal("92.00")).is_rest
    assert not refunded_order(sale=False, sold_total=Decimal("184.00")).is_rest


def test_what_was_paid_back_is_what_the_payments_say():
    refund = refunded_order(GrandTotal=-92, CheckoutDetails=[{**PAYMENT, "AmountPaid": -92, "CardType": "Visa"}])
    assert [(payment.amount, payment.card_type) for payment in refund.payments] == [(92, "Visa")]
    assert refund.total == 92


def test_payments_of_the_sale_with_change_are_not_what_was_paid_back():
    paid = [{**PAYMENT, "AmountPaid": 100}]
    sale = parse_order(guide_order(CheckoutDetails=paid, AmountPaid=100))
    refund = refunded_order(sale, CheckoutDetails=paid, AmountPaid=100)
    assert (refund.is_rest, refund.payments, refund.total) == (True, (), 92)


def test_when_it_was_refunded_is_when_the_order_was_last_changed():
    refund = refunded_order(LastUpdated="2026-11-20T10:00:00Z", OrderDate="2026-11-01T10:00:00Z")
    assert refund.refunded_at.isoformat() == "2026-11-20T10:00:00+00:00"
    assert refunded_order(OrderDate="2026-11-01T10:00:00Z").refunded_at is None


def test_an_amount_of_an_item_is_what_was_paid_back_for_it():
    item = {"ItemName": "Product Name", "Price": 80, "Quantity": -1, "DiscountAmount": 5, "Amount": -40}
    (back,) = refunded_order(OrderItems=[item]).items
    assert (back.quantity, back.amount, back.priced, back.discount) == (1, 40, 75, 5)


def test_charges_and_discounts_count_with_the_sign_of_the_items():
    item = {"ItemName": "Product Name", "Price": 80, "Quantity": -1}
    charges = {"DeliveryCharges": -5, "ServiceCharges": 3}
    figures = refunded_order(OrderItems=[item], AmountTotal=-80, AmountDiscount=-2, **charges).figures
    assert (figures.amount_total, figures.discount, figures.discount_percent) == (80, 2, None)
    assert {charge.type: charge.amount for charge in figures.charges} == {"delivery": 5, "service": -3}
    percent = listed(Items=[{"ItemName": "A", "Quantity": 1}], DiscountPercent=50).figures
    assert (percent.discount, percent.discount_percent) == (None, 50)


@pytest.mark.parametrize(
    "values", [{"Price": "7,50"}, {"Price": 10, "DiscountPercentage": "25%"}, {"DiscountAmount": 1}]
)
def test_a_price_has_to_be_readable_where_nothing_else_says_what_was_paid_back(values):
    item = {"ItemName": "A", "Quantity": 1, **values}
    with pytest.raises(PayloadError, match=r"Refunds\[0\]\.Items\[0\]\."):
        listed(Items=[item])
    refund = listed(Items=[item], Amount=5)
    assert (refund.total, refund.items[0].priced, len(refund.warnings)) == (5, None, 1)


@pytest.mark.parametrize("figures", [{"AmountTotal": 4}, {"AmountDiscount": 1}, {"DeliveryCharges": 2}])
def test_other_figures_make_another_refund_only_if_nothing_else_says_what_was_paid_back(figures):
    base = {"OrderID": 1, "OrderStatus": 106, "OrderItems": [{"ItemName": "A", "Quantity": -1}]}
    assert refund_key(base) != refund_key({**base, **figures})
    assert refund_key({**base, "GrandTotal": 5}) == refund_key({**base, "GrandTotal": 5, **figures})


# ---- a cancelled order ----


def test_a_cancelled_order_is_the_refund_of_all_that_is_left():
    refund = parse_cancellation(guide_order(OrderStatus="Cancelled"))
    assert (refund.refund_id, refund.is_rest, refund.items, refund.payments) == ("cancellation", True, (), ())
    assert refund.total is None


def test_negative_payments_of_a_cancelled_order_were_paid_back():
    order = guide_order(OrderStatus="Cancelled", CheckoutDetails=[{**PAYMENT, "AmountPaid": -92}])
    assert [payment.amount for payment in parse_cancellation(order).payments] == [92]


def test_negative_payments_of_a_cancelled_return_are_those_of_the_return():
    payments = [{**PAYMENT, "AmountPaid": -92}]
    items = [{"ItemName": "Product Name", "Price": 80.0, "Quantity": -1}]
    totals = {"AmountTotal": -80, "Tax": -12, "GrandTotal": -92, "AmountPaid": -92}
    order = guide_order(OrderItems=items, CheckoutDetails=payments, **totals)
    assert parse_cancellation({**order, "OrderStatus": "Cancelled"}, parse_order(order)).payments == ()


def test_a_cancelled_order_may_say_that_its_goods_stay_away():
    sale = parse_order(guide_order())
    refund = parse_cancellation(guide_order(OrderStatus="Cancelled", Restock=False), sale)
    assert [(item.name, item.restock) for item in refund.items] == [("Product Name", False)]


def test_a_cancelled_order_needs_nothing_but_its_id():
    assert parse_cancellation({"OrderID": 7}).external_id == "7"
    assert parse_cancellation({"OrderID": 7, "CheckoutDetails": "none", "OrderItems": 5}).payments == ()


# ---- the same refund ----


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({}, {"Reason": "broken"}, True),
        ({"Amount": 5}, {"Amount": "5.00"}, True),
        ({}, {"LastUpdated": "2026-11-20T10:00:00Z"}, True),
        ({}, {"Items": [{"ItemName": "A", "Quantity": -1}]}, True),
        ({}, {"Items": [{"ItemName": "A", "Quantity": 2}]}, False),
        ({}, {"Amount": 5}, False),
        ({}, {"Currency": "EUR"}, False),
        ({}, {"RefundDate": "2026-11-20T10:00:00Z"}, False),
        ({}, {"CheckoutDetails": [PAYMENT]}, False),
    ],
)
def test_items_money_and_date_make_a_refund(one, other, is_same):
    base = {"RefundID": 1, "Items": [{"ItemName": "A", "Quantity": 1}]}
    keys = [refund_key({"OrderID": 1, "Refunds": [base | values]}) for values in (one, other)]
    assert (keys[0] == keys[1]) == is_same


@pytest.mark.parametrize(("paid", "is_same"), [({}, False), ({"CheckoutDetails": [PAYMENT]}, True)])
def test_a_price_makes_another_refund_only_if_nothing_else_says_what_was_paid_back(paid, is_same):
    items = [{"ItemName": "A", "Quantity": -1, "Price": price} for price in (4, 10)]
    keys = [refund_key({"OrderID": 1, "OrderStatus": 106, "OrderItems": [item], **paid}) for item in items]
    assert (keys[0] == keys[1]) == is_same


def test_refunds_that_cannot_be_read_are_the_same_if_they_say_the_same():
    assert refund_key({"OrderID": 1, "Refunds": 5}) == refund_key({"OrderID": 1, "Refunds": 5, "OrderStatus": 106})
    assert refund_key({"OrderID": 1, "Refunds": 5}) != refund_key({"OrderID": 1, "Refunds": 6})


# ---- anything ----


@given(json_values())
def test_whatever_is_sent_is_read_or_refused(value):
    for read in (parse_refund, parse_cancellation):
        try:
            assert read(value).refund_id
        except PayloadError as error:
            assert str(error)


@given(json_values(), json_values())
def test_whatever_is_listed_is_read_or_refused(refunds, item):
    for content in (refunds, [refunds], [{"Items": [item]}], [{"Items": item, "CheckoutDetails": [item]}]):
        try:
            order = redact({"OrderID": 1, "Refunds": content})
        except PayloadError:
            continue
        for key, payload in listed_refunds(order):
            assert key
            assert refund_key(payload)
            try:
                parse_refund(payload)
            except PayloadError as error:
                assert str(error)


@given(st.integers(1, 5), st.integers(1, 5))
def test_a_part_is_whole_only_with_all_of_the_goods(sold, back):
    sale = parse_order(guide_order(OrderItems=[{"ItemName": "A", "Price": 1, "Quantity": sold}]))
    refund = refunded_order(sale, OrderItems=[{"ItemName": "A", "Price": 1, "Quantity": -back}])
    assert refund.is_rest == (sold == back)
