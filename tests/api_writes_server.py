from odoo.fields import Command

from .own_database import OwnDatabaseCase

IN_STOCK = 1_000_000


class WritesServerCase(OwnDatabaseCase):
    """An Odoo server with products in stock, for transfers that are committed."""

    PRODUCTS = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_server()
        call = cls.client.call
        [cls.picking_type] = call("stock.picking.type", "search", [("code", "=", "outgoing")], limit=1)
        [operation] = call("stock.picking.type", "read", [cls.picking_type], ["default_location_src_id"])
        cls.location = operation["default_location_src_id"][0]
        [cls.customers] = call("stock.location", "search", [("usage", "=", "customer")], limit=1)
        cls.products = [
            call(
                "product.product",
                "create",
                {"name": f"Part {number}", "is_storable": True, "barcode": f"PART-{number}"},
            )
            for number in range(cls.PRODUCTS)
        ]
        quants = call(
            "stock.quant",
            "create",
            [
                {"product_id": product, "location_id": cls.location, "inventory_quantity": IN_STOCK}
                for product in cls.products
            ],
        )
        call("stock.quant", "action_apply_inventory", quants)

    def create_picking(self, demands):
        """Return the id and the line ids by product of a reserved transfer of {product: quantity}."""
        call = self.client.call
        locations = {"location_id": self.location, "location_dest_id": self.customers}
        moves = [
            Command.create({"product_id": product, "product_uom_qty": quantity, **locations})
            for product, quantity in demands.items()
        ]
        values = {"picking_type_id": self.picking_type, "move_ids": moves, **locations}
        picking = call("stock.picking", "create", values)
        call("stock.picking", "action_confirm", [picking])
        call("stock.picking", "action_assign", [picking])
        return picking, {product: ids[0] for product, ids in self.read_lines(picking, "id").items()}

    def read_lines(self, picking, field, *domain):
        """Return {product: [value of each line]}."""
        rows = self.client.call(
            "stock.move.line", "search_read", [("picking_id", "=", picking), *domain], ["product_id", field]
        )
        found = {}
        for row in rows:
            found.setdefault(row["product_id"][0], []).append(row[field])
        return found
