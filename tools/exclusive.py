"""A lock that outlasts commits: who holds it works alone, whatever is committed meanwhile.

Row locks end with every commit. This one belongs to a database connection of its own, so it ends with the block or,
if the process is killed, with its connection.
"""

from contextlib import closing, contextmanager

from odoo.tools import SQL


@contextmanager
def exclusive(env, name, key):
    """Yield whether the lock is ours for the time of the block; if it is not, another worker has it. Never waits.

    :param str name: what kind of thing is locked
    :param int key: which one
    """
    with closing(env.registry.cursor()) as cr:
        # An open transaction would keep the database from cleaning up for as long as the work takes.
        cr.execute(SQL("SELECT pg_try_advisory_lock(hashtext(%s), %s)", name, key))
        [ours] = cr.fetchone()
        _end_transaction(cr)
        try:
            yield ours
        finally:
            if ours and not cr.connection.closed:
                cr.execute(SQL("SELECT pg_advisory_unlock(hashtext(%s), %s)", name, key))
                _end_transaction(cr)


def sql_held_keys(name):
    """Return a query of the keys of one kind whose lock is held, by anybody; ``NULL`` among them means: not known.

    Locks are known where they are taken, so not on a replica of the database.

    :param str name: as for `exclusive`
    :rtype: SQL
    """
    return SQL(
        """
        SELECT objid::bigint FROM pg_locks
        WHERE locktype = 'advisory' AND classid = hashtext(%s)::oid AND objsubid = 2 AND granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        UNION ALL SELECT NULL WHERE pg_is_in_recovery()
        """,
        name,
    )


def _end_transaction(cr):
    # Its own cursor, which holds nothing but the lock.
    cr.commit()  # pylint: disable=invalid-commit
