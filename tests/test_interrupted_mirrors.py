from ..lib.remote_odoo.versions import KINDS
from .mirror_common import MirrorCase


class TestInterruptedMirrors(MirrorCase):
    """A kind that kills the process each time is skipped after three times, and the others continue."""

    def leave_behind(self, kind, **values):
        """Leave a run behind, like a process that is killed while it reads a kind."""
        return self.env["odoo.sync.run"].create(
            {"source_id": self.source.id, "kinds_done": KINDS.index(kind), **values}
        )

    def interruptions(self, kind):
        return self.env["odoo.sync.cursor"]._get(self.source, kind).interruptions

    def die_at(self, kind):
        """Start a run, as the scheduler does, and leave it behind at a kind."""
        run = self.env["odoo.sync.run"]._start(self.source)
        run.kinds_done = KINDS.index(kind)

    def test_it_is_passed_over_and_named_and_the_others_go_on(self):
        for _time in range(3):
            self.die_at("product")
        run = self.sync()
        self.assertEqual(self.interruptions("product"), 3)
        self.assertEqual((run.status, self.source.status), ("error", "error"))
        self.assertIn("Not synchronized: Products. The server stopped 3 times", self.source.message)
        self.assertFalse(self.mirror("product"))
        self.assertTrue(self.mirror("lot"))
        self.assertTrue(self.mirror("move_line"))

    def test_a_person_may_have_it_tried_again(self):
        for _time in range(3):
            self.die_at("product")
        self.sync()
        self.source.action_sync_now()
        self.assertEqual(self.source.status, "success")
        self.assertTrue(self.mirror("product"))

    def test_a_kind_that_was_read_counts_anew(self):
        self.die_at("product")
        self.die_at("product")
        self.assertEqual(self.sync().status, "success")
        self.assertEqual(self.interruptions("product"), 0)

    def test_a_run_that_was_handed_over_and_died_counts_too(self):
        run = self.leave_behind("lot", handed_over=True)
        self.assertEqual(self.env["odoo.sync.run"]._start(self.source), run)
        # The process dies here.
        self.assertNotEqual(self.env["odoo.sync.run"]._start(self.source), run)
        self.assertIn("Interrupted", run.message)
        self.assertEqual(self.interruptions("lot"), 1)
