from collections import Counter

from .common import ExternalOrderCase


class LifeCase(ExternalOrderCase):
    """Orders that are refunded, cancelled or changed after their sale, through real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.oil = cls.create_product("Oil", taxes=cls.env["account.tax"], list_price=10)
        cls.filter = cls.create_product("Filter", taxes=cls.env["account.tax"], list_price=4)
        cls.source = cls.pos_config.picking_type_id.default_location_src_id
        for product in cls.oil | cls.filter:
            cls.env["stock.quant"]._update_available_quantity(product, cls.source, 100)

    def feed(self, *entries):
        """Let the feed consist of ``entries``; several with one OrderID differ in blanks: the shop keeps one each."""
        seen = Counter()
        distinct = []
        for entry in entries:
            order_id = entry["OrderID"]
            distinct.append({**entry, "OrderID": f"{' ' * seen[order_id]}{order_id}"} if seen[order_id] else entry)
            seen[order_id] += 1
        super().feed(*distinct)

    # Orders of two products without tax

    def sale(self, order_id=7001, oil=5, filters=0, **values):
        """Return an order of Oil at 10.00 and Filter at 4.00, paid in cash."""
        items = [self.item(name, price, quantity) for name, price, quantity in self.goods(oil, filters)]
        total = 10.0 * oil + 4.0 * filters
        order = self.order(
            order_id,
            OrderItems=items,
            AmountTotal=total,
            Tax=0,
            TaxPercent=0,
            GrandTotal=total,
            AmountPaid=total,
            CheckoutDetails=[self.payment(total)],
        )
        order.update(values)
        return order

    def goods(self, oil, filters):
        goods = [("Oil", 10.0, oil), ("Filter", 4.0, filters)]
        return [(name, price, quantity) for name, price, quantity in goods if quantity]

    def refunded(self, order_id=7001, oil=5, filters=0, paid=None, **values):
        """Return an order that comes again with the refund status, with negative quantities and payments."""
        total = -10.0 * oil - 4.0 * filters
        paid = total if paid is None else -paid
        refunded = {
            "OrderStatus": 106,
            "OrderItems": [self.item(name, price, -quantity) for name, price, quantity in self.goods(oil, filters)],
            "AmountTotal": total,
            "GrandTotal": total,
            "AmountPaid": paid,
            "CheckoutDetails": [self.payment(paid)],
        }
        return self.sale(order_id, **refunded | values)

    def refund(self, refund_id="R1", oil=0, filters=0, **values):
        """Return an entry of Refunds, paid back in cash."""
        amount = 10.0 * oil + 4.0 * filters
        return {
            "RefundID": refund_id,
            "Items": [{"ItemName": name, "Quantity": quantity} for name, _price, quantity in self.goods(oil, filters)],
            "CheckoutDetails": [self.payment(amount)],
            **values,
        }

    # What is looked at

    def rows(self, order_id=7001):
        """Return all rows of an order, the oldest first."""
        return self.env["external.order"].search(
            [("sync_id", "=", self.sync.id), ("external_id", "=", str(order_id))], order="id"
        )

    def sale_row(self, order_id=7001):
        return self.rows(order_id).filtered(lambda row: row.kind == "sale").ensure_one()

    def refund_rows(self, order_id=7001):
        return self.rows(order_id).filtered(lambda row: row.kind == "refund")

    def cancellation_row(self, order_id=7001):
        return self.rows(order_id).filtered(lambda row: row.kind == "cancellation")

    def in_stock(self, product=None):
        product = product or self.oil
        product.invalidate_recordset()
        return product.with_context(location=self.source.id).qty_available

    def money(self):
        """Return the sum of all POS orders."""
        return sum(self.pos_orders().mapped("amount_total"))

    def assert_booked(self, money, oil, filters=0):
        """Check the sum of the POS orders and of their payments, and what has left the stock in all."""
        self.env.invalidate_all()
        orders = self.pos_orders()
        self.assertAlmostEqual(self.money(), money)
        self.assertAlmostEqual(sum(orders.payment_ids.mapped("amount")), money)
        self.assertEqual((100 - self.in_stock(), 100 - self.in_stock(self.filter)), (oil, filters))
