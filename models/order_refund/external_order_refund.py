from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import LockError
from odoo.tools import SQL

from ...exceptions import ExternalOrderError
from ...lib.money import exact, round_currency
from ...lib.order.parts import OrderPayload
from ...tools.message_language import amount_text, stored
from ..order_import.external_customer_matching import CustomerMatch
from ..order_import.external_order_date import EARLIEST, TOLERANCE
from ..order_import.import_target import ClosedTargets, ImportTarget
from ..order_import.outcome import Warn, as_warnings
from ..order_import.prepared_order import PreparedOrder
from .sold_order import ZERO, SoldOrder


class ExternalOrderRefund(models.AbstractModel):
    """Books what came back of imported orders: as refunds of the Point of Sale, linked to the sale line by line.

    A refund is prepared here and then created like a sale, by `external.order.import`.
    """

    _name = "external.order.refund"
    _description = "External Order Refund"

    # ------------------------------------------------------------
    # Entry
    # ------------------------------------------------------------

    @api.model
    def _book_refunds(self, sync, requests):
        """Book refunds; each one succeeds or fails independently, and its outcome says how.

        Refunds of one sale are booked one after the other. One of a sale of which nothing is left needs no POS order:
        its outcome is ``nothing_left``.

        :param sync: the ``external.order.sync``
        :param requests: a list of `RefundRequest`
        :raise psycopg2.OperationalError: a conflict with another transaction; repeat the call in a new one
        """
        while requests:
            first = {}
            for request in requests:
                first.setdefault(request.sale, request)
            self._book_batch(sync, list(first.values()))
            done = set(map(id, first.values()))
            requests = [request for request in requests if id(request) not in done]

    @api.model
    def _book_batch(self, sync, requests):
        """Book refunds of different sales."""
        requests = self._leave_out_existing(sync, requests)
        if not requests:
            return
        held = self._hold_sales(self.env["pos.order"].union(*(request.sale for request in requests)))
        prepared = []
        for request in requests:
            if request.sale not in held:
                request.outcome.conflict = LockError(stored(self.env)._("Others are changing the same orders."))
                continue
            with self.env["external.order.import"]._catch(request.outcome):
                if order := self._prepare_or_wait(sync, request):
                    prepared.append(order)
        self.env["external.order.import"]._import_prepared(sync, prepared)

    @api.model
    def _hold_sales(self, sales):
        """Lock sales against other refunds by external systems until the end of the transaction.

        The rows are updated, so that another worker whose transaction began before starts over and sees what was
        booked. Rows that another transaction holds, such as one that closes their session, are not waited for: that
        may take long, and other orders would wait as well.

        :param sales: ``pos.order`` records
        :return: those that are locked; nothing of the others can be booked now
        """
        sales.flush_model()
        query = SQL(
            """
            UPDATE pos_order SET source = source
             WHERE id IN (SELECT id FROM pos_order WHERE id IN %s ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING id
            """,
            sales._ids,
        )
        self.env.cr.execute(query, log_exceptions=False)
        return sales.browse(sale_id for (sale_id,) in self.env.cr.fetchall())

    # ------------------------------------------------------------
    # Identity
    # ------------------------------------------------------------

    @api.model
    def _get_refund_uuid(self, sync, request, location=None):
        importing = self.env["external.order.import"]
        return importing._get_order_uuid(sync, request.payload.external_id, location, f"refund/{request.key}")

    @api.model
    def _get_own_uuid(self, sync, request):
        return self._get_refund_uuid(sync, request, request.payload.location_id if sync._uses_locations() else None)

    @api.model
    def _leave_out_existing(self, sync, requests):
        """Set the outcome of refunds that exist already, and return the others."""
        possible = [
            (self._get_refund_uuid(sync, request, request.payload.location_id), self._get_refund_uuid(sync, request))
            for request in requests
        ]
        existing = self.env["pos.order"].search([("uuid", "in", [uuid for uuids in possible for uuid in uuids])])
        by_uuid = existing.grouped("uuid")
        missing = []
        for request, uuids in zip(requests, possible, strict=True):
            found = next(filter(None, map(by_uuid.get, uuids)), None)
            if not found:
                missing.append(request)
            elif found.external_refunded_order_id == request.sale and found.state not in ("draft", "cancel"):
                request.outcome.pos_order = found
            else:
                message = stored(self.env)._(
                    "The POS order %(order)s has the same identity as this refund, but is not a paid refund of "
                    "%(sale)s. Nothing was booked. Compare both: if they are the same refund, press Ignore here; if "
                    "not, cancel or delete the POS order, then press Retry.",
                    order=found.name,
                    sale=request.sale.name,
                )
                request.outcome.error = ExternalOrderError("order_in_the_way", message)
        return missing

    # ------------------------------------------------------------
    # Preparation: nothing is written here
    # ------------------------------------------------------------

    @api.model
    def _prepare_or_wait(self, sync, request):
        """Return the `PreparedOrder` of a refund; ``None`` if its outcome is already known."""
        moment, warning = self._get_refund_date(sync, request)
        target = self._get_target(sync, request, moment)
        closed = ClosedTargets.current(sync.env)
        if reason := closed and closed.reasons.get(target):
            request.outcome.waiting = reason
            return None
        order = self._read_sale(target.on(sync), request.sale)
        if request.payload.is_rest and order.is_all_back and not request.payload.payments:
            request.outcome.nothing_left = True
            return None
        self.env["external.refund.repetition"]._check_repeated(target.on(sync), request, moment)
        self.env["external.refund.taken.out"]._check_taken_out(target.on(sync), request, moment)
        prepared = self._prepare_refund(target.on(sync), request, order, moment)
        prepared.warnings += filter(None, [warning])
        return prepared

    @api.model
    def _read_sale(self, sync, sale, without=()):
        """Return the `SoldOrder` of a sale, with its charges marked.

        :param without: refunds that do not count, ``pos.order`` records
        :raise ExternalOrderError: ``amount_mismatch``, if Odoo no longer computes what it was sold for
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        order = SoldOrder(sale, Decimal(1).scaleb(-digits), without)
        self._check_computed(order)
        self.env["external.refund.pricing"]._mark_charges(sync, order)
        return order

    @api.model
    def _check_computed(self, order):
        """Refuse a sale of which a tax or the cash rounding was changed since: Odoo then computes other amounts."""
        sale = order.sale
        computed, booked = (order.total, order.tax), (sale.amount_total, sale.amount_tax)
        rounding = float(order.unit) * (len(order.lines) + 0.5)
        # Where only cash is rounded, the total is exact.
        of_total = 0 if sale.config_id.only_round_cash_method else float(order.most_rounding)
        tolerances = (rounding + of_total, rounding)
        # What was sold for rounded cash has an exact total: only its payments show that it was rounded.
        is_rounded = bool(sale.currency_id.compare_amounts(sale.amount_paid, sale.amount_total))
        if is_rounded and not order.most_rounding:
            booked = sale.amount_paid, sale.amount_tax
        elif all(abs(float(now) - then) < most for now, then, most in zip(computed, booked, tolerances, strict=True)):
            return
        currency = sale.currency_id
        message = stored(self.env)._(
            "Order %(order)s was sold for %(total)s with %(tax)s tax, but Odoo now computes %(now)s with %(now_tax)s: "
            "a tax or the cash rounding was changed or archived since. Nothing was booked. Restore it, then press "
            "Retry, or enter the refund in Odoo by hand, then press Ignore.",
            order=sale.name,
            total=amount_text(currency, booked[0]),
            tax=amount_text(currency, booked[1]),
            now=amount_text(currency, computed[0]),
            now_tax=amount_text(currency, computed[1]),
        )
        raise ExternalOrderError("amount_mismatch", message)

    @api.model
    def _get_target(self, sync, request, moment):
        """Return the `ImportTarget` of a refund: the Point of Sale of the sale, on the day of the refund."""
        day = min(sync._get_business_day(moment), sync._get_business_day()) if sync.session_per_day else None
        return ImportTarget(request.sale.config_id, day)

    @api.model
    def _get_refund_date(self, sync, request):
        """Return when something was refunded, in UTC without time zone, and a `Warn` if the stated date was wrong."""
        stated, now, sold = request.payload.refunded_at, fields.Datetime.now(), request.sale.date_order
        moment = self.env["external.order.import"]._to_moment(sync, stated)
        if moment is None:
            return max(now, sold), None
        env = stored(self.env)
        shown = stated.replace(tzinfo=None, microsecond=0).isoformat(" ")
        if not EARLIEST <= moment <= now + TOLERANCE:
            text = env._("The refund's date, %s, cannot be right, so it got the time of import.", shown)
            return max(now, sold), Warn(text, "date_differs")
        if moment < sold:
            text = env._("The refund's date, %s, is before that of the sale, so it got the date of the sale.", shown)
            return sold, Warn(text, "date_differs")
        return moment, None

    @api.model
    def _prepare_refund(self, sync, request, order, moment):
        """Return the `PreparedOrder` of a refund.

        :param sync: the ``external.order.sync``, with the refund's target in its context
        :param SoldOrder order:
        """
        sale = request.sale
        pricing = self.env["external.order.pricing"]
        terms = pricing._get_terms(sync).on(moment)
        pricing._check_currency(request.payload, terms)
        payload, plan, notes = self._plan_refund(sync, request.payload, request.sold, order, terms)
        payments, warnings = self.env["external.refund.settling"]._settle(sync, order, payload, plan.total)
        priced = self.env["external.refund.lines"]._price(order, plan, terms)
        is_invoiced = self._is_invoiced(sale)
        if is_invoiced:
            self.env["external.order.invoicing"]._fix_amounts(priced, terms)
        request.outcome.warnings = [*as_warnings(self.env, payload.warnings, "warning"), *notes, *warnings]
        return PreparedOrder(
            payload=self._prepare_payload(payload, sale),
            uuid=self._get_own_uuid(sync, request),
            priced=priced,
            payments=payments,
            warnings=request.outcome.warnings,
            outcome=request.outcome,
            target=ImportTarget.current(sync.env),
            date_order=moment,
            customer=sale.partner_id,
            customer_match=CustomerMatch(sale.partner_id),
            is_invoiced=is_invoiced,
            further_values={
                **self._prepare_refund_values(order, plan),
                **self._prepare_rounded_total(order, plan.total, payments),
            },
        )

    @api.model
    def _plan_refund(self, sync, payload, sold, order, terms):
        """Return a refund as its prices say, its `RefundPlan` and notes on it.

        :param sync: the ``external.order.sync``, with the refund's target in its context
        :param RefundPayload payload:
        :param OrderPayload sold: the sale as it was booked, or None
        :param SoldOrder order:
        :param PricingTerms terms: with the rate of the refund's day
        :raise ExternalOrderError: if it is not a refund of the sale
        """
        matching = self.env["external.refund.matching"]
        matches = matching._match_items(sync, payload, sold, order)
        matches, notes = matching._fit_quantities(matches, order)
        prices = self.env["external.refund.prices"]
        payload, matches = prices._read_prices(payload, matches, sold, order, terms.prices_include_tax)
        notes += prices._find_price_doubts(payload, matches, order, terms.prices_include_tax)
        figures = self.env["external.refund.figures"]
        figures._mark_stated_charges(sync, order, payload, sold, terms)
        restock = sync.refund_restock if payload.restock is None else payload.restock
        plan = self.env["external.refund.proof"]._prove(sync, order, payload, matches, restock)
        notes += figures._check(order, payload, matches, sold, plan)
        return payload, plan, notes

    @api.model
    def _is_invoiced(self, sale):
        """Return whether a refund gets a credit note: if the sale has a posted invoice, also one of a user."""
        # sudo: users of the Point of Sale may not read invoices.
        return sale.sudo().account_move.state == "posted"

    @api.model
    def _prepare_payload(self, payload, sale):
        """Return what the refund's POS order has in common with that of a sale: number, type and note."""
        return OrderPayload(
            external_id=sale.external_order_number or payload.external_id,
            status="",
            items=(),
            payments=payload.payments,
            amount_total=None,
            grand_total=None,
            amount_paid=None,
            tax=None,
            tax_percent=None,
            discount=None,
            balance=None,
            currency="",
            charges=(),
            further=(),
            warnings=(),
            location_id=payload.location_id,
            note=payload.reason,
        )

    @api.model
    def _prepare_refund_values(self, order, plan):
        """Return the values of a ``pos.order`` that only a refund has: a hook.

        :param SoldOrder order:
        :param RefundPlan plan:
        """
        sale = order.sale
        values = {
            "external_refunded_order_id": sale.id,
            "is_refund": plan.total >= 0,
            "preset_id": sale.preset_id.id,
        }
        tip_product = sale.config_id.tip_product_id
        if sale.is_tipped:
            tips = [part.total for part in plan.parts if part.sold.product == tip_product]
            values |= {"is_tipped": True, "tip_amount": -float(sum(tips))} if tips else {}
        return values

    @api.model
    @exact
    def _prepare_rounded_total(self, order, total, payments):
        """Return the total of a refund of ``total`` that has to be what was paid back: where all payments are rounded,
        as in the register, and where Odoo would refuse it as not fully paid.
        """
        paid = sum((payment["amount"] for payment in payments), ZERO)
        if order.rounds_total or (order.most_rounding and abs(total + paid) > self._get_tolerated_rounding(order)):
            return {"amount_total": float(paid)}
        return {}

    @api.model
    def _get_tolerated_rounding(self, order):
        """Return by how much the total of an order that is fully paid may differ from its payments in Odoo."""
        is_half = order.sale.config_id.rounding_method.rounding_method == "HALF-UP"
        return round_currency(order.most_rounding / 2, order.unit) if is_half else order.most_rounding
