"""The orders that the tests of the payload vary."""

from lib.order.parts import OrderPayload
from lib.order.payload import parse_order
from lib.strict_json import loads

GUIDE_ORDER = """{
  "OrderID": 639, "AmountDiscount": 0.0, "AmountPaid": "92.0", "AmountTotal": 80.0, "BalanceAmount": 0.0,
  "GrandTotal": 92.0, "Tax": 12.0, "TaxPercent": 15.0, "OrderStatus": 103, "PaymentMode": 1,
  "CheckoutDetails": [
    {"AmountPaid": 92.0, "CardNumber": "", "CardType": "Cash", "PaymentMode": 1, "ReferenceID": ""}
  ],
  "OrderItems": [
    {"ItemID": 0, "ItemName": "Product Name", "Price": 80.0, "Quantity": 1.0, "DiscountAmount": 0.0,
     "OrderDetailPackages": [{"ItemID": 175741, "ItemName": "Component Item", "Price": 20.0, "Quantity": 2.0}]}
  ]
}"""


def guide_order(**values) -> dict:
    """The guide's order, with `values` in it; None removes the key."""
    order = loads(GUIDE_ORDER) | values
    return {key: value for key, value in order.items() if value is not None}


def order_of(*items, **values) -> OrderPayload:
    """An order of items given as (price, quantity, discount)."""
    entries = [
        {"ItemName": f"Item {index}", "Price": price, "Quantity": quantity, "DiscountAmount": discount}
        for index, (price, quantity, discount) in enumerate(items)
    ]
    return parse_order(
        {"OrderID": 1, "OrderItems": entries, "GrandTotal": None, "AmountTotal": None, "AmountPaid": None} | values
    )


def item_with(**values) -> dict:
    """The guide's order whose only item has `values`."""
    order = guide_order()
    order["OrderItems"][0].update(values)
    return order
