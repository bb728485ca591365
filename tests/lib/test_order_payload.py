"""Orders in the format of `docs/order_format.md`: what is read, and what is refused."""

from decimal import Decimal

import pytest
from orders import guide_order, item_with, order_of

from lib.order.content import PayloadError
from lib.order.parts import Component, Item, Payment
from lib.order.payload import external_id, order_status, parse_order


def error_of(raw):
    with pytest.raises(PayloadError) as caught:
        parse_order(raw)
    assert len(str(caught.value)) < 200
    assert str(caught.value.message) == str(caught.value)
    return caught.value


def test_the_order_of_the_guide():
    order = parse_order(guide_order())
    assert order.external_id == "639"
    assert order.status == "103"
    component = Component(175741, "Component Item", Decimal(20), Decimal(2))
    assert order.items == (Item(None, "Product Name", Decimal(80), Decimal(1), Decimal(0), (component,)),)
    assert order.payments == (Payment(Decimal(92), "Cash", 1, "", ""),)
    assert (order.amount_total, order.grand_total, order.amount_paid) == (80, 92, 92)
    assert (order.tax, order.tax_percent, order.discount, order.balance) == (12, 15, 0, 0)
    assert order.warnings == ()


@pytest.mark.parametrize("value", [639, "639", " 639 ", 639.0, Decimal("639.0"), Decimal("6.39E+2"), "639.0", "639.00"])
def test_one_order_id_however_it_is_written(value):
    assert external_id({"OrderID": value}) == "639"


@pytest.mark.parametrize("value", ["A-17", "007", "639.5", "1e3", "طلب", "x" * 64])
def test_an_order_id_of_text_is_kept(value):
    assert external_id({"OrderID": f" {value}\n"}) == value


