from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ...exceptions import ExternalOrderError
from ...lib.order.content import PayloadError
from ...lib.order.payload import parse_order
from ...lib.strict_json import loads
from ...tools.message_language import reader_text
from ...tools.notifications import notification
from ...tools.readers_text import ReadersChar
from ..order_import.import_target import ImportTarget
from .external_order_problem import PRODUCT_REASONS
from .external_payment_mapping import PAYMENT_REASONS

# Only the external system can correct these orders: until it has, Retry gives the same result.
CORRECTED_OUTSIDE = (
    "not_an_order", "invalid_payload", "not_fully_paid", "overpaid", "order_id_ambiguous", "refund_exceeds_order",
    "waiting_for_order",
)  # fmt: skip
# Saving what another button leads to retries these orders.
RETRIED_BY_THEMSELVES = (*PRODUCT_REASONS, *PAYMENT_REASONS, "no_session")
# Check at most this many orders to report the effect of a choice.
ORDERS_TOLD = 1000


class ExternalOrder(models.Model):
    """What the inbox screens show and do, apart from importing."""

    _inherit = "external.order"

    content_html = fields.Html("Order as Read", compute="_compute_content_html", sanitize=False)
    result_html = fields.Html("POS Order as Created", compute="_compute_result_html", sanitize=False)
    has_guessed_payment = fields.Boolean(compute="_compute_has_guessed_payment")
    same_reason_count = fields.Integer(compute="_compute_same_reason_count")
    picking_count = fields.Integer(related="pos_order_id.picking_count")
    retry_helps = fields.Boolean(compute="_compute_retry_helps")
    lacks_invoice_journal = fields.Boolean(compute="_compute_lacks_invoice_journal")
    problem_note = ReadersChar("Remark", compute="_compute_problem_note")

    result_note = ReadersChar("Result", compute="_compute_result_note")

    @api.depends("error_text", "warning_text", "change_text")
    @api.depends_context("lang")
    def _compute_problem_note(self):
        for order in self:
            changed = order.change_text and self.env._("Changed: %s", order.change_text.replace("\n", "; "))
            order.problem_note = " · ".join((order.error_text or changed or order.warning_text or "").splitlines())

    @api.depends("problem_note", "pos_order_id", "state", "kind", "refund_id")
    @api.depends_context("lang")
    def _compute_result_note(self):
        for order in self:
            name = order.kind != "sale" and order._get_name_in_order()
            parts = [name, order.pos_order_id.name, order.problem_note]
            order.result_note = " · ".join(filter(None, parts))

    @api.depends("state", "error_code", "external_location")
    def _compute_retry_helps(self):
        for order in self:
            is_chosen = order.error_code == "location_unknown" and order.external_location
            others = (*CORRECTED_OUTSIDE, *RETRIED_BY_THEMSELVES)
            # What a user or a rule ignores is imported by Retry too, but that is not the next step.
            is_waiting = order.state in ("pending", "failed")
            order.retry_helps = is_waiting and not is_chosen and order.error_code not in others

    @api.depends("error_code", "pos_config_id.invoice_journal_id")
    def _compute_lacks_invoice_journal(self):
        for order in self:
            is_refused = order.error_code == "invoice_refused"
            order.lacks_invoice_journal = is_refused and not order.pos_config_id.invoice_journal_id

    @api.depends("payload")
    def _compute_content_html(self):
        for order in self:
            payload, problem = order._read_payload()
            order.content_html = self.env["ir.qweb"]._render(
                "external_order_sync.external_order_content",
                {
                    **order._get_formats(),
                    "payload": payload,
                    "problem": problem,
                    "charge_names": order._get_charge_names(),
                },
            )

    @api.depends("pos_order_id.lines", "pos_order_id.payment_ids", "pos_order_id.picking_ids.state")
    def _compute_result_html(self):
        for order in self:
            order.result_html = bool(order.pos_order_id) and self.env["ir.qweb"]._render(
                "external_order_sync.external_order_result", {**order._get_formats(), "order": order.pos_order_id}
            )

    def _read_payload(self):
        """Return the parsed sale and the reason why it cannot be parsed; at most one of them is not ``None``."""
        self.ensure_one()
        if self.kind != "sale":
            return None, None
        if not self.payload:
            return None, self.env._("The received data was deleted because the order was imported long ago.")
        try:
            return parse_order(loads(self.payload)), None
        except PayloadError as error:
            return None, reader_text(self.env, error.message)

    def _get_formats(self):
        """Return the functions that the templates use to format amounts and quantities."""
        self.ensure_one()
        currency = self.currency_id
        point = self.env["res.lang"]._get_data(code=self.env.lang or "en_US").decimal_point

        def money(amount):
            return formatLang(self.env, float(amount), currency_obj=currency)

        def quantity(number):
            text = formatLang(self.env, float(number), dp="Product Unit")
            return text.rstrip("0").removesuffix(point) if point in text else text

        return {"money": money, "quantity": quantity}

    @api.depends("state", "error_code", "sync_id")
    def _compute_same_reason_count(self):
        for order in self:
            order.same_reason_count = order.state == "failed" and self.search_count(order._get_same_reason_domain())

    def _get_same_reason_domain(self):
        self.ensure_one()
        return [("sync_id", "=", self.sync_id.id), ("state", "=", "failed"), ("error_code", "=", self.error_code)]

    def action_retry_same_reason(self):
        """Retry all orders of this synchronization that failed for the same reason."""
        self.ensure_one()
        return self.search(self._get_same_reason_domain()).action_retry()

    def action_choose_product(self):
        """Open the dialog to choose the product for this item; the choice is remembered.

        After saving, the dialog reports what happened to the orders that wait for this product.
        """
        self.ensure_one()
        waiting = self.search(
            [
                *self._get_same_reason_domain(),
                ("missing_item_id", "=", self.missing_item_id),
                ("missing_item_name", "=", self.missing_item_name),
            ],
            limit=ORDERS_TOLD,
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose Product"),
            "res_model": "external.product.alias",
            # Reuse an alias whose product is no longer for sale.
            "res_id": self.env["external.product.alias"]._find_for(self).id,
            "view_mode": "form",
            "views": [(self.env.ref("external_order_sync.external_product_alias_view_dialog").id, "form")],
            "target": "new",
            "context": {
                "default_sync_id": self.sync_id.id,
                "default_item_id": self.missing_item_id,
                "default_item_name": self.missing_item_name,
                "external_order_ids": waiting.ids,
                "dialog_size": "large",
            },
        }

    # ------------------------------------------------------------
    # Payments with a guessed or missing method
    # ------------------------------------------------------------

    @api.depends("payload", "error_code", "warnings")
    def _compute_has_guessed_payment(self):
        for order in self:
            # Most orders have neither, so we avoid parsing them.
            order.has_guessed_payment = (order.error_code in PAYMENT_REASONS or bool(order.warnings)) and bool(
                order._get_guessed_payment()
            )

    def _get_guessed_payment(self):
        """Return the first payment of this order whose method no rule determines, or ``None``."""
        self.ensure_one()
        payload, _problem = self._read_payload() if self.kind == "sale" else self._read_refund()
        if not payload:
            return None
        sync = ImportTarget(self.pos_config_id or self.sync_id.pos_config_id).on(self.sync_id)
        methods = self.env["external.payment.matching"]._match_payment_methods(sync, payload.payments)
        for payment in payload.payments:
            match = methods[payment.card_type, payment.payment_mode]
            if isinstance(match, ExternalOrderError) or match[1]:
                return payment
        return None

    def _get_payment_to_choose(self):
        """Return the CardType and the PaymentMode of the payment without a method, as texts or ``False``."""
        self.ensure_one()
        card_type, mode = self.missing_card_type, self.missing_payment_mode
        if not (card_type or mode) and (payment := self._get_guessed_payment()):
            card_type, mode = payment.card_type, payment.payment_mode
            mode = False if mode is None else str(mode)
        return card_type, mode

    def _get_fixed_mapping(self):
        """Return the mapping of the payment without a method if there is one that this user may not change."""
        Mapping = self.env["external.payment.mapping"]
        if Mapping.has_access("write"):
            return Mapping
        return Mapping._find_for(self, *self._get_payment_to_choose())

    def action_choose_payment(self):
        """Open the dialog to choose the method for this payment; the choice is remembered.

        After saving, the dialog reports what happened to the orders that wait for this payment method.
        """
        self.ensure_one()
        card_type, mode = self._get_payment_to_choose()
        if not (card_type or mode):
            raise UserError(
                self.error_text
                or self.env._("Its payment has neither a CardType nor a PaymentMode, so it cannot be mapped.")
            )
        if mapping := self._get_fixed_mapping():
            raise UserError(
                self.env._(
                    "The method of the payment mapping %s cannot be used any more. Ask an administrator of External "
                    "Order Sync to set another one.",
                    mapping.display_name,
                )
            )
        # An imported order only shows what the choice is for; it is not changed.
        waiting = self.browse()
        if self.state == "failed":
            waiting = self.search(
                [
                    *self._get_same_reason_domain(),
                    ("missing_card_type", "=", self.missing_card_type),
                    ("missing_payment_mode", "=", self.missing_payment_mode),
                    ("pos_config_id", "=", self.pos_config_id.id),
                ],
                limit=ORDERS_TOLD,
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose Payment Method"),
            "res_model": "external.payment.mapping",
            # Reuse a mapping whose method can no longer be used.
            "res_id": self.env["external.payment.mapping"]._find_for(self, card_type, mode).id,
            "view_mode": "form",
            "views": [(self.env.ref("external_order_sync.external_payment_mapping_view_dialog").id, "form")],
            "target": "new",
            "context": {
                "dialog_size": "large",
                "external_order_ids": waiting.ids,
                "default_sync_id": self.sync_id.id,
                "default_pos_config_id": self.sync_id._uses_locations() and self.pos_config_id.id,
                "default_card_type": card_type or False,
                "default_payment_mode": mode or False,
            },
        }

    # ------------------------------------------------------------
    # Locations without a Point of Sale
    # ------------------------------------------------------------

    def action_choose_location(self):
        """Open the dialog to choose the Point of Sale for this LocationID; the choice is remembered.

        After saving, the dialog reports what happened to the orders that wait for it.
        """
        self.ensure_one()
        if not self.external_location:
            raise UserError(self.error_text or self.env._("The order has no LocationID."))
        waiting = self.search(
            [*self._get_same_reason_domain(), ("external_location", "=", self.external_location)], limit=ORDERS_TOLD
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose Point of Sale"),
            "res_model": "external.location.mapping",
            "view_mode": "form",
            "views": [(self.env.ref("external_order_sync.external_location_mapping_view_dialog").id, "form")],
            "target": "new",
            "context": {
                "default_sync_id": self.sync_id.id,
                "default_external_location": self.external_location,
                "external_order_ids": waiting.ids,
                "dialog_size": "large",
            },
        }

    # ------------------------------------------------------------
    # Lots that are not in stock
    # ------------------------------------------------------------

    def action_update_quantity(self):
        """Open the stock of what this order sells by lots or serial numbers, for a user who may correct it."""
        self.ensure_one().check_access("read")
        payload, problem = self._read_payload()
        if not payload:
            raise UserError(problem or self.error_text or self.env._("The order sells no product with lots."))
        sync = ImportTarget(self.pos_config_id or self.sync_id.pos_config_id).on(self.sync_id)
        matches = self.env["external.product.matching"]._match_products(sync, payload.items).values()
        products = self.env["product.product"].union(
            *(match[0] for match in matches if not isinstance(match, ExternalOrderError))
        )
        tracked = products.filtered(lambda product: product.tracking != "none")
        if not tracked:
            raise UserError(self.env._("The order sells no product with lots."))
        location = self.pos_config_id.picking_type_id.default_location_src_id
        return tracked.with_context(default_location_id=location.id).action_open_quants()

    @api.model
    def _get_choice_notification(self):
        """Return the client actions that close a dialog and report the effect of the choice on its orders."""
        self.check_access("read")
        # The client sends these order IDs back in the dialog's context, so they are read with the user's rights.
        named = self.env.context.get("external_order_ids")
        named = [order_id for order_id in named if type(order_id) is int] if isinstance(named, list | tuple) else []
        orders = self.browse(named).exists()
        if orders:
            action = orders._get_retry_notification("")
        else:
            action = notification("success", self.env._("Saved. It applies to future orders."))
        # Closing the dialog reloads the screen below it.
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action

    # ------------------------------------------------------------
    # Related records
    # ------------------------------------------------------------

    def action_open_session(self):
        self.ensure_one().check_access("read")
        return self._get_form_action(self.session_id)

    def action_open_sync(self):
        self.ensure_one().check_access("read")
        return self._get_form_action(self.sync_id)

    def action_open_pos_settings(self):
        """Open the settings of the Point of Sale that would receive this order."""
        self.ensure_one().check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("point_of_sale.action_pos_configuration")
        return {**action, "context": {"module": "point_of_sale", "default_pos_config_id": self.pos_config_id.id}}

    def action_open_pickings(self):
        self.ensure_one().check_access("read")
        return self.pos_order_id.action_stock_picking() if self.pos_order_id else False

    def _get_form_action(self, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
