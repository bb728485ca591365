"""Charges that are not items: their types, their signs, and charges that are sent twice."""

from decimal import Decimal

import pytest
from orders import guide_order

from lib.order.charges import charge_type
from lib.order.content import PayloadError
from lib.order.parts import Charge
from lib.order.payload import parse_order


def charges(**values):
    return parse_order(guide_order(**values)).charges


def error_of(**values):
    with pytest.raises(PayloadError) as caught:
        charges(**values)
    return caught.value


def test_charges_with_a_field_to_themselves():
    assert charges(ServiceCharges="8.0", DeliveryCharges=5, Tip=2) == (
        Charge("service", "ServiceCharges", Decimal(8)),
        Charge("delivery", "DeliveryCharges", Decimal(5)),
        Charge("tip", "Tip", Decimal(2)),
    )


@pytest.mark.parametrize("zero", [0, "0", "0.00", None, "", " "])
def test_a_charge_of_nothing_is_none(zero):
    assert charges(ServiceCharges=zero, DeliveryCharges=zero, Tip=zero, Charges=[{"Amount": zero}]) == ()
    assert charges(Tip=zero, TipAmount=2) == (Charge("tip", "TipAmount", Decimal(2)),)
    assert charges(Tip=zero, Charges=[{"Type": "tip", "Amount": 2}])[0].field == "Charges[0].Amount"


def test_the_two_names_of_a_tip_are_one_tip():
    assert charges(Tip=3, TipAmount=2) == (Charge("tip", "Tip", Decimal(3)),)


def test_listed_charges():
    listed = [
        {"Type": " Delivery ", "Name": "Courier", "Amount": "4.50", "TaxPercent": 15},
        {"Type": "deposit", "Amount": -2},
        {"Amount": 0, "Type": {}},
        {"Amount": "0.01", "Name": "Rounding"},
        {"Type": "deposit", "Amount": -2, "TaxPercent": 0},
    ]
    assert charges(Charges=listed) == (
        Charge("delivery", "Charges[0].Amount", Decimal("4.50"), "Courier", Decimal(15)),
        Charge("deposit", "Charges[1].Amount", Decimal(-2)),
        Charge("other", "Charges[3].Amount", Decimal("0.01"), "Rounding"),
        Charge("deposit", "Charges[4].Amount", Decimal(-2), "", Decimal(0)),
    )


def test_the_signs_of_a_return_stay_as_sent():
    returned = {"GrandTotal": -92, "ServiceCharges": -8, "Charges": [{"Amount": 3}]}
    assert [charge.amount for charge in charges(**returned)] == [-8, 3]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("service", "service"), ("SERVICE", "service"), ("Service Charge", "service"), ("service_fee", "service"),
        ("ServiceCharges", "service"), ("Delivery", "delivery"), ("delivery-fee", "delivery"), ("Shipping", "delivery"),
        ("Tips", "tip"), ("Tip Amount", "tip"), ("gratuity", "tip"),
        ("Packaging", "packaging"), ("packing fee", "packaging"),
        ("Deposit", "deposit"), ("Round Off", "rounding"), ("rounding adjustment", "rounding"), ("Other", "other"),
        ("", "other"), ("fee", "other"), ("charges", "other"), ("tipster", "other"), ("خدمة", "other"), ("7", "other"),
    ],
)  # fmt: skip
def test_what_types_are_called(name, kind):
    assert charge_type(name) == kind


def test_a_charge_in_both_forms_is_counted_once():
    listed = [{"Type": "service", "Name": "Table", "Amount": 5}, {"Type": "Service fee", "Amount": "3.00"}]
    order = parse_order(guide_order(ServiceCharges=8, Tip=1, Charges=listed))
    assert [(charge.field, charge.amount) for charge in order.charges] == [
        ("Tip", 1), ("Charges[0].Amount", 5), ("Charges[1].Amount", 3),
    ]  # fmt: skip
    [note] = order.warnings
    assert str(note) == "ServiceCharges and Charges state the same charge, which was counted once"
    assert note.is_note


@pytest.mark.parametrize("amount", [7, -8, "8.01"])
def test_different_amounts_in_both_forms_are_refused(amount):
    error = error_of(ServiceCharges=8, Charges=[{"Type": "service", "Amount": amount}])
    assert error.path == "ServiceCharges"
    assert str(error) == (
        f"ServiceCharges is 8, but the Charges of this type add up to {amount}. Each charge must be sent once."
    )
    assert len(charges(DeliveryCharges=8, Charges=[{"Type": "service", "Amount": amount}])) == 2


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"ServiceCharges": "8,0"}, "ServiceCharges"),
        ({"TipAmount": []}, "TipAmount"),
        ({"Tip": True}, "Tip"),
        ({"Tip": "x", "TipAmount": 2}, "Tip"),
        ({"Charges": 8}, "Charges"),
        ({"Charges": {"Amount": 8}}, "Charges"),
        ({"Charges": [8]}, "Charges[0]"),
        ({"Charges": [{"Amount": 1}] * 101}, "Charges"),
        ({"Charges": [{"Amount": "x"}]}, "Charges[0].Amount"),
        ({"Charges": [{"Amount": 1, "Type": []}]}, "Charges[0].Type"),
        ({"Charges": [{"Amount": 1, "Name": {}}]}, "Charges[0].Name"),
        ({"Charges": [{"Amount": 1, "TaxPercent": "x"}]}, "Charges[0].TaxPercent"),
    ],
)
def test_an_error_names_the_charge(changes, path):
    assert error_of(**changes).path == path
