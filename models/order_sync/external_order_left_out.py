from odoo import models

from ...exceptions import ExternalOrderError
from ...lib.order.content import PayloadError
from ...lib.order.payload import parse_order
from ...lib.order.refund_comparison import is_what_is_left, states_total
from ...tools.message_language import stored


class ExternalOrder(models.Model):
    """A change that only leaves out what was already refunded. Booking it would count the refunds twice."""

    _inherit = "external.order"

    def _find_refunds_left_out(self, raw_order):
        """Return the refunds of this sale if the new content is what they leave of the booked one, else no rows.

        What was stated is compared, and what was booked.

        :param dict raw_order: the new content, as read
        """
        refunds = self._get_counting_refunds().filtered(lambda row: not row._may_be_booked_already())
        if not refunds:
            return refunds
        sold = self._get_booked_order()
        said = refunds._read_as_refunds(sold)
        try:
            now = parse_order(raw_order)
            if sold and all(said.values()) and is_what_is_left(sold, now, said.values()):
                return refunds
            unbooked = [payload for row, payload in said.items() if payload and row.state != "done"]
            is_money_stated = all(payload is None or states_total(payload) for payload in said.values())
            order, sync = self._read_sold_order(), self._get_sync_of_company()
            remainder = self.env["external.refund.remainder"]
            is_left = remainder._is_what_is_left(sync, order, sold, now, unbooked, is_money_stated)
        except (ExternalOrderError, PayloadError):
            return self.browse()  # its import, or that of the refund, says why
        return refunds if is_left else self.browse()

    def _find_refunds_perhaps_left_out(self, raw_order):
        """Return refunds of this sale that the new content may leave out: it only lacks what they brought back, or is
        cheaper by what they paid back. Else no rows.

        :param dict raw_order: the new content, as read
        """
        refunds = self._get_counting_refunds()
        if not refunds:
            return refunds
        sold = self._get_booked_order()
        said = refunds.filtered(lambda row: row.state != "done")._read_as_refunds(sold)
        unbooked = {row: payload for row, payload in said.items() if payload}
        try:
            order, sync = self._read_sold_order(), self._get_sync_of_company()
            remainder = self.env["external.refund.remainder"]
            found = remainder._find_perhaps_left_out(sync, order, sold, parse_order(raw_order), unbooked)
        except (ExternalOrderError, PayloadError):
            return self.browse()  # its import says why
        return refunds.filtered(lambda row: row in found or row.pos_order_id in found)

    def _get_counting_refunds(self):
        return self.life_ids.filtered(lambda row: row.kind == "refund" and row.state != "ignored")

    def _may_be_booked_already(self):
        return self.state != "done" and self.error_code == "order_in_the_way"

    def _read_as_refunds(self, sold):
        """Return the `RefundPayload` of each of these rows, None if it is not stored any more; without unreadable ones.

        :param OrderPayload sold: the sale as it was booked, or None
        """
        said = {}
        for row in self:
            try:
                said[row] = row._parse_life(sold) if row.payload else None
            except PayloadError:
                continue
        return said

    def _get_sync_of_company(self):
        return self.sync_id.with_company(self.sync_id.company_id)

    def _read_sold_order(self):
        return self.env["external.order.refund"]._read_sale(self._get_sync_of_company(), self.pos_order_id)

    def _get_left_out_error(self, refunds):
        message = stored(self.env)._(
            "The changed order only contains what is left after its refunds (%s), so these would be counted twice. "
            "Nothing was booked. The external system has to send the order as it was sold, and its refunds separately. "
            "If only the refunds are new, press Change Seen.",
            ", ".join(refunds.mapped("refund_id")),
        )
        return ExternalOrderError("amount_mismatch", message)

    def _get_perhaps_left_out_error(self, refunds):
        message = stored(self.env)._(
            "The changed order only lacks what was refunded (%s), or is cheaper by that amount. If these refunds are "
            "the reason, booking the change would count them twice, so it was not booked by itself. If the order was "
            "changed for another reason, press Book the Difference. If only the refunds are new, press Change Seen.",
            ", ".join(refunds.mapped("refund_id")),
        )
        return ExternalOrderError("amount_mismatch", message)
