from dataclasses import dataclass

from odoo import api, fields, models

from ...lib.order.content import PayloadError
from ...lib.order.payload import order_status
from ...lib.order.refunds import has_refunds
from ...tools.bounded_count import bounded_help
from .external_order_sync_feed import split_statuses


@dataclass(frozen=True)
class LifeStatuses:
    """The OrderStatus values, in lower case, with which an order comes again because it was refunded or cancelled."""

    refunded: frozenset
    cancelled: frozenset

    def kind_of(self, entry):
        """Return the kind of row that an entry of the feed is for: ``sale``, ``refund`` or ``cancellation``.

        An order that lists its refunds is the sale, and the list says what came back. So is one whose status cannot be
        read: its import says so.
        """
        try:
            status = order_status(entry).casefold()
        except PayloadError:
            return "sale"
        if status in self.cancelled:
            return "cancellation"
        return "refund" if status in self.refunded and not has_refunds(entry) else "sale"

    def is_of_life(self, status):
        """Return whether an OrderStatus says that an order was refunded or cancelled."""
        return (status or "").casefold() in self.refunded | self.cancelled

    def is_cancelled(self, status):
        return (status or "").casefold() in self.cancelled


class ExternalOrderSync(models.Model):
    """What an order that comes again after its import means: a refund, a cancellation, a change."""

    _inherit = "external.order.sync"

    refund_statuses = fields.Char(
        default="106",
        tracking=True,
        help="An order that comes with one of these OrderStatus values was refunded: what it lists came back. Separate "
        "them with commas. Case does not matter.",
    )
    cancelled_statuses = fields.Char(
        default="Cancelled,Canceled",
        tracking=True,
        help="An order that comes with one of these OrderStatus values was cancelled: if it is imported, what is not "
        "refunded yet is refunded; otherwise it is not imported. Separate them with commas. Case does not matter.",
    )
    refund_restock = fields.Boolean(
        "Return Goods to Stock",
        default=True,
        tracking=True,
        help="Whether refunded goods come back to stock if the refund does not say so (Restock).",
    )
    book_changes = fields.Boolean(
        "Book Changes Automatically",
        tracking=True,
        help="If an imported order comes again with different content, refund what was booked and book the new "
        "content. This also applies to orders that are already flagged. Otherwise the order is flagged, and a user "
        "decides.",
    )
    waiting_count = fields.Integer("Waiting for Their Orders", compute="_compute_life_counts", help=bounded_help())
    waiting_text = fields.Char("Number Waiting for Their Orders", compute="_compute_life_counts")
    changed_count = fields.Integer("Changed", compute="_compute_life_counts", help=bounded_help())
    changed_text = fields.Char("Number Changed", compute="_compute_life_counts")

    @api.depends("order_ids.state", "order_ids.error_code", "order_ids.changed")
    @api.depends_context("lang")
    def _compute_life_counts(self):
        self._set_counts(
            waiting=[("state", "=", "pending"), ("error_code", "=", "waiting_for_order")],
            changed=[("changed", "=", True)],
        )

    def _get_life_statuses(self):
        """Return the statuses of refunded and of cancelled orders.

        :rtype: LifeStatuses
        """
        self.ensure_one()
        refunded, cancelled = (
            frozenset(status.casefold() for status in split_statuses(text))
            for text in (self.refund_statuses, self.cancelled_statuses)
        )
        return LifeStatuses(refunded, cancelled)

    def _reconsider_statuses(self):
        """Let rows that wait for their order, or were cancelled before the import, follow changed settings.

        Those whose status no longer means this become sales again, as they were received.
        """
        # sudo: users cannot write to the inbox.
        Order = self.env["external.order"].sudo()
        reasons = ("waiting_for_order", "order_cancelled")
        for sync in self:
            statuses = sync._get_life_statuses()
            rows = Order.search([("sync_id", "=", sync.id), ("state", "!=", "done"), ("error_code", "in", reasons)])
            rows.filtered(
                lambda row, statuses=statuses: not row.origin_id and not statuses.is_of_life(row.order_status)
            )._become_sales()
