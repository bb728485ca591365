from collections import defaultdict
from decimal import Decimal

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import decimal, exact, round_currency
from ...lib.order.content import join
from ...lib.order.parts import CHARGE_TYPES
from ...lib.order.totals import rounding_of
from ...tools.message_language import amount_text, stored
from ..order_import.external_order_charges import MAX_ROUNDING_UNITS
from ..order_import.outcome import Warn
from .refund_plan import ZERO

HUNDRED = Decimal(100)
DISCOUNTS = ("AmountDiscount", "DiscountPercent")


class ExternalRefundFigures(models.AbstractModel):
    """Compares what a refund states beside its payments and its total with what is booked of it.

    These are charges, discounts of the order, AmountTotal, and the prices and amounts of items. What does not agree is
    refused or, if payments or a total prove what was paid back, a doubt.
    """

    _name = "external.refund.figures"
    _description = "External Refund Figures"

    @api.model
    @exact
    def _mark_stated_charges(self, sync, order, payload, sold, terms):
        """Mark the charges of a sale that a refund of a part of it states.

        :param SoldOrder order: with its charges marked
        :param RefundPayload payload:
        :param OrderPayload sold: the sale as it was booked, or None
        """
        if payload.is_rest or not payload.figures.charges:
            return
        charges = [item for item in order.items if item.is_charge]
        types = self._get_types(sync, charges, sold, terms)
        for charge in payload.figures.charges:
            for item in charges:
                is_same = charge.type in types[item] and charge.amount in self._get_amounts(item)
                if is_same and not item.is_stated:
                    item.is_stated = True
                    break

    @api.model
    @exact
    def _find_stated_rounding(self, sync, order, payload):
        """Return the line of a sale that its rounding was booked as, and the rounding that a refund of a part of it
        states, which is another one; None if there is none.

        :param SoldOrder order: with its charges marked
        """
        stated = [charge.amount for charge in payload.figures.charges if charge.type == "rounding"]
        amount = round_currency(sum(stated, ZERO), order.unit)
        if payload.is_rest or not amount or abs(amount) > MAX_ROUNDING_UNITS * order.unit:
            return None
        terms = self.env["external.order.pricing"]._get_terms(sync)
        product = self.env["external.order.charges"]._get_charge_product(sync, "rounding", terms).product
        items = [item for item in order.items if item.is_charge and item.product == product]
        return (items[0].lines[0], amount) if items else None

    @api.model
    def _get_types(self, sync, charges, sold, terms):
        """Return the types that each charge of a sale may have been sent with."""
        if sold and len(sold.charges) == len(charges):
            return {item: {charge.type} for item, charge in zip(charges, sold.charges, strict=True)}
        found = self.env["external.order.charges"]._get_charge_product
        return {
            item: {kind for kind in CHARGE_TYPES if found(sync, kind, terms).product == item.product}
            for item in charges
        }

    @api.model
    def _get_amounts(self, item):
        """Return what the external system may state for a charge: with tax, or without."""
        return {item.total, sum((line.sold.net for line in item.all_lines), ZERO)}

    @api.model
    @exact
    def _check(self, order, payload, matches, sold, plan):
        """Return a `Warn` if a figure of a refund does not agree with its plan.

        :param SoldOrder order:
        :param RefundPayload payload:
        :param matches: pairs of `RefundItem` and a list of `SoldItem`
        :param OrderPayload sold: the sale as it was booked, or None
        :param RefundPlan plan: after `split_taxes`
        :raise ExternalOrderError: ``amount_mismatch``, if nothing proves what was paid back
        """
        for field, figure in self._iter_differing(order, payload, matches, sold, plan):
            values = {"field": field, "figure": figure, "paid": amount_text(order.sale.currency_id, abs(plan.total))}
            # What was booked shows its charges and its goods, but not which discounts were stated.
            is_unknown = payload.is_rest and not sold and field in DISCOUNTS
            if payload.says_amount or is_unknown:
                text = stored(self.env)._(
                    "The refund states %(figure)s as %(field)s, which does not agree with the %(paid)s that were paid "
                    "back. Check how much was paid back.",
                    **values,
                )
                return [Warn(text, "amounts_differ")]
            message = stored(self.env)._(
                "The refund states %(figure)s as %(field)s, but what came back gives %(paid)s in order %(order)s. "
                "Nothing was booked. The external system has to correct this, or to send what was paid back in all.",
                order=order.sale.name,
                **values,
            )
            raise ExternalOrderError("amount_mismatch", message)
        return []

    @api.model
    def _iter_differing(self, order, payload, matches, sold, plan):
        """Yield the field and the amount of each figure that does not agree, as texts."""
        booked = Booked(order, plan)
        yield from self._iter_charges(order, payload, sold, booked)
        sums = self._get_sums(payload, matches, sold, order)
        yield from self._iter_items(order, payload, matches, sold, booked, sums)
        figures, tolerance = payload.figures, plan.get_tolerance()
        stated = figures.amount_total
        if stated is not None and not self._is_sum(order, payload, sold, booked, sums, tolerance):
            yield "AmountTotal", amount_text(order.sale.currency_id, stated)
        bases = [*sums, *([] if stated is None else [stated])]
        restated = {sum((item.discount for item in payload.items), ZERO), booked.voucher}
        if payload.is_rest and sold:
            restated.add(abs(sold.discount or ZERO))

        def agrees(base, discount):
            left = base - discount
            return discount in restated or any(abs(left - cost) <= tolerance for cost in booked.goods)

        discount, percent = figures.discount, figures.discount_percent
        if discount and discount not in restated and not any(agrees(base, discount) for base in bases):
            yield "AmountDiscount", amount_text(order.sale.currency_id, discount)
        if not percent or (payload.is_rest and sold and sold.discount_percent == percent):
            return
        if not any(agrees(base, base * percent / HUNDRED) for base in bases):
            yield "DiscountPercent", f"{percent.normalize():f} %"

    @api.model
    def _iter_charges(self, order, payload, sold, booked):
        """Yield each stated charge that neither comes back nor, with the rest of an order, is one of the sale."""
        rest = [self._get_amounts(item) | amounts for item, amounts in booked.charges.items()]
        paid = self.env["external.refund.proof"]._get_target(order, payload)
        of_sale = []
        if payload.is_rest:
            of_sale = [self._get_amounts(item) for item in order.items if item.is_charge]
            of_sale += [{charge.amount} for charge in sold.charges] if sold else []
        for charge in payload.figures.charges:
            if not round_currency(charge.amount, order.unit):
                continue  # no charge in this currency
            if charge.type == "rounding" and paid is not None and charge.amount == paid - booked.total:
                continue  # the cash rounding of the Point of Sale
            found = next((amounts for amounts in rest if charge.amount in amounts), None)
            if found is not None:
                rest.remove(found)
            elif not any(abs(charge.amount) in map(abs, amounts) for amounts in of_sale):
                yield charge.field, amount_text(order.sale.currency_id, charge.amount)

    @api.model
    def _get_sums(self, payload, matches, sold, order):
        """Return what the items add up to by their prices: after their own discounts, before these, and as sold."""
        prices = self.env["external.refund.prices"]
        sent = prices._get_sent_items(sold, order)
        as_sold, by_price = ZERO, ZERO
        for item, found in matches:
            was = sent.get(found[0])
            known = None if not was or item.quantity is None else abs(was.price) * item.quantity
            if item.priced is None and known is None:
                return []
            as_sold += item.priced + item.discount if known is None else known
            by_price += known if item.priced is None else item.priced
        discounts = sum((item.discount for item in payload.items), ZERO)
        return [by_price, by_price + discounts, as_sold] if matches else []

    @api.model
    def _is_sum(self, order, payload, sold, booked, sums, tolerance):
        """Return whether AmountTotal agrees with the items or with what is booked, with or without the charges."""
        stated = payload.figures.amount_total
        if payload.is_rest and (
            stated == abs(sold.amount_total or ZERO) if sold else self._is_of_sale(order, stated, tolerance)
        ):
            return True
        discount = payload.figures.discount or ZERO
        costs = [*booked.goods, *(cost + discount for cost in booked.goods)]
        rounding = rounding_of([stated, *sums], booked.unit)
        for base, allowed in [
            *((base, rounding) for base in sums),
            *((cost, ZERO if sums else tolerance) for cost in costs),
        ]:
            if any(abs(stated - base - charges) <= allowed for charges in booked.sums_of_charges):
                return True
        return False

    @api.model
    def _is_of_sale(self, order, stated, tolerance):
        """Return whether AmountTotal may be that of a sale as it was booked: its goods with or without tax, money off
        and charges.
        """
        goods, charges, vouchers = [], [], []
        for item in order.items:
            (charges if item.is_charge else vouchers if item.is_discount else goods).extend(item.all_lines)
        total, at_price = ZERO, ZERO
        for line in goods:
            total += line.sold.total
            at_price += decimal(line.line.price_unit) * line.quantity
        net = sum((line.sold.net for line in goods), ZERO)
        voucher = sum((line.sold.total for line in vouchers), ZERO)
        of_charges = (
            ZERO,
            sum((line.sold.total for line in charges), ZERO),
            sum((line.sold.net for line in charges), ZERO),
        )
        costs = (total, net, total + voucher, at_price)
        return any(abs(abs(cost + extra) - stated) <= tolerance for cost in costs for extra in of_charges)

    @api.model
    def _iter_items(self, order, payload, matches, sold, booked, sums):
        """Yield an item whose price or amount is neither that of the sale nor what was paid back."""
        if not payload.says_amount:
            return  # they were used
        prices = self.env["external.refund.prices"]
        sent = prices._get_sent_items(sold, order)
        usual = {item for item in order.items if item.quantity > 0 <= item.total}
        paid_back = sum((item.amount or ZERO for item, _found in matches), ZERO)
        for field, total in (("Price", sums[0] if sums else None), ("Amount", paid_back if payload.is_rest else None)):
            if total is not None and any(abs(total - cost) <= booked.tolerance for cost in booked.goods):
                continue
            for item, found in matches:
                stated = item.priced if field == "Price" else item.amount if payload.is_rest else None
                if stated is None or not usual.issuperset(found):
                    continue
                if not prices._states_price(item, found, sent, order, stated):
                    yield join(item.field, field), amount_text(order.sale.currency_id, stated)


