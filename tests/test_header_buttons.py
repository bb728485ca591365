from lxml import etree
from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval

from .common import ExternalOrderCase

# What a user presses next, by the reason of a failed order; with any other reason, it is Retry.
NEXT_STEPS = {
    "product_not_found": ["Choose Product"],
    "product_ambiguous": ["Choose Product"],
    "payment_not_found": ["Choose Payment Method"],
    "payment_ambiguous": ["Choose Payment Method"],
    "location_unknown": ["Choose Point of Sale"],
    "lots_missing": ["Update Quantity", "Retry"],
    "no_session": ["Open Synchronization"],
    # Nothing can be done in Odoo before the external system has corrected these.
    "not_an_order": [],
    "invalid_payload": [],
    "not_fully_paid": [],
    "overpaid": [],
    "order_id_ambiguous": [],
    "refund_exceeds_order": [],
    "waiting_for_order": [],
}


class TestHeaderButtons(ExternalOrderCase):
    """The buttons above a failed order lead to where its reason is corrected; the highlighted one is the next step."""

    def setUp(self):
        super().setUp()
        self.row = self.import_order(OrderItems=[self.item("No Such Product")])
        groups = "external_order_sync.group_manager,stock.group_stock_manager,base.group_system"
        self.manager = new_test_user(self.env, "button-manager", groups=groups)

    def buttons(self, row):
        """Return the labels of the header's buttons, by whether they are highlighted."""
        row = row.with_user(self.manager)
        header = etree.fromstring(row.get_view(False, "form")["arch"]).find("header")
        values = {name: row[name].ids if field.relational else row[name] for name, field in row._fields.items()}
        shown = {True: [], False: []}
        for button in header.iter("button"):
            if not safe_eval(button.get("invisible") or "False", values):
                shown["btn-primary" in (button.get("class") or "")].append(button.get("string"))
        return shown

    def test_the_next_step_of_each_reason_is_highlighted(self):
        self.row.external_location = "404"
        for reason, _label in self.row._fields["error_code"].selection:
            self.row.error_code = reason
            with self.subTest(reason=reason):
                buttons = self.buttons(self.row)
                self.assertEqual(buttons[True], NEXT_STEPS.get(reason, ["Retry"]))
                self.assertIn("Retry", buttons[True] + buttons[False])

    def test_an_order_without_a_location_has_none_to_choose(self):
        self.row.error_code = "location_unknown"
        self.assertEqual(self.buttons(self.row)[True], ["Retry"])

    def test_a_refused_invoice_leads_to_the_setting(self):
        for reason in ("invoice_refused", "invoice_mismatch"):
            self.row.error_code = reason
            self.assertIn("Open Synchronization", self.buttons(self.row)[False])

    def test_a_missing_invoice_journal_leads_to_the_settings_of_the_point_of_sale(self):
        self.row.error_code = "invoice_refused"
        self.assertNotIn("Point of Sale Settings", self.buttons(self.row)[True])
        self.pos_config.invoice_journal_id = False
        self.assertIn("Point of Sale Settings", self.buttons(self.row)[True])
        action = self.row.with_user(self.manager).action_open_pos_settings()
        settings = self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"]).new()
        self.assertEqual(settings.pos_config_id._origin or settings.pos_config_id, self.pos_config)


class TestSessionsCreatedAutomatically(ExternalOrderCase):
    """Orders that only wait for a session are imported once Auto Create Session is switched on."""

    def setUp(self):
        super().setUp()
        self.sync.auto_create_session = False

    def test_orders_that_wait_for_a_session_are_imported(self):
        self.synchronize(self.order(1), self.order(2, OrderItems=[self.item("No Such Product")]))
        rows = self.inbox(1) | self.inbox(2)
        self.assertEqual(rows.mapped("state"), ["pending", "failed"])
        self.sync.with_user(self.manager()).auto_create_session = True
        self.assertEqual(rows.mapped("state"), ["done", "failed"])
        self.assertEqual(rows[1].attempts, 1, "it failed for another reason")

    def test_those_of_another_synchronization_go_on_waiting(self):
        self.synchronize(self.order(1))
        other = self.create_sync(name="Other", auto_create_session=False)
        other.auto_create_session = True
        self.assertEqual(self.inbox(1).state, "pending")

    def test_a_change_that_found_no_session_is_booked(self):
        self.sync.auto_create_session = True
        row = self.import_order()
        self.close_session(row.session_id)
        self.sync.auto_create_session = False
        more = {"AmountTotal": 160, "Tax": 24, "GrandTotal": 184, "OrderItems": [self.item(quantity=2)]}
        row = self.import_order(**more, CheckoutDetails=[self.payment(184.0)], AmountPaid=184)
        row.action_book_difference()
        self.assertEqual((row.changed, row.error_code), (True, "no_session"))
        self.sync.auto_create_session = True
        self.assertEqual((row.changed, row.total), (False, 184.0), row.error_message)

    def manager(self):
        return new_test_user(self.env, "session-manager", groups="external_order_sync.group_manager")

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
