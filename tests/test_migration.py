import ast

from odoo.tools import file_open

from ..dev.stand_ins.courier import CourierServer
from ..dev.stand_ins.remote_odoo import sample
from ..dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN, PASSWORD, OldOdoo
from ..dev.stand_ins.shop import ShopServer
from .migration_case import ADDON, LEFT_BEHIND, MEMBERS, MigrationCase
from .migration_steps import CRON_MINUTES, KEY

COURIER_ACCOUNT = ("warehouse", "courier-test-password")


class TestMigration(MigrationCase):
    """A database with the first release is updated: nothing is lost, and the work continues."""

    release = "19.0.1.0.0"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        _none, cls.removal_log = cls.step(cls.present, "uninstall")
        cls.left_behind = cls.query(LEFT_BEHIND)
        cls.odoo(cls.past, "server", f"--init={ADDON}", "--stop-after-init", "--no-http")
        cls.first_version = cls.installed_version()
        shop = cls.enterClassContext(ShopServer(api_key=KEY))
        user, password = COURIER_ACCOUNT
        courier = cls.enterClassContext(CourierServer(user=user, password=password))
        remote = OldOdoo(17)
        sample.fill(remote)
        cls.enterClassContext(remote)
        source = {
            "name": "Old Warehouse",
            "code": "old",
            "url": remote.url,
            "database": DATABASE,
            "login": LOGIN,
            "secret": PASSWORD,
        }
        cls.filled, _log = cls.step(
            cls.past,
            "fill",
            shop=shop.base_url,
            courier=courier.url,
            courier_account=COURIER_ACCOUNT,
            remote=source,
        )
        cls.before, cls.members_before = cls.snapshot(), cls.query(MEMBERS)
        cls.update_log = cls.odoo(cls.present, "server", f"--update={ADDON}", "--stop-after-init", "--no-http")
        cls.after, cls.members_after = cls.snapshot(), cls.query(MEMBERS)
        cls.updated_version = cls.installed_version()
        cls.told, cls.work_log = cls.step(
            cls.present,
            "go_on",
            courier=courier.url,
            users=cls.filled["users"],
            api_key=cls.filled["api_key"],
        )
        cls.at_the_courier = len(courier.orders)

    def test_the_versions_are_what_the_test_is_about(self):
        with file_open(f"{ADDON}/__manifest__.py") as file:
            present = ast.literal_eval(file.read())["version"]
        self.assertEqual((self.first_version, self.updated_version), ([(self.release,)], [(present,)]))
        self.assertNotEqual(present, self.release)

    def test_the_release_was_used_to_the_full(self):
        states = {"1": "done", "2": "done", "3": "done", "4": "failed", "5": "ignored", "6": "done", "7": "ignored"}
        self.assertEqual((self.filled["states"], self.filled["changed"]), (states, ["6"]))
        self.assertEqual(self.filled["waiting"], 4)
        self.assertEqual(self.filled["shipments"], ["error", "shipped"])
        self.assertEqual(self.filled["mirrored"], "success")
        # Only a remote that reschedules a transfer between two synchronizations would fill this one.
        empty = [table for table, rows in self.before.items() if not rows]
        self.assertEqual(empty, ["odoo_mirror_picking_reschedule"])
        self.assertIn("external_shipment_event", self.before)
        self.assertIn("odoo_mirror_move_line", self.before)

    def test_a_synchronization_whose_last_run_failed_says_so(self):
        self.assertEqual(self.told["health"], {"Shop": "failed", "Kiosk": "error"})
        self.assertIn("No open POS session found", self.told["problem"])

    def test_mirrored_rows_that_have_gone_are_kept_as_before(self):
        self.assertEqual(self.query("SELECT gone_retention_days FROM odoo_sync_source"), [(0,)])

    def test_the_update_keeps_every_row_and_value(self):
        losses = self.losses(self.before, self.after)
        # A choice for all synchronizations belongs to a company since.
        self.assertEqual([loss for loss in losses if "external_product_alias" in loss and "company_id" in loss], losses)
        self.assertLessEqual(len(losses), 1)

    def test_the_lines_of_what_waits_are_counted(self):
        counts = {"done": set(), "pending": set(), "failed": set()}
        for row in self.after["external_order"].values():
            if row["state"] in counts and not row["changed"]:
                counts[row["state"]].add(row["line_count"])
        self.assertEqual(counts["done"], {None})
        self.assertNotIn(None, counts["pending"] | counts["failed"])
        self.assertTrue(counts["pending"] and counts["failed"])

    def test_the_update_keeps_the_members_of_the_groups(self):
        users = self.filled["users"]
        self.assertIn(("group_manager", users["manager"]), self.members_before)
        self.assertEqual(self.members_after, self.members_before)

    def test_the_update_has_nothing_to_complain_of(self):
        self.assertEqual(self.update_log, [])

    def test_work_goes_on_without_complaints(self):
        self.assertEqual(self.work_log, [])

    def test_what_was_set_still_counts(self):
        self.assertEqual(self.told["key_belongs_to"], self.filled["users"]["warehouse"])
        self.assertEqual(self.told["cron_minutes"], CRON_MINUTES)
        self.assertEqual(self.told["schedules"], ["started", "started"])
        self.assertIn("No Such Lamp", self.told["reason"])
        self.assertEqual(self.told["seen"], {"user": 14, "manager": 2, "warehouse": 1})

    def test_no_order_is_imported_twice(self):
        self.assertEqual(self.told["again"], {"known": 7, "new": 0, "imported": 0})
        self.assertEqual(self.told["made"], 5)
        imported = self.filled["imported"]
        self.assertEqual({number: self.told["uuids"][number] for number in imported}, imported)

    def test_what_was_received_knows_its_location_and_point_of_sale(self):
        self.assertEqual((self.told["locations"], self.told["at_home"]), ({"1": "404"}, True))

    def test_a_failed_order_can_be_retried_and_waiting_ones_go_in(self):
        self.assertEqual(self.told["states"]["4"], "done")
        # It was created by this version, so its UUID depends on the database's secret.
        self.assertEqual(self.told["uuids"]["4"], self.told["uuid_of_4"])
        self.assertNotEqual(self.told["uuids"]["4"], self.filled["uuids"]["4"])
        self.assertEqual(self.told["kiosk"], {"pending": 0, "imported": 4})

    def test_orders_imported_before_are_found_by_their_number(self):
        told = """
            SELECT inbox.external_id, pos_order.external_order_number,
                   inbox.sold_date = pos_order.date_order, inbox.payment_method_id IS NOT NULL
              FROM external_order inbox
              JOIN pos_order ON pos_order.id = inbox.pos_order_id
        """
        rows = {number: found for number, *found in self.query(told)}
        for number in self.filled["imported"]:
            self.assertEqual(rows[number], [number, True, True])

    def test_a_parcel_under_way_arrives(self):
        self.assertEqual((self.told["parcel"], self.at_the_courier), ("delivered", 1))

    def test_the_mirror_knows_what_it_has(self):
        self.assertEqual(self.told["mirror"], ["success", False])

    def test_uninstalling_leaves_a_working_odoo(self):
        """Twice: in a database without the addon's data, and in one that is in use."""
        self.assertEqual((self.removal_log, self.left_behind), ([], []))
        orders, log = self.step(self.present, "uninstall")
        self.assertEqual((orders, log), (9, []))
        self.assertEqual(self.query(LEFT_BEHIND), [])
