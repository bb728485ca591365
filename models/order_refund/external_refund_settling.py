from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import exact
from ...tools.message_language import amount_text, name_text, stored
from ...tools.stored_text import joined
from ..order_import.outcome import Warn
from .refund_plan import ZERO


class ExternalRefundSettling(models.AbstractModel):
    """Determines by which payment methods a refund was paid back."""

    _name = "external.refund.settling"
    _description = "External Refund Settling"

    @api.model
    @exact
    def _settle(self, sync, order, payload, total):
        """Return the payments of a refund of ``total``, as `external.payment.settling` does, and warnings.

        :param sync: the ``external.order.sync``, with the refund's target in its context
        :param SoldOrder order:
        :param RefundPayload payload: its stated total, if any, is ``total``, or ``total`` after cash rounding
        :raise ExternalOrderError: ``payment_not_found``, ``payment_ambiguous`` or ``amount_mismatch``
        """
        values, warnings = self._find_payments(sync, order, payload, total)
        proof = self.env["external.refund.proof"]
        target = proof._get_target(order, payload)
        paid = -sum((value["amount"] for value in values), ZERO)
        # A rounded total was rounded for these payments, or it is wrong.
        if payload.total is not None and target not in (total, paid):
            raise proof._get_amounts_error(order, target, total)
        return values, warnings

    @api.model
    def _find_payments(self, sync, order, payload, total):
        if not payload.payments:
            return self._settle_by_sale(sync, order, total)
        settling = self.env["external.payment.settling"]
        if any(payment.card_type or payment.payment_mode is not None for payment in payload.payments):
            values, warnings, paid = self._settle_stated(sync, order, payload)
        else:
            # They say how much was paid back, and nothing of how.
            values, warnings = self._settle_by_sale(sync, order, total)
            if len(values) == len(payload.payments) == 1:
                [payment], [value] = payload.payments, values
                values = [settling._prepare_payment(payment, value["payment_method"], value["amount"])]
            paid = self.env["external.refund.proof"]._get_paid(order, payload)
            if -paid != sum((value["amount"] for value in values), ZERO):
                raise self._get_mismatch(order, paid, total)
        if -paid not in settling._get_dues(sync, values, -total) and not self._is_all_left(order, paid, total):
            raise self._get_mismatch(order, paid, total)
        return values, warnings

    @api.model
    def _settle_stated(self, sync, order, payload):
        """Return the payments as the refund states them, warnings, and their sum."""
        matching = self.env["external.payment.matching"]
        methods = matching._match_payment_methods(sync, payload.payments, has_customer=bool(order.sale.partner_id))
        settling, values, warnings = self.env["external.payment.settling"], [], []
        paid = ZERO
        for payment, method, warning, amount in settling._iter_matched(payload.payments, methods, order.unit):
            warnings += [Warn(warning, "payment_guessed")] if warning else []
            paid += amount
            values.append(settling._prepare_payment(payment, method, -amount))
        return values, warnings, paid

    @api.model
    def _get_mismatch(self, order, paid, total):
        currency = order.sale.currency_id
        message = stored(self.env)._(
            "The payments of the refund add up to %(paid)s, but it totals %(total)s. Nothing was booked. The "
            "external system has to correct the refund.",
            paid=amount_text(currency, paid),
            total=amount_text(currency, total),
        )
        return ExternalOrderError("amount_mismatch", message)

    # ------------------------------------------------------------
    # Without payments: as the sale was paid
    # ------------------------------------------------------------

    @api.model
    def _settle_by_sale(self, sync, order, total):
        """Return payments by the methods of the sale: the reverse of what is left of them, if that is ``total``."""
        if not total:
            return [], []
        paid = {method: amount for method, amount in order.get_payments_left().items() if amount}
        sign = 1 if total > 0 else -1
        settling, left = self.env["external.payment.settling"], sum(paid.values(), ZERO)
        reverse = [{"payment_method": method, "amount": -amount} for method, amount in paid.items()]
        is_due = -left in settling._get_dues(sync, reverse, -total) or self._is_all_left(order, left, total)
        if is_due and all(sign * amount > 0 for amount in paid.values()):
            self._check_methods(order, paid)
            return reverse, []
        return self._settle_part(sync, order, total, paid)

    @api.model
    def _settle_part(self, sync, order, total, paid):
        """Return payments of a part of what was paid: by one method if it suffices, the one that took most first.

        :param dict paid: what is left by each method; the opposite sign if more was paid back by one than paid
        """
        sign = 1 if total > 0 else -1
        left = [method for method, amount in paid.items() if sign * amount > 0]
        methods = sorted(left, key=lambda method: -abs(paid[method]))
        values, rest = [], total
        for method in methods:
            amount = min(rest, paid[method]) if total > 0 else max(rest, paid[method])
            if amount:
                values.append({"payment_method": method, "amount": -amount})
                rest -= amount
        if rest:
            # More was paid back otherwise than what the methods took, or cash was rounded.
            if not values:
                raise self._get_no_method_error(order)
            values[0]["amount"] -= rest
        self._check_methods(order, [value["payment_method"] for value in values])
        due = self.env["external.payment.settling"]._get_dues(sync, values, -total)[-1]
        rounded = next((value for value in values if value["payment_method"].is_cash_count), values[0])
        rounded["amount"] += due - sum((value["amount"] for value in values), ZERO)
        if len(paid) == 1:
            return values, []
        text = stored(self.env)._(
            "The refund does not say how it was paid back, and the order was paid, or partly refunded, in several "
            "ways: %(methods)s was used.",
            methods=joined(*(name_text(value["payment_method"]) for value in values), by=", "),
        )
        return values, [Warn(text, "payment_guessed")]

    @api.model
    @exact
    def _is_all_left(self, order, paid, total):
        """Return whether the last refund of a sale pays back what is left of its payments, after cash rounding of it
        and of the refunds before.
        """
        if total != order.left or abs(paid - total) >= order.most_rounding_left:
            return False
        return paid == sum(order.get_payments_left().values(), ZERO)

    @api.model
    def _check_methods(self, order, methods):
        """Refuse a method of the sale that its Point of Sale no longer has."""
        for method in methods:
            if method not in order.sale.config_id.payment_method_ids:
                message = stored(self.env)._(
                    "The refund does not say how it was paid back, and the order was paid by %(method)s, which %(pos)s "
                    "no longer has. Add it to the Point of Sale, then press Retry.",
                    method=name_text(method),
                    pos=order.sale.config_id.name,
                )
                raise ExternalOrderError("payment_not_found", message)

    @api.model
    def _get_no_method_error(self, order):
        message = stored(self.env)._(
            "The refund does not say how it was paid back, and nothing is left of the payments of order %s. The "
            "external system has to send the payments of the refund.",
            order.sale.name,
        )
        return ExternalOrderError("payment_not_found", message)
