"""Lots and serial numbers that the orders of a batch can take or return."""

from collections import defaultdict

from odoo import fields
from odoo.fields import Domain

from .removal_order import read_quants


class FreeLots:
    """The lots in the stock of a Point of Sale, minus those taken through this object.

    :param env: an environment that can read all stock
    :param config: the ``pos.config``
    :param busy: quants that must not be taken
    :param products: the tracked products of the batch, whose stock is read together
    """

    def __init__(self, env, config, busy, products):
        self.env = env
        self._products = products
        self._busy = busy
        picking_type = config.picking_type_id
        self.source = picking_type.default_location_src_id
        self.customers = picking_type.default_location_dest_id or env["stock.warehouse"]._get_partner_locations()[0]
        # Taken quantities as (quant or lot, quantity), negative for returns.
        self._taken = []
        self._promised = None
        self._quants = None

    @property
    def sold(self):
        """Return the quants from which something was taken."""
        return self.env["stock.quant"].union(*(quant for quant, quantity in self._taken if quantity > 0))

    @property
    def returned(self):
        """Return the quants at customers of the returned goods."""
        return self.env["stock.quant"].union(*(quant for quant, quantity in self._taken if quantity < 0))

    def mark(self):
        """Return a point in time for `give_back`."""
        return len(self._taken)

    def give_back(self, mark):
        """Release everything taken since ``mark``."""
        del self._taken[mark:]

    def take(self, product, quantity):
        """Take lots of a product by its removal strategy.

        :param float quantity: above 0
        :return: pairs of lot name and quantity, empty if there is too little; and the available quantity
        """
        fits = product.uom_id.compare
        if self._quants is None:
            products = self._products.filtered(self._never_expires)
            self._quants = read_quants(self.env["stock.quant"], products, self.source)
        if product in self._quants:
            picks = self._pick(product, self._quants[product], quantity)
        else:
            picks = self._gather_and_pick(product, quantity)
        there = sum(part for _quant, part in picks)
        if fits(there, quantity) < 0:
            return [], there
        self._taken += picks
        return self._by_lot(picks), there

    def _never_expires(self, product):
        return "use_expiration_date" not in product or not product.use_expiration_date

    def _gather_and_pick(self, product, quantity):
        Quant = self.env["stock.quant"]
        if not self._never_expires(product):
            Quant = Quant.with_context(with_expiration=fields.Datetime.now())  # like Odoo's own reservation
        # Only the *least packages* strategy considers the quantity, and it does not know what was just taken here.
        quants = Quant._gather(product, self.source, qty=quantity)
        picks = self._pick(product, quants, quantity)
        if product.uom_id.compare(sum(part for _quant, part in picks), quantity) < 0:
            picks = self._pick(product, quants | Quant._gather(product, self.source), quantity)
        return picks

    def _pick(self, product, quants, quantity):
        """Return pairs of quant and quantity, in the order of ``quants``, at most ``quantity`` in total."""
        of_quant, of_lot = defaultdict(float), defaultdict(float)
        quants = quants.filtered("lot_id") - self._busy
        for quant in quants:
            of_quant[quant] += quant.quantity - quant.reserved_quantity
            of_lot[quant.lot_id] += quant.quantity - quant.reserved_quantity
        for quant, taken in self._taken:
            of_quant[quant] -= taken
            of_lot[quant.lot_id] -= max(taken, 0.0)  # returned goods are not there yet
        for lot_name, promised in self._get_promised(product).items():
            for lot in quants.lot_id.filtered(lambda lot, name=lot_name: lot.name == name):
                of_lot[lot] -= max(promised, 0.0)
        picks = []
        for quant in quants:
            part = min(of_quant[quant], of_lot[quant.lot_id], quantity)
            if product.tracking == "serial":
                part = float(int(part))
            if product.uom_id.compare(part, 0.0) > 0:
                picks.append((quant, part))
                of_lot[quant.lot_id] -= part
                quantity -= part
            if product.uom_id.compare(quantity, 0.0) <= 0:
                break
        return picks

    def take_back(self, product, quantity):
        """Return the returned lots if they are unambiguous: all lots that customers have, or the only one.

        :param float quantity: above 0
        :return: pairs of lot name and quantity, empty if several lots are possible or there are too few
        """
        fits = product.uom_id.compare
        quants = self.env["stock.quant"].search(
            Domain("product_id", "=", product.id)
            & Domain("location_id", "child_of", self.customers.id)
            & Domain("lot_id", "!=", False)
        )
        out = defaultdict(float)
        for quant in quants:
            out[quant.lot_id.name] += quant.quantity
        for quant, taken in self._taken:
            if quant.product_id == product and taken < 0:
                out[quant.lot_id.name] += taken
        for name, promised in self._get_promised(product).items():
            out[name] += promised
        out = {name: part for name, part in out.items() if fits(part, 0.0) > 0}
        there = sum(out.values())
        if fits(there, quantity) < 0 or (len(out) > 1 and fits(there, quantity)):
            return []
        picks = [(name, min(part, quantity)) for name, part in out.items()]
        for name, part in picks:
            if at_customer := quants.filtered(lambda quant, name=name: quant.lot_id.name == name)[:1]:
                self._taken.append((at_customer, -part))
        return picks

    def _by_lot(self, picks):
        by_lot = defaultdict(float)
        for quant, part in picks:
            by_lot[quant.lot_id.name] += part
        return list(by_lot.items())

    def _get_promised(self, product):
        """Return the lots of order lines whose stock is moved when their session is closed.

        :return: quantities sold less quantities taken back, by lot name
        """
        if self._promised is None:
            self._promised = defaultdict(lambda: defaultdict(float))
            lines = self.env["pos.order.line"].search(
                Domain("product_id", "in", self._products.ids)
                & Domain("pack_lot_ids", "!=", False)
                & Domain("order_id.session_id.state", "!=", "closed")
                & Domain("order_id.session_id.update_stock_at_closing", "=", True)
                & Domain("order_id.state", "in", ("paid", "done"))
                & Domain("order_id.picking_ids", "=", False)
            )
            for line in lines:
                for lot in line.pack_lot_ids:
                    part = line.qty if line.product_id.tracking == "lot" else (1.0 if line.qty > 0 else -1.0)
                    self._promised[line.product_id][lot.lot_name] += part
        return self._promised[product]
