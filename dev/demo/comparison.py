"""Compare Odoo's figures after an import with the shop's."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..server.odoo_client import OdooClient

Figure = int | Decimal


@dataclass(frozen=True)
class Row:
    """One figure from both systems."""

    name: str
    odoo: Figure
    shop: Figure

    @property
    def agrees(self) -> bool:
        """Whether both figures are exactly equal."""
        return self.odoo == self.shop


def compare(client: OdooClient, store: int, totals: Mapping[str, Any]) -> list[Row]:
    """Return the figures of a store's imported orders beside the shop's totals."""
    fields = ["kind", "state", "pos_order_id"]
    inbox = client.call("external.order", "search_read", [("sync_id", "=", store)], fields)
    done = [row for row in inbox if row["state"] == "done" and row["pos_order_id"]]
    sales = [row["pos_order_id"][0] for row in done if row["kind"] == "sale"]
    refunds = [row["pos_order_id"][0] for row in done if row["kind"] != "sale"]
    orders = client.call(
        "pos.order", "search_read", [("id", "in", sales + refunds)], ["state", "amount_total", "picking_ids"]
    )
    paid = {order["id"]: order for order in orders if order["state"] in ("paid", "done")}
    picking_ids = [picking for order in paid.values() for picking in order["picking_ids"]]
    pickings = client.call("stock.picking", "search_read", [("id", "in", picking_ids), ("state", "=", "done")], ["id"])
    return [
        Row("orders in the inbox", sum(row["kind"] == "sale" for row in inbox), totals["orders"]),
        Row("paid POS orders", len(paid.keys() & sales), totals["orders"]),
        Row("POS refunds", len(paid.keys() & refunds), totals["refunds"]),
        Row("total", total_of(order["amount_total"] for order in paid.values()), totals["grand_total"]),
        *_payment_rows(client, list(paid), totals["payments"]),
        Row("pickings done", len(pickings), totals["pickings"]),
        *_shelf_rows(client, [picking["id"] for picking in pickings], totals["shelf"]),
        *_replaced_rows(client, list(paid)),
    ]


def _replaced_rows(client: OdooClient, order_ids: list[int]) -> list[Row]:
    """Return what is left of the orders that changed and were booked again: nothing, neither money nor goods."""
    domain = [("source", "=", "external"), ("id", "not in", order_ids)]
    replaced = client.call("pos.order", "search_read", domain, ["amount_total", "picking_ids"])
    ids = [order["id"] for order in replaced]
    payments = client.call("pos.payment", "search_read", [("pos_order_id", "in", ids)], ["amount", "payment_method_id"])
    paid: Counter[int] = Counter()
    for payment in payments:
        paid[payment["payment_method_id"][0]] += exact(payment["amount"], 2)
    left = _left_shelf(client, [picking for order in replaced for picking in order["picking_ids"]])
    return [
        Row("replaced orders, in sum", total_of(order["amount_total"] for order in replaced), Decimal(0)),
        Row("  their payments, by method", sum(map(abs, paid.values()), Decimal(0)), Decimal(0)),
        Row("  their goods", sum(map(abs, left.values()), Decimal(0)), Decimal(0)),
    ]


def table(rows: list[Row]) -> str:
    """Return the figures as text, the differing ones marked."""
    lines = [f"{'':<32}{'Odoo':>14}{'shop':>14}"]
    lines += [f"{row.name:<32}{row.odoo:>14}{row.shop:>14}{'' if row.agrees else '   differs'}" for row in rows]
    return "\n".join(lines)


def _payment_rows(client: OdooClient, order_ids: list[int], of_shop: Mapping[str, Decimal]) -> list[Row]:
    """Return the paid amounts, net of change, of cash and of everything else."""
    domain = [("pos_order_id", "in", order_ids)]
    payments = client.call("pos.payment", "search_read", domain, ["amount", "payment_method_id"])
    method_ids = list({payment["payment_method_id"][0] for payment in payments})
    methods = client.call("pos.payment.method", "read", method_ids, ["is_cash_count"])
    cash_methods = {method["id"] for method in methods if method["is_cash_count"]}
    cash = total_of(payment["amount"] for payment in payments if payment["payment_method_id"][0] in cash_methods)
    other = total_of(payment["amount"] for payment in payments if payment["payment_method_id"][0] not in cash_methods)
    return [
        Row("paid in cash, less change", cash, of_shop.get("Cash", Decimal(0))),
        Row("paid otherwise", other, sum((of_shop[name] for name in of_shop if name != "Cash"), Decimal(0))),
    ]


def _shelf_rows(client: OdooClient, picking_ids: list[int], of_shop: Mapping[str, Decimal]) -> list[Row]:
    """Return the total quantity that left the shelf, and each product whose quantity differs from the shop's."""
    left = _left_shelf(client, picking_ids)
    differing = sorted(name for name in {*left, *of_shop} if left[name] != of_shop.get(name, 0))
    return [
        Row("quantity that left the shelf", sum(left.values(), Decimal(0)), sum(of_shop.values(), Decimal(0))),
        *(Row(f"  {name}", left[name], of_shop.get(name, Decimal(0))) for name in differing),
    ]


def _left_shelf(client: OdooClient, picking_ids: list[int]) -> Counter[str]:
    """Return the quantity of each product that left the shelf with these transfers, less what came back."""
    domain = [("picking_id", "in", picking_ids), ("state", "=", "done")]
    moves = client.call("stock.move", "search_read", domain, ["product_id", "quantity", "location_dest_usage"])
    names = client.call("product.product", "read", list({move["product_id"][0] for move in moves}), ["name"])
    name_of = {product["id"]: product["name"] for product in names}
    left: Counter[str] = Counter()
    for move in moves:
        sign = 1 if move["location_dest_usage"] == "customer" else -1
        left[name_of[move["product_id"][0]]] += sign * exact(move["quantity"], 3)
    return left


def total_of(amounts: Iterable[float]) -> Decimal:
    """Return the exact sum of amounts of money."""
    return sum((exact(amount, 2) for amount in amounts), Decimal(0))


def exact(value: float, digits: int) -> Decimal:
    """Return the decimal number with this many digits that a float of Odoo stands for."""
    return Decimal(str(round(value, digits)))
