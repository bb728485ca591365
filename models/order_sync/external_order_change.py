from dataclasses import replace
from datetime import UTC

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...exceptions import ExternalOrderError
from ...lib.order.content import PayloadError
from ...lib.order.difference import find_changes
from ...lib.order.payload import parse_order
from ...lib.strict_json import StrictJsonError, loads
from ...tools.message_language import amount_text, reader_text, stored
from ...tools.notifications import notification
from ...tools.private_context import without_defaults
from ...tools.readers_text import ReadersText
from ...tools.stored_text import on_screen
from ..order_import.order_errors import busy_with_change
from ..order_import.outcome import Outcome
from ..order_refund.refund_request import ReplacementRequest

# A changed order names at most this many differences.
CHANGES_NAMED = 20
# A change that could not be booked for one of these reasons is tried again by the next run.
TEMPORARY_REASONS = ("no_session", "database_busy")


class ExternalOrder(models.Model):
    """An imported order that arrived again with different content: the difference, and how it is booked.

    The row keeps the content that is booked beside the newest one, until the change is booked, or the order arrives as
    it was.
    """

    _inherit = "external.order"

    booked_payload = fields.Text(
        readonly=True, help="The content that was booked, if the order arrived again with different content."
    )
    revision = fields.Integer(readonly=True, help="Number of changes of this order that were booked.")
    change_text = ReadersText("What Changed", compute="_compute_change_text")
    can_book_change = fields.Boolean(compute="_compute_can_book_change")

    @api.depends("kind", "state", "changed", "error_code", "life_ids.kind", "life_ids.state")
    def _compute_can_book_change(self):
        for order in self:
            order.can_book_change = order._may_book_change()

    def _may_book_change(self):
        """Return whether this row is a sale with a change that can be booked."""
        is_sale = self.kind == "sale" and self.state == "done"
        is_known = self.error_code != "order_id_ambiguous" and bool(self.payload)
        return is_sale and self.changed and is_known and not self._is_cancelled()

    def _is_cancelled(self):
        """Return whether the cancellation of this sale is booked: what was sold has been refunded."""
        return any(row.kind == "cancellation" and row.state == "done" for row in self.life_ids)

    def _is_paid_otherwise(self):
        """Return whether the new content of this changed sale was, or may be, paid by other methods than the booked."""
        booked = self._get_booked_order()
        try:
            now = parse_order(loads(self.payload or ""))
        except (PayloadError, StrictJsonError):
            return True
        return booked is None or _stated_methods(booked) != _stated_methods(now)

    # ------------------------------------------------------------
    # What is different
    # ------------------------------------------------------------

    def _prepare_change_values(self, values, is_reinstated=False):
        """Return the values that note other content of this imported row; back to what was booked is no change.

        :param dict values: the received values
        :param bool is_reinstated: whether the order is valid again after it was cancelled, which is a change
        """
        self.ensure_one()
        nothing = {**self._prepare_no_error_values(), **self._prepare_no_interruption_values()}
        if not is_reinstated and self._is_as_booked(values):
            return {**nothing, **self._prepare_as_booked_values()}
        return {
            **nothing,
            "changed": True,
            "changed_date": fields.Datetime.now(),
            **self._prepare_booked_values(),
        }

    @api.model
    def _prepare_as_booked_values(self):
        """Return the values of an imported row whose newest content is the one that was booked."""
        return {"changed": False, "changed_date": False, "booked_payload": False, "booked_digest": False}

    def _get_booked_payload(self):
        """Return the content of this imported row that was booked, as JSON text, or ``False`` if it is not known."""
        return self.booked_payload or (not self.changed_date and self.payload)

    @api.depends("changed", "payload", "booked_payload", "kind", "error_code")
    @api.depends_context("lang", "tz")
    def _compute_change_text(self):
        for order in self:
            lines = order._describe_change() if order.changed else []
            order.change_text = "\n".join(on_screen(self.env, line) for line in lines)

    def _describe_change(self):
        """Return the differences between the content that was booked and the newest one: a text for each.

        :rtype: list[StoredText]
        """
        self.ensure_one()
        env = stored(self.env)
        if self.error_code == "order_id_ambiguous":
            return []  # the error names the orders; it is not known which of them this one has become
        if not self.payload:
            return [env._("Its content is not stored any more.")]
        try:
            now = parse_order(loads(self.payload)) if self.kind == "sale" else None
        except PayloadError as error:
            return [env._("The new content cannot be read: %s", reader_text(self.env, error.message))]
        was = now and self._get_booked_order()
        lines = []
        if self._is_reinstated():
            lines.append(env._("It is not cancelled any more, but its cancellation is booked."))
        if not was:
            is_all = lines and self._is_as_booked({"payload": self.payload})
            return lines if is_all else [*lines, self._describe_totals(now)]
        changes = find_changes(*self._with_comparable_dates(was, now))
        if lines and [change.kind for change in changes] == ["other"]:
            return lines
        lines += [self._describe_difference(change) for change in changes[:CHANGES_NAMED]]
        if len(changes) > CHANGES_NAMED:
            lines.append(env._("… and %s more.", len(changes) - CHANGES_NAMED))
        return lines

    def _with_comparable_dates(self, was, now):
        """Return two versions of the order, their dates in UTC if only one of them states its offset."""
        dates = (was.sold_at, now.sold_at)
        if not all(dates) or bool(was.sold_at.tzinfo) == bool(now.sold_at.tzinfo):
            return was, now
        moments = [self.env["external.order.import"]._to_moment(self.sync_id, date) for date in dates]
        return [
            replace(order, sold_at=moment.replace(tzinfo=UTC))
            for order, moment in zip((was, now), moments, strict=True)
        ]

    def _describe_totals(self, now):
        """Return the difference of a row of which only the totals can be compared."""
        env, currency = stored(self.env), self.currency_id
        if self.kind != "sale":
            return self._describe_paid_back()
        # What was booked may have a tip on top of the total, or a rounding of cash.
        total, booked = now.grand_total, [self.total or self.pos_order_id.amount_total, self.pos_order_id.amount_total]
        if total is not None and not all(currency.compare_amounts(float(total), was) for was in booked):
            return env._(
                "What was booked is not stored any more; compare with the POS order. The total is still %s.",
                amount_text(currency, total),
            )
        return env._(
            "What was booked is not stored any more; compare with the POS order. Total: %(was)s, now %(now)s",
            was=amount_text(currency, booked[0]),
            now=env._("not stated") if total is None else amount_text(currency, total),
        )

    def _describe_paid_back(self):
        """Return the difference of a refund or cancellation, as far as it is in the amount that was paid back."""
        env, currency, booked = stored(self.env), self.currency_id, -self.pos_order_id.amount_total
        try:
            content = self._parse_life(self._get_sold_order())
        except PayloadError as error:
            return env._("The new content cannot be read: %s", reader_text(self.env, error.message))
        stated = sum(payment.amount for payment in content.payments) if content.payments else content.total
        if stated is None and content.items and all(item.amount for item in content.items):
            stated = sum(item.amount for item in content.items)
        if stated is None and self.kind == "refund":
            unknown = env._("not stated")  # its quantities may have changed
            return env._("Paid back: %(was)s, now %(now)s", was=amount_text(currency, booked), now=unknown)
        now = booked if stated is None else float(stated)
        if not currency.compare_amounts(now, booked):
            return env._(
                "The amount paid back is still %s, but the items, payments or date have changed.",
                amount_text(currency, booked),
            )
        return env._(
            "Paid back: %(was)s, now %(now)s", was=amount_text(currency, booked), now=amount_text(currency, now)
        )

    def _describe_difference(self, change):
        """Return one sentence for a `Change`."""
        env, formats = stored(self.env), self._get_formats()
        if change.kind == "quantity":
            quantity = formats["quantity"]
            if change.was is None:
                return env._("%(item)s: added, quantity %(now)s", item=change.name, now=quantity(change.now))
            if change.now is None:
                return env._("%(item)s: removed, quantity was %(was)s", item=change.name, was=quantity(change.was))
            values = {"was": quantity(change.was), "now": quantity(change.now)}
            return env._("%(item)s: quantity %(was)s, now %(now)s", item=change.name, **values)
        values = {"was": self._format_side(change, change.was), "now": self._format_side(change, change.now)}
        name = self._get_charge_names().get(change.name, change.name) if change.kind == "charge" else change.name
        match change.kind:
            case "price":
                return env._("%(item)s: price %(was)s, now %(now)s", item=name, **values)
            case "amount":
                return env._("%(item)s: amount %(was)s, now %(now)s", item=name, **values)
            case "charge":
                return env._("Charge %(name)s: %(was)s, now %(now)s", name=name, **values)
            case "payment":
                return env._("Payment %(name)s: %(was)s, now %(now)s", name=name, **values)
            case "discount":
                return env._("Discount: %(was)s, now %(now)s", **values)
            case "tax":
                return env._("Tax: %(was)s, now %(now)s", **values)
            case "grand_total":
                return env._("Total: %(was)s, now %(now)s", **values)
            case "sold_at":
                return env._("Sold on: %(was)s, now %(now)s", **values)
            case "customer":
                return env._("Customer: %(was)s, now %(now)s", **values)
            case "location":
                return env._("LocationID: %(was)s, now %(now)s", **values)
            case "invoice":
                return env._("Invoice: %(was)s, now %(now)s", **values)
            case _other:
                return env._("Details of items or payments, such as components or references")

    def _format_side(self, change, value):
        """Return the old or the new value of a `Change` as text."""
        if change.kind == "invoice":
            return stored(self.env)._("yes") if value else stored(self.env)._("no")
        if change.kind == "sold_at":
            return self._format_sold_at(value) or "—"
        if change.kind in ("customer", "location"):
            return value or "—"
        if value is None:
            return "—"
        return amount_text(self.currency_id, value)

    # ------------------------------------------------------------
    # Booking it
    # ------------------------------------------------------------

    def action_book_difference(self):
        """Refund what was booked of these changed orders, and book their new content; each in one transaction."""
        self._check_may_act()
        # Users cannot write to the inbox; this button is how they may change it.
        selected = without_defaults(self).sudo()
        orders = selected.filtered(lambda order: order._may_book_change())
        if not orders:
            if cancelled := selected.filtered(lambda order: order.changed and order._is_cancelled()):
                raise UserError(
                    self.env._(
                        "There is no difference to book: %s was cancelled in the external system and is refunded. "
                        "Press Change Seen.",
                        ", ".join(cancelled.mapped("external_id")),
                    )
                )
            settled = selected.filtered(lambda order: not order.changed and (order.revision or order.changed_date))
            if settled or not selected:
                return self._get_nothing_left_notification(settled)
            raise UserError(self.env._("Select imported orders that the external system has changed."))
        free = orders.try_lock_for_update()
        booked = free._book_changes()
        for sync in orders.sync_id:
            sync._update_attention_activity()
        return booked._get_change_notification(free, orders - free)

    @api.model
    def _claim_changes(self, sync, limit, run):
        """Return changed orders that are to be booked by themselves, locked until the end of the transaction.

        Orders with interrupted attempts come last, one at a time. A change that failed for good is left to a person,
        one that ``run`` has tried to the next run.
        """
        domain = [
            ("sync_id", "=", sync.id),
            ("changed", "=", True),
            ("kind", "=", "sale"),
            ("state", "=", "done"),
            ("payload", "!=", False),
            ("life_ids", "not any", [("kind", "=", "cancellation"), ("state", "=", "done")]),
            *("|", ("error_code", "=", False), "&", ("error_code", "in", TEMPORARY_REASONS), ("run_id", "!=", run.id)),
        ]
        waiting = self.search_fetch(
            domain, ["interruptions", "line_count"], order="interruptions NULLS FIRST, id", limit=limit * 10
        )
        for interruptions, orders in waiting.grouped("interruptions").items():
            if claimed := orders._lock_batch(1 if interruptions else limit):
                return claimed
        return self.browse()

    def _book_changes(self, unasked=False):
        """Book the changes of these orders, each by itself.

        :param bool unasked: whether nobody has looked at them, so that what may be an effect of refunds is left
        :return: those that were booked; the others have the reason
        """
        booked = self.browse()
        for order in self.filtered(lambda order: order._may_book_change()).try_lock_for_update():
            if order._book_change(unasked):
                booked |= order
            else:
                order._note_failures()
        booked._note_each({
            order.id: stored(self.env)._("The change was booked: %s", order.pos_order_id.name) for order in booked
        })  # fmt: skip
        return booked

    def _book_change(self, unasked=False):
        """Book the newest content of this locked order in place of what was booked. Return whether that succeeded.

        :param bool unasked: see `_book_changes`
        """
        self.ensure_one()
        sync = self.sync_id.with_company(self.sync_id.company_id)
        raw_order = loads(self.payload)
        if sync._get_life_statuses().kind_of(raw_order) != "sale":
            return self._book_former_refund(sync, raw_order)
        if refunds := self._find_refunds_left_out(raw_order):
            self._fail(self._get_left_out_error(refunds))
            return False
        if unasked and (refunds := self._find_refunds_perhaps_left_out(raw_order)):
            self._fail(self._get_perhaps_left_out_error(refunds))
            return False
        revision = len(self._get_replaced_orders()) + 1
        request = ReplacementRequest(
            sale=self.pos_order_id,
            raw_order=raw_order,
            revision=revision,
            location=(self.external_location or "") if self.by_location else None,
            sold=self._get_booked_order(),
        )
        try:
            replacement = self.env["external.order.replacement"]._book_replacement(sync, request)
        except ExternalOrderError as error:
            self._fail(error)
            return False
        except (psycopg2.errors.UniqueViolation, psycopg2.errors.LockNotAvailable):
            self._fail(busy_with_change(sync))
            return False
        self._finish(Outcome(pos_order=replacement.pos_order, warnings=replacement.warnings))
        self.write(
            {
                **self._prepare_no_interruption_values(),
                "total": replacement.pos_order.amount_total,
                **self._prepare_as_booked_values(),
                "revision": revision,
            }
        )
        self._note_known_refunds(revision)
        # What could not be refunded of the old content, or waited for the new one, may be possible now.
        unbooked = self.life_ids.filtered(
            lambda row: row.state in ("pending", "failed") and row.error_code != "order_id_ambiguous"
        )
        unbooked.write({**self._prepare_no_error_values(), "state": "pending", "attempts": 0})
        return True

    def _get_replaced_orders(self):
        """Return the POS orders that the one of this sale replaces, directly or not, the newest first.

        They count its changes even after the inbox was lost.
        """
        replaced = self.env["pos.order"]
        pos_order = self.pos_order_id.external_replaced_id
        while pos_order:
            replaced |= pos_order
            pos_order = pos_order.external_replaced_id
        return replaced

    def _book_former_refund(self, sync, raw_order):
        """Book a refund or cancellation that an earlier release took for a change of the order. Return ``True``.

        What was booked is not known, so the order stays without it.

        :param dict raw_order: its payload, as read
        """
        self.write({**self._prepare_no_error_values(), "changed": False})
        self._receive(sync, [raw_order])
        self.life_ids.filtered(lambda row: row.state == "pending")._import_again()
        return True

    def _get_change_notification(self, tried, busy):
        """Return the notification about these booked orders.

        :param tried: the orders that were tried
        :param busy: the others, see `_describe_busy`
        """
        failed = tried - self
        lines = [self.env._("Booked: %s", ", ".join(self.mapped("external_id")))] if self else []
        lines += failed[:1].mapped("error_text")
        lines += self._describe_busy(busy)
        kind = "danger" if failed else "info" if busy else "success"
        return notification(kind, "\n".join(filter(None, lines)))


def _stated_methods(order):
    return {(payment.card_type, payment.payment_mode) for payment in order.payments}
