from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import exact, round_currency
from ...tools.message_language import amount_text, stored
from ..order_import.order_errors import more_than_was_sold
from .refund_plan import ZERO, RefundPlan


class ExternalRefundProof(models.AbstractModel):
    """Decides by what was paid back which of the possible ways to book a refund is right, or refuses it."""

    _name = "external.refund.proof"
    _description = "External Refund Proof"

    @api.model
    @exact
    def _prove(self, sync, order, payload, matches, restock):
        """Return the `RefundPlan` that gives what was paid back, with its taxes.

        Without payments, the stated total counts; without that, the likeliest plan. Only rounding may differ.

        :param sync: the ``external.order.sync``, with the refund's target in its context
        :param SoldOrder order:
        :param RefundPayload payload:
        :param matches: see `external.refund.matching`
        :raise ExternalOrderError: ``refund_exceeds_order`` or ``amount_mismatch``
        """
        target = self._get_target(order, payload)
        self._check_left(order, target)
        if not (payload.items or payload.is_rest):
            return self._plan_money(order, payload, target)
        plans, pricing = [], self.env["external.refund.pricing"]
        rounding = self.env["external.refund.figures"]._find_stated_rounding(sync, order, payload)
        # Usually the first one is right, and an order of many lines has many.
        for plan in pricing._iter_plans(order, payload, matches, restock):
            for way in filter(None, [rounding and self._add_rounding(plan, *rounding), plan]):
                if self._is_exact(sync, payload, way, target) and self._settle_tax(way, payload):
                    return way
            plans.append(plan)
        for accepts in (self._is_rounded_cash, self._take_rounding):
            for plan in plans:
                if accepts(sync, payload, plan, target) and self._settle_tax(plan, payload):
                    return plan
        if plan := self._find_rounded_twice(sync, payload, plans, target):
            return plan
        raise self._get_mismatch(order, payload, plans[0], target)

    @api.model
    def _get_target(self, order, payload):
        """Return what was paid back in all, or None if nothing says it."""
        if payload.total is not None:
            return round_currency(payload.total, order.unit)
        return self._get_paid(order, payload) if payload.payments else None

    @api.model
    def _get_paid(self, order, payload):
        return round_currency(sum((payment.amount for payment in payload.payments), ZERO), order.unit)

    @api.model
    def _check_left(self, order, target):
        """Refuse a refund of more money than is left of the sale."""
        left = max(order.left, ZERO)
        if target is None or target <= left or target < left + order.most_rounding_left:
            return
        raise self._get_exceeds_error(order, target, order.left, order.sale.amount_total)

    @api.model
    def _get_exceeds_error(self, order, target, left, total):
        currency = order.sale.currency_id
        message = stored(self.env)._(
            "%(paid)s was paid back, but only %(left)s is left of the %(total)s of order %(order)s. Nothing was "
            "booked. Refunds made in the register count too. Compare the refunds of the order in the external system "
            "and here.",
            paid=amount_text(currency, target),
            left=amount_text(currency, max(left, ZERO)),
            total=amount_text(currency, total),
            order=order.sale.name,
        )
        return more_than_was_sold(self.env, message)

    @api.model
    def _plan_money(self, order, payload, target):
        """Return the plan of a refund that names no items: money off the whole order, without goods."""
        if not target:
            message = stored(self.env)._(
                "The refund has neither items nor an amount. The external system has to send what came back, or what "
                "was paid back."
            )
            raise ExternalOrderError("invalid_payload", message)
        plan = RefundPlan(order)
        lines = [line for line in order.lines.values() if line.left > 0]
        totals = plan.spread(target, lines, [line.left for line in lines])
        for line, total in zip(lines, totals, strict=True):
            if total:
                plan.add(line, ZERO, total, restock=False, may_differ=True)
        if not self._settle_tax(plan, payload):
            raise self._get_tax_mismatch(order, payload, plan)
        return plan

    # ------------------------------------------------------------
    # The plan that is right
    # ------------------------------------------------------------

    @api.model
    @exact
    def _add_rounding(self, plan, line, amount):
        """Return a plan with a rounding that the refund states, as money off or on top of that of the sale; None if it
        has that of the sale.

        :param SoldLine line: of the sale's rounding
        """
        if any(part.sold == line for part in plan.parts):
            return None
        rounded = self.env["external.refund.pricing"]._copy(plan.order, plan)
        quantity = rounded.left_quantity(line) if amount == rounded.left(line) else ZERO
        rounded.add(line, quantity, amount, restock=False, may_differ=False)
        return rounded

    @api.model
    def _is_exact(self, sync, payload, plan, target):
        if target is None and plan.total > plan.order.left:
            # More came back of other lines by rounding.
            return plan.take_difference(plan.order.left - plan.total)
        return target is None or plan.total == target

    @api.model
    def _is_rounded_cash(self, sync, payload, plan, target):
        """Return whether the cash rounding of the Point of Sale explains what was paid back.

        :raise ExternalOrderError: ``payment_not_found`` or ``payment_ambiguous``
        """
        return target is not None and self._rounds_to(sync, payload, plan.order, plan.total, target)

    @api.model
    def _rounds_to(self, sync, payload, order, total, target):
        if abs(total - target) >= order.most_rounding_left:
            return False
        try:
            self.env["external.refund.settling"]._settle(sync, order, payload, total)
        except ExternalOrderError as error:
            if error.code != "amount_mismatch":
                raise
            return False
        return True

    @api.model
    def _take_rounding(self, sync, payload, plan, target):
        """Let a plan give ``target``, if rounding explains the difference. Return whether it does."""
        if target is None or abs(plan.total - target) > plan.get_tolerance():
            return False
        return plan.take_difference(target - plan.total)

    @api.model
    @exact
    def _find_rounded_twice(self, sync, payload, plans, target):
        """Return a plan of which the external system rounded the shares or taxes otherwise, and then the cash; None if
        that does not explain what was paid back.

        :raise ExternalOrderError: ``payment_not_found`` or ``payment_ambiguous``
        """
        if target is None or not plans[0].order.most_rounding:
            return None
        accepted = {}  # by the total; many plans have the same ones
        for plan in plans:
            order, total, most = plan.order, plan.total, plan.get_tolerance()
            if abs(total - target) >= order.most_rounding_left + most:
                continue
            for units in range(1, int(most / order.unit) + 1):
                for difference in (-units * order.unit, units * order.unit):
                    other = total + difference
                    if other > max(order.left, total):
                        continue
                    if other not in accepted:
                        accepted[other] = self._rounds_to(sync, payload, order, other, target)
                    changed = self.env["external.refund.pricing"]._copy(order, plan) if accepted[other] else None
                    if changed and changed.take_difference(difference) and self._settle_tax(changed, payload):
                        return changed
        return None

    @api.model
    def _settle_tax(self, plan, payload):
        """Split the money of a plan into net amounts and taxes. Return whether the stated tax agrees with these."""
        plan.split_taxes()
        stated = None if payload.tax is None else round_currency(payload.tax, plan.order.unit)
        tolerance = plan.get_tolerance()
        if stated is not None and abs(stated - plan.tax) > tolerance:
            return False
        # With the last of an order, all that is left of its tax comes back, unless a person refunded another tax.
        wanted = [plan.order.left_tax] if plan.is_last else []
        for tax in [*wanted, stated]:
            if tax is None or tax == plan.tax:
                return True
            if abs(tax - plan.tax) <= tolerance and plan.shift_tax(tax - plan.tax):
                return True
        return False

    # ------------------------------------------------------------
    # Why none is
    # ------------------------------------------------------------

    @api.model
    def _get_mismatch(self, order, payload, plan, target):
        plan.split_taxes()
        if target is None and plan.total > order.left:
            return self._get_exceeds_error(order, plan.total, order.left, order.sale.amount_total)
        if target is None or plan.total == target:
            return self._get_tax_mismatch(order, payload, plan)
        return self._get_amounts_error(order, target, plan.total)

    @api.model
    def _get_amounts_error(self, order, paid, cost):
        """Return the error of a refund that pays back less or more than what came back cost."""
        env, currency = stored(self.env), order.sale.currency_id
        amounts = {
            "paid": amount_text(currency, paid),
            "cost": amount_text(currency, cost),
            "order": order.sale.name,
        }
        if paid < cost:
            message = env._(
                "%(paid)s was paid back, but what came back cost %(cost)s in order %(order)s. Nothing was booked. If "
                "less was paid back on purpose, the external system has to send the Amount of each item.",
                **amounts,
            )
        else:
            message = env._(
                "%(paid)s was paid back, but what came back cost %(cost)s in order %(order)s. Nothing was booked. If "
                "more came back, such as a charge, the external system has to send it as an item of the refund.",
                **amounts,
            )
        return ExternalOrderError("amount_mismatch", message)

    @api.model
    def _get_tax_mismatch(self, order, payload, plan):
        currency = order.sale.currency_id
        message = stored(self.env)._(
            "The refund states %(stated)s tax, but what came back was sold with %(tax)s tax in order %(order)s. "
            "Nothing was booked. The external system has to correct the refund.",
            stated=amount_text(currency, payload.tax),
            tax=amount_text(currency, plan.tax),
            order=order.sale.name,
        )
        return ExternalOrderError("amount_mismatch", message)
