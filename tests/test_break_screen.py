from odoo.exceptions import AccessError
from odoo.tests import new_test_user

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
