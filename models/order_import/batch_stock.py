"""The stock from which the orders of a batch take their goods, one after the other."""

from collections import defaultdict

from .removal_order import read_quants


def return_target_of(picking_type):
    """Return the location to which a Point of Sale with this operation type moves goods that come back."""
    return_type = picking_type.return_picking_type_id
    return return_type.default_location_dest_id if return_type else picking_type.default_location_src_id


class BatchStock:
    """Simulates what Odoo takes from where, for orders whose transfers may be created together.

    :param orders: ``pos.order`` records of one batch, in the order in which they take their goods
    """

    def __init__(self, orders):
        self._orders = orders
        self._sources = orders.config_id.picking_type_id.default_location_src_id
        # Free quantities by (product, source), in all locations below the source.
        self.available = defaultdict(float)
        # Quants and their free quantities by (product, source), in the order of the removal strategy, of goods that are
        # on shelves or in lots.
        self._places = {}
        # Products that are in packages, with other owners, or otherwise not taken in a plain order: Odoo decides.
        self.undecided = set()
        # Quantities returned since the batch began, whose transfers are done after those of sold goods.
        self.came_back = defaultdict(float)
        products = orders.lines.product_id.filtered("is_storable")
        for source in self._sources:
            self._read(products, source)

    def _read(self, products, source):
        # sudo: all stock counts, regardless of the user.
        Quant = self._orders.env["stock.quant"].sudo()
        spread = products.filtered(lambda product: product.tracking != "none")
        groups = Quant._read_group(
            [("product_id", "in", products.ids), ("location_id", "child_of", source.id)],
            ["product_id", "location_id", "lot_id", "package_id", "owner_id"],
            ["quantity:sum", "reserved_quantity:sum"],
        )
        for product, location, lot, package, owner, quantity, reserved in groups:
            if package or owner or (lot and product.tracking == "none") or location.should_bypass_reservation():
                self.undecided.add(product)
            elif location != source:
                spread |= product
            self.available[product, source] += quantity - reserved
        spread -= spread.browse(product.id for product in self.undecided)
        if spread:
            self._read_places(spread, source)

    def _read_places(self, products, source):
        Quant = self._orders.env["stock.quant"].sudo()  # sudo: as above
        quants_of = read_quants(Quant, products, source)
        self.undecided.update(product for product in products if product not in quants_of)
        for product, quants in quants_of.items():
            places = [[quant, quant.quantity - quant.reserved_quantity] for quant in quants]
            if any(product.uom_id.compare(free, 0.0) < 0 for _quant, free in places):
                self.undecided.add(product)
            self._places[product, source] = places

    # ------------------------------------------------------------
    # The orders, one after the other
    # ------------------------------------------------------------

    def has_plainly(self, order):
        """Return whether the ordered quantity is either completely available, or not available at all."""
        source = self._get_source(order)
        for product, quantity in self._taken_by(order).items():
            available = self.available[product, source]
            is_short = product.uom_id.compare(available, quantity) < 0
            if product in self.undecided or (is_short and (available > 0 or product.cost_method == "fifo")):
                return False
            if product.tracking != "none" and (is_short or not self._has_lots(order, product, source)):
                return False
        return True

    def _has_lots(self, order, product, source):
        """Return whether all lots on the order's lines of a product are there."""
        wanted, locations = defaultdict(list), defaultdict(set)
        for lot_name, quantity in self._iter_lots(order, product):
            wanted[lot_name].append(quantity)
        free = defaultdict(float)
        for quant, quantity in self._places.get((product, source), ()):
            free[quant.lot_id.name] += quantity
            if product.uom_id.compare(quantity, 0.0) > 0:
                locations[quant.lot_id.name].add(quant.location_id)
        return all(
            product.uom_id.compare(free[name], sum(parts)) >= 0
            # Which line takes from which place, only Odoo knows.
            and (len(parts) == 1 or len(locations[name]) == 1)
            for name, parts in wanted.items()
        )

    def has_come_back(self, order):
        """Return whether the order sells what an earlier order of the batch has returned.

        Returned goods change the cost of their product. At standard cost, they matter if the stock would be sold out
        without them: it would lose its reservations and its date, because a batch books what it sells first.
        """
        source, taken = self._get_source(order), self._taken_by(order)
        for product in order.lines.product_id.filtered(self.came_back.get):
            if product.cost_method != "standard":
                return True
            sold = taken[product]
            left = self.available[product, source] - self.came_back[product] - sold
            if sold and product.uom_id.compare(left, 0.0) <= 0:
                return True
        return False

    def begin_batch(self):
        """Forget what was returned: those orders have been booked."""
        self.came_back.clear()

    def move(self, order):
        """Record the quantities that the order takes and returns.

        :return: for each product that is on shelves or in lots, pairs of a quant and the quantity taken from there
        :rtype: dict
        """
        source = self._get_source(order)
        taken = {}
        for product, quantity in self._taken_by(order).items():
            self.available[product, source] -= quantity
            if product.tracking != "none" and not self._has_lots(order, product, source):
                self.undecided.add(product)
            if (product, source) not in self._places:
                continue
            if product.tracking == "none":
                taken[product] = self._take(product, self._places[product, source], quantity)
            else:
                taken[product] = [
                    pick
                    for lot_name, part in self._iter_lots(order, product)
                    for pick in self._take_lot(product, source, lot_name, part)
                ]
        self._take_back(order, source)
        return taken

    def _take_lot(self, product, source, lot_name, quantity):
        """Take a lot from where it arrived last, and what is missing there from elsewhere.

        See Odoo's `stock.move._add_mls_related_to_order`, and what `stock.move` adds to it here.
        """
        places = [place for place in self._places[product, source] if place[0].lot_id.name == lot_name]
        left = [quant for quant, free in places if product.uom_id.compare(free + quant.reserved_quantity, 0.0) > 0]
        if newest := max(left, key=lambda quant: quant.id, default=None):
            places.sort(key=lambda place: place[0].location_id != newest.location_id)
        return self._take(product, places, quantity)

    def _take(self, product, places, quantity):
        """Return pairs of a quant and the quantity taken from its location, in the order of ``places``.

        A location may have several quants of the same goods, which Odoo merges from time to time.
        """
        picks = {}
        for place in places:
            quant, free = place
            part = min(free, quantity)
            if product.uom_id.compare(part, 0.0) > 0:
                place[1] -= part
                quantity -= part
                first, sum_of_parts = picks.get(quant.location_id, (quant, 0.0))
                picks[quant.location_id] = (first, sum_of_parts + part)
        return list(picks.values())

    def _take_back(self, order, source):
        target = return_target_of(order.config_id.picking_type_id)
        for line in order.lines:
            product = line.product_id
            if line.qty < 0 and product.is_storable:
                self.available[product, target] -= line.qty
                # Where the goods come to lie, and when they are taken from there, is not known here.
                if target != source or target.putaway_rule_ids or (product, source) in self._places:
                    self.undecided.add(product)
                self.came_back[product] -= line.qty

    def _get_source(self, order):
        return order.config_id.picking_type_id.default_location_src_id

    def _taken_by(self, order):
        taken = defaultdict(float)
        for line in order.lines:
            if line.qty > 0 and line.product_id.is_storable:
                taken[line.product_id] += line.qty
        return taken

    def _iter_lots(self, order, product):
        """Yield (lot name, quantity) for what the order sells of a product, in the order of its lines."""
        for line in order.lines:
            if line.product_id == product and line.qty > 0:
                for lot in line.pack_lot_ids:
                    yield lot.lot_name, 1.0 if product.tracking == "serial" else line.qty
