from odoo import api, fields, models
from odoo.exceptions import UserError

from .shipment_context import CourierAnswer, NobodyPressed


class StockPicking(models.Model):
    _inherit = "stock.picking"

    external_shipment_ids = fields.One2many(
        "external.shipment", "picking_id", "Shipments", readonly=True, copy=False, groups="stock.group_stock_user"
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shipped(self):
        # sudo: users who delete transfers do not need access to the queue.
        shipped = self.filtered(lambda picking: picking.sudo().external_shipment_ids)
        if shipped:
            raise UserError(
                self.env._(
                    "These transfers have a shipment, whose history is kept, so they cannot be deleted: %s. Cancel "
                    "them instead.",
                    ", ".join(shipped.mapped("name")),
                )
            )

    def _send_confirmation_email(self):
        return super(StockPicking, NobodyPressed().on(self))._send_confirmation_email()

    def send_to_shipper(self):
        """Leave the call to the queue if the courier uses it or the transfer already has a shipment.

        The queue also calls this method, so that Odoo records the courier's answer.
        """
        self.ensure_one()
        self.check_access("write")  # Odoo checks this only when it writes, which is after the courier was called
        # sudo: users who validate transfers do not need access to the queue.
        shipment = self.sudo().external_shipment_ids
        if CourierAnswer.current(self.env) or not (shipment or self.carrier_id._ships_through_queue()):
            return super().send_to_shipper()
        if not shipment or shipment.state == "error":
            self.carrier_id._queue_shipping(self)
        elif shipment.state == "cancelled" and not NobodyPressed.current(self.env):
            shipment._requeue()
        return None

    def cancel_shipment(self):
        self.check_access("write")  # as above
        result = super().cancel_shipment()
        # sudo: as above
        self.sudo().external_shipment_ids._mark_cancelled()
        return result

    def action_open_shipment(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Shipment"),
            "res_model": "external.shipment",
            "res_id": self.external_shipment_ids.id,
            "view_mode": "form",
        }
