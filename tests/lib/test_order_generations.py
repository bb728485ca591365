"""An order means the same under the names of each generation of the format, and in any mixture of them."""

from decimal import Decimal

import pytest
from orders import guide_order, item_with, order_of

from lib.order.content import PayloadError
from lib.order.field_names import UNDERSTOOD, sent_name
from lib.order.parts import Customer, Payment
from lib.order.payload import parse_order

PAYMENT = {"AmountPaid": 92, "CardType": "Cash", "PaymentMode": 1}
FIRST = {
    "OrderID": 7101, "OrderStatus": 103, "AmountTotal": 25, "AmountDiscount": 6.25, "TaxPercent": 0, "Tax": 0,
    "GrandTotal": 18.75, "AmountPaid": 18.75, "BalanceAmount": 0, "ServiceCharges": 0,
    "CheckoutDate": "10-08-2026 05:16:43 PM", "LocationID": 404, "CustomerName": "", "PaymentMode": 1,
    "OrderDetails": [
        {"ItemID": 170388, "Name": "Oil 5W30", "Price": 25, "Quantity": 1, "DiscountAmount": 0, "Status": 201,
         "Mode": "Add", "OrderDetailPackages": []},
    ],
    "OrderCheckoutDetails": [{"PaymentMode": 1, "AmountPaid": 18.75, "CardType": "Cash", "CardNumber": ""}],
}  # fmt: skip
TODAY = {
    "OrderID": "7102", "OrderDate": "2026-11-15T10:30:00+00:00", "OrderStatus": 103, "customer_ref": "CUST-002",
    "OrderItems": [
        {"OdooItemID": 5, "ItemID": 0, "ItemName": "Chair", "PriceWithoutTax": 100.0, "Quantity": 2,
         "DiscountPercentage": 10},
    ],
    "CheckoutDetails": [{"PaymentMode": 1, "CardType": "Cash", "AmountPaid": 207.0}],
}  # fmt: skip


def error_of(raw):
    with pytest.raises(PayloadError) as caught:
        parse_order(raw)
    return caught.value


def test_the_first_generation():
    order = parse_order(FIRST)
    [item] = order.items
    assert (item.item_id, item.name, item.price, item.quantity) == (170388, "Oil 5W30", 25, 1)
    assert order.payments == (Payment(Decimal("18.75"), "Cash", 1, "", ""),)
    assert (order.grand_total, order.discount, order.charges) == (Decimal("18.75"), Decimal("6.25"), ())
    assert (order.location_id, order.customer) == ("404", None)
    assert order.sold_at.isoformat() == "2026-08-10T17:16:43"
    assert order.warnings == ()


def test_the_names_of_today():
    order = parse_order(TODAY)
    [item] = order.items
    assert (item.odoo_id, item.price, item.gross, item.discount) == (5, 100, 200, 20)
    assert order.prices_exclude_tax and not order.mixes_prices
    assert order.customer == Customer(ref="CUST-002")
    assert order.sold_at.isoformat() == "2026-11-15T10:30:00+00:00"
    assert all(warning.is_note for warning in order.warnings)


@pytest.mark.parametrize("empty", [None, "", " ", []])
def test_the_first_name_that_has_a_value_counts(empty):
    order = guide_order()
    moved = {**order, "OrderItems": empty, "OrderDetails": order["OrderItems"]}
    moved |= {"CheckoutDetails": empty, "OrderCheckoutDetails": order["CheckoutDetails"]}
    assert parse_order(moved) == parse_order(order)
    both = {**order, "OrderDetails": [{"Name": "x"}], "OrderCheckoutDetails": "x"}
    assert parse_order(both) == parse_order(order)


