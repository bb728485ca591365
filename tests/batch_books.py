"""The result of an import in the books, in a form in which two imports can be compared."""

import random
from contextlib import closing, contextmanager
from unittest.mock import patch

from odoo.fields import Command

from .common import ExternalOrderCase

# These may differ: ids, names, times and random values.
INCIDENTAL = {
    "id", "create_uid", "write_uid", "uuid", "access_token", "ticket_code",
    "name", "pos_reference", "tracking_number", "sequence_number", "origin", "reference",
    "next_serial_count",  # what a wizard on the move would suggest
}  # fmt: skip


class Books:
    """All stored fields of a session's orders, of everything that was created for them, and of the stock."""

    def __init__(self, session, products):
        env = session.env
        env.flush_all()
        env.invalidate_all()
        self.orders = env["pos.order"].search([("session_id", "=", session.id)], order="id")
        self.pickings = self.orders.picking_ids.sorted(lambda picking: (picking.pos_order_id.id, picking.id))
        records = {
            "orders": self.orders,
            "lines": self.orders.lines.sorted("id"),
            "payments": self.orders.payment_ids.sorted("id"),
            "pickings": self.pickings,
            "moves": env["stock.move"].concat(
                *(picking.move_ids.sorted(lambda move: (move.product_id.id, move.id)) for picking in self.pickings)
            ),
            "move lines": env["stock.move.line"].concat(
                *(picking.move_line_ids.sorted(self._place_of_line) for picking in self.pickings)
            ),
            "quants": env["stock.quant"]
            .search([("product_id", "in", products.ids)])
            .sorted(lambda quant: (quant.product_id.id, quant.location_id.id, quant.lot_id.name or "", quant.id)),
        }
        self._places = {record: place for part in records.values() for place, record in enumerate(part)}
        self.parts = {name: [self._read(record) for record in part] for name, part in records.items()}
        self.parts["costs"] = [
            (product.id, product.standard_price, product.qty_available, product.total_value) for product in products
        ]

    @staticmethod
    def _place_of_line(line):
        return (line.product_id.id, line.lot_id.name or "", line.location_id.id, line.id)

    def _read(self, record):
        return {
            name: self._normalize(record[name])
            for name, field in record._fields.items()
            if field.store
            and name not in INCIDENTAL
            and field.type not in ("date", "datetime", "one2many")
            and not name.startswith("message_")
        }

    def _normalize(self, value):
        if isinstance(value, float):
            return round(value, 6)
        if not hasattr(value, "_name"):
            return value
        return sorted(
            (record._name, "made", self._places[record]) if record in self._places
            else (record._name, "lot", record.name) if record._name == "stock.lot"
            else (record._name, "there", record.id)
            for record in value
        )  # fmt: skip

    def differences(self, other):
        """Yield a text for each difference to ``other``."""
        for part, rows in self.parts.items():
            others = other.parts[part]
            if len(rows) != len(others):
                yield f"{len(rows)} {part} here, {len(others)} there"
            for place, (row, its_other) in enumerate(zip(rows, others, strict=False)):
                if isinstance(row, tuple):
                    if row != its_other:
                        yield f"{part} {place}: {row} here, {its_other} there"
                    continue
                for name, value in row.items():
                    if value != its_other[name]:
                        yield f"{part} {place}: {name} is {value!r} here, {its_other[name]!r} there"


def values_from_register(env, sync, raw_orders):
    """Return the orders as a register would send them, one dict for `pos.order.sync_from_ui` each."""
    from ..models.order_import.external_order_import import Outcome

    outcomes = [Outcome() for _raw in raw_orders]
    prepared = env["external.order.import"]._prepare_orders(sync, raw_orders, outcomes)
    problems = [str(outcome.error) for outcome in outcomes if outcome.error]
    assert not problems, problems
    session = sync._get_or_create_pos_session()
    for order in prepared:
        values = env["external.order.import"]._prepare_pos_order_values(sync, session, order)
        payments = [command[2] for command in values["payment_ids"]]
        # A register sends the change, and the server creates the payment for it.
        values["payment_ids"] = [Command.create(payment) for payment in payments if not payment.get("is_change")]
        values["amount_return"] = sum(payment["amount"] for payment in payments if payment.get("is_change"))
        values["date_order"] = str(values["date_order"])
        uuids = [command[2]["uuid"] for command in values["lines"]]
        values["relations_uuid_mapping"] = {
            "pos.order.line": {
                uuids[place]: {"combo_parent_id": uuids[line.parent]}
                for place, line in enumerate(order.priced.lines)
                if line.parent is not None
            }
        }
        yield values


