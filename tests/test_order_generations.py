"""Orders in every generation of the shop's format become the sales that the shop made."""

from collections import defaultdict

from ..dev.stand_ins.shop.catalog import PRODUCTS
from ..dev.stand_ins.shop.generations import GENERATIONS
from ..dev.stand_ins.shop.totals import compute_totals
from ..lib.money import decimal
from .common import ExternalOrderCase


class TestOrderGenerations(ExternalOrderCase):
    def test_the_shop_s_sales_in_every_generation(self):
        # The demo data uses the same names.
        self.env["product.template"].search([("name", "in", list(PRODUCTS))]).name = "Demo Product"
        for product in PRODUCTS.values():
            self.create_product(product.name, taxes=self.tax if product.tax_percent else self.tax.browse())
        for generation in GENERATIONS:
            self.shop.add_orders(40, generation=generation)
        run = self.sync.sync_orders()
        self.assertEqual(run.status, "success", run.message)
        for generation in GENERATIONS:
            with self.subTest(generation=generation):
                sold = [order for order in self.shop.orders if order.generation == generation]
                orders = self.env["pos.order"]
                for order in sold:
                    orders |= self.inbox(order.number).pos_order_id
                self.assertEqual(len(orders), 40)
                totals = compute_totals(sold)
                self.assertEqual(sum(map(decimal, orders.mapped("amount_total"))), totals.grand_total)
                self.assertEqual(sum(map(decimal, orders.mapped("amount_tax"))), totals.tax)
                # Also of orders without GrandTotal.
                self.assertEqual(sum(map(decimal, orders.external_order_ids.mapped("total"))), totals.grand_total)
                paid = defaultdict(int)
                for payment in orders.payment_ids:
                    paid["Cash" if payment.payment_method_id == self.cash else "Card"] += decimal(payment.amount)
                self.assertEqual(paid, totals.payments)

    def test_a_voided_item_is_not_sold(self):
        row = self.import_order(OrderItems=[self.item(), self.item("Component Item", 8, Mode="Void")])
        self.assertEqual((row.state, row.doubt, len(row.pos_order_id.lines)), ("done", False, 1), row.error_message)
        self.assertEqual(row.pos_order_id.amount_total, 92)

    def test_an_order_of_voided_items_that_cost_nothing(self):
        values = {"GrandTotal": 0, "AmountTotal": 0, "Tax": 0, "AmountPaid": 0, "CheckoutDetails": []}
        row = self.import_order(OrderItems=[self.item(Mode="Void")], **values)
        self.assertEqual(row.state, "done", row.error_message)
        order = row.pos_order_id
        self.assertEqual((order.state, order.amount_total, len(order.lines), order.picking_ids.ids), ("paid", 0, 0, []))
        self.close_session(order.session_id)
        row = self.import_order(order_id=640, OrderItems=[self.item(Mode="Void")])
        self.assertEqual(row.error_code, "invalid_payload")
        self.assertIn("only voided items", row.error_message)

    def test_what_cannot_be_used_of_a_customer_waits_for_a_person(self):
        row = self.import_order(CustomerEmail="none", CheckoutDate="soon")
        self.assertEqual((row.state, row.doubt), ("done", "date_differs"))
        self.assertIn("CustomerEmail must be one e-mail address", row.warnings)
        self.assertIn("CheckoutDate cannot be read", row.warnings)
