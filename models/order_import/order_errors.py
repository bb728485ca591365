"""Reasons why an order cannot be imported that arise in several places."""

from odoo.exceptions import UserError

from ...exceptions import ExternalOrderError
from ...tools.message_language import reader_text, stored
from ...tools.stored_text import joined

SENTENCE_ENDS = (".", "!", "?", "…", "؟")


def not_understood(env, error):
    """Return the ``ExternalOrderError`` of an order or a refund that cannot be read.

    :param PayloadError error: which field is wrong
    """
    advice = stored(env)._("The external system has to correct the order and send it again.")
    return ExternalOrderError("invalid_payload", joined(reader_text(env, error.message), advice))


def refused_by_odoo(env, error):
    """Return the ``ExternalOrderError`` of an order that Odoo or a customization refused.

    :param Exception error: a ``UserError`` says what the user can correct; any other is for an administrator
    """
    env = stored(env)
    if isinstance(error, UserError):
        advice = env._("Nothing was booked. Correct the cause, then press Retry.")
    else:
        advice = env._(
            "Nothing was booked. Press Retry. If it is refused again, the server log helps an administrator to find "
            "the cause."
        )
    refused = env._("Odoo refused the order: %(reason)s", reason=error)
    return ExternalOrderError(
        "odoo_error", joined(refused, advice, by=" " if refused.rstrip().endswith(SENTENCE_ENDS) else ". ")
    )


def busy_with_change(sync):
    """Return the ``ExternalOrderError`` of a change that cannot be booked now, because another transaction is at work.

    :param sync: the ``external.order.sync``, which may book changes by itself
    """
    env = stored(sync.env)
    if sync.book_changes:
        message = env._("The database was busy. The change will be booked by the next run.")
    else:
        message = env._("The database was busy. Nothing was booked. Press Book the Difference again.")
    return ExternalOrderError("database_busy", message)


def more_than_was_sold(env, message):
    """Return the ``ExternalOrderError`` of a refund that exceeds what is left of its order.

    :param StoredText message: what came back, and what is left
    """
    advice = stored(env)._(
        "If the refund is wrong, the external system has to correct it. If the refund is booked already, press Ignore."
    )
    return ExternalOrderError("refund_exceeds_order", joined(message, advice))
