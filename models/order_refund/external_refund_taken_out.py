from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import exact
from ...lib.order.parts import RefundFigures
from ...lib.order.refund_comparison import states_amount
from ...lib.order.refund_taken_out import Reading, Version, find_taken_out
from ...tools.message_language import stored
from .refund_plan import ZERO


class ExternalRefundTakenOut(models.AbstractModel):
    """Refuses a refund that may be what a booked change of its order already took out: it would count twice.

    Changes are compared as they were booked, each with what the refund would book on the version before and after it.
    The date of the refund decides nothing: it says when money was paid back, which may be after the shop changed the
    order.
    """

    _name = "external.refund.taken.out"
    _description = "External Refund Taken Out"

    @api.model
    def _check_taken_out(self, sync, request, moment):
        """Refuse a refund that may be a part of the changes that `RefundRequest.versions` shows.

        :param sync: the ``external.order.sync``, with the refund's target in its context
        :param RefundRequest request:
        :param datetime moment: when it was paid back
        :raise ExternalOrderError: ``order_in_the_way``
        """
        if len(request.versions) < 2 or not self._says_what(request.payload):
            return
        terms = self.env["external.order.pricing"]._get_terms(sync).on(moment)
        last = self._read_version(sync, request.sale)
        settled = [
            self._read_on_versions(sync, request, payload, versions, terms)
            for payload, versions in request.settled
            if self._says_what(payload)
        ]
        versions = [self._read_version(sync, version) for version in request.versions]
        found = find_taken_out(
            [self._summarize(version) for version in versions],
            self._summarize(last),
            self._read_on_versions(sync, request, request.payload, request.versions, terms),
            settled,
            self._get_made_by_hand(request.sale, last),
            [
                (self.env["external.refund.remainder"]._get_booked(last, refund), known)
                for refund, known in request.since
            ],
            max(map(self._get_tolerance, versions)),
        )
        if found:
            raise self._get_error([request.versions[number] for number in found])

    @api.model
    def _says_what(self, payload):
        """Return whether a refund says what came back. The rest of an order is what the changes left."""
        # Items of the sale that the refund does not name itself have no path in it.
        return not payload.is_rest or any(item.field for item in payload.items)

    @api.model
    def _read_version(self, sync, version):
        return self.env["external.order.refund"]._read_sale(sync, version, without=version._get_all_refunds())

    @api.model
    def _get_made_by_hand(self, sale, order):
        """Return what came back with each refund that was made in the register, as `Returned`."""
        refunds = sale._get_all_refunds().filtered(lambda refund: refund.external_refunded_order_id != sale)
        return [self.env["external.refund.remainder"]._get_booked(order, refund) for refund in refunds]

    # ------------------------------------------------------------
    # Versions, and the refund on each of them
    # ------------------------------------------------------------

    @api.model
    @exact
    def _summarize(self, order):
        """Return a version of a sale, a `SoldOrder`, as `Version`."""
        goods = defaultdict(Decimal)
        for line in self._get_goods(order):
            goods[self._get_key(line)] += line.quantity
        return Version(goods, order.total)

    @api.model
    @exact
    def _get_tolerance(self, order):
        """Return how much the money for a part of a version may differ by rounding; 0 where nothing is rounded."""
        one = Decimal(1)
        rounded = [
            line
            for line in order.lines.values()
            if not all(line.has_exact_prices(order.unit, quantity) for quantity in (one, line.quantity))
        ]
        return order.unit * len(rounded) + order.most_rounding

    @api.model
    def _get_goods(self, order):
        return [line for item in order.items if not (item.is_charge or item.is_discount) for line in item.all_lines]

    @api.model
    def _get_key(self, line):
        """Return what identifies the goods of a `SoldLine`: their product and price."""
        return line.product, (round(line.line.price_unit, 6), round(line.line.discount, 6))

    @api.model
    def _read_on_versions(self, sync, request, payload, versions, terms):
        """Return the `Reading` of a refund on each version of its sale, None where it cannot be booked on it."""
        payload = self._with_products(request, replace(payload, is_rest=False), self._read_version(sync, request.sale))
        return [self._read(sync, payload, self._read_version(sync, version), terms) for version in versions]

    @api.model
    def _with_products(self, request, payload, order):
        """Return a refund whose items are identified by the products as which the external system's names were booked:
        what it called the items of earlier versions is not stored any more.
        """
        goods = [item for item in order.items if not (item.is_charge or item.is_discount)]
        find = self.env["external.refund.matching"]._find_by_external_name
        pairs = [(item, find(item, request.sold, goods)) for item in payload.items]
        return replace(
            payload,
            items=tuple(replace(item, odoo_id=found[0].product.id) if found else item for item, found in pairs),
        )

    @api.model
    @exact
    def _read(self, sync, payload, order, terms):
        """Return a refund on one version of its sale, a `SoldOrder`, as `Reading`; None if that has not sold it."""
        as_said = self._plan(sync, payload, order, terms)
        target = self.env["external.refund.proof"]._get_target(order, payload)
        if as_said is None and target is None:
            return None
        paid = as_said.total if as_said else target if order.total >= 0 else -target
        states_money = states_amount(payload)
        items = (
            replace(item, amount=None, priced=None, discount=ZERO) if item.quantity else item for item in payload.items
        )
        without_amounts = replace(payload, items=tuple(items))
        # If that is not possible, a part of what they cost was kept, or they cost something else in this version.
        at_cost = self._plan(sync, replace(without_amounts, total=abs(paid)), order, terms) if states_money else as_said
        goods = as_said or at_cost
        if not goods:
            unproven = replace(without_amounts, payments=(), total=None, tax=None, figures=RefundFigures())
            goods = self._plan(sync, unproven, order, terms)
        if not goods:
            return None
        beside = set(order.lines.values()) - set(self._get_goods(order))
        priced = self._count(at_cost, beside, self._get_key) if at_cost else None
        return Reading(self._count(goods, beside, lambda line: line.product), priced, paid, states_money)

    @api.model
    def _plan(self, sync, payload, order, terms):
        """Return the `RefundPlan` of a refund, None if it cannot be booked."""
        try:
            _payload, plan, _notes = self.env["external.order.refund"]._plan_refund(sync, payload, None, order, terms)
        except ExternalOrderError:
            return None
        return plan

    @api.model
    def _count(self, plan, beside, key):
        goods = defaultdict(Decimal)
        for part in plan.parts:
            if part.quantity and part.sold not in beside:
                goods[key(part.sold)] += part.quantity
        return dict(goods)

    @api.model
    def _get_error(self, changes):
        message = stored(self.env)._(
            "The order was changed before this refund arrived, and the change (%(pos_order)s) already took out these "
            "goods or this money: both may be the same. Nothing was booked. If they are the same, press Ignore. If "
            "not, enter this refund in the Point of Sale by hand, then press Ignore.",
            pos_order=", ".join(order.name for order in changes),
        )
        return ExternalOrderError("order_in_the_way", message)
