from decimal import Decimal

from odoo import api, models

from ...lib.money import exact, round_currency
from ...tools.message_language import stored
from .external_order_charges import USUALLY_UNTAXED

ZERO = Decimal(0)


class ExternalOrderChargeSplit(models.AbstractModel):
    """Warns if an order's tax could also come from other charges than those that were taxed."""

    _name = "external.order.charge.split"
    _description = "External Order Charge Split"

    @api.model
    @exact
    def _warn_of_other_splits(self, order, priced, terms):
        """Return a warning if the charges, taxed in another way, give the same total and tax; "" if not.

        There is no doubt if each charge is taxed in its likeliest way: as its product or a TaxPercent says.

        :param OrderPayload order: as sent
        :param PricedOrder priced:
        """
        lines = [line for line in priced.lines if line.charge]
        if len({(line.product, line.charge.type) for line in lines if line.charge.tax_percent is None}) < 2:
            return ""
        charges = self.env["external.order.charges"]
        ways = charges._get_tax_readings(order, lines, priced.fiscal_position, terms)
        if all(self._is_same(line, other) for line, other in zip(lines, ways[0], strict=True)):
            return ""
        known = {}
        booked = self._compute(lines, priced, terms, known)
        fields = {}
        for way in ways[1:]:
            if not all(self._is_likely(line, other) for line, other in zip(lines, way, strict=True)):
                continue
            taxes = self._compute(way, priced, terms, known)
            if taxes != booked and sum(taxes) == sum(booked):
                for line, tax, other in zip(lines, booked, taxes, strict=True):
                    if tax != other:
                        fields[line.charge.field] = True
        if not fields:
            return ""
        return stored(self.env)._(
            "The order's totals agree with more than one way to tax its charges %(fields)s. The likelier one was "
            "booked. Check their taxes, or have the external system send the TaxPercent of each charge.",
            fields=", ".join(fields),
        )

    @api.model
    def _compute(self, lines, priced, terms, known):
        """Return the tax of each charge of ``lines``, which all have a `TaxChoice`, in units of the currency.

        :param dict known: those that were computed before, by the place of the charge and its taxes; gets the new ones
        """
        computing = self.env["external.order.computing"]
        keys = [(place, line.choice.applied) for place, line in enumerate(lines)]
        for key, line in zip(keys, lines, strict=True):
            if key not in known:
                tax = computing._compute_charge_tax(line, terms, priced.sign)
                known[key] = round_currency(tax, terms.unit)
        return [known[key] for key in keys]

    @api.model
    def _is_same(self, line, other):
        return line.choice.applied == other.choice.applied

    @api.model
    def _is_likely(self, line, other):
        """Return whether a charge may be taxed as ``other`` instead of as ``line``, which was booked.

        A charge keeps the tax of its own TaxPercent, and tips and roundings are not taxed.
        """
        if line.charge.tax_percent is not None or line.charge.type in USUALLY_UNTAXED:
            return self._is_same(line, other)
        return True
