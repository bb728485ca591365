from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval

from .common import ExternalOrderCase
from .mirror_common import MirrorCase
from .shipment_common import ShipmentCase
from .test_message_language import GermanMixin

LINK = "/odoo/action-external_order_sync.action_external_order_sync/{id}/action-external_order_sync.{action}"


class TestAttentionToOrders(GermanMixin, ExternalOrderCase):
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

    def person(self, login, groups="base.group_user,external_order_sync.group_user", **values):
        return new_test_user(self.env, login, groups=groups, **values)

    def assertWritten(self, user, *german):
        """Check that the activity is of a user, and all of it is in the user's language."""
        activity = self.activity()
        self.assertEqual(activity.user_id, user)
        check = self.assertIn if user.lang == "de_DE" else self.assertNotIn
        for text in german:
            check(text, f"{activity.summary} {activity.note}")

    def test_a_new_responsible_user_gets_it_in_another_language(self):
        english, german = self.person("english"), self.person("german", lang="de_DE")
        self.sync.responsible_id = english
        self.synchronize(self.order(1, OrderItems=[self.item("No Such Product")]))
        texts = "Externe Bestellungen brauchen Aufmerksamkeit", "Fehlgeschlagene Bestellungen"
        self.assertWritten(english, *texts)
        for user in (german, english):
            self.sync.responsible_id = user
            self.assertWritten(user, *texts)

    def test_a_colleague_to_whom_it_was_given_keeps_it(self):
        self.sync.responsible_id = self.person("english")
        colleague = self.person("german", lang="de_DE")
        rows = self.order(1, OrderItems=[self.item("No Such Product")]), self.order(2, OrderItems=[self.item("None")])
        self.synchronize(rows[0])
        self.activity().user_id = colleague
        self.synchronize(*rows)
        self.assertWritten(colleague, "Externe Bestellungen brauchen Aufmerksamkeit", "Fehlgeschlagene Bestellungen")

    def test_whoever_cannot_open_the_rows_does_not_get_it(self):
        self.sync.responsible_id = self.person("no-rights", groups="base.group_user")
        self.synchronize(self.order(1, OrderItems=[self.item("No Such Product")]))
        self.assertEqual(self.activity().user_id, self.env.ref("base.user_admin"))

    def test_whoever_loses_the_rights_loses_it(self):
        self.sync.responsible_id = user = self.person("loses-rights")
        bad = self.order(1, OrderItems=[self.item("No Such Product")])
        self.synchronize(bad)
        self.assertEqual(self.activity().user_id, user)
        user.group_ids = self.env.ref("base.group_user")
        self.synchronize(bad, self.order(2, OrderItems=[self.item("None")]))
        self.assertEqual(self.activity().user_id, self.env.ref("base.user_admin"))

    def test_an_administrator_of_the_company_gets_it_without_another_person(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(elsewhere.id)], "company_id": elsewhere.id})
        admin.company_ids = elsewhere
        self.sync.responsible_id = self.person("no-rights", groups="base.group_user")
        managers = "base.group_user,external_order_sync.group_manager"
        self.person("manager-elsewhere", managers, company_id=elsewhere.id, company_ids=elsewhere.ids)
        manager = self.person("manager-here", managers)
        self.synchronize(self.order(1, OrderItems=[self.item("No Such Product")]))
        self.assertEqual(self.activity().user_id, manager)

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


class TestAttentionToShipments(GermanMixin, ShipmentCase):
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

    def test_whoever_cannot_open_shipments_does_not_get_it(self):
        shipment = self.request_shipment()
        shipment.picking_id.user_id = new_test_user(self.env, "no-stock", groups="base.group_user")
        shipment._fail("No such street.")
        self.assertEqual(self.activities().user_id, self.env.ref("base.user_admin"))
        shipment.picking_id.user_id = False
        self.activities().user_id = stock = new_test_user(
            self.env, "german-stock", groups="base.group_user,stock.group_stock_user", lang="de_DE"
        )
        self.request_shipment()._fail("No such town.")
        self.assertEqual((self.activities().user_id, self.activities().summary), (stock, "Pakete nicht versandt"))

    def test_what_people_plan_on_a_transfer_stays(self):
        shipment = self.request_shipment()
        mine = shipment.picking_id.activity_schedule("mail.mail_activity_data_todo", user_id=self.env.user.id)
        shipment._fail("No such street.")
        shipment._requeue()
        self.assertEqual(shipment.picking_id.activity_ids, mine)


class TestAttentionToMirrors(GermanMixin, MirrorCase):
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

    def test_a_new_responsible_user_gets_it_in_another_language(self):
        groups = "base.group_user,stock.group_stock_user"
        self.source.responsible_id = new_test_user(self.env, "english", groups=groups)
        self.source.write({"status": "unreachable", "message": "The remote cannot be reached."})
        self.assertEqual(self.source.activity_ids.summary, "The mirror is not up to date")
        self.source.responsible_id = german = new_test_user(self.env, "german", groups=groups, lang="de_DE")
        activity = self.source.activity_ids
        self.assertEqual((activity.user_id, activity.summary), (german, "Der Spiegel ist veraltet"))
        german.group_ids = self.env.ref("base.group_user")
        self.source.write({"status": "login_failed", "message": "The login was refused."})
        activity = self.source.activity_ids
        self.assertEqual(activity.user_id, self.env.ref("base.user_admin"))
        self.assertEqual(activity.summary, "The mirror is not up to date")

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
