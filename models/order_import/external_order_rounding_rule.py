from collections import defaultdict
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from odoo import api, models

from ...lib.money import exact
from ...lib.order.rounded_sums import Part, RoundedSums
from ...lib.order.totals import item_nets, rounding_of

ZERO = Decimal(0)


class ExternalOrderRoundingRule(models.AbstractModel):
    """Decides whether a sender that rounds by one rule can get a tax or a net amount.

    It may round each tax of each line, the tax of each item, of each tax rate, or of the order: to the nearest unit,
    always down, or always up. Equal amounts are rounded alike. So 100 lines with a tax of 0.1515 have a tax of 15.00,
    15.15 or 16.00, and none in between. Not known is what the sender rounded before that: a line's amount, or the parts
    of a discount that it spread over the lines. These move the exact tax a little; the tax of such lines is only taken
    to be rounded to the nearest unit.
    """

    _name = "external.order.rounding.rule"
    _description = "External Order Rounding Rule"

    @api.model
    @exact
    def _get_taxes(self, order, priced, amounts, unit):
        """Return the sums of the taxes of ``amounts`` that one rule of rounding gives, in the sign of the computation.

        :param OrderPayload order:
        :param PricedOrder priced:
        :param amounts: the `LineAmounts` of all lines
        :return: what a tax may be `in`
        """
        rest = self._get_spread_rest(order, priced.discounts, unit)
        each = [
            Part(one.exact, one.slack + (unit * one.rate if line.is_spread else ZERO), alone=line.is_spread)
            for line in amounts
            for one in line.taxes
        ]
        most = max((one.rate for line in amounts for one in line.taxes if line.is_spread), default=ZERO)
        sums = [self._sum_taxes(amounts, way, unit, rest) for way in self._get_ways()]
        return RoundedSums([each], unit, moved=rest * most) | RoundedSums(sums, unit)

    @api.model
    def _get_ways(self):
        """Return the ways to sum taxes before rounding: functions of a line's index, `LineAmounts` and a tax's place
        that give equal keys for taxes of one sum.
        """

        def get_rate(line, place):
            tax = line.taxes[place].data["tax"]
            return tax.amount_type, tax.amount

        def get_rates(line):
            return tuple(get_rate(line, place) for place in range(len(line.taxes)))

        return (
            # A combo's price is on several lines.
            lambda index, line, place: (line.line.item_index, index if line.line.item_index is None else None),
            lambda index, line, place: get_rate(line, place),
            lambda index, line, place: get_rates(line),
            lambda index, line, place: (get_rates(line), place),
            lambda index, line, place: None,
        )

    @api.model
    def _sum_taxes(self, amounts, key_of, unit, rest):
        """Return a `Part` for each sum of the taxes with the same key.

        What a spread discount moves from one line to another moves the sum only where their rates differ.

        :param Decimal rest: see `_get_spread_rest`
        """
        groups = defaultdict(list)
        for index, line in enumerate(amounts):
            for place, one in enumerate(line.taxes):
                groups[key_of(index, line, place)].append((index, one))
        spread_over = [index for index, line in enumerate(amounts) if line.is_spread]
        parts = []
        for group in groups.values():
            slack = sum((one.slack for _index, one in group), ZERO)
            if spread_over:
                rates = dict.fromkeys(spread_over, ZERO)
                for index, one in group:
                    if index in rates:
                        rates[index] += one.rate
                middle = sorted(rates.values())[len(rates) // 2]
                off = [abs(rate - middle) for rate in rates.values()]
                slack += unit * sum(off, ZERO) + rest * max(off)
            amount = sum((one.exact for _index, one in group), ZERO)
            parts.append(Part(amount, slack, alone=bool(spread_over)))
        return parts

    @api.model
    def _get_spread_rest(self, order, discounts, unit):
        """Return what is left for one line if the sender rounds each line's part of the order's discount."""
        if not discounts.is_spread:
            return ZERO
        parts = [part - item.discount for part, item in zip(discounts.lines, order.items, strict=True)]
        amount = sum(parts, ZERO)
        # Lines in the other direction have no part, see `discount_readings`.
        nets = [item.gross - item.discount for item in order.items]
        nets = [net if net * amount > 0 else ZERO for net in nets]
        whole = sum(nets, ZERO)
        shares = [amount * net / whole / unit for net in nets] if whole else []
        return max(
            abs(amount - unit * sum((share.quantize(Decimal(1), rounding=mode) for share in shares), ZERO))
            for mode in (ROUND_HALF_UP, ROUND_DOWN)
        )

    @api.model
    @exact
    def _get_nets(self, order, priced, amounts, terms):
        """Return the sums of all prices that one rule of rounding gives, in the sign of the order; None if it is not
        known what the sender rounded.

        The sender may round discounts, or taxes, apart from the amounts that they belong to.

        :param OrderPayload order:
        :param PricedOrder priced:
        :param amounts: the `LineAmounts` of all lines
        :return: what the sum of `item_nets`, rounded, may be `in`
        """
        nets = item_nets(order, priced.discounts)
        if priced.discounts.is_spread or not rounding_of(nets, terms.unit):
            return None
        gross = [*(item.gross for item in order.items), *(charge.amount for charge in order.charges)]
        discounts = [-discount for discount in priced.discounts.lines]
        sums = [nets, [*gross, *discounts], [sum(nets, ZERO)]]
        if not terms.prices_include_tax:
            taxes = [ZERO] * len(nets)
            charge_places = iter(range(len(order.items), len(nets)))
            for line in amounts:
                place = next(charge_places) if line.line.charge else line.line.item_index
                if place is not None:
                    taxes[place] -= priced.sign * sum((one.exact for one in line.taxes), ZERO)
            totals = [net - tax for net, tax in zip(nets, taxes, strict=True)]
            sums += [[*totals, *taxes], [sum(totals, ZERO), sum(taxes, ZERO)], [*totals, sum(taxes, ZERO)]]
        return RoundedSums((map(Part, parts) for parts in sums), terms.unit)
