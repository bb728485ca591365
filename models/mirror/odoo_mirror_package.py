from odoo import fields, models

from .odoo_mirror_mixin import sorting_index, unlinked_index


class OdooMirrorPackage(models.Model):
    _name = "odoo.mirror.package"
    _description = "Mirrored Package"
    _inherit = ["odoo.mirror.mixin"]
    _log_access = False  # rows have their own dates, and foreign keys to users would double their cost
    _order = "name, remote_id"
    _sorted_by_start = ("name",)

    name = fields.Char("Package Reference", readonly=True)
    package_type_remote_id = fields.Integer("Package Type ID", readonly=True, aggregator=None)
    package_type_name = fields.Char("Package Type", readonly=True)
    location_remote_id = fields.Integer("Location ID", readonly=True, aggregator=None)
    location_id = fields.Many2one("odoo.mirror.location", readonly=True, index="btree_not_null")
    owner_remote_id = fields.Integer("Owner ID", readonly=True, aggregator=None)
    owner_name = fields.Char("Owner", readonly=True)
    company_remote_id = fields.Integer("Company ID", readonly=True, aggregator=None)

    quant_ids = fields.One2many("odoo.mirror.quant", "package_id", "Contents", domain=[("gone", "=", False)])

    _default_order = sorting_index("name", "remote_id")
    _unlinked_location = unlinked_index("location")
