from odoo import api, fields, models

from ...tools.readers_text import ReadersText

# The reasons for which a user has to look at the row of the inbox, and not at the POS order.
INBOX_REASONS = ("failed", "waiting", "ignored", "changed", "deleted")


class ExternalProofLine(models.Model):
    """An order behind a difference of a day: what is different, and what to do."""

    _name = "external.proof.line"
    _description = "Reconciliation of a Day: Difference"
    _order = "proof_id, id"
    _rec_name = "external_id"

    proof_id = fields.Many2one("external.proof", "Day", required=True, readonly=True, ondelete="cascade", index=True)
    sync_id = fields.Many2one(related="proof_id.sync_id")
    company_id = fields.Many2one(related="proof_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="proof_id.currency_id")
    reason = fields.Selection(
        [
            ("missing", "Not Received"),
            ("failed", "Import Failed"),
            ("waiting", "Not Imported Yet"),
            ("ignored", "Ignored"),
            ("changed", "Changed in External System"),
            ("edited", "Edited in Odoo"),
            ("payment", "Other Payment Method"),
            ("refunded", "Refunded in Odoo"),
            ("deleted", "Cancelled or Deleted in Odoo"),
            ("moved", "On Another Day or Point of Sale"),
            ("extra", "Not in the Daily Summary"),
            ("closing", "Difference at Closing"),
            ("unexplained", "No Order Found"),
        ],
        required=True,
        readonly=True,
    )
    external_id = fields.Char("Order ID", readonly=True)
    refund_id = fields.Char("RefundID", readonly=True)
    external_location = fields.Char("LocationID", readonly=True)
    order_id = fields.Many2one(
        "external.order", "External Order", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    error_code = fields.Selection(related="order_id.error_code", string="Import Error")
    can_book_change = fields.Boolean(compute="_compute_can_book_change")
    pos_order_id = fields.Many2one("pos.order", "POS Order", readonly=True, ondelete="set null", index="btree_not_null")
    session_id = fields.Many2one("pos.session", readonly=True, ondelete="set null", index="btree_not_null")
    shop_gross = fields.Monetary("Shop", readonly=True)
    odoo_gross = fields.Monetary("Odoo", readonly=True)
    difference_gross = fields.Monetary(
        "Difference", readonly=True, help="Odoo's total minus that of the external system."
    )
    difference_tax = fields.Monetary("Tax", readonly=True)
    payments = fields.Json(
        "Payments by Method",
        readonly=True,
        help="For each payment method, Odoo's amount minus that of the external system.",
    )
    payment_note = fields.Char("Payments", compute="_compute_payment_note")
    remedy = ReadersText("What to Do", compute="_compute_remedy")
    accepted = fields.Boolean(readonly=True)
    accepted_by_id = fields.Many2one("res.users", readonly=True)
    accepted_date = fields.Datetime("Accepted On", readonly=True)

    # ------------------------------------------------------------
    # Storing what was computed
    # ------------------------------------------------------------

    @api.model
    def _prepare_values(self, proof, difference):
        """Return the values of a `Difference`."""
        row = difference.row or self.env["external.order"]
        amount = difference.amount
        names = self.env["pos.payment.method"].browse(key for key in amount.payments if isinstance(key, int))
        name_of = {method.id: method.name for method in names.exists()}
        return {
            "proof_id": proof.id,
            "reason": difference.reason,
            "external_id": difference.external_id or row.external_id,
            "refund_id": difference.refund_id or row.refund_id,
            "external_location": difference.location or row.external_location,
            "order_id": row.id,
            "pos_order_id": difference.pos_order.id if difference.pos_order else False,
            "session_id": difference.session.id if difference.session else False,
            "shop_gross": float(difference.shop.gross),
            "odoo_gross": float(difference.books.gross),
            "difference_gross": float(amount.gross),
            "difference_tax": float(amount.tax),
            "payments": sorted([name_of.get(key, str(key)), float(paid)] for key, paid in amount.payments.items())
            or False,
        }

    def _store(self, proof, differences):
        """Let the day have these differences, and no others. An accepted one stays accepted while it is the same."""
        present = {}
        for line in self:
            present.setdefault(line._get_identity(), line)
        wanted = []
        for difference in differences:
            values = self._prepare_values(proof, difference)
            line = present.pop(self._get_identity_of(values), None)
            if line is None:
                wanted.append(values)
        kept = self.browse(line.id for line in self if line not in present.values())
        (self - kept).unlink()
        self.create(wanted)

    _IDENTIFYING = ("reason", "external_id", "refund_id", "external_location", "order_id", "pos_order_id", "session_id")
    _AMOUNTS = ("shop_gross", "odoo_gross", "difference_gross", "difference_tax")

    def _get_identity(self):
        values = {name: self[name] for name in (*self._IDENTIFYING, *self._AMOUNTS, "payments")}
        for name in ("order_id", "pos_order_id", "session_id"):
            values[name] = self[name].id
        return self._get_identity_of(values)

    @api.model
    def _get_identity_of(self, values):
        """Return what makes a difference the same one when the day is checked again."""
        texts = tuple(values[name] or False for name in self._IDENTIFYING)
        amounts = tuple(f"{values[name]:.4f}" for name in self._AMOUNTS)
        return texts, amounts, str(values["payments"] or "")

    # ------------------------------------------------------------
    # What a user sees
    # ------------------------------------------------------------

    @api.depends("reason", "order_id.changed", "order_id.can_book_change")
    def _compute_can_book_change(self):
        for line in self:
            row = line.order_id
            # A daily summary may have a change before the order arrives with it.
            is_of_summary = line.reason == "changed" and not row.changed
            line.can_book_change = line.reason in ("changed", "moved") and (row.can_book_change or is_of_summary)

    @api.depends("payments")
    @api.depends_context("lang")
    def _compute_payment_note(self):
        for line in self:
            paid = line.payments or []
            line.payment_note = ", ".join(f"{name} {line.currency_id.format(amount)}" for name, amount in paid)

    @api.depends(
        "reason", "payments", "order_id.state", "order_id.error_message", "order_id.change_text", "can_book_change"
    )
    @api.depends_context("lang")
    def _compute_remedy(self):
        for line in self:
            line.remedy = line._describe_remedy()

    def _describe_remedy(self):
        """Return what is different and what to do, in the language of the reader."""
        env, row = self.env, self.order_id
        match self.reason:
            case "missing":
                return env._("The external system has this order, but it was not received. Fetch it from the feed.")
            case "failed" | "waiting" if row.state == "done":
                return env._("It has been imported in the meantime. Press Check Now on the day to update it.")
            case "failed" | "waiting" if row.state != "ignored":
                return row.error_text or env._("It was received, but is not imported yet. Press Import.")
            case "failed" | "waiting" | "ignored":
                return row.error_text or env._("It was received, and a user ignored it. Press Import to import it.")
            case "changed" | "moved" if self.can_book_change:
                text = (row.change_text or "").replace("\n", "; ")
                return env._("The external system changed it after its import. Book the difference. %s", text)
            case "changed":
                text = (row.change_text or "").replace("\n", "; ")
                return env._(
                    "The external system changed it after its import. Correct the POS order by hand, then open it and "
                    "press Change Seen. %s",
                    text,
                )
            case "edited":
                return env._(
                    "The POS order has different amounts from the order that was imported. Correct it, or accept the "
                    "difference."
                )
            case "payment":
                return env._(
                    "The POS order was paid with different methods from the order that was imported (%s). Correct the "
                    "payments, or accept the difference.",
                    self.payment_note,
                )
            case "refunded":
                return env._(
                    "The refund was made in Odoo, and the external system has sent none. Refund it there, too, or "
                    "accept the difference."
                )
            case "deleted" if row.kind != "sale":
                return env._(
                    "The POS order of this refund is cancelled or was deleted. Enter the refund by hand, or accept the "
                    "difference."
                )
            case "deleted":
                return env._("The POS order of this order is cancelled or was deleted. Enter the sale by hand.")
            case "moved":
                return env._(
                    "In Odoo, this order is on another day or in another Point of Sale than the external system says. "
                    "Open it and check which is right, then have the external system correct it, or accept the "
                    "difference."
                )
            case "extra":
                return env._(
                    "The daily summary of the external system does not have this order. Ask there, or refund it."
                )
            case "closing" if self.payments:
                return env._(
                    "The amounts counted when session %(session)s was closed were not the expected ones: "
                    "%(payments)s. If that is explained, accept the difference.",
                    session=self.session_id.name or "",
                    payments=self.payment_note,
                )
            case "closing":
                return env._(
                    "The counted cash of session %s was not the expected cash. If it is explained, accept the "
                    "difference.",
                    self.session_id.name or "",
                )
            case _other:
                return env._(
                    "The totals differ, but all known orders agree. Compare the list of orders with that of the "
                    "external system."
                )
