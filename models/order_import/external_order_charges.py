from dataclasses import replace
from decimal import Decimal
from itertools import islice, product

from odoo import api, models

from ...lib.money import decimal, exact, round_currency
from ...tools.message_language import amount_text, product_text, stored
from .priced_order import ChargeProduct, Line, TaxChoice
from .service_product import service_product

ZERO = Decimal(0)
# Each type of charge, and the name of the product that installation creates for it.
CHARGE_PRODUCTS = {
    "service": "Service Charge",
    "delivery": "Delivery Charge",
    "tip": "Tip",
    "packaging": "Packaging Charge",
    "deposit": "Deposit",
    "rounding": "Rounding",
    "other": "Other Charge",
}
# Charges of these types usually have no tax, whatever the items have.
USUALLY_UNTAXED = ("tip", "rounding")
# Maximum number of ways to tax the charges of one order that are tried: every mixture of three charges with three
# possibilities each. Fewer are tried for a long order, to limit the number of lines to compute.
MAX_READINGS = 27
MAX_LINES_TO_COMPUTE = 20_000
# The largest amount, in smallest units of the currency, that counts as rounding if the POS does not round cash.
MAX_ROUNDING_UNITS = 100


class ExternalOrderCharges(models.AbstractModel):
    """Turns the charges of an external order into lines: services, deliveries, tips, deposits, rounding and others."""

    _name = "external.order.charges"
    _description = "External Order Charges"

    # ------------------------------------------------------------
    # Lines
    # ------------------------------------------------------------

    @api.model
    def _leave_out_nothing(self, order, terms):
        """Return an order without charges that are 0 in its currency; they would become lines that cost nothing."""
        kept = tuple(charge for charge in order.charges if round_currency(charge.amount, terms.unit))
        return order if len(kept) == len(order.charges) else replace(order, charges=kept)

    @api.model
    @exact
    def _prepare_lines(self, sync, order, terms, sign):
        """Return a `Line` for each charge of an order, still without taxes.

        As in the register, a line has quantity 1 or, in a return, -1; money off in a sale has a price below 0.

        :param sync: the ``external.order.sync``
        :param OrderPayload order:
        :param PricingTerms terms:
        :param int sign: -1 for a return
        """
        lines = []
        for charge in order.charges:
            charge_product = self._get_charge_product(sync, charge.type, terms).product
            name = charge.name or charge_product.display_name
            lines.append(
                Line(charge_product, name, Decimal(sign), sign * charge.amount + ZERO, None, None, charge=charge)
            )
        return lines

    @api.model
    def _get_charge_product(self, sync, charge_type, terms):
        """Return the `ChargeProduct` of a type: the one chosen for the synchronization, else the Point of Sale's tip
        product for tips, else the addon's.
        """
        products = terms.charge_products
        if not products:
            products.update(
                (choice.type, ChargeProduct(choice.product_id, is_chosen=True)) for choice in sync.charge_product_ids
            )
            if terms.config.tip_product_id:
                products.setdefault("tip", ChargeProduct(terms.config.tip_product_id))
        if charge_type not in products:
            products[charge_type] = ChargeProduct(self._get_default_product(charge_type))
        return products[charge_type]

    @api.model
    def _get_default_product(self, charge_type):
        return service_product(
            self.env, f"external_order_sync.product_charge_{charge_type}", CHARGE_PRODUCTS[charge_type]
        )

    @api.model
    def _prepare_tip_values(self, order):
        """Return the values of a ``pos.order`` about its tip, as the register sets them; none without a tip."""
        tips = [charge.amount for charge in order.charges if charge.type == "tip"]
        return {"is_tipped": True, "tip_amount": float(sum(tips, ZERO))} if tips else {}

    # ------------------------------------------------------------
    # Taxes
    # ------------------------------------------------------------

    @api.model
    def _get_tax_readings(self, order, lines, fiscal_position, terms, which=slice(None)):
        """Return ``lines`` once for each possibility to tax the charges among them, the likeliest first.

        Charges of one type and tax rate are taxed alike.

        :param OrderPayload order:
        :param fiscal_position: the ``account.fiscal.position`` of the reading of the items' taxes
        :param slice which: the possibilities to return
        :return: a list of lists of `Line`
        """
        if not order.charges:
            return [lines][which]
        choices = {
            (line.product, line.charge.type, line.charge.tax_percent): self._get_choices(
                order, line, fiscal_position, terms
            )
            for line in lines
            if line.charge
        }
        return [
            [
                replace(line, choice=chosen[line.product, line.charge.type, line.charge.tax_percent])
                if line.charge
                else line
                for line in lines
            ]
            for chosen in self._combine(choices, min(MAX_READINGS, MAX_LINES_TO_COMPUTE // len(lines)))[which]
        ]

    @api.model
    def _combine(self, choices, most):
        """Return a choice for each key of ``choices``, in at most ``most`` ways, the likeliest first.

        The TaxPercent that a charge states itself is varied last. For the other charges, the likeliest choice for all
        comes first, then no tax for any, then the second likeliest for all and so on, then mixtures.

        :param dict choices: the `TaxChoice` list by (product, type, own TaxPercent)
        """
        # The last keys vary first.
        choices = dict(sorted(choices.items(), key=lambda item: item[0][2] is None))
        free = [(key[2] is None, options) for key, options in choices.items()]
        alike = [
            tuple(min(place, len(options) - 1) if is_free else 0 for is_free, options in free)
            for place in range(max(map(len, choices.values())))
        ]
        untaxed = tuple(
            [not choice.applied for choice in options].index(True) if is_free else 0 for is_free, options in free
        )
        mixed = islice(product(*(range(len(options)) for options in choices.values())), most)
        return [
            {key: options[place] for (key, options), place in zip(choices.items(), places, strict=True)}
            for places in list(dict.fromkeys([alike[0], untaxed, *alike, *mixed]))[: max(most, len(alike))]
        ]

    @api.model
    def _get_choices(self, order, line, fiscal_position, terms):
        """Return the possible `TaxChoice` of a charge, the likeliest first.

        They are the taxes of its product, the company's tax of its own TaxPercent or else of the order's, and none. Its
        own TaxPercent comes first; so does the order's if no user has chosen the product or given it a tax.
        """
        charge = line.charge
        percent = order.tax_percent if charge.tax_percent is None else charge.tax_percent
        key = (line.product, charge.type, charge.tax_percent is None, percent, fiscal_position)
        if key not in terms.charge_choices:
            taxes = self.env["external.order.taxes"]._get_product_taxes(line.product, terms.company)
            own = TaxChoice(taxes, fiscal_position.map_tax(taxes))
            choices = [own, TaxChoice(taxes.browse(), taxes.browse())]
            is_own_likelier = charge.tax_percent is None and (
                charge.type in USUALLY_UNTAXED or own.applied or terms.charge_products[charge.type].is_chosen
            )
            if by_percent := self._get_percent_choice(percent, line.product, fiscal_position, terms):
                choices.insert(1 if is_own_likelier else 0, by_percent)
            different = {}
            for choice in choices:
                different.setdefault(choice.applied, choice)
            terms.charge_choices[key] = list(different.values())
        return terms.charge_choices[key]

    @api.model
    def _get_percent_choice(self, percent, product, fiscal_position, terms):
        """Return the `TaxChoice` of the company's sale tax of ``percent`` for a product, or None if an order in this
        fiscal position cannot have it.
        """
        if percent is None:
            return None
        tax = self.env["external.order.taxes"]._get_tax_of_percent(terms, percent, product)
        applied = fiscal_position.map_tax(tax)
        if (percent and not tax) or sum(map(decimal, applied.mapped("amount")), ZERO) != percent:
            return None
        return TaxChoice(tax, applied)

    # ------------------------------------------------------------
    # Tips on top of the total
    # ------------------------------------------------------------

    @api.model
    @exact
    def _get_total_readings(self, order, target, terms):
        """Return pairs of order and total to match, the likelier first: as stated, and with a tip on top of GrandTotal.

        A tip can be on top only if it was paid: then GrandTotal is increased by the tip.
        """
        tip = sum((charge.amount for charge in order.charges if charge.type == "tip"), ZERO)
        if order.grand_total is None or tip * target <= 0:
            return [(order, target)]
        on_top = replace(order, grand_total=order.grand_total + tip)
        total = round_currency(on_top.grand_total, terms.unit)
        paid = self._get_paid(order, terms)
        if paid == total:
            return [(on_top, total), (order, target)]
        return [(order, target), (on_top, total)] if paid > total > 0 else [(order, target)]

    @api.model
    def _get_paid(self, order, terms):
        return round_currency(sum((payment.amount for payment in order.payments), ZERO), terms.unit)

    # ------------------------------------------------------------
    # Charges that the total leaves out
    # ------------------------------------------------------------

    @api.model
    @exact
    def _leaves_out(self, order, priced, target, terms):
        """Return whether ``target`` is exactly the total without a charge. Rounding the unstated tax in another way is
        then not accepted as an explanation.

        Charges that are roundings themselves are exempt, because they may be that small.

        :param OrderPayload order:
        :param PricedOrder priced: as Odoo computes it, with another total than ``target``
        """
        if order.tax is not None or terms.prices_include_tax:
            return False
        computing = self.env["external.order.computing"]
        for left_out in priced.lines:
            if not left_out.charge or left_out.charge.type == "rounding":
                continue
            costs = priced.sign * (computing._net(left_out.base_line) + computing._tax(left_out.base_line))
            if abs(priced.total - costs - target) > terms.unit:
                continue
            others = [replace(line, base_line=dict(line.base_line)) for line in priced.lines if line is not left_out]
            without = computing._total(others, priced.fiscal_position, priced.discounts, terms, priced.sign)
            if without.total == target:
                return True
        return False

    # ------------------------------------------------------------
    # Warnings
    # ------------------------------------------------------------

    @api.model
    @exact
    def _get_warnings(self, order, priced, terms):
        """Return what is doubtful about the charges of a priced order, as texts.

        :param OrderPayload order: as sent
        :param PricedOrder priced:
        """
        texts = []
        for line in priced.lines:
            if line.charge:
                texts += filter(
                    None,
                    (
                        self._warn_of_rounding(line.charge, terms),
                        self._warn_of_percent(line, terms),
                        self._warn_of_unknown_tax(order, line, priced, terms),
                    ),
                )
        texts += filter(
            None,
            [
                self._warn_of_change(order, priced, terms),
                self.env["external.order.charge.split"]._warn_of_other_splits(order, priced, terms),
            ],
        )
        return texts

    @api.model
    def _warn_of_rounding(self, charge, terms):
        method = terms.cash_rounding or terms.cash_only_rounding
        most = max(decimal(method.rounding) if method else ZERO, MAX_ROUNDING_UNITS * terms.unit)
        if charge.type != "rounding" or abs(charge.amount) <= most:
            return ""
        return stored(self.env)._(
            "%(field)s (%(amount)s) was booked as rounding, but it is too large for that. Find out what it is. If it "
            "is a charge, the external system has to send it as one.",
            field=charge.field,
            amount=amount_text(terms.currency, charge.amount),
        )

    @api.model
    def _warn_of_percent(self, line, terms):
        percent, details = line.charge.tax_percent, line.base_line["tax_details"]
        taxes = self.env["external.order.taxes"]
        if percent is None:
            return ""
        if taxes._has_rate(details, float(percent)) if percent else not taxes._is_taxed(details):
            return ""
        return stored(self.env)._(
            "The TaxPercent of %(field)s is %(percent)s %%, but the order's totals only agree with another tax. That "
            "tax was booked.",
            field=line.charge.field,
            percent=f"{percent.normalize():f}",
        )

    @api.model
    def _warn_of_unknown_tax(self, order, line, priced, terms):
        """Warn if nothing says whether a charge contains tax: neither the order nor a user."""
        charge = line.charge
        is_stated = any(figure is not None for figure in (order.tax, order.tax_percent, charge.tax_percent))
        is_chosen = line.taxes or terms.charge_products[charge.type].is_chosen
        is_matter_of_course = charge.type in USUALLY_UNTAXED or not priced.tax or not terms.prices_include_tax
        if is_stated or is_chosen or is_matter_of_course:
            return ""
        return stored(self.env)._(
            "%(field)s (%(amount)s) was booked without tax, because neither the order nor the product %(product)s says "
            "whether it contains any. Set the taxes of the product, or choose the product in the synchronization.",
            field=charge.field,
            amount=amount_text(terms.currency, charge.amount),
            product=product_text(line.product),
        )

    @api.model
    def _warn_of_change(self, order, priced, terms):
        """Warn if more was paid than GrandTotal and a tip on top of it: the excess becomes change."""
        paid = self._get_paid(order, terms)
        if not order.charges or order.grand_total is None or paid == priced.total:
            return ""
        tips = sum((charge.amount for charge in order.charges if charge.type == "tip"), ZERO)
        if not tips or priced.total != round_currency(order.grand_total + tips, terms.unit):
            return ""
        return stored(self.env)._(
            "The tip of %(tip)s was added to GrandTotal, and what was paid beyond both is change. Check whether all of "
            "it was given back.",
            tip=amount_text(terms.currency, tips),
        )
