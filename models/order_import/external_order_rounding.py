from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal

from odoo import api, models

from ...lib.money import decimal, exact, round_currency
from ...lib.order.rounded_sums import RoundedSums
from ...lib.order.totals import item_nets, rounding_of

ZERO = Decimal(0)
# Odoo's engine uses floats. This many of their 17 digits are still reliable after some operations.
TRUSTED = Context(prec=13, rounding=ROUND_HALF_EVEN)
# The fraction of a currency unit by which float sums may be off.
NOISE = Decimal("1e-6")


@dataclass
class TaxAmount:
    """One tax of one line: the amount rounded by Odoo, the exact amount, and the largest possible rounding difference.

    `by_piece` is the amount if the tax of each unit is rounded. `rate` is the tax of one unit of the taxable amount,
    which the sender may have rounded: that moves the exact tax by at most `slack`.
    """

    data: dict
    amount: Decimal
    exact: Decimal
    rounding: Decimal
    by_piece: Decimal
    rate: Decimal = ZERO
    slack: Decimal = ZERO


@dataclass
class LineAmounts:
    """A line: its rounded and its exact net amount, whether that is not a whole number of units, and its taxes.

    `is_spread`: a part of an order's discount was taken off, of which the sender may have taken a unit more or less.
    """

    line: object
    net: Decimal
    exact: Decimal
    has_rest: bool
    is_spread: bool = False
    taxes: list = field(default_factory=list)
    others: Decimal = ZERO

    @property
    @exact
    def tax(self):
        return sum((tax.amount for tax in self.taxes), self.others)


@dataclass
class Possible:
    """What one rule of rounding can give: the tax and, in the sign of the order, the sum of the prices before
    ``allowance``, a discount after tax; None if any sum is possible.
    """

    taxes: RoundedSums
    nets: RoundedSums | None
    allowance: Decimal
    sign: int

    @exact
    def allows_net(self, net):
        """Return whether the prices may add up to ``net``, in the sign of the computation."""
        return self.nets is None or self.sign * net + self.allowance in self.nets


