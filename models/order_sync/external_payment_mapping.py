from odoo import api, fields, models

from ...lib.order.names import name_key

PAYMENT_REASONS = ("payment_not_found", "payment_ambiguous")


class ExternalPaymentMapping(models.Model):
    """Which payment method a PaymentMode and/or CardType of the external system is."""

    _name = "external.payment.mapping"
    _description = "External Payment Mapping"
    _inherit = ["external.choice"]
    _order = "sync_id, payment_mode, card_type"

    payment_mode = fields.Char(help="PaymentMode in the external system, for example 2. Leave empty for any.")
    card_type = fields.Char(
        help="CardType in the external system, for example Visa. Case does not matter. Leave empty for any."
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

    def _is_of(self, card_type, mode):
        """Return whether this mapping decides a payment of this CardType and PaymentMode (``None``: it has none)."""
        self.ensure_one()
        if self.payment_mode and (mode is None or self.payment_mode.strip() != str(mode)):
            return False
        return not self.card_type or name_key(self.card_type) == name_key(card_type)

    @api.model
    def _find_for(self, order, card_type, mode):
        """Return the mapping of the synchronization of ``order`` for exactly this CardType and PaymentMode (texts)."""
        own = self.search([("sync_id", "=", order.sync_id.id)])
        wanted = (name_key(card_type), mode or "")
        return own.filtered(
            lambda mapping: (name_key(mapping.card_type), (mapping.payment_mode or "").strip()) == wanted
        )[:1]

    def _retry_waiting_orders(self):
        """Try the failed orders again that waited for one of these payment methods."""
        # The inbox is written by the synchronization alone; choosing a payment method is the manager's part in it.
        Order = self.env["external.order"].sudo()
        for mapping in self:
            domain = [("state", "=", "failed"), ("error_code", "in", PAYMENT_REASONS), *mapping._get_orders_domain()]
            waiting = Order.search_fetch(domain, ["missing_card_type", "missing_payment_mode"])
            if orders := waiting.filtered(mapping._is_meant):
                orders._retry()

    def _is_meant(self, order):
        """Return whether this mapping decides the payment for which the failed ``order`` has no method."""
        if not (order.missing_card_type or order.missing_payment_mode):
            return True  # it is not known which one it was
        return self._is_of(order.missing_card_type, order.missing_payment_mode or None)

    def action_remember(self):
        """Tell what the choice did, as for a product."""
        return self.env["external.order"]._get_choice_notification()
