from dataclasses import dataclass, field, replace
from decimal import Decimal

from odoo import api, models

from ...lib.money import decimal, engine_decimal, exact, round_currency
from ...lib.order.totals import item_nets, rounding_of

ZERO = Decimal(0)
# The fraction of a currency unit by which float sums may be off.
NOISE = Decimal("1e-6")


@dataclass
class TaxAmount:
    """One tax of one line: the amount rounded by Odoo, the exact amount, and the largest possible rounding difference.

    `by_piece` is the amount if the tax of each unit is rounded. `rate` is the tax of one unit of the line's amount as
    the feed has it, with or without tax, which the sender may have rounded.
    """

    data: dict
    amount: Decimal
    exact: Decimal
    rounding: Decimal
    by_piece: Decimal
    rate: Decimal = ZERO


@dataclass
class LineAmounts:
    """A line: its rounded and its exact net amount, its exact amount as the feed has it, whether that is not a whole
    number of units, and its taxes.
    """

    line: object
    net: Decimal
    exact: Decimal
    whole: Decimal
    has_rest: bool
    taxes: list = field(default_factory=list)
    others: Decimal = ZERO

    @property
    @exact
    def tax(self):
        return sum((tax.amount for tax in self.taxes), self.others)


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
        if abs(priced.total - target) > self._get_largest(priced, unit):
            return None
        computing = self.env["external.order.computing"]
        lines = [replace(line, base_line=computing._copy_base_line(line.base_line)) for line in priced.lines]
        amounts = [self._read_line(line, priced, terms) for line in lines]
        if not self._choose_amounts(
            order, priced, amounts, priced.sign * target, None if stated is None else priced.sign * stated, terms
        ):
            return None
        self._set_amounts(amounts, terms)
        settled = computing._total(lines, priced.fiscal_position, priced.discounts, terms, priced.sign)
        return settled if settled.total == target and stated in (None, settled.tax) else None

    @api.model
    def _get_largest(self, priced, unit):
        """Return a total difference that rounding does not exceed, even if the tax of each unit sold is rounded."""
        return unit * sum(
            2 + len(line.base_line["tax_details"]["taxes_data"]) * (2 + abs(line.quantity)) for line in priced.lines
        )

    # ------------------------------------------------------------
    # Reading what Odoo computed, rounded and exact
    # ------------------------------------------------------------

    @api.model
    def _read_line(self, line, priced, terms):
        """Return the `LineAmounts` of a line of ``priced``."""
        unit = terms.unit
        exact_line = dict(line.base_line)
        self.env["account.tax"]._add_tax_details_in_base_line(exact_line, terms.company, "round_globally")
        exact_details, details = exact_line["tax_details"], line.base_line["tax_details"]
        net = engine_decimal(exact_details["raw_total_excluded_currency"])
        whole = engine_decimal(exact_details["raw_total_included_currency"]) if terms.prices_include_tax else net
        has_rest = bool(whole % unit)
        amounts = LineAmounts(line, self._get_net(line), net, whole, has_rest)
        # How far the sender's taxable amount can be from ours: it was rounded, or its discount was spread differently.
        is_spread = priced.discounts.is_spread and line.item is not None
        base_rounding = (unit / 2 if has_rest else ZERO) + (unit if is_spread else ZERO)
        rates = self._get_rates(exact_details, terms)
        for data, exact_data, rate in zip(details["taxes_data"], exact_details["taxes_data"], rates, strict=True):
            amount = round_currency(decimal(data["tax_amount_currency"]), unit)
            if data["tax"].has_negative_factor:
                amounts.others += amount
                continue
            exact_amount = engine_decimal(exact_data["raw_tax_amount_currency"])
            rounding = (unit / 2 if exact_amount % unit or base_rounding else ZERO) + base_rounding * rate
            by_piece = self._round_by_piece(exact_amount, line.quantity, unit)
            amounts.taxes.append(TaxAmount(data, amount, exact_amount, rounding, by_piece, rate))
        return amounts

    @api.model
    def _get_rates(self, exact_details, terms):
        """Return for each tax how much of it is in one unit of the line's amount as the feed has it."""
        taxes_data = exact_details["taxes_data"]
        taxes = [engine_decimal(data["raw_tax_amount_currency"]) for data in taxes_data]
        are_fixed = [data["tax"].amount_type == "fixed" for data in taxes_data]
        base = engine_decimal(exact_details["raw_total_excluded_currency"])
        if terms.prices_include_tax:
            base += sum((tax for tax, is_fixed in zip(taxes, are_fixed, strict=True) if not is_fixed), ZERO)
        if not base:
            # A line that its discount makes free: the sender may still have put the rest of a spread discount there.
            taxes = [
                decimal(data["tax"].amount) / 100 if data["tax"].amount_type == "percent" else ZERO
                for data in taxes_data
            ]
            base = 1 + (sum(taxes, ZERO) if terms.prices_include_tax else ZERO)
        return [ZERO if is_fixed else abs(tax / base) for tax, is_fixed in zip(taxes, are_fixed, strict=True)]

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
        possible = self.env["external.order.rounding.rule"]._get_possible(order, priced, amounts, terms)
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
        if abs(net - fixed) > net_rounding or not possible.allows_net(net, tax):
            return False
        is_near = abs(tax - exact_tax) <= tax_rounding + unit * NOISE
        if is_near and (not is_stated or possible.allows_tax(tax)):
            self._spread_tax(taxes, tax, unit)
        elif order.tax is not None and tax == sum((one.by_piece for one in taxes), ZERO):
            for one in taxes:
                one.amount = one.by_piece
        else:
            return False
        self._spread_net(amounts, target - tax - others, terms)
        return True

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
            and possible.allows_unstated(candidate, target - candidate - others)
        ]
        return target - min(allowed, key=lambda candidate: abs(candidate - net)) if allowed else None

    @api.model
    def _spread_tax(self, taxes, tax, unit):
        """Make ``taxes`` add up to ``tax``: each rounded by itself, as most senders do, if that
        gives it. Otherwise each moves to the next unit at most, the closest one first.
        """
        by_line = [round_currency(one.exact, unit) for one in taxes]
        if sum(by_line, ZERO) == tax:
            for one, amount in zip(taxes, by_line, strict=True):
                one.amount = amount
            return
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
            # The amount of each line including tax stays the same: if its tax increases, its net amount decreases.
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
