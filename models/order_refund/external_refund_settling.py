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
        :raise ExternalOrderError: ``payment_not_found``, ``payment_ambiguous``, ``amount_mismatch`` or
            ``refund_exceeds_order``
        """
        values, warnings = self._find_payments(sync, order, payload, total)
        proof = self.env["external.refund.proof"]
        target = proof._get_target(order, payload)
        paid = -sum((value["amount"] for value in values), ZERO)
        self._check_paid_left(order, paid)
        # A rounded total was rounded for these payments, or it is wrong.
        if payload.total is not None and target not in (total, paid):
            raise proof._get_amounts_error(order, target, total)
        return values, warnings

    @api.model
    def _find_payments(self, sync, order, payload, total):
        if not payload.payments:
            return self._settle_by_sale(sync, order, total, is_stated=payload.total is not None)
        settling = self.env["external.payment.settling"]
        if any(payment.card_type or payment.payment_mode is not None for payment in payload.payments):
            values, warnings, paid = self._settle_stated(sync, order, payload)
        else:
            # They say how much was paid back, and nothing of how.
            values, warnings = self._settle_by_sale(sync, order, total, is_stated=True)
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
    def _settle_by_sale(self, sync, order, total, is_stated):
        """Return payments by the methods of the sale: the reverse of what is left of them, if that is ``total``.

        :param bool is_stated: whether the refund says how much was paid back
        """
        if not total:
            return [], []
        paid = {method: amount for method, amount in order.get_payments_left().items() if amount}
        sign = 1 if total > 0 else -1
        settling, left = self.env["external.payment.settling"], sum(paid.values(), ZERO)
        reverse = [{"payment_method": method, "amount": -amount} for method, amount in paid.items()]
        is_all = self._is_all_left(order, left, total)
        if not is_all and -left not in settling._get_dues(sync, reverse, -total):
            return self._settle_part(sync, order, total, paid, is_stated)
        if all(sign * amount > 0 for amount in paid.values()):
            self._check_methods(order, paid)
            return reverse, []
        # More was paid back by one of the methods than it took: the others have what is left in all.
        values = self._take(order, left, paid) if sign * left > 0 else []
        return values, self._get_guess_warnings(values, paid)

    @api.model
    def _settle_part(self, sync, order, total, paid, is_stated):
        """Return payments of a part of what was paid, rounded as cash.

        If the refund does not say how much was paid back, it is not more than what is left after rounding before.

        :param dict paid: what is left by each method; the opposite sign if more was paid back by one than paid
        :param bool is_stated: whether the refund says how much was paid back
        """
        sign, left = 1 if total > 0 else -1, sum(paid.values(), ZERO)
        is_left_by_rounding = not is_stated and self._is_left_by_rounding(order, left)
        most = max(sign * left, ZERO) if is_left_by_rounding else None
        if most == 0:
            return [], []
        values = self._take(order, total if most is None else sign * min(sign * total, most), paid)
        due = self.env["external.payment.settling"]._get_dues(sync, values, -total)[-1]
        if most is not None:
            due = -sign * min(-sign * due, most)
        rounded = next((value for value in values if value["payment_method"].is_cash_count), values[0])
        rounded["amount"] += due - sum((value["amount"] for value in values), ZERO)
        return values, self._get_guess_warnings(values, paid)

    @api.model
    def _take(self, order, amount, paid):
        """Return payments of an amount: by one method if it suffices, the one that took most first.

        :param dict paid: what is left by each method
        """
        sign = 1 if amount > 0 else -1
        left = [method for method, of_method in paid.items() if sign * of_method > 0]
        methods = sorted(left, key=lambda method: -abs(paid[method]))
        values, rest = [], amount
        for method in methods:
            taken = min(rest, paid[method]) if amount > 0 else max(rest, paid[method])
            if taken:
                values.append({"payment_method": method, "amount": -taken})
                rest -= taken
        if rest:
            # More was paid back otherwise than what the methods took, or cash was rounded.
            if not values:
                raise self._get_no_method_error(order)
            values[0]["amount"] -= rest
        self._check_methods(order, [value["payment_method"] for value in values])
        return values

    @api.model
    def _get_guess_warnings(self, values, paid):
        """Return a `Warn` in a list if the payments may have been by other methods of the sale; none otherwise."""
        if len(paid) == 1 or not values:
            return []
        text = stored(self.env)._(
            "The refund does not say how it was paid back, and the order was paid, or partly refunded, in several "
            "ways: %(methods)s was used.",
            methods=joined(*(name_text(value["payment_method"]) for value in values), by=", "),
        )
        return [Warn(text, "payment_guessed")]

    @api.model
    @exact
    def _is_all_left(self, order, paid, total):
        """Return whether the last refund of a sale pays back what is left of its payments, after cash rounding of it
        and of the refunds before.
        """
        if total != order.left or paid != sum(order.get_payments_left().values(), ZERO):
            return False
        return self._is_left_by_rounding(order, paid)

    @api.model
    @exact
    def _is_left_by_rounding(self, order, paid):
        """Return whether only cash rounding explains that this is left of the payments of a sale.

        It is not if other goods were paid in the register together with a refund.
        """
        return paid == order.paid_left and abs(paid - order.left) < order.most_rounding_left

    @api.model
    @exact
    def _check_paid_left(self, order, paid):
        """Refuse a refund that pays back more than is left of the payments and cash rounding explains once.

        Each part may be rounded up, but not so that the parts add up to any amount.
        """
        left = order.paid_left
        if not order.most_rounding or paid <= 0 or paid <= left + order.most_rounding:
            return
        raise self.env["external.refund.proof"]._get_exceeds_error(order, paid, left, order.sale.amount_paid)

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
