from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval

from .common import ExternalOrderCase
from .mirror_common import MirrorCase
from .shipment_common import ShipmentCase

LINK = "/odoo/action-external_order_sync.action_external_order_sync/{id}/action-external_order_sync.{action}"


class TestAttentionToOrders(ExternalOrderCase):
    """What is wrong with a synchronization is an activity of its responsible user, with a link to the very rows."""

    def activity(self):
        return self.sync.activity_ids

    def assertLinks(self, *names):
        actions = [f"action_external_order_sync_{name}" for name in ("runs", "failed", "changed", "guessed")]
        note = self.activity().note
        for action in actions:
            link = LINK.format(id=self.sync.id, action=action)
            check = self.assertIn if action.rpartition("_")[2] in names else self.assertNotIn
            check(f'href="{link}"', note)

    def find(self, name):
        action = self.env.ref(f"external_order_sync.action_external_order_sync_{name}")
        return self.env[action.res_model].search(safe_eval(action.domain, {"active_id": self.sync.id}))

    def test_each_matter_links_to_its_rows(self):
        self.synchronize(
            self.order(1, OrderItems=[self.item("No Such Product")]),
            self.order(2, CheckoutDetails=[self.payment(92.0, "Voucher", 9)]),
            self.order(3),
        )
        self.assertLinks("failed", "guessed")
        self.assertEqual((self.find("failed"), self.find("guessed")), (self.inbox(1), self.inbox(2)))
        self.synchronize(self.order(3, OrderItems=[self.item(quantity=2)], AmountTotal=160, Tax=24, GrandTotal=184))
        self.assertLinks("failed", "guessed", "changed")
        self.assertEqual(self.find("changed"), self.inbox(3))
        self.inbox(1).action_ignore()
        self.assertLinks("guessed", "changed")

    def test_a_refused_key_is_an_activity_until_a_run_succeeds(self):
        self.sync.external_api_key = "wrong"
        self.synchronize()
        self.assertLinks("runs")
        self.assertIn("refused the key", self.activity().note)
        self.assertIn(self.sync.run_ids, self.find("runs"))
        activity = self.activity()
        self.synchronize()
        self.assertEqual(self.activity(), activity)
        self.sync.external_api_key = "test-key"
        self.synchronize()
        self.assertFalse(self.activity())

    def test_a_responsible_user_who_has_left_is_replaced(self):
        self.sync.responsible_id = new_test_user(self.env, "has-left", groups="external_order_sync.group_user")
        self.sync.responsible_id.active = False
        self.synchronize({"Note": "hello"})
        self.assertTrue(self.activity().user_id.active)

    def test_a_feed_that_fails_now_and_then_sends_no_e_mails(self):
        self.sync.responsible_id = new_test_user(
            self.env, "not-mailed", groups="external_order_sync.group_user", email="not-mailed@example.com"
        )
        mails = self.env["mail.mail"].search([])
        for key in ("wrong", "test-key", "wrong"):
            self.sync.external_api_key = key
            self.synchronize()
        self.assertEqual(self.activity().user_id, self.sync.responsible_id)
        self.assertEqual(self.env["mail.mail"].search([]), mails)

    def test_a_dead_address_is_an_activity(self):
        self.sync.write({"external_api_url": "http://127.0.0.1:9/orders", "external_api_key": False})
        self.synchronize()
        self.assertLinks("runs")

    def test_an_entry_that_is_no_order_is_an_activity_until_it_is_ignored(self):
        self.synchronize({"Note": "hello"})
        self.assertLinks("failed")
        self.find("failed").action_ignore()
        self.assertFalse(self.activity())

    def open_from_menu(self):
        """Return the group of the menu of activities of the responsible user, and the action of its link, if any."""
        env = self.env(user=self.sync.responsible_id)
        [group] = [
            group for group in env["res.users"]._get_activity_groups() if group["model"] == "external.order.sync"
        ]
        return group, group.get("external_rows_action")

    def attend_to_two(self):
        """Let one user be responsible for two synchronizations, and return the second one."""
        self.sync.responsible_id = new_test_user(
            self.env, "of-two", groups="base.group_user,external_order_sync.group_user"
        )
        return self.create_sync(name="Second", responsible_id=self.sync.responsible_id.id)

    def test_the_menu_leads_to_the_orders_of_all_synchronizations(self):
        other = self.attend_to_two()
        self.feed(self.order(1, OrderItems=[self.item("No Such Product")]), self.order(2))
        self.sync.sync_orders()
        other.sync_orders()
        group, action = self.open_from_menu()
        self.assertEqual((group["total_count"], group["today_count"]), (2, 2))
        failed = self.env["external.order"].search(
            [("sync_id", "in", (self.sync | other).ids), ("state", "=", "failed")]
        )
        self.assertEqual(failed.sync_id, self.sync | other)
        self.assertEqual(self.env["external.order"].search(action["domain"]), failed)

    def test_the_menu_leads_to_the_synchronizations_if_one_has_no_answer(self):
        other = self.attend_to_two()
        self.feed(self.order(1, OrderItems=[self.item("No Such Product")]))
        self.sync.sync_orders()
        other.external_api_key = "wrong"
        other.sync_orders()
        group, action = self.open_from_menu()
        self.assertEqual(group["total_count"], 2)
        self.assertIsNone(action)


