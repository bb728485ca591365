from odoo import api, fields, models

from .odoo_mirror_mixin import sorting_index


class OdooMirrorProduct(models.Model):
    _name = "odoo.mirror.product"
    _description = "Mirrored Product"
    _inherit = ["odoo.mirror.mixin"]
    _log_access = False  # rows have their own dates, and foreign keys to users would double their cost
    _order = "default_code, name, remote_id"
    _sorted_by_start = ("default_code",)
    _rec_names_search = ["name", "default_code", "barcode"]

    name = fields.Char(readonly=True)
    default_code = fields.Char("Internal Reference", readonly=True)
    barcode = fields.Char(readonly=True)
    type = fields.Char("Product Type", readonly=True)
    is_storable = fields.Boolean("Track Inventory", readonly=True)
    tracking = fields.Char("Lots and Serial Numbers", readonly=True)
    # Numeric columns without a scale keep the numbers exactly as the remote sent them.
    list_price = fields.Float("Sales Price", digits=0, readonly=True, aggregator=None)
    lst_price = fields.Float(
        "Variant Price",
        digits=0,
        readonly=True,
        aggregator=None,
        help="The sales price including the extra prices of the attribute values.",
    )
    standard_price = fields.Float("Cost", digits=0, readonly=True, aggregator=None)
    weight = fields.Float(digits=0, readonly=True, aggregator=None)
    volume = fields.Float(digits=0, readonly=True, aggregator=None)
    remote_active = fields.Boolean("Active", readonly=True)
    uom_remote_id = fields.Integer("Unit ID", readonly=True, aggregator=None)
    uom_name = fields.Char("Unit", readonly=True)
    category_remote_id = fields.Integer("Category ID", readonly=True, aggregator=None)
    category_name = fields.Char("Category", readonly=True)
    currency_remote_id = fields.Integer("Currency ID", readonly=True, aggregator=None)
    currency_name = fields.Char("Currency", readonly=True)
    company_remote_id = fields.Integer("Company ID", readonly=True, aggregator=None)

    quant_ids = fields.One2many("odoo.mirror.quant", "product_id", "Stock", domain=[("gone", "=", False)])

    # The list. The name is sorted only among equal references.
    _default_order = sorting_index("default_code")

    @api.depends("name", "default_code")
    def _compute_display_name(self):
        for product in self:
            code = f"[{product.default_code}] " if product.default_code else ""
            product.display_name = f"{code}{product.name or ''}"
