from dataclasses import replace

from odoo import api, models
from odoo.tools import float_compare, unique

from ...tools.message_language import amount_text, name_text, stored
from ...tools.stored_text import joined
from .priced_order import TaxReading


class ExternalOrderTaxes(models.AbstractModel):
    """Finds the possible taxes of an external order: those of its products, or the company's tax of TaxPercent."""

    _name = "external.order.taxes"
    _description = "External Order Taxes"

    @api.model
    def _get_own_reading(self, config):
        """Return the `TaxReading` of the products' own sale taxes, in the fiscal position of the Point of Sale."""
        company = config.company_id
        return TaxReading(lambda product: self._get_product_taxes(product, company), config.default_fiscal_position_id)

    @api.model
    def _get_product_taxes(self, product, company):
        """Return the sale taxes of a product in a company, before the fiscal position."""
        return product.taxes_id._filter_taxes_by_company(company)

    @api.model
    def _iter_readings(self, order, terms):
        """Yield each `TaxReading` of an order, the likeliest first.

        An invoice is in the fiscal position of its customer if the totals agree with it. For an order without an
        invoice, that position comes last.

        :param OrderPayload order:
        :param PricingTerms terms:
        """
        if terms.is_invoiced:
            yield from self._iter_customer_readings(terms)
        yield terms.own_taxes
        yield from self._iter_stated_readings(order, terms)
        if not terms.is_invoiced:
            yield from self._iter_customer_readings(terms)
        if self._says_untaxed(order) and not terms.prices_include_tax:
            yield from self._iter_stated_readings(replace(order, tax_percent=order.tax), terms)

    @api.model
    def _says_untaxed(self, order):
        """Return whether only a Tax of 0 says that the sale was untaxed. Some systems send 0 for an unknown tax."""
        return order.tax is not None and not order.tax and order.tax_percent is None

    @api.model
    def _get_warnings(self, order, priced, terms):
        """Return what is doubtful about the taxes of a priced order, as texts."""
        return [*self._warn_of_rivals(priced, terms), *self._warn_of_no_tax(order, priced, terms)]

    @api.model
    def _warn_of_rivals(self, priced, terms):
        """Warn of each rate for which several sale taxes of the company were equally likely."""
        rivals = {
            (percent, taxes)
            for line in priced.lines
            for percent, every in terms.tax_of_percent.items()
            if len(every) > 1 and line.taxes != self._get_product_taxes(line.product, terms.company)
            if len(taxes := self._get_rivals(terms, percent, line.product)) > 1 and line.taxes == taxes[:1]
        }
        return [
            stored(self.env)._(
                "The company has several sale taxes of %(percent)s %%: %(taxes)s. The first was booked. Set the right "
                "one on the products, or as the company's default sale tax.",
                percent=f"{percent.normalize():f}",
                taxes=joined(*map(name_text, taxes), by=", "),
            )
            for percent, taxes in sorted(rivals, key=lambda rival: rival[0])
        ]

    @api.model
    def _warn_of_percent(self, order, own, stated, terms):
        """Return the warning that TaxPercent was booked although the products' own taxes give the same total.

        :param PricedOrder own: the reading with the products' own taxes
        :param PricedOrder stated: the one with TaxPercent
        """
        return stored(self.env)._(
            "The tax was booked as %(booked)s, by the order's TaxPercent of %(percent)s %%, but the taxes of its "
            "products (%(names)s) give %(own)s. Have the external system send Tax, or correct the products.",
            booked=amount_text(terms.currency, stated.tax),
            percent=f"{order.tax_percent.normalize():f}",
            own=amount_text(terms.currency, own.tax),
            names=", ".join(unique(line.name for line in own.lines if line.item)),
        )

    @api.model
    def _warn_of_no_tax(self, order, priced, terms):
        """Warn if items with taxes in Odoo were sold without tax because the order says so."""
        if not self._says_untaxed(order):
            return []
        names = [
            line.name for line in priced.lines if line.item and not line.taxes and terms.own_taxes.choose(line).applied
        ]
        if not names:
            return []
        text = stored(self.env)._(
            "The order states a Tax of 0, so it was imported without tax, although these have a sale tax in Odoo: "
            "%(names)s. If its prices include tax, switch on Prices Include Tax in the synchronization and correct "
            "this order.",
            names=", ".join(unique(names)),
        )
        return [text]

    @api.model
    def _iter_customer_readings(self, terms):
        """Yield the `TaxReading` of the fiscal position of the order's customer, if the customer has one."""
        position = terms.get_customer_position() if terms.get_customer_position else None
        if not position or position == terms.own_taxes.fiscal_position:
            return
        if position.id not in terms.taxes_of_position:
            terms.taxes_of_position[position.id] = terms.own_taxes.under(position)
        yield terms.taxes_of_position[position.id]

    @api.model
    def _iter_stated_readings(self, order, terms):
        """Yield the `TaxReading` of the order's TaxPercent, if it states one for which the company has a sale tax."""
        percent = order.tax_percent
        if percent is None:
            return
        if percent not in terms.taxes_of_percent:
            terms.taxes_of_percent[percent] = self._get_percent_reading(terms, percent)
        if reading := terms.taxes_of_percent[percent]:
            yield reading

    @api.model
    def _has_percent(self, priced, percent):
        """Return whether ``percent`` is the rate of at least one item of a `PricedOrder`; 0: whether none is taxed.

        The rate of a line is that of all its taxes together, except fixed ones.
        """
        details = [line.base_line["tax_details"] for line in priced.lines if not line.charge]
        if not percent:
            return not any(self._is_taxed(detail) for detail in details)
        return any(self._has_rate(detail, float(percent)) for detail in details)

    @api.model
    def _is_taxed(self, details):
        """Return whether the tax details of a line contain an amount."""
        return any(data["tax_amount_currency"] for data in details["taxes_data"])

    @api.model
    def _has_rate(self, details, percent):
        """Return whether ``percent`` is the rate of all taxes of a line together, except fixed ones."""
        taxes_data = [data for data in details["taxes_data"] if data["tax"].amount_type != "fixed"]
        net = details["raw_total_excluded_currency"]
        tax = sum(data["raw_tax_amount_currency"] for data in taxes_data)
        # The sum of the nominal rates or, if a tax is computed on another one, the resulting rate.
        rates = [sum(data["tax"].amount for data in taxes_data), tax / net * 100 if net else 0.0]
        return any(float_compare(rate, percent, precision_digits=4) == 0 for rate in rates)

    @api.model
    def _get_percent_reading(self, terms, percent):
        if percent and not self._get_company_taxes(terms, percent):
            return None
        none = self.env["account.tax"]
        return TaxReading(
            lambda product: self._get_tax_of_percent(terms, percent, product) if product else none,
            self.env["account.fiscal.position"],
        )

    @api.model
    def _get_tax_of_percent(self, terms, percent, product):
        """Return the company's likeliest sale tax of ``percent`` for a product; empty for 0 or if there is none."""
        return self._get_rivals(terms, percent, product)[:1]

    @api.model
    def _get_rivals(self, terms, percent, product):
        """Return the equally likely sale taxes of ``percent`` of the company for a product.

        The default tax is preferred, then the company's own in its fiscal country, then one for the kind of product,
        then one without fiscal position, then one excluded from prices.
        """
        taxes, company = self._get_company_taxes(terms, percent), terms.company
        scope = "service" if product.type == "service" else "consu"
        likely = {
            tax: (
                tax != company.account_sale_tax_id,
                tax.company_id != company,
                tax.country_id != company.account_fiscal_country_id,
                (scope, False).index(tax.tax_scope) if tax.tax_scope in (scope, False) else 2,
                not tax.is_domestic,
                tax.price_include,
            )
            for tax in taxes
        }
        return taxes.filtered(lambda tax: likely[tax] == min(likely.values()))

    @api.model
    def _get_company_taxes(self, terms, percent):
        """Return the company's sale taxes of ``percent``; empty for 0."""
        if not percent:
            return self.env["account.tax"]
        if percent not in terms.tax_of_percent:
            taxes = self.env["account.tax"].search(
                [
                    *self.env["account.tax"]._check_company_domain(terms.company),
                    ("type_tax_use", "=", "sale"),
                    ("amount_type", "=", "percent"),
                    ("amount", "=", float(percent)),
                ]
            )
            terms.tax_of_percent[percent] = taxes.filtered(lambda tax: not tax.has_negative_factor)
        return terms.tax_of_percent[percent]
