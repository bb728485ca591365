from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import decimal, exact, round_currency
from ...lib.order.refunds import no_money
from ...tools.message_language import amount_text, product_text, stored
from ..order_import.order_errors import not_understood
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
        """Return a refund and its matches as the amounts of its items say, and their prices if nothing else says what
        was paid back.

        :param RefundPayload payload:
        :param matches: pairs of `RefundItem` and a list of `SoldItem`
        :param OrderPayload sold: the sale as it was booked, or None
        :param SoldOrder order:
        :param bool includes_tax: whether prices of the synchronization include tax
        :raise ExternalOrderError: ``amount_mismatch``, if a price is not less than what the item was sold for or
            contradicts its amount; ``invalid_payload``, if nothing was paid back for an item
        """
        sent = self._get_sent_items(sold, order)
        payload, matches = self._read_amounts(payload, matches, sent, order)
        if payload.says_amount:
            return payload, matches
        # An order that brings back all of its sale may name goods that came back before.
        left = {sold: sold.quantity if payload.is_rest else sold.left_quantity for sold in order.items}
        read = []
        # A price says nothing of a component, nor of goods or money that the sale itself brought back.
        usual = {sold for sold in left if sold.quantity > 0 <= sold.total}
        for item, found in matches:
            if item.priced is not None and usual.issuperset(found):
                if item.amount is not None:
                    self._check_price(item, found, sent, order)
                else:
                    item, found = self._read_price(
                        item, found, sent, left, order, includes_tax=includes_tax, is_rest=payload.is_rest
                    )
            read.append((item, found))
        is_rest = payload.is_rest and all(item.amount is None for item, _found in read)
        return replace(payload, is_rest=is_rest), read

    @api.model
    def _read_amounts(self, payload, matches, sent, order):
        """Return a refund and its matches without amounts that say nothing: 0 for goods that cost nothing, and the
        prices of a sale that came back as a whole.
        """
        read = [(self._read_amount(payload, item, found, order), found) for item, found in matches]
        stated = [pair for pair in read if pair[0].amount is not None]
        if not payload.is_rest or not stated:
            return payload, read
        if all(self._states_price(item, found, sent, order, item.amount) for item, found in stated):
            return payload, [(replace(item, amount=None), found) for item, found in read]
        # If nothing else says what was paid back, they do.
        return replace(payload, is_rest=payload.says_amount), read

    @api.model
    def _read_amount(self, payload, item, found, order):
        """Return an item without its amount if that is 0 and says nothing; refuse it if no money came back."""
        if item.amount is None or round_currency(item.amount, order.unit):
            return item
        is_free = item.quantity is not None and not any(sold.total for sold in found)
        if is_free or (not item.amount and payload.says_amount):
            return replace(item, amount=None)
        raise not_understood(self.env, no_money(item.field))

    @api.model
    @exact
    def _states_price(self, item, found, sent, order, amount):
        """Return whether an amount is what the sale says that an item cost, with or without tax and discounts."""
        if item.quantity is None:
            return False
        amounts = [self._get_amounts(sold, item.quantity, sent) for sold in found if sold.quantity >= item.quantity]
        if sum(sold.quantity for sold in found) == item.quantity:
            sums = [self._get_amounts(sold, sold.quantity, sent) for sold in found]
            amounts.append([sum(parts, ZERO) for parts in zip(*sums, strict=True)])
        unit = order.unit * len(found)
        return any(abs(one - amount) <= unit for of_sold in amounts for one in of_sold)

    @api.model
    @exact
    def _check_price(self, item, found, sent, order):
        """Refuse an item whose price says neither what it was sold for nor, with or without tax, its amount."""
        net = sum(map(self._get_net, found), ZERO)
        with_tax = item.priced * sum((sold.total for sold in found), ZERO) / net if net else item.priced
        if any(abs(priced - item.amount) <= order.unit for priced in (item.priced, with_tax)):
            return
        if self._states_price(item, found, sent, order, item.priced):
            return
        currency = order.sale.currency_id
        message = stored(self.env)._(
            'The refund states the Amount %(amount)s for "%(item)s", but its Price and discount give %(priced)s. '
            "Nothing was booked. The external system has to correct the refund.",
            amount=amount_text(currency, item.amount),
            item=item.name or item.item_id,
            priced=amount_text(currency, item.priced),
        )
        raise ExternalOrderError("amount_mismatch", message)

    @api.model
    def _get_sent_items(self, sold, order):
        """Return the `Item` that was sent for each `SoldItem`, as far as that is known."""
        goods = [item for item in order.items if not (item.is_charge or item.is_discount)]
        items = sold.items if sold and len(sold.items) == len(goods) else ()
        return dict(zip(goods, items, strict=False))

    @api.model
    def _read_price(self, item, found, sent, left, order, *, includes_tax, is_rest):
        """Return an item with what was paid back if its price says that, and the items of the sale it can be.

        :param dict left: what is left of each `SoldItem`; what the item takes is taken off
        """
        # Prices are compared for what is booked of a quantity that had to be rounded.
        kept = item.quantity / (item.sent_quantity or item.quantity)
        priced = item.priced * kept

        def rank(sold):
            amounts = self._get_amounts(sold, item.quantity, sent)
            same = (place for place, amount in enumerate(amounts) if abs(amount - priced) <= order.unit)
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
        sums = list(map(sum, zip(*(self._get_amounts(sold, back, sent) for sold, back in taken), strict=True)))
        cost = sum(sold.total * back / sold.quantity for sold, back in taken)
        nearest = min(sums, key=lambda amount: abs(amount - priced))
        if abs(nearest - priced) <= order.unit * len(taken):
            is_whole = all(back == sold.quantity for sold, back in taken)
            if is_rest or not nearest or (is_whole and kept != 1):
                return item, found
            is_exact = bool(item.priced % order.unit) and abs(nearest - priced) < order.unit / 2
            if kept == 1 and (is_exact or nearest == priced):
                return item, found
            # It is the price of the sale as the external system rounded it, or of the quantity that it sent.
            return replace(item, amount=round_currency(cost * item.priced / nearest, order.unit)), found
        net = sum(self._get_net(sold) * back / sold.quantity for sold, back in taken)
        is_net = item.priced_without_tax or not includes_tax
        paid_back = round_currency(item.priced * cost / net if is_net and net else item.priced, order.unit)
        cost = round_currency(cost / kept, order.unit)
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
    def _find_price_doubts(self, payload, matches, order, includes_tax):
        """Return a warning about each product that was sold at several prices, if nothing says which of them came back,
        and about each amount that may be without tax.

        :param RefundPayload payload:
        :param matches: pairs of `RefundItem` and a list of `SoldItem`
        :param SoldOrder order:
        :param bool includes_tax: whether prices of the synchronization include tax
        """
        if payload.is_rest or payload.says_amount:
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
        for item, found in matches:
            is_net = item.priced_without_tax or not includes_tax
            if (
                is_net
                and item.amount is not None
                and item.amount == item.priced
                and any(self._get_net(sold) != sold.total for sold in found)
            ):
                text = stored(self.env)._(
                    'The Amount of "%(item)s" is also its price without tax. It was booked as what was paid back, with '
                    "tax. Check how much was paid back.",
                    item=item.name or item.item_id,
                )
                doubts.append(Warn(text, "amounts_differ"))
        return doubts
