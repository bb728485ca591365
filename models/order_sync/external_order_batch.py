import json

from odoo import api, fields, models

from ...lib.order.size import count_lines

# Orders are imported together until they have this many lines, which takes some seconds.
BATCH_LINES = 1000


class ExternalOrder(models.Model):
    """The size of a batch: a number of orders, and of their lines, so that no transaction takes long."""

    _inherit = "external.order"

    line_count = fields.Integer(
        "Lines",
        compute="_compute_line_count",
        store=True,
        readonly=False,  # see `company_id`
        help="Number of items, components and charges as received.",
    )

    @api.depends("payload")
    def _compute_line_count(self):
        for order in self:
            order.line_count = count_lines(json.loads(order.payload)) if order.payload else 0

    def _lock_batch(self, limit):
        """Lock the first of these orders that no other worker holds, until the end of the transaction.

        :param int limit: the number of orders
        :return: at most ``limit`` orders, fewer if they have `BATCH_LINES` lines: the last one may have more than the
            rest of these, so that an order of any size gets its turn
        """
        claimed, rest = self.browse(), self
        while rest and not claimed._is_full_batch(limit):
            candidates = rest._take_batch(limit - len(claimed), BATCH_LINES - claimed._count_lines())
            claimed += candidates.try_lock_for_update()
            rest = rest[len(candidates) :]
        return claimed

    def _take_batch(self, limit, lines):
        """Return the first of these orders, until there are ``limit`` or they have this many lines."""
        for count, order in enumerate(self[:limit], 1):
            lines -= order._count_lines()
            if lines <= 0:
                return self[:count]
        return self[:limit]

    def _is_full_batch(self, limit):
        """Return whether these orders are as many as `_lock_batch` takes, so that others may be waiting."""
        return len(self) >= limit or self._count_lines() >= BATCH_LINES

    def _count_lines(self):
        """Return the number of lines of these orders; an order whose lines are not known counts as one line."""
        return sum(max(order.line_count, 1) for order in self)
