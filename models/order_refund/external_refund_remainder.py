from collections import defaultdict
from decimal import Decimal

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import decimal, exact, round_currency
from ...lib.order.refund_comparison import Returned, find_left_out
from .refund_plan import ZERO


class ExternalRefundRemainder(models.AbstractModel):
    """Recognizes a changed order that leaves out what was refunded of it, by what was booked: product, quantity, money.

    Its new content is then an effect of the refunds, or may be, and booking it would count them twice.
    """

    _name = "external.refund.remainder"
    _description = "External Refund Remainder"

    @api.model
    @exact
    def _is_what_is_left(self, sync, order, sold, now, unbooked, is_money_stated):
        """Return whether an order says what its refunds leave of a sale, and not what was sold.

        :param SoldOrder order: the sale with its booked refunds
        :param OrderPayload sold: the sale as it was booked, or None
        :param OrderPayload now: what the order says now
        :param unbooked: a list of `RefundPayload`, the refunds that are not booked yet
        :param bool is_money_stated: whether all refunds state what was paid back in all, so that money alone proves it
        :raise ExternalOrderError: if an item cannot be matched
        """
        left = self._get_goods(order)
        has_goods = any(item.left_quantity != item.quantity for item in order.items if not self._is_beside(item))
        for item in order.items:
            if item.product in left:
                left[item.product] -= item.quantity - item.left_quantity
        for refund in unbooked:
            for product, quantity in self._get_returned(sync, order, sold, refund).goods.items():
                left[product] -= quantity
                has_goods |= bool(quantity)
        said = self._get_said(sync, order, sold, now)
        if any(left[product] != said[product] for product in {*left, *said}):
            return False
        proof = self.env["external.refund.proof"]
        paid_back = [proof._get_target(order, refund) for refund in unbooked]
        if now.grand_total is None or None in paid_back:
            return has_goods
        money = order.left - sum(paid_back)
        total = round_currency(now.grand_total, order.unit)
        is_same = abs(total - money) < max(order.most_rounding, order.unit)
        is_less = money != order.total and is_same and total not in self._get_booked_totals(order)
        return is_less and (has_goods or is_money_stated)

    @api.model
    @exact
    def _find_perhaps_left_out(self, sync, order, sold, now, unbooked):
        """Return the keys of some refunds of a sale if the new content leaves out just what these brought back, or is
        cheaper by just what they paid back, so that it may be their effect; else nothing.

        :param SoldOrder order: the sale with its booked refunds
        :param OrderPayload sold: the sale as it was booked, or None
        :param OrderPayload now: what the order says now
        :param dict unbooked: a `RefundPayload` by a key, the refunds that are not booked yet
        :return: a list of keys and of ``pos.order`` of booked refunds
        :raise ExternalOrderError: if an item of the order cannot be matched
        """
        said = self._get_said(sync, order, sold, now)
        sold_goods = self._get_goods(order)
        missing = {product: sold_goods[product] - said[product] for product in {*sold_goods, *said}}
        refunds = {refund: self._get_booked(order, refund) for refund in order.refunds}
        for key, refund in unbooked.items():
            try:
                refunds[key] = self._get_returned(sync, order, sold, refund)
            except ExternalOrderError:
                continue  # nothing that was sold came back
        # A tip on top is not part of the stated total, and change that was given not of what the order costs.
        totals = [] if now.grand_total is None else [now.grand_total]
        if now.payments:
            totals.append(sum((payment.amount for payment in now.payments), ZERO))
        # What is left of a line may be rounded otherwise.
        tolerance = order.unit * len(order.lines) + order.most_rounding
        totals, booked = [round_currency(total, order.unit) for total in totals], self._get_booked_totals(order)
        cheaper = [ZERO if total in booked else order.total - total for total in totals] or [None]
        found = (find_left_out(missing, less, refunds, tolerance) for less in cheaper)
        return next(filter(None, found), [])

    @api.model
    def _get_booked_totals(self, order):
        """Return the exact total of a sale, that of its POS order, which may be rounded, and what was paid."""
        sale = order.sale
        return [order.total, *(round_currency(decimal(it), order.unit) for it in (sale.amount_total, sale.amount_paid))]

    # ------------------------------------------------------------
    # Goods by their products
    # ------------------------------------------------------------

    @api.model
    def _is_beside(self, item):
        return item.is_charge or item.is_discount

    @api.model
    def _get_goods(self, order):
        """Return what was sold of each product, without charges and discounts."""
        goods = defaultdict(Decimal)
        for item in order.items:
            if not self._is_beside(item):
                goods[item.product] += item.quantity
        return goods

    @api.model
    def _get_said(self, sync, order, sold, now):
        """Return what an order says now of each product; an item that was sold is the product as which it was booked.

        :raise ExternalOrderError: if an item cannot be matched
        """
        goods = [item for item in order.items if not self._is_beside(item)]
        beside = {item.product for item in order.items} - {item.product for item in goods}
        matching = self.env["external.refund.matching"]
        pairs = [(item, matching._find_by_external_name(item, sold, goods)) for item in now.items]
        unknown = [item for item, found in pairs if not found]
        products = self.env["external.product.matching"]._match_products(sync, unknown)
        said = defaultdict(Decimal)
        for item, found in pairs:
            match = [found[0].product] if found else products[item.key]
            if isinstance(match, ExternalOrderError):
                raise match
            if match[0] not in beside:
                said[match[0]] += round_currency(item.quantity, order.quantity_unit)
        return said

    # ------------------------------------------------------------
    # What came back
    # ------------------------------------------------------------

    @api.model
    def _get_booked(self, order, refund):
        """Return what came back with a booked refund, a ``pos.order``, as `Returned`."""
        goods, cost = defaultdict(Decimal), ZERO
        for line in refund.lines:
            sold = order.lines.get(line.refunded_orderline_id)
            if sold and sold.quantity:
                quantity = -round_currency(decimal(line.qty), order.quantity_unit)
                cost += sold.sold.total * quantity / sold.quantity
                if not sold.line.combo_parent_id:
                    goods[sold.product] += quantity
            else:
                cost -= decimal(line.price_subtotal_incl)
        paid = -sum((decimal(line.price_subtotal_incl) for line in refund.lines), ZERO)
        return Returned(goods, round_currency(paid, order.unit), round_currency(cost, order.unit))

    @api.model
    def _get_returned(self, sync, order, sold, refund):
        """Return what came back with a refund that is not booked, a `RefundPayload`, as `Returned`.

        :raise ExternalOrderError: if an item cannot be matched
        """
        goods, cost, paid = defaultdict(Decimal), ZERO, ZERO
        for item, found in self.env["external.refund.matching"]._match_items(sync, refund, sold, order):
            quantity, of_item = item.quantity or ZERO, item.amount or ZERO
            goods[found[0].product] += quantity
            worth = found[0].total * quantity / found[0].quantity if quantity and found[0].quantity else of_item
            cost += worth
            paid += of_item or worth
        target = self.env["external.refund.proof"]._get_target(order, refund)
        paid = paid if target is None else target
        return Returned(goods, round_currency(paid, order.unit), round_currency(cost or paid, order.unit))