@pytest.mark.parametrize("empty", [None, "", " "])
def test_a_component_may_be_called_by_the_older_name(empty):
    component = {"ItemName": empty, "Name": "Cup", "PriceWithoutTax": 2, "Quantity": 1}
    [item] = parse_order(item_with(OrderDetailPackages=[component])).items
    assert (item.components[0].name, item.components[0].price, item.components[0].named) == ("Cup", 2, True)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"OrderDetails": []}, "OrderDetails"),
        ({"OrderDetails": [{"Name": ["x"]}]}, "OrderDetails[0].Name"),
        ({"OrderDetails": [{"Name": "x", "Quantity": 1, "PriceWithoutTax": "1,5"}]}, "OrderDetails[0].PriceWithoutTax"),
        ({"OrderDetails": [{"Name": "x", "Quantity": 1, "PriceWithoutTax": ""}]}, "OrderDetails[0].PriceWithoutTax"),
        ({"OrderDetails": [{"Name": "x", "Quantity": 1}]}, "OrderDetails[0].Price"),
        ({"OrderItems": [{}], "OrderCheckoutDetails": []}, "OrderItems[0]"),
    ],
)
def test_an_error_names_the_field_that_was_sent(changes, path):
    assert error_of({"OrderID": 1, **changes}).path == path


def test_a_payment_under_its_older_name_is_named():
    raw = guide_order(CheckoutDetails=None, OrderCheckoutDetails=[{"AmountPaid": "x"}])
    assert error_of(raw).path == "OrderCheckoutDetails[0].AmountPaid"
    raw = guide_order(CheckoutDetails=None, OrderCheckoutDetails=[{**PAYMENT, "AmountPaid": 90}])
    [warning] = parse_order(raw).warnings
    assert str(warning) == "AmountPaid is 92, but the OrderCheckoutDetails add up to 90"
    assert (warning.doubt, warning.is_note) == ("amounts_differ", False)


@pytest.mark.parametrize("empty", [None, ""])
def test_a_price_without_tax_counts_where_there_is_no_price(empty):
    order = parse_order(item_with(Price=empty, PriceWithoutTax=70))
    assert (order.items[0].price, order.prices_exclude_tax, order.mixes_prices) == (70, True, False)
    order = parse_order(item_with(Price=80, PriceWithoutTax=70))
    assert (order.items[0].price, order.prices_exclude_tax, order.mixes_prices) == (80, False, False)
    assert parse_order(item_with(Price=0, PriceWithoutTax=70)).items[0].price == 0


def prices(*items):
    entries = [{"ItemName": "x", "Quantity": 1, **item} for item in items]
    order = parse_order(guide_order(OrderItems=entries))
    return order.prices_exclude_tax, order.mixes_prices


def test_prices_of_both_kinds_are_known():
    assert prices({"Price": 1}, {"PriceWithoutTax": 1}) == (False, True)
    assert prices({"PriceWithoutTax": 1}, {"PriceWithoutTax": 2}) == (True, False)
    # What costs nothing, or was not sold, is of neither kind.
    assert prices({"Price": 0}, {"PriceWithoutTax": 1}) == (True, False)
    assert prices({"Price": 1}, {"PriceWithoutTax": 0}) == (False, False)
    assert prices({"PriceWithoutTax": 0}) == (True, False)
    assert prices({"Price": 9, "Quantity": 0}, {"PriceWithoutTax": 1}) == (True, False)
    assert prices({"Price": 9, "Mode": "Void"}, {"PriceWithoutTax": 1}) == (True, False)


@pytest.mark.parametrize("zero", [0, "0", "0.00", None, "", Decimal("0.0")])
def test_a_discount_of_nothing_leaves_it_to_the_percentage(zero):
    assert parse_order(item_with(DiscountAmount=zero, DiscountPercentage=10)).items[0].discount == 8
    assert parse_order(item_with(DiscountAmount=zero)).items[0].discount == 0
    order = order_of((80, 1, 0), AmountDiscount=zero, DiscountPercent="10.0")
    assert order.discount_percent == 10
    assert order.discount in (0, None)


