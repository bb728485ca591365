"""Stock and transfers in the database of Odoo 14, and its random changes."""

from contextlib import closing

from ..stand_ins.remote_odoo.changes import Changes
from ..stand_ins.remote_odoo.place import Place
from ..stand_ins.remote_odoo.server import RemoteFault
from ..stand_ins.remote_odoo.stock_data import MARK
from .server import OldServer

SHELVES, PRODUCTS, PICKINGS, LINES = 10, 100, 100, 3
QUANTS = """
    INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date, create_uid,
        write_uid, create_date, write_date)
    SELECT product, shelf, 1, 40.25, 0, now() AT TIME ZONE 'UTC', 1, 1, now() AT TIME ZONE 'UTC',
        now() AT TIME ZONE 'UTC'
    FROM unnest(%s) AS product, unnest(%s) AS shelf
"""


def fill(place: Place, server: OldServer) -> None:
    """Create products, shelves, lots, packages, quants, and transfers that are ready."""
    [warehouse] = server.call("stock.warehouse", "search_read", domain=[], fields=["out_type_id"], limit=1)
    [kind] = server.call(
        "stock.picking.type",
        "read",
        ids=[warehouse["out_type_id"][0]],
        fields=["default_location_src_id", "default_location_dest_id"],
    )
    [customers] = server.call("stock.location", "search", domain=[["usage", "=", "customer"]], limit=1)
    source = kind["default_location_src_id"][0]
    shelves = server.call(
        "stock.location",
        "create",
        vals_list=[{"name": f"Shelf {number:03}", "location_id": source} for number in range(SHELVES)],
    )
    products = server.call(
        "product.product",
        "create",
        vals_list=[
            {"name": f"{MARK} {number:04}", "default_code": f"RS{number:04}", "type": "product", "list_price": number}
            for number in range(PRODUCTS)
        ],
    )
    lots = [{"name": f"LOT{product}", "product_id": product, "company_id": 1} for product in products]
    server.call("stock.production.lot", "create", vals_list=lots)
    server.call("stock.quant.package", "create", vals_list=[{"name": f"BOX{number:04}"} for number in range(PRODUCTS)])
    with closing(place.connect(server.database)) as connection:
        connection.cursor().execute(QUANTS, [products, shelves])
    pickings = []
    for number in range(PICKINGS):
        route = {"location_id": shelves[number % SHELVES], "location_dest_id": customers}
        moves = [_move(products[(number + line * 7) % PRODUCTS], 1 + line, route) for line in range(LINES)]
        pickings.append({"picking_type_id": kind["id"], "origin": MARK, "move_lines": moves, **route})
    ids = server.call("stock.picking", "create", vals_list=pickings)
    server.call("stock.picking", "action_confirm", ids=ids)
    server.call("stock.picking", "action_assign", ids=ids)


def _move(product: int, quantity: float, route: dict[str, int]) -> list:
    return [0, 0, {"name": MARK, "product_id": product, "product_uom": 1, "product_uom_qty": quantity, **route}]


class OldChanges(Changes):
    """The changes in the way of Odoo 14: other models and fields, and inventories without a separate step."""

    LOT, PACKAGE = "stock.production.lot", "stock.quant.package"
    STORABLE = [["type", "=", "product"]]

    def create_product(self) -> None:
        name = f"New product {self._random.random()}"
        values = {"name": name, "type": "product", "list_price": self._random.randrange(9999) / 100}
        self._call("product.product", "create", vals_list=[values])

    def create_lot(self) -> None:
        values = {"name": f"NEW{self._random.random()}", "product_id": self._pick("product.product", self.STORABLE)}
        self._call(self.LOT, "create", vals_list=[{**values, "company_id": 1}])

    def create_picking(self) -> None:
        [quant] = self._search(
            "stock.quant",
            [["location_id.name", "like", "Shelf"], ["quantity", ">", 5]],
            ["product_id", "location_id"],
        )
        [model] = self._search("stock.picking", [["origin", "=", MARK]], ["picking_type_id", "location_dest_id"])
        route = {"location_id": quant["location_id"][0], "location_dest_id": model["location_dest_id"][0]}
        values = {
            "picking_type_id": model["picking_type_id"][0],
            "origin": f"New {self._random.randrange(1000)}",
            "move_lines": [_move(quant["product_id"][0], self._random.randint(1, 4), route)],
            **route,
        }
        [picking] = self._call("stock.picking", "create", vals_list=[values])
        self._call("stock.picking", "action_confirm", ids=[picking])
        self._call("stock.picking", "action_assign", ids=[picking])

    def write_line(self) -> None:
        line = self._pick("stock.move.line", [["state", "=", "assigned"]])
        field = self._random.choice(["qty_done", "product_uom_qty"])
        self._call("stock.move.line", "write", ids=[line], vals={field: self._random.choice([0.5, 1, 2])})

    def write_quant(self) -> None:
        quant = self._pick("stock.quant", [["location_id.name", "like", "Shelf"]])
        values = {"inventory_quantity": self._random.randint(8, 40)}
        self._call("stock.quant", "write", ids=[quant], vals=values, context={"inventory_mode": True})

    def validate_picking(self) -> None:
        picking = self._pick("stock.picking", [["state", "=", "assigned"], ["origin", "!=", False]])
        lines = self._call(
            "stock.move.line", "search_read", domain=[["picking_id", "=", picking]], fields=["product_uom_qty"]
        )
        for line in lines:
            self._call("stock.move.line", "write", ids=[line["id"]], vals={"qty_done": line["product_uom_qty"]})
        answer = self._call("stock.picking", "button_validate", ids=[picking], context={"skip_sms": True})
        if answer is not True:
            raise RemoteFault("button_validate asks back")
