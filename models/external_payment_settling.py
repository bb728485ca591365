from decimal import Decimal

from odoo import api, models

from ..exceptions import ExternalOrderError
from ..tools.money import round_currency
from .external_order_pricing import decimal

ZERO = Decimal(0)


class ExternalPaymentSettling(models.AbstractModel):
    """Decides whether an order is paid, and what was given back."""

    _name = "external.payment.settling"
    _description = "External Payment Settling"

    @api.model
    def _settle_payments(self, sync, order, total, methods):
        """Return the payments of an order that totals ``total``, change included, and warnings.

        Change is a negative cash payment, as `pos.order._process_payment_lines` records it.

        :param OrderPayload order:
        :param Decimal total: in the currency of the Point of Sale
        :param dict methods: what `external.payment.matching` found
        :return: a list of dicts (``amount`` as Decimal, ``payment_method``, further fields of ``pos.payment``), and texts
        :raise ExternalOrderError: ``not_fully_paid`` or ``payment_not_found``
        """
        currency = sync.pos_config_id.currency_id
        unit = decimal(currency.rounding)
        payments, warnings = [], []
        for payment in order.payments:
            match = methods[payment.card_type, payment.payment_mode]
            if isinstance(match, ExternalOrderError):
                raise match
            method, warning = match
            warnings += [warning] if warning else []
            payments.append(self._prepare_payment(payment, method, unit))
        paid = sum((payment["amount"] for payment in payments), ZERO)
        due = self._get_due(sync, payments, total, unit)
        if abs(paid - due) < unit or (due != total and abs(paid - total) < unit):
            return payments, warnings
        if (paid > due) == (total >= 0) and (total != 0 or paid > 0):
            return [*payments, self._prepare_change(sync, due - paid)], warnings
        raise ExternalOrderError(
            "not_fully_paid",
            self.env._(
                "The order is not fully paid: GrandTotal is %(total)s, but its payments sum up to %(paid)s. It is imported "
                "when the external system sends it paid.",
                total=currency.format(float(total)),
                paid=currency.format(float(paid)),
            ),
        )

    @api.model
    def _prepare_payment(self, payment, method, unit):
        """Return the values of one ``pos.payment``; of a card number only the last four digits are known here."""
        return {
            "amount": round_currency(payment.amount, unit),
            "payment_method": method,
            "card_type": payment.card_type or False,
            "card_no": payment.card_last4 or False,
            "payment_ref_no": payment.reference or False,
        }

    @api.model
    def _get_due(self, sync, payments, total, unit):
        """Return what is to be paid for ``total``: rounded, where the Point of Sale rounds such payments."""
        config = sync.pos_config_id
        in_cash = any(payment["payment_method"].is_cash_count for payment in payments)
        if not config.cash_rounding or (config.only_round_cash_method and not in_cash):
            return total
        return round_currency(decimal(config.rounding_method.round(float(total))), unit)

    @api.model
    def _prepare_change(self, sync, amount):
        cash = sync.pos_config_id.payment_method_ids.filtered("is_cash_count")[:1]
        if not cash:
            raise ExternalOrderError(
                "payment_not_found",
                self.env._(
                    "More was paid than the order costs, but %(pos)s has no cash method that could record the change.",
                    pos=sync.pos_config_id.name,
                ),
            )
        return {"amount": amount, "payment_method": cash, "name": self.env._("return"), "is_change": True}
