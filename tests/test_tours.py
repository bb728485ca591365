from odoo.tests import tagged

from .browser_common import BrowserCase
from .common import ExternalOrderCase


@tagged("post_install", "-at_install")
class TestTours(ExternalOrderCase, BrowserCase):
    """Configuring, synchronizing and fixing orders, as a shop manager does it in the browser."""

    def test_a_new_synchronization_is_set_up_tested_started_and_mended(self):
        self.feed(self.order(1), self.order(2, OrderItems=[self.item("No Such Product")]))
        self.run_tour(
            "action_external_order_sync",
            "external_order_sync_setup",
            cookies={"external_shop_url": f"{self.shop.url}?store=tour"},
        )
        sync = self.env["external.order.sync"].search([("name", "=", "Tour Store")])
        self.assertEqual(sync.last_sync_status, "error")
        self.assertEqual(sync.order_ids.mapped("state"), ["done", "done"])
        self.assertEqual(sync.alias_ids.item_name, "No Such Product")

    def test_an_unknown_product_is_chosen_and_the_order_is_imported(self):
        self.synchronize(self.order("no-such", OrderItems=[self.item("No Such Product")]))
        self.run_tour("action_external_order", "external_order_choose_product")
        order = self.inbox("no-such")
        self.assertEqual(order.state, "done")
        self.assertEqual(order.pos_order_id.lines.product_id, self.product)

    def test_a_product_is_created_as_the_order_has_it(self):
        self.synchronize(self.order("no-such", OrderItems=[self.item("No Such Product")]))
        self.run_tour("action_external_order", "external_order_create_product")
        product = self.inbox("no-such").pos_order_id.lines.product_id
        taxes = product.taxes_id.filtered(lambda tax: tax.company_id == self.company)
        self.assertEqual((product.name, product.list_price, taxes.amount), ("No Such Product", 80.0, 15))

    def test_ignored_orders_are_brought_back(self):
        self.synchronize(self.order("no-such", OrderItems=[self.item("No Such Product")]))
        self.run_tour("action_external_order", "external_order_ignore_and_back")
        self.assertEqual(self.inbox("no-such").error_code, "product_not_found")

    def test_what_a_refund_lacks_is_chosen_as_for_a_sale(self):
        self.sync.unknown_payment = "refuse"
        item = {"ItemName": "No Such Product", "Quantity": 1}
        back = {"RefundID": 1, "Items": [{**item, "ItemName": "Product Name"}]}
        self.synchronize(
            self.order("no-such", Refunds=[{**back, "Items": [item]}]),
            self.order("voucher", Refunds=[{**back, "CheckoutDetails": [self.payment(92.0, "Voucher", 77)]}]),
        )
        self.run_tour("action_external_order", "external_order_choose_for_refunds")
        refunds = self.sync.order_ids.filtered(lambda row: row.kind == "refund").sorted("external_id")
        self.assertEqual(refunds.mapped("state"), ["done", "done"])
        self.assertEqual(refunds[1].payment_method_id, self.card)

    def test_failed_orders_are_retried_together(self):
        self.synchronize(*[self.order(number, OrderItems=[self.item("Late Product")]) for number in (1, 2)])
        self.create_product("Late Product")
        self.run_tour("action_external_order", "external_order_bulk_retry")
        self.assertEqual({self.inbox(1).state, self.inbox(2).state}, {"done"})

    def test_problems_are_mended_by_reason(self):
        self.synchronize(
            self.order(1, OrderItems=[self.item("Unknown Thing")]),
            self.order(2, GrandTotal=99.0),
            self.order(3, GrandTotal=98.0),
        )
        self.run_tour("action_external_order_problem", "external_order_problems")
        self.assertEqual([self.inbox(number).state for number in (1, 2, 3)], ["done", "ignored", "ignored"])

    def test_missing_lots_are_entered_and_the_order_is_imported(self):
        self.create_product("Lamp in Lots", tracking="lot")
        self.synchronize(self.order(1, OrderItems=[self.item("Lamp in Lots")]))
        self.assertEqual(self.inbox(1).error_code, "lots_missing")
        self.run_tour("action_external_order_problem", "external_order_missing_lots")
        self.assertEqual(self.inbox(1).state, "done")

    def test_an_ambiguous_payment_method_is_chosen(self):
        for name in ("Gift Card", "Bank Card"):
            self.pos_config.payment_method_ids |= self.create_payment_method(name, "bank")
        self.synchronize(*[self.order(n, CheckoutDetails=[self.payment(92.0, "Card", 2)]) for n in (1, 2)])
        self.run_tour("action_external_order_problem", "external_order_ambiguous_payment")
        mapping = self.sync.payment_mapping_ids
        self.assertEqual((mapping.card_type, mapping.payment_mode), ("Card", "2"))
        self.assertEqual(set(self.pos_orders().payment_ids.payment_method_id.mapped("name")), {"Bank Card"})

    def test_a_guessed_payment_method_is_chosen(self):
        self.synchronize(self.order("voucher", CheckoutDetails=[self.payment(92.0, "Voucher", 9)]))
        self.run_tour("action_external_order", "external_order_choose_payment")
        mapping = self.sync.payment_mapping_ids
        self.assertEqual((mapping.card_type, mapping.payment_mode), ("Voucher", "9"))
        self.assertEqual(mapping.payment_method_id, self.card)

    def test_warnings_are_seen_for_one_order_or_for_a_kind(self):
        guessed = [self.payment(92.0, "Voucher", 9)]
        self.synchronize(
            self.order("differs", OrderItems=[self.item("Another Name", ItemID=self.product.id)]),
            *(self.order(number, CheckoutDetails=guessed) for number in (1, 2)),
        )
        self.run_tour("action_external_order_problem", "external_order_warnings_of_an_order")
        self.assertEqual(self.sync.doubtful_count, 2)
        self.run_tour("action_external_order_problem", "external_order_warnings_of_a_kind")
        self.env.invalidate_all()
        self.assertFalse(self.sync.doubtful_count)
