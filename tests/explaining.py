"""What PostgreSQL would do for a statement, on tables as small as those of tests."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tools import SQL


def explain(env, query, *selected):
    """Return the plan of a `Query` as text, made as for large tables: without sequential scans where there is an index.

    :param SQL selected: what to select; by default the ids
    """
    env.flush_all()
    env.cr.execute("SET LOCAL enable_seqscan = off")
    env.cr.execute("SET LOCAL enable_bitmapscan = off")
    rows = env.execute_query(
        SQL("EXPLAIN (COSTS OFF) %s", query if isinstance(query, SQL) else query.select(*selected))
    )
    env.cr.execute("RESET enable_seqscan")
    env.cr.execute("RESET enable_bitmapscan")
    return "\n".join(line for (line,) in rows)


@contextmanager
def statements():
    """Yield a list, filled with the statements that are executed within the block."""
    executed, execute = [], Cursor.execute

    def note(cursor, query, *args, **kwargs):
        executed.append(query.code if isinstance(query, SQL) else query)
        return execute(cursor, query, *args, **kwargs)

    with patch.object(Cursor, "execute", note):
        yield executed
