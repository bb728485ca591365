from odoo import api, fields, models


class ExternalPaymentMapping(models.Model):
    """Which payment method a PaymentMode and/or CardType of the external system is."""

    _name = "external.payment.mapping"
    _description = "External Payment Mapping"
    _inherit = ["external.choice"]
    _order = "sync_id, payment_mode, card_type"

    payment_mode = fields.Char(help="PaymentMode in the external system, such as 2. Empty: any.")
    card_type = fields.Char(
        help="CardType in the external system, such as Visa; upper and lower case count alike. Empty: any."
    )
    payment_method_id = fields.Many2one("pos.payment.method", required=True, ondelete="cascade")

    available_method_ids = fields.Many2many("pos.payment.method", compute="_compute_available_method_ids")

    _payment_given = models.Constraint(
        "CHECK (COALESCE(payment_mode, '') <> '' OR COALESCE(card_type, '') <> '')",
        "Enter the PaymentMode or the CardType of the external system.",
    )
    _unique_payment = models.UniqueIndex(
        "(company_id, COALESCE(sync_id, 0), COALESCE(payment_mode, ''), lower(COALESCE(card_type, '')))",
        "There is already a mapping for this payment.",
    )

    @api.depends("sync_id", "company_id")
    def _compute_available_method_ids(self):
        # The import passes over a mapping to a method that its Point of Sale does not have, so none is offered.
        can_take = self.env["external.payment.matching"]._can_take_any_payment
        of_all = self.env["external.order.sync"].search([("active", "=", True)]).grouped("company_id")
        for mapping in self:
            syncs = mapping.sync_id or of_all.get(mapping.company_id, mapping.sync_id)
            methods = syncs.pos_config_id.payment_method_ids
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
        for mapping in self:
            domain = [("state", "=", "failed"), ("error_code", "=", "payment_not_found"), *mapping._get_orders_domain()]
            # The inbox is written by the synchronization alone; choosing a payment method is the manager's part in it.
            if orders := self.env["external.order"].sudo().search(domain):
                orders._retry()

    def action_remember(self):
        """Tell what the choice did, as for a product."""
        return self.env["external.order"]._get_choice_notification()
