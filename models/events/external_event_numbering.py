from odoo import api, models
from odoo.tools import SQL

from ...tools.exclusive import exclusive
from ...tools.transaction import separate_transaction

SEQUENCE = "external_event_seq_seq"
LOCK = "external_event_numbering"
BATCH = 10_000


class ExternalEvent(models.Model):
    """Numbers events in an order that readers can rely on: a reader who has seen a number never misses a lower one.

    A sequence alone does not give that. Its numbers are taken while transactions are open and appear as these commit,
    in any order: a reader who has seen 7 would miss 6, whose transaction was still open. PostgreSQL could say which
    transactions have ended (``pg_snapshot_xmin(pg_current_snapshot())``, see "Transaction ID and Snapshot Information
    Functions" in its documentation), and a reader could stop before the oldest open one. But then any long
    transaction, even in another database of the server, holds back all events, and transaction ids begin again when a
    database is restored elsewhere.

    Therefore an event is numbered after its transaction has committed, by one process at a time:

    * The advisory lock of `exclusive` is taken first, and the transaction begins after that. Its snapshot is that of
      its first statement ("Repeatable Read Isolation Level"), so it contains all numbers that were given before.
    * The lock is released after the commit, so numbers become visible in their order.
    * Within one pass, the order is that of the ids. A change that was made after another one had been committed has a
      higher id, so it gets a higher number too.
    """

    _inherit = "external.event"

    def init(self):
        # Owned by the column: dropped with it.
        name, table = SQL.identifier(SEQUENCE), SQL.identifier(self._table)
        self.env.cr.execute(SQL("CREATE SEQUENCE IF NOT EXISTS %s OWNED BY %s.seq", name, table))

    @api.model
    def _number(self):
        """Number all events that were committed without a number, in a separate transaction, and commit.

        If another process is doing that, leave it to that one.
        """
        if not self.env.execute_query(SQL("SELECT FROM external_event WHERE seq IS NULL LIMIT 1")):
            return
        with exclusive(self.env, LOCK, 0) as is_ours:
            while is_ours:
                with separate_transaction(self.env) as env:
                    count = env[self._name]._number_visible()
                if count < BATCH:
                    return

    @api.model
    def _number_visible(self):
        """Number the events that this transaction can see, and return how many there were."""
        query = SQL(
            """
            UPDATE external_event
               SET seq = numbered.seq
              FROM (SELECT id, nextval(%(sequence)s) AS seq
                      FROM (SELECT id FROM external_event WHERE seq IS NULL ORDER BY id LIMIT %(batch)s) AS waiting
                   ) AS numbered
             WHERE external_event.id = numbered.id
            RETURNING external_event.id
            """,
            sequence=SEQUENCE,
            batch=BATCH,
        )
        self.flush_model()
        count = len(self.env.execute_query(query))
        self.invalidate_model(["seq"], flush=False)
        return count

    @api.model
    def _get_latest(self):
        """Return the highest number given so far, or up to which the log was deleted."""
        [(latest,)] = self.env.execute_query(SQL("SELECT MAX(seq) FROM external_event"))
        return max(latest or 0, self._get_log_from())

    @api.model
    def _get_last_number(self):
        """Number what was committed before, and return the highest number given so far.

        It is read from the sequence, because this transaction may not see numbers that were given after it began.
        """
        self._number()
        query = SQL("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM %s", SQL.identifier(SEQUENCE))
        [(last,)] = self.env.execute_query(query)
        return max(last, self._get_latest())
