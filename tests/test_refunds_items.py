from ..lib.order.payload import parse_order
from .refund_common import RefundCase


class TestRefundedItems(RefundCase):
    """What the items of a refund mean: by name, product, alias; with their components, charges and discounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_menu()
        cls.untaxed = cls.create_product("Untaxed", cls.env["account.tax"])

    def part(self, name, quantity=1, price=0.0):
        return {"ItemID": 0, "ItemName": name, "Price": price, "Quantity": quantity}

    def lines(self, order):
        """Return product, quantity and gross amount of the lines."""
        return [
            (line.product_id.name, line.qty, round(line.price_subtotal_incl, 2)) for line in order.lines.sorted("id")
        ]

    # Matching

    def test_an_item_is_found_by_its_name_in_the_sale_although_its_product_was_archived_or_renamed(self):
        sale = self.sell(self.item(quantity=2), total=184, tax=24).pos_order_id
        self.product.active = False
        self.assert_money(self.refund(sale, self.back(quantity=1)), 92, 12)
        self.product.name = "Another Name"
        sold = parse_order(self.sold("sale", self.item(quantity=2), total=184, tax=24))
        self.assert_money(self.refund(sale, self.back(quantity=1), sold=sold), 92, 12)

    def test_an_item_is_found_by_its_name_in_the_sale_although_another_product_has_it_now(self):
        row = self.env["external.product.alias"].create(
            {"sync_id": self.sync.id, "item_name": "Thing", "product_id": self.product.id}
        )
        order = self.sold("sale", self.item("Thing"), total=92, tax=12)
        self.synchronize(order)
        sale = self.inbox("sale").pos_order_id
        row.product_id = self.burger
        outcome = self.try_refund(sale, self.back("Thing", quantity=1))
        self.assert_not_booked(outcome, "invalid_payload", "Thing", "was not sold in this order")
        self.assert_money(self.refund(sale, self.back("Thing", quantity=1), sold=parse_order(order)), 92, 12)

    def test_an_item_is_found_by_id_code_and_alias(self):
        self.product.default_code = "P-1"
        self.env["external.product.alias"].create(
            {"sync_id": self.sync.id, "item_name": "Same Thing", "product_id": self.product.id}
        )
        sale = self.sell(self.item(quantity=4), total=368, tax=48).pos_order_id
        for values in (
            {"name": str(self.product.id), "odoo_id": self.product.id, "named": False},
            {"name": str(self.product.id), "item_id": self.product.id, "named": False},
            {"name": "P-1", "sku": "P-1", "named": False},
            {"name": "same  thing"},
        ):
            with self.subTest(values=values):
                self.assert_money(self.refund(sale, self.back(quantity=1, **values)), 92, 12)
        self.assert_nothing_left(sale)

    def test_an_unknown_item_can_be_chosen_as_for_a_sale(self):
        sale = self.sell(self.item(), total=92, tax=12).pos_order_id
        outcome = self.try_refund(sale, self.back("Unheard of", quantity=1))
        self.assert_not_booked(outcome, "product_not_found", "Unheard of")
        self.assertEqual(outcome.error.product, (None, "Unheard of"))

    def test_a_product_that_was_not_sold_in_this_order(self):
        sale = self.sell(self.item(), total=92, tax=12).pos_order_id
        outcome = self.try_refund(sale, self.back("Burger", quantity=1))
        self.assert_not_booked(outcome, "invalid_payload", "Burger", "Refunds[0].Items[0]", "was not sold")

    # Components

    def test_components_come_back_with_their_item_in_proportion(self):
        item = self.item(quantity=4, price=20, OrderDetailPackages=[self.part("Burger", 8), self.part("Fries", 2)])
        sale = self.sell(item, total=92, tax=12).pos_order_id
        refund = self.refund(sale, self.back(quantity=1))
        self.assertEqual(self.lines(refund), [("Product Name", -1, -23), ("Burger", -2, 0), ("Fries", -0.5, 0)])
        lines = refund.lines.sorted("id")
        self.assertEqual(lines[1:].combo_parent_id, lines[0])
        self.refund_rest(sale)
        self.assert_nothing_left(sale)

    def test_a_component_alone(self):
        item = self.item(quantity=2, price=40, OrderDetailPackages=[self.part("Burger", 2)])
        sale = self.sell(item, total=92, tax=12).pos_order_id
        before = self.on_hand(self.burger)
        self.assert_money(self.refund(sale, self.back("Burger", quantity=1)), 0)
        self.assertEqual(self.on_hand(self.burger), before + 1)
        self.refund_rest(sale)
        self.assert_nothing_left(sale)

    def test_a_combo_comes_back_with_its_choices(self):
        item = self.item(
            "Menu", 33.33, 3, OrderDetailPackages=[self.part("Burger", 3, 60.0), self.part("Fries", 3, 20.0)]
        )
        sale = self.sell(item, total=114.99, tax=15).pos_order_id
        refund = self.refund(sale, self.back("Menu", quantity=1))
        self.assertEqual(len(refund.lines.combo_item_id), 2)
        self.assertEqual([name for name, _quantity, _total in self.lines(refund)], ["Menu", "Burger", "Fries"])
        self.assert_money(refund, 38.33, 5)
        self.refund(sale, self.back("Menu", quantity=1), paid=38.33)
        self.refund(sale, self.back("Menu", quantity=1))
        self.assert_nothing_left(sale)

    def test_an_amount_for_a_combo_is_split_over_its_choices(self):
        item = self.item("Menu", 80, OrderDetailPackages=[self.part("Burger", 1, 60.0), self.part("Fries", 1, 20.0)])
        sale = self.sell(item, total=92, tax=12).pos_order_id
        refund = self.refund(sale, self.back("Menu", quantity=1, amount=46), paid=46)
        self.assertEqual(self.lines(refund), [("Menu", -1, 0), ("Burger", -1, -34.5), ("Fries", -1, -11.5)])
        self.assert_money(refund, 46, 6)

    # Charges, tips and discounts

    def sold_with_charges(self, **values):
        charges = {"DeliveryCharges": 5, "ServiceCharges": 3, **values}
        return self.sell(self.item(quantity=2, price=40), total=100, tax=12, **charges).pos_order_id

    def test_charges_come_back_with_the_rest_only(self):
        sale = self.sold_with_charges()
        self.assert_money(self.refund(sale, self.back(quantity=1)), 46, 6)
        refund = self.refund_rest(sale)
        self.assert_money(refund, 54, 6)
        self.assert_nothing_left(sale)

    def test_telling_charges_from_goods_takes_no_statements_for_each_refund(self):
        order = self.env["external.order.refund"]._read_sale(self.sync, self.sold_with_charges())
        before = self.env.cr.sql_log_count
        self.env["external.refund.pricing"]._mark_charges(self.sync, order)
        self.assertEqual(self.env.cr.sql_log_count, before)
        self.assertEqual([item.is_charge for item in order.items], [False, True, True])

    def test_charges_come_back_with_a_part_if_that_was_paid(self):
        sale = self.sold_with_charges()
        refund = self.refund(sale, self.back(quantity=1), paid=49)
        self.assertEqual(sorted(self.lines(refund))[1][2], -3)
        refund = self.refund_rest(sale, paid=46)
        self.assert_money(refund, 46, 6)
        self.assertEqual((sale.has_refundable_lines, len(refund.lines)), (True, 1))
        self.assert_money(self.refund_rest(sale, paid=5), 5, 0)
        self.assert_nothing_left(sale)

    def test_a_charge_comes_back_as_an_item(self):
        sale = self.sold_with_charges()
        refund = self.refund(sale, self.back("Delivery Charge", quantity=1), paid=5)
        self.assertEqual(self.lines(refund), [("Delivery Charge", -1, -5)])

    def test_a_tip_comes_back(self):
        sale = self.sell(self.item(), total=97, tax=12, TipAmount=5).pos_order_id
        self.assertTrue(sale.is_tipped)
        refund = self.refund_rest(sale)
        self.assertEqual((refund.is_tipped, refund.tip_amount), (True, -5))
        self.assert_nothing_left(sale)

    def test_a_tip_whose_product_is_a_good_moves_no_goods(self):
        self.pos_config.tip_product_id = self.untaxed
        sale = self.sell(self.item(), total=97, tax=12, TipAmount=5).pos_order_id
        before = self.on_hand(self.untaxed)
        self.refund_rest(sale)
        self.assertEqual(self.on_hand(self.untaxed), before)

    def sold_with_voucher(self):
        """Sell three for 34.50 with a voucher of 6.00 after tax."""
        row = self.sell(self.item(price=10, quantity=3), total=28.5, tax=4.5, AmountDiscount=6)
        self.assertEqual(len(row.pos_order_id.lines), 2, row.error_message)
        return row.pos_order_id

    def test_a_discount_after_tax_is_shared_by_the_parts(self):
        sale = self.sold_with_voucher()
        self.assert_money(self.refund(sale, self.back(quantity=1)), 9.5, 1.5)
        self.assert_money(self.refund(sale, self.back(quantity=1), paid=9.5), 9.5, 1.5)
        self.assert_money(self.refund(sale, self.back(quantity=1)), 9.5, 1.5)
        self.assert_nothing_left(sale)

    def test_a_discount_after_tax_stays_with_the_rest_if_that_was_paid(self):
        sale = self.sold_with_voucher()
        self.assert_money(self.refund(sale, self.back(quantity=1), paid=11.5), 11.5, 1.5)
        self.assert_money(self.refund_rest(sale), 17, 3)
        self.assert_nothing_left(sale)

    def test_a_discount_before_tax_is_in_the_lines(self):
        items = (self.item(price=10, quantity=3), self.item("Burger", 7.77))
        row = self.sell(*items, total=39.99, tax=5.22, AmountDiscount=3)
        self.assertEqual(row.state, "done", row.error_message)
        sale = row.pos_order_id
        for item in (self.back(quantity=1), self.back("Burger", quantity=1), self.back(quantity=2)):
            self.refund(sale, item)
        self.assert_nothing_left(sale)

    # Special sales

    def test_a_sale_that_cost_nothing(self):
        sale = self.sell(self.item(price=0, quantity=2), total=0, paid=0).pos_order_id
        before = self.on_hand(self.product)
        refund = self.refund(sale, self.back(quantity=1))
        self.assert_money(refund, 0, 0)
        self.assertFalse(refund.payment_ids)
        self.assertEqual(self.on_hand(self.product), before + 1)
        self.refund_rest(sale)
        self.assert_nothing_left(sale)

    def test_the_rest_of_a_sale_with_a_return_in_it(self):
        items = (self.item(price=20, quantity=1), self.item("Burger", price=5, quantity=-1))
        sale = self.sell(*items, total=17.25, tax=2.25).pos_order_id
        refund = self.refund_rest(sale)
        self.assertEqual(self.lines(refund), [("Product Name", -1, -23), ("Burger", 1, 5.75)])
        self.assert_nothing_left(sale)

    def test_the_rest_of_a_return(self):
        sale = self.sell(self.item(quantity=-2), total=-184, tax=-24).pos_order_id
        refund = self.refund_rest(sale)
        self.assertEqual(refund.amount_total, 184)
        self.assert_nothing_left(sale)

    def test_nothing_is_left(self):
        sale = self.sell(self.item(), total=92, tax=12).pos_order_id
        self.refund(sale, self.back(quantity=1))
        outcome = self.try_refund(sale, is_rest=True)
        self.assertTrue(outcome.nothing_left)
        self.assertFalse(outcome.pos_order or outcome.error)
        self.assert_not_booked(self.try_refund(sale, is_rest=True, paid=92), "refund_exceeds_order", "92.00", "0.00")
