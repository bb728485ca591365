from odoo import fields


class TrackedGoods:
    """Mixin of a test case: a product tracked by lot, one by serial number, and their stock in the shop."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock = cls.pos_config.picking_type_id.default_location_src_id
        cls.no_tax = cls.env["account.tax"]
        cls.by_lot = cls.create_product("Vitamin C 500", cls.no_tax, tracking="lot")
        cls.by_serial = cls.create_product("Phone", cls.no_tax, tracking="serial")

    def put(self, product, name, quantity=1.0, location=None, days=0, **values):
        """Put a lot into stock that arrived this many days ago, and return it."""
        lot = self.env["stock.lot"].search([("product_id", "=", product.id), ("name", "=", name)])
        lot = lot or self.env["stock.lot"].create({"product_id": product.id, "name": name})
        self.env["stock.quant"]._update_available_quantity(
            product,
            location or self.stock,
            quantity,
            lot_id=lot,
            in_date=fields.Datetime.subtract(fields.Datetime.now(), days=days),
            **values,
        )
        return lot
