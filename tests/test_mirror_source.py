import logging
import os
from contextlib import closing
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN, PASSWORD
from ..lib.remote_odoo.versions import KINDS
from ..models.mirror import odoo_mirror_sync
from ..models.mirror.odoo_mirror_sync import LOCK
from ..tools.exclusive import exclusive
from ..tools.transaction import Deadline
from .mirror_common import SAMPLE_COUNTS, MirrorCase

SYNC_LOGGER = "odoo.addons.external_order_sync.models.mirror.odoo_mirror_sync"


class TestMirrorSource(MirrorCase):
    """Sources: their status, their schedule, and who may do what."""

    # ---- Status ------------------------------------------------------------------------------------------------------

    def test_a_success_is_told(self):
        before = fields.Datetime.now()
        self.sync()
        self.assertEqual(self.source.status, "success")
        self.assertEqual(
            self.source.message,
            "Changes: Locations (3), Products (2), Lots (1), Packages (1), Stock (1), Transfers (1), Move Lines (2).",
        )
        self.assertGreaterEqual(self.source.last_sync_date, before)
        self.assertEqual({cursor.kind: cursor.row_count for cursor in self.source.cursor_ids}, SAMPLE_COUNTS)

    def test_the_buttons_show_how_many_rows_there_are(self):
        self.assertEqual([self.source[f"{kind}_count"] for kind in KINDS], [0] * len(KINDS))
        self.sync()
        self.assertEqual({kind: self.source[f"{kind}_count"] for kind in KINDS}, SAMPLE_COUNTS)

    def test_a_source_that_another_program_creates_without_a_code_gets_one_too(self):
        values = {"name": "North", "url": self.remote.url, "database": "d", "login": "l", "secret": "s" * 12}
        first, second = (self.env["odoo.sync.source"].create(values) for _number in range(2))
        self.assertEqual((first.code, second.code), ("north", "north-2"))

    def test_a_new_source_gets_a_code_of_its_name_that_no_other_has(self):
        def propose(name):
            form = Form(self.env["odoo.sync.source"])
            form.name = name
            return form.code

        self.assertEqual(propose("Central  Warehouse (East)"), "central-warehouse-east")
        self.source.code = "central"
        self.assertEqual(propose("Central"), "central-2")
        self.source.active = False
        self.assertEqual(propose("Central"), "central-2")
        self.assertEqual(propose("Local"), "local-2")
        self.assertFalse(propose("Łódź"[:1]))
        self.assertLessEqual(len(propose("x" * 200)), 64)

    def test_what_a_button_opens_is_called_after_its_source(self):
        action = self.source.with_context(mirror_action="product").action_open_mirror()
        self.assertEqual(action["name"], "Mirrored Products · Old Warehouse")

    @mute_logger(SYNC_LOGGER)
    def test_a_failed_login_is_told_and_tried_again_at_the_next_interval(self):
        self.sync()
        self.remote.password = "another"
        before = fields.Datetime.now()
        self.sync()
        self.assertEqual(self.source.status, "login_failed")
        self.assertIn(LOGIN, self.source.message)
        self.assertNotIn(PASSWORD, self.source.message)
        self.assertGreaterEqual(self.source.next_sync_date, before + timedelta(minutes=15))
        self.assertTrue(self.source.active)
        self.source.secret = "another"
        self.sync()
        self.assertEqual(self.source.status, "success")

    @mute_logger(SYNC_LOGGER)
    def test_a_remote_that_is_not_there_is_told(self):
        self.source.write({"url": "http://127.0.0.1:9", "secret": PASSWORD})
        self.sync()
        self.assertEqual(self.source.status, "unreachable")

    @mute_logger(SYNC_LOGGER)
    def test_what_came_before_a_failure_is_kept_and_the_next_run_fetches_the_rest(self):
        web_search_read = self.remote.web_search_read

        def failing(model, *args, **kwargs):
            if model == "stock.quant":
                raise ConnectionResetError
            return web_search_read(model, *args, **kwargs)

        with patch.object(self.remote, "web_search_read", failing):
            run = self.sync()
        self.assertEqual((run.status, run.product_count), ("unreachable", 2))
        self.assertEqual(len(self.mirror("product")), 2)
        self.assertFalse(self.mirror("quant"))
        self.assertEqual(self.counts(self.sync()), {"quant": 1, "picking": 1, "move_line": 2})

    @mute_logger(SYNC_LOGGER)
    def test_a_remote_that_was_upgraded_is_recognized_after_one_failure(self):
        self.remote = self.start_remote(15)
        self.source.write({"url": self.remote.url, "secret": PASSWORD})
        self.assertEqual(self.sync().status, "success")
        upgraded = self.start_remote(16)
        self.remote.version, self.remote.tables = 16, upgraded.tables
        self.assertEqual(self.sync().status, "error")
        self.assertIn("stock.production.lot", self.source.message)
        self.assertEqual(self.sync().status, "success")
        self.assertEqual(self.source.remote_version, "16 (JSON-RPC)")

    def test_another_database_is_compared_as_a_whole(self):
        self.sync()
        other = self.start_remote()
        other.tables.delete("stock.picking", 123)
        other.tables.put("stock.picking", 77, name="Other")
        self.source.write({"url": other.url, "secret": PASSWORD})
        self.sync()
        self.assertEqual(self.mirror("picking").filtered(lambda row: not row.gone).mapped("remote_id"), [77])

    @mute_logger(SYNC_LOGGER)
    def test_one_source_that_fails_leaves_the_others_alone(self):
        other = self.start_remote()
        sources = self.source | self.create_source(other, name="A Second")
        self.source.write({"url": "http://127.0.0.1:9", "secret": PASSWORD, "name": "Z Last"})
        self.run_scheduler()
        self.assertEqual({source.status for source in sources}, {"success", "unreachable"})
        self.assertEqual((sources - self.source).status, "success")
        self.source.write({"url": self.remote.url, "secret": PASSWORD, "name": "0 First", "next_sync_date": False})
        self.run_scheduler()
        self.assertEqual(set(sources.mapped("status")), {"success"})

    def test_an_interrupted_run_is_closed_by_the_next(self):
        interrupted = self.env["odoo.sync.run"].create({"source_id": self.source.id})
        run = self.sync()
        self.assertNotEqual(run, interrupted)
        self.assertEqual(interrupted.status, "error")
        self.assertIn("Interrupted", interrupted.message)

    def test_a_run_that_was_handed_over_goes_on_where_it_stopped(self):
        run = Deadline(1e-9).on(self.source)._sync()
        self.assertEqual(run.status, "running")
        run.write({"handed_over": True, "kinds_done": KINDS.index("quant")})
        self.asked()
        self.assertEqual(self.sync(), run)
        self.assertEqual(self.asked("web_search_read")[0], "stock.quant")
        self.assertEqual(run.status, "success")

    # ---- One at a time -----------------------------------------------------------------------------------------------

    def test_two_workers_do_not_synchronize_one_source_at_once(self):
        with exclusive(self.env, LOCK, self.source.id) as ours:
            self.assertTrue(ours)
            self.assertFalse(self.sync())
            with self.assertRaisesRegex(UserError, "already being synchronized"):
                self.source.action_sync_now()
        self.assertEqual(self.sync().status, "success")

    def test_the_lock_outlasts_commits_and_is_given_back_after_an_error(self):
        with self.assertRaises(ZeroDivisionError), exclusive(self.env, LOCK, self.source.id):
            with closing(self.registry.cursor()) as cr:
                cr.execute("SELECT pg_try_advisory_lock(hashtext(%s), %s)", [LOCK, self.source.id])
                self.assertEqual(cr.fetchone(), (False,))
            raise ZeroDivisionError
        with exclusive(self.env, LOCK, self.source.id) as ours:
            self.assertTrue(ours)

    # ---- Plan --------------------------------------------------------------------------------------------------------

    def run_scheduler(self):
        with self.enter_registry_test_mode():
            self.env.ref("external_order_sync.ir_cron_odoo_sync").method_direct_trigger()
        self.env.invalidate_all()

    def test_the_scheduled_action_runs_what_is_due(self):
        self.run_scheduler()
        self.assertEqual(self.source.status, "success")
        runs = self.source.run_ids
        self.run_scheduler()
        self.assertEqual(self.source.run_ids, runs)
        self.source.next_sync_date = fields.Datetime.now()
        self.run_scheduler()
        self.assertEqual(len(self.source.run_ids), 2)

    def test_the_interval_is_kept_also_if_it_is_shorter_than_the_scheduler_s(self):
        self.source.sync_interval = 2
        self.run_scheduler()
        cron = self.env.ref("external_order_sync.ir_cron_odoo_sync")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertIn(self.source.next_sync_date, triggers.mapped("call_at"))

    def test_the_service_tells_once_that_it_has_started(self):
        self.addCleanup(odoo_mirror_sync._announced.discard, self.env.cr.dbname)
        odoo_mirror_sync._announced.discard(self.env.cr.dbname)
        with self.assertLogs(SYNC_LOGGER, logging.INFO) as logs:
            self.run_scheduler()
            self.run_scheduler()
        messages = [record.getMessage() for record in logs.records]
        self.assertEqual(messages[:2], ["📡 Odoo Sync Service started", "🔄 Odoo: Starting full sync..."])
        self.assertEqual(messages.count("📡 Odoo Sync Service started"), 1)

    def test_an_archived_source_never_runs(self):
        self.source.active = False
        self.run_scheduler()
        self.assertFalse(self.source.run_ids)
        self.assertFalse(self.remote.calls)

    def test_sync_now_tells_what_happened(self):
        action = self.source.action_sync_now()
        self.assertEqual((action["tag"], action["params"]["type"]), ("display_notification", "success"))
        self.assertIn("Transfers (1)", action["params"]["message"])

    @mute_logger(SYNC_LOGGER)
    def test_sync_now_tells_a_failure(self):
        self.remote.password = "another"
        action = self.source.action_sync_now()
        self.assertEqual((action["params"]["type"], action["params"]["sticky"]), ("danger", True))

    def test_test_connection_tells_the_version_and_mirrors_nothing(self):
        message = self.source.action_test_connection()["params"]["message"]
        self.assertEqual(message, "Connected to Odoo 17 through JSON-RPC. The user can see 2 products.")
        self.assertFalse(self.mirror("product"))
        self.remote.password = "another"
        with self.assertRaisesRegex(UserError, "does not accept the login"):
            self.source.action_test_connection()

    # ---- Environment -------------------------------------------------------------------------------------------------

    def environment(self, **changes):
        values = {
            "ODOO_URL": self.remote.url, "ODOO_DB": DATABASE, "ODOO_USER": LOGIN, "ODOO_PASSWORD": PASSWORD,
            "ODOO_SYNC_INTERVAL": "7", **changes,
        }  # fmt: skip
        return patch.dict(os.environ, values)

    def test_a_source_of_the_environment_is_mirrored_and_its_connection_never_stored(self):
        self.source.active = False
        with self.environment():
            self.run_scheduler()
            source = self.env["odoo.sync.source"].search([("from_environment", "=", True)])
            self.assertEqual((source.code, source.status), ("environment", "success"), source.message)
            self.assertEqual(source.environment_url, self.remote.url)
            minutes = (source.next_sync_date - source.last_sync_date).total_seconds() / 60
            self.assertAlmostEqual(minutes, 7, delta=0.5)
        self.assertEqual(self.env["odoo.mirror.product"].search_count([("source_id", "=", source.id)]), 2)
        self.env.flush_all()
        for query in (
            "SELECT row::text FROM odoo_sync_source AS row WHERE from_environment",
            "SELECT string_agg(row::text, ' ') FROM odoo_sync_run AS row",
        ):
            self.env.cr.execute(query)
            [[stored]] = self.env.cr.fetchall()
            for secret in (self.remote.url, PASSWORD, LOGIN):
                self.assertNotIn(secret, stored)

    @mute_logger(SYNC_LOGGER)
    def test_what_the_environment_does_not_say_is_named(self):
        self.source.active = False
        with self.environment(ODOO_DB="", ODOO_PASSWORD=""):
            self.run_scheduler()
        source = self.env["odoo.sync.source"].search([("from_environment", "=", True)])
        self.assertEqual(source.status, "error")
        self.assertIn("ODOO_DB, ODOO_PASSWORD", source.message)

    def test_without_the_environment_its_source_rests(self):
        with self.environment():
            self.run_scheduler()
        source = self.env["odoo.sync.source"].search([("from_environment", "=", True)])
        runs = source.run_ids
        cron = self.env.ref("external_order_sync.ir_cron_odoo_sync")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        for date in (False, fields.Datetime.now() - timedelta(minutes=5)):
            with self.subTest(date=date):
                source.next_sync_date = date
                triggers.unlink()
                self.run_scheduler()
                self.assertEqual(source.run_ids, runs)
                # The scheduler does not come back for this one.
                triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
                self.assertFalse([call for call in triggers.mapped("call_at") if call <= fields.Datetime.now()])

    def test_a_neutralized_copy_does_not_use_the_environment(self):
        self.source.active = False
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        with self.environment():
            self.run_scheduler()
        self.assertFalse(self.env["odoo.sync.source"].search([("from_environment", "=", True)]))
        self.assertFalse(self.remote.calls)

    # ---- Who may do what, and what cannot be -------------------------------------------------------------------------

    def test_only_system_administrators_read_the_key(self):
        manager = new_test_user(self.env, "mirror-manager", "base.group_user,external_order_sync.group_manager")
        source = self.source.with_user(manager)
        self.assertEqual(source.name, "Old Warehouse")
        with self.assertRaises(AccessError):
            source.read(["secret"])
        self.assertNotIn("secret", source.read()[0])
        self.assertFalse(self.source.copy({"code": "copy"}).secret)
        source.action_sync_now()
        self.assertEqual(self.source.status, "success")

    def test_stock_users_read_mirrors_and_nobody_changes_them(self):
        self.sync()
        stock_user = new_test_user(self.env, "mirror-stock", "stock.group_stock_user")
        admin = self.env.ref("base.user_admin")
        for kind in SAMPLE_COUNTS:
            rows = self.mirror(kind)
            self.assertTrue(rows.with_user(stock_user).mapped("display_name"))
            with self.assertRaises(AccessError):
                rows.with_user(admin).write({"gone": True})
            with self.assertRaises(AccessError):
                rows.with_user(admin).unlink()
            with self.assertRaises(AccessError):
                rows.with_user(new_test_user(self.env, f"nobody-{kind}", "base.group_user")).read(["remote_id"])
        with self.assertRaises(AccessError):
            self.source.with_user(stock_user).action_sync_now()

    def test_another_company_s_source_is_not_seen(self):
        self.source.company_id = self.env["res.company"].create({"name": "Other"})
        self.sync()
        user = new_test_user(self.env, "mirror-company", "stock.group_stock_user")
        for model in ("odoo.sync.source", *(self.mirror(kind)._name for kind in SAMPLE_COUNTS)):
            rows = self.env[model].with_user(user)
            self.assertFalse(rows.search([]), model)
            user.company_ids |= self.source.company_id
            self.assertTrue(rows.with_context(allowed_company_ids=user.company_ids.ids).search([]), model)
            user.company_ids -= self.source.company_id

    def test_a_deleted_source_takes_its_mirrors_along(self):
        other = self.create_source(self.remote)
        self.sync()
        self.sync(other)
        self.source.unlink()
        for kind in SAMPLE_COUNTS:
            self.assertEqual(self.env["odoo.mirror.sync"]._get_mirror(kind).search([]).source_id, other)

    @mute_logger("odoo.sql_db")
    def test_what_cannot_be(self):
        with self.assertRaises(ValidationError):
            self.source.url = "odoo.example.com"
        for values in (
            {"code": "Ä b"}, {"sync_interval": 0}, {"overlap_minutes": 0}, {"database": False},
        ):  # fmt: skip
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.source.write(values)
                self.env.flush_all()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.create_source(self.remote, code=self.source.code)
            self.env.flush_all()
        self.source.is_default = True
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.create_source(self.remote, is_default=True)
            self.env.flush_all()

    def test_the_views_show_what_there_is(self):
        self.sync()
        models = ["odoo.sync.source", "odoo.sync.run", *(self.mirror(kind)._name for kind in SAMPLE_COUNTS)]
        for model in models:
            views = self.env[model].get_views([(False, "list"), (False, "form"), (False, "search")])["views"]
            if model != "odoo.sync.source":
                self.assertIn('create="0"', views["list"]["arch"].replace('"false"', '"0"').replace('"False"', '"0"'))
        for kind in SAMPLE_COUNTS:
            action = self.source.with_context(mirror_action=kind).action_open_mirror()
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self.mirror(kind))
