"""The running laboratory: shop, servers and database, and the synchronizations started in it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread

from dev import paths, progress
from dev.failure import Failure
from dev.server import odoo_program
from dev.stand_ins.shop import ShopServer

from . import cluster
from .cluster import Cluster
from .database import Database
from .servers import Server
from .waiting import Timeout, wait_until

# A synchronization of one round must end within this many seconds.
SYNC_TIMEOUT = 180.0
# How many times at most the laboratory advances the time and synchronizes again until nothing is waiting.
NORMAL_RUNS = 4
IDLE = """
    SELECT NOT EXISTS (
           SELECT FROM external_order_sync_run
           WHERE status = 'running' AND date_progress > now() AT TIME ZONE 'UTC' - interval '1 hour'
       )
       AND NOT EXISTS (
           SELECT FROM ir_cron_trigger WHERE cron_id = %(cron)s AND call_at <= now() AT TIME ZONE 'UTC'
       )
"""
WAITING = """
    SELECT EXISTS (SELECT FROM external_order WHERE sync_id = %(store)s AND state = 'pending')
        OR EXISTS (SELECT FROM external_order_sync_run WHERE status = 'running')
"""
OPEN_SESSIONS = """
    SELECT id FROM pos_session WHERE state <> 'closed'
    AND config_id = (SELECT pos_config_id FROM external_order_sync WHERE id = %(store)s)
