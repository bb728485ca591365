from pathlib import Path

from ..dev.stand_ins.courier import CourierServer
from ..dev.stand_ins.remote_odoo import sample
from ..dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN, PASSWORD, OldOdoo
from ..dev.stand_ins.shop import ShopServer
from .migration_case import ADDON, LEFT_BEHIND, MEMBERS, MigrationCase
from .migration_steps import KEY

COURIER_ACCOUNT = ("warehouse", "courier-test-password")
# The values of settings that the release did not have.
DEFAULTS = {
    "customer_mode": "match",
    "default_customer_id": False,
    "invoice_mode": "never",
    "session_per_day": False,
    "location_mapping_ids": [],
    "charge_product_ids": [],
}


class TestMigrationOf110(MigrationCase):
    """A database with release 19.0.1.1.0 is updated: nothing is lost or booked twice."""

    release = "19.0.1.1.0"
    steps = Path(__file__).with_name("migration_steps_of_1_1_0.py")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.step(cls.present, "uninstall")
        cls.odoo(cls.past, "server", f"--init={ADDON}", "--stop-after-init", "--no-http")
        cls.first_version = cls.installed_version()
        user, password = COURIER_ACCOUNT
        cls.shop = cls.enterClassContext(ShopServer(api_key=KEY))
        courier = cls.enterClassContext(CourierServer(user=user, password=password))
        remote = OldOdoo(17)
        sample.fill(remote)
        cls.enterClassContext(remote)
        source = {"name": "Old Warehouse", "code": "old", "url": remote.url, "database": DATABASE}
        addresses = {"shop": cls.shop.base_url, "courier": courier.url}
        cls.filled, _log = cls.step(
            cls.past,
            "fill_more",
            **addresses,
            courier_account=COURIER_ACCOUNT,
            remote={**source, "login": LOGIN, "secret": PASSWORD},
        )
        cls.before, cls.members_before = cls.snapshot(), cls.query(MEMBERS)
        cls.update_log = cls.odoo(cls.present, "server", f"--update={ADDON}", "--stop-after-init", "--no-http")
        cls.after, cls.members_after = cls.snapshot(), cls.query(MEMBERS)
        cls.requests_before = len(cls.shop.requests)
        cls.told, cls.work_log = cls.step(
            cls.present, "go_on_more", **addresses, users=cls.filled["users"], api_key=cls.filled["api_key"]
        )
        cls.at_the_courier = len(courier.orders)

    # The release

    def test_the_release_ran_a_shop(self):
        self.assertEqual(self.first_version, [(self.release,)])
        states = dict.fromkeys(("1", "2", "3", "6", "8", "10", "11", "13", "14", "15"), "done")
        states |= dict.fromkeys(("4", "9", "12"), "failed") | dict.fromkeys(("5", "7", "16"), "ignored")
        self.assertEqual(self.filled["states"], states)
        errors = {"4": "product_not_found", "9": "amount_mismatch", "12": "invalid_payload"}
        self.assertEqual(self.filled["errors"], errors)
        self.assertLessEqual({"8", "11"}, set(self.filled["warned"]))
        self.assertEqual(self.filled["without_payload"], ["1", "10"])
        self.assertEqual(self.filled["postponed"], "database_busy")
        sessions = dict(self.filled["sessions"])
        self.assertEqual(sessions.pop(str(self.filled["closed"])), "closed")
        self.assertEqual(list(sessions.values()), ["opened"])
        self.assertEqual((self.filled["shipments"], self.filled["mirrored"]), (["error", "shipped"], "success"))
        empty = [table for table, rows in self.before.items() if not rows]
        self.assertEqual(empty, ["odoo_mirror_picking_reschedule"])

    # The update

    def test_the_update_has_nothing_to_complain_of(self):
        self.assertEqual(self.update_log, [])

    def test_the_update_keeps_every_row_and_value(self):
        losses = self.losses(self.before, self.after)
        meant = [
            # A choice for all synchronizations belongs to a company since.
            "external_product_alias 1: company_id was None, is 1",
            "external_payment_mapping 2: company_id was None, is 1",
        ]
        changed = {
            (row["external_id"], column)
            for row_id, row in self.before["external_order"].items()
            for column in row
            if self.after["external_order"][row_id][column] != row[column]
        }
        # Card data that the release kept is removed from received orders, along with their digests.
        self.assertEqual({number for number, _column in changed}, {"9", "10", "16"})
        self.assertLessEqual({column for _number, column in changed}, {"payload", "fingerprint", "source_digest"})
        others = [loss for loss in losses if not loss.startswith("external_order ")]
        self.assertEqual(sorted(others), sorted(meant))

    def test_the_update_keeps_the_members_of_the_groups(self):
        self.assertIn(("group_manager", self.filled["users"]["manager"]), self.members_before)
        self.assertEqual(self.members_after, self.members_before)

    def test_new_settings_have_their_defaults_and_old_ones_stay(self):
        own = {
            "Shop": {"payload_retention_days": 30, "accepted_statuses": "103,104"},
            "Kiosk": {"payload_retention_days": 90, "accepted_statuses": "103"},
            "Stand": {"payload_retention_days": 90, "accepted_statuses": "500"},
        }
        for name, settings in self.told["settings"].items():
            defaults = {key: value for key, value in DEFAULTS.items() if key in settings}
            self.assertEqual(settings, defaults | own[name], name)

    def test_no_card_data_of_the_release_is_left_in_the_inbox(self):
        texts = [row["payload"] for row in self.before["external_order"].values() if row["payload"]]
        self.assertTrue(any("4711" in text and "4111111111111111" in text for text in texts))
        for row in self.after["external_order"].values():
            for secret in ("4711", "4111111111111111"):
                self.assertNotIn(secret, row["payload"] or "", row["external_id"])

    def test_orders_imported_before_are_found_by_their_number(self):
        found = {
            order["external_order_number"]: (order["uuid"], order["date_order"])
            for order in self.after["pos_order"].values()
            if order["uuid"] in self.filled["imported"].values()
        }
        self.assertEqual({number: uuid for number, (uuid, _sold) in found.items()}, self.filled["imported"])
        rows = [row for row in self.after["external_order"].values() if row["pos_order_id"]]
        self.assertGreaterEqual(len(rows), len(found))
        for row in rows:
            order = self.after["pos_order"][row["pos_order_id"]]
            self.assertEqual(
                (row["sold_date"], row["external_id"]), (order["date_order"], order["external_order_number"])
            )
            self.assertTrue(row["payment_method_id"])

    def test_secrets_are_bound_to_the_addresses_that_they_were_entered_for(self):
        for table, binding in (
            ("external_order_sync", "external_api_key_binding"),
            ("odoo_sync_source", "secret_binding"),
            ("delivery_carrier", "opal_password_binding"),
        ):
            secret = binding.removesuffix("_binding")
            rows = [row for row in self.after[table].values() if row[secret]]
            self.assertTrue(rows and all(row[binding] for row in rows), table)
        self.assertIn("was entered for", self.told["other_address"])
        keys = {request.key for request in self.shop.requests[self.requests_before :]}
        self.assertEqual(keys, {"valid"})

    # Work after the update

    def test_work_goes_on_without_complaints(self):
        # The address that the key was not entered for is refused.
        complaints = [line for line in self.work_log if "was entered for" not in line]
        self.assertEqual(complaints, [])

    def test_no_order_is_imported_twice(self):
        self.assertEqual(self.told["first"], [16, 0, 0])
        self.assertEqual(self.told["again"], {"known": 16, "new": 0, "imported": 0})
        imported = self.filled["imported"]
        self.assertEqual({number: self.told["uuids"][number] for number in imported}, imported)
        self.assertEqual(self.told["found"], {"2": True, "8": True, "10": True})

    def test_no_order_is_imported_twice_when_branches_get_their_own_points_of_sale(self):
        branches = self.told["branches"]
        self.assertEqual((branches["made"], branches["found"], branches["changed"]), (0, True, ["6"]))
        self.assertEqual(branches["rows"], sorted(self.filled["states"], key=int))
        # The payload of the first one was dropped, so its LocationID is only known since it came again.
        self.assertEqual(branches["locations"], {"1": "404", "10": "404", "13": "405"})

    def test_the_update_tells_where_orders_came_from(self):
        rows = self.after["external_order"].values()
        # The payload of order 10, which had a LocationID too, was dropped.
        shop = {row["external_id"]: row["external_location"] for row in rows if row["state"] == "done"}
        self.assertEqual({number: location for number, location in shop.items() if location}, {"13": "405"})
        syncs = self.after["external_order_sync"]
        for row in rows:
            self.assertEqual(row["pos_config_id"], syncs[row["sync_id"]]["pos_config_id"], row["external_id"])

    def test_what_came_again_as_it_was_is_not_called_changed(self):
        self.assertEqual((self.told["changed"], self.told["doubts"]), (["6"], []))

    def test_what_a_person_ignored_stays_ignored(self):
        self.assertEqual([self.told["states"][number] for number in ("5", "7", "16")], ["ignored"] * 3)

    def test_failed_orders_can_be_retried_and_waiting_ones_go_in(self):
        self.assertEqual(self.told["states"]["4"], "done")
        self.assertEqual(self.told["uuids"]["4"], self.told["uuid_of_4"])
        self.assertEqual(self.told["kiosk"], {"pending": 0, "imported": 4})

    def test_what_the_release_did_not_understand_goes_in_when_retried(self):
        charged, first_generation = self.told["retried"]["9"], self.told["retried"]["12"]
        self.assertEqual((charged["state"], charged["total"]), ("done", 97.0))
        self.assertEqual(charged["lines"], ["Lamp", "Service Charge"])
        self.assertEqual((first_generation["state"], first_generation["total"]), ("done", 92.0))
        self.assertEqual(first_generation["sold"][:10], "2025-11-20")

    def test_the_open_session_goes_on_and_is_closed(self):
        (still_open,) = set(map(int, self.filled["sessions"])) - {self.filled["closed"]}
        self.assertEqual(self.told["closed"], {"id": still_open, "state": "closed", "entry": "posted"})

    def test_a_key_in_the_address_still_works(self):
        self.assertEqual(self.told["stand"], "no_orders")  # it has the one that it accepts
        self.assertIn("token=t0ken", {request.query for request in self.shop.requests[self.requests_before :]})

    def test_a_parcel_under_way_arrives_and_the_mirror_knows_what_it_has(self):
        self.assertEqual((self.told["parcel"], self.at_the_courier), ("delivered", 1))
        self.assertEqual(self.told["mirror"], ["success", False])

    def test_every_screen_opens(self):
        for model in (
            "external.order",
            "external.order.sync",
            "external.order.problem",
            "odoo.mirror.quant",
            "pos.order",
        ):
            self.assertIn(model, self.told["screens"])

    def test_uninstalling_leaves_a_working_odoo(self):
        orders, log = self.step(self.present, "uninstall")
        self.assertEqual((orders, log), (4, []))
        self.assertEqual(self.query(LEFT_BEHIND), [])
