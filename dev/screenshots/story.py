"""The data shown in the pictures: some successful runs, and orders that need a user."""

import json
import urllib.request
from typing import Any

from dev.demo import database as demo_database
from dev.demo.shop import BRANCHES, DemoShop
from dev.server.odoo_client import OdooClient

# Orders that the shop sells between one run and the next.
SALES = (4, 9, 2, 6, 12, 3, 7, 5)


def prepare(client: OdooClient, shop: DemoShop) -> None:
    """Import the shop's orders in several runs; its next orders wait for the camera's Sync Now."""
    demo_database.sync_now(client)
    for count in SALES:
        _post(shop, "orders", {"count": count})
        demo_database.sync_now(client)
    # The preview shows the first orders of the feed, which should be new.
    _request(shop, "orders", method="DELETE")
    _post(shop, "orders", {"count": 9})
    for entry in _awkward_orders():
        _post(shop, "entries", {"payload": entry})


def _awkward_orders() -> list[dict[str, Any]]:
    unknown = [_order(f"W-{number}", "Trail Running Shoes") for number in range(2001, 2005)]
    chairs = [_order(f"W-{number}", "Garden Chair") for number in range(2005, 2007)]
    differing = _order("W-2007", "Sport Shoes", GrandTotal=99.0)
    unpaid = _order("W-2008", "Sport Shoes", AmountPaid="50.0", CheckoutDetails=[_payment(50.0)])
    voucher = _order("W-2009", "Sport Shoes", CheckoutDetails=[_payment(92.0, "Voucher", 9)])
    return [*unknown, *chairs, differing, unpaid, voucher]


def _order(number: str, product: str, **values: Any) -> dict[str, Any]:
    """Return the sample order of `docs/order_format.md`, 80.00 and 15 % tax, with another product."""
    return {
        "OrderID": number,
        "LocationID": next(iter(BRANCHES)),
        "AmountDiscount": 0.0,
        "AmountPaid": "92.0",
        "AmountTotal": 80.0,
        "BalanceAmount": 0.0,
        "GrandTotal": 92.0,
        "Tax": 12.0,
        "TaxPercent": 15.0,
        "OrderStatus": 103,
        "PaymentMode": 1,
        "CheckoutDetails": [_payment(92.0)],
        "OrderItems": [{"ItemID": 0, "ItemName": product, "Price": 80.0, "Quantity": 1.0, "DiscountAmount": 0.0}],
        **values,
    }


def _payment(amount: float, card_type: str = "Cash", mode: int = 1) -> dict[str, Any]:
    return {
        "AmountPaid": amount,
        "CardNumber": "",
        "CardType": card_type,
        "PaymentMode": mode,
        "ReferenceID": "",
    }


def _post(shop: DemoShop, path: str, body: dict[str, Any]) -> None:
    _request(shop, path, json.dumps(body).encode())


def _request(shop: DemoShop, path: str, body: bytes | None = None, method: str | None = None) -> None:
    request = urllib.request.Request(
        f"{shop.address}/_control/{path}", body, {"Content-Type": "application/json"}, method=method
    )
    # A proxy from the environment must not be used for the loopback interface.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        answer.read()
