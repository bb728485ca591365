from odoo.exceptions import AccessError

from .security_common import SecurityCase


class TestSecurityLines(SecurityCase):
    """Nobody but the import says that refunded goods stay away, or for which sold line money was paid back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for order_id in (639, 640):
            cls.offer(order_id)
        cls.sync.sync_orders()
        rows = cls.env["external.order"].search([("sync_id", "=", cls.sync.id)], order="id")
        cls.sale, cls.other = rows.pos_order_id

    def faked(self):
        """Yield the values that only the import may write."""
        yield {"external_no_restock": True}
        yield {"external_refunded_line_id": self.other.lines.id}

    def test_a_register_does_not_send_them(self):
        refund = {"quantity": -1, "is_refund": True}
        for values in self.faked():
            for line, order in ({}, {}), ({"refunded_orderline_id": self.sale.lines.id}, refund):
                with self.subTest(values=values, line=line), self.assertRaises(AccessError):
                    self.sell(self.cashier, line={**line, **values}, **order)

    def test_a_cashier_does_not_write_them(self):
        for values in self.faked():
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.sale.lines.with_user(self.cashier).write(values)
            with self.subTest(values=values, context=True), self.assertRaises(AccessError):
                context = {f"default_{name}": value for name, value in values.items()}
                free = {"price_unit": 0, "price_subtotal": 0, "price_subtotal_incl": 0}
                lines = self.env["pos.order.line"].with_user(self.cashier).with_context(**context)
                lines.create({"order_id": self.sale.id, "product_id": self.product.id, "qty": 1, **free})

    def test_nobody_takes_them_away(self):
        line = self.sale.lines
        line.write({"external_no_restock": True, "external_refunded_line_id": self.other.lines.id})
        for name in ("external_no_restock", "external_refunded_line_id"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                line.with_user(self.cashier).write({name: False})

    def test_a_line_is_saved_with_them_as_they_are(self):
        line = self.sale.lines
        line.write({"external_no_restock": True, "external_refunded_line_id": self.other.lines.id})
        same = {"external_no_restock": True, "external_refunded_line_id": self.other.lines.id}
        line.with_user(self.cashier).write({**same, "customer_note": "as it was"})
        self.assertEqual(line.customer_note, "as it was")
        sold = self.sell(self.cashier, line={"external_no_restock": False, "external_refunded_line_id": False})
        self.assertTrue(sold.picking_ids.move_ids.filtered(lambda move: move.state == "done"))
