from .common import ExternalOrderCase


class TestComponents(ExternalOrderCase):
    """Components are taken from stock or ignored; the choices of an Odoo combo are always sold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.menu = cls.create_menu()
        cls.sync.components = "ignore"

    def part(self, name, quantity=1.0):
        return {"ItemID": 0, "ItemName": name, "Price": 0.0, "Quantity": quantity}

    def sell(self, item, *parts, **values):
        return self.import_order(OrderItems=[self.item(item, OrderDetailPackages=list(parts))], **values)

    def test_they_are_taken_from_stock_by_default(self):
        self.assertEqual(self.create_sync(name="Another").components, "stock")
        self.sync.components = "stock"
        row = self.sell("Product Name", self.part("Component Item", 2.0))
        self.assertEqual(row.pos_order_id.lines.product_id, self.product | self.component)
        self.assertEqual(row.pos_order_id.picking_ids.move_ids.product_id, self.product | self.component)
        self.assertEqual(self.sell("Product Name", self.part("Unheard of"), order_id=1).error_code, "product_not_found")

    def test_ignored_ones_are_neither_sold_nor_moved(self):
        row = self.sell("Product Name", self.part("Component Item", 2.0))
        self.assertEqual((row.state, row.warnings), ("done", False))
        self.assertEqual(row.pos_order_id.lines.product_id, self.product)
        self.assertEqual(row.pos_order_id.picking_ids.move_ids.product_id, self.product)

    def test_ignored_ones_need_no_product(self):
        row = self.sell("Product Name", self.part("Unheard of"))
        self.assertEqual((row.state, row.doubt, len(row.pos_order_id.lines)), ("done", False, 1))

    def test_the_choices_of_a_combo_are_sold_and_nothing_else_of_it(self):
        parts = [self.part(name) for name in ("Burger", "Component Item", "Fries", "Unheard of")]
        lines = self.sell("Menu", *parts).pos_order_id.lines
        self.assertEqual(lines.product_id, self.menu | self.burger | self.fries)
        self.assertEqual(lines.combo_parent_id.product_id, self.menu)

    def test_a_choice_that_is_not_found_is_named(self):
        row = self.sell("Menu", self.part("Burger"), self.part("French Fries"))
        self.assertEqual((row.error_code, row.missing_item_name), ("product_not_found", "French Fries"))
        self.env["external.product.alias"].create(
            {"sync_id": self.sync.id, "item_name": "French Fries", "product_id": self.fries.id}
        )
        self.assertEqual((row.state, len(row.pos_order_id.lines)), ("done", 3))

    def test_a_combo_without_its_choices_is_refused(self):
        self.assertEqual(self.sell("Menu", self.part("Burger")).error_code, "invalid_payload")

    def test_orders_that_wait_for_a_component_go_in_once_it_is_ignored(self):
        self.sync.components = "stock"
        row = self.sell("Product Name", self.part("Unheard of"))
        self.sync.components = "ignore"
        row.action_retry()
        self.assertEqual((row.state, row.pos_order_id.lines.product_id), ("done", self.product))
