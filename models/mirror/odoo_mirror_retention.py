from datetime import timedelta

from odoo import api, fields, models

from ...lib.remote_odoo.versions import KINDS

# Delete at most this many rows of a mirror in one statement.
BATCH_SIZE = 10_000
# A date cannot be much further back.
MAX_RETENTION_DAYS = 36_500


class OdooSyncSource(models.Model):
    """Rows that have gone from the remote are kept for a while, and then deleted here too."""

    _inherit = "odoo.sync.source"

    gone_retention_days = fields.Integer(
        "Keep Gone Rows",
        default=365,
        help="Number of days after which rows that no longer exist in the remote database are deleted here too. 0 "
        "keeps them.",
    )

    _gone_retention_positive = models.Constraint(
        "CHECK (gone_retention_days >= 0)", "The number of days must not be negative."
    )

    @api.autovacuum
    def _gc_gone(self):
        """Delete rows that have gone for longer than their source keeps them, lines before their transfers."""
        deleted, is_full = 0, False
        for source in self.with_context(active_test=False).search([("gone_retention_days", ">", 0)]):
            days = min(source.gone_retention_days, MAX_RETENTION_DAYS)
            limit = fields.Datetime.now() - timedelta(days=days)
            for kind in reversed(KINDS):
                mirror = self.env["odoo.mirror.sync"]._get_mirror(kind)
                count = mirror._delete_gone(source, limit, BATCH_SIZE)
                deleted, is_full = deleted + count, is_full or count == BATCH_SIZE
        return deleted, is_full
