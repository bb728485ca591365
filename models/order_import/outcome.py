"""What becomes of one external order, and how what it raises turns into that."""

import logging
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from odoo.exceptions import UserError

from ...exceptions import ExternalOrderError
from ...tools.message_language import for_reader, reader_text
from ...tools.private_context import PrivateContext

_logger = logging.getLogger(__name__)


class Warn(str):
    """A sentence about an order that was imported all the same.

    `doubt` is a value of ``external.order.doubt``: what a person should look at. An empty one makes it a mere note.
    Sentences that are plain texts are doubts as well.
    """

    doubt = "warning"

    def __new__(cls, text, doubt):
        self = super().__new__(cls, text)
        self.doubt = doubt
        return self


def as_warnings(env, sentences, doubt):
    """Return texts and `Message` sentences as `Warn`, in the language of their reader.

    :param str doubt: what they make doubtful, where they do not say it themselves
    """
    return [
        sentence
        if isinstance(sentence, Warn)
        else Warn(reader_text(env, sentence), "" if getattr(sentence, "is_note", False) else doubt)
        for sentence in sentences
    ]


@dataclass
class Outcome:
    """What became of one external order: a ``pos.order``, the error that says why not, or a conflict that may heal.

    None of them: it was not tried.
    """

    pos_order: Any = None
    error: ExternalOrderError | None = None
    conflict: Exception | None = None
    warnings: list = field(default_factory=list)

    @property
    def doubt(self):
        """What a person should look at first, ``False`` if nothing."""
        doubts = [getattr(warning, "doubt", Warn.doubt) for warning in self.warnings]
        # Goods that never left are worse than a name that differs.
        return next(filter(None, sorted(doubts, key=lambda doubt: doubt != "transfer_open")), False)


class CallerOutcome(PrivateContext):
    """The outcome of an order that an override of `_process_external_order` imports: it returns no warnings."""

    KEY = "external_order_outcome"

    def __init__(self, outcome):
        self.outcome = outcome


class OutcomeCatcher:
    """Turns what an order raises into its outcome.

    Lost connections and conflicts with other transactions pass: they concern the whole transaction, not one order.
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
                # Perhaps another transaction has just made this very order: the next attempt will see it.
                self.outcome.conflict = error
            case Exception():
                if not isinstance(error, UserError):
                    _logger.error("External Order Sync: an order cannot be made", exc_info=error)
                reason = for_reader(self.env)._("Odoo refused the order: %(reason)s", reason=error)
                self.outcome.error = ExternalOrderError("odoo_error", reason)
            case _:
                return False
        return True
