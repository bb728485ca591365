from decimal import Decimal

from odoo import api, models

from ...lib.money import exact, round_currency
from ...lib.order.discounts import discount_readings
from ...lib.order.totals import adds_up, field_of, item_nets
from ...tools.message_language import amount_text, name_text, stored
from ...tools.stored_text import joined

ZERO = Decimal(0)


class ExternalOrderMismatch(models.AbstractModel):
    """Explains why no reading of taxes and discounts gives the order's stated totals, and how to fix it."""

    _name = "external.order.mismatch"
    _description = "External Order Mismatch"

    @api.model
    @exact
    def _explain(self, order, tried, terms, target):
        """Return a sentence that says which amounts contradict each other and the likeliest reason.

        :param tried: the `PricedOrder` of each reading, the closest first; it may be empty
        """
        env = stored(self.env)
        if excess := self._explain_excess(order, terms):
            return excess
        if mistake := self.env["external.order.wrong.totals"]._explain(order, tried, terms, target):
            return mistake
        if hint := self._explain_included_tax(order, tried, terms, target):
            return hint
        same_total = [priced for priced in tried if priced.total == target]
        tax = None if order.tax is None else round_currency(order.tax, terms.unit)
        agreeing = [
            priced
            for priced in same_total
            if tax not in (None, priced.tax)
            and adds_up(
                order,
                priced.discounts,
                target,
                terms.unit,
                prices_include_tax=terms.prices_include_tax,
                charge_taxes=self.env["external.order.computing"]._get_charge_taxes(priced),
            )
        ]
        if agreeing:
            reason = env._(
                "The order's total of %(total)s is right, but its Tax is %(theirs)s, while Odoo computes %(ours)s.",
                total=amount_text(terms.currency, target),
                theirs=amount_text(terms.currency, tax),
                ours=amount_text(terms.currency, agreeing[0].tax),
            )
            return joined(reason, self._get_tax_advice(order, terms))
        if contradiction := self._explain_contradiction(order, terms, target):
            return contradiction
        if same_total and order.amount_total is not None:
            return self._explain_subtotal(order, terms)
        if same_total:
            return self._explain_prices(order, same_total[0].discounts, terms, target)
        return self._explain_total(order, tried, terms, target)

    @api.model
    def _explain_excess(self, order, terms):
        """Return a message if AmountDiscount is more than the order's items cost."""
        gross = sum((item.gross for item in order.items), ZERO)
        discount = order.discount or ZERO
        if discount * gross <= 0 or abs(discount) < abs(gross) + terms.unit:
            return ""
        return stored(self.env)._(
            "The order's AmountDiscount (%(discount)s) is more than its items cost (%(gross)s). The external system "
            "has to correct the order.",
            discount=amount_text(terms.currency, abs(discount)),
            gross=amount_text(terms.currency, abs(gross)),
        )

    @api.model
    def _explain_included_tax(self, order, tried, terms, target):
        """Return a message if the prices alone give the total, although the order is taxed."""
        if terms.prices_include_tax or order.prices_exclude_tax or not self._costs(order, terms, target):
            return ""
        env = stored(self.env)
        if order.tax:
            return env._(
                "The prices of the order already add up to its total of %(total)s without its Tax of %(tax)s, so "
                "they seem to include tax. If so, switch on Prices Include Tax in the synchronization, then press "
                "Retry.",
                total=amount_text(terms.currency, target),
                tax=amount_text(terms.currency, order.tax),
            )
        taxed = [priced for priced in tried if priced.tax]
        if order.tax is not None or not taxed:
            return ""
        return env._(
            "The prices of the order already add up to its total of %(total)s, but with the taxes in Odoo it totals "
            "%(ours)s. If the prices include tax, switch on Prices Include Tax in the synchronization; otherwise, "
            "correct the sale taxes of its products. Then press Retry.",
            total=amount_text(terms.currency, target),
            ours=amount_text(terms.currency, taxed[0].total),
        )

    @api.model
    def _explain_percent(self, order, priced):
        """Return the message for a TaxPercent for which there is no sale tax, if nothing else states the tax."""
        taxes = {data["tax"] for line in priced.lines for data in line.base_line["tax_details"]["taxes_data"]}
        env = stored(self.env)
        return env._(
            "The order's TaxPercent is %(percent)s %%, but its products have %(taxes)s and the company has no sale tax "
            "of that rate. Create it, or correct the taxes of the products, then press Retry.",
            percent=f"{order.tax_percent.normalize():f}",
            taxes=joined(*sorted(map(name_text, taxes)), by=", ") if taxes else env._("no tax"),
        )

    @api.model
    def _explain_contradiction(self, order, terms, target):
        """Return by how much the stated totals contradict each other, and which field may explain it."""
        unit = terms.unit
        if order.grand_total is None or order.amount_total is None or order.tax is None:
            return ""
        carried = sum((item.discount for item in order.items), ZERO)
        subtotal, tax = round_currency(order.amount_total, unit), round_currency(order.tax, unit)
        discount = round_currency(order.discount or carried, unit)
        charges = round_currency(sum((charge.amount for charge in order.charges), ZERO), unit)
        candidates = {subtotal - discount + tax, subtotal - discount + carried + tax, subtotal + tax - carried}
        if not carried:
            candidates = {subtotal - discount + tax}
        if terms.prices_include_tax:
            candidates |= {subtotal - discount, subtotal}
        if target in candidates or target - charges in candidates:
            return ""
        # AmountTotal may contain the charges, but the message says what it usually does.
        stated = min(candidates, key=lambda amount: abs(amount + charges - target)) + charges
        env = stored(self.env)
        amounts = {
            name: amount_text(terms.currency, amount)
            for name, amount in {
                "subtotal": subtotal,
                "discount": discount,
                "charges": charges,
                "tax": tax,
                "stated": stated,
                "total": target,
            }.items()
        }
        if order.charges:
            message = env._(
                "The order contradicts itself: AmountTotal %(subtotal)s, discounts %(discount)s, Tax %(tax)s and "
                "charges %(charges)s add up to %(stated)s, but GrandTotal is %(total)s.",
                **amounts,
            )
        else:
            message = env._(
                "The order contradicts itself: AmountTotal %(subtotal)s, discounts %(discount)s and Tax %(tax)s add "
                "up to %(stated)s, but GrandTotal is %(total)s.",
                **amounts,
            )
        if carried and target == round_currency(subtotal + carried + tax, unit):
            advice = env._(
                "GrandTotal only agrees if the DiscountAmount of the items is added. A DiscountAmount is always "
                "subtracted, whatever its sign. The external system has to send a surcharge as an item."
            )
            return joined(message, advice)
        return joined(message, self._get_difference_advice(order, target - stated, terms))

    @api.model
    def _explain_subtotal(self, order, terms):
        gross = round_currency(sum((item.gross for item in order.items), ZERO), terms.unit)
        message = stored(self.env)._(
            "AmountTotal is %(theirs)s, but the order's items add up to %(ours)s.",
            theirs=amount_text(terms.currency, order.amount_total),
            ours=amount_text(terms.currency, gross),
        )
        difference = round_currency(order.amount_total, terms.unit) - gross
        return joined(message, self._get_difference_advice(order, difference, terms))

    @api.model
    def _explain_prices(self, order, discounts, terms, target):
        """Return a message for items and charges whose exact cost differs from the total, although Odoo's rounding
        gives that total."""
        cost = round_currency(sum(item_nets(order, discounts), -discounts.after_tax), terms.unit)
        tax = ZERO if terms.prices_include_tax or order.tax is None else round_currency(order.tax, terms.unit)
        env = stored(self.env)
        amounts = {
            "ours": amount_text(terms.currency, cost + tax),
            "theirs": amount_text(terms.currency, target),
        }
        if order.charges:
            message = env._("The order's items and charges cost %(ours)s, but its total is %(theirs)s.", **amounts)
        else:
            message = env._("The order's items cost %(ours)s, but its total is %(theirs)s.", **amounts)
        return joined(message, self._get_difference_advice(order, target - cost - tax, terms))

    @api.model
    def _explain_total(self, order, tried, terms, target):
        env = stored(self.env)
        if not tried:
            return env._(
                "The order's AmountDiscount (%(discount)s) cannot be distributed over its items. The external "
                "system has to send a different AmountDiscount, or the discounts of the items.",
                discount=amount_text(terms.currency, order.discount or ZERO),
            )
        field = "GrandTotal" if order.grand_total is not None else "AmountPaid"
        message = env._(
            "The order's %(field)s is %(theirs)s, but with the taxes in Odoo it totals %(ours)s.",
            field=field,
            theirs=amount_text(terms.currency, target),
            ours=amount_text(terms.currency, tried[0].total),
        )
        difference = target - tried[0].total
        name = field_of(order, difference, terms.unit)
        if name and name != "Tax":
            return joined(message, self._get_field_advice(order, name, difference, terms))
        if not order.tax and not order.tax_percent and not any(priced.tax for priced in tried):
            return joined(message, self._get_difference_advice(order, difference, terms))
        return joined(message, self._get_tax_advice(order, terms))

    @api.model
    def _get_difference_advice(self, order, difference, terms):
        if name := field_of(order, difference, terms.unit):
            return self._get_field_advice(order, name, difference, terms)
        return stored(self.env)._(
            "A difference of %(difference)s remains unexplained. The external system has to correct the order.",
            difference=amount_text(terms.currency, abs(difference)),
        )

    @api.model
    def _get_field_advice(self, order, name, difference, terms):
        env = stored(self.env)
        charge = next((charge for charge in order.charges if charge.field == name), None)
        if charge:
            return self._get_charge_advice(charge, difference, terms)
        return env._(
            "The difference of %(difference)s is the amount of %(field)s. If it belongs to the total, the external "
            "system has to send it as an item.",
            difference=amount_text(terms.currency, abs(difference)),
            field=name,
        )

    @api.model
    def _get_charge_advice(self, charge, difference, terms):
        """Return the advice if the stated totals differ by the amount of a charge."""
        env = stored(self.env)
        known = {"field": charge.field, "amount": amount_text(terms.currency, charge.amount)}
        if difference * charge.amount > 0:
            return env._(
                "%(field)s is %(amount)s, but the total seems to contain it twice. The external system must not send a "
                "charge as an item as well.",
                **known,
            )
        if charge.type == "tip":
            return env._(
                "%(field)s is %(amount)s, but neither the total nor the payments contain it. The external system has "
                "to send the payment of the tip, or no tip.",
                **known,
            )
        return env._(
            "%(field)s is %(amount)s, but the total does not contain it. The external system has to add it to the "
            "total, or leave it out of the order.",
            **known,
        )

    @api.model
    def _costs(self, order, terms, target):
        """Return whether the prices alone, less the discounts of one reading, add up to the total."""
        return any(
            round_currency(sum(item_nets(order, discounts), ZERO) - discounts.after_tax, terms.unit) == target
            for discounts in discount_readings(order, terms.unit)
        )

    @api.model
    def _get_tax_advice(self, order, terms):
        """Return the advice to compare the taxes, naming rates for which the company has no sale tax."""
        retry = stored(self.env)._("Correct the taxes that differ, then press Retry.")
        return joined(self._get_comparing_advice(order), *self._get_missing_rates(order, terms), retry)

    @api.model
    def _get_missing_rates(self, order, terms):
        stated = [("TaxPercent", order.tax_percent)]
        stated += [(charge.field.replace("Amount", "TaxPercent"), charge.tax_percent) for charge in order.charges]
        return [
            stored(self.env)._(
                "%(field)s is %(percent)s %%, but Odoo has no sale tax of %(percent)s %%.",
                field=field,
                percent=f"{percent.normalize():f}",
            )
            for field, percent in stated
            if percent and not self.env["external.order.taxes"]._get_company_taxes(terms, percent)
        ]

    @api.model
    def _get_comparing_advice(self, order):
        env = stored(self.env)
        percent = env._("not sent") if order.tax_percent is None else f"{order.tax_percent.normalize():f} %"
        if order.charges:
            return env._(
                "Compare the sale taxes of its products, those of the products of its charges (%(fields)s), and its "
                "TaxPercent (%(percent)s) with the taxes in the external system.",
                fields=", ".join(dict.fromkeys(charge.field for charge in order.charges)),
                percent=percent,
            )
        return env._(
            "Compare the sale taxes of its products and its TaxPercent (%(percent)s) with the taxes in the "
            "external system.",
            percent=percent,
        )
