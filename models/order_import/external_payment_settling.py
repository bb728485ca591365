from decimal import Decimal

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import decimal, round_currency
from ...tools.message_language import amount_text, for_reader
from .outcome import Warn

ZERO = Decimal(0)


class ExternalPaymentSettling(models.AbstractModel):
    """Decides whether an order is paid, and what was given back."""

    _name = "external.payment.settling"
    _description = "External Payment Settling"

    @api.model
    def _settle_payments(self, sync, order, total, methods):
        """Return the payments of an order that totals ``total``, change included, and warnings.

        Change is a negative cash payment, as `pos.order._process_payment_lines` records it. A return gives no change:
        it is paid back exactly.

        :param OrderPayload order:
        :param Decimal total: in the currency of the Point of Sale
        :param dict methods: what `external.payment.matching` found
        :return: a list of dicts (``amount`` as Decimal, ``payment_method``, further fields of ``pos.payment``), and a
            list of texts
        :raise ExternalOrderError: ``not_fully_paid`` or ``payment_not_found``
        """
        currency = sync.pos_config_id.currency_id
        unit = decimal(currency.rounding)
        payments, warnings = self._match(order, methods, unit)
        paid = sum((payment["amount"] for payment in payments), ZERO)
        dues = self._get_dues(sync, payments, total)
        if order.balance is not None and round_currency(order.balance, unit) > 0:
            balance = amount_text(currency, order.balance)
            raise self._get_not_paid_error(
                for_reader(self.env)._("BalanceAmount, what is still to be paid, is %s", balance)
            )
        if paid in dues:
            return payments, warnings
        due = dues[-1] if paid > dues[-1] else total
        if paid > due >= 0:
            return [*payments, self._prepare_change(sync, due - paid)], warnings
        raise self._get_not_paid_error(
            for_reader(self.env)._(
                "GrandTotal is %(total)s, but its payments sum up to %(paid)s",
                total=amount_text(currency, total),
                paid=amount_text(currency, paid),
            )
        )

    @api.model
    def _match(self, order, methods, unit):
        """Return the values of the order's payments, in multiples of ``unit``, and what was guessed."""
        values, warnings = [], []
        paid = rounded = ZERO
        for payment in order.payments:
            match = methods[payment.card_type, payment.payment_mode]
            if isinstance(match, ExternalOrderError):
                raise match
            method, warning = match
            warnings += [Warn(warning, "payment_guessed")] if warning else []
            # The sum is rounded and not each part, so that parts of a cent neither appear nor get lost.
            paid += payment.amount
            amount = round_currency(paid, unit) - rounded
            rounded += amount
            values.append(self._prepare_payment(payment, method, amount))
        return values, warnings

    @api.model
    def _prepare_payment(self, payment, method, amount):
        """Return the values of one ``pos.payment``; of a card number only the last four digits are known here."""
        return {
            "amount": amount,
            "payment_method": method,
            "card_type": payment.card_type or False,
            "card_no": payment.card_last4 or False,
            "payment_ref_no": payment.reference or False,
        }

    @api.model
    def _get_dues(self, sync, payments, total):
        """Return the amounts that pay ``total``; change is reckoned from the last one.

        The total itself always does, as not every external system rounds. Where the Point of Sale rounds, the rounded
        total does too; and where it rounds cash only, the total of which the cash part is rounded, as in the register.
        """
        config = sync.pos_config_id
        cash = [payment for payment in payments if payment["payment_method"].is_cash_count]
        if not config.cash_rounding or (config.only_round_cash_method and not cash):
            return [total]
        dues = [total, self._round_cash(config, total)]
        if config.only_round_cash_method:
            by_card = sum((payment["amount"] for payment in payments if payment not in cash), ZERO)
            dues.append(by_card + self._round_cash(config, total - by_card))
        return dues

    @api.model
    def _round_cash(self, config, amount):
        return round_currency(
            decimal(config.rounding_method.round(float(amount))), decimal(config.currency_id.rounding)
        )

    @api.model
    def _prepare_change(self, sync, amount):
        matching = self.env["external.payment.matching"]
        cash = sync.pos_config_id.payment_method_ids.filtered(
            lambda method: method.is_cash_count and matching._can_take_any_payment(method)
        )[:1]
        if not cash:
            raise ExternalOrderError(
                "payment_not_found",
                for_reader(self.env)._(
                    "More was paid than the order costs, but %(pos)s has no cash method that could record the change. "
                    "Add one to the Point of Sale.",
                    pos=sync.pos_config_id.name,
                ),
            )
        return {"amount": amount, "payment_method": cash, "name": self.env._("return"), "is_change": True}

    @api.model
    def _get_not_paid_error(self, reason):
        return ExternalOrderError(
            "not_fully_paid",
            for_reader(self.env)._(
                "The order is not fully paid: %(reason)s. It is imported when the external system sends it paid.",
                reason=reason,
            ),
        )
