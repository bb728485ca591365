from odoo.exceptions import AccessError

from ..models.events.external_event import LOG_DAYS
from .refund_common import RefundCase
from .security_common import SecurityCase


class TestRefundsInTheRegister(SecurityCase, RefundCase):
    """A cashier sees what is left of an external order, refunds that, and cannot pretend that it was refunded."""

    def setUp(self):
        super().setUp()
        self.sale = self.sell_external()
        self.line = self.sale.lines

    def sell_external(self):
        row = self.import_order(OrderItems=[self.item(price=20, quantity=4)])
        self.assertEqual(row.state, "done", row.error_message)
        return row.pos_order_id

    def read_as_register(self, order):
        """Return the order and its lines as a register reads them."""
        self.env.invalidate_all()
        data = self.env["pos.order"].with_user(self.cashier).read_pos_orders([("id", "=", order.id)])
        lines = [line for line in data["pos.order.line"] if line["order_id"] == order.id]
        return data["pos.order"][0], lines

    def test_it_sees_what_is_left(self):
        refund = self.refund(self.sale, self.back(quantity=1))
        data, lines = self.read_as_register(self.sale)
        self.assertEqual((data["has_refundable_lines"], data["refund_orders_count"]), (True, 1))
        self.assertEqual([line["refunded_qty"] for line in lines], [1])
        data, lines = self.read_as_register(refund)
        self.assertEqual((data["refunded_order_id"], data["is_refund"]), (self.sale.id, True))
        self.assertEqual(lines[0]["refunded_orderline_id"], self.line.id)
        self.refund_rest(self.sale)
        data, lines = self.read_as_register(self.sale)
        self.assertEqual((data["has_refundable_lines"], lines[0]["refunded_qty"]), (False, 4))

    def test_reading_many_orders_takes_no_more_statements(self):
        def count(orders):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders.mapped("refund_orders_count")
            return self.env.cr.sql_log_count - before

        self.refund(self.sale, self.back(quantity=1))
        for order_id in range(700, 705):
            self.import_order(order_id=order_id)
        orders = self.pos_orders()
        self.assertGreater(len(orders), 5)
        count(orders)
        self.assertLessEqual(count(orders), count(self.sale))

    def test_a_refund_in_the_register_is_an_event_of_the_order(self):
        self.env["ir.config_parameter"].set_param(LOG_DAYS, "7")
        self.sell(self.cashier)
        refund = self.sell(self.cashier, quantity=-1, line={"refunded_orderline_id": self.line.id, "price_unit": 20})
        self.env.cr.flush()
        [event] = self.env["external.event"].search([("type", "=", "order.refunded")])
        row = self.sale.external_order_id
        self.assertEqual((event.res_id, event.sync_id), (row.id, row.sync_id))
        self.assertEqual(
            (event.data["order_id"], event.data["kind"], event.data["pos_order_id"], event.data["amount_total"]),
            (row.external_id, "refund", refund.id, refund.amount_total),
        )

    def test_the_register_refunds_the_rest(self):
        self.refund(self.sale, self.back(quantity=3))
        values = {"refunded_orderline_id": self.line.id, "price_unit": 20}
        refund = self.sell(self.cashier, quantity=-1, line=values)
        self.assertEqual(refund.refunded_order_id, self.sale)
        self.assertFalse(self.sale.has_refundable_lines)
        outcome = self.try_refund(self.sale, self.back(quantity=1))
        self.assert_not_booked(outcome, "refund_exceeds_order", "only 0 are left of the 4")

    def test_what_came_back_too_much_in_the_register_is_not_sold_again_by_a_cancellation(self):
        self.create_product("Other")
        items = [self.item(price=20, quantity=2), self.item("Other", 40)]
        sale = self.import_order(order_id=640, OrderItems=items).pos_order_id
        amounts = {"price_unit": 20, "price_subtotal": -60, "price_subtotal_incl": -69}
        self.sell(self.cashier, quantity=-0.75, line={"refunded_orderline_id": sale.lines[0].id, "qty": -3, **amounts})
        outcome = self.try_refund(sale, is_rest=True)
        self.assert_not_booked(outcome, "refund_exceeds_order", "3", "Product Name", "2", "register")

    def test_a_cashier_cannot_link_or_unlink_refunds(self):
        refund = self.refund(self.sale, self.back(amount=5))
        own = self.sell(self.cashier)
        for order, values in (
            (own, {"external_refunded_order_id": self.sale.id}),
            (own, {"external_replaced_id": self.sale.id}),
            (refund, {"external_refunded_order_id": False}),
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                order.with_user(self.cashier).write(values)

    def test_a_register_may_send_known_values_again(self):
        refund = self.refund(self.sale, self.back(amount=5))
        known = {"external_refunded_order_id": self.sale.id, "external_replaced_id": False}
        refund.with_user(self.cashier).write(known)
        self.assertEqual(refund.external_refunded_order_id, self.sale)

    def test_a_copy_is_not_a_refund(self):
        refund = self.refund(self.sale, self.back(quantity=1))
        copy = refund.with_user(self.cashier).copy_data()[0]
        self.assertNotIn("external_refunded_order_id", copy)
