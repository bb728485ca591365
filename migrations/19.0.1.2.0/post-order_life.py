"""Let orders that list refunds be read once more when they come again: earlier releases did not book what came back."""

from odoo.tools import SQL


def migrate(cr, version):
    """Forget the digests by which these orders would be recognized unread."""
    cr.execute(
        SQL(
            """
            UPDATE external_order
               SET source_digest = NULL
             WHERE source_digest IS NOT NULL AND payload LIKE '%%"Refunds"%%'
            """
        )
    )
