import sys
import zoneinfo
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import mute_logger

from ..dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN, PASSWORD
from .common import ExternalOrderCase
from .mirror_common import MirrorCase
from .shipment_common import ShipmentCase


class StepsMixin:
    """Let one step of a scheduled action fail for one record."""

    @contextmanager
    def failing(self, model, method_name, broken):
        """Let a method raise if it is called on or for `broken`, or on a record whose parent is `broken`."""
        model_class = type(self.env[model])
        original = getattr(model_class, method_name)

        def is_broken(value):
            if getattr(value, "_name", None) == broken._name:
                return broken in value
            links = (getattr(value, name) for name in ("sync_id", "source_id") if name in getattr(value, "_fields", {}))
            return any(link == broken for link in links)

        def step(records, *args, **kwargs):
            if any(map(is_broken, (records, *args))):
                raise KeyError("a step that fails")
            return original(records, *args, **kwargs)

        with patch.object(model_class, method_name, step), mute_logger("odoo.addons.external_order_sync"):
            yield

    def run_action(self, name):
        with self.enter_registry_test_mode():
            cron = self.env.ref(f"external_order_sync.{name}")
            cron.method_direct_trigger()
        # Odoo only logs the errors of a job, and deactivates the job after several.
        cron.invalidate_recordset(["failure_count"])
        self.assertEqual(cron.failure_count, 0, "the scheduled action failed")


