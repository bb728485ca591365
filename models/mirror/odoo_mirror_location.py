from odoo import fields, models

from .odoo_mirror_mixin import unlinked_index


class OdooMirrorLocation(models.Model):
    _name = "odoo.mirror.location"
    _description = "Mirrored Location"
    _inherit = ["odoo.mirror.mixin"]
    _log_access = False  # rows have their own dates, and foreign keys to users would double their cost
    _rec_name = "complete_name"
    _order = "complete_name, remote_id"
    _parent_name = "location_id"

    name = fields.Char(readonly=True)
    complete_name = fields.Char("Full Location Name", readonly=True)
    usage = fields.Char("Location Type", readonly=True)
    barcode = fields.Char(readonly=True)
    remote_active = fields.Boolean("Active", readonly=True)
    location_remote_id = fields.Integer("Parent ID", readonly=True, aggregator=None)
    location_id = fields.Many2one("odoo.mirror.location", "Parent Location", readonly=True, index="btree_not_null")
    company_remote_id = fields.Integer("Company ID", readonly=True, aggregator=None)

    child_ids = fields.One2many("odoo.mirror.location", "location_id", "Contains")
    quant_ids = fields.One2many("odoo.mirror.quant", "location_id", "Stock", domain=[("gone", "=", False)])

    _unlinked_location = unlinked_index("location")
