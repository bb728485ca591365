from dataclasses import replace
from decimal import Decimal
from itertools import count

from odoo import api, fields, models

from ...exceptions import ExternalOrderError
from ...lib.money import decimal, exact, round_currency
from ...lib.order.discounts import discount_readings
from ...lib.order.totals import adds_up, keeps_prices
from ...tools.message_language import amount_text, stored
from .import_target import pos_config_of
from .outcome import Warn
from .priced_order import PricingTerms

ZERO = Decimal(0)


class ExternalOrderPricing(models.AbstractModel):
    """Finds the taxes and discounts under which Odoo itself computes the total that the customer paid.

    GrandTotal = AmountTotal - discounts + Tax + charges. Every total that the order states must match, or the order is
    refused.
    """

    _name = "external.order.pricing"
    _description = "External Order Pricing"

    @api.model
    def _get_terms(self, sync):
        """Return the `PricingTerms` of a synchronization for the orders of one batch."""
        config, company = pos_config_of(sync), sync.company_id
        currency = config.currency_id
        method = config.rounding_method if config.cash_rounding else config.rounding_method.browse()
        return PricingTerms(
            config=config,
            company=company,
            currency=currency,
            unit=decimal(currency.rounding),
            quantity_unit=Decimal(1).scaleb(-self.env["decimal.precision"].precision_get("Product Unit")),
            # The rate of the day in UTC, as `pos.order` takes it from the order's date.
            rate=currency._get_conversion_rate(company.currency_id, currency, company, fields.Date.today()),
            cash_rounding=method.browse() if config.only_round_cash_method else method,
            cash_only_rounding=method if config.only_round_cash_method else method.browse(),
            prices_include_tax=sync.prices_include_tax,
            own_taxes=self.env["external.order.taxes"]._get_own_reading(config),
        )

    @api.model
    def _price_order(self, sync, order, lines, terms=None):
        """Return the order's lines with taxes, totalling GrandTotal to the smallest currency unit.

        For each reading of the discounts, try the products' own sale taxes, then the company's sale tax of TaxPercent.
        Charges become lines, each taxed in one of its possible ways. Use the first combination that gives GrandTotal
        and the stated Tax exactly, else the first that does so except for rounding. If the products' taxes and the tax
        of TaxPercent both do, but differ, TaxPercent decides. Without GrandTotal, the amount paid is the total. A tip
        that GrandTotal does not contain, but the payments do, is added to it.

        :param sync: the ``external.order.sync``
        :param OrderPayload order:
        :param lines: a list of `Line`, without charges
        :param PricingTerms terms: if many orders are priced, see `_get_terms`
        :rtype: PricedOrder
        :raise ExternalOrderError: ``amount_mismatch``, ``wrong_currency`` or ``invalid_payload``, with the reason
        """
        terms = self._get_order_terms(order, terms or self._get_terms(sync))
        self._check_currency(order, terms)
        self._check_decimals(order, terms)
        target = self._get_target(order, terms)
        self._check_discounts(order, terms)
        lines, warnings = self._fit_quantities(lines, terms)
        charges = self.env["external.order.charges"]
        lines += charges._prepare_lines(sync, order, terms, -1 if target < 0 else 1)
        priced = self._find_reading(order, lines, terms, target)
        warnings += self.env["external.order.taxes"]._get_warnings(order, priced, terms)
        priced.warnings += warnings + (charges._get_warnings(order, priced, terms) if order.charges else [])
        return priced

    # ------------------------------------------------------------
    # The order's own figures
    # ------------------------------------------------------------

    @api.model
    def _get_order_terms(self, order, terms):
        """Return the `PricingTerms` of one order: prices that came as PriceWithoutTax include no tax in any
        synchronization.
        """
        if not terms.prices_include_tax:
            return terms
        if order.mixes_prices:
            message = stored(self.env)._(
                "Some items have a Price, which includes tax in this synchronization, and others a PriceWithoutTax. "
                "The external system has to send the same for all items."
            )
            raise ExternalOrderError("invalid_payload", message)
        return replace(terms, prices_include_tax=False) if order.prices_exclude_tax else terms

    @api.model
    def _check_currency(self, order, terms):
        """Refuse an order in a currency other than that of the Point of Sale."""
        stated, currency = order.currency.upper(), terms.currency
        if not stated or stated in (currency.name.upper(), str(currency.iso_numeric or "")):
            return
        if stated == currency.symbol.upper() and self._is_only_symbol(currency):
            return
        message = stored(self.env)._(
            "The order is in %(theirs)s, but %(pos)s sells in %(ours)s. Choose a Point of Sale with the order's "
            "currency, or have the external system send the currency code, such as %(ours)s.",
            theirs=order.currency,
            pos=terms.config.name,
            ours=currency.name,
        )
        raise ExternalOrderError("wrong_currency", message)

    @api.model
    @exact
    def _check_decimals(self, order, terms):
        """Refuse an order with decimals in a currency without decimals: nobody can have paid it in this currency."""
        paid = sum((payment.amount for payment in order.payments), ZERO)
        for field, amount in (("GrandTotal", order.grand_total), ("AmountPaid", paid)):
            if amount is not None and not terms.currency.decimal_places and amount % 1:
                message = stored(self.env)._(
                    "%(field)s is %(amount)s, but %(currency)s, the currency of %(pos)s, has no decimals, so the order "
                    "seems to be in another currency. Choose a Point of Sale with the order's currency.",
                    field=field,
                    amount=f"{amount.normalize():f}",
                    currency=terms.currency.name,
                    pos=terms.config.name,
                )
                raise ExternalOrderError("wrong_currency", message)

    @api.model
    def _is_only_symbol(self, currency):
        """Return whether no other currency in the world has this currency's symbol."""
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search_count([("symbol", "=ilike", currency.symbol)], limit=2) < 2

    @api.model
    @exact
    def _get_target(self, order, terms):
        """Return the total to match: GrandTotal or, without it, the amount paid."""
        if order.grand_total is not None:
            return round_currency(order.grand_total, terms.unit)
        if not order.payments and order.amount_paid is None:
            message = stored(self.env)._(
                "The order has neither a GrandTotal nor payments, so its total cannot be checked. The external "
                "system has to send one of them."
            )
            raise ExternalOrderError("invalid_payload", message)
        return round_currency(sum((payment.amount for payment in order.payments), ZERO), terms.unit)

    @api.model
    @exact
    def _check_discounts(self, order, terms):
        """Refuse an order with a discount that exceeds its item's amount by more than rounding explains."""
        for item in order.items:
            if abs(item.discount) >= abs(item.gross) + terms.unit:
                message = stored(self.env)._(
                    'The DiscountAmount of "%(name)s" (%(discount)s) is more than the item costs (%(gross)s). The '
                    "external system has to correct the order.",
                    name=item.name or item.item_id,
                    discount=amount_text(terms.currency, abs(item.discount)),
                    gross=amount_text(terms.currency, abs(item.gross)),
                )
                raise ExternalOrderError("invalid_payload", message)

    @api.model
    def _fit_quantities(self, lines, terms):
        """Return ``lines`` with quantities rounded to what Odoo can store, with unchanged amounts, and warnings.

        :raise ExternalOrderError: if a quantity would become 0
        """
        fitted, warnings = [], []
        for line in lines:
            quantity = self._fit_quantity(line.name, line.quantity, terms.quantity_unit)
            if quantity != line.quantity:
                text = stored(self.env)._(
                    'The quantity %(sent)s of "%(name)s" was rounded to %(kept)s because of the Decimal Accuracy '
                    'of "Product Unit". The amount is unchanged.',
                    name=line.name,
                    sent=f"{line.quantity:f}",
                    kept=f"{quantity:f}",
                )
                warnings.append(Warn(text, ""))
                line = replace(line, quantity=quantity, price=line.gross / quantity)
            fitted.append(line)
        return fitted, warnings

    @api.model
    def _fit_quantity(self, name, quantity, unit):
        """Return a quantity of the item called ``name``, rounded to what Odoo can store.

        :raise ExternalOrderError: if it would become 0
        """
        fitted = round_currency(quantity, unit)
        if quantity and not fitted:
            message = stored(self.env)._(
                'The quantity %(sent)s of "%(name)s" is too small for Odoo to store. Raise the Decimal '
                'Accuracy of "Product Unit".',
                name=name,
                sent=f"{quantity:f}",
            )
            raise ExternalOrderError("invalid_payload", message)
        return fitted

    # ------------------------------------------------------------
    # Finding the reading
    # ------------------------------------------------------------

    @api.model
    def _find_reading(self, order, lines, terms, target):
        attempts = []
        for stated, total in self.env["external.order.charges"]._get_total_readings(order, target, terms):
            found, tried = self._find_taxes(stated, lines, terms, total)
            if found:
                return found
            attempts.append((stated, tried, terms, total))
        stated, tried, terms, total = next(attempt for attempt in attempts if attempt[0] is order)
        tried = self.env["external.order.computing"]._complete(tried, terms, total)
        message = self.env["external.order.mismatch"]._explain(stated, tried, terms, total)
        raise ExternalOrderError("amount_mismatch", message)

    @api.model
    def _find_taxes(self, order, lines, terms, target):
        """Return the `PricedOrder` that gives ``target``, or None, and the readings tried."""
        taxes = self.env["external.order.taxes"]
        found, tried = self._settle_likeliest(order, lines, terms, target, taxes._iter_readings)
        if not found:
            return None, tried
        if order.tax_percent is None or taxes._has_percent(found, order.tax_percent):
            return found, tried
        self._check_percent(order, found, target, terms)
        # The totals may allow several taxes, for example if prices include tax and Tax is not stated.
        stated, _tried = self._settle_likeliest(order, lines, terms, target, taxes._iter_stated_readings)
        if not stated or stated.tax == found.tax:
            return found, tried
        stated.warnings.append(taxes._warn_of_percent(order, found, stated, terms))
        return stated, tried

    @api.model
    def _settle_likeliest(self, order, lines, terms, target, iter_taxes):
        """Return the first reading that gives ``target`` with the likeliest taxes of the charges that allow it.

        With these taxes, a difference that rounding explains is likelier than an exact match with others: with several
        charges and taxes, an exact match can be chance, and if prices include tax, it proves nothing.

        :param iter_taxes: a method that returns an iterable of `TaxReading` for an order and terms
        :return: as `_settle_first`
        """
        if not order.charges:
            return self._settle_first(order, lines, terms, target, iter_taxes(order, terms), slice(None))
        tried = []
        for place in count():
            taxes_readings = iter_taxes(order, terms)
            settled, others = self._settle_first(order, lines, terms, target, taxes_readings, slice(place, place + 1))
            tried = sorted([*tried, *others], key=lambda priced: abs(priced.total - target))
            if settled or not others:
                return settled, tried

    @api.model
    def _settle_first(self, order, lines, terms, target, taxes_readings, charge_taxes):
        """Return the first reading that gives ``target`` exactly, else the first that does so except for rounding.

        :param taxes_readings: an iterable of `TaxReading`
        :param slice charge_taxes: which of the possible taxes of the charges to try
        :return: the `PricedOrder`, or None, and the other readings tried
        """
        tried = []
        for priced in self._iter_readings(order, lines, terms, target, taxes_readings, charge_taxes):
            settled = (
                not priced.is_far
                and self._rounds_to(priced.total, target, order, terms)
                and self._prove(order, priced, priced.total, target, terms)
            )
            if settled:
                return settled, tried
            tried.append(priced)
        tried.sort(key=lambda priced: abs(priced.total - target))
        for priced in tried:
            settled = not priced.is_far and self._prove(order, priced, target, target, terms)
            if settled and not self.env["external.order.charges"]._leaves_out(order, priced, target, terms):
                return settled, tried
        return None, tried

    @api.model
    def _iter_readings(self, order, lines, terms, target, taxes_readings, charge_taxes):
        """Yield ``lines`` priced under each reading of taxes, discounts and taxes of charges, the likeliest first."""
        computing, charges = self.env["external.order.computing"], self.env["external.order.charges"]
        discount_variants = discount_readings(order, terms.unit)
        sign = -1 if target < 0 else 1
        tried = set()
        for taxes in taxes_readings:
            # Often, the tax of TaxPercent is the own tax of every product.
            applied = (taxes.fiscal_position, *(taxes.choose(line).applied for line in lines if not line.charge))
            if applied in tried:
                continue
            tried.add(applied)
            line_variants = charges._get_tax_readings(order, lines, taxes.fiscal_position, terms, charge_taxes)
            for discounts in discount_variants:
                for taxed_lines in line_variants:
                    yield computing._compute(taxed_lines, discounts, taxes, terms, sign, target)

    @api.model
    @exact
    def _rounds_to(self, total, target, order, terms):
        """Return whether ``total`` is ``target``, or is rounded to it by the cash rounding of the Point of Sale."""
        if total == target:
            return True
        method, exact_part = terms.cash_rounding, ZERO
        if not method and order.grand_total is None:
            method = terms.cash_only_rounding
        elif not method and terms.paid_otherwise is not None:
            # Accept a rounded GrandTotal only if it was paid.
            paid = self.env["external.order.charges"]._get_paid(order, terms)
            method = abs(paid) >= abs(target) and terms.cash_only_rounding
            exact_part = terms.paid_otherwise
        # As in `pos.order`.
        return (
            bool(method)
            and exact_part + round_currency(decimal(method.round(float(total - exact_part))), terms.unit) == target
        )

    @api.model
    def _prove(self, order, priced, total, target, terms):
        """Return ``priced`` adjusted to ``total`` and the stated Tax if all totals agree, otherwise None.

        :param Decimal target: the total to match: ``total``, or ``total`` after cash rounding
        """
        if priced.discounts.after_tax * total < 0:
            return None  # the discounts exceed the cost of the order
        order = self._state_tax(order, priced, total, terms)
        stated = (order, priced.discounts, total, terms.unit)
        if not keeps_prices(*stated, prices_include_tax=terms.prices_include_tax):
            return None
        charge_taxes = self.env["external.order.computing"]._get_charge_taxes(priced)
        if not adds_up(*stated, prices_include_tax=terms.prices_include_tax, charge_taxes=charge_taxes):
            return None
        settled = self.env["external.order.rounding"]._settle(order, priced, total, terms)
        # If only cash is rounded, the order keeps its total and only the payment differs.
        return settled and replace(settled, total=target if terms.cash_rounding else total)

    @api.model
    def _check_percent(self, order, priced, total, terms):
        """Refuse an order whose prices include tax if its TaxPercent is not a rate in Odoo and nothing else states its
        tax: any tax would give its total.

        :param PricedOrder priced: the reading with the taxes of the products, which have another rate
        """
        if not terms.prices_include_tax or self._state_tax(order, priced, total, terms).tax is not None:
            return
        if not any(self.env["external.order.taxes"]._iter_stated_readings(order, terms)):
            message = self.env["external.order.mismatch"]._explain_percent(order, priced)
            raise ExternalOrderError("amount_mismatch", message)

    @api.model
    @exact
    def _state_tax(self, order, priced, total, terms):
        """Return ``order`` with its Tax: if only AmountTotal excludes tax, the missing Tax is the difference."""
        if not terms.prices_include_tax or order.tax is not None or order.amount_total is None or order.charges:
            return order
        if adds_up(order, priced.discounts, total, terms.unit, prices_include_tax=True):
            return order
        carried = sum((item.discount for item in order.items), ZERO)
        further = (ZERO, priced.discounts.total, priced.discounts.total - carried)
        rests = [round_currency(total + discount - order.amount_total, terms.unit) for discount in further]
        return replace(order, tax=min(rests, key=lambda tax: abs(tax - priced.tax)))
