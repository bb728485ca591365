from odoo import api, fields, models


class ExternalProductAlias(models.Model):
    """The dialog *Choose Product*."""

    _inherit = "external.product.alias"

    waiting_count = fields.Integer(compute="_compute_waiting_count")

    @api.depends("item_id", "item_name", "sync_id")
    def _compute_waiting_count(self):
        for alias in self:
            domain = [("state", "=", "failed"), ("error_code", "in", ("product_not_found", "product_ambiguous"))]
            if alias.sync_id:
                domain.append(("sync_id", "=", alias.sync_id.id))
            orders = self.env["external.order"].search_fetch(domain, ["missing_item_id", "missing_item_name"])
            alias.waiting_count = len(orders.filtered(alias._is_meant))

    def action_remember(self):
        """Tell what the choice, which was saved before this, did for the orders that waited for it."""
        return self.env["external.order"]._get_choice_notification()


class ExternalPaymentMapping(models.Model):
    """The dialog *Choose Payment Method*."""

    _inherit = "external.payment.mapping"

    available_method_ids = fields.Many2many("pos.payment.method", compute="_compute_available_method_ids")

    @api.depends("sync_id")
    def _compute_available_method_ids(self):
        # The import passes over a mapping to a method that its Point of Sale does not have, so none is offered.
        can_take = self.env["external.payment.matching"]._can_take_any_payment
        of_all = self.env["external.order.sync"].search([("active", "=", True)]).pos_config_id.payment_method_ids
        for mapping in self:
            methods = mapping.sync_id.pos_config_id.payment_method_ids if mapping.sync_id else of_all
            mapping.available_method_ids = methods.filtered(can_take)

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create(vals_list)
        mappings._retry_waiting_orders()
        return mappings

    def write(self, vals):
        result = super().write(vals)
        self._retry_waiting_orders()
        return result

    def _retry_waiting_orders(self):
        """Try the failed orders again that had no payment method."""
        domain = [("state", "=", "failed"), ("error_code", "=", "payment_not_found")]
        if all(self.mapped("sync_id")):
            domain.append(("sync_id", "in", self.sync_id.ids))
        # The inbox is written by the synchronization alone; choosing a payment method is the manager's part in it.
        if self and (orders := self.env["external.order"].sudo().search(domain)):
            orders._retry()

    def action_remember(self):
        """Tell what the choice did, as for a product."""
        return self.env["external.order"]._get_choice_notification()
