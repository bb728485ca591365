"""A lock that survives commits: its holder works alone, even if it commits meanwhile.

Row locks end with every commit. This lock belongs to a separate database connection, so it ends with the block or, if
the process is killed, with that connection.
"""

from contextlib import closing, contextmanager

from odoo.tools import SQL


@contextmanager
def exclusive(env, name, key):
    """Try to take the lock for the duration of the block, without waiting. Yield whether we got it.

    :param str name: the kind of object to lock
    :param int key: its ID
    """
    with closing(env.registry.cursor()) as cr:
        # An open transaction would prevent vacuuming for as long as the work takes.
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
    """Return a query of the keys of one kind whose lock is held by any process. ``NULL`` among them means unknown.

    Locks are only visible on the server where they are taken, not on a replica.

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
    # A separate cursor that holds nothing but the lock.
    cr.commit()  # pylint: disable=invalid-commit
