from unittest.mock import patch

from odoo import fields

from ..models.order_import.import_target import ImportTarget
from ..models.order_sync import external_order_sync_run
from .common import ExternalOrderCase


class TestWaitingOrders(ExternalOrderCase):
    """Orders wait for a session of their own target, and hold up neither the others nor the run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sync.auto_create_session = False
        cash = cls.create_payment_method("Cash of the branch", "cash")
        cls.branch = cls.create_pos_config("Branch", cash)

    def setUp(self):
        super().setUp()
        # Like a table of branches: odd numbers belong to the branch.
        configs = {"0": self.pos_config, "1": self.branch}
        self.prepared = []
        Import = type(self.env["external.order.import"])
        original = Import._prepare_parsed

        def get_target(_import, _sync, payload):
            return ImportTarget(configs[str(int(payload.external_id) % 2)])

        def prepare_parsed(import_, sync, parsed):
            self.prepared.append(len(parsed))
            return original(import_, sync, parsed)

        for model, name, method in (
            (Import, "_get_target", get_target),
            (Import, "_prepare_parsed", prepare_parsed),
            (type(self.sync), "_has_several_targets", lambda sync: True),
            (external_order_sync_run, "BATCH_SIZE", 3),
        ):
            patcher = patch.object(model, name, method)
            patcher.start()
            self.addCleanup(patcher.stop)

    def open_session(self, config):
        session = self.env["pos.session"].create({"config_id": config.id})
        session.set_opening_control(0, "")
        return session

    def states(self):
        rows = self.env["external.order"].search([("sync_id", "=", self.sync.id)], order="id")
        return rows.mapped("state")

    def test_the_orders_of_an_open_target_go_in(self):
        session = self.open_session(self.branch)
        run = self.synchronize(*[self.order(number) for number in range(1, 12)])
        self.assertEqual(self.states(), ["done", "pending"] * 5 + ["done"])
        self.assertEqual(session.order_count, 6)
        self.assertEqual((run.status, run.imported_count, run.failed_count), ("error", 6, 0))
        self.assertEqual(
            run.message.splitlines()[:3],
            [
                'No open POS session found for Test POS. Open a session, or enable "Auto Create Session". The orders '
                "wait until then.",
                "5 orders wait.",
                "6 orders imported.",
            ],
        )
        waiting = self.inbox(2)
        self.assertEqual((waiting.error_code, waiting.attempts), ("no_session", 0))
        self.assertIn("No open POS session found for Test POS", waiting.error_message)

    def test_every_order_is_tried_once_in_a_run_and_a_closed_target_is_found_once(self):
        self.open_session(self.branch)
        self.synchronize(*[self.order(2 * number) for number in range(1, 11)])
        self.assertEqual(self.prepared, [3])
        self.assertEqual(set(self.states()), {"pending"})

    def test_both_targets_without_a_session_are_named(self):
        run = self.synchronize(*[self.order(number) for number in range(1, 9)])
        for config in self.pos_config | self.branch:
            self.assertIn(f"No open POS session found for {config.name}.", run.message)
        self.assertIn("8 orders wait.", run.message)
        self.assertEqual(sorted(self.prepared), [1, 2])

    def test_they_go_in_with_the_next_run_that_has_a_session(self):
        self.synchronize(*[self.order(number) for number in range(1, 9)])
        self.open_session(self.branch)
        self.open_session(self.pos_config)
        run = self.sync.sync_orders()
        self.assertEqual(set(self.states()), {"done"})
        self.assertEqual((run.status, run.imported_count), ("success", 8))
        row = self.inbox(2)
        self.assertFalse(row.error_code or row.error_message)

    def test_retry_in_the_same_run_tries_a_waiting_order_again(self):
        run = self.synchronize(self.order(2))
        row = self.inbox(2)
        claim = self.env["external.order"]._claim
        self.assertFalse(claim(self.sync, 10, run))
        self.assertEqual(claim(self.sync, 10), row)
        row.write({**row._prepare_no_error_values(), "state": "pending"})  # as Retry does for many orders
        self.assertEqual(claim(self.sync, 10, run), row)

    def test_a_postponed_order_that_now_waits_for_a_session_does_not_make_the_next_run_due(self):
        self.synchronize(self.order(2))
        row = self.inbox(2)
        row.write({"error_code": "database_busy", "next_attempt": fields.Datetime.now()})
        run = self.sync.sync_orders()
        self.assertEqual((row.error_code, row.next_attempt, run.deferred_count), ("no_session", False, 0))

    def test_a_session_that_is_refused_half_way_leaves_nothing_behind(self):
        def refuse(original, sync):
            session = sync.env["pos.session"].create({"config_id": self.branch.id})
            session._get_or_create_for_external_orders(sync)

        with self.overridden("_get_or_create_pos_session", refuse):
            self.synchronize(self.order(2))
        self.assertEqual(self.inbox(2).error_code, "no_session")
        self.assertFalse(self.env["pos.session"].search([("config_id", "=", self.branch.id)]))

    def test_an_overridden_processing_leaves_only_the_orders_without_a_session_waiting(self):
        self.open_session(self.branch)
        with self.overridden("_process_external_order", lambda original, sync, order: original(sync, order)):
            self.synchronize(*[self.order(number) for number in range(1, 9)])
        self.assertEqual(self.states(), ["done", "pending"] * 4)
        self.assertFalse(self.inbox(1).error_code)
