from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from odoo import api, models

from ..exceptions import ExternalOrderError
from ..tools.money import allocate, round_currency
from ..tools.order_payload import Item, discount_readings, expected_net

ZERO = Decimal(0)


def decimal(amount):
    """Return the Decimal that a float of Odoo stands for."""
    return Decimal(repr(amount))


@dataclass
class Line:
    """A line of the POS order to be. `price` (without tax) is per unit and exact; `discount` is of the whole line.

    `parent` is the place of the line that this one is a component of; `combo_item` the Odoo combo choice it is.
    """

    product: Any
    name: str
    quantity: Decimal
    price: Decimal
    item: Item
    item_index: int
    parent: int | None = None
    combo_item: Any = None
    is_free: bool = False
    base_line: dict | None = None
    taxes: Any = None

    @property
    def gross(self):
        return self.price * self.quantity


@dataclass
class PricedOrder:
    """Lines with their taxes computed by Odoo's engine. `total` and `tax` in the currency of the Point of Sale."""

    lines: list
    fiscal_position: Any
    total: Decimal
    tax: Decimal


class ExternalOrderPricing(models.AbstractModel):
    """Finds the taxes and discounts under which Odoo's own computation gives the total that the customer paid.

    The prices of the feed exclude tax; GrandTotal = AmountTotal - discounts + Tax (guide, *External API Format*).
    """

    _name = "external.order.pricing"
    _description = "External Order Pricing"

    @api.model
    def _price_order(self, sync, order, lines):
        """Return the order's lines with taxes, totalling GrandTotal to the smallest currency unit.

        Tried in this order, with each reading of the discounts: the products' own sale taxes; the company's sale tax of
        TaxPercent. Then a rest of at most one unit per line is taken as tax rounding.

        :param sync: the ``external.order.sync``
        :param OrderPayload order:
        :param lines: a list of `Line`
        :rtype: PricedOrder
        :raise ExternalOrderError: ``amount_mismatch`` with both totals
        """
        currency = sync.pos_config_id.currency_id
        unit = decimal(currency.rounding)
        target = None if order.grand_total is None else round_currency(order.grand_total, unit)
        tried = []
        for taxes_of, fiscal_position in self._get_tax_readings(sync, order):
            for discounts in discount_readings(order, unit):
                priced = self._compute(sync, order, lines, discounts, taxes_of, fiscal_position)
                if target in (None, priced.total, self._get_rounded_total(sync, priced.total)):
                    settled = self._settle(sync, order, priced, priced.total, unit)
                    settled.total = priced.total if target is None else target
                    return settled
                tried.append(priced)
        nearest = min(tried, key=lambda priced: abs(priced.total - target))
        if abs(nearest.total - target) <= unit * sum(not line.is_free for line in lines):
            settled = self._settle(sync, order, nearest, target, unit)
            if settled.total == target:
                return settled
        raise ExternalOrderError(
            "amount_mismatch",
            self.env._(
                "The order's GrandTotal is %(theirs)s, but with the taxes of Odoo it totals %(ours)s. Compare the sale taxes of its "
                "products, and TaxPercent (%(percent)s), with those of the external system.",
                theirs=currency.format(float(target)),
                ours=currency.format(float(tried[0].total)),
                percent=self.env._("not sent") if order.tax_percent is None else f"{order.tax_percent.normalize():f} %",
            ),
        )

    @api.model
    def _get_rounded_total(self, sync, total):
        """Return what the customer pays for ``total`` where the Point of Sale rounds, as Odoo does it."""
        config = sync.pos_config_id
        if not config.cash_rounding or config.only_round_cash_method:
            return total
        return round_currency(decimal(config.rounding_method.round(float(total))), decimal(config.currency_id.rounding))

    # ------------------------------------------------------------
    # Readings of the taxes
    # ------------------------------------------------------------

    @api.model
    def _get_tax_readings(self, sync, order):
        """Yield pairs of a function from product to taxes, and the order's fiscal position, likeliest first."""
        company = sync.company_id
        company_domain = self.env["account.tax"]._check_company_domain(company)
        yield (
            lambda product: product.taxes_id.filtered_domain(company_domain),
            sync.pos_config_id.default_fiscal_position_id,
        )
        no_fiscal_position = self.env["account.fiscal.position"]
        if order.tax_percent == 0:
            yield lambda product: self.env["account.tax"], no_fiscal_position
        elif order.tax_percent is not None and (tax := self._get_company_tax(company, order.tax_percent)):
            yield lambda product: tax, no_fiscal_position

    @api.model
    def _get_company_tax(self, company, percent):
        """Return the company's sale tax of ``percent``; its default one, and one that excludes tax, go first."""
        taxes = self.env["account.tax"].search([
            *self.env["account.tax"]._check_company_domain(company),
            ("type_tax_use", "=", "sale"),
            ("amount_type", "=", "percent"),
            ("amount", "=", float(percent)),
        ])
        return taxes.sorted(lambda tax: (tax != company.account_sale_tax_id, tax.price_include))[:1]

    # ------------------------------------------------------------
    # Computing, with Odoo's engine
    # ------------------------------------------------------------

    @api.model
    def _compute(self, sync, order, lines, discounts, taxes_of, fiscal_position):
        """Return ``lines`` priced under one reading. Amounts of a return are computed positive, as `pos.order` does."""
        sign = -1 if (order.grand_total if order.grand_total is not None else expected_net(order, discounts)) < 0 else 1
        priced_lines = []
        for line in lines:
            taxes = self.env["account.tax"] if line.is_free else taxes_of(line.product)
            priced = Line(**{**vars(line), "taxes": taxes})
            priced.base_line = self._prepare_base_line(sync, priced, discounts[line.item_index], fiscal_position, sign)
            priced_lines.append(priced)
        return self._total(sync, priced_lines, fiscal_position, sign)

    @api.model
    def _prepare_base_line(self, sync, line, discount, fiscal_position, sign):
        """Return what `pos.order.line._prepare_base_line_for_taxes_computation` will give for this line."""
        taxes = fiscal_position.map_tax(line.taxes)
        gross = line.item.gross
        price_unit = float(line.price)
        if any(taxes.flatten_taxes_hierarchy().mapped("price_include")):
            price_unit = taxes._adapt_price_unit_to_another_taxes(
                price_unit, line.product, self.env["account.tax"], taxes
            )
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            None,
            currency_id=sync.pos_config_id.currency_id,
            rate=self._get_currency_rate(sync),
            product_id=line.product,
            product_uom_id=line.product.uom_id,
            tax_ids=taxes,
            price_unit=price_unit,
            quantity=float(line.quantity) * sign,
            discount=float(discount / gross * 100) if gross and not line.is_free else 0.0,
            is_refund=line.quantity * line.price < 0,
            sign=-sign,
        )

    @api.model
    def _get_currency_rate(self, sync):
        currency = sync.pos_config_id.currency_id
        if currency == sync.company_id.currency_id:
            return 1.0
        return self.env["res.currency"]._get_conversion_rate(sync.company_id.currency_id, currency, sync.company_id)

    @api.model
    def _total(self, sync, lines, fiscal_position, sign):
        base_lines = [line.base_line for line in lines]
        self.env["account.tax"]._add_tax_details_in_base_lines(base_lines, sync.company_id)
        self.env["account.tax"]._round_base_lines_tax_details(base_lines, sync.company_id)
        net = sum((self._net(base_line) for base_line in base_lines), ZERO)
        tax = sum((self._tax(base_line) for base_line in base_lines), ZERO)
        unit = decimal(sync.pos_config_id.currency_id.rounding)
        return PricedOrder(
            lines, fiscal_position, round_currency(sign * (net + tax), unit), round_currency(sign * tax, unit)
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
    def _settle(self, sync, order, priced, target, unit):
        """Return ``priced`` with amounts set by hand where the external system rounded its taxes differently.

        Odoo keeps such amounts in ``extra_tax_data`` and uses them wherever it computes the line again. The difference
        is shared by the lines, one unit each.
        """
        sign = -1 if target < 0 else 1
        tax = self._get_stated_tax(order, priced, unit)
        tax_rest = sign * (tax - priced.tax)
        net_rest = sign * (target - priced.total) - tax_rest
        if not (tax_rest or net_rest):
            return priced
        taxed = [line for line in priced.lines if line.base_line["tax_details"]["taxes_data"]]
        if taxed:
            for line, net, tax in zip(
                taxed, self._share(net_rest, taxed, unit), self._share(tax_rest, taxed, unit), strict=True
            ):
                self._shift_amounts(sync, line, net, tax)
            # All of them, as Odoo would otherwise even out the fixed lines with the others.
            self.env["account.tax"]._fix_base_lines_tax_details_on_manual_tax_amounts(
                [line.base_line for line in taxed], sync.company_id
            )
        else:
            paying = [line for line in priced.lines if not line.is_free and line.gross]
            for line, net in zip(paying, self._share(net_rest, paying, unit), strict=True):
                self._shift_price(line, net)
        return self._total(sync, priced.lines, priced.fiscal_position, sign)

    @api.model
    def _get_stated_tax(self, order, priced, unit):
        """Return the order's Tax if it differs from the computed one by rounding only, else the computed one."""
        if order.tax is None or not priced.tax:
            return priced.tax
        stated = round_currency(order.tax, unit)
        tolerance = unit * sum(not line.is_free for line in priced.lines)
        return stated if abs(stated - priced.tax) <= tolerance else priced.tax

    @api.model
    def _share(self, amount, lines, unit):
        return allocate(amount, [abs(line.gross) for line in lines], unit)

    @api.model
    def _shift_amounts(self, sync, line, net, tax):
        """Add ``net`` and ``tax`` to the computed amounts of a taxed line."""
        base_line = line.base_line
        details = base_line["tax_details"]
        largest = max(details["taxes_data"], key=lambda data: abs(data["tax_amount_currency"]))
        round_company = sync.company_id.currency_id.round
        for holder, key, amount in (
            (details, "total_excluded", net),
            (largest, "base_amount", net),
            (largest, "tax_amount", tax),
        ):
            holder[f"{key}_currency"] = base_line["currency_id"].round(holder[f"{key}_currency"] + float(amount))
            holder[key] = round_company(holder[f"{key}_currency"] / (base_line["rate"] or 1.0))

    @api.model
    def _shift_price(self, line, net):
        """Add ``net`` to an untaxed line by its price: there is no tax amount that could be fixed."""
        base_line = line.base_line
        factor = base_line["quantity"] * (1 - base_line["discount"] / 100)
        if factor and net:
            base_line["price_unit"] += float(net) / factor