@pytest.mark.parametrize(
    "value",
    [None, "", "  ", True, 639.5, float("nan"), Decimal("Infinity"), Decimal("1E+999"), [], {},
     "a\0b", "a\x1bb", "\ud800", "x" * 65],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_order_id_is_refused(value):
    with pytest.raises(PayloadError, match=r"^OrderID "):
        external_id({"OrderID": value})


@pytest.mark.parametrize("raw", [None, 5, "639", [], [{"OrderID": 1}]])
def test_an_entry_that_is_no_object_is_refused(raw):
    for function in (external_id, order_status, parse_order):
        with pytest.raises(PayloadError, match=r"^The order must be an object\.$"):
            function(raw)


def test_the_status_has_one_form():
    assert order_status({"OrderStatus": 103}) == order_status({"OrderStatus": "103.0"}) == "103"
    assert order_status({"OrderStatus": " Paid "}) == "Paid"
    assert order_status({}) == order_status({"OrderStatus": None}) == ""


@pytest.mark.parametrize("key", ["OrderID", "OrderItems"])
def test_what_the_order_must_have(key):
    assert error_of(guide_order(**{key: None})).path == key


@pytest.mark.parametrize("key", ["Price", "Quantity"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_what_an_item_must_have(key, value):
    what = key.lower()
    assert str(error_of(item_with(**{key: value}))) == f"Item 1 has no {what} (OrderItems[0].{key} is missing)."


def test_a_payment_must_have_an_amount():
    error = error_of(guide_order(CheckoutDetails=[{"AmountPaid": 92.0}, {"CardType": "Cash"}]))
    assert str(error) == "Payment 2 has no amount (CheckoutDetails[1].AmountPaid is missing)."


def test_other_mistakes_name_the_item_as_people_count_them():
    assert str(error_of(item_with(Quantity="many"))).startswith("Item 1: OrderItems[0].Quantity ")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"Price": "92,0"}, "OrderItems[0].Price"),
        ({"Price": float("nan")}, "OrderItems[0].Price"),
        ({"Quantity": True}, "OrderItems[0].Quantity"),
        ({"ItemName": ""}, "OrderItems[0]"),
        ({"ItemName": ["x"]}, "OrderItems[0].ItemName"),
        ({"ItemName": "x" * 1_000_000}, "OrderItems[0].ItemName"),
        ({"ItemName": "a\0b"}, "OrderItems[0].ItemName"),
        ({"ItemName": "a\x07b"}, "OrderItems[0].ItemName"),
        ({"ItemName": "a\udc00b"}, "OrderItems[0].ItemName"),
        ({"ItemName": None, "ItemID": "SKU"}, "OrderItems[0].ItemID"),
        ({"DiscountAmount": 80.5 + 1}, "OrderItems[0].DiscountAmount"),
        ({"OrderDetailPackages": {}}, "OrderItems[0].OrderDetailPackages"),
        ({"OrderDetailPackages": [None]}, "OrderItems[0].OrderDetailPackages[0]"),
        ({"OrderDetailPackages": [{"ItemName": "x"}]}, "OrderItems[0].OrderDetailPackages[0].Quantity"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_error_names_the_field_of_the_item(changes, path):
    assert error_of(item_with(**changes)).path == path


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"OrderItems": []}, "OrderItems"),
        ({"OrderItems": {"ItemName": "x"}}, "OrderItems"),
        ({"OrderItems": [5]}, "OrderItems[0]"),
        ({"OrderItems": [{}] * 5001}, "OrderItems"),
        ({"GrandTotal": "92,0"}, "GrandTotal"),
        ({"GrandTotal": "1e400"}, "GrandTotal"),
        ({"CheckoutDetails": "Cash"}, "CheckoutDetails"),
        ({"CheckoutDetails": [[]]}, "CheckoutDetails[0]"),
        ({"CheckoutDetails": [{"CardType": "Cash"}]}, "CheckoutDetails[0].AmountPaid"),
        ({"CheckoutDetails": [{"AmountPaid": 92, "PaymentMode": "Cash"}]}, "CheckoutDetails[0].PaymentMode"),
        ({"CheckoutDetails": [{"AmountPaid": 92, "ReferenceID": {}}]}, "CheckoutDetails[0].ReferenceID"),
        ({"Remark": "a\0b"}, "Remark"),
        ({"Remark": b"bytes"}, "Remark"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_error_names_the_field_of_the_order(changes, path):
    assert error_of(guide_order(**changes)).path == path


def test_a_nest_of_lists_is_an_error_and_not_the_end_of_the_stack():
    nest = []
    for _level in range(10_000):
        nest = [nest]
    assert "nested deeper" in str(error_of(guide_order(Remark=nest)))


def test_foreign_scripts_and_emoji_pass_unchanged():
    for name in (
        "قهوة عربية",
        "\u200f\u05e9\u05dc\u05d5\u05dd\u200f",
        "☕️ 🍰 \U0001f469\u200d\U0001f373",
        "Zoë's naïve café",
    ):
        assert parse_order(item_with(ItemName=name)).items[0].name == name


def test_blanks_around_names_go_and_line_breaks_become_blanks():
    assert parse_order(item_with(ItemName="  Flat\nWhite\t")).items[0].name == "Flat White"


@pytest.mark.parametrize(
    ("value", "item_id"), [(0, None), (-1, None), (None, None), (7, 7), ("7", 7), (7.0, 7), ("", None)]
)
def test_only_an_item_id_above_zero_counts(value, item_id):
    assert parse_order(item_with(ItemID=value)).items[0].item_id == item_id


def test_an_item_needs_no_name_if_it_has_an_id():
    assert parse_order(item_with(ItemID=7, ItemName=None)).items[0].name == ""


def test_an_item_id_that_is_no_number_is_passed_over_where_there_is_a_name():
    order = parse_order(item_with(ItemID="SKU-1"))
    assert order.items[0].item_id is None
    assert any("OrderItems[0].ItemID" in str(warning) for warning in order.warnings)


def test_totals_may_be_texts_with_thousands_separators():
    order = parse_order(guide_order(GrandTotal="1,092.00", AmountTotal=" 1,000 ", Tax="92"))
    assert (order.grand_total, order.amount_total, order.tax) == (1092, 1000, 92)


@pytest.mark.parametrize("key", ["GrandTotal", "AmountTotal", "AmountPaid"])
def test_an_absent_total_is_a_warning(key):
    order = parse_order(guide_order(**{key: None}))
    assert len(order.warnings) == 1
    assert str(order.warnings[0]).startswith(f"{key} is missing, so ")


def test_an_empty_text_is_an_absent_total():
    assert parse_order(guide_order(GrandTotal=" ")).grand_total is None


def test_a_line_without_quantity_is_left_out_with_a_warning():
    order = guide_order()
    order["OrderItems"].append({"ItemName": "Nothing", "Price": 5, "Quantity": 0})
    parsed = parse_order(order)
    assert [item.name for item in parsed.items] == ["Product Name"]
    assert tuple(map(str, parsed.warnings)) == ("OrderItems[1] has Quantity 0 and was left out",)
    assert error_of(item_with(Quantity=0)).path == "OrderItems"
    assert error_of(item_with(Quantity=0, DiscountAmount=1)).path == "OrderItems[0].DiscountAmount"


def test_components_may_lack_a_price_and_be_absent():
    assert parse_order(item_with(OrderDetailPackages=None)).items[0].components == ()
    components = [{"ItemName": "Cup", "Quantity": 2}, {"ItemName": "Lid", "Quantity": 0}]
    order = parse_order(item_with(OrderDetailPackages=components))
    assert order.items[0].components == (Component(None, "Cup", Decimal(0), Decimal(2)),)
    assert tuple(map(str, order.warnings)) == ("OrderItems[0].OrderDetailPackages[1] has Quantity 0 and was left out",)


@pytest.mark.parametrize("details", [None, []])
def test_without_checkout_details_the_order_is_the_payment(details):
    raw = guide_order(PaymentMode="2", CardType="Visa") | {"CheckoutDetails": details}
    assert parse_order(raw).payments == (Payment(Decimal(92), "Visa", 2, "", ""),)
    del raw["CheckoutDetails"]
    assert parse_order(raw).payments == (Payment(Decimal(92), "Visa", 2, "", ""),)


def test_payments_of_nothing_are_dropped():
    details = [{"AmountPaid": 0, "CardType": "Card"}, {"AmountPaid": "92.0", "CardType": "Cash"}]
    assert [payment.card_type for payment in parse_order(guide_order(CheckoutDetails=details)).payments] == ["Cash"]
    free = parse_order(item_with(Price=0) | {"AmountPaid": 0, "GrandTotal": 0, "CheckoutDetails": None})
    assert free.payments == ()


def test_payments_that_differ_from_amount_paid_are_a_warning():
    order = parse_order(guide_order(AmountPaid="100.00"))
    assert tuple(map(str, order.warnings)) == ("AmountPaid is 100, but the CheckoutDetails add up to 92",)


def test_the_last_digits_of_a_card_and_the_reference():
    details = [{"AmountPaid": 92, "CardType": "Visa", "CardNumber": "4111 1111 1111 1234", "ReferenceID": 778899}]
    assert parse_order(guide_order(CheckoutDetails=details)).payments[0] == Payment(
        Decimal(92), "Visa", None, "778899", "1234"
    )


def test_a_return_has_negative_amounts():
    raw = item_with(Quantity=-1, OrderDetailPackages=[]) | {
        "GrandTotal": -92,
        "AmountPaid": -92,
        "CheckoutDetails": [{"AmountPaid": -92}],
    }
    order = parse_order(raw)
    assert (order.items[0].gross, order.grand_total, order.payments[0].amount) == (-80, -92, -92)


@pytest.mark.parametrize("value", ["USD", " usd ", "840", 840])
def test_what_the_order_calls_its_currency(value):
    assert parse_order(guide_order(Currency=value)).currency == str(value).strip()
    assert parse_order(guide_order()).currency == ""


@pytest.mark.parametrize("value", [{}, ["USD"]])
def test_an_error_names_the_currency(value):
    assert error_of(guide_order(Currency=value)).path == "Currency"


def test_other_numbers_of_the_order_are_kept_unread():
    order = parse_order(guide_order(Packaging=1.5, Extra="5,0", Flag=True, Nested={"Amount": 1}, CoverCount=4))
    assert dict(order.further) == {"Packaging": Decimal("1.5"), "Extra": "5,0", "CoverCount": 4}


@pytest.mark.parametrize("sign", [1, -1])
def test_a_discount_takes_away_whatever_its_sign(sign):
    assert order_of((80, 1, sign * 8), AmountDiscount=sign * 5).items[0].discount == 8
    returned = order_of((80, -1, sign * 8), AmountDiscount=sign * 5)
    assert (returned.items[0].discount, returned.discount) == (-8, -5)


def test_a_discount_that_was_rounded_up_beyond_its_line_keeps_its_direction():
    returned = order_of((1, "-0.5", 1), AmountDiscount=1)
    assert (returned.items[0].gross, returned.items[0].discount, returned.discount) == (Decimal("-0.5"), -1, -1)


@pytest.mark.parametrize("value", ["1,250", " 1,250 ", "1,250.0", "1,250,000", "-1,250"])
def test_a_quantity_with_a_comma_is_refused(value):
    for raw, path in (
        (item_with(Quantity=value), "OrderItems[0].Quantity"),
        (
            item_with(OrderDetailPackages=[{"ItemName": "x", "Quantity": value}]),
            "OrderItems[0].OrderDetailPackages[0].Quantity",
        ),
    ):
        error = error_of(raw)
        assert error.path == path
        assert "without a comma" in str(error)


@pytest.mark.parametrize("value", ["1,092", " -1,092 ", "92,000", "+920,500"])
def test_a_price_whose_comma_may_be_a_decimal_comma_is_refused(value):
    for raw, path in (
        (item_with(Price=value), "OrderItems[0].Price"),
        (
            item_with(OrderDetailPackages=[{"ItemName": "x", "Quantity": 1, "Price": value}]),
            "OrderItems[0].OrderDetailPackages[0].Price",
        ),
    ):
        error = error_of(raw)
        assert error.path == path
        assert "ambiguous" in str(error)


@pytest.mark.parametrize(("value", "price"), [("1,092.00", 1092), ("1,092,000", 1092000), ("1092", 1092)])
def test_a_price_whose_comma_can_only_separate_thousands_is_read(value, price):
    assert parse_order(item_with(Price=value)).items[0].price == price


@pytest.mark.parametrize(("quantity", "part"), [(-2, 2), (2, -2)])
def test_a_component_that_goes_the_other_way_than_its_item_is_refused(quantity, part):
    parts = [{"ItemName": "x", "Quantity": part}]
    error = error_of(item_with(Quantity=quantity, OrderDetailPackages=parts))
    assert error.path == "OrderItems[0].OrderDetailPackages[0].Quantity"


def test_goods_and_money_that_both_come_back_are_refused():
    changes = {"Price": -10, "Quantity": -1, "OrderDetailPackages": []}
    for total in (10, None):
        assert error_of(item_with(**changes) | {"GrandTotal": total}).path == "OrderItems[0]"


def test_a_return_gives_back_a_negative_item_too():
    goods = {"ItemName": "Chair", "Price": 80, "Quantity": -1}
    voucher = {"ItemName": "Voucher", "Price": -10, "Quantity": -1}
    for total in (-70, None):
        order = parse_order(guide_order(OrderItems=[goods, voucher], GrandTotal=total))
        assert [item.gross for item in order.items] == [-80, 10]


@pytest.mark.parametrize(
    ("codes", "name"), [({"SKU": "ap1"}, "ap1"), ({"Barcode": "123"}, "123"), ({"OdooItemID": 5}, "OdooItemID 5")]
)
def test_a_code_in_place_of_a_name_is_known_as_such(codes, name):
    [item] = parse_order(item_with(ItemName=None, **codes)).items
    assert (item.name, item.named, item.key.named) == (name, False, False)
    assert parse_order(item_with(ItemName="ap1", **codes)).items[0].key.named
