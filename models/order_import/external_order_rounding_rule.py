from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from odoo import api, models

from ...lib.money import exact
from ...lib.order.rounded_sums import NEAREST, RULES, Part, RoundedSums
from ...lib.order.taxable_amounts import Taxable, line_amounts, spread_amounts
from ...lib.order.totals import item_nets, rounding_of

ZERO = Decimal(0)
# Odoo's engine uses floats: an amount this close to a half counts as a half.
NOISE = Decimal("1e-9")


@dataclass
class Way:
    """One way to tax and round: the sums of the taxes, in the sign of the computation; and those of the prices, and of
    the prices with tax, in the sign of the order and before a discount after tax.
    """

    taxes: RoundedSums
    nets: RoundedSums
    totals: RoundedSums


@dataclass
class Possible:
    """What a sender can state in one of its possible ``ways``.

    :param has_rest: whether prices have parts of a unit; otherwise their sum is known and is not checked here
    :param allowance: the discount after tax
    """

    ways: list
    has_rest: bool
    allowance: Decimal
    sign: int

    def allows_tax(self, tax):
        """Return whether the tax may be ``tax``, in the sign of the computation."""
        return any(tax in way.taxes for way in self.ways)

    @exact
    def allows_net(self, net, tax):
        """Return whether the prices may add up to ``net``, or to ``net`` and ``tax``, in the sign of the computation.

        A sender may round the prices in another way than a tax that it states.
        """
        return not self.has_rest or any(self._allows_prices(way, net, tax) for way in self.ways)

    @exact
    def allows_unstated(self, net, tax):
        """Return whether one way gives both, where the order does not state its tax."""
        return any(tax in way.taxes and (not self.has_rest or self._allows_prices(way, net, tax)) for way in self.ways)

    def _allows_prices(self, way, net, tax):
        prices, both = (self.sign * amount + self.allowance for amount in (net, net + tax))
        return prices in way.nets or both in way.totals


