"""The outcome of importing one external order, and how exceptions turn into it."""

import logging
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from odoo.exceptions import UserError

from ...exceptions import ExternalOrderError
from ...tools.message_language import reader_text
from ...tools.private_context import PrivateContext
from .order_errors import refused_by_odoo

_logger = logging.getLogger(__name__)


class Warn(str):
    """A warning about an order that was imported.

    `doubt` is a value of ``external.order.doubt``: what a user should check. If empty, the text is only a note. Plain
    strings count as doubts too.
    """

    doubt = "warning"

    def __new__(cls, text, doubt):
        self = super().__new__(cls, text)
        self.doubt = doubt
        self.message = getattr(text, "message", None)  # of a `StoredText`
        return self


def as_warnings(env, sentences, doubt):
    """Return texts and `Message` sentences as `Warn`, in the language of their reader.

    :param str doubt: the doubt of sentences that do not have one themselves
    """
    return [
        sentence
        if isinstance(sentence, Warn)
        else Warn(reader_text(env, sentence), "" if getattr(sentence, "is_note", False) else _doubt(sentence) or doubt)
        for sentence in sentences
    ]


def _doubt(sentence):
    return getattr(sentence, "doubt", "")


@dataclass
class Outcome:
    """The outcome of one external order.

    It is a ``pos.order``, the error, a conflict that may be temporary, or why no session can take the order now. Of a
    refund, it may also be that nothing is left to refund, so that there is no POS order to make.
    """

    pos_order: Any = None
    error: ExternalOrderError | None = None
    conflict: Exception | None = None
    waiting: ExternalOrderError | None = None
    nothing_left: bool = False
    warnings: list = field(default_factory=list)

    @property
    def doubt(self):
        """Return what a user should check first, or ``False`` if there is nothing."""
        doubts = [getattr(warning, "doubt", Warn.doubt) for warning in self.warnings]
        # Goods that were not moved matter more than a different name.
        return next(filter(None, sorted(doubts, key=lambda doubt: doubt != "transfer_open")), False)


class CallerOutcome(PrivateContext):
    """In the context: the outcome of the order that an override of `_process_external_order` imports."""

    KEY = "external_order_outcome"

    def __init__(self, outcome):
        self.outcome = outcome


class OutcomeCatcher:
    """Turns the exceptions of an order into its outcome.

    Lost connections and conflicts with other transactions are raised, because they affect the whole transaction.
    """

    def __init__(self, env, outcome):
        self.env = env
        self.outcome = outcome

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        match error:
            case None | psycopg2.OperationalError() | psycopg2.InterfaceError() | ExternalOrderError(code="no_session"):
                return False
            case ExternalOrderError():
                self.outcome.error = error
            case psycopg2.errors.UniqueViolation():
                # Another transaction may have just created this order: the next attempt will see it.
                self.outcome.conflict = error
            case Exception():
                if not isinstance(error, UserError):
                    _logger.error("External Order Sync: an order cannot be made", exc_info=error)
                self.outcome.error = refused_by_odoo(self.env, error)
            case _:
                return False
        return True
