"""Compare Odoo's figures of each business day and branch with the shop's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from .. import paths
from ..server.odoo_client import OdooClient
from ..stand_ins.shop.chain import day_of
from .comparison import exact, total_of

# The addon's products for all charges except tips, which are a separate figure.
CHARGE_PRODUCTS = [
    f"product_charge_{kind}" for kind in ("service", "delivery", "packaging", "deposit", "rounding", "other")
]
OPEN = "open"


@dataclass(frozen=True)
class Figures:
    """The sales of a branch on one day.

    Amounts are less what came back on that day.

    :param orders: number of sales
    :param refunds: number of refunds and cancellations
    :param tax: with that of the charges
    :param charges: without tax and without tips
    :param cash: less change
    :param customers: number of orders with a customer
    :param invoiced: total of the invoices less that of the credit notes
    :param sessions: business day of the sessions
    :param entries: date of their closing entries, ``open`` if they are
    """

    orders: int
    refunds: int
    total: Decimal
    tax: Decimal
    charges: Decimal
    tips: Decimal
    cash: Decimal
    card: Decimal
    customers: int
    invoiced: Decimal
    pickings: int
    quantity: Decimal
    sessions: str
    entries: str


@dataclass(frozen=True)
class DayRow:
    """The figures of a branch on one day, from both systems."""

    day: str
    branch: str
    odoo: Figures | None
    shop: Figures | None

    @property
    def agrees(self) -> bool:
        return self.odoo == self.shop


def compare(
    client: OdooClient, store: int, branches: Mapping[str, str], totals: Iterable[Mapping[str, Any]], today: date
) -> list[DayRow]:
    """Return the rows of all days and branches that either system has.

    :param branches: the name of each branch's Point of Sale in Odoo, by its LocationID
    :param totals: what `totals_by_day` returned
    :param today: the shop's business day; sessions of earlier days must be closed
    """
    of_shop = {(entry["day"], branches[str(entry["location"])]): _of_shop(entry, today) for entry in totals}
    of_odoo = _Books(client, store).figures()
    return [DayRow(*key, of_odoo.get(key), of_shop.get(key)) for key in sorted({*of_odoo, *of_shop})]


def table(rows: list[DayRow]) -> str:
    """Return the rows as text: Odoo's figures above the shop's, the differing ones marked."""
    names = [field.name for field in fields(Figures)]
    cells = [("day", "branch", "", *names)]
    for row in rows:
        for place, (system, figures) in enumerate((("Odoo", row.odoo), ("shop", row.shop))):
            values = [_printed(getattr(figures, name)) for name in names] if figures else ["-"] * len(names)
            mark = "" if row.agrees or not place else "  differs: " + ", ".join(_differing(row))
            cells.append((*((row.day, row.branch) if not place else ("", "")), system, *values[:-1], values[-1] + mark))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]) - 1)]
    return "\n".join(_aligned(line, widths) for line in cells)


def _aligned(line: tuple[str, ...], widths: list[int]) -> str:
    """Return a line with its first three cells to the left, the others to the right, and the last one as it is."""
    *cells, last = line
    padded = [
        text.rjust(width) if place > 2 else text.ljust(width)
        for place, (text, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join([*padded, last])


def _printed(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _differing(row: DayRow) -> list[str]:
    if not (row.odoo and row.shop):
        return ["everything"]
    return [field.name for field in fields(Figures) if getattr(row.odoo, field.name) != getattr(row.shop, field.name)]


def _of_shop(entry: Mapping[str, Any], today: date) -> Figures:
    cash = entry["payments"].get("Cash", Decimal(0))
    return Figures(
        orders=entry["orders"],
        refunds=entry["refunds"],
        total=entry["grand_total"],
        tax=entry["tax"],
        charges=entry["charges"],
        tips=entry["tips"],
        cash=cash,
        card=sum(entry["payments"].values(), Decimal(0)) - cash,
        customers=entry["of_customers"],
        invoiced=entry["invoiced"],
        pickings=entry["pickings"],
        quantity=sum(entry["shelf"].values(), Decimal(0)),
        sessions=entry["day"],
        entries=entry["day"] if entry["day"] < today.isoformat() else OPEN,
    )


class _Books:
    """A store's imported orders and refunds in Odoo, with everything that belongs to them."""

    def __init__(self, client: OdooClient, store: int) -> None:
        self._client = client
        domain = [("sync_id", "=", store), ("state", "=", "done")]
        inbox = self._read("external.order", domain, ["kind", "pos_order_id"])
        kinds = {row["pos_order_id"][0]: row["kind"] for row in inbox if row["pos_order_id"]}
        self._ids = list(kinds)
        self._sales = {order for order, kind in kinds.items() if kind == "sale"}
        names = ["session_id", "config_id", "date_order", "amount_total", "amount_tax"]
        names += ["partner_id", "account_move", "picking_ids"]
        self._orders = self._read("pos.order", [("id", "in", self._ids)], names)
        ours = ("module", "=", paths.ADDON_NAME)
        products = self._read("ir.model.data", [ours, ("name", "in", CHARGE_PRODUCTS)], ["res_id"])
        self._charges = self._lines_of([product["res_id"] for product in products])
        configs = self._read("pos.config", [("tip_product_id", "!=", False)], ["tip_product_id"])
        self._tips = self._lines_of([config["tip_product_id"][0] for config in configs])
        names = ["pos_order_id", "amount", "payment_method_id"]
        self._payments = self._read("pos.payment", [("pos_order_id", "in", self._ids)], names)

    def _lines_of(self, products: list[int]) -> list[dict[str, Any]]:
        domain = [("order_id", "in", self._ids), ("product_id", "in", products)]
        return self._read("pos.order.line", domain, ["order_id", "price_subtotal"])

    def _read(self, model: str, domain: list, names: list[str]) -> list[dict[str, Any]]:
        return self._client.call(model, "search_read", domain, names)

    def figures(self) -> dict[tuple[str, str], Figures]:
        """Return the figures by day of sale and name of the Point of Sale."""
        sessions = self._sessions()
        groups: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for order in self._orders:
            sold_at = datetime.fromisoformat(order["date_order"]).replace(tzinfo=UTC)
            groups[day_of(sold_at).isoformat(), order["config_id"][1]].append(order)
        charges = _by(self._charges, "order_id", "price_subtotal")
        tips = _by(self._tips, "order_id", "price_subtotal")
        cash_methods = self._cash_methods()
        cash = _by((row for row in self._payments if row["payment_method_id"][0] in cash_methods), "pos_order_id")
        paid = _by(self._payments, "pos_order_id")
        invoiced, moved = self._invoiced(), self._moved()
        figures = {}
        for key, orders in groups.items():
            ids = [order["id"] for order in orders]
            sales = [order for order in orders if order["id"] in self._sales]
            pickings = {picking for order in orders for picking in order["picking_ids"]} & moved.keys()
            in_cash = sum((cash[number] for number in ids), Decimal(0))
            figures[key] = Figures(
                orders=len(sales),
                refunds=len(orders) - len(sales),
                total=total_of(order["amount_total"] for order in orders),
                tax=total_of(order["amount_tax"] for order in orders),
                charges=sum((charges[number] for number in ids), Decimal(0)),
                tips=sum((tips[number] for number in ids), Decimal(0)),
                cash=in_cash,
                card=sum((paid[number] for number in ids), Decimal(0)) - in_cash,
                customers=sum(bool(order["partner_id"]) for order in sales),
                invoiced=sum(
                    (invoiced[order["account_move"][0]] for order in orders if order["account_move"]), Decimal(0)
                ),
                pickings=len(pickings),
                quantity=sum((moved[picking] for picking in pickings), Decimal(0)),
                sessions=_listed(sessions[order["session_id"][0]][0] for order in orders),
                entries=_listed(sessions[order["session_id"][0]][1] for order in orders),
            )
        return figures

    def _sessions(self) -> dict[int, tuple[str, str]]:
        """Return the business day of each session, and the date of its closing entry."""
        ids = list({order["session_id"][0] for order in self._orders})
        rows = self._read("pos.session", [("id", "in", ids)], ["external_business_day", "state", "move_id"])
        moves = self._client.call(
            "account.move", "read", [row["move_id"][0] for row in rows if row["move_id"]], ["date"]
        )
        dates = {move["id"]: move["date"] for move in moves}
        return {
            row["id"]: (
                row["external_business_day"] or "",
                dates[row["move_id"][0]] if row["state"] == "closed" and row["move_id"] else OPEN,
            )
            for row in rows
        }

    def _cash_methods(self) -> set[int]:
        ids = list({payment["payment_method_id"][0] for payment in self._payments})
        methods = self._client.call("pos.payment.method", "read", ids, ["is_cash_count"])
        return {method["id"] for method in methods if method["is_cash_count"]}

    def _invoiced(self) -> dict[int, Decimal]:
        """Return the total of each posted invoice, below 0 for a credit note."""
        ids = [order["account_move"][0] for order in self._orders if order["account_move"]]
        moves = self._client.call("account.move", "read", ids, ["state", "amount_total_signed"])
        return {
            move["id"]: exact(move["amount_total_signed"], 2) if move["state"] == "posted" else Decimal(0)
            for move in moves
        }

    def _moved(self) -> defaultdict[int, Decimal]:
        """Return the quantity that left the shelf with each transfer that is done."""
        ids = [picking for order in self._orders for picking in order["picking_ids"]]
        moves = self._read(
            "stock.move",
            [("picking_id", "in", ids), ("state", "=", "done")],
            ["picking_id", "quantity", "location_dest_usage"],
        )
        moved: defaultdict[int, Decimal] = defaultdict(Decimal)
        for move in moves:
            sign = 1 if move["location_dest_usage"] == "customer" else -1
            moved[move["picking_id"][0]] += sign * exact(move["quantity"], 3)
        return moved


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(sorted(set(texts)))


def _by(rows: Iterable[Mapping[str, Any]], order: str, amount: str = "amount") -> defaultdict[int, Decimal]:
    """Return the sum of an amount for each order."""
    sums: defaultdict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row[order][0]] += exact(row[amount], 2)
    return sums
