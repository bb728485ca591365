from odoo import api, fields, models
from odoo.tools import SQL

from .odoo_mirror_mixin import unlinked_index


class OdooMirrorQuant(models.Model):
    _name = "odoo.mirror.quant"
    _description = "Mirrored Stock"
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

    # The list.
    _default_order = models.Index("(product_id, location_id, in_date, remote_id)")
    _of_product = models.Index("(source_id, product_remote_id)")
    _unlinked_product = unlinked_index("product")
    _unlinked_location = unlinked_index("location")
    _unlinked_lot = unlinked_index("lot")
    _unlinked_package = unlinked_index("package")

    @api.depends("quantity", "reserved_quantity")
    def _compute_available_quantity(self):
        for quant in self:
            quant.available_quantity = quant.quantity - quant.reserved_quantity

    # ------------------------------------------------------------
    # Comparing with the remote
    # ------------------------------------------------------------

    @api.model
    def _get_products(self, source, remote_ids):
        """Return the remote ids of the products of these quants.

        :rtype: list[int]
        """
        query = SQL(
            "SELECT DISTINCT product_remote_id FROM %s WHERE source_id = %s AND remote_id = ANY(%s) ORDER BY 1",
            SQL.identifier(self._table),
            source.id,
            remote_ids,
        )
        return [product_id for (product_id,) in self.env.execute_query(query)]

    @api.model
    def _get_mergeable_products(self, source):
        """Return the remote ids of the products with quants that Odoo may delete by itself: it merges quants that
        differ in nothing but their quantities and dates, and removes empty ones.

        :rtype: list[int]
        """
        query = SQL(
            """
            SELECT product_remote_id FROM %(table)s WHERE source_id = %(source)s AND NOT gone
            GROUP BY product_remote_id, company_remote_id, location_remote_id, lot_remote_id, package_remote_id,
                owner_remote_id
            HAVING count(*) > 1
            UNION
            SELECT product_remote_id FROM %(table)s
            WHERE source_id = %(source)s AND NOT gone AND quantity = 0 AND reserved_quantity = 0
            ORDER BY 1
            """,
            table=SQL.identifier(self._table),
            source=source.id,
        )
        return [product_id for (product_id,) in self.env.execute_query(query)]

    @api.model
    def _sql_of_products(self, products):
        """Return the condition of `_mark_gone` for the quants of these products (remote ids)."""
        return SQL("mirror.product_remote_id = ANY(%s)", list(products))
