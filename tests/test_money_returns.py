from .money_common import MoneyCase


class TestMoneyReturns(MoneyCase):
    """Negative quantities with negative payments are a return, in the order, its stock, its invoice and its report."""

    def give_back(self, **values):
        return self.sell(self.item(quantity=-2), order_id="return", total=-184.00, tax=-24.00, **values)

    def test_negative_quantities_with_negative_payments_are_a_return(self):
        order = self.assert_booked(self.give_back(), -184.00, -24.00)
        self.assertRecordValues(
            order, [{"is_refund": True, "state": "paid", "amount_paid": -184.0, "amount_return": 184.0}]
        )
        self.assertRecordValues(
            order.lines, [{"qty": -2.0, "price_unit": 80.0, "price_subtotal": -160.0, "price_subtotal_incl": -184.0}]
        )

    def test_what_was_returned_comes_back_into_stock(self):
        order = self.give_back().pos_order_id
        picking = order.picking_ids
        self.assertEqual((picking.state, picking.move_ids.quantity), ("done", 2.0))
        self.assertEqual(picking.location_dest_id, self.pos_config.picking_type_id.default_location_src_id)

    def test_a_return_with_a_discount_and_included_taxes(self):
        tax = self.create_tax(15, price_include_override="tax_included")
        self.create_product("Included", tax)
        row = self.sell(self.item("Included", price=33.33, quantity=-3, DiscountAmount=-10), total=-103.49, tax=-13.50)
        self.assert_booked(row, -103.49, -13.50)

    def test_a_rest_of_a_return_is_absorbed(self):
        row = self.sell(self.item(price=0.30, quantity=-1), total=-0.34, tax=-0.04)
        order = self.assert_booked(row, -0.34, -0.04)
        self.assertAlmostEqual(order.lines.price_subtotal, -0.30)

    def test_a_return_must_be_paid_back_exactly(self):
        for paid in (-180.00, -190.00, 0, 184.00):
            with self.subTest(paid=paid):
                row = self.sell(self.item(quantity=-2), order_id=f"back {paid}", total=-184.00, tax=-24.00, paid=paid)
                self.assert_refused(row, "not_fully_paid", "184.00")

    def test_more_is_returned_than_sold(self):
        items = (self.item(quantity=1, price=20), self.item(quantity=-1, price=80))
        row = self.sell(*items, total=-69.00, tax=-9.00)
        order = self.assert_booked(row, -69.00, -9.00)
        self.assertEqual(order.lines.sorted("id").mapped("price_subtotal"), [20.0, -80.0])

    def test_a_return_without_a_grand_total(self):
        row = self.sell(self.item(quantity=-2), total=None, tax=-24.00, paid=-184.00)
        self.assertTrue(self.assert_booked(row, -184.00, -24.00).is_refund)

    def test_without_a_grand_total_untaxed_sales_may_lose_against_taxed_returns(self):
        """The net amount is above 0, but the total with tax is below 0: Odoo computes such an order as a return."""
        self.create_product("Untaxed", self.env["account.tax"])
        items = (self.item("Untaxed", price=100), self.item(price=99, quantity=-1))
        row = self.sell(*items, total=None, tax=-14.85, percent=None, paid=-13.85)
        self.assert_booked(row, -13.85, -14.85)

    def test_odoo_invoices_a_return_as_a_credit_note(self):
        order = self.sell(self.item(price=0.30, quantity=-1), total=-0.34, tax=-0.04).pos_order_id
        order.partner_id = self.env["res.partner"].create({"name": "Customer"})
        order.action_pos_order_invoice()
        self.assertRecordValues(
            order.account_move,
            [{"move_type": "out_refund", "amount_total": 0.34, "amount_tax": 0.04, "amount_residual": 0.0}],
        )

    def test_odoo_invoices_a_sale_with_a_rest_to_the_cent(self):
        order = self.sell(self.item(price=10.30, DiscountAmount=10), total=0.34, tax=0.04).pos_order_id
        order.partner_id = self.env["res.partner"].create({"name": "Customer"})
        order.action_pos_order_invoice()
        self.assertRecordValues(
            order.account_move, [{"move_type": "out_invoice", "amount_total": 0.34, "amount_tax": 0.04}]
        )

    def test_odoos_order_report_counts_a_return_below_zero(self):
        order = self.give_back().pos_order_id
        self.env.flush_all()
        report = self.env["report.pos.order"].search([("order_id", "=", order.id)])
        self.assertRecordValues(report, [{"price_total": -184.0, "price_subtotal_excl": -160.0, "product_qty": -2.0}])
