"""Items that were voided before the sale are left out."""

import pytest
from orders import guide_order, item_with

from lib.order.content import PayloadError
from lib.order.payload import parse_order

VOIDED = ("Void", "voided", " CANCELLED ", "canceled", "Cancel", "Deleted", "delete")
GOODS = {"ItemName": "Oil", "Price": 25, "Quantity": 1}


@pytest.mark.parametrize("key", ["Mode", "Status"])
@pytest.mark.parametrize("state", VOIDED)
def test_a_voided_item_is_left_out_whatever_else_it_says(key, state):
    order = parse_order(guide_order(OrderItems=[GOODS, {key: state, "Price": "x", "OrderDetailPackages": 5}]))
    assert [item.name for item in order.items] == ["Oil"]
    [note] = order.warnings
    assert (str(note), note.is_note) == ("OrderItems[1] was voided and left out", True)


@pytest.mark.parametrize("state", ["Add", "", 201, None, "avoid", "not void", ["void"], {}, True, "x" * 100_000])
def test_every_other_state_means_nothing(state):
    assert len(parse_order(item_with(Mode=state, Status=state)).items) == 1


def test_either_field_may_say_it():
    for states in ({"Mode": "Add", "Status": "Void"}, {"Mode": "Void", "Status": 201}):
        assert len(parse_order(guide_order(OrderItems=[GOODS, {**GOODS, **states}])).items) == 1


def test_a_voided_component_is_left_out():
    parts = [{"Name": "Cup", "Quantity": 1}, {"Name": "Lid", "Mode": "void"}]
    order = parse_order(item_with(OrderDetailPackages=parts))
    assert [part.name for part in order.items[0].components] == ["Cup"]
    assert tuple(map(str, order.warnings)) == ("OrderItems[0].OrderDetailPackages[1] was voided and left out",)


def all_voided(**values):
    return guide_order(OrderItems=None, OrderDetails=[{**GOODS, "Mode": "Void"}], **values)


@pytest.mark.parametrize(
    "values",
    [{}, {"GrandTotal": None}, {"GrandTotal": 0, "ServiceCharges": 5}, {"GrandTotal": None, "CheckoutDetails": None}],
)
def test_an_order_of_voided_items_that_costs_something_is_refused(values):
    with pytest.raises(PayloadError, match=r"^OrderDetails has only voided items, but the order's total is not 0\.$"):
        parse_order(all_voided(**values))


@pytest.mark.parametrize(
    "values",
    [
        {"GrandTotal": 0, "AmountPaid": 0, "CheckoutDetails": None},
        {"GrandTotal": 0, "AmountPaid": 0, "CheckoutDetails": [{"AmountPaid": 0}]},
        {"GrandTotal": None, "AmountPaid": None, "CheckoutDetails": None},
    ],
)
def test_an_order_of_voided_items_that_costs_nothing_is_an_order_of_nothing(values):
    order = parse_order(all_voided(**values))
    assert (order.items, order.payments, order.prices_exclude_tax) == ((), (), False)


def test_an_order_of_voided_and_empty_items_is_refused():
    items = [{**GOODS, "Mode": "Void"}, {**GOODS, "Quantity": 0}]
    with pytest.raises(PayloadError, match="at least one item"):
        parse_order(guide_order(OrderItems=items, GrandTotal=0))
