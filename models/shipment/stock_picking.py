from odoo import fields, models

from .shipment_context import CourierAnswer, NobodyPressed


class StockPicking(models.Model):
    _inherit = "stock.picking"

    external_shipment_ids = fields.One2many(
        "external.shipment", "picking_id", "Shipments", readonly=True, copy=False, groups="stock.group_stock_user"
    )

    def _send_confirmation_email(self):
        return super(StockPicking, NobodyPressed().on(self))._send_confirmation_email()

    def send_to_shipper(self):
        """Leave it to the queue to call the courier, where the courier is the queue's or the transfer is in it.

        The queue calls this too, to have recorded what the courier answered.
        """
        self.ensure_one()
        self.check_access("write")  # Odoo writes the transfer too, but only after the courier was called
        # Whoever validates a transfer need not see the queue.
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
        # As above.
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
