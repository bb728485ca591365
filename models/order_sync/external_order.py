import json
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...exceptions import ExternalOrderError
from ...lib.strict_json import loads
from ...tools.message_language import for_reader
from ...tools.notifications import notification
from ...tools.private_context import without_defaults
from ...tools.transaction import commit

_logger = logging.getLogger(__name__)

# After a conflict with another transaction, an order waits 1, 2, 4, … minutes, at most an hour.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
# A date cannot be much further back; a hundred years keep a payload for good.
MAX_RETENTION_DAYS = 36_500
# If an order still conflicts after this many attempts over several hours, the conflict is not temporary.
MAX_CONFLICTS = 10
# A click retries at most this many orders directly; more are left to the scheduled action.
RETRY_AT_ONCE = 100


class ExternalOrder(models.Model):
    """The inbox: every order that an external system sent, as received, with its result."""

    _name = "external.order"
    _description = "External Order"
    _order = "id desc"
    _rec_name = "external_id"

    sync_id = fields.Many2one(
        "external.order.sync", "Synchronization", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(related="sync_id.company_id", store=True, index=True)
    pos_config_id = fields.Many2one(
        "pos.config",
        "Point of Sale",
        readonly=True,
        index="btree_not_null",
        help="The Point of Sale that the order was imported into or, until then, that would receive it now.",
    )
    currency_id = fields.Many2one(related="pos_config_id.currency_id")
    external_id = fields.Char("Order ID", required=True, readonly=True, help="OrderID in the external system.")
    payload = fields.Text(readonly=True, help="The order as received. Only the last digits of card numbers are kept.")
    payload_text = fields.Text("Order as Received", compute="_compute_payload_text")
    fingerprint = fields.Char(readonly=True, help="Shows whether an order arrived again with different content.")
    source_digest = fields.Char(
        readonly=True,
        help="Shows quickly that an order arrived again unchanged. Empty if card data was removed.",
    )
    order_status = fields.Char("External Status", readonly=True)
    total = fields.Monetary(readonly=True, help="GrandTotal as received; without one, what was booked.")
    state = fields.Selection(
        [("pending", "Pending"), ("done", "Imported"), ("failed", "Failed"), ("ignored", "Ignored")],
        required=True,
        default="pending",
        readonly=True,
        index=True,
    )
    error_code = fields.Selection(
        [
            ("invalid_payload", "Order Not Understood"),
            ("product_not_found", "Product Not Found"),
            ("product_ambiguous", "Several Products Match"),
            ("payment_not_found", "No Payment Method"),
            ("payment_ambiguous", "Several Payment Methods Match"),
            ("amount_mismatch", "Totals Differ"),
            ("not_fully_paid", "Not Fully Paid"),
            ("overpaid", "Overpaid"),
            ("wrong_currency", "Other Currency"),
            ("lots_missing", "Lots Missing"),
            ("invoice_mismatch", "Invoice Would Differ"),
            ("invoice_refused", "Invoice Refused"),
            ("no_session", "No Open Session"),
            ("database_busy", "Database Busy"),
            ("status_not_accepted", "Status Not Accepted"),
            ("server_stopped", "Server Stopped"),
            ("order_id_ambiguous", "Several Orders, One ID"),
            ("order_in_the_way", "Conflicting POS Order"),
            ("location_unknown", "Unknown Location"),
            ("refund_exceeds_order", "More Than Was Sold"),
            ("waiting_for_order", "Waiting for Its Order"),
            ("order_cancelled", "Cancelled Before Import"),
            ("odoo_error", "Refused by Odoo"),
        ],
        "Reason",
        readonly=True,
    )
    error_message = fields.Text("What to Do", readonly=True)
    missing_item_id = fields.Char("External Item ID", readonly=True)
    missing_item_name = fields.Char("External Item Name", readonly=True)
    missing_card_type = fields.Char("External Card Type", readonly=True)
    missing_payment_mode = fields.Char("External Payment Mode", readonly=True)
    warnings = fields.Text(readonly=True)
    doubt = fields.Selection(
        [
            ("transfer_open", "Goods Not Moved"),
            ("payment_guessed", "Payment Method Guessed"),
            ("product_differs", "Product Name Differs"),
            ("amounts_differ", "Contradictory Amounts"),
            ("date_differs", "Date Differs"),
            ("customer_unclear", "Customer Unclear"),
            ("invoice_unclear", "Invoice to Check"),
            ("warning", "Imported With Warnings"),
        ],
        "To Check",
        readonly=True,
        copy=False,
        help="What to check about this imported order. Empty once a user has marked its warnings as seen, or if it "
        "only has notes.",
    )
    attempts = fields.Integer(readonly=True)
    next_attempt = fields.Datetime(readonly=True)
    received_date = fields.Datetime("Received", default=fields.Datetime.now, readonly=True)
    imported_date = fields.Datetime("Imported", readonly=True)
    changed = fields.Boolean(readonly=True, help="The external system changed the order after it was imported.")
    changed_date = fields.Datetime("Changed On", readonly=True)
    run_id = fields.Many2one("external.order.sync.run", "Last Run", readonly=True, index="btree_not_null")
    pos_order_id = fields.Many2one("pos.order", "POS Order", readonly=True, index="btree_not_null", ondelete="restrict")
    session_id = fields.Many2one(related="pos_order_id.session_id")

    _attention = models.Index("(sync_id, error_code) WHERE state = 'failed'")
    _doubtful = models.Index("(sync_id, doubt) WHERE doubt IS NOT NULL")

    @api.depends("payload")
    def _compute_payload_text(self):
        for order in self:
            # For display only. Computations read the payload with `loads`, which keeps numbers exact.
            order.payload_text = order.payload and json.dumps(json.loads(order.payload), indent=2, ensure_ascii=False)

    # ------------------------------------------------------------
    # Importing
    # ------------------------------------------------------------

    def _import(self, run=None):
        """Create POS orders from these locked, pending orders of one synchronization, and record each result.

        :param run: the ``external.order.sync.run`` this belongs to
        :return: why no session can take some of them, which stay pending; otherwise an empty string
        :rtype: str
        """
        company = self.sync_id.ensure_one().company_id
        orders = self.with_company(company)
        raw_orders = [loads(order.payload) for order in orders]
        outcomes, problem = orders.env["external.order.import"]._import_orders(orders.sync_id, raw_orders)
        nothing = ExternalOrderError(
            "odoo_error", for_reader(self.env)._("A custom module that extends the import returned no order.")
        )
        for order, outcome in zip(orders, outcomes, strict=True):
            if run:
                order.run_id = run
            if outcome.pos_order:
                order._finish(outcome)
            elif outcome.conflict:
                order._defer(outcome.conflict)
            elif outcome.waiting:
                order._wait(outcome.waiting)
            else:
                order._fail(outcome.error or nothing)
        return problem

    def _finish(self, outcome):
        self.write(
            {
                **self._prepare_no_error_values(),
                **self._prepare_sale_values(outcome.pos_order),
                "state": "done",
                "attempts": self.attempts + 1,
                "pos_order_id": outcome.pos_order.id,
                "pos_config_id": outcome.pos_order.config_id.id,
                "total": self.total or outcome.pos_order.amount_total,
                "imported_date": fields.Datetime.now(),
                "warnings": "\n".join(outcome.warnings) or False,
                "doubt": outcome.doubt,
            }
        )

    def _add_warning(self, warning):
        """Add a later warning to these imported orders, and notify the responsible user.

        :param Warn warning:
        """
        for order in self:
            if warning not in (order.warnings or "").splitlines():
                order.warnings = "\n".join(filter(None, [order.warnings, warning]))
                order.doubt = warning.doubt
        for sync in self.sync_id:
            sync._update_attention_activity()

    @api.model
    def _prepare_no_error_values(self):
        return {
            "error_code": False,
            "error_message": False,
            "missing_item_id": False,
            "missing_item_name": False,
            "missing_card_type": False,
            "missing_payment_mode": False,
            "next_attempt": False,
        }

    def _fail(self, error):
        """Mark this order as failed and record the reason.

        :param ExternalOrderError error:
        """
        self.ensure_one()
        item_id, item_name = error.product or (False, False)
        card_type, payment_mode = error.payment or (False, None)
        self.write(
            {
                **self._prepare_no_error_values(),
                "state": "failed",
                "attempts": self.attempts + 1,
                "error_code": error.code,
                "error_message": str(error),
                "missing_item_id": item_id and str(item_id),
                "missing_item_name": item_name,
                "missing_card_type": card_type or False,
                "missing_payment_mode": payment_mode is not None and str(payment_mode),
            }
        )

    def _wait(self, error):
        """Record why no session can take this order now. It stays pending, and the next run tries it again.

        :param ExternalOrderError error:
        """
        self.write({"error_code": error.code, "error_message": str(error), "next_attempt": False})

    def _defer(self, error):
        """Schedule these orders for another attempt after a temporary problem."""
        _logger.info("External Order Sync: %s orders postponed: %s", len(self), type(error).__name__)
        refused = for_reader(self.env)._("Odoo refused the order: %(reason)s", reason=error)
        final = ExternalOrderError("odoo_error", refused)
        for order in self:
            if order.attempts + 1 >= MAX_CONFLICTS:
                order._fail(final)
                continue
            order.write(
                {
                    "attempts": order.attempts + 1,
                    "next_attempt": fields.Datetime.now() + min(FIRST_PAUSE * 2**order.attempts, LONGEST_PAUSE),
                    "error_code": "database_busy",
                    "error_message": for_reader(self.env)._(
                        "The database was busy. The order will be retried automatically."
                    ),
                }
            )

    # ------------------------------------------------------------
    # User actions
    # ------------------------------------------------------------

    def action_retry(self):
        """Retry these orders: a few immediately, many through the scheduled action."""
        self._check_may_act()
        # Users cannot write to the inbox; this button is how they may change it.
        orders = without_defaults(self).sudo().filtered(lambda order: order.state != "done")
        if not orders:
            raise UserError(self.env._("Select orders that have not been imported yet."))
        return orders._retry()

    def _retry(self):
        # Skip orders that another worker has locked: that worker imports them.
        # If several orders share one OrderID, we do not know which one to import.
        locked = self.filtered(lambda order: order.error_code != "order_id_ambiguous").try_lock_for_update()
        locked.write(
            {
                **self._prepare_no_error_values(),
                **self._prepare_no_interruption_values(),
                "state": "pending",
                "attempts": 0,
            }
        )
        problems = []
        if len(locked) <= RETRY_AT_ONCE:
            problems = [orders._import() for orders in locked.grouped("sync_id").values()]
        else:
            locked.sync_id._trigger_sync()
        for sync in locked.sync_id:
            sync._update_attention_activity()
        return self._get_retry_notification("\n".join(filter(None, problems)))

    def _get_retry_notification(self, problem):
        states = self.mapped("state")
        done, failed, pending = (states.count(state) for state in ("done", "failed", "pending"))
        lines = [problem] if problem else []
        if done:
            doubtful = len(self.filtered(lambda row: row.state == "done" and row.doubt))
            lines.append(self.env["external.order.sync.run"]._describe_imported(done, doubtful))
        if failed:
            reason = next(row.error_message for row in self if row.state == "failed")
            lines.append(reason if failed == 1 else self.env._("%s orders failed again.", failed))
        if pending:
            lines.append(self.env._("Still waiting: %s", pending))
        return notification("danger" if problem or failed else "success", "\n".join(lines))

    def action_ignore(self):
        """Ignore these orders until the external system sends them with different content."""
        self._check_may_act()
        # sudo: users cannot write to the inbox; see `action_retry`.
        orders = self.sudo().filtered(lambda order: order.state in ("pending", "failed"))
        orders.write({**self._prepare_no_error_values(), "state": "ignored"})
        for sync in orders.sync_id:
            sync._update_attention_activity()

    def action_accept_change(self):
        """Mark the external changes of these imported orders as seen."""
        self._check_may_act()
        self.sudo().changed = False  # as above

    def action_warnings_seen(self):
        """Mark the warnings of these imported orders as seen; their texts stay."""
        self._check_may_act()
        orders = self.sudo()  # as above
        orders.doubt = False
        for sync in orders.sync_id:
            sync._update_attention_activity()

    def action_open_order(self):
        action = {"type": "ir.actions.act_window", "res_model": "pos.order", "view_mode": "form"}
        return {**action, "res_id": self.ensure_one().pos_order_id.id}

    def _check_may_act(self):
        """Raise ``AccessError`` for other users, because the buttons of the inbox write with ``sudo()``."""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group("external_order_sync.group_user"):
            raise AccessError(self.env._("This is allowed only for users of External Order Sync."))

    # ------------------------------------------------------------
    # Clean-up
    # ------------------------------------------------------------

    @api.autovacuum
    def _gc_payloads(self):
        """Delete the payloads of imported orders after the retention time of their synchronization."""
        syncs = self.env["external.order.sync"].with_context(active_test=False)
        for sync in syncs.search([("payload_retention_days", ">", 0)]):
            limit = fields.Datetime.now() - timedelta(days=min(sync.payload_retention_days, MAX_RETENTION_DAYS))
            domain = [
                ("sync_id", "=", sync.id),
                ("state", "=", "done"),
                ("changed", "=", False),  # the user still has to compare the new content
                ("imported_date", "<", limit),
                ("payload", "!=", False),
            ]
            while orders := self.search(domain, limit=1000):
                orders.payload = False
                commit(self.env)
