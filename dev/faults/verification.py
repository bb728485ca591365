"""Compare Odoo's books with the shop's, order by order, in the database itself: sales, refunds, booked changes."""

import hmac
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from dev.stand_ins.shop import ShopServer, Totals, compute_totals
from dev.stand_ins.shop.order import Order

from .database import Database

ZERO = Decimal(0)


@dataclass
class Findings:
    """The findings of a comparison.

    :param lost: orders of the shop without a paid POS order, and refunds without one
    :param doubled: POS orders, or inbox rows, beyond the first of an order or of a refund
    :param replaced: POS orders of changed orders that were booked again: the former sale and its refund
    :param difference: the sum of the absolute differences of totals and payments
    :param problems: one sentence per problem
    """

    orders: int = 0
    lost: int = 0
    doubled: int = 0
    difference: Decimal = ZERO
    replaced: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass
class Booked:
    """Odoo's data of one order with everything that came back of it.

    :param uuids: of its POS orders
    """

    total: Decimal = ZERO
    uuids: list[str] = field(default_factory=list)
    unpaid: list[str] = field(default_factory=list)
    cash: Decimal = ZERO
    other: Decimal = ZERO
    shelf: Counter[str] = field(default_factory=Counter)
    pickings: list[str] = field(default_factory=list)


