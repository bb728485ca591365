"""What becomes of one external order, and how what it raises turns into that."""

import logging
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from odoo.exceptions import UserError

from ...exceptions import ExternalOrderError
from ...tools.message_language import for_reader

_logger = logging.getLogger(__name__)


@dataclass
class Outcome:
    """What became of one external order: a ``pos.order``, the error that says why not, or a conflict that may heal.

    None of them: it was not tried.
    """

    pos_order: Any = None
    error: ExternalOrderError | None = None
    conflict: Exception | None = None
    warnings: list = field(default_factory=list)


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
