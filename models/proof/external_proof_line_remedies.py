from odoo import fields, models
from odoo.exceptions import UserError

from ...lib.order.content import PayloadError
from ...lib.order.payload import external_id, order_location
from ...tools.notifications import notification
from ...tools.private_context import without_defaults
from .external_proof_line import INBOX_REASONS


class ExternalProofLine(models.Model):
    """The remedies of a difference."""

    _inherit = "external.proof.line"

    # ------------------------------------------------------------
    # Open It
    # ------------------------------------------------------------

    def action_open(self):
        """Open what is behind this difference: the order, the POS order or the session."""
        self.ensure_one().check_access("read")
        if self.session_id:
            record = self.session_id
        elif self.order_id and (self.reason in INBOX_REASONS or self.can_book_change or not self.pos_order_id):
            record = self.order_id
        else:
            record = self.pos_order_id or self.proof_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # Fetch It
    # ------------------------------------------------------------

    def action_fetch(self):
        """Request the order from the feed, import it, and check its day again."""
        self.ensure_one().proof_id._check_may_act()
        if self.reason != "missing":
            raise UserError(self.env._("This order has been received already."))
        # sudo: users cannot write to the inbox; see `action_retry` of `external.order`.
        line = without_defaults(self).sudo()
        proof, name = line.proof_id, self.external_id
        orders = line._fetch_from_feed()
        if not orders:
            raise UserError(
                self.env._(
                    "The order feed does not have order %s. The external system has to send it again; it is then "
                    "imported, and the day is checked again.",
                    name,
                )
            )
        waiting = orders.filtered(lambda order: order.state == "pending")
        if waiting:
            result = waiting._retry(self.env._("Fetched from the order feed"))
        else:
            result = notification("info", self.env._("Order %s was received.", name))
        proof._check_again()
        return result

    def _fetch_from_feed(self):
        """Receive the order of this line from the feed, and return its rows in the inbox."""
        sync, proof = self.proof_id.sync_id, self.proof_id
        sync = sync.with_company(sync.company_id)
        for entries in sync._iter_feed_since(proof.day):
            if wanted := [entry for entry in entries if self._is_meant(entry)]:
                return self.env["external.order"]._receive(sync, wanted).orders
        return self.env["external.order"]

    def _is_meant(self, entry):
        """Return whether an entry of the feed is the order of this line."""
        try:
            if external_id(entry) != self.external_id:
                return False
            return not self.external_location or order_location(entry) == self.external_location
        except PayloadError:
            return False

    # ------------------------------------------------------------
    # The remedies of the row, and accepting
    # ------------------------------------------------------------

    def action_retry(self):
        """Import these orders now, and check their days again."""
        lines = self.exists()  # a difference is gone as soon as another user has removed it
        lines.proof_id._check_may_act()
        if lines.order_id and not any(order.state != "done" for order in lines.order_id):
            result = notification("info", self.env._("There is nothing left to import. It was checked again."))
        else:
            result = lines.order_id.action_retry()
        lines._check_days_again()
        return result

    def action_choose_product(self):
        self.ensure_one().check_access("read")
        return self.order_id.action_choose_product()

    def action_choose_payment(self):
        self.ensure_one().check_access("read")
        return self.order_id.action_choose_payment()

    def action_choose_location(self):
        self.ensure_one().check_access("read")
        return self.order_id.action_choose_location()

    def action_book_difference(self):
        """Book what the shop says now of these changed orders, and check their days again."""
        lines = self.exists()  # as above
        lines.proof_id._check_may_act()
        if lines.order_id and not any(lines.order_id.mapped("changed")):
            result = notification("info", self.env._("There is no difference left to book. It was checked again."))
        else:
            result = lines.order_id.action_book_difference()
        lines._check_days_again()
        return result

    def _check_days_again(self):
        # sudo: users cannot write proofs, but may have them computed.
        without_defaults(self.proof_id).sudo()._check_again()

    def action_accept(self):
        """Accept these differences: the days are accepted if they have no others."""
        self._accept(True)

    def action_reconsider(self):
        """Take back that these differences were accepted."""
        self._accept(False)

    def _accept(self, accepted):
        self.proof_id._check_may_act()
        # sudo: users cannot write proofs; this button is how they may change them.
        lines = without_defaults(self).sudo()
        lines.write(
            {
                "accepted": accepted,
                "accepted_by_id": accepted and self.env.uid,
                "accepted_date": accepted and fields.Datetime.now(),
            }
        )
        lines.proof_id._decide_state()
