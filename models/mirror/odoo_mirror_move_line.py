from odoo import fields, models

from .odoo_mirror_mixin import unlinked_index


class OdooMirrorMoveLine(models.Model):
    _name = "odoo.mirror.move.line"
    _description = "Mirrored Move Line"
    _inherit = ["odoo.mirror.mixin"]
    _log_access = False  # rows have their own dates, and foreign keys to users would double their cost
    _order = "date desc, remote_id"
    _rec_name = "reference"

    picking_remote_id = fields.Integer("Transfer ID", readonly=True, aggregator=None, index="btree_not_null")
    picking_id = fields.Many2one("odoo.mirror.picking", "Transfer", readonly=True, index="btree_not_null")
    reference = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("draft", "New"),
            ("waiting", "Waiting Another Move"),
            ("confirmed", "Waiting"),
            ("partially_available", "Partially Available"),
            ("assigned", "Available"),
            ("done", "Done"),
            ("cancel", "Cancelled"),
        ],
        "Status",
        readonly=True,
    )
    date = fields.Datetime(readonly=True)
    product_remote_id = fields.Integer("Product ID", readonly=True, aggregator=None)
    product_id = fields.Many2one("odoo.mirror.product", readonly=True, index="btree_not_null")
    product_uom_remote_id = fields.Integer("Unit ID", readonly=True, aggregator=None)
    product_uom_name = fields.Char("Unit", readonly=True)
    # Numeric columns without a scale keep the numbers exactly as the remote sent them.
    quantity = fields.Float(digits=0, readonly=True, help="The reserved quantity or, once picked, the quantity taken.")
    qty_done = fields.Float(
        "Done", digits=0, readonly=True, help="The quantity actually picked; 0 while it is only reserved."
    )
    picked = fields.Boolean(readonly=True)
    location_remote_id = fields.Integer("From ID", readonly=True, aggregator=None)
    location_id = fields.Many2one("odoo.mirror.location", "From", readonly=True, index="btree_not_null")
    location_dest_remote_id = fields.Integer("To ID", readonly=True, aggregator=None)
    location_dest_id = fields.Many2one("odoo.mirror.location", "To", readonly=True, index="btree_not_null")
    lot_remote_id = fields.Integer("Lot ID", readonly=True, aggregator=None)
    lot_id = fields.Many2one("odoo.mirror.lot", "Lot/Serial Number", readonly=True, index="btree_not_null")
    lot_name = fields.Char("Lot/Serial Number Name", readonly=True)
    package_remote_id = fields.Integer("Source Package ID", readonly=True, aggregator=None)
    package_id = fields.Many2one("odoo.mirror.package", "Source Package", readonly=True, index="btree_not_null")
    result_package_remote_id = fields.Integer("Destination Package ID", readonly=True, aggregator=None)
    result_package_id = fields.Many2one(
        "odoo.mirror.package", "Destination Package", readonly=True, index="btree_not_null"
    )
    owner_remote_id = fields.Integer("Owner ID", readonly=True, aggregator=None)
    owner_name = fields.Char("Owner", readonly=True)
    company_remote_id = fields.Integer("Company ID", readonly=True, aggregator=None)

    # The list.
    _default_order = models.Index("(date DESC, remote_id)")
    _unlinked_picking = unlinked_index("picking")
    _unlinked_product = unlinked_index("product")
    _unlinked_location = unlinked_index("location")
    _unlinked_location_dest = unlinked_index("location_dest")
    _unlinked_lot = unlinked_index("lot")
    _unlinked_package = unlinked_index("package")
    _unlinked_result_package = unlinked_index("result_package")
