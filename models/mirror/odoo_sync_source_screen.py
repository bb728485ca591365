import re

from odoo import api, fields, models

from ...lib.remote_odoo.versions import KINDS
from .odoo_sync_source import LOCAL_CODE

LONGEST_CODE = 64


class OdooSyncSource(models.Model):
    """What the form of a source shows and proposes."""

    _inherit = "odoo.sync.source"

    location_count = fields.Integer("Locations", compute="_compute_row_counts")
    product_count = fields.Integer("Products", compute="_compute_row_counts")
    lot_count = fields.Integer("Lots", compute="_compute_row_counts")
    package_count = fields.Integer("Packages", compute="_compute_row_counts")
    quant_count = fields.Integer("Stock", compute="_compute_row_counts")
    picking_count = fields.Integer("Transfers", compute="_compute_row_counts")
    move_line_count = fields.Integer("Move Lines", compute="_compute_row_counts")

    @api.depends("cursor_ids.row_count", "cursor_ids.is_counted")
    def _compute_row_counts(self):
        count = self.env["odoo.mirror.sync"]._count_shown
        for source in self:
            cursors = {cursor.kind: cursor for cursor in source.cursor_ids}
            for kind in KINDS:
                source[f"{kind}_count"] = count(source, cursors[kind]) if kind in cursors else 0

    @api.depends("name")
    def _compute_code(self):
        """Propose a code for a new source: its name in the letters that a code may have."""
        for source in self:
            source.code = source.code or (source.name and self._propose_code(source.name))

    @api.model
    def _propose_code(self, name):
        """Return a code made of a name that no other source has, "" if no letter of the name is allowed."""
        base = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")[: LONGEST_CODE - 4]
        # sudo: a code is unique among all companies. Only whether it is taken is used.
        sources = self.sudo().with_context(active_test=False)
        taken = {LOCAL_CODE, *sources.search([("code", "=like", f"{base}%")]).mapped("code")}
        code, number = base, 2
        while code in taken:
            code, number = f"{base}-{number}", number + 1
        return code
