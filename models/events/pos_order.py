from odoo import api, models

from .event_notes import note_new, note_states


class PosOrder(models.Model):
    """The event of a refund that was made in Odoo, of which the shop knows nothing."""

    _inherit = "pos.order"

    _event_types = ("order.refunded",)

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        note_new(orders.filtered(lambda order: order.state == "paid"))
        return orders

    def write(self, vals):
        if vals.get("state") == "paid":
            note_states(self)
        return super().write(vals)

    def _get_event_state(self):
        return self.state

    def _prepare_events(self):
        """Return the values of the events for these orders, which were just paid."""
        events = self.env["external.event"]
        vals_list = []
        for refund in self.filtered(lambda order: order.state == "paid" and order.source != "external"):
            sale = refund.refunded_order_id.external_order_id
            if sale:
                data = {**sale._get_event_data(), "kind": "refund", **refund._get_booked_data(), "total": None}
                vals_list.append(events._prepare_event("order.refunded", sale, sale.company_id, data, sale.sync_id))
        return vals_list

    def _get_booked_data(self):
        """Return what an event says of a booked order, None for each if there is none."""
        return {
            "pos_order_id": self.id or None,
            "pos_order_name": self.name or None,
            "pos_reference": self.pos_reference or None,
            "amount_total": self.amount_total if self else None,
            "amount_tax": self.amount_tax if self else None,
            "amount_paid": self.amount_paid if self else None,
            "currency": self.currency_id.name or None,
        }