class BatchBooksCase(ExternalOrderCase):
    """Products of each kind, and the books of the same orders imported in different ways."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.picking_type = cls.pos_config.picking_type_id
        cls.source = cls.picking_type.default_location_src_id
        cls.kinds = cls.create_kinds()

    @classmethod
    def create_kinds(cls):
        """Create a product of each kind that is handled differently in stock; most are in stock."""
        category = {
            (method, valuation): cls.env["product.category"].create(
                {
                    "name": f"{method} {valuation}",
                    "property_cost_method": method,
                    "property_valuation": valuation,
                }
            )
            for method in ("standard", "average", "fifo")
            for valuation in ("periodic", "real_time")
        }
        kinds = {
            "plenty": cls.create_product("Plenty", standard_price=7),
            "untaxed": cls.create_product("Untaxed", taxes=cls.env["account.tax"], standard_price=3),
            "scarce": cls.create_product("Scarce", standard_price=4),
            "missing": cls.create_product("Missing", standard_price=4),
            "average": cls.create_product("Average", categ_id=category["average", "periodic"].id),
            "average real-time": cls.create_product("Average RT", categ_id=category["average", "real_time"].id),
            "fifo": cls.create_product("Fifo", categ_id=category["fifo", "periodic"].id),
            "fifo real-time": cls.create_product("Fifo RT", categ_id=category["fifo", "real_time"].id),
            "not stored": cls.create_product("Not Stored", is_storable=False),
            "service": cls.create_product("Service", type="service", is_storable=False),
        }
        for name, amounts in {
            "plenty": [(1000, 7)], "untaxed": [(1000, 3)], "scarce": [(6, 4)], "average": [(50, 2), (50, 5)],
            "average real-time": [(80, 11)], "fifo": [(5, 2), (5, 3), (90, 4)], "fifo real-time": [(3, 10), (90, 12)],
        }.items():  # fmt: skip
            for quantity, cost in amounts:
                cls.receive(kinds[name], quantity, cost)
        if "mrp.bom" in cls.env:  # if Manufacturing is installed, these tests cover kits as well
            kinds["kit"] = cls.create_product("Kit")
            parts = [
                Command.create({"product_id": kinds[part].id, "product_qty": quantity})
                for part, quantity in {"plenty": 2, "average": 1}.items()
            ]
            template = kinds["kit"].product_tmpl_id
            cls.env["mrp.bom"].create({"product_tmpl_id": template.id, "type": "phantom", "bom_line_ids": parts})
        return kinds

    @classmethod
    def receive(cls, product, quantity, cost, **values):
        """Receive a quantity from a supplier at a cost per unit."""
        move = cls.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": cls.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": cls.source.id,
                "price_unit": cost,
                "value_manual": cost * quantity,
                **values,
            }
        )
        move._action_confirm()
        move.quantity = quantity
        move.picked = True
        move._action_done()
        move.value_manual = cost * quantity

    # Feeds

    def sale(self, number, *items, change=0.0, card=0.0):
        """Return an order of (kind, quantity) or (kind, quantity, components) at 20.00 a piece, paid in cash."""
        net = tax = 0.0
        rows = []
        for kind, quantity, *components in items:
            product = self.kinds[kind]
            net += 20 * quantity
            tax += 3 * quantity if product.taxes_id else 0
            rows.append(
                self.item(
                    product.name,
                    20.0,
                    float(quantity),
                    OrderDetailPackages=[
                        {
                            "ItemName": self.kinds[part].name,
                            "ItemID": 0,
                            "Price": 1.0,
                            "Quantity": float(each * quantity),
                        }
                        for part, each in components
                    ],
                )
            )
        total = net + tax
        payments = [self.payment(total - card + change)] if total - card else []
        payments += [self.payment(card, "Card", 2, ReferenceID="TX-1", CardNumber="4111111111111111")] if card else []
        return self.order(
            number, AmountTotal=net, Tax=tax, GrandTotal=total, AmountPaid=total + change, TaxPercent=15.0,
            OrderItems=rows, CheckoutDetails=payments,
        )  # fmt: skip

    def random_feed(self, seed, count, kinds):
        chance = random.Random(seed)
        feed = []
        for number in range(count):
            sign = -1 if chance.random() < 0.15 else 1
            items = [
                (kind, sign * chance.randint(1, 3), *([("plenty", 2)] if chance.random() < 0.2 else []))
                for kind in chance.sample(kinds, chance.randint(1, 3))
            ]
            if chance.random() < 0.1:  # an exchange
                items = [(items[0][0], -1), (items[0][0], 1), (items[-1][0], 1)]
            change = 8.0 if sign > 0 and chance.random() < 0.2 else 0.0
            feed.append(self.sale(f"{seed}-{number}", *items, change=change))
        return feed

    # Both ways

    def recording(self, original, calls):
        """Return a method that records its arguments in ``calls`` before it calls ``original``."""

        def method(records, *args, **kwargs):
            calls.append(args)
            return original(records, *args, **kwargs)

        return method

    @contextmanager
    def undone(self):
        """Undo the changes of the block, so that both ways start with the same stock."""
        with closing(self.env.cr.savepoint()):
            yield
            self.env.flush_all()
        self.env.invalidate_all()

    def books_of_both_ways(self, feed):
        products = self.product.concat(*self.kinds.values())
        session = self.sync._get_or_create_pos_session()
        with self.undone():
            run = self.synchronize(*feed)
            self.assertEqual((run.status, run.imported_count), ("success", len(feed)), run.message)
            ours = Books(session, products)
        with self.undone():
            for values in values_from_register(self.env, self.sync, feed):
                self.env["pos.order"].sync_from_ui([values])
            # For a return, a register does not send the amount that Odoo computes as returned.
            self.pos_orders()._compute_prices()
            theirs = Books(session, products)
        return ours, theirs

    def assert_same_books(self, feed):
        ours, theirs = self.books_of_both_ways(feed)
        self.assertEqual(len(ours.orders), len(feed))
        differences = list(ours.differences(theirs))
        self.assertEqual(len(differences), 0, "\n" + "\n".join(differences[:30]))
        return ours

    @contextmanager
    def together(self):
        """Yield a list that collects the OrderIDs whose transfers are created together."""
        made = []
        model = type(self.env["external.order.picking"])
        original = model._create_together

        def create_together(picking, requests, taken):
            made.extend(order.uuid for order, *_request in requests)
            return original(picking, requests, taken)

        with patch.object(model, "_create_together", create_together):
            yield made

    def uuids(self, feed):
        return [self.env["external.order.import"]._get_order_uuid(self.sync, str(order["OrderID"])) for order in feed]
