from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import html2plaintext

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


def _html(text):
    return Markup("<br/>").join(text.splitlines())


def _plain(html):
    return html2plaintext(Markup("<span>%s</span>") % html).strip()


class ExternalOrder(models.Model):
    """The chatter of an inbox row: what went wrong with it, what changed, and what people did about it.

    Receiving and importing an order is the usual case, which its dates show, so an import that succeeds writes no
    messages. The others are written in batches.
    """

    _name = "external.order"
    _inherit = ["external.order", "mail.thread"]
    # Users cannot write to the inbox, but may add notes to its rows.
    _mail_post_access = "read"

    before_ignored = fields.Json(
        readonly=True, copy=False, help="The status and reason that the order had before a user ignored it."
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
            self.browse(texts)._message_log_batch(bodies={order_id: _html(text) for order_id, text in texts.items()})

    def _note_failures(self):
        """Add the reason of its last attempt to the chatter of each of these orders that has one.

        A reason that is already the last message is not repeated: some orders come anew with each download.
        """
        env = for_reader(self.env)
        failed = self.with_env(env).filtered(lambda order: order.error_message and order.state in ("failed", "done"))
        texts = {order.id: env._("Failed: %s", order.error_text) for order in failed}
        last = failed._get_last_messages() if texts else {}
        self._note_each({
            order_id: text for order_id, text in texts.items() if _plain(_html(text)) != last.get(order_id)
        })  # fmt: skip

    def _get_last_messages(self):
        """Return {id of an order: the text of its last message} of these orders that have messages."""
        # sudo: users who may import an order may read its chatter.
        messages = self.env["mail.message"].sudo()
        domain = [("model", "=", self._name), ("res_id", "in", self.ids)]
        newest = dict(messages._read_group(domain, ["res_id"], ["id:max"]))
        bodies = {message.id: message.body for message in messages.browse(newest.values())}
        return {order_id: _plain(bodies[message_id]) for order_id, message_id in newest.items()}

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

    def _note_replay(self):
        """Add to the chatter of these orders that a request was refused because it was received before.

        Not twice in a row: the sender may repeat it.
        """
        text = for_reader(self.env)._(
            "The external system sent an earlier request again. It would have set this order back to older content, so "
            "it was refused. If the order was changed back in the external system, it has to be sent with a new "
            "LastUpdated."
        )
        last = self._get_last_messages()
        self._note_each({order.id: text for order in self if last.get(order.id) != _plain(_html(text))})

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
