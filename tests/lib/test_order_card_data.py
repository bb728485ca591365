"""Of a card, only the last four digits are kept, wherever and however it is written; other numbers are kept."""

import json
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orders import guide_order

from lib.order.content import PayloadError, redact
from lib.order.payload import parse_order
from lib.strict_json import StrictJsonError, dumps, iter_orders, loads

CARDS = ("4111111111111111", "5555555555554444", "378282246310005", "30569309025904", "6011111111111117",
         "3530111333300000", "2221000000000009", "6212345678900000003", "4222222222222")  # fmt: skip
CODE_KEYS = (
    "cvv", "CVV2", "cvc", "CVC2", "csc", "CSC", "cvn", "CVN", "cv2", "CV2", "ccv", "CardCvv", "CardCSC",
    "card_cid", "cardcvc", "CardVerificationValue",
    "card-verification-code", "Verification Number", "securityCode",
    "SECURITY_CODE", "CardSecurityCode", "Pin", "PIN", "pin_block", "CardPin",
    "pinCode", "CvvCode", "cvvNumber", "paymentCvv",
    "Track1", "track_2", "TrackData", "MagStripe", "Kartenprüfnummer", "Prüfziffer", "cvd",
    "\uff23\uff36\uff36", "c.v.v.", "C V C",
)  # fmt: skip
FULL_WIDTH = "\uff19\uff18\uff17"  # 987
GAPS = ("", " ", "-", ".", "  ", "\u00a0", " - ", "\u2009", "\u2011", "\u200b", "/", "_", "   ", "\u00a0\u00a0", "\t",
        "\u200e", "\u202a", "\ufe0f", "\u0300")  # fmt: skip


def written(card, gap, groups):
    """The digits of a card in groups of these lengths."""
    parts, rest = [], card
    for length in groups:
        parts, rest = [*parts, rest[:length]], rest[length:]
    return gap.join(filter(None, (*parts, rest)))


@st.composite
def spellings(draw):
    card = draw(st.sampled_from(CARDS))
    text = written(
        card, draw(st.sampled_from(GAPS)), draw(st.sampled_from(((), (4, 4, 4), (4, 6), (1,) * 19, (2,) * 9)))
    )
    if draw(st.booleans()):
        text = "".join(chr(0xFF10 + int(sign)) if sign.isdigit() else sign for sign in text)
    before = draw(st.sampled_from(("", "Visa ", "card:", "%B", ";", "paid with ", "№ ", '"')))
    after = draw(st.sampled_from(("", " ok", ".", "=27121010000012300000?", "^DOE/JOHN^27121010000012300000?",
                                  " 12/27", " exp 12/27 cvv 123", "|12|27|123", ", 123", " CVV: 123",
                                  "D27121010000")))  # fmt: skip
    return card, f"{before}{text}{after}"


def digits_of(text):
    return "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())


def plant(draw, order, value):
    """Put a value somewhere: below an own or a known key, in a list, or as a key."""
    holders = [order, order["OrderItems"][0], order["CheckoutDetails"][0]]
    holder = draw(st.sampled_from(holders))
    key = draw(st.sampled_from(("Remark", "Note", "CardType", "CardNumber", "Account", "x")))
    place = draw(st.sampled_from(("text", "list", "deep", "key")))
    if place == "key":
        holder[value] = 1
    else:
        holder[key] = {"text": value, "list": [[value]], "deep": {"a": {"OrderItems": [value]}}}[place]


@given(st.data())
def test_no_card_number_is_kept_wherever_it_stands(data):
    card, text = data.draw(spellings())
    order = guide_order()
    plain = digits_of(dumps(redact(guide_order())))
    plant(data.draw, order, text)
    kept = dumps(redact(order))
    assert card[:-4] not in digits_of(kept)
    # A date and a code beside it are removed too. A key's own value has one more digit.
    assert len(digits_of(kept)) <= len(plain) + len(card[-4:]) + 1
    assert redact(redact(order)) == redact(order)


@pytest.mark.parametrize(
    "key", ["pin4111111111111111", "4111111111111111 cvv 987", "pan4111111111111111", "cvv4111111111111111"]
)
def test_redacting_a_key_twice_changes_nothing(key):
    for order in ({key: "1234"}, {"x": {key: [{"CID": 12}]}}, {"Fields": [{"Name": key, "Value": "1234"}]}):
        assert redact(redact(order)) == redact(order)


@pytest.mark.parametrize(
    "key",
    ["Sicherheitscode", "Kartencode", "Geheimzahl", "codigoSegurança", "codiceSicurezza", "codeSécurité", "secCode",
     "cardVerification", "cardcvv2code", "MagData", "MSRData", "EmvTlv", "numeroTarjeta", "card_num_1"],
)  # fmt: skip
def test_keys_of_other_languages_and_devices_are_known(key):
    assert "98765" not in dumps(redact({key: "987654321"}))


