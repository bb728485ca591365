from datetime import timedelta

from odoo.fields import Datetime
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from ..models.mirror import odoo_mirror_retention, odoo_sync_run
from .explaining import explain
from .mirror_common import MirrorCase


class TestMirrorRetention(MirrorCase):
    """For how long rows that have gone from the remote, and runs, are kept here."""

    def setUp(self):
        super().setUp()
        self.sync()

    def go(self, kind, days):
        """Let all mirrored rows of a kind have gone this many days ago."""
        rows = self.mirror(kind)
        rows.write({"gone": True, "gone_date": Datetime.now() - timedelta(days=days)})
        self.env.flush_all()
        return rows

    def collect(self):
        return self.env["odoo.sync.source"]._gc_gone()

    def test_rows_that_have_gone_are_deleted_after_their_time(self):
        self.source.gone_retention_days = 30
        old, recent, present = self.go("move_line", 31), self.go("quant", 29), self.mirror("product")
        self.assertEqual(self.collect(), (len(old), False))
        self.assertFalse(old.exists())
        self.assertEqual((recent.exists(), present.exists()), (recent, present))

    def test_without_a_number_of_days_they_are_kept(self):
        self.source.gone_retention_days = 0
        old = self.go("quant", 3000)
        self.assertEqual(self.collect(), (0, False))
        self.assertTrue(old.exists())

    def test_what_refers_to_a_deleted_row_stays(self):
        self.source.gone_retention_days = 30
        self.go("product", 31)
        quants = self.mirror("quant")
        self.assertTrue(quants.product_id)
        self.collect()
        self.assertFalse(quants.product_id)
        self.assertTrue(all(quants.mapped("product_remote_id")))

    def test_a_deleted_row_that_comes_back_is_received_again(self):
        self.source.gone_retention_days = 30
        lines = len(self.go("move_line", 31))
        self.collect()
        self.assertFalse(self.mirror("move_line"))
        self.source.cursor_ids.whole_date = False
        self.assertEqual(self.counts(self.sync()), {"move_line": lines})
        self.assertEqual(self.counts(self.sync()), {})

    def test_an_archived_source_forgets_them_too(self):
        self.source.write({"gone_retention_days": 30, "active": False})
        self.go("quant", 31)
        self.assertEqual(self.collect(), (1, False))

    def test_the_cleanup_goes_on_while_there_are_more(self):
        self.source.gone_retention_days = 30
        lines = len(self.go("move_line", 31))
        self.patch(odoo_mirror_retention, "BATCH_SIZE", lines)
        self.assertEqual([self.collect(), self.collect()], [(lines, True), (0, False)])

    def test_they_are_found_by_an_index(self):
        for kind in ("quant", "picking"):
            mirror = self.env["odoo.mirror.sync"]._get_mirror(kind)
            plan = explain(self.env, mirror._sql_gone(self.source, Datetime.now(), 10))
            self.assertIn(f"{mirror._table}_gone_since", plan)
            self.assertNotIn("Sort", plan)

    @mute_logger("odoo.sql_db")
    def test_a_negative_number_of_days_is_refused(self):
        with self.assertRaises(CheckViolation):
            self.source.gone_retention_days = -1
            self.source.flush_recordset()

    def test_the_cleanup_goes_on_while_there_are_more_old_runs(self):
        self.sync()
        Run = self.env["odoo.sync.run"]
        self.source.run_ids.date_start = Datetime.now() - timedelta(days=31)
        self.patch(odoo_sync_run, "VACUUM_BATCH", 1)
        self.assertEqual(Run._gc_runs(), (1, True))
        while Run._gc_runs()[0]:
            pass
        self.assertFalse(self.source.run_ids)
