from odoo.fields import Command

from .money_common import MoneyCase


class TestTips(MoneyCase):
    """A tip is a line of the tip product of the Point of Sale, and in Odoo's own fields of tips."""

    def sell_by_card(self, paid, **values):
        return self.sell(
            self.item(), tax=12.00, paid=paid, CheckoutDetails=[self.payment(paid, "Card", 2)] if paid else [], **values
        )

    def assert_tip(self, row, total, tip):
        order = self.assert_booked(row, total, 12.00)
        line = order.lines.sorted("id")[1:]
        self.assertEqual((line.price_subtotal_incl, line.qty), (tip, -1 if total < 0 else 1))
        self.assertEqual((order.is_tipped, order.tip_amount), (True, tip))
        return order

    def test_a_tip_is_a_line_of_the_point_of_sales_tip_product(self):
        row = self.sell_by_card(100.00, total=100.00, TipAmount=8)
        order = self.assert_tip(row, 100.00, 8)
        self.assertEqual(order.lines.sorted("id")[1].product_id, self.pos_config.tip_product_id)
        self.assertFalse(row.warnings)

    def test_without_one_it_is_a_line_of_our_own(self):
        self.pos_config.tip_product_id = False
        order = self.assert_tip(self.sell_by_card(100.00, total=100.00, Tip=8), 100.00, 8)
        product = order.lines.sorted("id")[1].product_id
        self.assertEqual(product, self.env.ref("external_order_sync.product_charge_tip"))

    def test_the_product_of_the_synchronization_counts_first(self):
        product = self.create_product("Tips of the waiters", self.tax.browse(), type="service", is_storable=False)
        self.sync.charge_product_ids = [Command.create({"type": "tip", "product_id": product.id})]
        order = self.assert_tip(self.sell_by_card(100.00, total=100.00, Tip=8), 100.00, 8)
        self.assertEqual(order.lines.sorted("id")[1].product_id, product)

    def test_an_order_without_a_tip_is_not_tipped(self):
        order = self.assert_booked(self.sell_by_card(100.00, total=100.00, ServiceCharges=8), 100.00, 12.00)
        self.assertEqual((order.is_tipped, order.tip_amount), (False, 0))

    def test_what_a_card_paid_too_much_is_the_tip(self):
        row = self.sell_by_card(100.00, total=92.00, TipAmount=8)
        order = self.assert_tip(row, 100.00, 8)
        self.assertEqual(order.payment_ids.mapped("amount"), [100.00])
        self.assertFalse(row.warnings)

    def test_it_is_refused_as_overpaid_if_the_order_states_no_tip(self):
        self.assert_refused(self.sell_by_card(100.00, total=92.00), "overpaid", "100.00")

    def test_a_card_that_paid_more_or_less_than_the_tip_is_refused(self):
        for number, paid in enumerate((99.99, 100.01, 92.00, 95.00)):
            with self.subTest(paid=paid):
                row = self.sell_by_card(paid, order_id=f"tip {number}", total=92.00, TipAmount=8)
                self.assertEqual(row.state, "failed")

    def test_a_tip_that_nobody_paid_is_refused_by_its_name(self):
        row = self.sell_by_card(92.00, total=92.00, TipAmount=8)
        self.assert_refused(row, "amount_mismatch", "TipAmount", "8.00", "payment")

    def test_a_tip_in_cash_on_top_of_the_total(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, paid=100.00, TipAmount=8)
        self.assertFalse(self.assert_tip(row, 100.00, 8).payment_ids.filtered("is_change"))
        self.assertFalse(row.warnings)

    def test_change_beside_a_tip_on_top_of_the_total_is_a_warning(self):
        row = self.sell(self.item(), total=92.00, tax=12.00, paid=110.00, TipAmount=8)
        order = self.assert_tip(row, 100.00, 8)
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [-10.00, 110.00])
        self.assertTrue(row.doubt)
        self.assertIn("8.00", row.warnings)

    def test_a_tip_on_top_of_a_service_charge(self):
        row = self.sell_by_card(108.00, total=100.00, TipAmount=8, ServiceCharges=8)
        order = self.assert_booked(row, 108.00, 12.00)
        self.assertEqual(order.tip_amount, 8)

    def test_a_return_gives_the_tip_back(self):
        for number, total in enumerate((-100.00, -92.00)):
            with self.subTest(total=total):
                row = self.sell(
                    self.item(quantity=-1), order_id=f"back {number}", total=total, tax=-12.00, paid=-100, TipAmount=-8
                )
                order = self.assert_booked(row, -100.00, -12.00)
                self.assertEqual((order.tip_amount, order.lines.sorted("id")[1].qty), (-8, -1))

    def test_a_tip_moves_no_goods(self):
        """The tip product that Odoo installs is a good."""
        self.assertEqual(self.pos_config.tip_product_id.type, "consu")
        order = self.assert_tip(self.sell_by_card(100.00, total=100.00, TipAmount=8), 100.00, 8)
        self.assertEqual(order.picking_ids.move_ids.product_id, self.product)
        self.assertEqual(order.picking_ids.state, "done")

    def test_a_tip_moves_no_goods_at_closing(self):
        session = self.sync._get_or_create_pos_session()
        session.update_stock_at_closing = True
        self.assert_tip(self.sell_by_card(100.00, total=100.00, TipAmount=8), 100.00, 8)
        self.close_session(session)
        self.assertEqual(session.picking_ids.move_ids.product_id, self.product)

    def test_the_session_closes_with_the_tip_as_income(self):
        account = self.env["account.account"].create({"name": "Tips", "code": "408878", "account_type": "income"})
        self.pos_config.tip_product_id.property_account_income_id = account
        rows = [
            self.sell_by_card(100.00, order_id="inside", total=100.00, TipAmount=8),
            self.sell_by_card(94.50, order_id="on top", total=92.00, TipAmount=2.50),
        ]
        orders = [row.pos_order_id for row in rows]
        move = self.close_session(orders[0].session_id)
        tips = move.line_ids.filtered(lambda line: line.account_id == account)
        self.assertEqual(round(sum(tips.mapped("balance")), 2), -10.50)
        taxed = move.line_ids.filtered(lambda line: line.tax_line_id == self.tax)
        self.assertEqual(round(sum(taxed.mapped("balance")), 2), -24.00)
