from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL

from ...tools.private_context import PrivateContext
from ..warehouse.warehouse_cursor import CURSOR_SCOPE

# Key of the status → kind whose mirrored rows are counted.
COUNTED_KINDS = {
    "products": "product",
    "locations": "location",
    "pickings": "picking",
    "quants": "quant",
    "lots": "lot",
    "packages": "package",
    "move_lines": "move_line",
}


@dataclass(frozen=True)
class MirroredSource(PrivateContext):
    """In the context: the ``odoo.sync.source`` whose rows are read. The user's access to it has been checked."""

    KEY = "odoo_mirror_source_id"

    id: int


class OdooMirrorApi(models.AbstractModel):
    """The read methods of the warehouse API on a mirrored Odoo, with the same answers as for this database.

    `_for_source` sets the source. Ids are those of the remote, and rows marked as gone are left out. `updated_since`
    compares with the time when a change was received here, because that is what a client may have missed.
    """

    _name = "odoo.mirror.api"
    _description = "Warehouse API of a Mirrored Odoo"
    _inherit = ["warehouse.api"]

    _picking_model = "odoo.mirror.picking"
    _line_model = "odoo.mirror.move.line"
    _reschedule_model = "odoo.mirror.picking.reschedule"
    _written_field = "synced_date"
    _received_field = "received_date"
    _newest_order = "received_date DESC"

    @api.model
    def _for_source(self, source):
        """Return this model, reading the rows of an ``odoo.sync.source``."""
        return MirroredSource(source.id).on(self)

    @property
    def _source_id(self):
        return MirroredSource.current(self.env).id

    @api.model
    def _get_field_name(self, key):
        if key == "id":
            return "remote_id"
        return f"{key.removesuffix('_id')}_remote_id" if key.endswith("_id") else key

    @api.model
    def _get_domain(self):
        return [("source_id", "=", self._source_id), ("gone", "=", False)]

    @api.model
    def _get_scope(self):
        return f"{CURSOR_SCOPE}.source_{self._source_id}"

    @api.model
    def _get_line_columns(self, Line, query):
        return {"qty_demand": SQL("NULL::numeric")}  # stock moves are not mirrored

    _package_name_field = "name"

    @api.model
    def _sql_partner_name(self, Picking, query):
        return Picking._field_to_sql(query.table, "partner_name", query)

    @api.model
    def _sql_product_name(self, Line, query):
        return self._sql_of_reference(Line, query, "product_id", "name")

    @api.model
    def _get_counted(self):
        sync = self.env["odoo.mirror.sync"]
        counted = {}
        for key, kind in COUNTED_KINDS.items():
            mirror = sync._get_mirror(kind)
            # Archived rows are mirrored too, but like local archived records they are not counted.
            active = [("remote_active", "=", True)] if "remote_active" in mirror._fields else []
            counted[key] = (mirror._name, [*self._get_domain(), *active])
        return counted

    @api.model
    def _sql_last_synced(self, key):
        return SQL(
            "SELECT synced_date FROM odoo_sync_cursor WHERE source_id = %s AND kind = %s",
            self._source_id,
            COUNTED_KINDS[key],
        )
