from odoo import api, fields, models

from ...tools.message_language import stored
from ..order_import.outcome import Warn
from ..order_import.pos_order_origin import PosOrder as Origin


class PosOrder(models.Model):
    """Links a refund with its sale, also one that gives back money and no goods, and a sale with what it replaces."""

    _inherit = "pos.order"

    external_refunded_order_id = fields.Many2one(
        "pos.order",
        "Refund of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The sale that this order of the external system refunds.",
    )
    external_replaced_id = fields.Many2one(
        "pos.order",
        "Replaces",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The sale that this one replaces, because the external system changed the order.",
    )

    # Written by the system alone, like all that says where an order comes from.
    _SYSTEM_FIELDS = Origin._SYSTEM_FIELDS | {"external_refunded_order_id", "external_replaced_id"}

    @api.depends("external_refunded_order_id")
    def _compute_refund_related_fields(self):
        super()._compute_refund_related_fields()
        for order in self:
            if order.external_refunded_order_id:
                order.refunded_order_id = order.external_refunded_order_id
        # A register reads many orders at once.
        external = self.filtered(lambda order: order.source == "external" and order.id)
        linked = self.search([("external_refunded_order_id", "in", external.ids)]) if external else self.browse()
        for order, refunds in linked.grouped("external_refunded_order_id").items():
            order.refund_orders_count = len(order.lines.refund_orderline_ids.order_id | refunds)

    def action_view_refund_orders(self):
        action = super().action_view_refund_orders()
        if any(order.source == "external" for order in self):
            action["domain"] = [("id", "in", self._get_all_refunds().ids)]
        return action

    @api.model
    def _get_invoice_lines_values(self, line_values, pos_line, move_type):
        # Odoo takes the lines of a refund below 0 for a credit note, but not those of one that was rounded to 0.
        order = pos_line.order_id
        if order.is_refund and order.external_refunded_order_id and order.currency_id.is_zero(order.amount_total):
            line_values = self._get_reversed(line_values)
        return super()._get_invoice_lines_values(line_values, pos_line, move_type)

    @api.model
    def _get_reversed(self, line_values):
        """Return a base line of taxes with the opposite quantity and fixed amounts."""
        names = {"quantity", "manual_total_excluded_currency", "manual_total_excluded", "manual_tax_amounts"}
        data = {name: line_values[name] for name in names & line_values.keys()}
        return {**line_values, **self.env["account.tax"]._reverse_quantity_base_line_extra_tax_data(data)}

    def _get_valid(self):
        # The last one that replaced this one.
        order = super()._get_valid()
        while newer := self.search([("external_replaced_id", "=", order.id), ("state", "!=", "cancel")], limit=1):
            order = newer
        return order

    def _get_named_warning(self, warning):
        """Return a `Warn` about this order for the row of another one, which has replaced it: with its name."""
        env = stored(self.env)
        return Warn(env._("Order %(order)s: %(reason)s", order=self.name, reason=warning), warning.doubt)

    def _get_all_refunds(self):
        """Return the refunds of these orders, also those of money without goods; canceled ones are none."""
        of_lines = self.lines.refund_orderline_ids.order_id
        refunds = of_lines | self.search([("external_refunded_order_id", "in", self.ids)])
        return refunds.filtered(lambda order: order.state != "cancel").sorted("id")
