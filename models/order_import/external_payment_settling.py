from decimal import Decimal

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import decimal, round_currency
from ...lib.order.spellings import name_key
from ...tools.message_language import amount_text, stored
from .external_payment_matching import CASH_MODE, NOT_A_WORD
from .import_target import pos_config_of
from .outcome import Warn

ZERO = Decimal(0)
# A CardType with one of these names, or beginnings of names, is not cash.
CARD_NAMES = tuple(
    f" {name}"
    for name in (
        "amex",
        "american express",
        "apple",
        "bank",
        "card",
        "credit",
        "debit",
        "diners",
        "discover",
        "girocard",
        "gift",
        "google",
        "jcb",
        "mada",
        "maestro",
        "master",
        "paypal",
        "rupay",
        "stc",
        "tabby",
        "tamara",
        "transfer",
        "union",
        "visa",
        "voucher",
        "wallet",
    )
)


class ExternalPaymentSettling(models.AbstractModel):
    """Checks whether an order is paid, and determines the change."""

    _name = "external.payment.settling"
    _description = "External Payment Settling"

    @api.model
    def _check_balance(self, sync, order):
        """Refuse an order if the external system says that an amount is still to be paid.

        :param OrderPayload order:
        :raise ExternalOrderError: ``not_fully_paid``
        """
        currency = pos_config_of(sync).currency_id
        if order.balance is not None and round_currency(order.balance, decimal(currency.rounding)) > 0:
            reason = stored(self.env)._("BalanceAmount (still to be paid) is %s", amount_text(currency, order.balance))
            raise self._get_not_paid_error(reason)

    @api.model
    def _settle_payments(self, sync, order, total, methods):
        """Return the payments of an order that totals ``total``, including change, and warnings.

        Change is a negative cash payment, as `pos.order._process_payment_lines` records it. It cannot exceed the cash
        paid. A return has no change: it must be refunded exactly.

        :param OrderPayload order:
        :param Decimal total: in the currency of the Point of Sale
        :param dict methods: what `external.payment.matching` found
        :return: a list of dicts (``amount`` as Decimal, ``payment_method``, further fields of ``pos.payment``), and a
            list of texts
        :raise ExternalOrderError: ``not_fully_paid``, ``overpaid`` or ``payment_not_found``
        """
        currency = pos_config_of(sync).currency_id
        payments, cash, warnings = self._match(order, methods, decimal(currency.rounding))
        paid = sum((payment["amount"] for payment in payments), ZERO)
        dues = self._get_dues(sync, payments, total)
        change = ZERO
        if paid not in dues:
            due = dues[-1] if paid > dues[-1] else total
            if not paid > due >= 0:
                raise self._get_not_paid_error(
                    stored(self.env)._(
                        "it totals %(total)s, but its payments add up to %(paid)s",
                        total=amount_text(currency, total),
                        paid=amount_text(currency, paid),
                    )
                )
            change = paid - due
            self._check_commas(order, currency)
            payments.append(self._prepare_change(currency, payments, cash, change, total))
        self._check_negative_balance(currency, order, total, change)
        return payments, warnings

    @api.model
    def _check_commas(self, order, currency):
        """Refuse a payment like "1,092" above the total of an order in a currency with three decimals.

        It may mean 1.092. A payment that equals the total cannot mean that.
        """
        if currency.decimal_places >= 3 and any(payment.is_ambiguous for payment in order.payments):
            message = stored(self.env)._(
                "The payments differ from the total, and an AmountPaid has a comma that may separate thousands or "
                "decimals. The external system has to send it without the comma."
            )
            raise ExternalOrderError("invalid_payload", message)

    @api.model
    def _check_negative_balance(self, currency, order, total, change):
        """Refuse an order if the external system says that the customer got too little back.

        A negative BalanceAmount that equals the change is fine, whether or not the payments contain it.
        """
        unit = decimal(currency.rounding)
        balance = ZERO if order.balance is None else round_currency(order.balance, unit)
        tendered = None if order.amount_paid is None else round_currency(order.amount_paid, unit) - total
        if balance >= 0 or -balance in (change, tendered):
            return
        code = "overpaid" if total >= 0 else "not_fully_paid"
        message = stored(self.env)._(
            "The BalanceAmount of %s says that money is still owed to the customer. The order will be imported "
            "once the external system sends it as settled.",
            amount_text(currency, balance),
        )
        raise ExternalOrderError(code, message)

    @api.model
    def _match(self, order, methods, unit):
        """Return the values of the order's payments, in multiples of ``unit``, those among them that can give change,
        and warnings about guessed methods.
        """
        values, cash, warnings = [], [], []
        for payment, method, warning, amount in self._iter_matched(order.payments, methods, unit):
            warnings += [Warn(warning, "payment_guessed")] if warning else []
            values.append(self._prepare_payment(payment, method, amount))
            if method.is_cash_count and self._is_certainly_cash(payment, warning):
                cash.append(values[-1])
        return values, cash, warnings

    @api.model
    def _iter_matched(self, payments, methods, unit):
        """Yield each payment, its method, why that is only guessed (or ""), and its amount in multiples of ``unit``.

        :param payments: `Payment` objects
        :param dict methods: what `external.payment.matching` found
        :raise ExternalOrderError: if a payment has no method
        """
        paid = rounded = ZERO
        for payment in payments:
            match = methods[payment.card_type, payment.payment_mode]
            if isinstance(match, ExternalOrderError):
                raise match
            # Round the sum and not each part, so that fractions of a cent neither appear nor get lost.
            paid += payment.amount
            amount = round_currency(paid, unit) - rounded
            rounded += amount
            yield payment, *match, amount

    @api.model
    def _is_certainly_cash(self, payment, warning):
        """Return whether a payment by a cash method can give change: its PaymentMode or CardType says cash, or it was
        matched by its name. A Visa payment gives no change from the drawer, whatever its PaymentMode.

        :param str warning: why the method is only guessed, or ""
        """
        name = name_key(payment.card_type)
        if not warning or name in ("", "cash"):
            return True
        words = NOT_A_WORD.sub(" ", name)
        return payment.payment_mode == CASH_MODE and not any(word in f" {words} " for word in CARD_NAMES)

    @api.model
    def _prepare_payment(self, payment, method, amount):
        """Return the values of one ``pos.payment``; only the last four digits of a card number are known here."""
        return {
            "amount": amount,
            "payment_method": method,
            "card_type": payment.card_type or False,
            "card_no": payment.card_last4 or False,
            "payment_ref_no": payment.reference or False,
        }

    @api.model
    def _get_dues(self, sync, payments, total):
        """Return the amounts that count as paying ``total``; change is computed from the last one.

        The exact total always counts, because not every external system rounds. If the Point of Sale rounds, the
        rounded total counts too; if it rounds only cash, so does the total with a rounded cash part, as in the
        register.
        """
        config = pos_config_of(sync)
        cash = [payment for payment in payments if payment["payment_method"].is_cash_count]
        if not config.cash_rounding or (config.only_round_cash_method and not cash):
            return [total]
        dues = [total, self._round_cash(config, total)]
        if config.only_round_cash_method:
            by_card = sum((payment["amount"] for payment in payments if payment not in cash), ZERO)
            dues.append(by_card + self._round_cash(config, total - by_card))
        return dues

    @api.model
    def _get_paid_otherwise(self, order, methods, terms):
        """Return what was not paid in cash if only cash is rounded and some was paid in cash; otherwise None.

        :param OrderPayload order:
        :param dict methods: what `external.payment.matching` found
        :param PricingTerms terms:
        """
        found = [(payment, methods[payment.card_type, payment.payment_mode]) for payment in order.payments]
        if not terms.cash_only_rounding or any(isinstance(match, ExternalOrderError) for _payment, match in found):
            return None
        others = [payment.amount for payment, match in found if not match[0].is_cash_count]
        return round_currency(sum(others, ZERO), terms.unit) if len(others) < len(found) else None

    @api.model
    def _round_cash(self, config, amount):
        return round_currency(
            decimal(config.rounding_method.round(float(amount))), decimal(config.currency_id.rounding)
        )

    @api.model
    def _prepare_change(self, currency, payments, cash, amount, total):
        """Return the payment that records change of ``amount``, with the method that received most ``cash``.

        :param cash: those of ``payments`` that are certainly cash
        :raise ExternalOrderError: ``overpaid`` if less cash was paid than the change
        """
        if sum((payment["amount"] for payment in cash), ZERO) < amount:
            message = stored(self.env)._(
                "The order totals %(total)s, but %(paid)s was paid. Only cash payments can give change, so the "
                "excess paid by card is unexplained. If it is a tip, the external system has to send it as TipAmount.",
                total=amount_text(currency, total),
                paid=amount_text(currency, sum((payment["amount"] for payment in payments), ZERO)),
            )
            raise ExternalOrderError("overpaid", message)
        method = max(cash, key=lambda payment: payment["amount"])["payment_method"]
        return {"amount": -amount, "payment_method": method, "name": self.env._("return"), "is_change": True}

    @api.model
    def _get_not_paid_error(self, reason):
        return ExternalOrderError(
            "not_fully_paid",
            stored(self.env)._(
                "The order is not fully paid: %(reason)s. It will be imported once the external system sends it as "
                "paid.",
                reason=reason,
            ),
        )
