from decimal import Decimal

from odoo import api, models

from ...lib.money import decimal, exact, round_currency
from ...tools.message_language import amount_text, stored

ZERO = Decimal(0)


class ExternalOrderWrongTotals(models.AbstractModel):
    """Recognizes usual mistakes in the totals of a refused order. Each has to explain the whole difference."""

    _name = "external.order.wrong.totals"
    _description = "External Order Wrong Totals"

    @api.model
    @exact
    def _explain(self, order, tried, terms, target):
        """Return a message that names the mistake and what to send instead, or "" if none is recognized.

        :param OrderPayload order:
        :param tried: the `PricedOrder` of each reading, the closest first; it may be empty
        :param PricingTerms terms:
        :param Decimal target: the total to match
        """
        explanations = (
            self._explain_commas(order, terms),
            self._explain_sign(tried, terms, target),
            self._explain_voided(order, tried, terms, target),
            self._explain_charge(order, tried, terms, target),
            self._explain_change(order, tried, terms, target),
            self._explain_subtotal(order, tried, terms, target),
            self._explain_discount(order, tried, terms, target),
        )
        return next(filter(None, explanations), "")

    @api.model
    def _agrees(self, order, priced, terms):
        """Return whether the Tax of a reading is the one stated, if any."""
        return order.tax is None or round_currency(order.tax, terms.unit) == priced.tax

    @api.model
    def _explain_commas(self, order, terms):
        """Explain that "1,500" may be 1.5 in a currency with three decimals."""
        if terms.currency.decimal_places < 3 or not order.ambiguous:
            return ""
        return stored(self.env)._(
            "The order's totals do not agree, and %(fields)s has a comma that may separate thousands or decimals. The "
            "external system has to send it without the comma.",
            fields=", ".join(order.ambiguous),
        )

    @api.model
    def _explain_sign(self, tried, terms, target):
        """Explain that a return has the totals of a sale, or a sale those of a return."""
        if not target or not any(priced.total == -target for priced in tried):
            return ""
        env = stored(self.env)
        total = amount_text(terms.currency, target)
        if target > 0:
            return env._(
                "The items are a return, because their Quantity or Price is below 0, but the order's total is "
                "%(total)s. In a return, the external system has to send all totals and payments below 0.",
                total=total,
            )
        return env._(
            "The items are a sale, because their Quantity and Price are above 0, but the order's total is %(total)s. "
            "In a return, the external system has to send the Quantity of each item below 0.",
            total=total,
        )

    @api.model
    def _explain_voided(self, order, tried, terms, target):
        """Explain that the total still contains a voided item."""
        rates = {
            decimal(data["tax"].amount) for priced in tried for line in priced.lines
            for data in line.base_line["tax_details"]["taxes_data"]
        } | {ZERO, order.tax_percent or ZERO}  # fmt: skip
        if terms.prices_include_tax:
            rates = {ZERO}
        for path, amount in order.voided:
            amounts = {round_currency(amount * (100 + rate) / 100, terms.unit) for rate in rates}
            if amount and any(target - priced.total in amounts for priced in tried):
                return stored(self.env)._(
                    "The order's total of %(total)s still contains %(field)s (%(amount)s), which was voided. The "
                    "external system has to take voided items out of all totals.",
                    total=amount_text(terms.currency, target),
                    field=path,
                    amount=amount_text(terms.currency, amount),
                )
        return ""

    @api.model
    def _explain_charge(self, order, tried, terms, target):
        """Explain that the total lacks one of the charges."""
        for priced in tried:
            for line in priced.lines:
                if not line.charge or line.charge.type == "tip":
                    continue
                tax = sum(decimal(data["tax_amount_currency"]) for data in line.base_line["tax_details"]["taxes_data"])
                left_out = line.charge.amount + priced.sign * tax
                is_tax_stated = order.tax is None or round_currency(order.tax, terms.unit) in (
                    priced.tax,
                    priced.tax - round_currency(priced.sign * tax, terms.unit),
                )
                if is_tax_stated and round_currency(priced.total - left_out, terms.unit) == target:
                    return self.env["external.order.mismatch"]._get_charge_advice(line.charge, -left_out, terms)
        return ""

    @api.model
    def _explain_change(self, order, tried, terms, target):
        """Explain that payments may include change, but GrandTotal is missing, which would show how much."""
        if order.grand_total is not None or (order.tax is None and order.amount_total is None):
            return ""
        for priced in tried:
            if 0 < priced.total < target and self._agrees(order, priced, terms):
                return stored(self.env)._(
                    "The order has no GrandTotal, so the amount paid (%(paid)s) was taken as its total, but its items "
                    "and charges cost %(ours)s. If the rest is change, the external system has to send GrandTotal, or "
                    "payments without the change.",
                    paid=amount_text(terms.currency, target),
                    ours=amount_text(terms.currency, priced.total),
                )
        return ""

    @api.model
    def _explain_subtotal(self, order, tried, terms, target):
        """Explain that AmountTotal contains the Tax."""
        if terms.prices_include_tax or not order.tax or order.amount_total is None:
            return ""
        gross = sum((item.gross for item in order.items), ZERO)
        carried = sum((item.discount for item in order.items), ZERO)
        charges = sum((charge.amount for charge in order.charges), ZERO)
        rest = round_currency(order.amount_total - order.tax, terms.unit)
        subtotals = {
            round_currency(amount + further, terms.unit)
            for amount in (gross, gross - carried, gross - (order.discount or ZERO))
            for further in (ZERO, charges)
        }
        is_right = any(priced.total == target and self._agrees(order, priced, terms) for priced in tried)
        if rest not in subtotals or not is_right:
            return ""
        return stored(self.env)._(
            "AmountTotal is %(subtotal)s and contains the Tax of %(tax)s, but the order's prices do not include tax. "
            "The external system has to send AmountTotal without tax: %(rest)s.",
            subtotal=amount_text(terms.currency, order.amount_total),
            tax=amount_text(terms.currency, order.tax),
            rest=amount_text(terms.currency, rest),
        )

    @api.model
    def _explain_discount(self, order, tried, terms, target):
        """Explain that AmountDiscount is already taken off AmountTotal, or is not taken off GrandTotal."""
        discount = order.discount
        if not discount or order.amount_total is None or any(item.discount for item in order.items):
            return ""
        gross = sum((item.gross for item in order.items), ZERO)
        subtotal = round_currency(order.amount_total, terms.unit)
        env = stored(self.env)
        amounts = {
            "subtotal": amount_text(terms.currency, subtotal),
            "discount": amount_text(terms.currency, abs(discount)),
            "gross": amount_text(terms.currency, gross),
            "total": amount_text(terms.currency, target),
        }
        if subtotal == round_currency(gross - discount, terms.unit):
            return env._(
                "AmountTotal is %(subtotal)s, so AmountDiscount (%(discount)s) is already taken off it. The external "
                "system has to send AmountTotal before AmountDiscount: %(gross)s.",
                **amounts,
            )
        tax = ZERO if terms.prices_include_tax or order.tax is None else round_currency(order.tax, terms.unit)
        charges = sum((charge.amount for charge in order.charges), ZERO)
        if target == round_currency(gross + tax + charges, terms.unit):
            return env._(
                "AmountDiscount (%(discount)s) is not taken off the order's total of %(total)s. The external system "
                "has to take it off, or leave it out of the order.",
                **amounts,
            )
        return ""
