"""What stands beside a card number, or after the name of a code, is not kept. Made-up content takes no time."""

import random
from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orders import guide_order

from lib.order.content import redact
from lib.strict_json import dumps

CARD = "4111111111111111"
CODE_NAMES = (
    "CardCode", "Code", "cc_code", "Cvx", "CardCvx", "Security", "CardSecurity", "SecNo", "Sec", "Verification",
    "Verify", "CardVerification", "Validation", "Check", "CheckDigits", "CSV", "SPC", "4DBC", "CID", "ValidationCode",
    "رمز الأمان", "رمز أمان البطاقة", "رَمز التحقّق", "رقم التحقق", "كود الأمان", "الرقم السري",
)  # fmt: skip
REST_NAMES = (
    "Expiry", "CardExpiry", "ExpiryDate", "expirationDate", "exp_month", "ExpYear", "Exp", "ValidThru", "CardHolder",
    "CardholderName", "Holder", "NameOnCard", "CardOwner", "Karteninhaber", "Gültig bis",
    "تاريخ الانتهاء", "اسم حامل البطاقة",
)  # fmt: skip


def payment(**values):
    return {"CheckoutDetails": [{"AmountPaid": 10, "CardType": "Visa", "CardNumber": CARD, **values}]}


def assert_not_kept(order, *secrets):
    kept = redact(order)
    for secret in secrets:
        assert secret not in dumps(kept), kept
    assert redact(kept) == kept
    return kept


@pytest.mark.parametrize("name", CODE_NAMES)
@pytest.mark.parametrize("value", ["987", 987, Decimal("987.0"), "9870", ["987"], {"value": 987}, {"code": [" 987 "]}])
def test_a_code_beside_a_card_number_is_not_kept(name, value):
    for order in (
        payment(**{name: value}),
        {"CheckoutDetails": [{name: value, "CardNumber": "****1111"}]},
        {"Payment": {"Number": int(CARD), name: value}},
        {"CheckoutDetails": [{"Card": {"Number": CARD}, name: value}]},
        {"rows": [{"PAN": CARD, name: value}]},
        {"CardNumber": {"number": CARD, name: value}},
        {"Card": {"Type": "Visa", name: value}},
    ):
        assert_not_kept(order, "987")


@pytest.mark.parametrize("name", ["CardCode", "CardCvx", "Cvx", "SecNo", "CardSecurity", "رمز الأمان"])
def test_a_code_in_a_payment_is_not_kept_even_without_a_number(name):
    for order in ({"CheckoutDetails": [{name: 987}]}, {"payment": {name: {"code": "987"}}}):
        assert_not_kept(order, "987")


@pytest.mark.parametrize("name", ["CardCode", "Card code", "Cvx", "SecNo"])
def test_a_code_with_such_a_name_as_a_value_in_a_payment_is_not_kept(name):
    for pair in ({"name": name, "value": 987}, [name, "987"], {"label": name, "number": "987"}):
        assert_not_kept({"CheckoutDetails": [{"CardNumber": CARD, "Extra": [pair]}]}, "987")


def test_codes_in_an_order_that_is_its_own_payment_are_not_kept():
    assert_not_kept({"OrderID": 1, "CardNumber": CARD, "Code": "987", "CardCode": 987, "Cvx": "987"}, "987")
    assert_not_kept({"OrderID": 1, "CardNumber": "****1111", "CardCvx": 987, "CardExpiry": "98/7"}, "98")


@pytest.mark.parametrize("name", REST_NAMES)
@pytest.mark.parametrize("value", ["98/76", 9876, "98 7", {"month": 987, "text": "987"}, [987]])
def test_neither_expiry_nor_holder_beside_a_card_number_is_kept(name, value):
    for order in (payment(**{name: value}), {"Card": {"Number": "****1111", name: value}}):
        assert "98" not in dumps(assert_not_kept(order))


