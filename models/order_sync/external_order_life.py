from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...exceptions import ExternalOrderError
from ...lib.money import decimal
from ...lib.order.content import PayloadError
from ...lib.order.payload import parse_order
from ...lib.order.refund_comparison import is_same_refund, states_amount
from ...lib.order.refunds import THE_CANCELLATION, THE_REFUND, parse_cancellation, parse_refund
from ...lib.strict_json import loads
from ...tools.message_language import for_reader, stored
from ...tools.stored_text import stored_text_of, text_of_error
from ..order_import.order_errors import not_understood
from ..order_import.outcome import Outcome
from ..order_refund.refund_request import RefundRequest
from .external_order_entry import ENTRY

# The kinds of rows that are not sales.
LIFE_KINDS = ("refund", "cancellation")


class ExternalOrder(models.Model):
    """The life of an order: its refunds and its cancellation are rows that belong to the row of its sale."""

    _inherit = "external.order"

    kind = fields.Selection(
        [("sale", "Sale"), ("refund", "Refund"), ("cancellation", "Cancellation"), ("entry", "Not an Order")],
        required=True,
        default="sale",
        readonly=True,
        help="A sale, or what happened to it later: a refund, or its cancellation. Or an entry of the feed that is not "
        "an order.",
    )
    refund_id = fields.Char(
        "RefundID",
        readonly=True,
        help='RefundID in the external system; "refund" if it has none, "cancellation" for a cancelled order.',
    )
    origin_id = fields.Many2one(
        "external.order",
        "Order",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The order that was refunded or cancelled. Empty until it arrives.",
    )
    life_ids = fields.One2many("external.order", "origin_id", "Refunds and Cancellation", readonly=True)
    # The few that are not sales: their button and list in the configuration, and their number in the status of the API.
    _life = models.Index("(sync_id, id) WHERE kind IN ('refund', 'cancellation')")

    version = fields.Char(readonly=True, help="When the external system last changed the order, as far as it says so.")

    @api.depends("external_id", "kind", "refund_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for order in self:
            name = order.external_id
            order.display_name = name if order.kind in ("sale", "entry") else f"{name} · {order._get_name_in_order()}"

    def _get_name_in_order(self):
        """Return what this refund or cancellation is called within its order, for example "Refund R1"."""
        name = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        return name if self.refund_id in (THE_REFUND, THE_CANCELLATION, ENTRY) else f"{name} {self.refund_id}"

    # ------------------------------------------------------------
    # Claiming
    # ------------------------------------------------------------

    @api.model
    def _get_ready_domain(self):
        """Return the domain of rows that may be tried: sales, and refunds and cancellations of imported sales.

        A refund is found by its OrderID, too: two workers may have received it and its order at the same moment,
        without seeing each other's row.
        """

        def is_imported(_model, alias, _query):
            return SQL(
                """EXISTS (
                    SELECT FROM external_order AS sale
                     WHERE sale.sync_id = %(row)s.sync_id AND sale.external_id = %(row)s.external_id
                       AND sale.kind = 'sale' AND sale.state = 'done'
                       AND CASE WHEN %(row)s.origin_id IS NOT NULL THEN sale.id = %(row)s.origin_id
                                ELSE NOT coalesce(sale.by_location, FALSE)
                                     OR coalesce(sale.external_location, '') = coalesce(%(row)s.external_location, '')
                            END
                )""",
                row=SQL.identifier(alias),
            )

        return Domain("kind", "=", "sale") | Domain.custom(to_sql=is_imported)

    def _filter_ready(self):
        """Return those of these rows that may be tried now; see `_get_ready_domain`."""
        pending = self.filtered(lambda row: row.state == "pending")
        ready = pending.filtered(lambda row: not row.error_code)
        return ready | pending.filtered(
            lambda row: row.error_code == "waiting_for_order" and row.origin_id.state == "done"
        )

    def _lock_sales(self):
        """Return those of these locked rows whose sale this transaction could lock as well, so that nobody else books
        something of the same order at the same time.
        """
        life = self.filtered(lambda row: row.kind != "sale")
        if not life:
            return self
        self._link_to_sales(life, life._find_sales())
        locked = life.origin_id.try_lock_for_update()
        return self - life.filtered(lambda row: row.origin_id and row.origin_id not in locked)

    def _find_sales(self):
        """Return the rows of the sales that these refunds may belong to, if they are not linked yet."""
        lost = self.filtered(lambda row: not row.origin_id)
        if not lost:
            return self.browse()
        return self.search(
            [
                ("sync_id", "in", lost.sync_id.ids),
                ("external_id", "in", lost.mapped("external_id")),
                ("kind", "=", "sale"),
            ]
        )

    # ------------------------------------------------------------
    # Booking
    # ------------------------------------------------------------

    def _import_life(self, run=None):
        """Book these locked, pending refunds and cancellations of one synchronization, and record each result.

        :param run: the ``external.order.sync.run`` this belongs to
        :return: why no session can take some of them, which stay pending
        :rtype: list[str]
        """
        problems, rest = [], self.sorted("id")
        while rest:
            # Those of one order one after the other: each depends on what is left by those before.
            first = {row.origin_id or row: row for row in reversed(rest)}
            turn = self.browse(row.id for row in first.values()).sorted("id")
            rest -= turn
            problems += turn._book_turn(run)
        return problems

    def _book_turn(self, run):
        """Book at most one refund or cancellation of each order."""
        sync = self.sync_id.ensure_one()
        sync = sync.with_company(sync.company_id)
        requests, asking = [], []
        for row in self:
            if run:
                row.run_id = run
            if waiting := row._get_waiting_error():
                row._wait(waiting)
                continue
            try:
                request = row._prepare_request()
            except PayloadError as error:
                row._fail(not_understood(self.env, error))
                continue
            if waiting := row._get_changed_error(request.payload):
                row._wait(waiting)
                continue
            if repeated := row._get_repeated_error(request):
                row._fail(repeated)
                continue
            requests.append(request)
            asking.append(row)
        if requests:
            self.env["external.order.refund"]._book_refunds(sync, requests)
        for row, request in zip(asking, requests, strict=True):
            row._record(request.outcome)
        return [text_of_error(request.outcome.waiting) for request in requests if request.outcome.waiting]

    def _get_waiting_error(self):
        """Return why this refund or cancellation cannot be booked yet, or ``None``.

        :rtype: ExternalOrderError
        """
        self.ensure_one()
        if self.origin_id.state != "done":
            waiting = self._prepare_waiting_values(self.origin_id)
            message = stored_text_of(for_reader(self.env), waiting["error_terms"] or waiting["error_message"])
            return ExternalOrderError("waiting_for_order", message)
        if self.kind != "cancellation":
            return None
        # It is of what the refunds before it leave.
        before = [("origin_id", "=", self.origin_id.id), ("id", "<", self.id), ("state", "in", ("pending", "failed"))]
        if earlier := self.search(before, order="id", limit=1):
            message = stored(self.env)._(
                "The order has a refund that is not booked yet: %(refund)s. Fix or ignore it first; the cancellation "
                "then refunds the rest.",
                refund=earlier.display_name,
            )
            return ExternalOrderError("waiting_for_order", message)
        return None

    def _get_changed_error(self, payload):
        """Return why this refund waits until the change of its order is booked or seen, or ``None``.

        A refund that says what came back and how it was paid back does not depend on that, unless the order was paid by
        other methods: what is left there would not be what a later refund or the cancellation pays back.

        :param RefundPayload payload:
        :rtype: ExternalOrderError
        """
        if self.kind != "refund" or not self.origin_id.changed:
            return None
        is_complete = payload.payments and not payload.is_rest
        if is_complete and not self.origin_id._is_paid_otherwise():
            return None
        message = stored(self.env)._(
            "The order has changed in the external system, and this refund depends on what was sold and how it was "
            "paid. Open the order and press Book the Difference or Change Seen. The next run then books the refund."
        )
        return ExternalOrderError("waiting_for_order", message)

    def _get_repeated_error(self, request):
        """Return why this refund may be one that is booked already, or ``None``: of two that state the same, one has no
        RefundID. Whether two that state it otherwise would book the same, is found when they are booked.

        :param RefundRequest request:
        :rtype: ExternalOrderError
        """
        for row in self._find_possibly_same():
            if row.payload and self._is_repeated(request, row):
                return self.env["external.refund.repetition"]._get_error(row.pos_order_id, has_amounts=True)
        return None

    def _find_possibly_same(self):
        """Return the rows of booked refunds that may be this one, because one of the two has no RefundID."""
        if self.kind != "refund":
            return self.browse()
        booked = self.origin_id.life_ids.filtered(
            lambda row: row.kind == "refund" and row.state == "done" and row.pos_order_id
        )
        return (booked - self).filtered(lambda row: THE_REFUND in (self.refund_id, row.refund_id))

    def _is_repeated(self, request, booked):
        try:
            return is_same_refund(request.payload, booked._parse_life(request.sold))
        except PayloadError:
            return False

    def _states_amount(self, sold):
        """Return whether this booked refund says what was paid back, as far as its content is still stored."""
        try:
            return not self.payload or states_amount(self._parse_life(sold))
        except PayloadError:
            return True

    def _prepare_request(self):
        """Return what this refund or cancellation asks for.

        :rtype: RefundRequest
        :raise PayloadError: if it cannot be read
        """
        self.ensure_one()
        sale = self.origin_id.pos_order_id
        sold = self._get_sold_order()
        return RefundRequest(
            sale=sale,
            payload=self._parse_life(sold),
            outcome=Outcome(),
            key=self.refund_id,
            sold=sold,
            possibly_same={row.pos_order_id: row._states_amount(sold) for row in self._find_possibly_same()},
            **self._prepare_earlier_changes(sold),
        )

    def _parse_life(self, sold=None):
        """Return this refund or cancellation as parsed.

        :param OrderPayload sold: the sale as it was booked, if that is known
        :rtype: RefundPayload
        :raise PayloadError: if it cannot be read
        """
        content = loads(self.payload)
        if self.kind == "cancellation":
            return parse_cancellation(content, sold)
        sale = self.origin_id.pos_order_id
        return parse_refund(content, sold, decimal(sale.amount_total) if sale else None)

    def _get_sold_order(self):
        """Return the sale of this refund or cancellation as it was booked, parsed, or ``None`` if that is not known.

        If it is not stored any more, the refund itself may repeat it: an order that came again with another status.

        :rtype: OrderPayload
        """
        sale = self.origin_id
        is_repeated = not sale._get_booked_payload() and self.payload and sale._is_as_booked({"payload": self.payload})
        return parse_order(loads(self.payload)) if is_repeated else sale._get_booked_order()

    def _get_booked_order(self):
        """Return the content of this imported sale that was booked, parsed, or ``None`` if it is not known any more.

        :rtype: OrderPayload
        """
        payload = self._get_booked_payload()
        try:
            return parse_order(loads(payload)) if payload else None
        except PayloadError:
            return None