@pytest.mark.parametrize("key", CODE_KEYS)
@pytest.mark.parametrize("value", ["987", 987, Decimal("987"), [" 987 "], {"v": {"OrderID": "987"}}, FULL_WIDTH])
def test_no_security_code_is_kept_however_its_key_is_spelt(key, value):
    for order in (
        {key: value},
        {key.upper(): value},
        {"OrderItems": [{key: value}]},
        {"CheckoutDetails": [{"Extra": {key: value}}]},
        {"Fields": [{"Name": key, "Value": value}]},
    ):
        assert "987" not in digits_of(dumps(redact(order)))


@pytest.mark.parametrize(
    "text",
    ["CVV 987", "cvv: 987", "CVC2=987", "csc#987", "Security Code: 987", "verification value 987",
     "CVN 9876", "cvv is 987", "the cvc code 987 of his card", "card PIN: 9876",
     "4111111111111111 pin: 9876", "4111111111111111 CID=9876", "4111111111111111, CSC 987"],
)  # fmt: skip
def test_no_security_code_is_kept_in_a_text(text):
    for order in ({"Remark": text}, {"OrderItems": [{"Note": [text]}]}, {text: 1}):
        assert "987" not in dumps(redact(order))


@given(
    st.sampled_from(("OrderID", "ItemID", "OdooItemID", "SKU", "Barcode", "CustomerID", "OrderDate", "ean")),
    st.sampled_from((*CARDS, "4006381333931", "4012345678901")).flatmap(
        lambda digits: st.sampled_from((digits, int(digits), Decimal(digits)))
    ),
)
def test_what_identifies_is_kept_although_it_could_be_a_card_number(key, value):
    order = {key: value, "OrderItems": [{key: value}], "Refunds": [{"Items": [{key: value}]}]}
    assert redact(order) == order


@pytest.mark.parametrize(
    "key", ["ReferenceID", "ItemID", "OdooItemID", "OrderDate", "SKU", "Barcode", "OrderTakerID", "CustomerID", "ean"]
)
@pytest.mark.parametrize(
    "text",
    ["Visa 4111111111111111 cvv 987", "cvv 987", ";4111111111111111=25121010000000000000?", "PAN=4111111111111111",
     "%B4111111111111111^DOE/JOHN^25121010000000000000?", '{"cvv":"987","pan":"4111111111111111"}',
     "4111-1111-1111-1111"],
)  # fmt: skip
def test_only_a_bare_identifier_is_kept_as_it_is(key, text):
    kept = dumps(redact({"CheckoutDetails": [{key: text}]}))
    assert "41111111" not in digits_of(kept) and "987" not in kept and "DOE" not in kept


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("OrderDate", "2025-11-25 10:15:30"),
        ("OrderDate", "2025-11-25T10:15:30.123456+05:30"),
        ("ReferenceID", "TX_4111-1111111111111111/7.2"),
        ("ReferenceID", "3f0c9a5e-1111-4222-8333-444455556666"),
        ("ReferenceID", "4222222222222"),
        ("ReferenceID", 4111111111111112),
        ("ItemID", "sku 17"),
    ],
)
def test_identifiers_and_times_are_kept(key, value):
    assert redact({key: value}) == {key: value}


@pytest.mark.parametrize("card", ["4111111111111111", "378282246310005", "5555555555554444", "2221000000000009"])
@pytest.mark.parametrize("kind", [str, int, Decimal])
def test_a_reference_that_is_a_card_number_is_cut(card, kind):
    assert redact({"CheckoutDetails": [{"ReferenceID": kind(card)}]}) == {
        "CheckoutDetails": [{"ReferenceID": f"****{card[-4:]}"}]
    }


@pytest.mark.parametrize("key", ["cid", "CID", "CustomerCID", "PinCode", "pincode", "validationCode"])
@pytest.mark.parametrize("value", ["987", 987, [{"v": "987"}]])
def test_what_may_be_a_security_code_is_one_beside_a_card(key, value):
    for order in (
        {"Payment": {key: value}},
        {"CheckoutDetails": [{key: value}]},
        {"x": {"CardNumber": "", key: value}},
        {"CreditCard": {"Extra": [{key: value}]}},
        {"CheckoutDetails": [{"Name": key, "Value": value}]},
    ):
        assert "987" not in dumps(redact(order))


