from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import api, models

from ...lib.money import decimal, exact, round_currency
from ...tools.message_language import product_text, stored
from ..order_import.outcome import Warn
from .refund_plan import ZERO


class ExternalRefundPrices(models.AbstractModel):
    """Reads the prices of what came back, where a refund does not say what was paid back.

    The price of an item shows which of several items of the sale came back, or that less was paid back for it. Without
    a price, an item that was sold at several prices is a doubt.
    """

    _name = "external.refund.prices"
    _description = "External Refund Prices"

    @api.model
    @exact
    def _read_prices(self, payload, matches, sold, order, includes_tax):
        """Return a refund and its matches as the prices of its items say, if nothing else says what was paid back.

        :param RefundPayload payload:
        :param matches: pairs of `RefundItem` and a list of `SoldItem`
        :param OrderPayload sold: the sale as it was booked, or None
        :param SoldOrder order:
        :param bool includes_tax: whether prices of the synchronization include tax
        :raise ExternalOrderError: ``amount_mismatch``, if a price is not less than what the item was sold for
        """
        if payload.payments or payload.total is not None:
            return payload, matches
        sent = self._get_sent_items(sold, order)
        # An order that brings back all of its sale may name goods that came back before.
        left = {sold: sold.quantity if payload.is_rest else sold.left_quantity for sold in order.items}
        read = []
        # A price says nothing of a component, nor of goods or money that the sale itself brought back.
        usual = {sold for sold in left if sold.quantity > 0 <= sold.total}
        for item, found in matches:
            if item.priced is not None and usual.issuperset(found):
                item, found = self._read_price(item, found, sent, left, order, includes_tax)
            read.append((item, found))
        is_rest = payload.is_rest and all(item.amount is None for item, _found in read)
        return replace(payload, is_rest=is_rest), read

    @api.model
    def _get_sent_items(self, sold, order):
        """Return the `Item` that was sent for each `SoldItem`, as far as that is known."""
        goods = [item for item in order.items if not (item.is_charge or item.is_discount)]
        items = sold.items if sold and len(sold.items) == len(goods) else ()
        return dict(zip(goods, items, strict=False))

    @api.model
    def _read_price(self, item, found, sent, left, order, includes_tax):
        """Return an item with what was paid back if its price says that, and the items of the sale it can be.

        :param dict left: what is left of each `SoldItem`; what the item takes is taken off
        """

        def rank(sold):
            amounts = self._get_amounts(sold, item.quantity, sent)
            same = (place for place, amount in enumerate(amounts) if abs(amount - item.priced) <= order.unit)
            return next(same, len(amounts))

        ranks = {sold: rank(sold) for sold in found}
        found = sorted(found, key=ranks.get)
        alike = [sold for sold in found if ranks[sold] == ranks[found[0]]]
        if sum(left[sold] for sold in alike) >= item.quantity:
            found = alike
        wanted, taken = item.quantity, []
        for sold in found:
            if back := min(wanted, max(left[sold], ZERO)):
                taken.append((sold, back))
                left[sold] -= back
                wanted -= back
        if wanted:
            return item, found  # more than was sold, which is refused
        sums = map(sum, zip(*(self._get_amounts(sold, back, sent) for sold, back in taken), strict=True))
        if any(abs(amount - item.priced) <= order.unit * len(taken) for amount in sums):
            return item, found
        cost = sum(sold.total * back / sold.quantity for sold, back in taken)
        net = sum(self._get_net(sold) * back / sold.quantity for sold, back in taken)
        is_net = item.priced_without_tax or not includes_tax
        paid_back = round_currency(item.priced * cost / net if is_net and net else item.priced, order.unit)
        cost = round_currency(cost, order.unit)
        if not 0 < paid_back < cost:
            raise self.env["external.refund.proof"]._get_amounts_error(order, paid_back, cost)
        return replace(item, amount=paid_back), found

    @api.model
    def _get_amounts(self, sold, quantity, sent):
        """Return the amounts that the external system may state for a quantity of a `SoldItem`, the likeliest first:
        as it was sent, less its discount and before it, and as it was booked, with and without tax.
        """
        item, share = sent.get(sold), quantity / sold.quantity
        if item:
            of_item = [(item.gross - item.discount) / item.quantity, item.price]
        else:
            of_item = [decimal(sold.lines[0].line.price_unit)] * 2
        return [*(price * quantity for price in of_item), sold.total * share, self._get_net(sold) * share]

    @api.model
    def _get_net(self, sold):
        return sum((line.sold.net for line in sold.all_lines), ZERO)

    @api.model
    @exact
    def _find_price_doubts(self, payload, matches, order):
        """Return a warning about each product that was sold at several prices, if nothing says which of them came back.

        :param RefundPayload payload:
        :param matches: pairs of `RefundItem` and a list of `SoldItem`
        :param SoldOrder order:
        """
        if payload.is_rest or payload.payments or payload.total is not None:
            return []
        back = defaultdict(Decimal)
        for item, found in matches:
            if item.amount is None:
                back[frozenset(found)] += item.quantity
        doubts = []
        for found, quantity in back.items():
            there = [sold for sold in found if sold.quantity and sold.left_quantity]
            if quantity >= abs(sum(sold.left_quantity for sold in there)):
                continue
            prices = [sold.total / sold.quantity for sold in there]
            if max(prices) - min(prices) > order.unit:  # and not only by rounding
                text = stored(self.env)._(
                    'The order has "%(product)s" at several prices, and the refund does not say what was paid back, so '
                    "the first of them was used. Check how much was paid back.",
                    product=product_text(there[0].product),
                )
                doubts.append(Warn(text, "amounts_differ"))
        return doubts
