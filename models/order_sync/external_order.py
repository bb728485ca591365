import json
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import unique

from ...exceptions import ExternalOrderError
from ...lib.strict_json import loads
from ...tools.message_language import stored
from ...tools.stored_text import joined, terms_of
from ..order_import.order_errors import refused_by_odoo

_logger = logging.getLogger(__name__)

# After a conflict with another transaction, an order waits 1, 2, 4, … minutes, at most an hour.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
# If an order still conflicts after this many attempts over several hours, the conflict is not temporary.
MAX_CONFLICTS = 10


class ExternalOrder(models.Model):
    """The inbox: every order that an external system sent, as received, with its result."""

    _name = "external.order"
    _description = "External Order"
    _order = "id desc"
    _rec_name = "external_id"

    sync_id = fields.Many2one(
        "external.order.sync", "Synchronization", required=True, ondelete="restrict", readonly=True
    )
    # Not related, and not readonly, like `line_count`: received rows bring both, so thousands need not compute them.
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, index=True, precompute=True, readonly=False
    )
    pos_config_id = fields.Many2one(
        "pos.config",
        "Point of Sale",
        readonly=True,
        index="btree_not_null",
        help="The Point of Sale that has the order or, before its import, the one that would receive it.",
    )
    currency_id = fields.Many2one(related="pos_config_id.currency_id")
    external_id = fields.Char(
        "Order ID", required=True, readonly=True, index="trigram", help="OrderID in the external system."
    )
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
        [("pending", "Waiting"), ("done", "Imported"), ("failed", "Failed"), ("ignored", "Ignored")],
        "Status",
        required=True,
        default="pending",
        readonly=True,
    )
    error_code = fields.Selection(
        [
            ("not_an_order", "Not an Order"),
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
    error_message = fields.Text("Message", readonly=True)
    missing_item_id = fields.Char("External Item ID", readonly=True)
    missing_item_name = fields.Char("External Item Name", readonly=True)
    missing_card_type = fields.Char("External Card Type", readonly=True)
    missing_payment_mode = fields.Char("External Payment Mode", readonly=True)
    warnings = fields.Text("Warning", readonly=True)
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

    # Record rules are about the company: with it, an index alone answers what the status, the form of a synchronization
    # and the search panel count, without reading orders.
    _state = models.Index("(state, company_id)")
    # Also for which Points of Sale a synchronization has orders: only their sessions can hold them.
    _sync_pos_config = models.Index("(sync_id, pos_config_id, company_id)")
    _done = models.Index("(sync_id, kind, company_id) WHERE state = 'done'")
    _attention = models.Index("(sync_id, error_code, id) INCLUDE (company_id) WHERE state = 'failed'")
    # Both contain what `external.order.problem` gathers, which are thousands if nobody looks at them.
    _changed = models.Index(
        "(sync_id, id) INCLUDE (company_id, pos_config_id, total, received_date, state) WHERE changed IS TRUE"
    )  # as Odoo searches, see `external.order.push`
    _doubtful = models.Index(
        "(sync_id, doubt, id) INCLUDE (company_id, pos_config_id, total, received_date, state, changed)"
        " WHERE doubt IS NOT NULL"
    )
    # The list by date, the orders of a day, and chart and pivot of a month, which read nothing else of them: the pivot
    # needs the Point of Sale for its currency.
    _received = models.Index("(received_date) INCLUDE (company_id, sync_id, pos_config_id, kind, state, total)")
    # The filter With Warnings: few of the imported orders have any.
    _with_warnings = models.Index("(id) WHERE warnings IS NOT NULL")

    @api.depends("sync_id.company_id")
    def _compute_company_id(self):
        for order in self:
            order.company_id = order.sync_id.company_id

    @api.depends("payload")
    def _compute_payload_text(self):
        for order in self:
            # For display only. Computations read the payload with `loads`, which keeps numbers exact.
            order.payload_text = order.payload and json.dumps(json.loads(order.payload), indent=2, ensure_ascii=False)

    # ------------------------------------------------------------
    # Importing
    # ------------------------------------------------------------

    def _import(self, run=None):
        """Book these locked, pending rows of one synchronization, and record each result.

        :param run: the ``external.order.sync.run`` this belongs to
        :return: why no session can take some of them, which stay pending
        :rtype: list[str]
        """
        sales = self.filtered(lambda order: order.kind == "sale")
        problems = sales._import_sales(run) if sales else []
        if life := self - sales:
            problems += life._import_life(run)
        self._note_failures()
        return list(unique(problems))

    def _import_sales(self, run):
        """Create POS orders from these orders, see `_import`."""
        company = self.sync_id.ensure_one().company_id
        orders = self.with_company(company)
        raw_orders = [loads(order.payload) for order in orders]
        outcomes, problems = orders.env["external.order.import"]._import_orders(orders.sync_id, raw_orders)
        for order, outcome in zip(orders, outcomes, strict=True):
            if run:
                order.run_id = run
            order._record(outcome)
        return problems

    def _count_results(self):
        """Return how many of these rows, which were tried, ended in which way, by names that a run counts."""
        done = self.filtered(lambda order: order.state == "done")
        # Refunds and cancellations without a POS order: nothing was left to refund.
        settled = done.filtered(lambda row: row.kind != "sale" and not row.pos_order_id)
        kinds = (done - settled).mapped("kind")
        return {
            "imported": kinds.count("sale"),
            "refunded": kinds.count("refund"),
            "cancelled": kinds.count("cancellation"),
            "settled": len(settled),
            **done._count_doubtful(),
            "failed": self.mapped("state").count("failed"),
            "deferred": len(self.filtered("next_attempt")),
        }

    def _count_doubtful(self):
        """Return how many of these booked rows have something to check, by names that a run counts."""
        doubtful = self.filtered("doubt")
        return {"doubtful": len(doubtful), "doubtful_life": len(doubtful.filtered(lambda row: row.kind != "sale"))}

    def _record(self, outcome):
        """Record the outcome of importing this row.

        :param Outcome outcome:
        """
        self.ensure_one()
        if outcome.pos_order or outcome.nothing_left:
            self._finish(outcome)
        elif outcome.conflict:
            self._defer(outcome.conflict)
        elif outcome.waiting:
            self._wait(outcome.waiting)
        else:
            self._fail(outcome.error or self._get_nothing_error())

    def _get_nothing_error(self):
        env = stored(self.env)
        nothing = env._("A custom module that extends the import returned no order.")
        advice = env._("Ask the author of the module to correct it, then press Retry.")
        return ExternalOrderError("odoo_error", joined(nothing, advice))

    def _finish(self, outcome):
        pos_order = outcome.pos_order or self.env["pos.order"]
        values = {
            **self._prepare_no_error_values(),
            "state": "done",
            "attempts": self.attempts + 1,
            "pos_order_id": pos_order.id,
            "imported_date": fields.Datetime.now(),
            **self._prepare_warning_values(outcome.warnings),
            "doubt": outcome.doubt,
        }
        if pos_order:
            values.update(self._prepare_sale_values(pos_order), pos_config_id=pos_order.config_id.id)
        if self.kind != "sale" or not self.total:
            values["total"] = pos_order.amount_total
        self.write(values)

    def _add_warning(self, warning):
        """Add a later warning to these imported orders, and notify the responsible user.

        :param Warn warning:
        """
        for order in self:
            if warning not in (order.warnings or "").splitlines():
                terms = order.warning_terms or (order.warnings or "").splitlines()
                order.warnings = "\n".join(filter(None, [order.warnings, warning]))
                order.warning_terms = [*terms, terms_of(warning)]
                order.doubt = warning.doubt
        for sync in self.sync_id:
            sync._update_attention_activity()

    @api.model
    def _prepare_no_error_values(self):
        return {
            "error_code": False,
            "error_message": False,
            "error_terms": False,
            "missing_item_id": False,
            "missing_item_name": False,
            "missing_card_type": False,
            "missing_payment_mode": False,
            "next_attempt": False,
        }

    def _fail(self, error):
        """Mark this order, or the change of an imported one, as failed and record the reason.

        :param ExternalOrderError error:
        """
        self.ensure_one()
        item_id, item_name = error.product or (False, False)
        card_type, payment_mode = error.payment or (False, None)
        self.write(
            {
                **self._prepare_no_error_values(),
                # Of an imported order, only the change failed.
                "state": "done" if self.state == "done" else "failed",
                "attempts": self.attempts + 1,
                "error_code": error.code,
                **self._prepare_message_values(error),
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
        values = self._prepare_message_values(error)
        self.write({"error_code": error.code, **values, "next_attempt": False})

    def _defer(self, error):
        """Schedule these orders for another attempt after a temporary problem."""
        _logger.info("External Order Sync: %s orders postponed: %s", len(self), type(error).__name__)
        final = refused_by_odoo(self.env, error)
        for order in self:
            if order.attempts + 1 >= MAX_CONFLICTS:
                order._fail(final)
                continue
            order.write(
                {
                    "attempts": order.attempts + 1,
                    "next_attempt": fields.Datetime.now() + min(FIRST_PAUSE * 2**order.attempts, LONGEST_PAUSE),
                    "error_code": "database_busy",
                    **self._prepare_message_values(
                        stored(self.env)._("The database was busy. The order will be retried automatically.")
                    ),
                }
            )