@pytest.mark.parametrize(
    "values",
    [
        {
            "VAT": "4222222222222",
            "VATNumber": "DE4111111111111111",
            "TaxID": "30569309025904",
            "vat_id": "4222222222222",
        },
        {"IBAN": "GB82 WEST 1234 5698 7654 32", "CustomerIban": "DE12 3704 0044 0000 0130 02"},
        {"TrackingNumber": "4111111111111111", "tracking_no": 4111111111111111},
        {"OrderNumber": "4222222222222", "InvoiceNo": "30569309025904", "InvoiceNumber": "4222222222222"},
        {"ean_code": "5901234123457", "itemBarcode": "4222222222222", "ExternalID": "30569309025904"},
        {"Code": "4222222222222", "UUID": "3f0c9a5e-1111-4222-8333-444455556666", "uuid": "4222222222222"},
        {"PinCode": "560001", "pincode": 560001, "Address": {"Pincode": "560001"}},
        {"CID": 1234, "CustomerCID": "123", "Customer": {"CID": "1234"}, "validationCode": "1234"},
        {"Fields": [{"Name": "PinCode", "Value": "560001"}, {"Name": "CID", "Value": "1234"}]},
        {"Remark": "Door PIN: 1234"},
        {"Remark": "CSC 100 model"},
        {"Remark": "CID: 1234"},
    ],
)
def test_numbers_of_customers_papers_and_places_are_kept(values):
    order = {**values, "OrderItems": [values]}
    assert redact(order) == order


LONG_NUMBERS = ("4222222222222", "30569309025904", 4222222222222, "4111-2222", "CUST-4222222222222")


@pytest.mark.parametrize("number", LONG_NUMBERS)
@pytest.mark.parametrize(
    "key", ["partner_id", "customer_ref", "CustomerID", "LocationID", "OrderTakerID", "Customer.ID", "Customer.Ref"]
)
def test_numbers_of_customers_and_places_are_kept(key, number):
    holder, _dot, name = key.rpartition(".")
    order = guide_order(**{holder: {name: number}} if holder else {name: number})
    assert redact(order) == order


@pytest.mark.parametrize("key", ["ID", "Ref"])
@pytest.mark.parametrize("card", ["4111111111111111", 4111111111111111, "4111 1111 1111 1111", "378282246310005"])
def test_a_card_number_is_no_number_of_a_customer(key, card):
    for order in ({"Customer": {key: card}}, {"CheckoutDetails": [{key: card}]}, {key: card}):
        assert str(card)[:8] not in dumps(redact(order))
    for order in ({"CheckoutDetails": [{key: "30569309025904"}]}, {"Card": {"CardNumber": "", key: "30569309025904"}}):
        assert "30569309" not in dumps(redact(order))


@given(
    st.sampled_from(("", "00", "0", "(0) ")),
    st.integers(10**6, 10**11 - 1),
    st.sampled_from(("CustomerContact", "Phone")),
    st.sampled_from(("", " ", "-")),
)
def test_phone_numbers_are_kept(before, digits, key, gap):
    for phone in (f"{before}{written(str(digits), gap, (3, 3))}", f"+49{gap}{digits}", digits):
        order = guide_order(**{key: phone, "Customer": {key: phone}})
        assert redact(order) == order


@pytest.mark.parametrize(
    "vat", ["DE123456788", "ATU12345678", "300012345600003", "310122393500003", "NL 1234.56.789.B01", "FR 12 345678901"]
)
def test_vat_numbers_are_kept(vat):
    order = guide_order(Customer={"VAT": vat, "Name": "Ada", "Street": "Main St 1", "Zip": "12345-6789"})
    assert redact(order) == order


@given(st.datetimes(), st.sampled_from(("OrderDate", "CheckoutDate", "RefundDate")))
def test_dates_are_kept(moment, key):
    forms = ("%d-%m-%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%S.%f+03:00", "%Y-%m-%d %H:%M:%S")
    for text in (*map(moment.strftime, forms), moment.isoformat(" ") + " +03:00"):
        order = guide_order(**{key: text})
        assert redact(order) == order


@pytest.mark.parametrize("key", ["IBAN", "VAT", "Code", "ExternalID", "UUID", "TrackingNumber"])
@pytest.mark.parametrize("text", ["4111 1111 1111 1111", "Visa 4111111111111111 cvv 987", "cvv 987"])
def test_no_card_is_kept_under_the_name_of_a_paper(key, text):
    kept = dumps(redact({key: text}))
    assert "41111111" not in digits_of(kept) and "987" not in kept