class ExternalOrderRoundingRule(models.AbstractModel):
    """Decides whether a sender that rounds by one rule can get a tax or a net amount.

    It may round each tax of each line, the tax of each item, of each tax rate, or of the order: to the nearest unit,
    always down, or always up. Equal amounts are rounded alike. So 100 lines with a tax of 0.1515 have a tax of 15.00,
    15.15 or 16.00, and none in between. The amounts that it taxed are exact or rounded, in one of a few ways, see
    `lib.order.taxable_amounts`. If both they and the tax are unknown, the tax of single lines is not rounded always up
    or always down.
    """

    _name = "external.order.rounding.rule"
    _description = "External Order Rounding Rule"

    @api.model
    @exact
    def _get_possible(self, order, priced, amounts, terms):
        """Return what is `Possible`.

        :param OrderPayload order:
        :param PricedOrder priced:
        :param amounts: the `LineAmounts` of all lines
        """
        unit, places = terms.unit, self._get_places(order, amounts)
        nets = item_nets(order, priced.discounts)
        has_rest = bool(rounding_of(nets, unit))
        # If both are unknown, rounding lines always up or always down would explain too much.
        is_doubtful = has_rest and order.tax is None and not terms.prices_include_tax
        is_doubtful = is_doubtful and any(line.taxes for line in amounts)
        prices = {rule: self._get_price_sums(order, priced, places, terms, rule, is_doubtful) for rule in RULES}
        ways = []
        for (rule, known), parts in self._get_tax_divisions(order, priced, amounts, places, unit, is_doubtful).items():
            taxes = RoundedSums(parts, unit, [rule])
            if known is None:
                ways.append(Way(taxes, *prices[rule]))
            else:
                # The sum of these amounts is known.
                ways.append(Way(taxes, RoundedSums([[Part(known)]], unit, [rule]), RoundedSums([], unit)))
        return Possible(ways, has_rest, priced.discounts.after_tax, priced.sign)

    @api.model
    def _get_places(self, order, amounts):
        """Return the `LineAmounts` of each item and then of each charge; a combo's price is on several lines."""
        places = [[] for _amount in (*order.items, *order.charges)]
        charge_places = iter(places[len(order.items) :])
        for line in amounts:
            if line.line.charge:
                next(charge_places).append(line)
            elif line.line.item_index is not None:
                places[line.line.item_index].append(line)
        return places

    @api.model
    def _get_tax_divisions(self, order, priced, amounts, places, unit, is_doubtful):
        """Return the ways to divide the taxes into `Part` that are rounded, in the sign of the computation.

        :param places: see `_get_places`
        :param bool is_doubtful: whether single lines are only rounded to the nearest unit
        :return: a dict of lists of divisions by one of `RULES`, and the sum of the amounts that the sender rounded
            before, or None
        """
        ours = item_nets(order, priced.discounts)
        divisions = defaultdict(list)
        by_line, by_sum = self._get_ways(amounts)
        is_one_way_by_line = not is_doubtful and not priced.discounts.is_spread
        for taxable, rules, is_rounded in self._get_taxables(order, priced, places, unit):
            moved = self._get_moved(places, ours, taxable.amounts, priced.sign)
            known = sum(taxable.amounts, ZERO) if is_rounded else None
            taxes = [one.exact + moved.get(id(line), ZERO) * one.rate for line in amounts for one in line.taxes]
            for keys in by_line if taxable.by_line else ():
                parts = self._sum_taxes(taxes, keys)
                for rule in rules:
                    if rule != NEAREST and not is_one_way_by_line:
                        continue
                    divisions[rule, known].append(parts)
            for keys in by_sum:
                parts = self._sum_taxes(taxes, keys)
                for rule in rules:
                    divisions[rule, known].append(parts)
        return divisions

    @api.model
    def _get_taxables(self, order, priced, places, unit):
        """Return what the sender may have taxed, and by which rules it may have rounded the taxes.

        :return: tuples of `Taxable` amounts, of each item and then of each charge; some of `RULES`; and whether the
            amounts are rounded ones of lines, and so their sum that of the order
        """
        charges = tuple(charge.amount for charge in order.charges)
        gross = [item.gross for item in order.items]
        if not priced.discounts.is_spread:
            discounts = [*priced.discounts.lines, *(ZERO for _charge in charges)]
            possible = line_amounts([*gross, *charges], discounts, unit)
            # If the tax is stated, it may be rounded always up or always down although the lines are not.
            nearest = (NEAREST,) if order.tax is None else RULES
            rules_of = {None: RULES, NEAREST: nearest}
            return [(Taxable(one), rules_of.get(rule, (rule,)), rule is not None) for one, rule in possible.items()]
        own = [item.discount for item in order.items]
        spread = sum(priced.discounts.lines, ZERO) - sum(own, ZERO)
        kinds = [
            tuple((one.data["tax"].amount_type, one.data["tax"].amount) for line in lines for one in line.taxes)
            for lines in places[: len(gross)]
        ]
        return [
            (one._replace(amounts=one.amounts + charges), RULES if one.is_exact else (NEAREST,), False)
            for nets, rule in line_amounts(gross, own, unit).items()
            if rule in (None, NEAREST)
            for one in spread_amounts(nets, spread, unit, kinds)
        ]

    @api.model
    def _get_moved(self, places, ours, theirs, sign):
        """Return by how much the amount of each line that the sender taxed differs from ours.

        :param places: see `_get_places`
        :return: a dict by the ``id`` of `LineAmounts`
        """
        moved = {}
        for lines, our, their in zip(places, ours, theirs, strict=True):
            whole = sum((line.whole for line in lines), ZERO)
            for number, line in enumerate(lines if our != their else ()):
                share = line.whole / whole if whole else Decimal(not number)
                moved[id(line)] = sign * (their - our) * share
        return moved

    @api.model
    def _get_ways(self, amounts):
        """Return the ways to sum taxes before rounding, those by line first: lists with an equal key for the taxes of
        one sum, one for each tax of each line.
        """

        def get_rate(one):
            return one.data["tax"].amount_type, one.data["tax"].amount

        by_line, by_item, by_rate, by_rates, by_place, by_order = [], [], [], [], [], []
        for index, line in enumerate(amounts):
            rates = tuple(get_rate(one) for one in line.taxes)
            for place, rate in enumerate(rates):
                by_line.append((index, place))
                # A combo's price is on several lines.
                by_item.append((line.line.item_index, index if line.line.item_index is None else None))
                by_rate.append(rate)
                by_rates.append(rates)
                by_place.append((rates, place))
                by_order.append(None)
        return [by_line, by_item], [by_rate, by_rates, by_place, by_order]

    @api.model
    def _sum_taxes(self, taxes, keys):
        """Return a `Part` for each sum of the ``taxes`` with the same key."""
        sums = defaultdict(Decimal)
        for key, tax in zip(keys, taxes, strict=True):
            sums[key] += tax
        return [Part(amount.quantize(NOISE)) for amount in sums.values()]

    @api.model
    def _get_price_sums(self, order, priced, places, terms, rule, is_doubtful):
        """Return the sums of all prices that a rule gives, and those of the prices with tax, in the sign of the order.

        The sender may round discounts apart from the amounts that they belong to.

        :param places: see `_get_places`
        :param tuple rule: one of `RULES`
        :param bool is_doubtful: whether single lines are not rounded one way
        """
        nets = item_nets(order, priced.discounts)
        gross = [*(item.gross for item in order.items), *(charge.amount for charge in order.charges)]
        discounts = [-discount for discount in priced.discounts.lines]
        sums = [[sum(nets, ZERO)], nets, [*gross, *discounts]]
        if priced.discounts.is_spread:
            own = [-item.discount for item in order.items]
            spread = sum(discounts, ZERO) - sum(own, ZERO)
            before = [*(map(sum, zip(gross, own, strict=False))), *gross[len(own) :]]
            sums += [[*before, spread], [*gross, *own, spread]]
        totals = []
        if not terms.prices_include_tax:
            taxes = [priced.sign * sum((one.exact for line in lines for one in line.taxes), ZERO) for lines in places]
            with_tax = [(net + tax).quantize(NOISE) for net, tax in zip(nets, taxes, strict=True)]
            totals = [[sum(with_tax, ZERO)], with_tax]
        # The first division is the whole.
        end = 1 if is_doubtful and rule != NEAREST else None
        return [
            RoundedSums([map(Part, parts) for parts in divisions[:end]], terms.unit, [rule])
            for divisions in (sums, totals)
        ]
