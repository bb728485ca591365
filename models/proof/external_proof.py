from odoo import api, fields, models

from ...tools.message_language import stored
from ...tools.readers_text import readers_text
from ...tools.stored_text import values_of

RED_STATES = ("red", "error")


class ExternalProof(models.Model):
    """A business day of a synchronization in a Point of Sale: the shop's figures, Odoo's, and the difference.

    It is computed after the end of the day, and again when something of that day has changed. A difference is what Odoo
    has more than the shop.
    """

    _name = "external.proof"
    _description = "Reconciliation of a Day"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "day desc, sync_id, pos_config_id"
    _rec_name = "day"

    sync_id = fields.Many2one(
        "external.order.sync", "Synchronization", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="sync_id.company_id", store=True, index=True, precompute=True)
    pos_config_id = fields.Many2one(
        "pos.config", "Point of Sale", required=True, readonly=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="pos_config_id.currency_id")
    day = fields.Date("Business Day", required=True, readonly=True)
    state = fields.Selection(
        [
            ("green", "Agrees"),
            ("explained", "Accepted"),
            ("red", "Differs"),
            ("error", "Not Checked"),
        ],
        "Status",
        required=True,
        readonly=True,
        default="green",
        help="Accepted: a user has accepted all differences of the day.",
    )
    source = fields.Selection(
        [("summary", "Daily Summary"), ("inbox", "Received Orders")],
        "Shop's Figures From",
        readonly=True,
        help="The external system's own summary of the day or, without one, the orders that were received from it.",
    )
    message = fields.Text("Message as Written", readonly=True)
    message_terms = fields.Json(readonly=True)
    message_text = readers_text("message_text", "Message", "message", "message_terms")
    checked_date = fields.Datetime("Checked", readonly=True)

    shop_orders = fields.Integer("Orders (Shop)", readonly=True)
    odoo_orders = fields.Integer("Orders (Odoo)", readonly=True)
    difference_orders = fields.Integer("Orders (Difference)", readonly=True)
    shop_refunds = fields.Integer("Refunds (Shop)", readonly=True)
    odoo_refunds = fields.Integer("Refunds (Odoo)", readonly=True)
    difference_refunds = fields.Integer("Refunds (Difference)", readonly=True)
    shop_gross = fields.Monetary("Total (Shop)", readonly=True, help="Sales less refunds, with tax.")
    odoo_gross = fields.Monetary("Total (Odoo)", readonly=True)
    difference_gross = fields.Monetary("Difference", readonly=True)
    shop_tax = fields.Monetary("Tax (Shop)", readonly=True)
    odoo_tax = fields.Monetary("Tax (Odoo)", readonly=True)
    difference_tax = fields.Monetary("Tax (Difference)", readonly=True)
    difference_payments = fields.Monetary(
        "Payments (Difference)",
        readonly=True,
        help="Sum of the differences of all payment methods, each without its sign.",
    )
    difference_closing = fields.Monetary(
        "Closing Difference",
        readonly=True,
        help="What was counted when sessions of this day were closed, less what was expected: cash and card payments.",
    )
    payment_ids = fields.One2many("external.proof.payment", "proof_id", "Payments", readonly=True)
    line_ids = fields.One2many("external.proof.line", "proof_id", "Orders Behind the Differences", readonly=True)
    open_count = fields.Integer("Open Differences", compute="_compute_open_count")

    _one_of_a_day = models.UniqueIndex("(sync_id, pos_config_id, day)", "This day has been checked already.")
    _red = models.Index("(sync_id, day) WHERE state IN ('red', 'error')")

    @api.depends("line_ids.accepted")
    def _compute_open_count(self):
        domain = [("proof_id", "in", self.ids), ("accepted", "=", False)]
        counts = dict(self.env["external.proof.line"]._read_group(domain, ["proof_id"], ["__count"]))
        for proof in self:
            proof.open_count = counts.get(proof, 0)

    @api.depends("day", "pos_config_id", "sync_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for proof in self:
            day = fields.Date.to_string(proof.day) if proof.day else ""
            proof.display_name = f"{day} · {proof.pos_config_id.name or ''}"

    # ------------------------------------------------------------
    # Storing what was computed
    # ------------------------------------------------------------

    def _store(self, shop, books, differences, values):
        """Store the figures of this day.

        :param Figures shop: what the shop says
        :param Figures books: what Odoo has
        :param differences: the `Difference` records of this day
        :param dict values: further values
        """
        self.ensure_one()
        gap = books - shop
        self._store_payments(shop.payments, books.payments)
        self.line_ids._store(self, differences)
        self.write(
            {
                **values,
                "shop_orders": shop.orders,
                "odoo_orders": books.orders,
                "difference_orders": gap.orders,
                "shop_refunds": shop.refunds,
                "odoo_refunds": books.refunds,
                "difference_refunds": gap.refunds,
                "shop_gross": float(shop.gross),
                "odoo_gross": float(books.gross),
                "difference_gross": float(gap.gross),
                "shop_tax": float(shop.tax),
                "odoo_tax": float(books.tax),
                "difference_tax": float(gap.tax),
                "difference_payments": float(sum(abs(amount) for amount in gap.payments.values())),
                "checked_date": fields.Datetime.now(),
                "message": False,
            }
        )
        self._decide_state()

    def _store_payments(self, of_shop, of_books):
        """Store one row for each payment method or unknown payment."""
        method_ids = {key for key in (*of_shop, *of_books) if isinstance(key, int)}
        methods = {method.id: method for method in self.env["pos.payment.method"].browse(method_ids).exists()}
        wanted = {}
        for key in (*of_shop, *of_books):
            shop, books = of_shop.get(key, 0), of_books.get(key, 0)
            method = methods.get(key)
            wanted[key] = {
                "payment_method_id": method.id if method else False,
                "name": method.name if method else str(key),
                "shop_amount": float(shop),
                "odoo_amount": float(books),
                "difference": float(books - shop),
            }
        present = {payment.payment_method_id.id or payment.name: payment for payment in self.payment_ids}
        for key, payment in present.items():
            if key not in wanted:
                payment.unlink()
        for key in wanted.keys() & present.keys():
            present[key].write(wanted[key])
        self.env["external.proof.payment"].create(
            [{**wanted[key], "proof_id": self.id} for key in wanted if key not in present]
        )

    def _store_error(self, message):
        """Store why these days could not be checked; the figures stay as they were.

        :param message: a text or an error; if it is made of a `StoredText`, it is shown in each reader's language
        """
        values = values_of(message, "message", "message_terms")
        self.write({"state": "error", "checked_date": fields.Datetime.now(), **values})
        self._update_activity()

    def _store_not_requested(self):
        """Store that the shop's orders of this day are not known.

        There is no activity: the runs report what is wrong with the download.
        """
        message = stored(self.env)._(
            "The orders of this day have not been fetched since it ended, so there may be more. The day is "
            "checked again after the next complete download."
        )
        self.write({"state": "error", **values_of(message, "message", "message_terms")})

    def _decide_state(self):
        """Set the status by the differences, and keep one activity while the day differs."""
        for proof in self:
            lines = proof.line_ids
            proof.state = "green" if not lines else "explained" if all(line.accepted for line in lines) else "red"
        self._update_activity()
