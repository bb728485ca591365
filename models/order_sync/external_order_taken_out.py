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
        """Note on the refunds of this sale that a change was booked while they were known.

        A refund that another transaction receives meanwhile is not among them: nobody compared it with the change.

        :param int revision: the number of the change
        """
        self.life_ids.filtered(lambda row: not row.first_known_change).first_known_change = revision

    def _prepare_earlier_changes(self, sold):
        """Return what a `RefundRequest` says of the changes that were booked before this refund was known.

        :param OrderPayload sold: the sale as it was booked, or None
        """
        if self.kind != "refund":
            return {}
        versions = self._get_versions_before_known()
        if len(versions) < 2:
            return {}
        others = (self.origin_id.life_ids - self).filtered(lambda row: row.kind == "refund").sorted("id")
        booked = others.filtered(lambda row: row.state == "done" and row.pos_order_id)
        return {
            "versions": versions,
            "settled": self._find_settled(others, sold),
            "since": [(row.pos_order_id, len(row._get_versions_before_known())) for row in booked],
        }

    def _get_versions_before_known(self):
        """Return the POS orders of this refund's sale, the oldest first, before and after each change that was booked
        before the refund was known; at least one.
        """
        sale = self.origin_id
        versions = [*reversed(sale._get_replaced_orders()), sale.pos_order_id]
        return versions[: self.first_known_change or None]

    def _find_settled(self, others, sold):
        """Return those refunds among ``others`` that a user has ignored: what a change took out may be one of them.

        If one of the two has no RefundID, they may be the same refund, so that one says nothing.

        :return: pairs of a `RefundPayload` and what `_get_versions_before_known` returns
        """
        if self.refund_id == THE_REFUND:
            return []
        ignored = others.filtered(lambda row: row.state == "ignored" and not row.error_code)
        said = ignored.filtered(lambda row: row.refund_id != THE_REFUND)._read_as_refunds(sold)
        return [(payload, row._get_versions_before_known()) for row, payload in said.items() if payload]