"""


class Laboratory:
    """A shop, one Odoo server with a scheduler, a second one for races, and the database between them."""

    def __init__(self, cluster: Cluster, database: Database, shop: ShopServer, main: Server, second: Server) -> None:
        self.cluster = cluster
        self.database = database
        self.shop = shop
        self.main = main
        self.second = second
        self._presses: list[Thread] = []
        self._woken = 0.0
        self.store = self._external_id("demo_store")
        self._cron = self._external_id("ir_cron_sync_external_orders")

    def _external_id(self, name: str) -> int:
        return self.database.value(
            "SELECT res_id FROM ir_model_data WHERE module = %(module)s AND name = %(name)s",
            module=paths.ADDON_NAME,
            name=name,
        )

    # ---- synchronizing -----------------------------------------------------------------------------------------------

    def synchronize(self, way: str) -> None:
        """Start a synchronization on the main server, ``scheduled`` or by the ``button``, without waiting for it."""
        if way == "button":
            self.press_sync_now(self.main)
        else:
            self.make_due()
            self.database.rows(
                "INSERT INTO ir_cron_trigger (cron_id, call_at) VALUES (%(cron)s, now() AT TIME ZONE 'UTC')",
                cron=self._cron,
            )
            self.database.notify_scheduler()

    def make_due(self) -> None:
        """Make the store due for the scheduler's next check; if it already is, its row is not touched."""
        self.database.rows(
            "UPDATE external_order_sync SET next_sync_date = now() AT TIME ZONE 'UTC' "
            "WHERE id = %(store)s AND next_sync_date > now() AT TIME ZONE 'UTC'",
            store=self.store,
        )

    def press_sync_now(self, server: Server) -> None:
        """Press Sync Now without waiting for the answer, which may never come."""
        self._press(server, "external.order.sync", "action_sync_now", [self.store])

    def _press(self, server: Server, model: str, button: str, records: list[int]) -> None:
        press = Thread(target=self._press_and_wait, args=(server, model, button, records), daemon=True)
        self._presses.append(press)
        press.start()

    def _press_and_wait(self, server: Server, model: str, button: str, records: list[int]) -> None:
        try:
            server.client.call(model, button, records)
        except (Failure, ValueError) as error:
            # A fault may leave the button without an answer; only the books count.
            progress.say(f"      {button} was not answered: {str(error).splitlines()[0][:90]}")

    @property
    def is_pressed(self) -> bool:
        """Return whether an answer to a pressed button is still pending."""
        return any(press.is_alive() for press in self._presses)

    def wait_for_answers(self) -> None:
        """Wait until every pressed button was answered; a killed server ends the wait at once. Raises Timeout."""
        wait_until(lambda: not self.is_pressed, "every button was answered", SYNC_TIMEOUT)

    @property
    def is_idle(self) -> bool:
        """Return whether no synchronization is running, and nothing is waiting for the scheduler.

        What is waiting wakes it: by itself it looks only once a minute, also if it has just started.
        """
        is_idle = not self.is_pressed and self.database.value(IDLE, cron=self._cron)
        if not is_idle and time.monotonic() > self._woken + 1:
            self.database.notify_scheduler()
            self._woken = time.monotonic()
        return is_idle

    def wait_for_end(self) -> None:
        """Wait until no synchronization is running. Raises Timeout."""
        wait_until(lambda: self.is_idle, "all synchronizations ended", SYNC_TIMEOUT, poll=0.05)

    def come_to_rest(self, way: str) -> int:
        """Synchronize without faults until nothing is waiting. Return the number of synchronizations. Raises Timeout.

        For postponed orders, the time is advanced.
        """
        for run in range(1, NORMAL_RUNS + 1):
            self.let_time_pass()
            self.synchronize(way)
            self.wait_for_end()
            if not self.database.value(WAITING, store=self.store):
                return run
        raise Timeout(f"orders or runs were still waiting after {NORMAL_RUNS} synchronizations without faults")

    def let_time_pass(self) -> None:
        """Advance the time by two hours for postponed orders."""
        self.database.rows(
            "UPDATE external_order SET next_attempt = next_attempt - interval '2 hours' WHERE next_attempt IS NOT NULL"
        )

    def imported(self, numbers: list[int]) -> int:
        """Return how many of these orders are imported, and committed."""
        return self._count_done(numbers, "kind = 'sale'")

    def refunded(self, numbers: list[int]) -> int:
        """Return how many refunds and cancellations of these orders are booked, and committed."""
        return self._count_done(numbers, "kind <> 'sale'")

    def _count_done(self, numbers: list[int], condition: str) -> int:
        return self.database.value(
            "SELECT count(*) FROM external_order WHERE sync_id = %(store)s AND state = 'done' "
            f"AND external_id = ANY(%(numbers)s) AND {condition}",
            store=self.store,
            numbers=[str(number) for number in numbers],
        )

    def changed(self, numbers: list[int]) -> list[int]:
        """Return the ids of the rows of these orders that are flagged as changed."""
        rows = self.database.rows(
            "SELECT id FROM external_order WHERE sync_id = %(store)s AND changed AND external_id = ANY(%(numbers)s)",
            store=self.store,
            numbers=[str(number) for number in numbers],
        )
        return [row for (row,) in rows]

    def press_book_the_difference(self, server: Server, numbers: list[int]) -> None:
        """Press Book the Difference on these orders, as far as they are flagged, without waiting for the answer."""
        self._press(server, "external.order", "action_book_difference", self.changed(numbers))

    def has_received(self, after_run: int) -> bool:
        """Return whether the first run after the given one has put all pages into the inbox."""
        return bool(
            self.database.value(
                "SELECT fetch_done FROM external_order_sync_run WHERE id > %(run)s ORDER BY id LIMIT 1", run=after_run
            )
        )

    def forget_cursor(self) -> None:
        """Let the next download ask for everything of the last hours again."""
        self._set("fetch_cursor = fetch_cursor - interval '6 hours'")

    def book_changes(self, by_themselves: bool) -> None:
        """Let changes of imported orders be booked by themselves, or wait for a person."""
        self._set(f"book_changes = {by_themselves}")

    def _set(self, assignment: str) -> None:
        self.database.rows(f"UPDATE external_order_sync SET {assignment} WHERE id = %(store)s", store=self.store)

    def last_run(self) -> int:
        """Return the id of the newest run."""
        return self.database.value("SELECT coalesce(max(id), 0) FROM external_order_sync_run")

    def close_session(self) -> None:
        """Close the session of the orders as its user would, with exactly the expected cash."""
        for (session,) in self.database.rows(OPEN_SESSIONS, store=self.store):
            call = self.main.client.call
            [values] = call("pos.session", "read", [session], ["cash_register_balance_end", "cash_control"])
            if values["cash_control"]:
                call("pos.session", "post_closing_cash_details", [session], values["cash_register_balance_end"])
            answer = call("pos.session", "close_session_from_ui", [session])
            if not answer.get("successful"):
                raise Failure(f"Session {session} could not be closed: {answer}")

    @property
    def open_sessions(self) -> int:
        """The number of sessions of the store's Point of Sale that are not closed."""
        return len(self.database.rows(OPEN_SESSIONS, store=self.store))

    def recover(self) -> None:
        """Restart everything that a fault stopped."""
        self.shop.faults.clear()
        self.wait_for_answers()
        self.main.start()


@contextmanager
def working(seed: int) -> Iterator[Laboratory]:
    """Set up a laboratory; at the end, stop everything that was started."""
    with ExitStack() as stack:
        env, own_cluster = stack.enter_context(cluster.running())
        shop = stack.enter_context(ShopServer(seed=seed))
        with progress.step("The store is connected to the shop"):
            script = paths.DEV / "scripts" / "connect_demo_store.py"
            variables = {"DEMO_SHOP_URL": shop.url, "DEMO_SHOP_API_KEY": shop.api_key}
            odoo_program.run_script(env, cluster.DATABASE, script, variables)
        database = Database(env.postgres, cluster.DATABASE)
        stack.callback(database.close)
        main = Server(env, "main", cron_threads=1)
        # Two schedulers would share the one scheduled action, so they never race; only buttons do.
        second = Server(env, "second", cron_threads=0)
        stack.callback(main.kill)
        stack.callback(second.kill)
        laboratory = Laboratory(own_cluster, database, shop, main, second)
        with progress.step("Odoo server"):
            main.start()
        main.client.call(
            "external.order.sync",
            "write",
            [laboratory.store],
            # Only the laboratory decides when it runs. Without an overlap, every order depends on the fetch cursor.
            {"sync_interval": 100_000, "overlap_minutes": 0, "fetch_timeout": 30},
        )
        yield laboratory
