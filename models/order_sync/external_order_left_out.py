from odoo import models

from ...exceptions import ExternalOrderError
from ...lib.order.content import PayloadError
from ...lib.order.payload import parse_order
from ...lib.order.refund_comparison import is_what_is_left
from ...tools.message_language import stored


class ExternalOrder(models.Model):
    """A change that only leaves out what was already refunded. Booking it would count the refunds twice."""

    _inherit = "external.order"

    def _find_refunds_left_out(self, raw_order):
        """Return the refunds of this sale if the new content is what they leave of the booked one, else no rows.

        :param dict raw_order: the new content, as read
        """
        refunds = self.life_ids.filtered(lambda row: row.kind == "refund" and row.state != "ignored")
        if not refunds:
            return refunds
        try:
            now, booked = parse_order(raw_order), self._get_booked_order()
            if booked and all(refunds.mapped("payload")):
                is_left = is_what_is_left(booked, now, [row._parse_life(booked) for row in refunds])
            else:
                is_left = self._is_left_of_pos_order(now, refunds)
        except (ExternalOrderError, PayloadError):
            return self.browse()  # its import, or that of the refund, says why
        return refunds if is_left else self.browse()

    def _is_left_of_pos_order(self, now, refunds):
        """Return whether the new content is what these refunds leave, where their content is not stored any more.

        :param OrderPayload now: the new content
        """
        sync = self.sync_id.with_company(self.sync_id.company_id)
        order = self.env["external.order.refund"]._read_sale(sync, self.pos_order_id)
        unbooked = [row._parse_life() for row in refunds if row.state != "done"]
        return self.env["external.refund.matching"]._is_what_is_left(sync, order, now, unbooked)

    def _get_left_out_error(self, refunds):
        message = stored(self.env)._(
            "The changed order only contains what is left after its refunds (%s), so these would be counted twice. "
            "Nothing was booked. The external system has to send the order as it was sold, and its refunds separately. "
            "If only the refunds are new, press Change Seen.",
            ", ".join(refunds.mapped("refund_id")),
        )
        return ExternalOrderError("amount_mismatch", message)
