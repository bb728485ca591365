"""Card data in free texts and unusual structures: any separator, encoding, pair of keys or phrase."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.order.content import redact
from lib.strict_json import dumps

CARDS = ("4111111111111111", "5555555555554444", "378282246310005", "30569309025904", "6212345678900000003")
SEPARATORS = (
    ",", "|", ":", "*", "+", "~", "=", "'", ";", "#", ", ", " | ", " ", " " * 6, " " * 30, "\t" * 7, "\n",
    "%20", "%2D", "%C2%A0", "%2520", "&nbsp;", "&#160;", "&#xA0;", "<br>", "<b></b>", "\\u0020", '","', "\\/",
)  # fmt: skip
KEYS = ("Remark", "Note", "ItemName", "CustomerName", "ItemID", "ReferenceID", "CustomerContact", "VAT", "x")


def grouped(card, separator):
    lengths = (4, 6, 5) if len(card) < 16 else (4, 4, 4, 4, 3)
    parts, rest = [], card
    for length in lengths:
        parts, rest = [*parts, rest[:length]], rest[length:]
    return separator.join(filter(None, parts))


def digits_of(text):
    return "".join(filter(str.isdecimal, text))


def assert_kept(order, *secrets):
    kept = redact(order)
    for secret in secrets:
        assert secret not in dumps(kept).replace("%20", "").replace(" ", "")
    assert redact(kept) == kept
    return kept


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("card", CARDS)
def test_no_number_is_kept_with_any_separator(card, separator):
    for template in ("%s", "Visa %s", "paid with %s (ok)"):
        text = template.replace("%s", grouped(card, separator))
        for order in ({"Remark": text}, {"OrderItems": [{"Note": [text]}]}, {text: 1}):
            kept = (
                dumps(redact(order)).replace("%2520", "").replace("%20", "").replace("160", "").replace("\\u0020", "")
            )
            assert card[4:12] not in digits_of(kept), kept
            assert redact(redact(order)) == redact(order)


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("key", KEYS)
def test_no_key_keeps_the_groups_of_a_great_issuer(key, separator):
    kept = dumps(redact({key: grouped("4111111111111111", separator)}))
    assert "1111" not in kept.replace("****1111", "", 1), kept


@pytest.mark.parametrize("separator", [",", "|", ":", "*", " " * 9, "&nbsp;"])
def test_a_number_digit_by_digit_is_found(separator):
    kept = dumps(redact({"Remark": separator.join("4111111111111111")}))
    assert digits_of(kept) == "1111"


PHRASES = (
    "CVV\n987", "cvv code is 987", "C V V 987", "C.V.V.: 987", "CVV 9 8 7",
    "Kartenprüfnummer 987", "Pruefziffer: 987",
    "código de seguridad 987", "codigo seguranca 987", "cryptogramme 987", "cryptogramme visuel : 987",
    "\uff23\uff36\uff36 987",
    "code de sécurité : 987", "codice di sicurezza 987", "Sicherheitscode lautet 987", "Geheimzahl 9870",
    "cvv/cvc: 987",
    "Card Security Code (CSC): 987", "the CVC2 of his card is 987", "CVV\u200b987", "card pin 9870", "cardCvv: 987",
)  # fmt: skip
STRUCTURES = (
    '{"cvv":"987"}', '{"securityCode": 987}', "{'cvc2': '987'}", '{\\"cvv\\":\\"987\\"}',
    '{"name":"cvv","value":"987"}',
    '{"attribute":"cvv","value":987}', '["cvv","987"]', 'payload={"card":{"cvc":"987"}}', "<CVV>987</CVV>",
    "cvv=987&x=1",
    "<SecurityCode>987</SecurityCode>", '<field name="cvv" value="987"/>', "cvv%3D987", "&lt;cvv&gt;987&lt;/cvv&gt;",
    '{"cvv":"987","cvv":""}', "cvv%253D987",
)  # fmt: skip


@pytest.mark.parametrize("text", [*PHRASES, *STRUCTURES])
def test_no_code_is_kept_in_any_words_or_structure_inside_of_a_text(text):
    for order in ({"Remark": text}, {"OrderItems": [{"Note": [text]}]}, {text: 1}, {"Code": text}, {"VAT": text}):
        assert_kept(order, "987")


@pytest.mark.parametrize(
    "text",
    ["Visa 4111111111111111, code 987", "4111111111111111 sec code: 987", "<pan>4111111111111111</pan><pin>9870</pin>",
     '{"pan":"4111111111111111","pin":"9870","expiry":"12/27"}', "pan=4111111111111111&csc=987"],
)  # fmt: skip
def test_beside_a_number_more_is_a_code(text):
    kept = dumps(assert_kept({"Remark": text}, "987", "41111111"))
    assert "12/27" not in kept


LABELS = ("CVV", "cvv2", "Card security code", "Enter your CVV", "Kartenprüfnummer", "card_pin")
PAIRS = (
    ("title", "content"), ("attribute", "value"), ("paramName", "paramValue"), ("param_name", "param_value"),
    ("k", "v"),
    ("fieldName", "value"), ("question", "answer"), ("key", "val"), ("caption", "text"), ("Name", "Value"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "value"), PAIRS)
@pytest.mark.parametrize("label", LABELS)
def test_a_code_whose_name_stands_in_another_key_is_not_kept(name, value, label):
    for code in ("987", 987, ["987"], {"text": "987"}):
        for pair in ({name: label, value: code}, {value: code, name: label}):
            for order in (pair, {"Fields": [pair]}, {"CheckoutDetails": [{"Extra": pair}]}):
                assert_kept(order, "987")


@pytest.mark.parametrize("label", LABELS)
def test_a_code_behind_its_name_in_a_list_is_not_kept(label):
    for values in ([label, "987"], [label, 987], [["x", 1], [label, "987"]], ["exp", "12/27", label, " 987 "]):
        assert_kept({"Extra": values}, "987")


@pytest.mark.parametrize("holder", ["Card", "card", "CreditCard", "PaymentCard", "CardData", "card_details", "CC"])
@pytest.mark.parametrize("key", ["Code", "code", "cardCode"])
@pytest.mark.parametrize("code", ["987", 987, "9870"])
def test_the_code_of_a_card_is_its_security_code(holder, key, code):
    card = {"Number": "****1111", key: code}
    for order in ({holder: card}, {"CheckoutDetails": [{holder: [card]}]}, {holder: {"Details": card}}):
        assert_kept(order, "987")


def test_the_parts_of_a_number_keep_four_digits_together():
    for key, parts in itertools.product(
        ("CardNumber", "pan"), (["4111", "1111", "1111", "1111"], [41111111, 11111111])
    ):
        assert digits_of(dumps(redact({key: parts}))) == "1111"
    assert redact({"CardNumber": ["****1111"]}) == {"CardNumber": ["****1111"]}


USUAL = (
    {"CustomerContact": "+966 50 123 4567", "CustomerName": "Al-Farsi & Sons", "CustomerID": "4111111111111111"},
    {"CustomerContact": "00966501234567"}, {"CustomerContact": "(050) 123-45-67, 02 345 6789"},
    {"VAT": "DE136695976"}, {"VAT": "310122393500003"}, {"VAT": "FR 40 303 265 045"}, {"VAT": "ATU12345678"},
    {"LocationID": "1234567890123", "OrderTakerID": "4222222222222"}, {"LocationID": 4222222222222},
    {"OrderDate": "2025-11-25 10:15:30", "CheckoutDate": "2025-11-25T10:15:30+03:00"},
    {"OrderDate": "30.11.2025 10:15:30", "CheckoutDate": "11/30/2025, 10:15:30 AM"},
    {"Note": "Table 12, 3 guests, code 1234"}, {"Remark": "Discount code 1234"}, {"Remark": "voucher 9876, 5 %"},
    {"Remark": "art. 1234, 2345, 3456, 4567"}, {"Remark": "4, 5, 6, 7, 8, 9, 10, 11, 12"},
    {"Remark": "sizes 38, 40, 42, 44, 46, 48, 50"}, {"Remark": "3 x 4500 = 13500, 2 + 2 = 4"},
    {"Remark": "from 10:15:30 to 11:15:45, 25.11.25 10:15:30 and 26.11.25 11:15:30"},
    {"Remark": "https://shop.example/orders?id=1234&since=2025-11-25T10%3A15%3A30Z&page=12%20a"},
    {"Remark": "<b>2</b> x <i>1234</i> &amp; 100%25 off"}, {"Remark": '{"table": 12, "guests": 3, "floor": "123"}'},
    {"Remark": "<order><id>1234</id><total>123.45</total></order>"}, {"Remark": "4006381333931, 4006381333931"},
    {"Remark": "CSC 100 model"}, {"Remark": "Door PIN: 1234"}, {"Remark": "validation code 1234"},
    {"Remark": "Security deposit 500"}, {"Remark": "Vitamin C 500"}, {"Remark": "code 4521 opens the gate"},
    {"Extra": ["Pin", "Badge", "Cap"]}, {"Extra": ["pin", 12, 0.5]}, {"Tags": ["CSC 300"]},
    {"GiftCard": {"Code": "1234"}}, {"LoyaltyCard": {"Code": "1234", "Number": "12345678"}},
    {"CheckoutDetails": [{"Code": "123", "CardType": "Visa"}]}, {"Card": {"Type": "Visa", "Code": "VISA-DEBIT"}},
    {"OrderItems": [{"ItemName": "Pin", "Value": 250}, {"ProductName": "Pin", "TotalValue": 250, "Text": "12"}]},
    {"GrandTotal": "1,092.00", "Price": "1.092,00", "Tax": "163,80"}, {"Barcode": "4006381333931", "SKU": "EC-00012"},
    {"OrderNumber": "2025,11,25,0001"}, {"Remark": "2025-11-25-0001, 2025-11-25-0002"},
)  # fmt: skip


@pytest.mark.parametrize("values", USUAL, ids=str)
def test_what_usual_orders_hold_is_kept(values):
    order = {**values, "OrderItems": [values, *values.get("OrderItems", [])]}
    assert redact(order) == order


@given(
    st.lists(st.integers(0, 9_999), max_size=12),
    st.sampled_from((" x ", ", item ", " and ", "; no. ", "\nline ", "/a", " pcs ")),
)
def test_short_numbers_with_words_between_them_are_kept(numbers, words):
    text = words.join(map(str, numbers))
    assert redact({"Remark": text}) == {"Remark": text}