class TestAttentionToShipments(ShipmentCase):
    """A parcel in error is an activity, one for each company, with a link to all of them."""

    def activities(self):
        kind = self.env.ref("external_order_sync.mail_activity_shipment_error")
        return self.env["mail.activity"].search([("activity_type_id", "=", kind.id)])

    def test_one_activity_while_a_parcel_is_in_error(self):
        first, second = self.request_shipment(), self.request_shipment()
        first.picking_id.user_id = self.env.ref("base.user_admin")
        mails = self.env["mail.mail"].search([])
        first._fail("No such street.")
        activity = self.activities()
        self.assertEqual((activity.res_id, activity.user_id), (first.picking_id.id, first.picking_id.user_id))
        self.assertIn("No such street.", activity.note)
        self.assertIn("/odoo/action-external_order_sync.action_external_shipment_error", activity.note)
        self.assertEqual(self.env["mail.mail"].search([]), mails)
        second._fail("No such town.")
        self.assertEqual(self.activities(), activity)
        first._requeue()
        self.assertEqual(self.activities().res_id, second.picking_id.id)
        second._requeue()
        self.assertFalse(self.activities())

    def test_what_people_plan_on_a_transfer_stays(self):
        shipment = self.request_shipment()
        mine = shipment.picking_id.activity_schedule("mail.mail_activity_data_todo", user_id=self.env.user.id)
        shipment._fail("No such street.")
        shipment._requeue()
        self.assertEqual(shipment.picking_id.activity_ids, mine)


class TestAttentionToMirrors(MirrorCase):
    """A mirror that cannot be brought up to date is an activity of its responsible user."""

    def test_a_remote_out_of_reach_is_an_activity_until_it_answers(self):
        responsible = new_test_user(self.env, "mirror-responsible", groups="base.group_user,stock.group_stock_user")
        self.source.responsible_id = responsible
        self.source.write({"status": "unreachable", "message": "The remote cannot be reached.\nMore."})
        activity = self.source.activity_ids
        self.assertEqual(activity.user_id, responsible)
        self.assertIn("The remote cannot be reached.", activity.note)
        link = f"/odoo/action-external_order_sync.action_odoo_sync_source/{self.source.id}"
        self.assertIn(f'href="{link}"', activity.note)
        self.source.write({"status": "login_failed", "message": "The login was refused."})
        self.assertEqual(self.source.activity_ids, activity)
        self.assertIn("The login was refused.", activity.note)
        self.source.write({"status": "success", "message": "Nothing has changed."})
        self.assertFalse(self.source.activity_ids)

    def test_a_synchronization_that_fails_leaves_it(self):
        self.source.write({"url": "http://127.0.0.1:9", "secret": "x"})
        self.source._sync()
        self.assertEqual(self.source.status, "unreachable")
        self.assertTrue(self.source.activity_ids)


class TestDailyMail(ExternalOrderCase):
    """Once a day, each responsible user gets an e-mail while something needs attention, if the setting is on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,external_order_sync.group_user"
        cls.responsible = new_test_user(cls.env, "daily", groups=groups, email="daily@example.com")
        cls.sync.responsible_id = cls.responsible

    def send(self):
        mails = self.env["mail.mail"].search([])
        self.env["external.daily.mail"]._cron_send()
        mails = self.env["mail.mail"].search([]) - mails
        return mails.filtered(lambda mail: self.responsible.partner_id in mail.recipient_ids)

    def switch_on(self):
        self.env["res.config.settings"].create({"external_daily_mail": True}).execute()

    def test_it_is_off_by_default(self):
        self.synchronize(self.order(1, OrderItems=[self.item("No Such Product")]))
        self.assertFalse(self.send())

    def test_it_lists_what_needs_attention(self):
        self.switch_on()
        self.assertFalse(self.send(), "nothing is wrong")
        self.synchronize(self.order(1, OrderItems=[self.item("No Such Product")]))
        mail = self.send()
        self.assertEqual(len(mail), 1)
        self.assertIn("Main Store Orders", mail.body_html)
        self.assertIn(f"/mail/view?model=external.order.sync&amp;res_id={self.sync.id}", mail.body_html)
        self.inbox(1).action_ignore()
        self.assertFalse(self.send())

    def test_what_people_plan_is_not_in_it(self):
        self.switch_on()
        self.sync.activity_schedule("mail.mail_activity_data_todo", user_id=self.responsible.id, automated=False)
        self.assertFalse(self.send())
