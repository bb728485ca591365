import math
import threading
import time
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools import config

from ..tools.transaction import ScheduledTurn
from ..tools.worker_time import get_limits, is_higher, seconds_to_work, should_wait


@tagged("post_install", "-at_install")
class TestWorkerTime(TransactionCase):
    """The time that a worker has left follows the limits as Odoo's server applies them."""

    def seconds(self, elapsed=None, scheduled=True, ask=seconds_to_work, **limits):
        """Return the seconds left to a thread of the server that has worked for ``elapsed`` seconds."""
        env = ScheduledTurn().on(self.env.user).env if scheduled else self.env
        values = {"limit_time_real": 120, "limit_time_real_cron": -1, "workers": 0, **limits}
        thread = threading.current_thread()
        with patch.dict(config.options, values), patch.object(thread, "start_time", create=True, new=None):
            if elapsed is not None:
                thread.start_time = time.time() - elapsed
            return ask(env)

    def test_a_quarter_of_the_limit_is_kept_for_what_follows(self):
        self.assertAlmostEqual(self.seconds(elapsed=0), 90, delta=1)
        self.assertAlmostEqual(self.seconds(elapsed=100), -10, delta=1)

    def test_the_limit_of_scheduled_actions_counts_for_those(self):
        self.assertAlmostEqual(self.seconds(elapsed=0, limit_time_real_cron=400), 300, delta=1)
        self.assertAlmostEqual(self.seconds(elapsed=0, limit_time_real_cron=400, scheduled=False), 90, delta=1)

    def test_a_limit_of_0_means_none_for_processes_and_the_general_one_for_threads(self):
        self.assertEqual(self.seconds(elapsed=0, limit_time_real_cron=0, workers=2), math.inf)
        self.assertAlmostEqual(self.seconds(elapsed=0, limit_time_real_cron=0), 90, delta=1)

    def test_a_worker_process_counts_from_the_start_of_the_job(self):
        end = time.monotonic() + 4  # Odoo gives a job 10 seconds before it asks for a pause
        with patch.dict(config.options, {"limit_time_real": 120, "limit_time_real_cron": -1, "workers": 2}):
            left = seconds_to_work(ScheduledTurn().on(self.env.user.with_context(cron_end_time=end)).env)
        self.assertAlmostEqual(left, 84, delta=1)

    def test_without_a_server_there_is_no_limit(self):
        self.assertEqual(self.seconds(), math.inf)

    def test_a_step_that_does_not_fit_any_more_waits_unless_another_job_is_no_better(self):
        for elapsed, seconds, waits in (
            (0, 80, False),
            (20, 80, True),
            (20, 60, False),
            (0, 500, False),
            (50, 500, True),
        ):
            with self.subTest(elapsed=elapsed, seconds=seconds):
                asked = self.seconds(elapsed=elapsed, ask=lambda env, seconds=seconds: should_wait(env, seconds))
                self.assertEqual(asked, waits)
        self.assertFalse(should_wait(self.env, 500))

    def test_other_limits_are_another_text(self):
        with patch.dict(config.options, {"limit_time_real": 120}):
            before = get_limits()
        with patch.dict(config.options, {"limit_time_real": 240}):
            self.assertNotEqual(get_limits(), before)

    def test_the_limits_are_those_that_count_for_scheduled_actions(self):
        values = {"limit_time_real": 120, "limit_time_cpu": 60, "limit_memory_hard": 2000}
        for of_cron, workers, limits in (
            (-1, 2, "limit_time_real = 120, limit_time_cpu = 60, limit_memory_hard = 2000"),
            (300, 2, "limit_time_real_cron = 300, limit_time_cpu = 60, limit_memory_hard = 2000"),
            (0, 2, "limit_time_real_cron = 0, limit_time_cpu = 60, limit_memory_hard = 2000"),
            (0, 0, "limit_time_real = 120, limit_memory_hard = 2000"),
        ):
            changed = {**values, "limit_time_real_cron": of_cron, "workers": workers}
            with self.subTest(of_cron=of_cron, workers=workers), patch.dict(config.options, changed):
                self.assertEqual(get_limits(), limits)

    def test_a_limit_is_higher_whatever_the_others_are(self):
        for limits, others, higher in (
            ("limit_time_real = 120", "limit_time_real = 120", False),
            ("limit_time_real = 60", "limit_time_real = 120", False),
            ("limit_time_real = 121", "limit_time_real = 120", True),
            ("limit_time_real = 0", "limit_time_real = 120", True),
            ("limit_time_real = 120", "limit_time_real = 0", False),
            ("limit_time_real_cron = 0", "limit_time_real = 120", True),
            ("limit_time_real_cron = 60", "limit_time_real = 120", False),
            ("limit_time_real = 120", "limit_time_real_cron = 60", True),
            ("limit_time_real = 60, limit_memory_hard = 9", "limit_time_real = 120, limit_memory_hard = 8", True),
            ("limit_time_real = 60", "limit_time_real = 120, limit_memory_hard = 8", False),
            ("limit_time_real = 200", "limit_time_real = 100, limit_time_real_cron = 300", False),
            ("limit_time_real = 200", "limit_time_real = 100, limit_time_real_cron = -1", True),
            ("limit_memory_hard = None", "limit_memory_hard = 8", False),
        ):
            with self.subTest(limits=limits, others=others):
                self.assertEqual(is_higher(limits, others), higher)
