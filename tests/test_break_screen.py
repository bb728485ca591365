from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ..lib.message import without_isolates
from .common import ExternalOrderCase
from .mirror_common import MirrorCase

MANAGER = "base.group_user,external_order_sync.group_manager"


def forged(record, field="display_name"):
    """Return terms that name a record, as a client might send them."""
    return {"template": "%s", "values": [{"name_of": [record._name, record.id, field], "text": "?"}]}


class TestForgedTermsOfAMirror(MirrorCase):
    """What the addon reads as the system names no record to whoever may not read it."""

    def test_the_activity_of_a_mirror_names_no_record_that_its_manager_wrote_into_the_message(self):
        hidden = self.env["ir.mail_server"].create({"name": "Hidden name", "smtp_host": "localhost"})
        manager = new_test_user(self.env, "forger", groups=MANAGER)
        values = {"status": "error", "message": "x", "message_terms": forged(hidden), "responsible_id": manager.id}
        try:
            self.source.with_user(manager).write(values)
        except AccessError:
            return
        self.assertNotIn("Hidden name", self.source.activity_ids.note or "")


class TestForgedTermsOfOrders(ExternalOrderCase):
    def test_no_screen_fails_over_what_a_manager_wrote_into_the_message(self):
        manager = new_test_user(self.env, "forger", groups=MANAGER)
        for terms in ({"message": ["x", {"template": "%s"}]}, {"message": [forged(self.tax, "amount")]}, ["x"], "x"):
            with self.subTest(terms=terms):
                try:
                    self.sync.with_user(manager).write({"last_sync_message": "x", "last_sync_terms": terms})
                except AccessError:
                    continue
                self.sync.with_user(manager).web_read({"last_sync_text": {}})

    def test_the_activity_names_no_record_that_a_manager_wrote_into_the_message(self):
        manager = new_test_user(self.env, "forger", groups=MANAGER)
        hidden = self.env["ir.mail_server"].create({"name": "Hidden name", "smtp_host": "localhost"})
        row = self.import_order(OrderItems=[self.item("No Such Product")])
        try:
            self.sync.with_user(manager).write(
                {"last_sync_problem": "x", "last_sync_terms": {"problem": [forged(hidden)]}}
            )
        except AccessError:
            return
        row.with_user(manager).action_retry()
        self.assertNotIn("Hidden name", self.sync.activity_ids.note or "")


class TestHighlightedRetry(ExternalOrderCase):
    def test_nothing_highlights_the_import_of_what_is_ignored_on_purpose(self):
        self.sync.accepted_statuses = "104"
        row = self.import_order()
        self.assertEqual((row.state, row.error_code), ("ignored", "status_not_accepted"))
        self.assertFalse(row.retry_helps)
        self.sync.accepted_statuses = False
        failed = self.import_order(OrderID=640, OrderItems=[self.item("No Such Product")])
        failed.error_code = "odoo_error"
        failed.action_ignore()
        self.assertFalse(failed.retry_helps)


class TestTextsOfTwoDirections(ExternalOrderCase):
    """An Arabic name in an English sentence leaves numbers and words after it where they are."""

    def test_a_name_in_another_direction_is_isolated(self):
        row = self.import_order(OrderItems=[self.item("قميص")])
        self.assertIn('\u2068"قميص"\u2069', row.error_text)
        self.assertEqual(without_isolates(row.error_text), row.error_message)

    def test_quantities_of_a_preview_stay_with_their_products(self):
        self.create_product("قميص", list_price=80)
        self.create_product("ثوب", list_price=80)
        items = [self.item("قميص", quantity=2), self.item("ثوب", quantity=3)]
        order = self.order(
            1, AmountTotal=400, Tax=60, GrandTotal=460, AmountPaid=460, OrderItems=items,
            CheckoutDetails=[self.payment(460.0)],
        )  # fmt: skip
        self.feed(order)
        preview = self.env["external.order.preview"].browse(self.sync.action_test_connection()["res_id"])
        self.assertEqual(preview.line_ids.items, "\u20682 x قميص\u2069, \u20683 x ثوب\u2069")
