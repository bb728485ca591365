from odoo import fields, models

from .odoo_mirror_mixin import sorting_index, unlinked_index


class OdooMirrorLot(models.Model):
    _name = "odoo.mirror.lot"
    _description = "Mirrored Lot"
    _inherit = ["odoo.mirror.mixin"]
    _log_access = False  # rows have their own dates, and foreign keys to users would double their cost
    _order = "name, remote_id"
    _sorted_by_start = ("name",)
    _rec_names_search = ["name", "ref"]

    name = fields.Char("Lot/Serial Number", readonly=True)
    ref = fields.Char("Internal Reference", readonly=True)
    product_remote_id = fields.Integer("Product ID", readonly=True, aggregator=None)
    product_id = fields.Many2one("odoo.mirror.product", readonly=True, index="btree_not_null")
    company_remote_id = fields.Integer("Company ID", readonly=True, aggregator=None)

    quant_ids = fields.One2many("odoo.mirror.quant", "lot_id", "Stock", domain=[("gone", "=", False)])

    _default_order = sorting_index("name", "remote_id")
    _unlinked_product = unlinked_index("product")
