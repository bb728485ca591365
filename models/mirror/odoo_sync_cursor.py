from datetime import timedelta

from odoo import api, fields, models

from ...lib.remote_odoo.versions import KINDS

# All rows of a kind are compared with the remote's at this interval, even if dates and counts show no change. Quants
# are compared more often, because Odoo also changes them by SQL, see `_compare_quants`.
COMPARE_AFTER = timedelta(hours=24)
COMPARE_QUANTS_AFTER = timedelta(hours=1)


class OdooSyncCursor(models.Model):
    """The sync state of one kind of one source."""

    _name = "odoo.sync.cursor"
    _description = "Warehouse Mirror State"
    _order = "source_id, id"
    _rec_name = "kind"

    source_id = fields.Many2one("odoo.sync.source", required=True, ondelete="cascade", readonly=True)
    kind = fields.Selection(selection="_selection_kind", required=True, readonly=True)
    asked_date = fields.Datetime(readonly=True, help="Remote time when the last complete synchronization started.")
    whole_date = fields.Datetime("Compared", readonly=True, help="When all rows were last compared.")
    synced_date = fields.Datetime("Synced", readonly=True, help="When the last complete synchronization ended.")
    row_count = fields.Integer("Rows", readonly=True)
    is_counted = fields.Boolean(readonly=True, help="No row has changed since the rows were counted.")
    interruptions = fields.Integer(
        readonly=True, help="How many times in a row the server stopped while reading these rows."
    )

    _kind_unique = models.Constraint("UNIQUE (source_id, kind)", "A source can have only one cursor for each kind.")

    @api.model
    def _selection_kind(self):
        return [(kind, self.env["odoo.mirror.sync"]._get_label(kind)) for kind in KINDS]

    @api.model
    def _get(self, source, kind):
        """Return the cursor of a kind of a source; create an empty one if there is none yet."""
        cursor = self.search([("source_id", "=", source.id), ("kind", "=", kind)])
        return cursor or self.create({"source_id": source.id, "kind": kind})

    def _take_row_count(self):
        """Return the number of rows at the end of the last pass, None if that is not known.

        It is not known if this pass is interrupted: what it commits until then, it commits with this.
        """
        count = self.row_count if self.is_counted else None
        self.is_counted = False
        return count

    def _is_comparing_due(self):
        """Return whether it is time to compare all rows with the remote's."""
        self.ensure_one()
        age = COMPARE_QUANTS_AFTER if self.kind == "quant" else COMPARE_AFTER
        return not self.whole_date or self.whole_date < fields.Datetime.now() - age
