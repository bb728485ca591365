import math
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import LockError, MissingError
from odoo.tools import SQL

from .warehouse_conflict import WarehouseConflict


class Place(NamedTuple):
    """Where the goods of a move line are taken from."""

    location: models.BaseModel
    lot: models.BaseModel
    package: models.BaseModel

    @classmethod
    def of(cls, line):
        return cls(line.location_id, line.lot_id, line.package_id)

    @property
    def values(self):
        """The values of a move line that is there."""
        return {"location_id": self.location.id, "lot_id": self.lot.id, "package_id": self.package.id}


class WarehouseWrite(models.AbstractModel):
    """Confirming a move line: what was really picked.

    If a line is picked in part, a new line has the rest, which stays reserved and can be picked elsewhere, as in Odoo's
    Barcode app. Only goods that are there can be picked: if a line needs more than its own reservation, it takes from
    lines with the rest of the same demand, and from goods that are free.
    """

    _inherit = "warehouse.write"

    @api.model
    def _confirm(
        self,
        picking,
        line_id,
        qty_done,
        scanned_product_barcode=None,
        scanned_location_barcode=None,
        lot_name=None,
        result_package=None,
    ):
        """Pick a line; see docs/handheld.md.

        :param qty_done: the whole quantity of the line, in its unit; 0 undoes the picking.
        :raise WarehouseConflict: if it cannot be picked like this.
        """
        self._check_open(picking)
        line = picking.move_line_ids.filtered(lambda line: line.id == line_id)
        if not line:
            raise MissingError(self.env._("The transfer has no such line."))
        if line.state in ("done", "cancel"):
            raise WarehouseConflict("line_done", self.env._("The line is already done."))
        quantity = self._checked_quantity(line, float(qty_done))
        if scanned_product_barcode:
            scanned = self._check_product(line, scanned_product_barcode)
            lot_name = self._choose_lot_name(line, scanned, lot_name)
        location, destination = self._check_location(line, scanned_location_barcode)
        if not quantity:
            if line.picked:
                self._undo(line)
            return
        keeps_destination = line.picked or destination != line.location_dest_id
        is_reserved = not line.move_id._should_bypass_reservation(location)
        lot, new_lot = self._check_lot(line, lot_name, is_reserved)
        values = {"lot_id": lot.id, "lot_name": new_lot} if lot_name else {}
        if location != line.location_id:
            values["location_id"] = location.id
        if destination != line.location_dest_id:
            values["location_dest_id"] = destination.id
        if is_reserved:
            self._take(line, quantity, location, lot, values)
        else:
            self._receive(line, quantity, values)
        if result_package:
            self._pack(line, result_package, destination if keeps_destination else None)

    @api.model
    def _check_open(self, picking):
        if picking.state == "done":
            raise WarehouseConflict("picking_done", self.env._("The transfer is already done."))
        if picking.state == "cancel":
            raise WarehouseConflict("picking_cancelled", self.env._("The transfer is cancelled."))
        if picking.state == "draft":
            raise WarehouseConflict("picking_draft", self.env._("The transfer is a draft. Mark it as To Do first."))

    @api.model
    def _checked_quantity(self, line, quantity):
        unit = line.product_uom_id
        if not math.isclose(quantity, unit.round(quantity)):
            message = self.env._(
                "%(quantity)s has more decimals than the unit %(unit)s allows.", quantity=quantity, unit=unit.name
            )
            raise WarehouseConflict("quantity_rounding", message)
        counted = unit._compute_quantity(quantity, line.product_id.uom_id, round=False)
        if line.product_id.tracking == "serial" and quantity and line.product_id.uom_id.compare(counted, 1):
            message = self.env._("A serial number is one piece. Confirm one line for each serial number.")
            raise WarehouseConflict("serial_quantity", message)
        return unit.round(quantity)

    # ------------------------------------------------------------
    # What was scanned
    # ------------------------------------------------------------

    @api.model
    def _check_product(self, line, barcode):
        scanned = self.env["warehouse.barcode"]._scan(barcode, line.company_id, ("product", "lot"))
        product = line.product_id
        if product in scanned.products or product in scanned.lots.product_id:
            return scanned
        expected = product.barcode or None
        message = self.env._("This is not %(product)s.", product=product.display_name)
        raise WarehouseConflict("wrong_product", message, product_id=product.id, expected_barcode=expected)

    @api.model
    def _check_location(self, line, barcode):
        """Return the source and the destination of the line, one of them perhaps as scanned.

        Where the source is not a place in a warehouse, as in a receipt, the scanned location is the destination.
        """
        source, destination = line.location_id, line.location_dest_id
        if not barcode:
            return source, destination
        receiving = source.should_bypass_reservation()
        expected = destination if receiving else source
        limits = line.picking_id.location_dest_id if receiving else line.picking_id.location_id
        scanned = self.env["warehouse.barcode"]._scan(barcode, line.company_id, ("location",)).locations
        if expected in scanned:
            return source, destination
        scanned = scanned.filtered(lambda place: place.usage != "view" and place._child_of(limits))
        if len(scanned) != 1 or (not receiving and not self._holds(scanned, line.product_id)):
            message = self.env._("The goods have to be taken from %s.", expected.display_name)
            if receiving:
                message = self.env._("The goods have to be put into %s.", expected.display_name)
            raise WarehouseConflict(
                "wrong_location", message, location_id=expected.id, expected_barcode=expected.barcode or None
            )
        return (source, scanned) if receiving else (scanned, destination)

    @api.model
    def _holds(self, location, product):
        quants = [("location_id", "=", location.id), ("product_id", "=", product.id), ("quantity", ">", 0)]
        return not product.is_storable or bool(self.env["stock.quant"].search_count(quants, limit=1))

    # ------------------------------------------------------------
    # Picking
    # ------------------------------------------------------------

    @api.model
    def _receive(self, line, quantity, values):
        """Pick a line whose goods need no reservation: received ones, or those that are not counted in stock."""
        unit, held = line.product_uom_id, line.quantity
        # The rest stays where it was to go, perhaps a place that Odoo chose by a put-away rule.
        places = {"location_id": line.location_id.id, "location_dest_id": line.location_dest_id.id}
        open_lines = self._other_lines(line).filtered(lambda other: not other.lot_id and not other.lot_name)
        self._pick(line, quantity, values)
        if unit.compare(quantity, held) > 0:
            for other, given in self._lend(open_lines, quantity - held):
                self._reduce(other, given)
        elif unit.compare(quantity, held) < 0:
            self._leave(line, self._wanted(line, held - quantity), lot_id=False, lot_name=False, **places)
            line.move_id._recompute_state()  # Odoo does so for a new line only if it reserves goods

    @api.model
    def _take(self, line, quantity, location, lot, values):
        """Pick a line whose goods are reserved, from its own place or another one."""
        held, old = line.quantity, Place.of(line)
        target = self._choose_place(line, quantity, location, lot)
        own = held if target == old else 0.0
        lenders = self._lenders(line, target)
        # At its own place, the line takes from the rest of its demand. At another place, it takes free goods first, so
        # that other lines keep their reservations.
        free = 0.0 if target == old else self._free(line, target)
        lent = self._lend(lenders, max(0.0, quantity - own - free))
        if target != old:
            values = {**values, "lot_id": target.lot.id, "package_id": target.package.id}
            if line.result_package_id == old.package != target.package:
                values["result_package_id"] = False
        borrowed = sum(given for _other, given in lent)
        rest = max(0.0, held - quantity)
        self._pick(line, quantity, values)
        # What the line leaves at its own place: as much as the demand still needs, and no more than it held there.
        left = rest if target == old else min(held, rest + borrowed)
        left = self._wanted(line, left, given_up=borrowed)
        for other, given in lent:
            swapped = 0.0 if target == old else min(given, left)
            left -= swapped
            self._exchange(other, given, swapped, old)
        self._leave(line, left, **old.values)

    @api.model
    def _pick(self, line, quantity, values):
        """Write what was picked, but only values that differ: otherwise Odoo would reserve the same goods again."""
        values = {**values, "quantity": quantity, "picked": True}
        current = line._convert_to_write({name: line[name] for name in values})
        self._write(line, {name: value for name, value in values.items() if value != current[name]})

    @api.model
    def _write(self, line, values):
        """Write the values of a line, the package for the goods apart from the others.

        Odoo adjusts no reservation in a write that has this package.
        """
        packed = {name: value for name, value in values.items() if name == "result_package_id"}
        line.write({name: value for name, value in values.items() if name not in packed})
        if packed:
            line.write(packed)

    @api.model
    def _undo(self, line):
        """Open the line again. It gives back what it has above the demand, such as a mistyped quantity."""
        line.picked = False
        unit, wanted = line.product_uom_id, self._wanted(line, line.quantity, of_line=True)
        if not unit.is_zero(wanted) and unit.compare(wanted, line.quantity) < 0:
            line.quantity = wanted

    @api.model
    def _choose_place(self, line, quantity, location, lot):
        """Return the `Place` to take the goods from.

        :raise WarehouseConflict: ``not_enough`` if they are not there.
        """
        packages = [line.package_id] if location == line.location_id else []
        packages.append(self.env["stock.package"])
        held_in = self._packages_at(line, location, lot) if (location, lot) != (line.location_id, line.lot_id) else []
        if len(held_in) == 1:
            packages.append(held_in)
        most = 0.0
        for package in packages:
            place = Place(location, lot, package)
            own = line.quantity if place == Place.of(line) else 0.0
            if line.product_uom_id.compare(quantity, own) <= 0:
                return place
            self._lock_goods(line, place)
            there = own + self._free(line, place) + sum(self._lenders(line, place).mapped("quantity"))
            if line.product_uom_id.compare(quantity, there) <= 0:
                return place
            most = max(most, there)
        if len(held_in) > 1:
            message = self.env._(
                "%(product)s is in several packages at %(place)s. Choose the package in Odoo.",
                product=line.product_id.display_name,
                place=location.display_name,
            )
            raise WarehouseConflict("package_ambiguous", message)
        message = self.env._(
            "Only %(free)g %(unit)s of %(product)s are available, not %(quantity)g.",
            free=most,
            unit=line.product_uom_id.name,
            product=line.product_id.display_name,
            quantity=quantity,
        )
        raise WarehouseConflict("not_enough", message, free=most, product_uom_id=line.product_uom_id.id)

    @api.model
    def _packages_at(self, line, location, lot):
        """Return the packages that hold such goods at another place than the line's."""
        quants = self.env["stock.quant"]._gather(line.product_id, location, lot, owner_id=line.owner_id)
        return quants.filtered(
            lambda quant: (
                quant.location_id == location
                and quant.lot_id == lot
                and quant.owner_id == line.owner_id
                and quant.product_uom_id.compare(quant.quantity, 0) > 0
            )
        ).package_id

    @api.model
    def _lock_goods(self, line, place):
        """Lock the goods before counting them, so that two transfers do not take the same."""
        quants = self.env["stock.quant"]._gather(
            line.product_id, place.location, place.lot, place.package, line.owner_id, strict=True
        )
        locking = SQL("SELECT id FROM stock_quant WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED", quants.ids)
        self.env.cr.execute(locking, log_exceptions=False)  # a conflict is not an error
        if self.env.cr.rowcount < len(quants):
            raise LockError(self.env._("Others are changing the same goods."))

    @api.model
    def _free(self, line, place):
        """Return the unreserved quantity at a place, in the unit of the line."""
        free = self.env["stock.quant"]._get_available_quantity(
            line.product_id, place.location, place.lot, place.package, line.owner_id, strict=True
        )
        return line.product_id.uom_id._compute_quantity(free, line.product_uom_id, rounding_method="DOWN")

    # ------------------------------------------------------------
    # The other lines of the same demand
    # ------------------------------------------------------------

    @api.model
    def _other_lines(self, line):
        """Return the lines of the same demand that nobody has picked yet."""
        return (line.move_id.move_line_ids - line).filtered(
            lambda other: (
                not other.picked
                and other.state not in ("done", "cancel")
                and other.product_uom_id == line.product_uom_id
                and other.owner_id == line.owner_id
            )
        )

    @api.model
    def _lenders(self, line, place):
        """Return those of these lines that have reserved goods at a place."""
        return self._other_lines(line).filtered(lambda other: Place.of(other) == place)

    @api.model
    def _wanted(self, line, quantity, of_line=False, given_up=0.0):
        """Return how much of `quantity` the demand still needs beside its lines.

        :param bool of_line: whether `quantity` is that of the line itself.
        :param float given_up: what the lines are about to give up.
        """
        unit, move = line.product_uom_id, line.move_id
        lines = move.move_line_ids - line if of_line else move.move_line_ids
        held = sum(other.product_uom_id._compute_quantity(other.quantity, unit, round=False) for other in lines)
        demand = move.product_uom._compute_quantity(move.product_uom_qty, unit, round=False)
        return max(0.0, min(quantity, unit.round(demand - held + given_up)))

    @api.model
    def _lend(self, lines, wanted):
        """Return [(line, quantity)]: how much each line gives up, together at most `wanted`."""
        lent = []
        for other in lines:
            given = min(other.quantity, wanted)
            if other.product_uom_id.compare(given, 0) > 0:
                lent.append((other, given))
                wanted -= given
        return lent

    @api.model
    def _reduce(self, other, given):
        if other.product_uom_id.compare(other.quantity, given) <= 0:
            other.unlink()
        else:
            other.quantity -= given

    @api.model
    def _exchange(self, other, given, swapped, old):
        """Take `given` from another line, which gets `swapped`, at most as much, at the place `old` for it."""
        unit = other.product_uom_id
        if unit.compare(swapped, 0) <= 0:
            self._reduce(other, given)
        elif unit.compare(other.quantity, given) <= 0:
            self._write(other, {**old.values, "quantity": swapped, "result_package_id": False})
        else:
            other.quantity -= given
            self._leave(other, swapped, **old.values)

    @api.model
    def _leave(self, line, quantity, **values):
        """Create a line with the rest of a demand, if there is any."""
        if line.product_uom_id.compare(quantity, 0) <= 0:
            return
        line.copy(
            {
                "move_id": line.move_id.id,
                "quantity": quantity,
                "picked": False,
                "result_package_id": False,
                "is_entire_pack": False,
                **values,
            }
        )
