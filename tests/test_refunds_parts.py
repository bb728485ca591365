from odoo.fields import Command

from .refund_common import RefundCase


class TestRefundedParts(RefundCase):
    """Refunds of a part of a sale: what they cost to the cent, and what is left for the register."""

    def sold_three(self, price=10.0, total=34.5, tax=4.5, **values):
        """Sell three pieces of the product, with 15 % tax."""
        return self.sell(self.item(price=price, quantity=3, **values), total=total, tax=tax).pos_order_id

    def test_one_of_three_comes_back(self):
        sale = self.sold_three()
        before = self.on_hand(self.product)
        refund = self.refund(sale, self.back(quantity=1))
        self.assert_money(refund, 11.5, 1.5, cash=11.5)
        line = refund.lines
        self.assertEqual((line.qty, line.price_unit, line.refunded_orderline_id), (-1, 10.0, sale.lines))
        self.assertEqual((sale.lines.refunded_qty, sale.has_refundable_lines), (1, True))
        self.assertEqual(sale.refund_orders_count, 1)
        self.assertEqual(refund.picking_ids.mapped("state"), ["done"])
        self.assertEqual(self.on_hand(self.product), before + 1)

    def test_parts_of_odd_amounts_add_up_to_the_sale(self):
        for number, (price, total, tax) in enumerate(((3.33, 11.49, 1.5), (0.01, 0.03, 0), (33.333, 115, 15))):
            with self.subTest(price=price):
                row = self.sell(self.item(price=price, quantity=3), order_id=f"odd {number}", total=total, tax=tax)
                sale = self.assert_booked(row, total, tax)
                for _piece in range(3):
                    self.refund(sale, self.back(quantity=1))
                self.assert_nothing_left(sale)

    def test_a_part_costs_what_brings_all_parts_so_far_to_their_share(self):
        self.create_product("Untaxed", self.env["account.tax"])
        sale = self.sell(self.item("Untaxed", 3.3333, 3), total=10, percent=0, AmountTotal=10).pos_order_id
        parts = [self.refund(sale, self.back("Untaxed", quantity=1)).amount_total for _piece in range(3)]
        self.assertEqual(parts, [-3.33, -3.34, -3.33])

    def test_parts_add_up_with_several_taxes_discounts_and_taxes_included(self):
        second = self.create_tax(7.7)
        included = self.create_tax(19, price_include_override="tax_included")
        local = self.create_tax(5, price_include_override="tax_included", include_base_amount=True)
        self.create_product("Two Taxes", self.tax | second)
        self.create_product("Included", included)
        self.create_product("Both", included | local)
        for number, (name, price, discount, total) in enumerate(
            (
                ("Two Taxes", 9.99, 0, 85.81),
                ("Two Taxes", 9.99, 3.33, 81.72),
                ("Included", 9.99, 0, 83.22),
                ("Both", 4.49, 1.11, 37.6),
            )
        ):
            with self.subTest(name=name, discount=discount):
                item = self.item(name, price, 7, DiscountAmount=discount)
                row = self.sell(item, order_id=f"several {number}", total=total, tax=None, percent=None)
                self.assertEqual(row.state, "done", row.error_message)
                sale = row.pos_order_id
                for quantity in (2, 1, 3, 1):
                    self.refund(sale, self.back(name, quantity=quantity))
                self.assert_nothing_left(sale)
                lines = sale._get_all_refunds().lines
                self.assertEqual(sum(lines.mapped("qty")), -7)

    def test_fractions_of_a_quantity(self):
        row = self.sell(self.item(price=12.35, quantity=2.75), total=39.06, tax=5.1, AmountTotal=None)
        sale = self.assert_booked(row, 39.06, 5.1)
        for quantity in (0.33, 1.11, 1.31):
            self.refund(sale, self.back(quantity=quantity))
        self.assert_nothing_left(sale)

    def test_a_quantity_that_odoo_rounds_costs_what_is_stored(self):
        sale = self.sell(self.item(price=10000, quantity=1), total=11500, tax=1500).pos_order_id
        refund = self.refund(sale, self.back(quantity="0.3333"))
        self.assertEqual(refund.lines.qty, -0.33)
        self.assert_money(refund, 3795, 495)
        self.assertEqual(self.last_outcome.warnings[0].doubt, "")
        self.assertIn("0.3333", self.last_outcome.warnings[0])

    def test_the_whole_of_a_quantity_that_odoo_rounded(self):
        sale = self.sell(self.item(price=100, quantity=0.3333), total=38.33, tax=5).pos_order_id
        self.assert_money(self.refund(sale, self.back(quantity="0.3333"), paid=38.33), 38.33, 5)
        self.assert_nothing_left(sale)

    def test_a_quantity_that_odoo_cannot_store_is_refused(self):
        sale = self.sell(self.item(price=10000, quantity=1), total=11500, tax=1500).pos_order_id
        for quantity in ("0.0001", "1e-20"):
            outcome = self.try_refund(sale, self.back(quantity=quantity))
            self.assert_not_booked(outcome, "invalid_payload", "too small for Odoo")

    def test_what_was_paid_back_decides_within_rounding(self):
        """The sender rounds the first piece up, and the last one down."""
        sale = self.sell(self.item(price=3.3333, quantity=3), total=11.5, tax=1.5, AmountTotal=10).pos_order_id
        for paid in (3.84, 3.83, 3.83):
            self.assert_money(self.refund(sale, self.back(quantity=1), paid=paid), paid, cash=paid)
        self.assert_nothing_left(sale)

    def test_the_stated_tax_decides_within_rounding(self):
        sale = self.sell(self.item(price=0.10, quantity=3), total=0.35, tax=0.05).pos_order_id
        refund = self.refund(sale, self.back(quantity=1), paid=0.12, tax=0.01)
        self.assert_money(refund, 0.12, 0.01)
        self.refund_rest(sale)
        self.assert_nothing_left(sale)

    def test_another_tax_than_that_of_the_sale_is_refused(self):
        sale = self.sold_three()
        outcome = self.try_refund(sale, self.back(quantity=1), paid=11.5, tax=0.6)
        self.assert_not_booked(outcome, "amount_mismatch", "0.60", "1.50")

    def test_more_or_less_than_it_cost_is_refused_with_both_amounts(self):
        sale = self.sold_three()
        for paid in (10, 11.48, 11.53, 23):
            with self.subTest(paid=paid):
                outcome = self.try_refund(sale, self.back(quantity=1), paid=paid)
                advice = "less was paid back" if paid < 11.5 else "send it as an item of the refund"
                self.assert_not_booked(outcome, "amount_mismatch", f"{paid:.2f}", "11.50", advice)
        self.assertFalse(sale._get_all_refunds())

    def test_the_total_counts_without_payments(self):
        sale = self.sold_three()
        self.assert_not_booked(self.try_refund(sale, self.back(quantity=1), total=10), "amount_mismatch", "10.00")
        self.assert_money(self.refund(sale, self.back(quantity=1), total=11.5), 11.5, 1.5, cash=11.5)

    # Several lines of one product

    def test_several_lines_of_one_product_are_filled_one_after_the_other(self):
        items = (self.item(price=10, quantity=2), self.item(price=20, quantity=2))
        sale = self.sell(*items, total=69, tax=9).pos_order_id
        self.assert_money(self.refund(sale, self.back(quantity=3)), 46, 6)
        self.assertEqual(sale.lines.sorted("id").mapped("refunded_qty"), [2, 1])
        self.assert_money(self.refund(sale, self.back(quantity=1)), 23, 3)
        self.assert_nothing_left(sale)

    def test_what_was_paid_back_says_which_of_several_lines_came_back(self):
        items = (self.item(price=10, quantity=2), self.item(price=20, quantity=2))
        sale = self.sell(*items, total=69, tax=9).pos_order_id
        self.assert_money(self.refund(sale, self.back(quantity=1), paid=23), 23, 3)
        self.assertEqual(sale.lines.sorted("id").mapped("refunded_qty"), [0, 1])

    # Amounts of items

    def test_which_of_several_prices_came_back_is_a_doubt_if_nothing_says_it(self):
        items = (self.item(price=40, quantity=2), self.item(price=10, quantity=1))
        sale = self.sell(*items, total=103.5, tax=13.5).pos_order_id
        self.assert_money(self.refund(sale, self.back(quantity=1)), 46)
        self.assertEqual(self.last_outcome.doubt, "amounts_differ")
        self.assertIn("several prices", str(self.last_outcome.warnings))
        self.assert_money(self.refund(sale, self.back(quantity=1), paid=11.5), 11.5)
        self.assertFalse(self.last_outcome.doubt)
        self.assert_money(self.refund(sale, self.back(quantity=1)), 46)  # the only one that is left
        self.assertFalse(self.last_outcome.doubt)

    def test_one_of_each_of_several_lines_of_one_product(self):
        items = (self.item(price=20, quantity=2), self.item(price=10, quantity=2))
        sale = self.sell(*items, total=69, tax=9).pos_order_id
        refund = self.refund(sale, self.back(quantity=1), self.back(quantity=1), paid=34.5)
        self.assert_money(refund, 34.5, 4.5)
        self.assertEqual(sale.lines.sorted("id").mapped("refunded_qty"), [1, 1])

    def test_the_line_of_one_product_that_cost_the_stated_amount_came_back(self):
        items = (self.item(price=30, quantity=2), self.item(price=20, quantity=2))
        sale = self.sell(*items, total=115, tax=15).pos_order_id
        self.refund(sale, self.back(quantity=2, amount=46), paid=46)
        self.assertEqual(sale.lines.sorted("id").mapped("refunded_qty"), [0, 2])
        self.refund(sale, self.back(quantity=2), paid=69)

    def test_a_restocking_fee_is_kept(self):
        sale = self.sold_three()
        refund = self.refund(sale, self.back(quantity=1, amount=10), paid=10)
        self.assert_money(refund, 10, 1.30, cash=10)
        self.assertEqual(sale.lines.refunded_qty, 1)
        self.assert_money(self.refund(sale, self.back(quantity=2), paid=23), 23, 3)
        self.assertFalse(sale.has_refundable_lines)

    def test_the_rest_of_a_sale_of_which_a_fee_was_kept(self):
        for number, (paid, rest) in enumerate(((None, 24.5), (23, 23), (24.5, 24.5))):
            with self.subTest(paid=paid):
                item = self.item(price=10.0, quantity=3)
                sale = self.sell(item, order_id=f"fee {number}", total=34.5, tax=4.5).pos_order_id
                self.refund(sale, self.back(quantity=1, amount=10), paid=10)
                self.assert_money(self.refund_rest(sale, paid=paid), rest)

    def test_an_amount_without_tax_is_proven_by_what_was_paid_back(self):
        sale = self.sold_three()
        self.assert_money(self.refund(sale, self.back(quantity=1, amount=10), paid=11.5), 11.5, 1.5)

    def test_money_without_goods(self):
        sale = self.sold_three()
        before = self.on_hand(self.product)
        refund = self.refund(sale, self.back(amount=5.75))
        self.assert_money(refund, 5.75, 0.75, cash=5.75)
        self.assertEqual(refund.lines.product_id, self.env.ref("external_order_sync.product_refund"))
        self.assertEqual(refund.lines.tax_ids, self.tax)
        self.assertFalse(refund.picking_ids)
        self.assertEqual((sale.lines.refunded_qty, sale.has_refundable_lines), (0, True))
        self.assertEqual((sale.refund_orders_count, refund.refunded_order_id), (1, sale))
        self.assertEqual(self.env["pos.order"].search(sale.action_view_refund_orders()["domain"]), refund)
        self.assert_money(self.refund_rest(sale), 28.75, 3.75)
        self.assert_nothing_left(sale)
        self.assertEqual(self.on_hand(self.product), before + 3)

    def test_an_amount_that_is_all_that_is_left_of_a_line_brings_its_goods_back(self):
        sale = self.sold_three()
        self.refund(sale, self.back(quantity=1))
        refund = self.refund(sale, self.back(amount=23))
        self.assertEqual((refund.lines.qty, refund.lines.refunded_orderline_id), (-2, sale.lines))
        self.assert_nothing_left(sale)

    def test_money_off_the_whole_order(self):
        self.create_product("Untaxed", self.env["account.tax"])
        sale = self.sell(self.item(price=10), self.item("Untaxed", 11.5), total=23, tax=1.5).pos_order_id
        refund = self.refund(sale, paid=5)
        self.assert_money(refund, 5, 0.33)
        self.assertEqual(len(refund.lines), 2)
        self.refund_rest(sale)
        self.assert_nothing_left(sale)

    def test_a_refund_that_says_nothing_is_refused(self):
        self.assert_not_booked(self.try_refund(self.sold_three()), "invalid_payload", "neither items nor an amount")

    # More than was sold

    def test_more_goods_than_are_left(self):
        sale = self.sold_three()
        self.refund(sale, self.back(quantity=1))
        outcome = self.try_refund(sale, self.back(quantity=2.5))
        self.assert_not_booked(outcome, "refund_exceeds_order", "2.5", "only 2 are left of the 3", "Product Name")
        outcome = self.try_refund(sale, self.back(quantity=2), self.back(quantity=1))
        self.assert_not_booked(outcome, "refund_exceeds_order")
        self.assertEqual(len(sale._get_all_refunds()), 1)

    def test_more_money_than_is_left(self):
        sale = self.sold_three()
        self.refund(sale, self.back(quantity=1))
        outcome = self.try_refund(sale, self.back(quantity=2), paid=24)
        self.assert_not_booked(outcome, "refund_exceeds_order", "24.00", "23.00", "34.50")
        outcome = self.try_refund(sale, self.back(amount=23.01))
        self.assert_not_booked(outcome, "refund_exceeds_order", "23.01", "23.00")
        outcome = self.try_refund(sale, self.back(quantity=1, amount=24))
        self.assert_not_booked(outcome, "refund_exceeds_order", "24.00", "23.00")

    def test_refunds_of_one_sale_in_one_batch_see_each_other(self):
        sale = self.sold_three()
        outcomes = self.book(*(self.request(sale, self.back(quantity=2)) for _time in range(2)))
        self.assertTrue(outcomes[0].pos_order)
        self.assert_not_booked(outcomes[1], "refund_exceeds_order", "only 1 are left")

    def test_a_refund_made_in_the_register_counts(self):
        sale = self.sold_three()
        by_hand = sale._refund()
        by_hand.lines.qty = -1
        by_hand.lines._onchange_amount_line_all()
        by_hand._compute_prices()
        by_hand.add_payment({"pos_order_id": by_hand.id, "amount": -11.5, "payment_method_id": self.card.id})
        by_hand.action_pos_order_paid()
        self.assert_not_booked(
            self.try_refund(sale, self.back(quantity=3)), "refund_exceeds_order", "only 2 are left", "register"
        )
        self.assert_money(self.refund_rest(sale), 23, 3, cash=23)
        self.assertFalse(sale.has_refundable_lines)

    def test_a_part_where_a_person_refunded_more_than_another_part_cost(self):
        other = self.create_product("Other")
        sale = self.sell(self.item(price=40), self.item("Other", 40), total=92, tax=12).pos_order_id
        by_hand = sale._refund()
        by_hand.lines.filtered(lambda line: line.product_id == other).unlink()
        by_hand.lines.price_unit = 60
        by_hand.lines._onchange_amount_line_all()
        by_hand._compute_prices()
        by_hand.add_payment({"pos_order_id": by_hand.id, "amount": -69, "payment_method_id": self.cash.id})
        by_hand.action_pos_order_paid()
        outcome = self.try_refund(sale, self.back("Other", 1))
        self.assert_not_booked(outcome, "refund_exceeds_order", "46.00", "23.00 is left")

    def test_the_rest_of_what_a_person_refunded_with_another_tax(self):
        sale = self.sell(self.item(price=40, quantity=2), total=92, tax=12).pos_order_id
        by_hand = sale._refund()
        by_hand.lines.write({"qty": -1, "tax_ids": [Command.set(self.create_tax(5).ids)]})
        by_hand.lines._onchange_amount_line_all()
        by_hand._compute_prices()
        self.assertAlmostEqual(by_hand.amount_total, -42)
        by_hand.add_payment({"pos_order_id": by_hand.id, "amount": -42, "payment_method_id": self.cash.id})
        by_hand.action_pos_order_paid()
        self.assert_not_booked(self.try_refund(sale, is_rest=True, paid=49), "amount_mismatch", "49.00", "50.00")
        self.assert_money(self.refund_rest(sale, paid=50), 50, 12)

    def test_a_sale_whose_tax_is_not_what_it_was_is_left_to_a_person(self):
        sale = self.sell(self.item(price=40, quantity=2), total=92, tax=12).pos_order_id
        self.tax.active = False
        for values in ({}, {"is_rest": True}, {"paid": 40}):
            outcome = self.try_refund(sale, *([] if values.get("is_rest") else [self.back(quantity=1)]), **values)
            self.assert_not_booked(outcome, "amount_mismatch", "92.00", "12.00", "80.00", "archived")
        self.tax.active = True
        self.env.invalidate_all()
        self.assert_money(self.refund(sale, self.back(quantity=1)), 46, 6)
        self.close_session(sale.session_id)
        self.tax.amount = 20
        outcome = self.try_refund(sale, self.back(quantity=1))
        self.assert_not_booked(outcome, "amount_mismatch", "96.00", "16.00")

    def test_what_does_not_come_back_into_stock(self):
        sale = self.sold_three()
        before = self.on_hand(self.product)
        refund = self.refund(sale, self.back(quantity=1, restock=False), self.back(quantity=1))
        self.assertEqual(sorted(refund.lines.mapped("external_no_restock")), [False, True])
        self.assertEqual(self.on_hand(self.product), before + 1)
        self.assertEqual(refund.lines.filtered("external_no_restock").total_cost, 0)
        refund = self.refund_rest(sale, self.back(restock=False))
        self.assertFalse(refund.picking_ids)
        self.assertEqual(self.on_hand(self.product), before + 1)
        self.assert_nothing_left(sale)

    def test_the_rest_with_some_goods_that_do_not_come_back(self):
        sale = self.sold_three(price=3.33, total=11.49, tax=1.5)
        before = self.on_hand(self.product)
        refund = self.refund_rest(sale, self.back(quantity=1, restock=False))
        self.assertEqual(sorted(refund.lines.mapped("qty")), [-2, -1])
        self.assertEqual(self.on_hand(self.product), before + 2)
        self.assert_nothing_left(sale)
