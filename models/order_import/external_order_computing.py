from dataclasses import replace
from decimal import Decimal

from odoo import api, models

from ...lib.money import decimal, engine_decimal, round_currency
from .priced_order import Line, PricedOrder
from .service_product import service_product

ZERO = Decimal(0)
# The fraction of an amount by which sums of floats may be off.
FLOAT_NOISE = 1e-9
DISCOUNT_PRODUCT = "external_order_sync.product_discount_after_tax"


class ExternalOrderComputing(models.AbstractModel):
    """Computes an order's total under one reading of its taxes and discounts, with Odoo's own engine."""

    _name = "external.order.computing"
    _description = "External Order Computing"

    @api.model
    def _compute(self, lines, discounts, taxes, terms, sign, target):
        """Return ``lines`` priced under one reading of taxes and discounts.

        :param lines: a list of `Line`; those of charges have a `TaxChoice`
        :param Discounts discounts:
        :param TaxReading taxes:
        :param PricingTerms terms:
        :param int sign: -1 for a return, which is computed with amounts above 0, as `pos.order` does
        :param Decimal target: the total that it is compared with; if no rounding leads there, nothing is rounded
        :rtype: PricedOrder
        """
        if discounts.after_tax:
            lines = [*lines, self._prepare_discount_line(discounts.after_tax, terms)]
        priced_lines = []
        for line in lines:
            choice = line.choice or taxes.choose(line)
            discount = ZERO if line.item is None else discounts.lines[line.item_index]
            base_line = self._get_base_line(line, discount, choice, terms, sign)
            priced_lines.append(replace(line, taxes=choice.taxes, base_line=base_line))
        priced = PricedOrder(priced_lines, taxes.fiscal_position, ZERO, ZERO, discounts, sign)
        return (
            self._leave_unrounded(priced, terms) if self._is_far(priced, target, terms) else self._round(priced, terms)
        )

    @api.model
    def _is_far(self, priced, target, terms):
        """Return whether no rounding makes the total ``target``, so that the reading cannot be right."""
        details = [line.base_line["tax_details"] for line in priced.lines]
        total = priced.sign * sum(detail["raw_total_included_currency"] for detail in details)
        most = self.env["external.order.rounding"]._get_largest(priced, terms.unit)
        most += terms.unit * sum(2 + 2 * len(detail["taxes_data"]) for detail in details)  # Odoo's own rounding
        most = float(most) + max(terms.cash_rounding.rounding, terms.cash_only_rounding.rounding)
        return abs(total - float(target)) > most + abs(total) * FLOAT_NOISE

    @api.model
    def _leave_unrounded(self, priced, terms):
        """Return ``priced`` with about its total and tax."""
        details = [line.base_line["tax_details"] for line in priced.lines]
        total, net = (
            sum((engine_decimal(detail[f"raw_total_{kind}_currency"]) for detail in details), ZERO)
            for kind in ("included", "excluded")
        )
        return replace(
            priced,
            total=round_currency(priced.sign * total, terms.unit),
            tax=round_currency(priced.sign * (total - net), terms.unit),
            is_far=True,
        )

    @api.model
    def _complete(self, tried, terms, target):
        """Return these `PricedOrder`, the closest to ``target`` first, with the rounding that `_compute` left out."""
        complete = [self._round(priced, terms) if priced.is_far else priced for priced in tried]
        return sorted(complete, key=lambda priced: abs(priced.total - target))

    @api.model
    def _total(self, lines, fiscal_position, discounts, terms, sign):
        """Return the `PricedOrder` of lines with prepared base lines."""
        self.env["account.tax"]._add_tax_details_in_base_lines([line.base_line for line in lines], terms.company)
        return self._round(PricedOrder(lines, fiscal_position, ZERO, ZERO, discounts, sign), terms)

    @api.model
    def _round(self, priced, terms):
        """Return ``priced`` with the tax details of its lines rounded by Odoo, and their total and tax."""
        base_lines = [line.base_line for line in priced.lines]
        self.env["account.tax"]._round_base_lines_tax_details(base_lines, terms.company)
        net = sum((self._net(base_line) for base_line in base_lines), ZERO)
        tax = sum((self._tax(base_line) for base_line in base_lines), ZERO)
        return replace(
            priced,
            total=round_currency(priced.sign * (net + tax), terms.unit),
            tax=round_currency(priced.sign * tax, terms.unit),
            is_far=False,
        )

    @api.model
    def _net(self, base_line):
        details = base_line["tax_details"]
        return decimal(details["total_excluded_currency"]) + decimal(details["delta_total_excluded_currency"])

    @api.model
    def _tax(self, base_line):
        return sum((decimal(data["tax_amount_currency"]) for data in base_line["tax_details"]["taxes_data"]), ZERO)

    @api.model
    def _get_charge_taxes(self, priced):
        """Return the exact tax of each charge of a `PricedOrder`, with the sign of the charge."""
        return [self._get_exact_tax(line.base_line, priced.sign) for line in priced.lines if line.charge]

    @api.model
    def _compute_charge_tax(self, line, terms, sign):
        """Return the exact tax of one charge by itself, with the sign of the charge.

        :param Line line: a charge with its `TaxChoice`
        """
        return self._get_exact_tax(self._get_base_line(line, ZERO, line.choice, terms, sign), sign)

    @api.model
    def _get_exact_tax(self, base_line, sign):
        amounts = (data["raw_tax_amount_currency"] for data in base_line["tax_details"]["taxes_data"])
        return sign * sum((engine_decimal(amount) for amount in amounts), ZERO)

    # ------------------------------------------------------------
    # Base lines
    # ------------------------------------------------------------

    @api.model
    def _get_base_line(self, line, discount, choice, terms, sign):
        """Return a base line with its tax details, not rounded yet; those of equal lines of a batch are computed once.

        :param Decimal discount: what is taken off the line
        """
        gross = line.item.gross if line.item else ZERO
        share = discount / gross if gross and not line.is_free else ZERO
        key = (
            line.product.id, line.price, line.quantity, share, choice.applied._ids,
            sign, terms.rate, terms.prices_include_tax,
        )  # fmt: skip
        if key not in terms.base_lines:
            terms.base_lines[key] = self._prepare_base_line(line, share, choice, terms, sign)
            self.env["account.tax"]._add_tax_details_in_base_line(terms.base_lines[key], terms.company)
        return self._copy_base_line(terms.base_lines[key])

    @api.model
    def _copy_base_line(self, base_line):
        details = base_line["tax_details"]
        return {**base_line, "tax_details": {**details, "taxes_data": [dict(data) for data in details["taxes_data"]]}}

    @api.model
    def _prepare_base_line(self, line, share, choice, terms, sign):
        """Return what `pos.order.line._prepare_base_line_for_taxes_computation` will give for this line.

        :param Decimal share: the part of the price that is taken off
        """
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            None,
            currency_id=terms.currency,
            rate=terms.rate,
            product_id=line.product,
            product_uom_id=line.product.uom_id,
            tax_ids=choice.applied,
            price_unit=self._get_price_unit(line, share, choice, terms),
            quantity=float(line.quantity) * sign,
            discount=float(share * 100),
            is_refund=line.quantity * line.price < 0,
            sign=-sign,
        )

    @api.model
    def _get_price_unit(self, line, discount, choice, terms):
        """Return the unit price, with the taxes it includes in Odoo; ``discount`` is the part that is taken off."""
        includes_tax = terms.prices_include_tax
        if choice.is_all_included if includes_tax else not choice.is_included:
            return float(line.price)
        # A fixed tax is not discounted, so exclude it from the discount that Odoo computes.
        factor = 1 if choice.is_proportional or discount == 1 else 1 - discount
        price_unit = float(line.price * factor)
        if includes_tax:
            price_unit = self._get_price_without_tax(price_unit, line.product, choice.applied)
        # Odoo expects the price to contain the taxes that are included in its own price.
        price_unit = choice.applied._adapt_price_unit_to_another_taxes(
            price_unit, line.product, choice.applied.browse(), choice.applied
        )
        return price_unit / float(factor)

    @api.model
    def _get_price_without_tax(self, price_unit, product, taxes):
        details = taxes._get_tax_details(
            price_unit, 1.0, rounding_method="round_globally", product=product, special_mode="total_included"
        )
        return details["total_excluded"]

    # ------------------------------------------------------------
    # A discount after tax
    # ------------------------------------------------------------

    @api.model
    def _prepare_discount_line(self, amount, terms):
        """Return the untaxed `Line` that takes ``amount`` off the total without changing other lines' tax."""
        product = self._get_discount_product(terms.config)
        quantity = Decimal(-1 if amount < 0 else 1)
        return Line(product, product.name, quantity, -abs(amount), None, None)

    @api.model
    def _get_discount_product(self, config):
        """Return the product of discounts after tax: the discount product of the Point of Sale, or else the addon's."""
        # `pos_discount` has the field.
        product = config.discount_product_id if "discount_product_id" in config else self.env["product.product"]
        return product or service_product(self.env, DISCOUNT_PRODUCT, "Discount after Tax")
