from odoo import api, fields, models


class OdooMirrorQuant(models.Model):
    _name = "odoo.mirror.quant"
    _description = "Mirrored Quant"
    _inherit = ["odoo.mirror.mixin"]
    _log_access = False  # rows have their own dates, and foreign keys to users would double their cost
    # By the ids of products and locations, not by their names: in the order of the index below.
    _order = "product_id.id, location_id.id, in_date, remote_id"
    _rec_name = "product_id"

    product_remote_id = fields.Integer("Product ID", readonly=True, aggregator=None)
    product_id = fields.Many2one("odoo.mirror.product", readonly=True)
    location_remote_id = fields.Integer("Location ID", readonly=True, aggregator=None)
    location_id = fields.Many2one("odoo.mirror.location", readonly=True, index="btree_not_null")
    location_usage = fields.Char(related="location_id.usage")
    lot_remote_id = fields.Integer("Lot ID", readonly=True, aggregator=None)
    lot_id = fields.Many2one("odoo.mirror.lot", "Lot/Serial Number", readonly=True, index="btree_not_null")
    package_remote_id = fields.Integer("Package ID", readonly=True, aggregator=None)
    package_id = fields.Many2one("odoo.mirror.package", readonly=True, index="btree_not_null")
    owner_remote_id = fields.Integer("Owner ID", readonly=True, aggregator=None)
    owner_name = fields.Char("Owner", readonly=True)
    # Numeric columns without a scale keep the numbers exactly as the remote sent them.
    quantity = fields.Float("On Hand", digits=0, readonly=True)
    reserved_quantity = fields.Float("Reserved", digits=0, readonly=True)
    available_quantity = fields.Float("Available", digits=0, compute="_compute_available_quantity")
    uom_name = fields.Char("Unit", related="product_id.uom_name")
    in_date = fields.Datetime("Incoming Date", readonly=True)
    company_remote_id = fields.Integer("Company ID", readonly=True, aggregator=None)

    # The list, and the quants of a product.
    _default_order = models.Index("(product_id, location_id, in_date, remote_id)")

    @api.depends("quantity", "reserved_quantity")
    def _compute_available_quantity(self):
        for quant in self:
            quant.available_quantity = quant.quantity - quant.reserved_quantity