class TestOrderSteps(StepsMixin, ExternalOrderCase):
    """A failure of one synchronization stops neither the others nor the scheduled action; its status says why."""

    STEPS = (
        ("external.order.sync", "sync_orders"),
        ("external.order.sync", "_fetch_entries"),
        ("external.order.sync", "_update_attention_activity"),
        ("external.order.sync.run", "_synchronize"),
        ("external.order.sync.run", "_find_or_create"),
        ("external.order.sync.run", "_execute"),
        ("external.order.sync.run", "_fetch"),
        ("external.order.sync.run", "_finish_fetching"),
        ("external.order.sync.run", "_import_orders"),
        ("external.order.sync.run", "_conclude"),
        ("external.order.sync.run", "_get_message"),
        ("external.order", "_receive"),
        ("external.order", "_claim"),
    )

    def run_orders(self):
        self.run_action("ir_cron_sync_external_orders")

    def test_each_step(self):
        for number, (model, method_name) in enumerate(self.STEPS, 1):
            with self.subTest(step=f"{model}.{method_name}"):
                broken = self.create_sync(name="A Broken Store")
                broken.next_sync_date = fields.Datetime.now() - timedelta(hours=1)
                self.sync.next_sync_date = fields.Datetime.now()
                self.feed(self.order(number))
                with self.failing(model, method_name, broken):
                    self.run_orders()
                    self.assertEqual(self.inbox(number).state, "done")
                    self.assertEqual(broken.last_sync_status, "error")
                    self.assertIn("KeyError", broken.last_sync_message)
                    self.assertNotIn("running", broken.run_ids.mapped("status"))
                    self.assertGreater(broken.next_sync_date, fields.Datetime.now())
                broken.active = False

    @mute_logger("odoo.addons.external_order_sync")
    def test_what_follows_the_synchronizations(self):
        def fail(*_args):
            raise KeyError("a step that fails")

        for model, method_name in (
            ("pos.session", "_get_due_external_sessions"),
            ("pos.session", "_get_next_external_closings"),
            ("external.order.sync.run", "_end_interrupted"),
            ("external.order.sync.run", "_bring_back_plans"),
            ("external.order.sync.run", "_plan_next_runs"),
        ):
            with self.subTest(step=method_name), patch.object(type(self.env[model]), method_name, fail):
                self.sync.next_sync_date = fields.Datetime.now()
                self.run_orders()

    def test_a_closing_time_that_cannot_be_found_holds_no_other_session_and_is_an_activity(self):
        self.sync.close_daily = True
        other_config = self.create_pos_config("Other POS", self.card)
        other = self.create_sync(name="Z Store", pos_config_id=other_config.id, close_daily=True)
        self.feed(self.order(1, CheckoutDetails=[self.payment(92.0, "Card (test)", 2)]))
        (self.sync | other).sync_orders()
        sessions = self.env["pos.session"].search([("external_order_sync_id", "in", (self.sync | other).ids)])
        self.assertEqual(len(sessions), 2)
        sessions.start_at = fields.Datetime.now() - timedelta(days=2)
        broken = sessions.filtered(lambda session: session.external_order_sync_id == self.sync)
        with self.failing("pos.session", "_get_daily_closings", self.sync):
            self.run_orders()
        self.assertEqual((broken.state, (sessions - broken).state), ("opened", "closed"))
        [activity] = broken.activity_search(["mail.mail_activity_data_warning"])
        self.assertIn("KeyError", activity.note)

    # ---- clocks and time zones ---------------------------------------------------------------------------------------

    def test_every_time_zone_that_can_be_chosen_is_known_without_the_systems_own_files(self):
        zoneinfo.reset_tzpath([])
        zoneinfo.ZoneInfo.clear_cache()
        self.addCleanup(zoneinfo.ZoneInfo.clear_cache)
        self.addCleanup(zoneinfo.reset_tzpath)
        self.enterContext(patch.dict(sys.modules, {"tzdata": None}))
        now = datetime(2026, 3, 29, 1, 30)
        zones = [zone for zone, _label in self.env["res.users"]._fields["tz"]._description_selection(self.env)]
        self.assertIn("Asia/Calcutta", zones)
        self.sync.responsible_id = self.env.user
        for zone in zones:
            with self.subTest(zone=zone):
                self.env.user.tz = zone
                last, following = self.env["pos.session"]._get_daily_closings(self.sync, now)
                self.assertTrue(last <= now < following, (last, following))

    def test_a_download_that_seems_to_have_been_in_the_future_loses_nothing(self):
        self.sync.since_parameter = "since"
        trusted = self.synchronize(self.order(1))
        trusted.date_start -= timedelta(hours=5)
        wrong = self.sync.sync_orders()
        wrong.date_start += timedelta(days=900)
        self.sync.fetch_cursor = wrong.date_start
        run = self.sync.sync_orders()
        asked = fields.Datetime.to_datetime(self.asked()["since"].replace("T", " ").rstrip("Z"))
        self.assertEqual(asked, trusted.date_start - timedelta(minutes=self.sync.overlap_minutes))
        self.assertIn("the clock of this server was wrong", run.message)
        self.assertEqual(self.sync.fetch_cursor, run.date_start)
        self.assertNotIn("clock", self.sync.sync_orders().message)

    def test_without_a_download_to_trust_all_is_asked_for_again(self):
        self.sync.since_parameter = "since"
        self.sync.fetch_cursor = fields.Datetime.now() + timedelta(days=900)
        self.sync.sync_orders()
        self.assertNotIn("since", self.asked())

    def test_a_time_in_the_future_is_never_asked_for(self):
        self.sync.write({"since_parameter": "since", "fetch_cursor": fields.Datetime.now() + timedelta(days=900)})
        settings = self.sync._prepare_feed_settings()
        self.assertLess(settings.since.replace(tzinfo=None), fields.Datetime.now())

    def test_a_plan_beyond_the_interval_is_brought_back(self):
        self.sync.next_sync_date = fields.Datetime.now() + timedelta(days=900)
        self.feed(self.order())
        self.run_orders()
        self.assertEqual(self.inbox(639).state, "done")