@pytest.mark.parametrize("key", ["ItemName", "Name", "CustomerName"])
@pytest.mark.parametrize(
    "name",
    ["[5901234123457] Coder", "Beko 5901234123457", "4222222222222", "30569309025904", "4006381333931",
     "IMEI 352099001761481", "IMEI: 378282246310005", "EAN 4111111111111111", "GTIN-4111111111111111",
     "SN4111111111111111", "S/N: 4111111111111111", "Serial No. 4111111111111111", "Lot 6212345678900000003",
     "6011111111111117", "Screws 41 11 11 11 11 11 11 11", "CVC 300 Tube", "14111111111111111", "4111111111111112"],
)  # fmt: skip
def test_a_name_with_a_long_number_is_kept(key, name):
    assert redact({key: name, "OrderItems": [{key: name}]}) == {key: name, "OrderItems": [{key: name}]}


@pytest.mark.parametrize("key", ["ItemName", "Name", "CustomerName"])
@pytest.mark.parametrize("card", ["4111111111111111", "5555555555554444", "378282246310005", "2221000000000009"])
@pytest.mark.parametrize("template", ["%s", "John %s", "%%B%s^DOE/JOHN^27121010000012300000?", "Visa %s cvv 987"])
def test_a_card_number_in_a_name_is_cut(key, card, template):
    groups = (4, 6) if len(card) == 15 else (4, 4, 4)
    for gap in ("", " ", "-", ".", "\u200b"):
        kept = digits_of(dumps(redact({key: template % written(card, gap, groups)})))
        assert kept == card[-4:]


@pytest.mark.parametrize(
    "order",
    [
        {"GrandTotal": "1,092.00", "AmountTotal": 123456789012, "Tax": Decimal("4111111.11")},
        {"OrderItems": [{"ItemName": "CVC 300 Tube", "Price": 4, "Quantity": 1}]},
        {"OrderItems": [{"Name": "Pin", "Price": 250, "Quantity": 3}]},
        {"OrderItems": [{"ItemName": "4006381333931"}]},
        {"OrderItems": [{"ItemName": "Bowling Pin 1000"}]},
        {"CustomerContact": "+4915112345678", "Remark": "call +49 151 12345678"},
        {"TrackingNumber": "JD014600003411111111"},
        {"Remark": "20251125101530 and 2025-11-25 10:15", "Company": "Pinnacle", "Placid": "12345", "Opinion": "1234"},
        {"Remark": "4111111111111112"},
        {"SpinCount": 1234, "Shipping": "123", "Piano": 987},
    ],
)
def test_other_numbers_and_words_are_kept(order):
    assert redact(order) == order


@given(st.integers(0, 9_999_999_999_999), st.sampled_from(("Price", "GrandTotal", "AmountPaid")))
def test_amounts_are_kept(cents, key):
    amount = Decimal(cents).scaleb(-2)
    assert redact({key: amount, "OrderItems": [{key: str(amount)}]}) == {
        key: amount,
        "OrderItems": [{key: str(amount)}],
    }


@pytest.mark.parametrize(
    "text", ["8.695652173913045", "25.217391304347828", "-0.4111111111111111", "4111111.111111111"]
)
@pytest.mark.parametrize("key", ["Price", "TaxAmount", "Quantity"])
def test_amounts_with_many_decimals_are_kept(key, text):
    assert redact({key: text, "OrderItems": [{key: Decimal(text)}]}) == {
        key: text,
        "OrderItems": [{key: Decimal(text)}],
    }


@pytest.mark.parametrize("text", ["4111111111111111", "4111111111111111.00", "4111 1111 1111 1111", "4222222222222"])
def test_a_card_number_is_not_an_amount(text):
    assert text[:9] not in dumps(redact({"Price": text}))


@given(
    spellings(),
    st.sampled_from(("Price", "Quantity", "OrderItems", "CheckoutDetails", "ItemID", "PaymentMode", "DiscountAmount")),
)
def test_no_message_shows_a_card_number(planted, key):
    card, text = planted
    order = guide_order(**{key: text, text: {text: float("nan")}})
    order["OrderItems"] = [{**guide_order()["OrderItems"][0], key: text}] if key != "OrderItems" else text
    for values in (order, {**order, text: {}}):
        try:
            parse_order(values)
        except PayloadError as error:
            assert card not in digits_of(str(error)) and card[:-4] not in digits_of(str(error))


@given(
    spellings(),
    st.sampled_from(("{%s}", "{%s:NaN}", "[%s", '{"a" %s}', "[{%s:1", "%s", '[{"cvv": "987" "a"}]', "[%s NaN]")),
)
def test_no_message_about_broken_json_shows_a_card_number(planted, template):
    card, text = planted
    body = template % json.dumps(text, ensure_ascii=False) if "%s" in template else template
    for read in (loads, lambda text: list(iter_orders(text))):
        try:
            shown = str([entry for entry in (read(body) or []) if not isinstance(entry, (dict, str))])
        except StrictJsonError as error:
            shown = str(error)
        assert card[:-4] not in digits_of(shown.replace("character", "")) and "987" not in shown
