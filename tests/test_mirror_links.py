from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from itertools import count
from unittest.mock import patch

from odoo.tools import SQL

from ..dev.stand_ins.remote_odoo import sample
from ..lib.message import message
from ..lib.remote_odoo.client import OdooClientError
from ..lib.remote_odoo.versions import KINDS
from ..models.mirror import odoo_mirror_sync
from .explaining import explain, statements
from .mirror_common import MirrorCase


class Killed(BaseException):
    """Ends a run as the end of its process does: it can write nothing more."""


class TestMirrorLinks(MirrorCase):
    """A row is linked to what it refers to as soon as both are here, in whatever order they come."""

    # ---- What refers to what -----------------------------------------------------------------------------------------

    def put_referring_rows(self):
        """Let the remote have a row of each kind that refers to rows which the user does not see yet."""
        places = {"location_id": 50, "location_dest_id": 51}
        self.put("stock.location", 60, name="Shelf", complete_name="Shelf", usage="internal", location_id=50)
        self.put("stock.lot", 61, name="L-61", product_id=52)
        self.put("stock.quant.package", 62, name="P-62", location_id=50)
        self.put("stock.quant", 63, product_id=52, lot_id=53, package_id=54, location_id=50, quantity=1.0)
        self.put("stock.picking", 64, name="P64", state="draft", backorder_id=55, **places)
        self.put(
            "stock.move.line", 65, picking_id=55, product_id=52, lot_id=53, package_id=54, result_package_id=54,
            state="assigned", date=datetime(2026, 1, 17), **places, **sample.quantities(17, 0.0, 1.0),
        )  # fmt: skip

    def put_targets(self):
        """Let the user see these rows."""
        for id in (50, 51):
            self.put("stock.location", id, name="Late", complete_name="Late", usage="view")
        self.put("product.product", 52, name="Late", product_tmpl_id=700)
        self.put("stock.lot", 53, name="Late", product_id=52)
        self.put("stock.quant.package", 54, name="Late", location_id=50)
        self.put("stock.picking", 55, name="Late", state="draft", location_id=50, location_dest_id=51)

    def unlinked(self, only_possible=True):
        """Return the links that are not set; by default only to rows that are here."""
        self.env.invalidate_all()
        found = set()
        for kind in KINDS:
            for link, column in self.mirror(kind)._get_links().items():
                for row in self.mirror(kind):
                    target = self.env[row._fields[link].comodel_name].search(
                        [("source_id", "=", self.source.id), ("remote_id", "=", row[column])], limit=1
                    )
                    if row[column] and not row[link] and (target or not only_possible):
                        found.add((kind, link))
        return found

    def all_links(self):
        return {(kind, link) for kind in KINDS for link in self.mirror(kind)._get_links()}

    def forget_links(self):
        """Let all rows lack their links, as earlier releases have left some."""
        self.env.flush_all()
        for kind, link in self.all_links():
            table = self.mirror(kind)._table
            self.env.cr.execute(SQL("UPDATE %s SET %s = NULL", SQL.identifier(table), SQL.identifier(link)))
        self.env.invalidate_all()

    def test_all_kinds_of_links_are_set_when_what_they_point_to_arrives_later(self):
        self.put_referring_rows()
        self.sync()
        self.assertEqual(self.unlinked(only_possible=False), self.all_links())
        self.put_targets()
        self.sync()
        self.assertEqual(self.unlinked(only_possible=False), set())

    # ---- A run that does not get to its end --------------------------------------------------------------------------

    @contextmanager
    def ending(self, at, how):
        """Let a run end at its ``at``-th commit: what it has done since the one before is lost.

        :param how: the error that it ends with; None if it commits, and then has no time left
        """
        commits = self.commits = []

        def commit(env, _processed=0):
            commits.append(env)
            if len(commits) == at and how:
                raise how
            env.flush_all()
            env.cr.execute("SAVEPOINT committed")
            return 0 if len(commits) == at else float("inf")

        def rollback(env):
            env.clear()
            env.cr.execute("ROLLBACK TO SAVEPOINT committed")

        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT committed")
        with patch.multiple(odoo_mirror_sync, commit=commit, commit_progress=commit, rollback=rollback):
            try:
                yield
            except Killed:
                rollback(self.env)

    def assert_linked_after_each_end(self, how, hand_over=False):
        self.put_referring_rows()
        self.sync()
        self.put_targets()
        for at in count(2):  # the first commit is that of a run which has not yet done anything
            with self.subTest(commit=at), closing(self.env.cr.savepoint(flush=False)):
                with self.ending(at, how):
                    self.sync()
                self.assertEqual(self.unlinked(), set())
                if hand_over:
                    self.source.run_ids.filtered(lambda run: run.status == "running")._hand_over()
                if len(self.commits) >= at:
                    self.assertEqual(self.sync().status, "success")
                self.assertEqual(self.unlinked(only_possible=False), set())
            self.env.invalidate_all(flush=False)
            if len(self.commits) < at:
                break
        self.assertGreater(at, len(KINDS))

    def test_a_run_that_is_killed_at_any_step_leaves_no_link_out(self):
        self.assert_linked_after_each_end(Killed())

    def test_a_run_that_fails_at_any_step_leaves_no_link_out(self):
        self.assert_linked_after_each_end(OdooClientError(message("Gone"), "unreachable"))

    def test_a_run_whose_time_is_up_at_any_step_leaves_no_link_out(self):
        self.assert_linked_after_each_end(None, hand_over=True)

    def test_a_product_received_by_a_run_that_was_killed_is_linked(self):
        sync = type(self.env["odoo.mirror.sync"])
        original = sync._sync_kind

        def create_late(model, source, run, client, kind):
            if kind == "quant":
                self.put("product.product", 5000, name="New", product_tmpl_id=700)
                self.put("stock.quant", 5001, product_id=5000, location_id=8, quantity=3.0)
            return original(model, source, run, client, kind)

        def be_killed(model, source, run, client, kind):
            if kind == "lot":
                raise Killed
            return original(model, source, run, client, kind)

        self.sync()
        with patch.object(sync, "_sync_kind", create_late):
            self.assertEqual(self.sync().status, "success")
        self.assertFalse(self.mirror("quant", 5001).product_id)
        with patch.object(sync, "_sync_kind", be_killed), suppress(Killed):  # what it has committed stays
            self.sync()
        self.assertTrue(self.mirror("product", 5000))
        self.assertEqual(self.sync().status, "success")
        self.assertEqual(self.mirror("quant", 5001).product_id, self.mirror("product", 5000))

    # ---- Rows that earlier releases have left unlinked ---------------------------------------------------------------

    def age_comparison(self):
        cursor = self.source.cursor_ids.filtered(lambda cursor: cursor.kind == "quant")
        cursor.whole_date -= timedelta(hours=2)

    def test_missing_links_of_all_kinds_are_set_every_hour(self):
        self.sync()
        self.forget_links()
        self.assertTrue(self.unlinked())
        self.age_comparison()
        self.sync()
        self.assertEqual(self.unlinked(), set())

    def test_missing_links_are_set_when_everything_is_compared(self):
        self.sync()
        self.forget_links()
        self.source.action_compare_all()
        self.assertEqual(self.unlinked(), set())

    # ---- What that costs ---------------------------------------------------------------------------------------------

    def link_statements(self):
        with statements() as executed:
            run = self.sync()
        self.assertEqual(run.status, "success", run.message)
        return [code for code in executed if "AS target" in code]

    def test_changed_rows_have_no_links_looked_for(self):
        self.sync()
        self.env.cr.execute("UPDATE odoo_mirror_picking SET received_date = received_date - interval '1 minute'")
        self.put("stock.quant", 900, quantity=9.0)
        self.put("stock.picking", 123, state="done")
        self.assertEqual(self.link_statements(), [])

    def test_a_run_that_failed_has_no_links_looked_for_by_the_next(self):
        self.sync()
        self.source.status = "error"
        self.assertEqual(self.link_statements(), [])

    def test_a_new_row_has_the_links_to_its_kind_looked_for(self):
        self.sync()
        self.put("stock.lot", 77, name="New", product_id=789)
        self.assertEqual(len(self.link_statements()), 2)  # of quants and move lines

    def test_rows_that_lack_a_link_are_found_by_indexes(self):
        for kind, link in self.all_links():
            mirror = self.mirror(kind)
            name = link.removesuffix("_id")
            for remote_ids in ([7, 8], None):
                with self.subTest(kind=kind, link=link, remote_ids=remote_ids):
                    plan = explain(self.env, mirror._sql_set_link(self.source, link, remote_ids))
                    self.assertIn(f"{mirror._table}_unlinked_{name}", plan)
                    if remote_ids:
                        self.assertRegex(plan, rf"Index Cond: .*{name}_remote_id = ANY")
