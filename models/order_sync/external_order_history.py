from odoo import api, fields, models

from ...tools.message_language import for_reader

# What *Ignore* clears and *Stop Ignoring* brings back.
REMEMBERED = (
    "state",
    "error_code",
    "error_message",
    "error_terms",
    "missing_item_id",
    "missing_item_name",
    "missing_card_type",
    "missing_payment_mode",
)


class ExternalOrder(models.Model):
    """The chatter of an inbox row: what went wrong with it, what changed, and what people did about it.

    Receiving and importing an order is the usual case and is told by its dates, so an import that succeeds writes no
    messages. The others are written in batches.
    """

    _name = "external.order"
    _inherit = ["external.order", "mail.thread"]
    # Users cannot write to the inbox, but may add notes to its rows.
    _mail_post_access = "read"

    before_ignored = fields.Json(
        readonly=True, copy=False, help="What a user ignored: the status and reason that the order had before."
    )
    can_stop_ignoring = fields.Boolean(compute="_compute_can_stop_ignoring")

    @api.depends("state", "error_code")
    def _compute_can_stop_ignoring(self):
        for order in self:
            # Orders that are ignored by a rule have a reason.
            order.can_stop_ignoring = order.state == "ignored" and not order.error_code

    @api.model
    def _create_received(self, vals_list):
        """Create rows without followers and without a first message: an inbox receives thousands."""
        return self.with_context(tracking_disable=True).create(vals_list).with_env(self.env)

    # ------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------

    def _note(self, text):
        """Add the same message to the chatter of all these orders."""
        self._note_each(dict.fromkeys(self.ids, text))

    @api.model
    def _note_each(self, texts):
        """Add messages to the chatter, in one batch.

        :param dict texts: {id of an order: text}
        """
        if texts:
            self.browse(texts)._message_log_batch(bodies=texts)

    def _note_failures(self):
        """Add the reason of its last attempt to the chatter of each of these orders that has one."""
        env = for_reader(self.env)
        failed = self.with_env(env).filtered(lambda order: order.error_message and order.state in ("failed", "done"))
        self._note_each({order.id: env._("Failed: %s", order.error_text) for order in failed})

    def _note_imports(self):
        """Add the POS order to the chatter of those of these orders that a person's action imported."""
        imported = self.filtered(lambda order: order.state == "done" and order.pos_order_id)
        self._note_each({order.id: self.env._("Imported as %s", order.pos_order_id.name) for order in imported})

    def _note_arrivals(self):
        """Add to the chatter of these orders that they arrived again with different content."""
        env = for_reader(self.env)
        texts = {}
        for order in self.with_env(env):
            if order.state == "done":
                texts[order.id] = env._("The external system changed the imported order. %s", order.change_text)
            else:
                texts[order.id] = env._("The order arrived again with different content.")
        self._note_each(texts)

    # ------------------------------------------------------------
    # Ignoring
    # ------------------------------------------------------------

    def _remember_before_ignored(self):
        for order in self:
            order.before_ignored = {name: order[name] for name in REMEMBERED}

    def _stop_ignoring(self):
        """Give these ignored orders the status and the reason that they had; the next run tries those that waited."""
        for order in self:
            before = {**dict.fromkeys(REMEMBERED, False), "state": "pending", **(order.before_ignored or {})}
            if before["state"] == "pending":
                before = {**self._prepare_no_error_values(), "state": "pending"}
            order.write({**before, "before_ignored": False})