class Books:
    """The books of one store, compared with those of its shop. Create it before anything is imported.

    :param store: id of the ``external.order.sync``
    """

    def __init__(self, database: Database, shop: ShopServer, store: int) -> None:
        self._database = database
        self._shop = shop
        self._store = store
        self._secret = database.value("SELECT value FROM ir_config_parameter WHERE key = 'database.secret'").encode()
        self._stock_before = self._stock()
        self._orders_before = self._count_pos_orders()

    def compare(self, numbers: Iterable[int], versions: dict[int, int | None], everything: bool = False) -> Findings:
        """Compare the orders with these numbers.

        :param versions: which version of an order must be in the books (0: as it was made; None: none, as it was
            cancelled before), if not the last one
        :param everything: the orders are all that the shop ever sold, so sums over the whole database are compared too
        """
        numbers = list(numbers)
        findings = Findings(orders=len(numbers))
        inbox = self._inbox(numbers)
        booked = self._booked(numbers)
        expected = []
        for number in numbers:
            all_versions = self._shop.versions(number)
            index = versions.get(number, len(all_versions) - 1)
            sale, refunds = inbox[number]
            if index is None:
                self._compare_unsold(findings, number, sale, booked.get(number))
                continue
            order = all_versions[index]
            expected.append(order)
            self._compare_inbox(findings, number, sale, index < len(all_versions) - 1)
            self._compare_refunds(findings, order, refunds)
            self._compare_order(
                findings, order, booked.get(number), has_changed=_has_changed(all_versions[: index + 1])
            )
        if everything:
            self._compare_sums(findings, compute_totals(expected))
        return findings

    def _compare_inbox(self, findings: Findings, number: int, rows: list[tuple], changed: bool) -> None:
        if not rows:
            findings.problems.append(f"order {number} is not in the inbox")
            return
        findings.doubled += len(rows) - 1
        state, _code, is_changed, message = rows[0]
        if len(rows) > 1:
            findings.problems.append(f"order {number} is in the inbox {len(rows)} times")
        if state != "done":
            findings.problems.append(f"order {number} is {state} in the inbox: {message}")
        if bool(is_changed) != changed:
            findings.problems.append(f"order {number} is {'' if is_changed else 'not '}flagged as changed")

    def _compare_refunds(self, findings: Findings, order: Order, rows: list[tuple]) -> None:
        """Compare the rows of refunds and cancellations with what came back of an order."""
        missing = len(order.refunds) - len(rows)
        if missing > 0:
            findings.lost += missing
            findings.problems.append(f"order {order.number}: {missing} refunds are not in the inbox")
        elif missing < 0:
            findings.doubled -= missing
            findings.problems.append(
                f"order {order.number}: {len(rows)} refunds in the inbox, not {len(order.refunds)}"
            )
        for state, _code, _changed, message in rows:
            if state != "done":
                findings.lost += 1
                findings.problems.append(f"order {order.number}: a refund is {state}: {message}")

    def _compare_unsold(self, findings: Findings, number: int, rows: list[tuple], booked: Booked | None) -> None:
        """Check that an order that was cancelled in time was never booked."""
        if [row[:2] for row in rows] != [("ignored", "order_cancelled")]:
            findings.problems.append(f"order {number} was cancelled before its import, but is {rows}")
        if booked:
            findings.doubled += len(booked.uuids)
            findings.problems.append(f"order {number} was cancelled before its import, but was booked")

    def _compare_order(self, findings: Findings, order: Order, booked: Booked | None, has_changed: bool) -> None:
        """Compare what is booked of an order in sum.

        :param has_changed: whether it may have been booked, refunded as a whole and booked again
        """
        expected = compute_totals([order])
        if booked is None or booked.unpaid or self._uuid(order.number) not in booked.uuids:
            findings.lost += 1
            findings.difference += abs(expected.grand_total)
            reason = "no POS order of its uuid" if booked is None or not booked.unpaid else f"{booked.unpaid}"
            findings.problems.append(f"order {order.number} is lost: {reason}")
            return
        other = sum((amount for kind, amount in expected.payments.items() if kind != "Cash"), ZERO)
        cash = expected.payments.get("Cash", ZERO)
        differences = {
            "its total": (booked.total, expected.grand_total),
            "cash": (booked.cash, cash),
            "other payments": (booked.other, other),
        }
        for name, (is_there, should_be) in differences.items():
            if is_there != should_be:
                findings.difference += abs(is_there - should_be)
                findings.problems.append(f"order {order.number}: {name} is {is_there}, not {should_be}")
        self._compare_stock(findings, f"order {order.number}", booked.shelf, expected.shelf)
        # A change that is booked leaves two more: the former sale, and its refund.
        further = len(booked.uuids) - expected.orders - expected.refunds
        if further > 0 and has_changed and further % 2 == 0:
            findings.replaced += further
        elif further:
            findings.lost -= min(further, 0)
            findings.doubled += max(further, 0)
            right = expected.orders + expected.refunds
            findings.problems.append(f"order {order.number}: {len(booked.uuids)} POS orders, not {right}")
        if set(booked.pickings) - {"done"} or (not further and len(booked.pickings) != expected.pickings):
            findings.problems.append(f"order {order.number}: pickings {booked.pickings}, not {expected.pickings}")

    def _compare_stock(self, findings: Findings, what: str, moved: Counter[str], expected: dict[str, Decimal]) -> None:
        for name in sorted({*moved, *expected}):
            if moved[name] != expected.get(name, ZERO):
                findings.problems.append(f"{what}: {moved[name]} of {name} left, not {expected.get(name, ZERO)}")

    def _compare_sums(self, findings: Findings, totals: Totals) -> None:
        """Compare what single orders do not show: orders that do not belong to the shop, and the stock."""
        booked = self._count_pos_orders() - self._orders_before - findings.replaced
        extra = booked - totals.orders - totals.refunds
        if extra > 0:
            findings.doubled += extra
            findings.problems.append(f"there are {extra} more POS orders than the shop sold and took back")
        total = self._database.value("SELECT sum(amount_total) FROM pos_order WHERE source = 'external'") or ZERO
        if total != totals.grand_total:
            findings.difference += abs(total - totals.grand_total)
            findings.problems.append(f"all POS orders add up to {total}, not to {totals.grand_total}")
        stock = self._stock()
        gone = Counter({name: quantity - stock.get(name, ZERO) for name, quantity in self._stock_before.items()})
        stored = {name: quantity for name, quantity in totals.shelf.items() if name in self._stock_before}
        self._compare_stock(findings, "on the shelves", gone, stored)

    # ---- what is in the database -------------------------------------------------------------------------------------

    def _uuid(self, number: int) -> str:
        """Return an order's uuid by a copy of the addon's rule, since changing the rule would duplicate every order."""
        text = f"external_order_sync/{self._store}/{number}"
        return str(uuid.UUID(bytes=hmac.digest(self._secret, text.encode(), "sha256")[:16], version=4))

    def _inbox(self, numbers: list[int]) -> dict[int, tuple[list[tuple], list[tuple]]]:
        """Return the rows of each order: of its sale, and of its refunds and cancellations."""
        found: dict[int, tuple[list[tuple], list[tuple]]] = defaultdict(lambda: ([], []))
        for number, kind, *row in self._database.rows(
            "SELECT external_id, kind, state, error_code, changed, error_message FROM external_order "
            "WHERE sync_id = %(store)s AND external_id = ANY(%(numbers)s) ORDER BY id",
            store=self._store,
            numbers=[str(number) for number in numbers],
        ):
            found[int(number)][kind != "sale"].append(tuple(row))
        return found

    def _booked(self, numbers: list[int]) -> dict[int, Booked]:
        booked: dict[int, Booked] = {}
        by_id: dict[int, Booked] = {}
        for order_id, number, its_uuid, total, state in self._rows(
            "id, external_order_number, uuid, amount_total, state FROM pos_order o", numbers, "ORDER BY id"
        ):
            order = by_id[order_id] = booked.setdefault(int(number), Booked())
            order.total += total
            order.uuids.append(its_uuid)
            if state not in ("paid", "done"):
                order.unpaid.append(state)
        for order_id, is_cash, amount in self._rows(
            "o.id, m.is_cash_count, sum(p.amount) FROM pos_order o JOIN pos_payment p ON p.pos_order_id = o.id "
            "JOIN pos_payment_method m ON m.id = p.payment_method_id",
            numbers,
            "GROUP BY o.id, m.is_cash_count",
        ):
            if is_cash:
                by_id[order_id].cash += amount
            else:
                by_id[order_id].other += amount
        for order_id, state in self._rows(
            "o.id, s.state FROM pos_order o JOIN stock_picking s ON s.pos_order_id = o.id", numbers
        ):
            by_id[order_id].pickings.append(state)
        for order_id, name, quantity in self._rows(
            "o.id, t.name->>'en_US', sum(CASE WHEN d.usage = 'customer' THEN m.quantity ELSE -m.quantity END) "
            "FROM pos_order o JOIN stock_picking s ON s.pos_order_id = o.id JOIN stock_move m ON m.picking_id = s.id "
            "JOIN stock_location d ON d.id = m.location_dest_id JOIN product_product p ON p.id = m.product_id "
            "JOIN product_template t ON t.id = p.product_tmpl_id",
            numbers,
            "AND m.state = 'done' GROUP BY o.id, t.name->>'en_US'",
        ):
            by_id[order_id].shelf[name] += _exact(quantity)
        return booked

    def _rows(self, select: str, numbers: list[int], rest: str = "") -> list[tuple]:
        where = "o.source = 'external' AND o.external_order_number = ANY(%(numbers)s)"
        return self._database.rows(f"SELECT {select} WHERE {where} {rest}", numbers=[str(number) for number in numbers])

    def _count_pos_orders(self) -> int:
        return self._database.value("SELECT count(*) FROM pos_order")

    def _stock(self) -> dict[str, Decimal]:
        """Return the total stock of each storable product."""
        rows: list[tuple[str, Any]] = self._database.rows(
            "SELECT t.name->>'en_US', sum(q.quantity) FROM product_template t "
            "JOIN product_product p ON p.product_tmpl_id = t.id AND t.is_storable "
            "LEFT JOIN stock_quant q ON q.product_id = p.id "
            "AND q.location_id IN (SELECT id FROM stock_location WHERE usage = 'internal') GROUP BY 1"
        )
        return {name: _exact(quantity or ZERO) for name, quantity in rows}


def _has_changed(versions: Sequence[Order]) -> bool:
    """Return whether the sale changed from one version to the next, apart from what came back of it."""
    return any(one.lines != other.lines for one, other in pairwise(versions))


def _exact(quantity: Any) -> Decimal:
    """Return a quantity, possibly stored as a float, rounded to thousandths."""
    return round(Decimal(str(quantity)), 3)
