from odoo.fields import Command

from .money_common import MoneyCase


class TestCombo(MoneyCase):
    """The components of an item: lines with price 0 or, if the product is an Odoo combo, its choices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.menu = cls.create_menu(list_price=80)
        cls.combos = cls.menu.combo_ids
        cls.napkin = cls.create_product("Napkin")

    def part(self, name, quantity=1, price=0.0):
        return {"ItemID": 0, "ItemName": name, "Price": price, "Quantity": quantity}

    def menu_of(self, *parts, **values):
        return self.item("Menu", OrderDetailPackages=list(parts), **values)

    def assert_lines(self, order, *expected):
        """Compare product, quantity and net amount of the order's lines; all but the first belong to the first."""
        lines = order.lines.sorted("id")
        self.assertEqual([(line.product_id, line.qty, round(line.price_subtotal, 2)) for line in lines], list(expected))
        self.assertFalse(lines[0].combo_parent_id)
        self.assertEqual(lines[1:].combo_parent_id, lines[:1] if lines[1:] else lines.browse())
        return lines

    # Any product

    def test_components_of_a_product_go_along_at_price_0(self):
        item = self.item(OrderDetailPackages=[self.part("Burger", 2, 20.0), self.part("Napkin", 4)])
        order = self.assert_booked(self.sell(item, total=92.00, tax=12.00), 92.00, 12.00)
        lines = self.assert_lines(order, (self.product, 1, 80), (self.burger, 2, 0), (self.napkin, 4, 0))
        self.assertFalse(lines[1:].tax_ids)
        self.assertFalse(lines.combo_item_id)

    def test_components_leave_the_shelf_in_the_quantity_of_the_line(self):
        item = self.item(quantity=2, price=40, OrderDetailPackages=[self.part("Burger", 2)])
        order = self.assert_booked(self.sell(item, total=92.00, tax=12.00), 92.00, 12.00)
        moved = {move.product_id: move.quantity for move in order.picking_ids.move_ids}
        self.assertEqual(moved, {self.product: 2.0, self.burger: 2.0})

    def test_a_fixed_tax_of_a_component_is_not_charged_again(self):
        self.burger.taxes_id |= self.create_tax(1, amount_type="fixed")
        item = self.item(OrderDetailPackages=[self.part("Burger")])
        self.assert_booked(self.sell(item, total=92.00, tax=12.00), 92.00, 12.00)

    def test_components_of_a_return_come_back(self):
        item = self.item(quantity=-1, OrderDetailPackages=[self.part("Burger", -2)])
        order = self.assert_booked(self.sell(item, total=-92.00, tax=-12.00), -92.00, -12.00)
        self.assert_lines(order, (self.product, -1, -80), (self.burger, -2, 0))

    # Odoo combos

    def test_the_choices_of_a_combo_share_its_price_as_sent(self):
        item = self.menu_of(self.part("Burger", 1, 50.0), self.part("Fries", 1, 30.0))
        order = self.assert_booked(self.sell(item, total=92.00, tax=12.00), 92.00, 12.00)
        lines = self.assert_lines(order, (self.menu, 1, 0), (self.burger, 1, 50), (self.fries, 1, 30))
        self.assertEqual(lines.mapped("combo_item_id.combo_id"), self.combos)

    def test_without_prices_the_choices_share_by_the_base_prices_of_their_combos(self):
        item = self.menu_of(self.part("Burger"), self.part("Fries"))
        order = self.assert_booked(self.sell(item, total=92.00, tax=12.00), 92.00, 12.00)
        self.assert_lines(order, (self.menu, 1, 0), (self.burger, 1, 60), (self.fries, 1, 20))

    def test_the_shares_add_up_to_the_price_to_the_cent(self):
        item = self.menu_of(self.part("Burger", 1, 1), self.part("Fries", 1, 1), self.part("Fries", 1, 1), price=10)
        order = self.assert_booked(self.sell(item, total=11.50, tax=1.50), 11.50, 1.50)
        self.assert_lines(
            order, (self.menu, 1, 0), (self.burger, 1, 3.34), (self.fries, 1, 3.33), (self.fries, 1, 3.33)
        )

    def test_a_discount_of_a_combo_is_shared_by_its_choices(self):
        item = self.menu_of(self.part("Burger", 1, 50.0), self.part("Fries", 1, 30.0), DiscountAmount=8)
        order = self.assert_booked(self.sell(item, total=82.80, tax=10.80), 82.80, 10.80)
        self.assert_lines(order, (self.menu, 1, 0), (self.burger, 1, 45), (self.fries, 1, 27))

    def test_the_choices_have_their_own_taxes(self):
        five = self.create_tax(5)
        self.fries.taxes_id = five
        item = self.menu_of(self.part("Burger", 1, 60.0), self.part("Fries", 1, 20.0))
        order = self.assert_booked(self.sell(item, total=90.00, tax=10.00, percent=None), 90.00, 10.00)
        self.assertEqual(order.lines.sorted("id").mapped("tax_ids"), self.tax | five)

    def test_several_menus_in_one_line(self):
        item = self.menu_of(self.part("Burger", 3, 50.0), self.part("Fries", 3, 30.0), quantity=3, price=70)
        order = self.assert_booked(self.sell(item, total=241.50, tax=31.50), 241.50, 31.50)
        self.assert_lines(order, (self.menu, 3, 0), (self.burger, 3, 131.25), (self.fries, 3, 78.75))

    def test_what_is_no_choice_of_the_combo_goes_along_at_price_0(self):
        item = self.menu_of(self.part("Burger", 1, 50.0), self.part("Napkin", 2, 5.0), self.part("Fries", 1, 30.0))
        order = self.assert_booked(self.sell(item, total=92.00, tax=12.00), 92.00, 12.00)
        lines = self.assert_lines(
            order, (self.menu, 1, 0), (self.burger, 1, 50), (self.napkin, 2, 0), (self.fries, 1, 30)
        )
        self.assertFalse(lines[2].combo_item_id)

    def test_a_product_that_two_combos_offer_is_chosen_once_of_each(self):
        self.combos[1].combo_item_ids = [Command.create({"product_id": self.burger.id})]
        item = self.menu_of(self.part("Burger", 1, 40.0), self.part("Burger", 1, 40.0))
        order = self.assert_booked(self.sell(item, total=92.00, tax=12.00), 92.00, 12.00)
        self.assertEqual(order.lines.sorted("id")[1:].mapped("combo_item_id.combo_id"), self.combos)

    def test_a_combo_without_all_its_choices_is_refused(self):
        for name, parts, quantity, missing in (
            ("nothing", [], 1, "Burgers"),
            ("a napkin", [self.part("Napkin")], 1, "Burgers"),
            ("no side", [self.part("Burger")], 1, "Sides"),
            ("one side for two", [self.part("Burger", 2), self.part("Fries", 1)], 2, "Sides"),
        ):
            with self.subTest(sent=name):
                menu = self.menu_of(*parts, quantity=quantity, price=80 / quantity)
                row = self.sell(menu, order_id=name, total=92.00, tax=12.00)
                self.assert_refused(row, "invalid_payload", "Menu", missing)

    def test_a_combo_needs_as_many_choices_as_the_register_asks_for(self):
        self.combos[0].write({"qty_max": 2, "qty_free": 2})
        self.combos[1].qty_free = 0
        row = self.sell(self.menu_of(self.part("Burger")), order_id="one", total=92.00, tax=12.00)
        self.assert_refused(row, "invalid_payload", "Burgers")
        row = self.sell(self.menu_of(self.part("Burger", 2)), order_id="two", total=92.00, tax=12.00)
        self.assert_booked(row, 92.00, 12.00)

    def test_one_component_may_be_the_choice_of_two_combos(self):
        self.combos[1].combo_item_ids = [Command.create({"product_id": self.burger.id})]
        row = self.sell(self.menu_of(self.part("Burger", 2)), total=92.00, tax=12.00)
        self.assert_booked(row, 92.00, 12.00)

    def test_odoo_invoices_a_combo_to_the_cent(self):
        item = self.menu_of(self.part("Burger", 1, 50.0), self.part("Fries", 1, 30.0))
        order = self.sell(item, total=92.00, tax=12.00).pos_order_id
        order.partner_id = self.env["res.partner"].create({"name": "Customer"})
        order.action_pos_order_invoice()
        self.assertRecordValues(order.account_move, [{"amount_total": 92.00, "amount_tax": 12.00}])

    def test_a_returned_combo(self):
        item = self.menu_of(self.part("Burger", -1, 50.0), self.part("Fries", -1, 30.0), quantity=-1)
        order = self.assert_booked(self.sell(item, total=-92.00, tax=-12.00), -92.00, -12.00)
        self.assert_lines(order, (self.menu, -1, 0), (self.burger, -1, -50), (self.fries, -1, -30))
