from lxml import etree
from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval

from ..models.order_sync import external_order_search_panel
from ..tools import few_rows
from .common import ExternalOrderCase
from .explaining import explain


class TestInboxSearch(ExternalOrderCase):
    """What users type into the search of the inbox finds its orders without reading all others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Anna Search", "ref": "A1"})

    def setUp(self):
        super().setUp()
        self.synchronize(
            self.order("77", customer_ref="A1"),
            self.order("A-177", CheckoutDetails=[self.payment(92.0, "Card (test)", 2)]),
            self.order("1778"),
            self.order("9", OrderItems=[self.item("Missing Thing")]),
        )

    def search(self, name, value, operator="ilike"):
        """Return the OrderIDs that a condition finds among those of this test."""
        rows = self.env["external.order"].search([(name, operator, value), ("sync_id", "=", self.sync.id)])
        return sorted(rows.mapped("external_id"))

    def ways(self):
        """Yield for each way of finding rows: by a list of few others, by an array, by a look at each row."""
        for way, most, listed in (("list", 100, 100), ("array", 100, 0), ("looks", 0, 0)):
            self.patch(few_rows, "most_to_read", lambda *_arguments, most=most: most)
            self.patch(few_rows, "LISTED", listed)
            self.patch(few_rows, "DOUBT", 1000)
            with self.subTest(way=way):
                yield way

    def test_an_order_id_finds_its_order_alone(self):
        self.assertEqual(self.search("order_number", " 77 "), ["77"])
        self.assertEqual(self.search("order_number", "A-177"), ["A-177"])

    def test_a_part_of_an_order_id_finds_all_that_contain_it(self):
        for _way in self.ways():
            self.assertEqual(self.search("order_number", "177"), ["1778", "A-177"])
            self.assertEqual(self.search("order_number", "a-1"), ["A-177"])
            self.assertEqual(self.search("order_number", "555"), [])

    def test_an_order_id_is_found_by_other_operators_too(self):
        self.assertEqual(self.search("order_number", "77", "="), ["77"])
        self.assertEqual(self.search("order_number", ["77", "9"], "in"), ["77", "9"])
        self.assertEqual(self.search("order_number", "77", "not ilike"), ["1778", "9", "A-177"])
        self.assertEqual(self.search("order_number", "77", "!="), ["1778", "9", "A-177"])

    def test_customers_are_found_by_name_and_by_record(self):
        self.assertEqual(self.inbox("77").partner_id, self.customer)
        for _way in self.ways():
            self.assertEqual(self.search("sold_to_id", "anna sea"), ["77"])
            self.assertEqual(self.search("sold_to_id", self.customer.id, "="), ["77"])
            self.assertEqual(self.search("sold_to_id", "nobody"), [])
            self.assertEqual(self.search("sold_to_id", "anna", "not ilike"), ["1778", "9", "A-177"])
        self.assertEqual(self.search("sold_to_id", False, "="), ["1778", "9", "A-177"])
        self.assertEqual(self.search("sold_to_id", False, "!="), ["77"])

    def test_payment_methods_are_found_by_name_and_by_record(self):
        for _way in self.ways():
            self.assertEqual(self.search("payment_method_ids", self.card.name), ["A-177"])
            self.assertEqual(self.search("payment_method_ids", self.card.id, "="), ["A-177"])
            self.assertEqual(self.search("payment_method_ids", self.card.ids, "not in"), ["1778", "77", "9"])

    def test_orders_with_and_without_payment_methods_are_found(self):
        self.inbox("1778").pos_order_id.payment_ids.unlink()
        for _way in self.ways():
            self.assertEqual(self.search("payment_method_ids", False, "="), ["1778", "9"])
            self.assertEqual(self.search("payment_method_ids", False, "!="), ["77", "A-177"])
            self.assertEqual(self.search("payment_method_ids", [self.card.id, False], "in"), ["1778", "9", "A-177"])
            self.assertEqual(self.search("payment_method_ids", [self.card.id, False], "not in"), ["77"])

    def test_what_is_only_for_the_search_is_not_exported(self):
        described = self.env["external.order"].fields_get(["order_number", "sold_to_id"], ["exportable"])
        self.assertEqual(described, {name: {"exportable": False} for name in ("order_number", "sold_to_id")})

    def test_users_without_a_point_of_sale_search_too(self):
        user = new_test_user(self.env, "searching", groups="base.group_user,external_order_sync.group_user")
        Order = self.env["external.order"].with_user(user)
        self.assertEqual(Order.search([("sold_to_id", "ilike", "anna")]), self.inbox("77"))
        found = Order.search([("order_number", "ilike", "177"), ("sync_id", "=", self.sync.id)])
        self.assertEqual(found, self.inbox("1778") | self.inbox("A-177"))

    def test_a_look_at_each_row_joins_nothing(self):
        self.patch(few_rows, "most_to_read", lambda *_arguments: 0)
        for name, value, index in (
            ("sold_to_id", "anna", "pos_order_pkey"),
            ("payment_method_ids", self.card.name, "pos_payment_external_order_method"),
        ):
            query = self.env["external.order"]._search([(name, "ilike", value)], order="id desc", limit=80)
            plan = explain(self.env, query)
            self.assertIn("Index Scan Backward using external_order_pkey", plan)
            self.assertIn(index, plan)

    def test_the_orders_of_a_payment_method_are_read_from_an_index_alone(self):
        self.patch(few_rows, "LISTED", 0)
        query = self.env["external.order"]._search([("payment_method_ids", "ilike", self.card.name)])
        self.assertIn("Index Only Scan using pos_payment_external_order_method", explain(self.env, query))

    def test_few_rows_are_found_by_their_index(self):
        for name, value in (("sold_to_id", "anna"), ("payment_method_ids", self.card.name)):
            plan = explain(self.env, self.env["external.order"]._search([(name, "ilike", value)]))
            self.assertIn("external_order__pos_order_id_index", plan)

    def test_texts_of_failed_orders_are_looked_for_among_those_with_a_reason(self):
        Order = self.env["external.order"]
        view = etree.fromstring(Order.get_view(view_type="search")["arch"])
        for name, value in (("missing_item_name", "missing"), ("error_message", "missing thing")):
            [field] = view.xpath(f"//search/field[@name='{name}']")
            domain = safe_eval(field.get("filter_domain"), {"self": value})
            self.assertEqual(Order.search([*domain, ("sync_id", "=", self.sync.id)]), self.inbox("9"))
            self.assertIn("external_order_reason", explain(self.env, Order._search(domain)))

    def test_a_sorted_list_reads_its_index(self):
        Order = self.env["external.order"]
        for order, index in (
            ("sold_date desc", "external_order_sold"),
            ("total", "external_order_total"),
            ("external_id desc", "external_order_order_number"),
        ):
            plan = explain(self.env, Order._search([], order=order, limit=80))
            self.assertIn(index, plan)
            self.assertNotIn("Sort", plan)

    def test_the_search_panel_counts_many_in_one_statement(self):
        Order = self.env["external.order"]
        few = Order._count_values("state", [("sync_id", "=", self.sync.id)])
        self.patch(external_order_search_panel, "READ_AT_MOST", -1)
        many = Order._count_values("state", [("sync_id", "=", self.sync.id)])
        self.assertEqual({value: count for value, count in many.items() if count}, few)
        self.assertEqual(few, {"done": 3, "failed": 1})
        with self.assertQueryCount(2):
            Order._count_values("error_code", [])
        self.assertEqual(Order._count_values("sync_id", [("sync_id", "=", self.sync.id)])[self.sync.id], 4)