class Booked:
    """What is booked of a refund, without signs.

    `goods` are the possible sums of its goods: with or without tax, and less money off after tax (`voucher`);
    `charges` the charges that come back, each with what comes back of it, with or without tax, and `sums_of_charges`
    what may be in a sum of them.
    """

    def __init__(self, order, plan):
        self.unit = order.unit
        self.tolerance = plan.get_tolerance()
        item_of = {line: item for item in order.items for line in item.all_lines}
        parts = [(part, item_of[part.sold]) for part in plan.parts]
        goods = [part for part, item in parts if not (item.is_charge or item.is_discount)]
        charges = [part for part, item in parts if item.is_charge]
        self.total = plan.total
        of_item = defaultdict(list)
        for part, item in parts:
            if item.is_charge:
                of_item[item].append(part)
        self.charges = {item: {self._sum(its), self._sum_net(its)} for item, its in of_item.items()}
        total, net = self._sum(goods), self._sum_net(goods)
        self.voucher = abs(self._sum([part for part, item in parts if item.is_discount]))
        self.goods = [abs(amount) for amount in (total, net, total - self.voucher)]
        tips = [part for part, item in parts if item.is_charge and item.product == order.sale.config_id.tip_product_id]
        sign = -1 if plan.total < 0 else 1
        sums = (ZERO, self._sum(charges), self._sum_net(charges), self._sum(charges) - self._sum(tips))
        self.sums_of_charges = {sign * amount for amount in sums}

    def _sum(self, parts):
        return sum((part.total for part in parts), ZERO)

    def _sum_net(self, parts):
        return sum((part.amounts.net for part in parts), ZERO)