class ExternalOrderRounding(models.AbstractModel):
    """Adjusts amounts that the external system rounded differently from Odoo, and nothing else.

    Rounding explains at most half a currency unit for each tax of each taxed line, and for each line whose amount is
    not a whole number of units; and within these bounds, only sums that one rule of rounding can give, see
    `external.order.rounding.rule`. A sender that rounds the tax of each unit sold is recognized by its stated Tax.
    """

    _name = "external.order.rounding"
    _description = "External Order Rounding"

    @api.model
    @exact
    def _settle(self, order, priced, target, terms):
        """Return ``priced`` with fixed amounts so that it totals ``target``, with the order's Tax if it has one.

        Odoo stores such amounts in ``extra_tax_data`` and uses them whenever it recomputes the line.

        :param OrderPayload order:
        :param PricedOrder priced:
        :param Decimal target: in the currency of the Point of Sale
        :param PricingTerms terms:
        :return: the `PricedOrder`, or None if rounding does not explain the difference
        """
        unit = terms.unit
        stated = None if order.tax is None else round_currency(order.tax, unit)
        if priced.total == target and stated in (None, priced.tax):
            return priced
        # Most wrong readings are far off: reject these before computing anything exactly.
        most = unit * sum(2 + len(line.base_line["tax_details"]["taxes_data"]) * 2 for line in priced.lines)
        if abs(priced.total - target) > most + self._get_largest_by_piece(priced, unit):
            return None
        lines = [replace(line, base_line=self._copy_base_line(line.base_line)) for line in priced.lines]
        amounts = [self._read_line(line, priced, terms) for line in lines]
        if not self._choose_amounts(
            order, priced, amounts, priced.sign * target, None if stated is None else priced.sign * stated, terms
        ):
            return None
        self._set_amounts(amounts, terms)
        settled = self.env["external.order.computing"]._total(
            lines, priced.fiscal_position, priced.discounts, terms, priced.sign
        )
        return settled if settled.total == target and stated in (None, settled.tax) else None

    @api.model
    def _get_largest_by_piece(self, priced, unit):
        """Return the largest total difference that rounding per unit can cause."""
        return unit * sum(
            abs(line.quantity) * len(line.base_line["tax_details"]["taxes_data"]) for line in priced.lines
        )

    # ------------------------------------------------------------
    # Reading what Odoo computed, rounded and exact
    # ------------------------------------------------------------

    @api.model
    def _copy_base_line(self, base_line):
        details = base_line["tax_details"]
        return {**base_line, "tax_details": {**details, "taxes_data": [dict(data) for data in details["taxes_data"]]}}

    @api.model
    def _read_line(self, line, priced, terms):
        """Return the `LineAmounts` of a line of ``priced``."""
        unit = terms.unit
        exact_line = dict(line.base_line)
        self.env["account.tax"]._add_tax_details_in_base_line(exact_line, terms.company, "round_globally")
        exact_details, details = exact_line["tax_details"], line.base_line["tax_details"]
        net = self._trusted(exact_details["raw_total_excluded_currency"])
        whole = self._trusted(exact_details["raw_total_included_currency"]) if terms.prices_include_tax else net
        has_rest = bool(whole % unit)
        amounts = LineAmounts(line, self._get_net(line), net, has_rest)
        # How far the sender's taxable amount can be from ours: it was rounded, or its discount was spread differently.
        amounts.is_spread = priced.discounts.is_spread and line.item is not None
        rest_rounding = unit / 2 if has_rest else ZERO
        base_rounding = rest_rounding + (unit if amounts.is_spread else ZERO)
        for data, exact_data in zip(details["taxes_data"], exact_details["taxes_data"], strict=True):
            amount = round_currency(decimal(data["tax_amount_currency"]), unit)
            if data["tax"].has_negative_factor:
                amounts.others += amount
                continue
            exact_amount = self._trusted(exact_data["raw_tax_amount_currency"])
            base = self._trusted(exact_data["raw_base_amount_currency"])
            rate = abs(exact_amount / base) if base and data["tax"].amount_type != "fixed" else ZERO
            rounding = (unit / 2 if exact_amount % unit or base_rounding else ZERO) + base_rounding * rate
            by_piece = self._round_by_piece(exact_amount, line.quantity, unit)
            amounts.taxes.append(TaxAmount(data, amount, exact_amount, rounding, by_piece, rate, rest_rounding * rate))
        return amounts

    @api.model
    def _trusted(self, amount):
        return TRUSTED.create_decimal(repr(amount)) + ZERO

    @api.model
    def _get_net(self, line):
        return round_currency(
            self.env["external.order.computing"]._net(line.base_line), decimal(line.base_line["currency_id"].rounding)
        )

    @api.model
    def _round_by_piece(self, amount, quantity, unit):
        pieces = abs(quantity)
        if pieces <= 1 or pieces % 1:
            return round_currency(amount, unit)
        return round_currency(amount / pieces, unit) * pieces

    # ------------------------------------------------------------
    # Choosing the amounts
    # ------------------------------------------------------------

    @api.model
    def _choose_amounts(self, order, priced, amounts, target, tax, terms):
        """Adjust ``amounts`` so that they add up to ``target`` and ``tax``, both with the sign of the computation.

        :return: whether rounding can do that
        """
        unit = terms.unit
        taxes = [one for line in amounts for one in line.taxes]
        others = sum((line.others for line in amounts), ZERO)
        exact_tax = sum((one.exact for one in taxes), ZERO)
        tax_rounding = sum((one.rounding for one in taxes), ZERO)
        # The sum of the feed's prices must not change: the total if they include tax, otherwise the net amount.
        nets = item_nets(order, priced.discounts)
        fixed = priced.sign * (sum(nets, ZERO) - priced.discounts.after_tax)
        net_rounding = rounding_of(nets, unit)
        possible = self._get_possible(order, priced, amounts, fixed, terms)
        is_stated = tax is not None or not terms.prices_include_tax
        if tax is None and terms.prices_include_tax:
            # Odoo's own, unless Odoo taxed a base that it had already rounded.
            tax = priced.sign * priced.tax
            if abs(tax - others - exact_tax) > tax_rounding:
                tax = round_currency(exact_tax, unit) + others
        elif tax is None:
            tax = self._get_unstated_tax(amounts, target, fixed, net_rounding, unit, possible)
        if tax is None:
            return False
        tax -= others
        net = target if terms.prices_include_tax else target - tax - others
        if abs(net - fixed) > net_rounding or not possible.allows_net(net):
            return False
        is_near = abs(tax - exact_tax) <= tax_rounding + unit * NOISE
        if is_near and (not is_stated or tax in possible.taxes):
            self._spread_tax(taxes, tax, unit)
        elif order.tax is not None and tax == sum((one.by_piece for one in taxes), ZERO):
            for one in taxes:
                one.amount = one.by_piece
        else:
            return False
        self._spread_net(amounts, target - tax - others, terms)
        return True

    @api.model
    def _get_possible(self, order, priced, amounts, fixed, terms):
        """Return the `Possible` amounts; ``fixed``: the exact sum of the feed's prices."""
        rule = self.env["external.order.rounding.rule"]
        exact_net = sum(item_nets(order, priced.discounts), ZERO)
        return Possible(
            taxes=rule._get_taxes(order, priced, amounts, terms.unit),
            nets=rule._get_nets(order, priced, amounts, terms),
            allowance=exact_net - priced.sign * fixed,
            sign=priced.sign,
        )

    @api.model
    def _get_unstated_tax(self, amounts, target, fixed, net_rounding, unit, possible):
        """Return the tax of an order that does not state it, or None if rounding does not explain the difference.

        It is ``target`` minus the net amount closest to Odoo's for which both the net amount and the tax are within
        rounding.
        """
        taxes = [one for line in amounts for one in line.taxes]
        others = sum((line.others for line in amounts), ZERO)
        exact_tax = sum((one.exact for one in taxes), others)
        tax_rounding = sum((one.rounding for one in taxes), ZERO)
        net = sum((line.net for line in amounts), ZERO)
        first = round_currency(fixed - net_rounding, unit)
        candidates = (first + unit * step for step in range(int(2 * net_rounding / unit) + 2))
        allowed = [
            candidate
            for candidate in candidates
            if abs(candidate - fixed) <= net_rounding
            and abs(target - candidate - exact_tax) <= tax_rounding + unit * NOISE
            and target - candidate - others in possible.taxes
            and possible.allows_net(candidate)
        ]
        return target - min(allowed, key=lambda candidate: abs(candidate - net)) if allowed else None

    @api.model
    def _spread_tax(self, taxes, tax, unit):
        """Make ``taxes`` add up to ``tax``; each moves to the next unit at most, the closest one first."""
        rest = tax - sum((one.amount for one in taxes), ZERO)
        step = unit.copy_sign(rest)
        rounded = [one for one in taxes if one.rounding] or taxes
        for _unit in range(int(abs(rest) / unit)):
            nearest = min(rounded, key=lambda one: abs(one.amount + step - one.exact))
            nearest.amount += step

    @api.model
    def _spread_net(self, amounts, net, terms):
        """Make the net amounts of the lines add up to ``net``."""
        unit = terms.unit
        if terms.prices_include_tax:
            # Each line's amount with tax stays the same: if its tax increases, its net amount decreases.
            for line in amounts:
                exact_tax = sum((one.exact for one in line.taxes), line.others)
                line.net = round_currency(line.exact + exact_tax, unit) - line.tax
        rest = net - sum((line.net for line in amounts), ZERO)
        step = unit.copy_sign(rest)
        rounded = [line for line in amounts if line.has_rest] or [line for line in amounts if line.exact] or amounts
        for _unit in range(int(abs(rest) / unit)):
            nearest = min(rounded, key=lambda line: abs(line.net + step - line.exact))
            nearest.net += step

    # ------------------------------------------------------------
    # Setting the amounts
    # ------------------------------------------------------------

    @api.model
    def _set_amounts(self, amounts, terms):
        """Set ``amounts`` on the base lines."""
        taxed = [line for line in amounts if line.taxes]
        for line in amounts:
            if line.taxes:
                self._fix_line(line, terms)
            elif line.net != line.exact:
                self._shift_price(line)
        # Fix all taxed lines, even those without a difference: Odoo would otherwise compensate for the fixed ones on
        # the others.
        self.env["account.tax"]._fix_base_lines_tax_details_on_manual_tax_amounts(
            [line.line.base_line for line in taxed], terms.company
        )

    @api.model
    def _fix_line(self, line, terms):
        base_line = line.line.base_line
        details = base_line["tax_details"]
        net = line.net - self._get_net(line.line)
        changes = [(details, "total_excluded", net), *((data, "base_amount", net) for data in details["taxes_data"])]
        for one in line.taxes:
            changes.append((one.data, "tax_amount", one.amount - decimal(one.data["tax_amount_currency"])))
        for holder, key, amount in changes:
            holder[f"{key}_currency"] = terms.currency.round(holder[f"{key}_currency"] + float(amount))
            holder[key] = terms.company.currency_id.round(holder[f"{key}_currency"] / (base_line["rate"] or 1.0))

    @api.model
    def _shift_price(self, line):
        """Change the price of an untaxed line, because it has no tax amount that could be fixed."""
        base_line = line.line.base_line
        factor = base_line["quantity"] * (1 - base_line["discount"] / 100)
        if factor:
            base_line["price_unit"] += float(line.net - line.exact) / factor
