"""What PostgreSQL would do for a statement, on tables as small as those of tests."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tools import SQL

# Ways of reading that pay for tables as small as those of tests.
FOR_SMALL_TABLES = ("seqscan", "bitmapscan", "hashjoin", "mergejoin")


def explain(env, query, *selected, analyzed=None):
    """Return the plan of a `Query` as text, made as for large tables: rows are scanned and joined by indexes, if there
    are any.

    :param SQL selected: what to select; by default the ids
    :param str analyzed: the table whose contents count for the plan
    """
    env.flush_all()
    _forget_statistics(env)
    if analyzed:
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(analyzed)))
    for way in FOR_SMALL_TABLES:
        env.cr.execute(f"SET LOCAL enable_{way} = off")
    rows = env.execute_query(
        SQL("EXPLAIN (COSTS OFF) %s", query if isinstance(query, SQL) else query.select(*selected))
    )
    for way in FOR_SMALL_TABLES:
        env.cr.execute(f"RESET enable_{way}")
    return "\n".join(line for (line,) in rows)


def _forget_statistics(env):
    """Let PostgreSQL know as little of our tables as after their creation, until the end of the transaction.

    Otherwise a plan depends on whether autovacuum has come by, and on what it found then.
    """
    if env.cr.connection.server_version < 180000:
        return
    patterns = ["external\\_%", "odoo\\_mirror\\_%", "pos\\_%", "stock\\_picking%"]
    env.cr.execute(
        """
        SELECT pg_clear_attribute_stats('public', tablename, attname, inherited)
          FROM pg_stats WHERE schemaname = 'public' AND tablename LIKE ANY (%s)
        """,
        [patterns],
    )
    env.cr.execute(
        """
        SELECT pg_clear_relation_stats('public', relname)
          FROM pg_class
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname LIKE ANY (%s)
        """,
        [patterns],
    )


@contextmanager
def statements():
    """Yield a list, filled with the statements that are executed within the block."""
    executed, execute = [], Cursor.execute

    def note(cursor, query, *args, **kwargs):
        executed.append(query.code if isinstance(query, SQL) else query)
        return execute(cursor, query, *args, **kwargs)

    with patch.object(Cursor, "execute", note):
        yield executed
