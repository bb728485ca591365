from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...lib.order.spellings import name_key
from .trial import Trial

PAYMENT_REASONS = ("payment_not_found", "payment_ambiguous")


class ExternalPaymentMapping(models.Model):
    """Maps a PaymentMode and/or CardType of the external system to a payment method."""

    _name = "external.payment.mapping"
    _description = "External Payment Mapping"
    _inherit = ["external.choice"]
    _order = "sync_id, payment_mode, card_type"
    _check_company_auto = True

    payment_mode = fields.Char(help="PaymentMode in the external system, for example 2. Leave empty for any.")
    card_type = fields.Char(
        help="CardType in the external system, for example Visa. Case does not matter. Leave empty for any."
    )
    pos_config_id = fields.Many2one(
        "pos.config",
        "Point of Sale",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="If a feed has the orders of several branches: the branch that this mapping is for. Leave empty for all.",
    )
    payment_method_id = fields.Many2one("pos.payment.method", required=True, ondelete="cascade")

    available_method_ids = fields.Many2many("pos.payment.method", compute="_compute_available_method_ids")

    _payment_given = models.Constraint(
        "CHECK (COALESCE(payment_mode, '') <> '' OR COALESCE(card_type, '') <> '')",
        "Enter the PaymentMode or the CardType of the external system.",
    )
    # As long as in an order; an index cannot hold much longer texts.
    _bounded_texts = models.Constraint(
        "CHECK (char_length(payment_mode) <= 64 AND char_length(card_type) <= 500)",
        "The PaymentMode can have at most 64 characters, the CardType at most 500.",
    )
    _unique_payment = models.UniqueIndex(
        "(company_id, COALESCE(sync_id, 0), COALESCE(payment_mode, ''), lower(COALESCE(card_type, '')), "
        "COALESCE(pos_config_id, 0))",
        "There is already a mapping for this payment.",
    )

    @api.depends("sync_id", "company_id", "pos_config_id")
    @api.depends_context("external_order_ids")
    def _compute_available_method_ids(self):
        # The import ignores a mapping to a method that its Point of Sale does not have, so do not offer such methods.
        matching = self.env["external.payment.matching"]
        # A method that needs a customer cannot be used for an order that may have none.
        is_of_orders = bool(self.env.context.get("external_order_ids"))
        can_take = matching._can_take_any_payment if is_of_orders else matching._can_take_payment_of_customer
        of_all = self.env["external.order.sync"].search([("active", "=", True)]).grouped("company_id")
        for mapping in self:
            syncs = mapping.sync_id or of_all.get(mapping.company_id, mapping.sync_id)
            methods = (mapping.pos_config_id or syncs._get_pos_configs()).payment_method_ids
            mapping.available_method_ids = methods.filtered(can_take)

    @api.depends("card_type", "payment_mode")
    def _compute_display_name(self):
        for mapping in self:
            mapping.display_name = " / ".join(filter(None, (mapping.card_type, mapping.payment_mode)))

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create(vals_list)
        if not mappings.has_access("write"):
            mappings._check_waited_for()
        mappings._retry_waiting_orders()
        return mappings

    def write(self, vals):
        result = super().write(vals)
        self._retry_waiting_orders()
        return result

    def _is_of(self, card_type, mode):
        """Return whether this mapping applies to a payment with this CardType and PaymentMode (or ``None``)."""
        self.ensure_one()
        if self.payment_mode and (mode is None or self.payment_mode.strip() != str(mode)):
            return False
        return not self.card_type or name_key(self.card_type) == name_key(card_type)

    @api.model
    def _find_for(self, order, card_type, mode):
        """Return the mapping of this order's synchronization and branch for exactly this CardType and PaymentMode.

        :param card_type: text, may be empty; so is ``mode``
        """
        branch = order.sync_id._uses_locations() and order.pos_config_id.id
        own = self.search([("sync_id", "=", order.sync_id.id), ("pos_config_id", "=", branch)])
        wanted = (name_key(card_type), mode or "")
        return own.filtered(
            lambda mapping: (name_key(mapping.card_type), (mapping.payment_mode or "").strip()) == wanted
        )[:1]

    def _check_waited_for(self):
        """Check that an order waits for exactly each of these mappings, as *Choose Payment Method* creates them.

        Users who do not set up synchronizations decide no more than that: nothing for other payments, and nothing that
        is decided already.

        :raise AccessError: if no order waits for one of them
        """
        for mapping in self:
            domain = [("sync_id", "=", mapping.sync_id.id), *self._get_waiting_domain()]
            orders = self.env["external.order"].search_fetch(domain, ["missing_card_type", "missing_payment_mode"])
            waiting = orders.filtered(mapping._is_meant)
            if not any(mapping == self._find_for(order, *order._get_payment_to_choose()) for order in waiting):
                raise AccessError(
                    self.env._(
                        "You can only add a mapping for a payment that holds up an order. Ask an administrator of "
                        "External Order Sync for other payment mappings."
                    )
                )

    @api.model
    def _get_waiting_domain(self):
        """Return the domain of the orders that wait for a payment method."""
        return [("error_code", "in", PAYMENT_REASONS), "|", ("state", "=", "failed"), ("changed", "=", True)]

    def _retry_waiting_orders(self):
        """Retry failed orders that waited for one of these payment methods."""
        if Trial.current(self.env):
            return
        # sudo: users cannot write to the inbox, but their choice of a payment method retries its orders.
        Order = self.env["external.order"].sudo()
        for mapping in self:
            domain = [*mapping._get_orders_domain(), *self._get_waiting_domain()]
            waiting = Order.search_fetch(domain, ["missing_card_type", "missing_payment_mode"])
            if orders := waiting.filtered(mapping._is_meant):
                method = mapping.payment_method_id.display_name
                orders._retry(self.env._("Retried with the payment method %s", method))

    def _is_meant(self, order):
        """Return whether this mapping applies to the payment that has no method in the failed ``order``."""
        if self.pos_config_id and self.pos_config_id != order.pos_config_id:
            return False
        if not (order.missing_card_type or order.missing_payment_mode):
            return True  # we do not know which payment it was
        return self._is_of(order.missing_card_type, order.missing_payment_mode or None)

    def action_remember(self):
        """Return the actions that report the effect of this choice, as for a product."""
        return self.env["external.order"]._get_choice_notification()
