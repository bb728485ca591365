from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import html2plaintext

from .common import ExternalOrderCase


class TestInboxHistory(ExternalOrderCase):
    """The chatter of an inbox row says what happened to it and by whom; *Ignore* can be undone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "history-user",
            groups="base.group_user,external_order_sync.group_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def history(self, row):
        """Return (author, text) of the messages of a row, oldest first."""
        messages = row.message_ids.sorted("id")
        return [(message.author_id, html2plaintext(message.body).strip()) for message in messages]

    def texts(self, row):
        return [text for _author, text in self.history(row)]

    def unknown(self, order_id=639):
        return self.order(order_id, OrderItems=[self.item("No Such Product")])

    def test_an_order_that_is_imported_writes_no_message_and_has_no_follower(self):
        row = self.import_order()
        self.assertEqual(row.state, "done")
        self.assertFalse(row.message_ids)
        self.assertFalse(row.message_follower_ids)

    def test_an_order_that_fails_again_with_each_download_says_so_once(self):
        for time in range(3):
            self.synchronize({**self.unknown(), "ServerTime": time})
        row = self.inbox(639)
        self.assertEqual((row.state, len(row.message_ids)), ("failed", 1))
        row.action_retry()
        self.assertEqual([text.partition(":")[0] for text in self.texts(row)], ["Failed", "Retried", "Failed"])

    def test_failures_take_few_statements_for_a_batch(self):
        def count(first, orders):
            feed = [self.unknown(first + number) for number in range(orders)]
            self.env["external.order"]._receive(self.sync, feed)
            rows = self.env["external.order"]._claim(self.sync, orders)
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows._import()
            self.env.cr.flush()
            self.assertEqual(set(rows.mapped("state")), {"failed"})
            return self.env.cr.sql_log_count - before

        count(1, 2)  # what is read once a process
        few, many = count(11, 2), count(101, 60)
        self.assertLessEqual(many, few + 10)

    def test_a_failure_a_retry_and_its_success_are_listed_with_who_did_it(self):
        self.synchronize(self.unknown())
        row = self.inbox(639)
        self.create_product("No Such Product", list_price=80)
        row.with_user(self.user).action_retry()
        failed, retried, imported = self.history(row)
        self.assertIn('Product not found: "No Such Product"', failed[1])
        self.assertEqual(retried, (self.user.partner_id, "Retried"))
        self.assertEqual(imported, (self.user.partner_id, f"Imported as {row.pos_order_id.name}"))

    def test_the_choice_of_a_product_is_listed(self):
        self.synchronize(self.unknown())
        alias = {"item_name": "No Such Product", "product_id": self.product.id, "sync_id": self.sync.id}
        self.env["external.product.alias"].with_user(self.user).create(alias)
        row = self.inbox(639)
        self.assertEqual(self.history(row)[1], (self.user.partner_id, "Retried with the product Product Name"))

    def test_other_content_is_listed(self):
        self.synchronize(self.order(1), self.unknown(2))
        self.synchronize(
            self.order(1, OrderItems=[self.item("Product Name", 40.0, 2)]), self.order(2, OrderItems=[self.item()])
        )
        [changed] = self.texts(self.inbox(1))
        self.assertIn("The external system changed the imported order.", changed)
        self.assertIn("quantity 1, now 2", changed)
        self.assertEqual(self.texts(self.inbox(2))[1], "The order arrived again with different content.")
        self.synchronize(
            self.order(1, OrderItems=[self.item("Product Name", 40.0, 2)]), self.order(2, OrderItems=[self.item()])
        )
        self.assertEqual(len(self.texts(self.inbox(1))), 1)
        self.inbox(1).with_user(self.user).action_accept_change()
        self.assertEqual(self.history(self.inbox(1))[1], (self.user.partner_id, "The change was marked as seen."))

    def test_a_booked_change_is_listed(self):
        self.import_order()
        self.synchronize(self.order(639, OrderItems=[self.item("Product Name", 40.0, 2)]))
        row = self.inbox(639)
        row.with_user(self.user).action_book_difference()
        self.assertEqual(
            self.history(row)[-1], (self.user.partner_id, f"The change was booked: {row.pos_order_id.name}")
        )

    def test_warnings_that_were_seen_are_listed(self):
        row = self.import_order(OrderItems=[self.item("Another Name", ItemID=self.product.id)])
        self.assertTrue(row.doubt)
        row.with_user(self.user).action_warnings_seen()
        self.assertEqual(self.history(row), [(self.user.partner_id, "The warnings were marked as seen.")])

    def test_a_user_can_add_a_note_but_not_write_to_the_row(self):
        row = self.import_order().with_user(self.user)
        row.message_post(body="The customer has called.")
        self.assertEqual(self.history(row), [(self.user.partner_id, "The customer has called.")])
        with self.assertRaises(AccessError):
            row.external_id = "other"

    # Ignoring

    def test_a_failed_order_that_was_ignored_fails_as_before(self):
        self.synchronize(self.unknown())
        row = self.inbox(639)
        names = ["state", "error_code", "error_message", "missing_item_name"]
        before = row.read(names)
        row.with_user(self.user).action_ignore()
        self.assertEqual((row.state, row.error_code, row.can_stop_ignoring), ("ignored", False, True))
        row.with_user(self.user).action_stop_ignoring()
        self.assertEqual(row.read(names), before)
        self.assertEqual(
            self.history(row)[1:], [(self.user.partner_id, "Ignored"), (self.user.partner_id, "Not ignored any more")]
        )
        self.create_product("No Such Product", list_price=80)
        row.action_retry()
        self.assertEqual(row.state, "done")

    def test_several_are_undone_at_once_and_those_that_waited_are_imported_by_the_next_run(self):
        self.sync.auto_create_session = False
        self.synchronize(self.order(1), self.unknown(2))
        rows = self.inbox(1) | self.inbox(2)
        rows.action_ignore()
        rows.action_stop_ignoring()
        self.assertEqual(rows.mapped("state"), ["pending", "failed"])
        self.sync.auto_create_session = True
        self.sync.sync_orders()
        self.assertEqual(rows.mapped("state"), ["done", "failed"])

    def test_the_responsible_user_is_reminded_again(self):
        self.sync.responsible_id = self.user
        self.synchronize(self.unknown())
        self.inbox(639).action_ignore()
        self.assertFalse(self.sync.activity_ids)
        self.inbox(639).action_stop_ignoring()
        self.assertEqual(self.sync.activity_ids.user_id, self.user)

    def test_what_a_rule_ignores_or_was_never_ignored_is_not_undone(self):
        self.sync.accepted_statuses = "103"
        self.synchronize(self.order(1), self.order(2, OrderStatus=7))
        rows = self.inbox(1) | self.inbox(2)
        self.assertEqual(rows.mapped("state"), ["done", "ignored"])
        with self.assertRaisesRegex(UserError, "ignored"):
            rows.action_stop_ignoring()

    def test_an_order_ignored_before_the_update_waits_for_the_next_run(self):
        self.synchronize(self.unknown())
        row = self.inbox(639)
        row.action_ignore()
        row.before_ignored = False
        row.action_stop_ignoring()
        self.assertEqual(row.state, "pending")

    def test_others_cannot_undo_it(self):
        self.synchronize(self.unknown())
        self.inbox(639).action_ignore()
        cashier = new_test_user(self.env, "history-cashier", groups="point_of_sale.group_pos_user")
        with self.assertRaises(AccessError):
            self.inbox(639).with_user(cashier).action_stop_ignoring()
