from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import decimal, exact, round_currency
from ...lib.order.refund_comparison import states_amount
from ...tools.message_language import stored
from ..order_import.outcome import Outcome
from .refund_plan import ZERO


class ExternalRefundRepetition(models.AbstractModel):
    """Refuses a refund that may be booked already, because one of the two has no RefundID.

    What would be booked in place of the other one is compared with what was booked: the external system may say the
    same goods and money in many ways, and what it said the first time may not be stored any more.
    """

    _name = "external.refund.repetition"
    _description = "External Refund Repetition"

    @api.model
    def _check_repeated(self, sync, request, moment):
        """Refuse a refund that may be one of those that `RefundRequest.possibly_same` names.

        :param sync: the ``external.order.sync``, with the refund's target in its context
        :param RefundRequest request:
        :param datetime moment: when it was paid back
        :raise ExternalOrderError: ``order_in_the_way``
        """
        for booked, booked_states_amount in request.possibly_same.items():
            order, prepared = self._prepare_in_place_of(sync, request, moment, booked)
            if not prepared or not self._has_same_goods(sync, prepared, booked):
                continue
            if self._has_same_amount(order, prepared, booked):
                raise self._get_error(booked, has_amounts=True)
            if not (booked_states_amount and states_amount(request.payload)):
                raise self._get_error(booked, has_amounts=False)

    @api.model
    def _prepare_in_place_of(self, sync, request, moment, booked):
        """Return the `SoldOrder` and the `PreparedOrder` of a refund as if another one were not booked; the latter is
        None if that is not possible.
        """
        refunding = self.env["external.order.refund"]
        try:
            order = refunding._read_sale(sync, request.sale, without=booked)
            return order, refunding._prepare_refund(sync, replace(request, outcome=Outcome()), order, moment)
        except ExternalOrderError:
            return None, None

    @api.model
    @exact
    def _has_same_goods(self, sync, prepared, booked):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        unit = Decimal(1).scaleb(-digits)
        there, wanted = defaultdict(Decimal), defaultdict(Decimal)
        for line in booked.lines.filtered("refunded_orderline_id"):
            there[line.product_id] += round_currency(decimal(line.qty), unit)
        money_for = self.env["product.product"]
        for line in prepared.priced.lines:
            if "refunded_orderline_id" in line.further_values:
                wanted[line.product] += line.quantity
            else:
                refunded = line.further_values["external_refunded_line_id"]
                money_for |= self.env["pos.order.line"].browse(refunded).product_id
        if there or wanted:
            return there == wanted
        return bool(money_for & booked.lines.external_refunded_line_id.product_id)

    @api.model
    @exact
    def _has_same_amount(self, order, prepared, booked):
        total = sum((round_currency(decimal(line.price_subtotal_incl), order.unit) for line in booked.lines), ZERO)
        # The share of a line may be rounded otherwise, with what else came back of it.
        rounded = sum(self._may_be_rounded(order, line) for line in booked.lines)
        difference = abs(prepared.priced.total - total)
        # With a cash rounding, one of the two may state its exact amount, and the other the rounded one.
        return difference <= order.unit * rounded or (
            bool(order.most_rounding)
            and (difference < order.most_rounding or self._has_same_payments(order, prepared, booked))
        )

    @api.model
    @exact
    def _has_same_payments(self, order, prepared, booked):
        paid = sum((round_currency(decimal(payment.amount), order.unit) for payment in booked.payment_ids), ZERO)
        return sum((payment["amount"] for payment in prepared.payments), ZERO) == paid

    @api.model
    @exact
    def _may_be_rounded(self, order, line):
        """Return whether an amount of a line of a refund has to be rounded to the currency's unit: its share of what
        was sold, its price less its discount, or its tax.
        """
        sold = order.lines.get(line.refunded_orderline_id)
        if not sold or not sold.quantity:
            money_of = order.lines.get(line.external_refunded_line_id)
            return not money_of or bool(money_of.sold.taxes)
        taxes = self.env["account.tax"].browse(list(sold.sold.taxes))
        if any(tax.amount_type != "percent" for tax in taxes):
            return True
        kept = (100 - decimal(sold.line.discount)) / 100
        costs = [sold.sold.total, sold.sold.net, decimal(sold.line.price_unit) * sold.quantity * kept]
        costs += [sold.sold.bases[tax.id] * decimal(tax.amount) / 100 for tax in taxes]
        back = round_currency(decimal(line.qty), order.quantity_unit)
        return any(cost * back % (order.unit * sold.quantity) for cost in costs)

    @api.model
    def _get_error(self, booked, has_amounts):
        """Return the error of a refund with the goods of a booked one, and with its amount if both state one."""
        env = stored(self.env)
        if has_amounts:
            message = env._(
                "This may be the refund %(pos_order)s, which has the same goods and amount: one of the two has no "
                "RefundID. Nothing was booked. If they are the same refund, press Ignore. If not, enter this one "
                "in the Point of Sale by hand, then press Ignore.",
                pos_order=booked.name,
            )
        else:
            message = env._(
                "This may be the refund %(pos_order)s, which has the same goods: one of the two has no RefundID, and "
                "one does not say what was paid back. Nothing was booked. If they are the same refund, press Ignore. "
                "If not, enter this one in the Point of Sale by hand, then press Ignore.",
                pos_order=booked.name,
            )
        return ExternalOrderError("order_in_the_way", message)
