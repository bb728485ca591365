from dataclasses import replace
from decimal import Decimal

from odoo import api, fields, models

from ...exceptions import ExternalOrderError
from ...lib.money import allocate, decimal, round_currency
from ...lib.order.payload import discount_readings, expected_net
from ...tools.message_language import amount_text, for_reader
from .outcome import Warn
from .priced_order import PricedOrder, PricingTerms, TaxReading

ZERO = Decimal(0)


class ExternalOrderPricing(models.AbstractModel):
    """Finds the taxes and discounts under which Odoo itself computes the total that the customer paid.
    The prices of the feed exclude tax; GrandTotal = AmountTotal - discounts + Tax (guide, *External API Format*).
    """

    _name = "external.order.pricing"
    _description = "External Order Pricing"

    @api.model
    def _get_terms(self, sync):
        """Return the `PricingTerms` of a synchronization, good for the orders of one batch."""
        config, company, currency = sync.pos_config_id, sync.company_id, sync.pos_config_id.currency_id
        rounds_all = config.cash_rounding and not config.only_round_cash_method
        return PricingTerms(
            company=company,
            currency=currency,
            unit=decimal(currency.rounding),
            quantity_unit=Decimal(1).scaleb(-self.env["decimal.precision"].precision_get("Product Unit")),
            # Of the day in UTC, as `pos.order` reads it from the order's date.
            rate=currency._get_conversion_rate(company.currency_id, currency, company, fields.Date.today()),
            cash_rounding=config.rounding_method if rounds_all else config.rounding_method.browse(),
            own_taxes=TaxReading(
                lambda product: product.taxes_id._filter_taxes_by_company(company), config.default_fiscal_position_id
            ),
        )

    @api.model
    def _price_order(self, sync, order, lines, terms=None):
        """Return the order's lines with taxes, totalling GrandTotal to the smallest currency unit.

        Tried in this order, with each reading of the discounts: the products' own sale taxes; the company's sale tax of
        TaxPercent. Then a rest of at most one unit per line is taken as tax rounding. Without GrandTotal the first
        reading counts, or the first one whose tax is the order's Tax.

        :param sync: the ``external.order.sync``
        :param OrderPayload order:
        :param lines: a list of `Line`
        :param PricingTerms terms: if many orders are priced, see `_get_terms`
        :rtype: PricedOrder
        :raise ExternalOrderError: ``amount_mismatch`` with both totals
        """
        terms = terms or self._get_terms(sync)
        lines, warnings = self._fit_quantities(lines, terms)
        target = None if order.grand_total is None else round_currency(order.grand_total, terms.unit)
        priced = self._find_reading(order, lines, terms, target)
        priced.warnings = [*warnings, *self._get_total_warnings(order, priced, terms)]
        return priced

    @api.model
    def _find_reading(self, order, lines, terms, target):
        tried = []
        for priced in self._iter_readings(order, lines, terms):
            agrees = self._has_stated_tax(order, priced, terms) if target is None else priced.total == target
            if agrees or (terms.cash_rounding and self._get_rounded_total(priced.total, terms) == target):
                settled = self._settle(order, priced, priced.total, terms) or priced
                return replace(settled, total=priced.total if target is None else target)
            tried.append(priced)
        if target is None:
            return tried[0]
        tried.sort(key=lambda priced: abs(priced.total - target))
        for priced in tried:
            if abs(priced.total - target) > terms.tolerance(priced.paying_lines):
                continue
            if settled := self._settle(order, priced, target, terms):
                return settled
        env = for_reader(self.env)
        message = env._(
            "The order's GrandTotal is %(theirs)s, but with the taxes of Odoo it totals %(ours)s. Compare the sale "
            "taxes of its products, and TaxPercent (%(percent)s), with those of the external system.",
            theirs=amount_text(terms.currency, target),
            ours=amount_text(terms.currency, tried[0].total),
            percent=env._("not sent") if order.tax_percent is None else f"{order.tax_percent.normalize():f} %",
        )
        raise ExternalOrderError("amount_mismatch", message)

    @api.model
    def _get_rounded_total(self, total, terms):
        """Return what ``total`` is where the Point of Sale rounds it for all payment methods, as in `pos.order`."""
        return round_currency(decimal(terms.cash_rounding.round(float(total))), terms.unit)

    @api.model
    def _fit_quantities(self, lines, terms):
        """Return ``lines`` with quantities that Odoo can keep, their amounts unchanged, and warnings.

        :raise ExternalOrderError: if nothing would be left of a quantity
        """
        fitted, warnings = [], []
        for line in lines:
            quantity = round_currency(line.quantity, terms.quantity_unit)
            if quantity != line.quantity:
                explained = {"name": line.name, "sent": f"{line.quantity:f}", "kept": f"{quantity:f}"}
                if not quantity:
                    message = for_reader(self.env)._(
                        'The quantity %(sent)s of "%(name)s" is less than Odoo can keep. Raise the Decimal Accuracy of '
                        '"Product Unit".',
                        **explained,
                    )
                    raise ExternalOrderError("invalid_payload", message)
                text = for_reader(self.env)._(
                    'The quantity %(sent)s of "%(name)s" is kept as %(kept)s, at the same amount. The Decimal '
                    'Accuracy of "Product Unit" decides it.',
                    **explained,
                )
                warnings.append(Warn(text, ""))
                line = replace(line, quantity=quantity, price=line.gross / quantity)
            fitted.append(line)
        return fitted, warnings

    @api.model
    def _get_total_warnings(self, order, priced, terms):
        """Say where Tax or AmountTotal contradict what GrandTotal, which decides, was made of."""
        stated = []
        if not self._has_stated_tax(order, priced, terms):
            stated.append(("Tax", order.tax, priced.tax))
        gross = sum((item.gross for item in order.items), ZERO)
        nets = (gross, priced.total - priced.tax)
        tolerance = terms.tolerance(priced.paying_lines)
        if order.amount_total is not None and all(abs(order.amount_total - net) > tolerance for net in nets):
            stated.append(("AmountTotal", order.amount_total, gross))
        return [
            for_reader(self.env)._(
                "%(field)s is %(theirs)s, but Odoo computes %(ours)s.",
                field=name,
                theirs=amount_text(terms.currency, theirs),
                ours=amount_text(terms.currency, ours),
            )
            for name, theirs, ours in stated
        ]

    # ------------------------------------------------------------
    # Readings of the taxes
    # ------------------------------------------------------------

    @api.model
    def _iter_readings(self, order, lines, terms):
        """Yield ``lines`` priced under each reading of taxes and discounts, the likeliest first."""
        discount_variants = discount_readings(order, terms.unit)
        for taxes in self._iter_tax_readings(order, terms):
            for discounts in discount_variants:
                yield self._compute(order, lines, discounts, taxes, terms)

    @api.model
    def _iter_tax_readings(self, order, terms):
        yield terms.own_taxes
        percent = order.tax_percent
        if percent is None:
            return
        if percent not in terms.taxes_of_percent:
            terms.taxes_of_percent[percent] = self._get_percent_reading(terms.company, percent)
        if reading := terms.taxes_of_percent[percent]:
            yield reading

    @api.model
    def _get_percent_reading(self, company, percent):
        tax = self._get_company_tax(company, percent)
        if percent and not tax:
            return None
        return TaxReading(lambda product: tax if product else tax.browse(), self.env["account.fiscal.position"])

    @api.model
    def _get_company_tax(self, company, percent):
        """Return the company's sale tax of ``percent``: the default one, its own, one that excludes tax go first.

        :return: ``account.tax``, empty for 0 or if there is none
        """
        if not percent:
            return self.env["account.tax"]
        taxes = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(company),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", "=", float(percent)),
            ]
        )
        return taxes.filtered(lambda tax: not tax.has_negative_factor).sorted(
            lambda tax: (tax != company.account_sale_tax_id, tax.company_id != company, tax.price_include)
        )[:1]

    # ------------------------------------------------------------
    # Computing, with Odoo's engine
    # ------------------------------------------------------------

    @api.model
    def _compute(self, order, lines, discounts, taxes, terms):
        """Return ``lines`` priced under one reading. A return is computed with amounts above 0, as in `pos.order`."""
        expected = expected_net(order, discounts) if order.grand_total is None else order.grand_total
        sign = -1 if expected < 0 else 1
        priced = self._compute_signed(lines, discounts, taxes, terms, sign)
        if order.grand_total is None and (priced.total < 0) != (sign < 0):
            priced = self._compute_signed(lines, discounts, taxes, terms, -sign)
        return priced

    @api.model
    def _compute_signed(self, lines, discounts, taxes, terms, sign):
        priced_lines = []
        for line in lines:
            choice = taxes.choose(line)
            base_line = self._prepare_base_line(line, discounts[line.item_index], choice, terms, sign)
            priced_lines.append(replace(line, taxes=choice.taxes, base_line=base_line))
        return self._total(priced_lines, taxes.fiscal_position, terms, sign)

    @api.model
    def _prepare_base_line(self, line, discount, choice, terms, sign):
        """Return what `pos.order.line._prepare_base_line_for_taxes_computation` will give for this line."""
        gross = line.item.gross
        share = discount / gross if gross and not line.is_free else ZERO
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            None,
            currency_id=terms.currency,
            rate=terms.rate,
            product_id=line.product,
            product_uom_id=line.product.uom_id,
            tax_ids=choice.applied,
            price_unit=self._get_price_unit(line, share, choice),
            quantity=float(line.quantity) * sign,
            discount=float(share * 100),
            is_refund=line.quantity * line.price < 0,
            sign=-sign,
        )

    @api.model
    def _get_price_unit(self, line, discount, choice):
        """Return the unit price, with the taxes it includes in Odoo; ``discount`` is the part that is taken off."""
        if not choice.is_included:
            return float(line.price)
        # A fixed tax is not discounted, so what Odoo takes off must not be taken off of it.
        factor = 1 if choice.is_proportional or discount == 1 else 1 - discount
        price_unit = choice.applied._adapt_price_unit_to_another_taxes(
            float(line.price * factor), line.product, choice.applied.browse(), choice.applied
        )
        return price_unit / float(factor)

    @api.model
    def _total(self, lines, fiscal_position, terms, sign):
        base_lines = [line.base_line for line in lines]
        self.env["account.tax"]._add_tax_details_in_base_lines(base_lines, terms.company)
        self.env["account.tax"]._round_base_lines_tax_details(base_lines, terms.company)
        net = sum((self._net(base_line) for base_line in base_lines), ZERO)
        tax = sum((self._tax(base_line) for base_line in base_lines), ZERO)
        return PricedOrder(
            lines,
            fiscal_position,
            total=round_currency(sign * (net + tax), terms.unit),
            tax=round_currency(sign * tax, terms.unit),
            sign=sign,
        )

    @api.model
    def _net(self, base_line):
        details = base_line["tax_details"]
        return decimal(details["total_excluded_currency"]) + decimal(details["delta_total_excluded_currency"])

    @api.model
    def _tax(self, base_line):
        return sum((decimal(data["tax_amount_currency"]) for data in base_line["tax_details"]["taxes_data"]), ZERO)

    # ------------------------------------------------------------
    # Settling tax rounding
    # ------------------------------------------------------------

    @api.model
    def _settle(self, order, priced, target, terms):
        """Return ``priced`` with amounts set by hand where the external system rounded its taxes differently.

        Odoo keeps such amounts in ``extra_tax_data`` and uses them wherever it computes the line again. The difference
        is shared by the lines in proportion.

        :return: the `PricedOrder` that totals ``target``, or None if there is none
        """
        lines = [replace(line, base_line=self._copy_base_line(line.base_line)) for line in priced.lines]
        taxed = [line for line in lines if self._get_fixable_tax(line)]
        tax = priced.tax
        if taxed and order.tax is not None and self._has_stated_tax(order, priced, terms):
            tax = round_currency(order.tax, terms.unit)
        tax_rest = priced.sign * (tax - priced.tax)
        net_rest = priced.sign * (target - priced.total) - tax_rest
        if not (tax_rest or net_rest):
            return priced
        if taxed:
            net_shares, tax_shares = self._share(net_rest, taxed, terms), self._share(tax_rest, taxed, terms)
            self._fix_amounts(taxed, net_shares, tax_shares, terms)
        elif paying := [line for line in lines if line.gross]:
            for line, net in zip(paying, self._share(net_rest, paying, terms), strict=True):
                self._shift_price(line, net)
        settled = self._total(lines, priced.fiscal_position, terms, priced.sign)
        return settled if settled.total == target else None

    @api.model
    def _copy_base_line(self, base_line):
        details = base_line["tax_details"]
        return {**base_line, "tax_details": {**details, "taxes_data": [dict(data) for data in details["taxes_data"]]}}

    @api.model
    def _has_stated_tax(self, order, priced, terms):
        """Return whether the order's Tax, if sent, is the computed one but for rounding."""
        return order.tax is None or abs(order.tax - priced.tax) <= terms.tolerance(priced.paying_lines)

    @api.model
    def _share(self, amount, lines, terms):
        return allocate(amount, [line.gross for line in lines], terms.unit)

    @api.model
    def _get_fixable_tax(self, line):
        """Return the largest tax amount of a line that can be set by hand: one that another does not cancel out."""
        candidates = [
            data for data in line.base_line["tax_details"]["taxes_data"] if not data["tax"].has_negative_factor
        ]
        return max(candidates, key=lambda data: abs(data["tax_amount_currency"]), default=None)

    @api.model
    def _fix_amounts(self, lines, net_shares, tax_shares, terms):
        """Add the shares to the computed amounts of taxed lines, and fix them."""
        for line, net, tax in zip(lines, net_shares, tax_shares, strict=True):
            base_line = line.base_line
            details = base_line["tax_details"]
            largest = self._get_fixable_tax(line)
            for holder, key, amount in (
                (details, "total_excluded", net),
                *((data, "base_amount", net) for data in details["taxes_data"]),
                (largest, "tax_amount", tax),
            ):
                holder[f"{key}_currency"] = terms.currency.round(holder[f"{key}_currency"] + float(amount))
                holder[key] = terms.company.currency_id.round(holder[f"{key}_currency"] / (base_line["rate"] or 1.0))
        # All taxed lines, also those without a share: Odoo would even out the fixed ones with the others.
        self.env["account.tax"]._fix_base_lines_tax_details_on_manual_tax_amounts(
            [line.base_line for line in lines], terms.company
        )

    @api.model
    def _shift_price(self, line, net):
        """Add ``net`` to an untaxed line by its price: there is no tax amount that could be fixed."""
        base_line = line.base_line
        factor = base_line["quantity"] * (1 - base_line["discount"] / 100)
        if factor and net:
            base_line["price_unit"] += float(net) / factor
