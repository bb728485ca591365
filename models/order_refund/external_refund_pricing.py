from collections import Counter
from dataclasses import replace
from itertools import chain, combinations, islice, product

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import allocate, exact, round_currency
from ...tools.message_language import amount_text, product_text, stored
from ..order_import.external_order_charges import CHARGE_PRODUCTS
from ..order_import.external_order_computing import DISCOUNT_PRODUCT
from ..order_import.order_errors import more_than_was_sold
from .refund_plan import ZERO, RefundPlan

# At most this many ways to book a refund are tried.
MAX_PLANS = 600
# At most this many items of one product are tried as the first that came back.
MAX_FIRST = 10
# With more charges than this, only all of them or none are tried.
MAX_CHARGES = 6


class ExternalRefundPricing(models.AbstractModel):
    """Finds the possible ways to book a refund: which goods came back, for how much money, and which charges.

    What was paid back decides between them: see `external.refund.proof`.
    """

    _name = "external.refund.pricing"
    _description = "External Refund Pricing"

    @api.model
    def _iter_plans(self, order, payload, matches, restock):
        """Yield each possible `RefundPlan`, the likeliest first.

        :param SoldOrder order: with its charges marked, see `_mark_charges`
        :param RefundPayload payload:
        :param matches: pairs of `RefundItem` and the `SoldItem` list that it may be
        :param bool restock: whether goods come back into stock where the refund does not say
        :raise ExternalOrderError: ``refund_exceeds_order``, if more came back than is left
        """
        plans = (
            self._iter_charges(order, plan, payload.is_rest, restock)
            for plan in self._iter_goods(order, payload, matches, restock)
        )
        kept = (
            self._iter_charges(order, plan, False, restock)
            for plan in self._iter_stated(order, payload, matches, restock)
        )
        return islice(chain.from_iterable(chain(plans, kept)), MAX_PLANS)

    @api.model
    def _mark_charges(self, sync, order):
        """Mark which items of a sale are charges or discounts after tax instead of goods."""
        # Without `env.ref`, which looks in the database whether each of them exists.
        id_of = self.env["ir.model.data"]._xmlid_to_res_id
        xml_ids = [f"external_order_sync.product_charge_{charge}" for charge in CHARGE_PRODUCTS]
        charges = self.env["product.product"].browse(filter(None, map(id_of, xml_ids)))
        charges |= sync.charge_product_ids.product_id
        config = order.sale.config_id
        if order.sale.is_tipped:
            charges |= config.tip_product_id
        discount = self.env["product.product"].browse(filter(None, [id_of(DISCOUNT_PRODUCT)]))
        if "discount_product_id" in config:
            discount |= config.discount_product_id
        for item in order.items:
            item.is_charge = item.product in charges
            item.is_discount = item.product in discount and item.quantity * item.total < 0

    # ------------------------------------------------------------
    # Goods
    # ------------------------------------------------------------

    @api.model
    def _iter_goods(self, order, payload, matches, restock):
        """Yield plans of the goods, and of the money for items without goods."""
        if payload.is_rest:
            for take_left in (True, False):
                yield self._plan_rest(order, matches, restock, take_left)
            return
        readings = [True, False] if any(item.amount is not None for item, _found in matches) else [True]
        places = range(min(MAX_FIRST, max((len(found) for _item, found in matches), default=1)))
        shared = self._number_shared(matches)
        is_possible, error = False, None
        for includes_tax in readings:
            for place, each_its_own in product(places, (False, True) if any(shared) else (False,)):
                for take_left in (False, True):
                    plan = RefundPlan(order)
                    try:
                        for (item, found), number in zip(matches, shared, strict=True):
                            first = (place + number * each_its_own) % len(found)
                            turned = self._prefer_amount(order, item, found[first:] + found[:first], includes_tax)
                            wanted = item.restock if item.restock is not None else restock
                            self._take(plan, item, turned, wanted, includes_tax, take_left)
                    except ExternalOrderError as problem:
                        error = error or problem
                        continue
                    is_possible = True
                    yield plan
        if error and not is_possible:
            raise error

    @api.model
    def _iter_stated(self, order, payload, matches, restock):
        """Yield plans in which the items come back for what they state otherwise than by their amounts.

        That is their own price, if a part of what they cost was kept; in the refund of the rest, their amounts; or the
        cost of a quantity that had to be rounded.
        """
        priced = [
            (replace(item, amount=item.priced if item.amount is None else item.amount), found)
            for item, found in matches
        ]
        if priced and all(item.amount and item.quantity for item, _found in priced):
            yield from self._try_goods(order, payload, priced, restock)
        if payload.is_rest and any(item.amount is not None for item, _found in matches):
            yield from self._try_goods(order, payload, matches, restock)
        if any(item.sent_quantity for item, _found in matches):
            as_sent = [(self._with_cost_as_sent(order, item, found), found) for item, found in matches]
            yield from self._try_goods(order, payload, as_sent, restock)

    @api.model
    def _try_goods(self, order, payload, matches, restock):
        try:
            yield from self._iter_goods(order, replace(payload, is_rest=False), matches, restock)
        except ExternalOrderError:
            return  # this is not what was paid back

    @api.model
    @exact
    def _with_cost_as_sent(self, order, item, found):
        sold = found[0]
        if item.amount is not None or not item.sent_quantity or item.quantity >= sold.quantity:
            return item
        return replace(item, amount=round_currency(sold.total * item.sent_quantity / sold.quantity, order.unit))

    @api.model
    def _number_shared(self, matches):
        """Return the number of each item among those that may be the same items of the sale: 0 for the first."""
        counts, numbers = Counter(), []
        for _item, found in matches:
            numbers.append(counts[found[0]])
            counts[found[0]] += 1
        return numbers

    @api.model
    def _plan_rest(self, order, matches, restock, take_left):
        """Return the plan of all that is left, without charges. The items only say which goods come back to stock.

        :raise ExternalOrderError: ``refund_exceeds_order``, if more of an item came back before than was sold
        """
        plan = RefundPlan(order)
        goods = [item for item in order.items if not item.is_charge]
        for sold in goods:
            if sold.left_quantity * sold.quantity < 0:
                raise self._get_too_much_error(sold)
        for item, found in matches:
            if item.restock is None or item.restock == restock:
                continue
            quantity = item.quantity
            for sold in found:
                left = plan.left_of(sold)[0]
                back = left if quantity is None else min(left, quantity)
                if back > 0:
                    plan.take(sold, back, item.restock, take_left=take_left)
                    quantity = None if quantity is None else quantity - back
        for sold in goods:
            left = plan.left_of(sold)[0]
            if left:
                plan.take(sold, left, restock, take_left=take_left)
            money = plan.left_of(sold)[1]
            if take_left and money and (money > 0) == (sold.total > 0):
                plan.take_money(sold, money)
        return plan

    @api.model
    @exact
    def _prefer_amount(self, order, item, found, includes_tax):
        """Return ``found`` with the items first that cost the stated amount, except for rounding."""
        if item.amount is None or not item.quantity or len(found) == 1:
            return found

        def differs(sold):
            cost = sum((line.sold.total if includes_tax else line.sold.net for line in sold.all_lines), ZERO)
            return abs(cost * item.quantity / sold.quantity - item.amount) > order.unit

        return sorted(found, key=differs)

    @api.model
    @exact
    def _take(self, plan, item, found, restock, includes_tax, take_left):
        """Take what came back as one item from the items of the sale, one after the other.

        :param bool includes_tax: whether the item's amount includes tax
        """
        if item.quantity is None:
            self._take_amount(plan, item, found, restock, includes_tax)
            return
        wanted, taken = item.quantity, []
        for sold in found:
            if back := min(wanted, max(plan.left_of(sold)[0], ZERO)):
                taken.append((sold, back))
                wanted -= back
        if wanted:
            raise self._get_quantity_error(item, found, item.quantity - wanted)
        amounts = [None] * len(taken)
        if item.amount is not None:
            amounts = self._spread_amount(plan, item, taken, includes_tax)
        for (sold, back), amount in zip(taken, amounts, strict=True):
            plan.take(sold, back, restock, amount, take_left)

    @api.model
    @exact
    def _spread_amount(self, plan, item, taken, includes_tax):
        """Return the part of an item's amount for each of the goods that it takes, in proportion to what they cost.

        :param taken: pairs of a `SoldItem` and a quantity
        :raise ExternalOrderError: ``refund_exceeds_order``, if it is more than is left of them; ``amount_mismatch``, if
            it is more than they cost
        """
        unit = plan.order.unit
        costs = [sold.total * back / sold.quantity for sold, back in taken]
        nets = [
            cost if includes_tax else self._get_net(sold) * back / sold.quantity
            for (sold, back), cost in zip(taken, costs, strict=True)
        ]
        whole, net = sum(costs, ZERO), sum(nets, ZERO)
        amount = round_currency(item.amount * whole / net if net else item.amount, unit)
        parts = allocate(amount, costs, unit)
        most = ZERO
        for (sold, back), cost, part in zip(taken, costs, parts, strict=True):
            goods, money = plan.left_of(sold)
            rounding = sum(map(plan.get_rounding, sold.all_lines), ZERO)
            if part > money + rounding:
                raise self._get_amount_error(plan, item, part, money)
            # A quantity that had to be rounded may have cost more, and the last goods take all that is left.
            cost *= max(item.sent_quantity or ZERO, item.quantity) / item.quantity
            most += max(cost, money if back == goods else ZERO) + rounding
        if amount - most >= unit:
            raise self.env["external.refund.proof"]._get_amounts_error(plan.order, amount, round_currency(whole, unit))
        return parts

    @api.model
    @exact
    def _take_amount(self, plan, item, found, restock, includes_tax):
        """Take an amount: all that is left of an item of the sale if it equals that, else money without goods."""
        amounts = [
            round_currency(self._with_tax(plan, sold, item.amount, includes_tax), plan.order.unit) for sold in found
        ]
        lefts = [plan.left_of(sold) for sold in found]
        for sold, amount, (goods, money) in zip(found, amounts, lefts, strict=True):
            if goods > 0 and amount == money:
                plan.take(sold, goods, restock, take_left=True)
                return
        for sold, amount, (_goods, money) in zip(found, amounts, lefts, strict=True):
            if amount <= money:
                plan.take_money(sold, amount)
                return
        most = sum((money for _goods, money in lefts), ZERO)
        if amounts[0] > most:
            raise self._get_amount_error(plan, item, amounts[0], most)
        rest = amounts[0]
        for sold, (goods, money) in zip(found, lefts, strict=True):
            if goods > 0 and money <= rest:
                plan.take(sold, goods, restock, take_left=True)
            else:
                money = min(money, rest)
                plan.take_money(sold, money)
            rest -= money

    @api.model
    def _get_net(self, sold):
        return sum((line.sold.net for line in sold.all_lines), ZERO)

    @api.model
    def _with_tax(self, plan, sold, amount, includes_tax):
        net = self._get_net(sold)
        return amount if includes_tax or not net else amount * sold.total / net

    # ------------------------------------------------------------
    # Charges and discounts after tax
    # ------------------------------------------------------------

    @api.model
    def _iter_charges(self, order, goods, is_rest, restock):
        """Yield a plan of the goods with each choice of the charges that are left, the likeliest first.

        With the rest of the order, they come back too; with a part of it, only if the refund states them or if that is
        what was paid. A discount after tax was for all goods, so a part of them takes its share of it.
        """
        charges = [item for item in order.items if item.is_charge and any(goods.left_of(item))]
        counts = range(len(charges) + 1) if len(charges) <= MAX_CHARGES else (0, len(charges))
        choices = list(chain.from_iterable(combinations(charges, count) for count in counts))
        if is_rest:
            choices.reverse()
        elif stated := tuple(item for item in charges if item.is_stated):
            choices.sort(key=lambda chosen: chosen != stated)
        discounts = [item for item in order.items if item.is_discount and goods.left_of(item)[1]]
        for shares_discount in (True, False) if discounts and not is_rest else (False,):
            for chosen in choices:
                plan = self._copy(order, goods)
                for item in discounts if shares_discount else ():
                    self._take_discount(order, plan, item)
                for item in chosen:
                    left, money = plan.left_of(item)
                    if left:
                        plan.take(item, left, restock, take_left=True)
                    elif money:
                        plan.take_money(item, money)
                yield plan

    @api.model
    def _copy(self, order, plan):
        copied = RefundPlan(order)
        for part in plan.parts:
            copied.add(part.sold, part.quantity, part.total, part.restock, part.may_differ)
        return copied

    @api.model
    @exact
    def _take_discount(self, order, plan, discount):
        """Take the share of a discount after tax that belongs to the goods that are back by now."""
        goods = [item for item in order.items if not (item.is_charge or item.is_discount)]
        sold = sum((item.total for item in goods), ZERO)
        left_goods, left = (sum(parts, ZERO) for parts in zip(*map(plan.left_of, goods), strict=True))
        quantity, money = plan.left_of(discount)
        if not left_goods and not left:
            plan.take(discount, quantity, restock=False, take_left=True)
        elif sold:
            back = round_currency(discount.total * (sold - left) / sold, order.unit) - (discount.total - money)
            if back < 0:
                plan.take_money(discount, max(back, money))

    # ------------------------------------------------------------
    # More than was sold
    # ------------------------------------------------------------

    @api.model
    def _get_quantity_error(self, item, found, left):
        sold = sum((sold.quantity for sold in found), ZERO)
        return more_than_was_sold(
            self.env,
            stored(self.env)._(
                '%(back)s of "%(item)s" came back, but only %(left)s are left of the %(sold)s that were sold. Nothing '
                "was booked. Refunds made in the register count too. Compare the refunds of the order in the external "
                "system and here.",
                back=f"{item.quantity.normalize():f}",
                item=item.name or product_text(found[0].product),
                left=f"{left.normalize():f}",
                sold=f"{sold.normalize():f}",
            ),
        )

    @api.model
    def _get_too_much_error(self, sold):
        return ExternalOrderError(
            "refund_exceeds_order",
            stored(self.env)._(
                '%(back)s of "%(item)s" came back in the register, but only %(sold)s were sold, so nobody can say what '
                "is left. Nothing was booked. Enter the part of this refund that is not booked yet in the Point of "
                "Sale by hand, then press Ignore.",
                back=f"{abs(sold.quantity - sold.left_quantity).normalize():f}",
                item=product_text(sold.product),
                sold=f"{abs(sold.quantity).normalize():f}",
            ),
        )

    @api.model
    def _get_amount_error(self, plan, item, amount, left):
        currency = plan.order.sale.currency_id
        return more_than_was_sold(
            self.env,
            stored(self.env)._(
                '%(amount)s was paid back for "%(item)s", but only %(left)s is left of what it cost. Nothing was '
                "booked. Refunds made in the register count too. Compare the refunds of the order in the external "
                "system and here.",
                amount=amount_text(currency, amount),
                item=item.name or item.item_id,
                left=amount_text(currency, left),
            ),
        )