@pytest.mark.parametrize(
    "values",
    [[int(CARD), 1227, 987], [CARD, "12/27", "987"], ["987", CARD, 12, 2027], [CARD, "2027-12", " 987 "],
     ["Visa", CARD, "12 / 27", 987, "ok"]],
)  # fmt: skip
@pytest.mark.parametrize("key", ["Card", "CardNumber", "x", "Data"])
def test_expiry_and_code_in_a_list_with_a_card_number_are_not_kept(key, values):
    for order in ({key: values}, {"CheckoutDetails": [{"AmountPaid": 10, key: values}]}, {key: [values]}):
        kept = dumps(assert_not_kept(order, "987", "27"))
        assert "****1111" in kept or "Visa" in values


def test_expiry_and_code_after_the_parts_of_a_number_are_not_kept():
    for parts in (["4111", "1111", "1111", "1111", "12", "27", "987"], ["4111", "1111", "1111", "1112", 12, 27, 987]):
        kept = dumps(assert_not_kept({"CardNumber": parts}, "987"))
        assert sum(map(str.isdigit, kept)) == 4


@pytest.mark.parametrize(
    "order",
    [{"label": "CVV", "number": 987}, {"no": 987, "name": "cvv"}, ["cvv", ":", 987], ["CVV", None, "=", "987"],
     {"name": "cvv", "values": [{"value": 987}]}, {"name": "cvv", "number": {"digits": "987"}}, [["cvv"], [987]],
     [{"name": "cvv"}, {"value": 987}], {"label": "CVV", "number": 987, "amount": 50}, ["cvv", {"value": "987"}],
     {"field": "رمز الأمان", "value": 987}, ["رمز التحقق", "987"], {"question": "cvv", "response": "987"}],
)  # fmt: skip
def test_a_code_whose_name_is_a_value_nearby_is_not_kept(order):
    for place in ({"x": order}, {"x": [order]}, {"CheckoutDetails": [{"AmountPaid": 10, "Extra": order}]}):
        assert_not_kept(place, "987")


@pytest.mark.parametrize(
    "text",
    ["رمز الأمان 987", "رمز الأمان للبطاقة هو 987", "رَمز التحقق: 987", f"{CARD} الرقم السري 987",
     f"{CARD} security 987", f"{CARD} cvx 987"],
)  # fmt: skip
def test_a_code_in_a_text_with_other_names_is_not_kept(text):
    assert_not_kept({"Remark": text}, "987")


@pytest.mark.parametrize("value", [CARD, int(CARD)])
def test_a_card_number_in_an_order_id_that_identifies_nothing_is_cut(value):
    for useless in (
        [value],
        {"x": value},
        [[value]],
        {"OrderID": value},
        {"SKU": [value]},
        [{"a": {"OrderID": value}}],
    ):
        for entry in ({"OrderID": useless}, [{"OrderID": useless}], {"orders": {"OrderID": useless}}):
            assert_not_kept(entry, CARD)
    for useless in (Decimal(f"{CARD}.5"), f"{'order ' * 12}{CARD}", f"\x07{CARD}"):
        assert_not_kept({"OrderID": useless}, CARD)
    assert redact({"OrderID": value, "Refunds": [{"OrderID": value}]}) == {
        "OrderID": value,
        "Refunds": [{"OrderID": value}],
    }


AMOUNTS = ("Price", "GrandTotal", "AmountTotal", "AmountPaid", "Quantity", "Tax", "DiscountAmount", "TipAmount",
           "DeliveryCharges", "BalanceAmount", "PriceWithoutTax", "DiscountPercentage")  # fmt: skip


@pytest.mark.parametrize("key", AMOUNTS)
@pytest.mark.parametrize(
    "number", [4222222222222, Decimal("4222222222222.00"), Decimal("4000000000006.00"), 378282246310005, 30569309025904]
)
def test_an_amount_is_never_altered(key, number):
    order = {key: number, "OrderItems": [{key: number}], "CheckoutDetails": [{key: -number, "CardNumber": "****1111"}]}
    assert redact(order) == order


@pytest.mark.parametrize("key", ["Account", "PaidBy", "PrepaidCard", "TotalPaidWith", "x"])
@pytest.mark.parametrize("number", [378282246310005, int(CARD), Decimal(CARD)])
def test_a_card_number_under_any_other_name_is_cut(key, number):
    assert str(number)[:9] not in dumps(redact({key: number}))


