"""Random changes to a remote's stock, like those of its users: through its API, one after another."""

import random
from collections import Counter
from collections.abc import Callable

from .place import Place
from .server import RemoteFault, RemoteServer
from .stock_data import MARK


class Changes:
    """Make changes, counting them in `done`, or in `refused` if Odoo refuses them."""

    LOT, PACKAGE = "stock.lot", "stock.package"

    def __init__(self, place: Place, server: RemoteServer, seed: int) -> None:
        self._server = server
        self._place = place
        self._random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.refused: list[str] = []
        self._kinds: list[Callable[[], None]] = [
            self.create_product, self.create_picking, self.create_location, self.create_lot,
            self.write_product, self.write_picking, self.write_line, self.write_quant, self.move_package,
            self.validate_picking, self.validate_picking, self.cancel_picking,
            self.archive_product, self.archive_location, self.restore_product,
            self.delete_picking, self.delete_lot, self.delete_package, self.merge_quants, self.delete_quant,
        ]  # fmt: skip

    def make(self, count: int) -> None:
        """Make `count` changes; a change that Odoo refuses is replaced by another one."""
        while count:
            change = self._random.choice(self._kinds)
            try:
                change()
            except RemoteFault as fault:
                self.refused.append(f"{change.__name__}: {fault}")
                if len(self.refused) > 1000:
                    raise
            else:
                self.done[change.__name__] += 1
                count -= 1

    # ---- creates

    def create_product(self) -> None:
        name = f"New product {self._random.random()}"
        values = {"name": name, "type": "consu", "is_storable": True, "list_price": self._random.randrange(9999) / 100}
        self._call("product.product", "create", vals_list=[values])

    def create_location(self) -> None:
        parent = self._pick("stock.location", [["usage", "=", "internal"]])
        name = f"New shelf {self._random.random()}"
        self._call("stock.location", "create", vals_list=[{"name": name, "location_id": parent}])

    def create_lot(self) -> None:
        product = self._pick("product.product", [["is_storable", "=", True]])
        self._call(self.LOT, "create", vals_list=[{"name": f"NEW{self._random.random()}", "product_id": product}])

    def create_picking(self) -> None:
        [quant] = self._search(
            "stock.quant",
            [["location_id.name", "like", "Shelf"], ["quantity", ">", 5]],
            [
                "product_id",
                "location_id",
            ],
        )
        [model] = self._search("stock.picking", [["origin", "=", MARK]], ["picking_type_id", "location_dest_id"])
        values = {
            "picking_type_id": model["picking_type_id"][0],
            "location_id": quant["location_id"][0],
            "location_dest_id": model["location_dest_id"][0],
            "origin": f"New {self._random.randrange(1000)}",
        }
        places = {"location_id": values["location_id"], "location_dest_id": values["location_dest_id"]}
        move = {"product_id": quant["product_id"][0], "product_uom_qty": self._random.randint(1, 4), **places}
        [picking] = self._call("stock.picking", "create", vals_list=[{**values, "move_ids": [[0, 0, move]]}])
        self._call("stock.picking", "action_confirm", ids=[picking])

    # ---- writes

    def write_product(self) -> None:
        values = {"list_price": self._random.randrange(9999) / 100, "name": f"Renamed {self._random.random()}"}
        self._call("product.product", "write", ids=[self._pick("product.product", [])], vals=values)

    def write_picking(self) -> None:
        picking = self._pick("stock.picking", [["state", "not in", ["done", "cancel"]]])
        values = {"origin": f"Changed {self._random.random()}", "priority": self._random.choice("01")}
        self._call("stock.picking", "write", ids=[picking], vals=values)

    def write_line(self) -> None:
        line = self._pick("stock.move.line", [["state", "=", "assigned"]])
        self._call("stock.move.line", "write", ids=[line], vals={"quantity": self._random.choice([0.5, 1, 2])})

    def write_quant(self) -> None:
        quant = self._pick("stock.quant", [["location_id.name", "like", "Shelf"]])
        self._call("stock.quant", "write", ids=[quant], vals={"inventory_quantity": self._random.randint(8, 40)})
        self._call("stock.quant", "action_apply_inventory", ids=[quant])

    def move_package(self) -> None:
        package = self._pick(self.PACKAGE, [])
        self._call(self.PACKAGE, "write", ids=[package], vals={"name": f"BOX{self._random.random()}"})

    # ---- validations

    def validate_picking(self) -> None:
        picking = self._pick("stock.picking", [["state", "=", "assigned"], ["origin", "!=", False]])
        answer = self._call("stock.picking", "button_validate", ids=[picking], context={"skip_sms": True})
        if answer is not True:
            raise RemoteFault("button_validate asks back")

    def cancel_picking(self) -> None:
        picking = self._pick("stock.picking", [["state", "in", ["confirmed", "assigned"]]])
        self._call("stock.picking", "action_cancel", ids=[picking])

    # ---- archivals

    def archive_product(self) -> None:
        self._call("product.product", "action_archive", ids=[self._pick("product.product", [])])

    def restore_product(self) -> None:
        self._call("product.product", "action_unarchive", ids=[self._pick("product.product", [["active", "=", False]])])

    def archive_location(self) -> None:
        location = self._pick("stock.location", [["name", "like", "New shelf"]])
        self._call("stock.location", "action_archive", ids=[location])

    # ---- deletions

    def delete_picking(self) -> None:
        picking = self._pick("stock.picking", [["state", "in", ["assigned", "draft"]]])
        self._call("stock.picking", "unlink", ids=[picking])

    def delete_lot(self) -> None:
        self._call(self.LOT, "unlink", ids=[self._pick(self.LOT, [["quant_ids", "=", False]])])

    def delete_package(self) -> None:
        self._call(self.PACKAGE, "unlink", ids=[self._pick(self.PACKAGE, [["quant_ids", "=", False]])])

    def merge_quants(self) -> None:
        """Split a quant by SQL and let Odoo merge the parts, which Odoo also does by SQL."""
        self._sql(
            """
            INSERT INTO stock_quant (
                product_id, location_id, company_id, quantity, reserved_quantity, in_date, write_date, create_date
            )
            SELECT product_id, location_id, company_id, 2.5, 0, in_date, write_date, create_date
            FROM stock_quant WHERE id = %s
            """,
            self._pick("stock.quant", [["location_id.name", "like", "Shelf"]]),
        )
        self._call("stock.quant", "action_view_quants")  # opening the list merges

    def delete_quant(self) -> None:
        """Delete a quant by SQL, like Odoo's own cleanup."""
        self._sql("DELETE FROM stock_quant WHERE id = %s", self._pick("stock.quant", [["reserved_quantity", "=", 0]]))

    # ---- asking

    def _call(self, model: str, method: str, **arguments: object) -> object:
        return self._server.call(model, method, **arguments)

    def _search(self, model: str, domain: list, fields: list[str]) -> list[dict]:
        """Return a random row. Raises RemoteFault if there is none."""
        context = {"active_test": ["active", "=", False] not in domain}
        count = self._call(model, "search_count", domain=domain, context=context)
        if not count:
            raise RemoteFault(f"there is no {model} like {domain}")
        offset = self._random.randrange(count)
        return self._call(
            model, "search_read", domain=domain, fields=fields, limit=1, offset=offset, order="id", context=context
        )

    def _pick(self, model: str, domain: list) -> int:
        return self._search(model, domain, ["id"])[0]["id"]

    def _sql(self, statement: str, *parameters: object) -> None:
        connection = self._place.connect(self._server.database)
        try:
            connection.cursor().execute(statement, parameters)
        finally:
            connection.close()
