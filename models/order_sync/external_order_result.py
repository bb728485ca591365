from odoo import api, models

from ...tools.message_language import stored


class ExternalOrder(models.Model):
    """The result of an order, as reported to the system that sent it. All results of rows are made here."""

    _inherit = "external.order"

    def _get_result(self):
        """Return the result of this order: ``state``, ``code`` and ``message`` (None if there is nothing to say).

        The state is that of the inbox. The code is one of ``error_code`` and ``doubt``, or ``changed``.
        """
        self.ensure_one()
        code = self.error_code
        message = self.error_message if code else False
        if not code and self.state == "done":
            if self.changed:
                code = "changed"
                message = stored(self.env)._(
                    "The order was already imported and arrived again with different content. The sale was left as it "
                    "is; a user compares it under Needs Attention."
                )
            else:
                code, message = self.doubt, self.warnings
        if not message and self.state == "pending" and self.sync_id.state != "started":
            message = stored(self.env)._(
                "The order is in the inbox. It is imported once the synchronization is started."
            )
        return {"state": self.state, "code": code or None, "message": message or None}

    def _get_push_result(self, is_duplicate=False):
        """Return the result of a pushed order, as ``POST /api/orders`` answers it."""
        return {
            "order_id": self.external_id,
            **self._get_result(),
            "duplicate": is_duplicate,
            # Read only what is there: a request with many new orders reads nothing again.
            "pos_order_id": self.pos_order_id.id or None if self.state == "done" else None,
        }

    def _get_bulk_result(self, reason="", lost_id=""):
        """Return the result in the form of the shop system's own address.

        :param str reason: what is wrong with an entry that is not an order; ``self`` is empty then
        :param str lost_id: the OrderID of an entry whose row was not found; ``self`` is empty then
        """
        if lost_id:
            reason = self._describe_lost()
        result = {} if reason else self._get_result()
        is_done = not reason and self.state == "done"
        # A change that was not booked is not a success: the register has the order as it was.
        is_as_sent = is_done and not self.changed
        waiting = stored(self.env)._("The order is in the inbox and will be imported soon.")
        return {
            "external_order_id": self.external_id or lost_id or None,
            "status": "success" if is_as_sent else "error",
            "pos_order_id": self.pos_order_id.id or None,
            "pos_order_name": self.pos_order_id.name or None,
            "amount_total": self.pos_order_id.amount_total if is_done else None,
            "error": None if is_as_sent else reason or result["message"] or waiting,
        }

    @api.model
    def _get_refused_result(self, reason):
        """Return the result of a pushed entry that is not an order."""
        return {
            "order_id": None,
            "state": "refused",
            "code": "invalid_payload",
            "message": reason,
            "duplicate": False,
            "pos_order_id": None,
        }

    @api.model
    def _get_lost_result(self, external_id):
        """Return the result of a pushed entry whose row was not found after it was stored."""
        return {
            "order_id": external_id,
            "state": "failed",
            "code": "odoo_error",
            "message": self._describe_lost(),
            "duplicate": False,
            "pos_order_id": None,
        }

    @api.model
    def _describe_lost(self):
        return stored(self.env)._(
            "The order was received, but it was not found in the inbox afterwards. Check it in Odoo, and see the "
            "server log."
        )

    def _get_status(self):
        """Return all that ``GET /api/orders/{OrderID}`` answers, with times as naive UTC."""
        self.ensure_one()
        pos_order = self.pos_order_id
        return {
            "order_id": self.external_id,
            "location_id": self.external_location or None,
            "sync": self.sync_id.code,
            **self._get_result(),
            "order_status": self.order_status or None,
            "total": self.total,
            "pos_order_id": pos_order.id or None,
            "pos_order_name": pos_order.name or None,
            "amount_total": pos_order.amount_total if pos_order else None,
            "amount_tax": pos_order.amount_tax if pos_order else None,
            "amount_paid": pos_order.amount_paid if pos_order else None,
            "currency": (pos_order or self).currency_id.name or None,
            "received": self.received_date,
            "imported": self.imported_date or None,
            "next_attempt": self.next_attempt or None,
            "refunds": self._get_refund_results(),
        }

    def _get_refund_results(self):
        """Return what came back of this order, as received and in the register, with times as naive UTC."""
        results, booked = [], self.env["pos.order"]
        for row in self.life_ids.sorted("id"):
            booked |= row.pos_order_id
            results.append({"refund_id": row.refund_id, **row._get_result(), **row.pos_order_id._get_refund_result()})
        in_register = {"refund_id": None, "state": "done", "code": None, "message": None}
        others = self.pos_order_id._get_all_refunds() - booked
        return results + [{**in_register, **refund._get_refund_result()} for refund in others]


class PosOrder(models.Model):
    _inherit = "pos.order"

    def _get_refund_result(self):
        """Return the figures of a refund, with its time as naive UTC; of none as long as it is not booked."""
        return {
            "pos_order_id": self.id or None,
            "pos_order_name": self.name or None,
            "amount_total": self.amount_total if self else None,
            "date": self.date_order or None,
        }