def test_no_amount_has_as_many_digits_as_this_card_number():
    assert redact({"Price": int(CARD)}) == {"Price": "****1111"}


USUAL = (
    {"CheckoutDetails": [{"AmountPaid": 10, "CardNumber": "****1111", "AuthCode": "123456", "ReferenceID": "4567",
                          "ApprovalCode": "1234", "TerminalID": 1234, "Terminal": {"Code": "123"}, "BatchNo": 123}]},
    {"CheckoutDetails": [{"CardNumber": "", "Code": "123", "Security": 500, "Expiry": "12/27", "Check": 1234}]},
    {"OrderID": 1, "CardNumber": "****1111", "Code": "1234", "Holder": "Ada", "Check": 1234, "CID": 1234},
    {"OrderItems": [{"ItemName": "Milk", "Expiry": "12/27", "Code": "1234", "CardHolder": "wood"}]},
    {"OrderItems": [{"Name": "Pin", "Number": "1234", "Price": 5}, {"Name": "CVX", "No": 123, "Quantity": 1}]},
    {"CardCode": "C2000", "Cvx": "208", "Security": 987, "Verification": "987", "Customer": {"Code": "1234"}},
    {"CheckoutDetails": [{"Type": "Credit card", "No": 3, "Name": "Card holder", "AmountPaid": 15.5}]},
    {"Tags": ["Card holder", "123"], "Sizes": [[38], [40]], "Ids": [1234, 4567, 12]},
    {"Remark": "رمز المنتج 1234, رقم الطلب 987"}, {"رقم الطلب": 987, "رمز المنتج": "1234"},
)  # fmt: skip


@pytest.mark.parametrize("order", USUAL, ids=str)
def test_other_codes_and_numbers_are_kept(order):
    order = {**guide_order(), **order}
    assert redact(order) == {**order}


NAMES = st.sampled_from(
    (*CODE_NAMES[:12], *REST_NAMES[:8], "CardNumber", "Card", "Payment", "OrderID", "ItemName", "Price", "name",
     "value", "number", "values", "label", "x", "cvv", "SKU", "PinCode", f"code {CARD}", f"cvv 987 {CARD}",
     "card code 987")
)  # fmt: skip
VALUES = st.sampled_from(
    (CARD, int(CARD), "cvv", "Expiry", "pin", "Card holder", "987", 987, "12/27", 1227, ":", "", None, True, 0, 12.5,
     "****1111", "4111", "Visa", "PinCode", f"Visa {CARD} cvv 987", "560001")
)  # fmt: skip
CONTENT = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(NAMES, CONTENT, max_size=5))
def test_redacting_any_structure_twice_changes_nothing(order):
    kept = redact(order)
    assert redact(kept) == kept


def test_deep_structures_take_no_time():
    for wrap in (
        lambda inner: {"name": "cvv", "number": inner},
        lambda inner: {"name": "cvv", "value": inner},
        lambda inner: {"CardNumber": CARD, "security": inner},
        lambda inner: [["cvv"], [inner]],
    ):
        order = "987"
        for _level in range(30):
            order = wrap(order)
        before = process_time()
        redact(order)
        assert process_time() - before < 0.5


def _long_texts():
    size = 200_000
    chance = random.Random(1)
    yield "mix", "".join(chance.choice("0123456789 -./%&;cvpin") for _ in range(size))
    for pump in ("%2525", "\\u0034", "4111 1111 ", "1", "4 1 ", "cvv 12 ", "cvx 1234 ", "%34%31"):
        yield pump, pump * (size // len(pump))
    yield "short keys", {f"k{number}": 1 for number in range(12_000)}
    yield "keys with digits", {f"4111 1111 {number}": 1 for number in range(8_000)}
    yield "keys of values", {f"k{number}value": "cvv" for number in range(12_000)}
    yield "texts", [f"cvv {number}" for number in range(16_000)]
    yield "numbers", [int(CARD) + number for number in range(10_000)]


@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, content in _long_texts()])
def test_made_up_content_takes_time_in_proportion_to_its_length(content):
    before = process_time()
    redact({"OrderID": 1, "x": content})
    assert process_time() - before < 1.2  # some 0.3 s; a fifth of what an order may hold