class TestMirrorSteps(StepsMixin, MirrorCase):
    """The same for mirrored sources."""

    STEPS = (
        ("odoo.sync.source", "_sync"),
        ("odoo.sync.source", "_get_handshake"),
        ("odoo.sync.source", "_set_handshake"),
        ("odoo.mirror.sync", "_sync"),
        ("odoo.mirror.sync", "_sync_kinds"),
        ("odoo.mirror.sync", "_sync_kind"),
        ("odoo.sync.run", "_start"),
        ("odoo.sync.run", "_conclude"),
    )

    def test_each_step(self):
        for number, (model, method_name) in enumerate(self.STEPS):
            with self.subTest(step=f"{model}.{method_name}"):
                broken = self.create_source(self.remote, name="A Broken Source", code=f"broken{number}")
                self.source.write({"next_sync_date": fields.Datetime.now(), "status": False})
                with self.failing(model, method_name, broken):
                    self.run_action("ir_cron_odoo_sync")
                    self.assertEqual(self.source.status, "success")
                    self.assertEqual(broken.status, "error")
                    self.assertIn("stopped unexpectedly", broken.message)
                    self.assertNotIn("running", broken.run_ids.mapped("status"))
                    self.assertGreater(broken.next_sync_date, fields.Datetime.now())
                broken.active = False

    @mute_logger("odoo.addons.external_order_sync")
    def test_what_comes_before_and_after_the_sources(self):
        def fail(*_args):
            raise KeyError("a step that fails")

        for method_name in ("_ensure_environment_source", "_plan_next_runs"):
            with self.subTest(step=method_name), patch.object(type(self.source), method_name, fail):
                self.source.write({"next_sync_date": fields.Datetime.now(), "status": False})
                self.run_action("ir_cron_odoo_sync")
                self.assertEqual(self.source.status, "success")

    def test_a_remote_clock_that_was_wrong_loses_nothing(self):
        self.sync()
        self.source.cursor_ids.asked_date = fields.Datetime.now() + timedelta(days=900)
        self.put("product.product", 1, name="Renamed meanwhile", ago=300)
        self.sync()
        self.assertIn("Renamed meanwhile", self.mirror("product").mapped("name"))
        for cursor in self.source.cursor_ids:
            self.assertLess(cursor.asked_date, fields.Datetime.now() + timedelta(minutes=1))

    def test_a_plan_beyond_the_interval_is_brought_back(self):
        self.source.next_sync_date = fields.Datetime.now() + timedelta(days=900)
        self.run_action("ir_cron_odoo_sync")
        self.assertEqual((self.source.status, self.source.login, self.source.database), ("success", LOGIN, DATABASE))
        self.assertEqual(self.source.secret, PASSWORD)


class TestShipmentSteps(StepsMixin, ShipmentCase):
    """The same for shipments."""

    def test_sending(self):
        broken, other = self.request_shipment(), self.request_shipment()
        with self.failing("external.shipment.worker", "_send", broken):
            self.run_action("ir_cron_ship")
        self.assertEqual(other.state, "shipped")
        self.assertIn("KeyError", broken.error_message)

    def test_recording(self):
        broken, other = self.request_shipment(), self.request_shipment()
        with self.failing("external.shipment", "_write_to_picking", broken):
            self.run_action("ir_cron_ship")
        self.assertTrue(other.is_on_picking)
        self.assertIn("KeyError", broken.error_message)

    def test_following(self):
        broken, other = self.ship(), self.ship()
        other.carrier_id = self.create_carrier("opal", name="Another OPAL")
        (broken | other).next_poll = "2020-01-01"
        with self.failing("external.shipment.worker", "_poll", broken):
            self.run_action("ir_cron_ship")
        self.assertGreater(other.next_poll, fields.Datetime.now())
        self.assertFalse(other.error_message)
        self.assertIn("KeyError", broken.error_message)
        self.assertGreater(broken.next_poll, fields.Datetime.now())

    @mute_logger("odoo.addons.external_order_sync")
    def test_what_cannot_even_be_looked_for(self):
        shipment = self.request_shipment()

        def fail(*_args):
            raise KeyError("a step that fails")

        worker = type(self.env["external.shipment.worker"])
        with patch.object(worker, "_get_recording_domain", fail), patch.object(worker, "_get_polling_domain", fail):
            self.run_action("ir_cron_ship")
        self.assertEqual(shipment.state, "shipped")
