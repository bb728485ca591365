from datetime import timedelta

from lxml import etree
from odoo import fields
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from .security_common import SecurityCase


class TestFound(SecurityCase):
    """Every user of Point of Sale finds an external order by its number."""

    def setUp(self):
        super().setUp()
        self.synchronize(self.order("A-17"), self.order("B-18"))
        self.imported = self.inbox("A-17").pos_order_id
        self.own = self.sell(self.cashier)
        self.env.flush_all()

    def arch(self, model, view_type):
        """Return the view for a plain cashier."""
        views = self.env[model].with_user(self.cashier).get_views([(False, view_type)])["views"]
        return etree.fromstring(views[view_type]["arch"])

    def test_what_is_typed_and_confirmed_finds_the_number_and_still_the_name(self):
        first = self.arch("pos.order", "search").find(".//field")
        orders = self.env["pos.order"].with_user(self.cashier)
        for text in ("A-17", self.imported.name):
            with self.subTest(text=text):
                domain = safe_eval(first.get("filter_domain"), {"self": text})
                self.assertEqual(orders.search(domain), self.imported)

    def test_a_cashier_sees_number_and_origin_in_list_form_and_search(self):
        listed = self.arch("pos.order", "list")
        self.assertEqual(listed.find(".//field[@name='external_order_number']").get("optional"), "show")
        self.assertIsNotNone(listed.find(".//field[@name='source']"))
        form = self.arch("pos.order", "form")
        self.assertEqual(len(form.findall(".//field[@name='external_order_number']")), 1)
        self.assertIsNone(form.find(".//field[@name='external_order_id']"))
        searched = self.arch("pos.order", "search")
        external = searched.find(".//filter[@name='external_orders']").get("domain")
        orders = self.env["pos.order"].with_user(self.cashier)
        own = [("config_id", "=", self.pos_config.id)]
        self.assertEqual(len(orders.search(Domain(safe_eval(external)) & Domain(own))), 2)
        groups = orders.formatted_read_group(own, ["source"], ["__count"])
        self.assertEqual({group["source"]: group["__count"] for group in groups}, {"external": 2, "pos": 1})

    def test_the_register_finds_the_number_and_loads_it(self):
        orders = self.env["pos.order"].with_user(self.cashier)
        domain = [("external_order_number", "ilike", "%A-17%")]
        found = orders.search_paid_order_ids(self.pos_config.id, domain, 10, 0)
        self.assertEqual([order_id for order_id, _date in found["ordersInfo"]], self.imported.ids)
        [loaded] = orders.read_pos_orders([("id", "=", self.imported.id)])["pos.order"]
        self.assertEqual(loaded["external_order_number"], "A-17")

    def test_orders_analysis_tells_the_origin(self):
        report = self.env["report.pos.order"].with_user(self.cashier)
        groups = report.formatted_read_group([("config_id", "=", self.pos_config.id)], ["source"], ["price_total:sum"])
        self.assertEqual({group["source"]: group["price_total:sum"] for group in groups}, {"external": 184, "pos": 92})
        names = {filter.get("name") for filter in self.arch("report.pos.order", "search").iter("filter")}
        self.assertLessEqual({"external_orders", "group_source"}, names)


class TestInboxOfSales(SecurityCase):
    """The inbox shows, filters and groups by when, where and to whom was sold, and how it was paid."""

    def setUp(self):
        super().setUp()
        split = [self.payment(30.0), self.payment(62.0, "Card (test)", 2)]
        self.synchronize(
            self.order(1),
            self.order(2, CheckoutDetails=split),
            self.order(3, OrderItems=[self.item("No Such Product")]),
        )
        self.cash_row, self.split_row, self.failed_row = (self.inbox(number) for number in (1, 2, 3))
        self.rows = self.cash_row | self.split_row | self.failed_row

    def test_an_imported_order_shows_its_sale(self):
        row = self.split_row
        order = row.pos_order_id
        self.assertEqual(row.sold_date, order.date_order)
        self.assertEqual((row.pos_config_id, row.payment_method_ids), (self.pos_config, self.cash | self.card))
        self.assertEqual(row.payment_method_id, self.card)
        order.sudo().partner_id = self.env["res.partner"].create({"name": "Customer of the Shop"})
        self.assertEqual(row.partner_id, order.partner_id)
        self.assertFalse(self.failed_row.sold_date or self.failed_row.payment_method_ids or self.failed_row.partner_id)

    def test_an_order_that_is_not_imported_shows_what_it_says(self):
        row = self.import_order(
            order_id=4,
            OrderItems=[self.item("No Such Product")],
            OrderDate="2026-01-17T10:00:00",
            CustomerName="Customer of the Shop",
            OrderType="Takeaway",
            OrderTakerID=17,
            Note="Ring twice",
            DeliveryCharges=5.0,
        )
        self.assertRecordValues(
            row,
            [
                {
                    "state": "failed",
                    "stated_customer": "Customer of the Shop",
                    "stated_sold_date": "1/17/26, 10:00\u202fAM",
                    "stated_type": "Takeaway",
                    "stated_taker": "17",
                    "stated_note": "Ring twice",
                    "charges": 5.0,
                }
            ],
        )
        self.assertIn("Delivery Charge", row.content_html)

    def test_it_is_grouped_by_day_point_of_sale_method_and_customer(self):
        partner = self.env["res.partner"].create({"name": "Customer of the Shop"})
        self.cash_row.pos_order_id.partner_id = partner
        self.env.flush_all()
        rows = self.env["external.order"]

        def counts(field):
            groups = rows._read_group([("id", "in", self.rows.ids)], [field], ["__count"])
            return {value: count for value, count in groups if value}

        self.assertEqual(counts("pos_config_id"), {self.pos_config: 3})  # also the one that waits
        self.assertEqual(counts("payment_method_id"), {self.cash: 1, self.card: 1})
        self.assertEqual(counts("partner_id"), {partner: 1})
        self.assertEqual(sum(counts("sold_date:day").values()), 2)

    def test_it_is_searched_by_day_point_of_sale_method_and_customer(self):
        self.cash_row.pos_order_id.partner_id = self.env["res.partner"].create({"name": "Customer of the Shop"})
        rows = self.env["external.order"].with_context(active_test=False)
        mine = Domain("id", "in", self.rows.ids)
        yesterday = fields.Datetime.now() - timedelta(days=1)
        for leaf, expected in (
            (("sold_date", ">=", yesterday), self.cash_row | self.split_row),
            (("pos_config_id", "ilike", "Test POS"), self.rows),
            (("payment_method_ids", "ilike", "Cash (test)"), self.cash_row | self.split_row),
            (("payment_method_ids", "in", self.card.ids), self.split_row),
            (("partner_id", "ilike", "Customer of the Shop"), self.cash_row),
        ):
            with self.subTest(leaf=leaf):
                self.assertEqual(rows.search(mine & Domain(*leaf)), expected)
