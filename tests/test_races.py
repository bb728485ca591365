import time
from unittest.mock import Mock, patch

from odoo import modules
from odoo.tests import tagged
from odoo.tools import SQL
from psycopg2 import errors

from ..tools.transaction import retrying
from .common import ExternalOrderCase


@tagged("post_install", "-at_install")
class TestRaces(ExternalOrderCase):
    """What prevents conflicts between workers on one inbox; `make faults` lets real workers compete."""

    def test_new_orders_are_written_in_one_sequence(self):
        """Whatever their order in the feed: two workers that write the same orders in opposite order would deadlock."""
        self.synchronize(self.order(12), self.order("B7"), self.order(9), self.order(10), self.order("A7"))
        rows = self.env["external.order"].search([("sync_id", "=", self.sync.id)], order="id")
        self.assertEqual(rows.mapped("external_id"), ["9", "10", "12", "A7", "B7"])
        self.assertEqual(set(rows.mapped("state")), {"done"})

    def test_order_that_exists_is_found_again(self):
        """An inbox row without a link to its POS order, as after restoring a backup, does not get a second one."""
        self.synchronize(self.order(1))
        row = self.inbox(1)
        pos_order = row.pos_order_id
        row.write({"state": "pending", "pos_order_id": False})
        run = self.synchronize(self.order(1))
        self.assertEqual((run.status, row.state), ("success", "done"))
        self.assertEqual(row.pos_order_id, pos_order)
        self.assertEqual(self.pos_orders(), pos_order)

    def test_a_conflict_of_repeated_work_is_not_logged(self):
        """Odoo logs the whole statement, and one that stores orders contains all that is known of their customers."""

        def fail(code):
            self.env.cr.execute(SQL("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = %s; END $$", code))

        with (
            self.assertNoLogs("odoo.sql_db"),
            self.assertRaises(errors.LockNotAvailable),
            self.env.cr.savepoint(),
        ):
            retrying(self.env, lambda: fail("lock_not_available"))
        with (
            self.assertLogs("odoo.sql_db", "ERROR"),
            self.assertRaises(errors.DivisionByZero),
            self.env.cr.savepoint(),
        ):
            retrying(self.env, lambda: fail("division_by_zero"))
        with (
            self.assertLogs("odoo.sql_db", "ERROR"),
            self.assertRaises(errors.LockNotAvailable),
            self.env.cr.savepoint(),
        ):
            fail("lock_not_available")

    def test_work_for_somebody_who_waits_is_repeated_only_while_they_do(self):
        work = Mock(side_effect=errors.LockNotAvailable)
        start = time.monotonic()
        with patch.object(modules.module, "current_test", None), self.assertRaises(errors.LockNotAvailable):
            retrying(Mock(), work, start + 0.3)
        self.assertLess(time.monotonic() - start, 1)
        self.assertGreater(work.call_count, 0)
