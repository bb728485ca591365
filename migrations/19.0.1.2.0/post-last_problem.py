"""Say of synchronizations whose last run failed why: otherwise their health would be good until the next run."""

from odoo.tools import SQL


def migrate(cr, version):
    """Fill the column ``last_sync_problem`` from the last run.

    Orders that failed are rows of the inbox. Entries that are not orders become rows with the next run.
    """
    cr.execute(
        SQL(
            r"""
            UPDATE external_order_sync AS sync
               SET last_sync_problem = coalesce(
                        (SELECT nullif(concat_ws(E'\n', fetch_error, import_error, refused), '')
                           FROM external_order_sync_run AS run
                          WHERE run.sync_id = sync.id AND run.status = 'error'
                          ORDER BY run.id DESC LIMIT 1),
                        CASE WHEN NOT EXISTS (
                            SELECT FROM external_order WHERE sync_id = sync.id AND state = 'failed'
                        ) THEN last_sync_message END
                   )
             WHERE last_sync_status = 'error' AND last_sync_problem IS NULL
            """
        )
    )
