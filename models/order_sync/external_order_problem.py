import re

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.readers_text import ReadersText
from .external_payment_mapping import PAYMENT_REASONS

# A card of several orders shows what the texts of this many of them, the newest, have in common.
ORDERS_COMPARED = 20
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")

PRODUCT_REASONS = ("product_not_found", "product_ambiguous")


class ExternalOrderProblem(models.Model):
    """A reason why orders need attention, with all orders that share it, so that it can be fixed once for all.

    Failed orders are grouped by synchronization and reason and, if one is missing, by product or payment method.
    """

    _name = "external.order.problem"
    _description = "External Order Problem"
    _auto = False
    _order = "order_count desc, id desc"
    _rec_name = "reason"

    sync_id = fields.Many2one("external.order.sync", "Synchronization", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    pos_config_id = fields.Many2one("pos.config", "Point of Sale", readonly=True)
    currency_id = fields.Many2one(related="pos_config_id.currency_id")
    reason = fields.Selection(
        lambda self: [
            *self.env["external.order"]._fields["error_code"]._description_selection(self.env),
            ("changed", self.env._("Changed After Import")),
            *self.env["external.order"]._fields["doubt"]._description_selection(self.env),
        ],
        readonly=True,
    )
    item_id = fields.Char("External Item ID", readonly=True)
    item_name = fields.Char("External Item Name", readonly=True)
    card_type = fields.Char("External Card Type", readonly=True)
    payment_mode = fields.Char("External Payment Mode", readonly=True)
    external_location = fields.Char("LocationID", readonly=True)
    order_count = fields.Integer("Orders", readonly=True)
    total = fields.Monetary(readonly=True)
    oldest_date = fields.Datetime("Since", readonly=True)
    newest_date = fields.Datetime("Newest", readonly=True)
    newest_id = fields.Many2one("external.order", "Newest Order", readonly=True)
    has_one_text = fields.Boolean(readonly=True, help="All orders failed with the same message.")
    message = ReadersText("What to Do", compute="_compute_message")
    can_choose_product = fields.Boolean(compute="_compute_remedies")
    can_choose_payment = fields.Boolean(compute="_compute_remedies")
    can_choose_location = fields.Boolean(compute="_compute_remedies")
    is_doubt = fields.Boolean(compute="_compute_remedies", help="The orders were imported, with warnings.")

    @property
    def _table_query(self):
        # Each part has a partial index, so this reads only the orders that need attention, however many there are; of
        # those that changed or have a doubt, only the index.
        self.env["external.order"].flush_model()
        return SQL(
            """
            SELECT min(id) AS id, sync_id, company_id, pos_config_id, reason,
                   item_id, item_name, card_type, payment_mode, external_location,
                   count(*) AS order_count, sum(total) AS total, min(received_date) AS oldest_date,
                   max(received_date) AS newest_date, max(id) AS newest_id,
                   count(text) = count(*) AND min(text) = max(text) AS has_one_text
              FROM (
                    SELECT id, sync_id, company_id, pos_config_id, total, received_date,
                           coalesce(error_code, 'odoo_error') AS reason,
                           missing_item_id AS item_id, missing_item_name AS item_name,
                           missing_card_type AS card_type, missing_payment_mode AS payment_mode,
                           CASE WHEN error_code = 'location_unknown'
                                THEN coalesce(external_location, '') END AS external_location,
                           error_message AS text
                      FROM external_order WHERE state = 'failed'
                     UNION ALL
                    SELECT id, sync_id, company_id, pos_config_id, total, received_date,
                           'changed', NULL, NULL, NULL, NULL, NULL, NULL
                      FROM external_order WHERE changed IS TRUE AND state = 'done'
                     UNION ALL
                    SELECT id, sync_id, company_id, pos_config_id, total, received_date,
                           doubt, NULL, NULL, NULL, NULL, NULL, NULL
                      FROM external_order
                     WHERE doubt IS NOT NULL AND changed IS NOT TRUE AND state = 'done'
                   ) AS waiting
             GROUP BY sync_id, company_id, pos_config_id, reason,
                      item_id, item_name, card_type, payment_mode, external_location
            """
        )

    @api.depends("newest_id", "has_one_text", "order_count", "reason")
    @api.depends_context("lang")
    def _compute_message(self):
        self.newest_id.fetch(["error_text", "warning_text"])  # and not the payloads, which are long
        for problem in self:
            if problem.is_doubt:
                problem.message = problem._get_common_text("warning_text")
                continue
            if problem.newest_id.error_message or problem.reason != "changed":
                problem.message = problem._get_common_text("error_text")
                continue
            newest = problem.newest_id.change_text or ""
            problem.message = self.env._(
                "The external system changed these orders after they were imported. The POS orders were left as they "
                "are. Compare both, then press Book the Differences, or correct the POS orders and press Changes Seen. "
                "The newest: %s",
                newest.replace("\n", "; "),
            )

    def _get_common_text(self, name):
        """Return what a text of these orders has in common: the sentences that each of the newest has.

        :param str name: the field with the text
        """
        newest = self.newest_id[name] or ""
        if self.order_count < 2 or self.has_one_text:
            return newest
        orders = self.env["external.order"].search_fetch(
            self._get_orders_domain(), [name], limit=ORDERS_COMPARED, order="id desc"
        )
        others = [set(_SENTENCE_END.split(order[name] or "")) for order in orders]
        lines = [_SENTENCE_END.split(line) for line in newest.splitlines()]
        common = [[sentence for sentence in line if all(sentence in other for other in others)] for line in lines]
        if common == lines:
            return newest
        differing = self.env._("The details differ from order to order: open the orders to see them.")
        return "\n".join(filter(None, [*map(" ".join, common), differing]))

    @api.depends("reason", "external_location")
    @api.depends_context("uid")
    def _compute_remedies(self):
        # Where nothing waits, a mapping is only for later orders: users who do not set up cannot create it.
        payment_reasons = list(PAYMENT_REASONS)
        if self.env["external.payment.mapping"].has_access("write"):
            payment_reasons.append("payment_guessed")
        doubts = dict(self.env["external.order"]._fields["doubt"].selection)
        for problem in self:
            problem.can_choose_product = problem.reason in PRODUCT_REASONS
            problem.can_choose_payment = problem.reason in payment_reasons
            problem.can_choose_location = problem.reason == "location_unknown" and bool(problem.external_location)
            problem.is_doubt = problem.reason in doubts

    @api.depends("reason", "item_name", "item_id", "card_type", "payment_mode", "external_location")
    def _compute_display_name(self):
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for problem in self:
            what = problem._get_subject()
            reason = reasons.get(problem.reason, "")
            problem.display_name = f"{reason}: {what}" if what else reason

    def _get_subject(self):
        """Return the missing item, location or payment, by its name in the external system."""
        self.ensure_one()
        item = self.item_name or self.item_id or self.external_location
        return item or " / ".join(filter(None, (self.card_type, self.payment_mode)))

    def _get_orders_domain(self):
        self.ensure_one()
        domain = [("sync_id", "=", self.sync_id.id), ("pos_config_id", "=", self.pos_config_id.id)]
        if self.reason == "changed":
            return [*domain, ("state", "=", "done"), ("changed", "=", True)]
        if self.is_doubt:
            return [*domain, ("state", "=", "done"), ("changed", "=", False), ("doubt", "=", self.reason)]
        return [
            *domain,
            ("state", "=", "failed"),
            ("error_code", "=", self.reason),
            ("missing_item_id", "=", self.item_id),
            ("missing_item_name", "=", self.item_name),
            ("missing_card_type", "=", self.card_type),
            ("missing_payment_mode", "=", self.payment_mode),
            *([("external_location", "=", self.external_location)] if self.reason == "location_unknown" else []),
        ]

    def _get_orders(self):
        # A problem is gone as soon as another user has solved it.
        return self.env["external.order"].union(
            *(self.env["external.order"].search(problem._get_orders_domain()) for problem in self.exists())
        )

    # ------------------------------------------------------------
    # Fixes
    # ------------------------------------------------------------

    def action_choose_product(self):
        """Open the dialog to choose the product for all these orders."""
        self.ensure_one()
        return self.newest_id.action_choose_product()

    def action_choose_payment(self):
        """Open the dialog to choose the payment method for all these orders."""
        self.ensure_one()
        return self.newest_id.action_choose_payment()

    def action_choose_location(self):
        """Open the dialog to choose the Point of Sale for all these orders."""
        self.ensure_one()
        return self.newest_id.action_choose_location()

    def action_update_quantity(self):
        """Open the stock of the products whose lots are missing in the newest of these orders."""
        self.ensure_one()
        return self.newest_id.action_update_quantity()

    def action_retry(self):
        return self._get_orders().action_retry()

    def action_ignore(self):
        self._get_orders().action_ignore()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_book_difference(self):
        return self._get_orders().action_book_difference()

    def action_accept_change(self):
        self._get_orders().action_accept_change()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_warnings_seen(self):
        self._get_orders().action_warnings_seen()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_open_sync(self):
        """Open the synchronization, whose settings may be the cause."""
        self.ensure_one()
        return self.newest_id.action_open_sync()

    def action_open_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_order")
        return {**action, "name": self.display_name, "domain": self._get_orders_domain(), "context": {}}