def test_an_amount_goes_before_a_percentage():
    assert parse_order(item_with(DiscountAmount=5, DiscountPercentage=10)).items[0].discount == 5
    order = order_of((80, 1, 0), AmountDiscount=5, DiscountPercent=10)
    assert (order.discount, order.discount_percent) == (5, None)
    assert order_of((80, 1, 0), DiscountPercent=0).discount_percent is None


@pytest.mark.parametrize(
    ("price", "quantity", "percent", "discount"),
    [("1.99", 3, "33.333", "1.9899801"), (80, -1, 10, -8), ("0.1", "0.001", 5, "0.000005"), (-80, 1, 100, -80)],
)
def test_a_percentage_of_a_line_is_exact_and_takes_away(price, quantity, percent, discount):
    raw = item_with(Price=price, Quantity=quantity, DiscountPercentage=percent, OrderDetailPackages=[])
    assert parse_order(raw).items[0].discount == Decimal(discount)


@pytest.mark.parametrize("percent", [-1, 101, "100.01", "10%", "1,0", True, []])
def test_what_is_no_percentage_is_refused_by_its_name(percent):
    raw = item_with(DiscountAmount=0, DiscountPercentage=percent)
    assert percent == [] or error_of(raw).path == "OrderItems[0].DiscountPercentage"
    assert percent == [] or error_of(guide_order(DiscountPercent=percent)).path == "DiscountPercent"


def test_payments_of_nothing_say_that_nothing_was_to_be_paid():
    free = {**TODAY, "CheckoutDetails": [{"AmountPaid": 0, "CardType": "Cash"}]}
    assert (parse_order(free).payments, parse_order(free).amount_paid) == ((), 0)
    assert parse_order({**TODAY, "CheckoutDetails": []}).amount_paid is None


def test_other_facts_of_an_order():
    order = parse_order(guide_order(LocationID=0, OrderType=" Dine In ", Remark="", Note="no sugar", OrderTakerID=17.0))
    assert (order.location_id, order.order_type, order.note, order.order_taker) == ("0", "Dine In", "no sugar", "17")
    assert order.warnings == ()
    assert parse_order(guide_order(Remark="first", Note="second")).note == "first"
    assert parse_order(guide_order(Remark=5, LocationID="B-1")).note == "5"
    order = parse_order(guide_order())
    assert (order.location_id, order.order_type, order.note, order.order_taker) == ("", "", "", "")


def test_a_remark_of_any_length_and_kind_refuses_no_order():
    assert parse_order(guide_order(Remark="a\x07b\nc" + "d" * 5000)).note == "ab c" + "d" * 1994 + "…"
    assert parse_order(guide_order(Remark="e" * 2000)).note == "e" * 2000
    for changes in ({"Remark": {}}, {"OrderType": "x" * 501}, {"OrderType": [1]}, {"OrderTakerID": True}):
        order = parse_order(guide_order(**changes))
        assert (order.note, order.order_type, order.order_taker) == ("", "", "")
        assert [str(warning).endswith("It was ignored") for warning in order.warnings] == [True]
        assert not order.warnings[0].is_note


@pytest.mark.parametrize("value", [{}, [], True, "x" * 65])
def test_a_location_that_is_none_is_refused(value):
    assert error_of(guide_order(LocationID=value)).path == "LocationID"


def test_what_is_understood_is_not_kept_as_unread():
    order = parse_order(guide_order(**dict.fromkeys(UNDERSTOOD - {"OrderID", "OrderItems", "OrderDetails"}), Extra=7))
    assert order.further == (("Extra", 7),)
    for raw in (FIRST, TODAY):
        assert parse_order(raw).further == ()


def test_the_name_for_a_message():
    assert sent_name({}, ("a", "b")) == "a"
    assert sent_name({"b": None}, ("a", "b")) == "b"
    assert sent_name({"a": 0, "b": 1}, ("a", "b")) == "a"
    assert sent_name({"a": 0, "b": 1}, ("a", "b"), zero_counts=False) == "b"
    assert sent_name({"a": False, "b": 1}, ("a", "b"), zero_counts=False) == "a"
