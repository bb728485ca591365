"""The payments of an order."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ..message import Message
from ..message import message as _lt
from ..money import may_be_decimal_comma
from .field_names import PAYMENTS, sent_name
from .fields import TOO_MANY, objects, required_amount, text, whole_number
from .parts import Payment

MAX_PAYMENTS = 100

_ZERO = Decimal(0)
_NO_DIGIT = re.compile(r"[^0-9]")


def read_payments(
    order: dict[str, Any], amount_paid: Decimal | None, warnings: list[Message]
) -> tuple[tuple[Payment, ...], Decimal | None]:
    """Return the payments of an order that are not 0, and what it says was paid in total.

    :param amount_paid: the order's own AmountPaid. If it is missing, and there are only payments of 0, it counts as 0,
        because these say that nothing was to be paid.
    """
    field = sent_name(order, PAYMENTS)
    details = objects(order, field, "", MAX_PAYMENTS, TOO_MANY)
    if not details:
        payment = _payment(order, "", amount_paid or _ZERO)
        return (payment,) if payment.amount else (), amount_paid
    payments = [_payment(entry, path, required_amount(entry, "AmountPaid", path)) for path, entry in details]
    paid = sum((payment.amount for payment in payments), _ZERO)
    if amount_paid is not None and paid != amount_paid:
        warnings.append(
            _lt(
                "AmountPaid is %(stated)s, but the %(field)s add up to %(paid)s",
                stated=f"{amount_paid.normalize():f}",
                field=field,
                paid=f"{paid.normalize():f}",
            ).doubting("amounts_differ")
        )
    payments = [payment for payment in payments if payment.amount]
    if len(payments) == 1 and not payments[0].card_type and payments[0].payment_mode is None:
        # The order says how its only payment was made.
        own = _payment(order, "", payments[0].amount)
        payments = [replace(payments[0], card_type=own.card_type, payment_mode=own.payment_mode)]
    return tuple(payments), amount_paid if payments or amount_paid is not None else _ZERO


def _payment(entry: dict[str, Any], path: str, amount: Decimal) -> Payment:
    digits = _NO_DIGIT.sub("", text(entry, "CardNumber", path))
    return Payment(
        amount=amount,
        card_type=text(entry, "CardType", path),
        payment_mode=whole_number(entry, "PaymentMode", path),
        reference=text(entry, "ReferenceID", path),
        card_last4=digits[-4:] if len(digits) >= 4 else "",
        is_ambiguous=may_be_decimal_comma(entry.get("AmountPaid")),
    )
