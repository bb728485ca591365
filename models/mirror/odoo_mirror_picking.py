from odoo import api, fields, models

from ..warehouse.sort_date import sort_date
from .odoo_mirror_mixin import unlinked_index


class OdooMirrorPicking(models.Model):
    _name = "odoo.mirror.picking"
    _description = "Mirrored Transfer"
    _inherit = ["odoo.mirror.mixin"]
    _log_access = False  # rows have their own dates, and foreign keys to users would double their cost
    _order = "scheduled_date desc, remote_id"
    _rec_names_search = ["name", "origin"]

    name = fields.Char("Reference", readonly=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("waiting", "Waiting Another Operation"),
            ("confirmed", "Waiting"),
            ("assigned", "Ready"),
            ("done", "Done"),
            ("cancel", "Cancelled"),
        ],
        "Status",
        readonly=True,
    )
    origin = fields.Char("Source Document", readonly=True)
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], readonly=True)
    scheduled_date = fields.Datetime(readonly=True)
    date_deadline = fields.Datetime("Deadline", readonly=True)
    date_done = fields.Datetime("Date of Transfer", readonly=True)
    remote_create_date = fields.Datetime("Created", readonly=True)
    picking_type_code = fields.Char("Type of Operation", readonly=True)
    picking_type_remote_id = fields.Integer("Operation Type ID", readonly=True, aggregator=None)
    picking_type_name = fields.Char("Operation Type", readonly=True)
    location_remote_id = fields.Integer("Source Location ID", readonly=True, aggregator=None)
    location_id = fields.Many2one("odoo.mirror.location", "Source Location", readonly=True, index="btree_not_null")
    location_dest_remote_id = fields.Integer("Destination Location ID", readonly=True, aggregator=None)
    location_dest_id = fields.Many2one(
        "odoo.mirror.location", "Destination Location", readonly=True, index="btree_not_null"
    )
    partner_remote_id = fields.Integer("Contact ID", readonly=True, aggregator=None)
    partner_name = fields.Char("Contact", readonly=True)
    backorder_remote_id = fields.Integer("Backorder ID", readonly=True, aggregator=None)
    backorder_id = fields.Many2one("odoo.mirror.picking", "Back Order of", readonly=True, index="btree_not_null")
    company_remote_id = fields.Integer("Company ID", readonly=True, aggregator=None)

    move_line_ids = fields.One2many("odoo.mirror.move.line", "picking_id", "Operations", domain=[("gone", "=", False)])

    # The sort order of the warehouse API, for its keyset pages. Transfers without a date come last. Both contain what
    # `updated_since` compares, as in `stock.picking`.
    _api_order_index = models.Index(f"(source_id, ({sort_date('scheduled_date')}) DESC, remote_id, synced_date)")

    _api_state_index = models.Index(f"(source_id, state, ({sort_date('scheduled_date')}) DESC, remote_id, synced_date)")

    # The list.
    _default_order = models.Index("(scheduled_date DESC, remote_id)")
    # `updated_since` and `last_received` of the warehouse API, which a client asks every minute.
    _api_written_index = models.Index("(source_id, synced_date)")
    _api_received_index = models.Index("(source_id, received_date)")

    _unlinked_location = unlinked_index("location")
    _unlinked_location_dest = unlinked_index("location_dest")
    _unlinked_backorder = unlinked_index("backorder")

    @api.model
    def _upsert(self, source, rows):
        if rows:
            dates = {row["remote_id"]: row["scheduled_date"] for row in rows}
            self.env["odoo.mirror.picking.reschedule"]._log_before_upsert(source, dates)
        return super()._upsert(source, rows)
