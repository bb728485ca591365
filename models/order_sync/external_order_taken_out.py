from odoo import fields, models

from ...lib.order.refunds import THE_REFUND


class ExternalOrder(models.Model):
    """The changes of an order that were booked before a refund of it was known: they may have taken out the same."""

    _inherit = "external.order"

    first_known_change = fields.Integer(
        readonly=True,
        help="Of a refund: the number of the first change of its order that was booked while the refund was known. 0 "
        "if none was.",
    )

    def _note_known_refunds(self, revision):
        """Note on the refunds of this sale that are not booked that a change was booked while they were known.

        A refund that another transaction receives meanwhile is not among them: nobody compared it with the change.

        :param int revision: the number of the change
        """
        unbooked = self.life_ids.filtered(lambda row: row.state != "done" and not row.first_known_change)
        unbooked.first_known_change = revision

    def _get_versions_before_known(self):
        """Return the POS orders of this refund's sale, the oldest first, before and after each change that was booked
        before the refund was known; at least one.
        """
        sale = self.origin_id
        versions = [*reversed(sale._get_replaced_orders()), sale.pos_order_id]
        return versions[: self.first_known_change or None]

    def _get_settled_refunds(self, sold):
        """Return the other refunds of this one's sale that a user has ignored, and the versions before each was known.

        What a change took out may be one of them. If one of the two has no RefundID, they may be the same refund, so
        that one says nothing.

        :param OrderPayload sold: the sale as it was booked, or None
        :return: pairs of a `RefundPayload` and what `_get_versions_before_known` returns
        """
        if self.refund_id == THE_REFUND:
            return []
        ignored = self.origin_id.life_ids.filtered(
            lambda row: row.kind == "refund" and row.state == "ignored" and not row.error_code
        )
        others = (ignored - self).filtered(lambda row: row.refund_id != THE_REFUND).sorted("id")
        said = others._read_as_refunds(sold)
        return [(payload, row._get_versions_before_known()) for row, payload in said.items() if payload]
