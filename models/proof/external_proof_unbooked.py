from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ...exceptions import ExternalOrderError
from ...lib.money import decimal, exact
from ...lib.order.content import PayloadError
from ...lib.order.figures import ZERO, Figures
from ...lib.order.payload import parse_order
from ...lib.order.refunds import parse_cancellation, parse_refund
from ...lib.strict_json import StrictJsonError, loads
from ..order_import.external_order_date import EARLIEST, TOLERANCE
from ..order_import.import_target import ImportTarget
from .difference import Difference

# Orders that are not imported are read one by one; more than these are not named.
MOST_READ = 5000
# An order may arrive this long before its stated time, because clocks differ.
EARLY = timedelta(days=1)


class ExternalProofUnbooked(models.AbstractModel):
    """Reads what the shop sent and Odoo has not booked: orders that wait or failed, and changes of imported orders."""

    _name = "external.proof.unbooked"
    _description = "Reconciliation of a Day: Unbooked Orders"

    @api.model
    def _read_unbooked(self, sync, since):
        """Return the orders that are not imported, received on a day or later.

        :return: a list of `Difference` for each business day
        :rtype: dict
        """
        domain = Domain("sync_id", "=", sync.id) & Domain("state", "in", ("pending", "failed"))
        domain &= Domain("kind", "!=", "entry")
        received = Domain("received_date", ">=", sync._get_start_of_day(since) - EARLY)
        rows = self.env["external.order"].search(domain & received, order="id", limit=MOST_READ)
        by_day = {}
        for row in rows:
            day, figures, is_known = self._read_row(sync, row)
            reason = "failed" if row.state == "failed" else "waiting"
            config = row.pos_config_id or sync.pos_config_id
            by_day.setdefault(day, []).append(Difference(reason, config, figures, row=row, is_known=is_known))
        return by_day

    @api.model
    def _read_row(self, sync, row):
        """Return the business day of a row that is not imported, its figures, and whether these are all known."""
        try:
            payload = parse_order(loads(row.payload)) if row.kind == "sale" else row._parse_life()
        except (PayloadError, StrictJsonError):
            return sync._get_business_day(row.received_date), Figures(*_counts(row.kind), _plain(row.total)), False
        day = self._get_day(sync, row.kind, payload) or sync._get_business_day(row.received_date)
        return day, self._get_figures(sync, row.kind, row.pos_config_id, payload), _is_complete(payload)

    @api.model
    def _get_day(self, sync, kind, payload):
        """Return the business day on which a parsed order was sold or refunded, ``None`` if that is not known."""
        stated = payload.sold_at if kind == "sale" else payload.refunded_at
        moment = self.env["external.order.import"]._to_moment(sync, stated)
        if not moment or not EARLIEST <= moment <= fields.Datetime.now() + TOLERANCE:
            return None
        return sync._get_business_day(moment)

    @api.model
    def _read_changed(self, sync, rows, day):
        """Return a `Difference` for each of these imported orders of a day whose newest content has other amounts, or
        is of another day."""
        differences = []
        for row in rows:
            payload = self._parse_changed(row)
            if payload is None:
                continue
            behind = {"row": row, "pos_order": row.pos_order_id}
            was, now = self._get_booked(row), self._get_changed_figures(sync, row, payload)
            is_known = row.kind == "sale" or bool(payload.payments) or payload.total is not None
            if (self._get_day(sync, row.kind, payload) or day) != day:
                differences.append(Difference("moved", row.pos_config_id, Figures(), was, **behind))
            elif not is_known:
                differences.append(Difference("changed", row.pos_config_id, was, was, **behind, is_known=False))
            elif now - was:
                differences.append(Difference("changed", row.pos_config_id, now, was, **behind))
        return differences

    @api.model
    def _read_moved_here(self, sync, rows, day):
        """Return a `Difference` for each of these imported orders of other days that, as the shop says now, is of this
        day."""
        differences = []
        for row in rows:
            payload = self._parse_changed(row)
            if payload is not None and self._get_day(sync, row.kind, payload) == day:
                now, behind = self._get_changed_figures(sync, row, payload), {"row": row, "pos_order": row.pos_order_id}
                differences.append(Difference("moved", row.pos_config_id, now, Figures(), **behind))
        return differences

    @api.model
    def _read_reinstated(self, rows, first, end):
        """Return a `Difference` for each booked cancellation between two moments that the shop has taken back.

        :param rows: changed orders of the synchronization
        """
        differences = []
        for row in rows.filtered(lambda row: row.kind == "sale" and row._is_reinstated()):
            for cancellation in row.life_ids.filtered(
                lambda of_row: of_row.kind == "cancellation" and of_row.sold_date
            ):
                if first <= cancellation.sold_date < end:
                    was, behind = self._get_booked(cancellation), {"row": row, "pos_order": cancellation.pos_order_id}
                    differences.append(Difference("changed", cancellation.pos_config_id, Figures(), was, **behind))
        return differences

    @api.model
    def _parse_changed(self, row):
        """Return the newest content of a sale or a refund, ``None`` if it cannot be read."""
        try:
            if row.kind == "sale":
                return parse_order(loads(row.payload or ""))
            return row._parse_life(row._get_sold_order()) if row.kind == "refund" and row.payload else None
        except (PayloadError, StrictJsonError):
            return None

    @api.model
    def _get_changed_figures(self, sync, row, payload):
        """Return the figures of the newest content of an imported sale or refund."""
        now, was = self._get_figures(sync, row.kind, row.pos_config_id, payload), self._get_booked(row)
        if payload.tax is None:
            now = replace(now, tax=was.tax)
        # A refund that names no payments is paid back as its sale was paid.
        return now if row.kind == "sale" or payload.payments else replace(now, payments=was.payments)

    @api.model
    def _get_booked(self, row):
        """Return the figures of an imported row as its import stored them."""
        booked = row.booked_amounts or {}
        return Figures(
            *_counts(row.kind),
            _plain(booked.get("total", row.total)),
            _plain(booked.get("tax", row.pos_order_id.amount_tax if not booked else 0)),
            {int(method): _plain(amount) for method, amount in booked.get("payments", {}).items()},
        )

    @api.model
    def _read_entry(self, sync, config, kind, content):
        """Return the business day of an entry of the feed that is not in the inbox, its figures, and whether these are
        all known.

        :param str kind: ``sale``, ``refund`` or ``cancellation``
        :param dict content: the entry, or a refund in it
        """
        parse = {"sale": parse_order, "refund": parse_refund, "cancellation": parse_cancellation}[kind]
        try:
            payload = parse(content)
        except PayloadError:
            return None, Figures(*_counts(kind)), False
        return self._get_day(sync, kind, payload), self._get_figures(sync, kind, config, payload), _is_complete(payload)

    @api.model
    @exact
    def _get_figures(self, sync, kind, config, payload):
        """Return the figures that a parsed order or refund states."""
        is_sale = kind == "sale"
        sign = 1 if is_sale else -1
        paid = sign * sum((payment.amount for payment in payload.payments), ZERO)
        stated = payload.grand_total if is_sale else payload.total
        gross = paid if stated is None else sign * stated
        payments = self._match(sync, config, payload.payments, sign)
        # Change is given in cash. A return that is not paid yet has none.
        change = paid - gross
        if is_sale and change > 0 and payments:
            cash = [key for key in payments if self._is_cash(key)] or list(payments)
            payments[cash[0]] -= change
        payments = {key: _plain(amount) for key, amount in payments.items() if amount}
        return Figures(*_counts(kind), _plain(gross), _plain(sign * (payload.tax or ZERO)), payments)

    @api.model
    def _match(self, sync, config, payments, sign=1):
        """Return the amounts of external payments by payment method, or by their name if no method stands for them."""
        target = ImportTarget(config or sync.pos_config_id).on(sync)
        methods = self.env["external.payment.matching"]._match_payment_methods(target, payments, has_customer=True)
        amounts = {}
        for payment in payments:
            match = methods[payment.card_type, payment.payment_mode]
            has_method = not isinstance(match, ExternalOrderError)
            key = match[0].id if has_method else payment.card_type or str(payment.payment_mode or "?")
            amounts[key] = amounts.get(key, ZERO) + sign * payment.amount
        return amounts

    @api.model
    def _is_cash(self, key):
        return isinstance(key, int) and self.env["pos.payment.method"].browse(key).is_cash_count


def _is_complete(payload):
    """Return whether a parsed order or refund states its total, its tax and how it was paid."""
    return payload.tax is not None and bool(payload.payments)


def _counts(kind):
    return (1, 0) if kind == "sale" else (0, 1)


def _plain(amount):
    """Return an amount of JSON, of a record or of an order as a short ``Decimal``."""
    exact_amount = amount if isinstance(amount, Decimal) else decimal(float(amount))
    return exact_amount.normalize() + ZERO
