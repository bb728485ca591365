"""Faults that kill the Odoo server or the database at some moment of a synchronization."""

from collections.abc import Callable

from dev.stand_ins.shop.faults import Faults

from .kinds import INTERRUPTED, Round, kind, pause, wait_for_a_moment
from .laboratory import Laboratory
from .waiting import Timeout, wait_until

# In the order in which the import of a batch first writes to them; blocking one stops the import there.
WRITTEN_BY_IMPORT = ("pos_order", "pos_order_line", "pos_payment", "stock_picking", "stock_move", "stock_move_line")

# Odoo notices a dead pooled connection only when it uses it, and fails that request.
ATTEMPTS = 8


@kind
def kill_during_fetch(lab: Laboratory, round_: Round) -> None:
    """Kill the server while it waits for a page of the feed."""
    round_.allowed_error = INTERRUPTED
    lab.shop.faults.add("delay", seconds=30, page=round_.a_page())
    lab.synchronize(round_.way)
    wait_until_asked(lab.shop.faults)
    pause(round_, 0.2)
    lab.main.kill()


@kind
def kill_during_inbox_write(lab: Laboratory, round_: Round) -> None:
    """Kill the server while it writes a page into the inbox."""
    round_.allowed_error = INTERRUPTED
    lab.shop.faults.add("delay", seconds=0.5, page=round_.a_page())
    lab.synchronize(round_.way)
    # The previous page is committed before the next one is requested, so the lock stops the writing of this page.
    wait_until_asked(lab.shop.faults)
    with lab.database.writing_stopped("external_order") as held:
        wait_until(lambda: held.is_waited_for, "a page was being written")
        pause(round_, 0.1)
        lab.main.kill()


@kind
def kill_during_order_creation(lab: Laboratory, round_: Round) -> None:
    """Kill the server somewhere between the first and the last row that a batch of orders needs."""
    round_.allowed_error = INTERRUPTED
    table = round_.note = round_.random.choice(WRITTEN_BY_IMPORT)
    if round_.random.random() < 0.5:
        round_.note += ", later batch"
        # The lock is granted when the first batch commits, and stops the second one.
        lab.synchronize(round_.way)
        wait_until(lambda: lab.database.is_written(table), f"{table} was being written")
        with lab.database.writing_stopped(table) as held:
            wait_until(lambda: held.is_waited_for or lab.is_idle, "a later batch was being created")
            lab.main.kill()
    else:
        kill_in_first_batch(lab, round_, table)


def kill_in_first_batch(lab: Laboratory, round_: Round, table: str) -> None:
    """Synchronize, and kill the server when it has received all orders and is about to write to the table."""
    kill_before_writing(lab, round_, table, lambda: lab.synchronize(round_.way))


def kill_before_writing(lab: Laboratory, round_: Round, table: str, start: Callable[[], None]) -> None:
    """Start some work, and kill the server when it is about to write to the table."""
    with lab.database.writing_stopped(table) as held:
        start()
        wait_until(lambda: held.is_waited_for, f"{table} was being written")
        pause(round_, 0.1)
        lab.main.kill()


def kill_before_import(lab: Laboratory, round_: Round) -> None:
    """Kill the server when it has received all orders and imported none of them; the round goes on by the button."""
    round_.allowed_error = INTERRUPTED
    # The scheduler would first finish the interrupted run, which has received everything and does not ask again.
    round_.way = "button"
    kill_in_first_batch(lab, round_, "pos_order")


@kind
def kill_between_commit_and_status(lab: Laboratory, round_: Round) -> None:
    """Kill the server when all orders are committed but the status is not."""
    round_.allowed_error = INTERRUPTED
    lab.synchronize(round_.way)
    wait_until(lambda: lab.has_received(after_run=round_.last_run), "all pages were received")
    # Between the fetch and the status nothing writes the configuration.
    with lab.database.writing_stopped("external_order_sync") as held:
        wait_until(lambda: held.is_waited_for, "the status was being written")
        lab.main.kill()


@kind
def kill_at_any_moment(lab: Laboratory, round_: Round) -> None:
    """Kill the server at a random moment."""
    round_.allowed_error = INTERRUPTED
    lab.synchronize(round_.way)
    wait_for_a_moment(lab, round_)
    lab.main.kill()


@kind
def database_restart(lab: Laboratory, round_: Round) -> None:
    """Restart the database, like an administrator or like a crash; the Odoo server keeps running."""
    round_.allowed_error = INTERRUPTED
    lab.synchronize(round_.way)
    wait_for_a_moment(lab, round_)
    mode = round_.random.choice(("fast", "immediate"))
    round_.note += f", {mode}"
    lab.cluster.stop(mode)
    pause(round_, 1.0)
    lab.cluster.start()
    _press_until_it_works(lab)
    # The scheduler thread ends if the database is unavailable; in production, Odoo's supervisor restarts the server.
    lab.main.kill()


def _press_until_it_works(lab: Laboratory) -> None:
    """Press Sync Now on a server whose database was unavailable, until a run has started. Raises Timeout."""
    before = lab.last_run()
    for _ in range(ATTEMPTS):
        lab.press_sync_now(lab.main)
        lab.wait_for_answers()
        if lab.last_run() > before:
            return
    raise Timeout("the server does not continue after its database has returned")


def wait_until_asked(faults: Faults) -> None:
    """Wait until every fault set on the shop has hit its request."""
    wait_until(lambda: not faults.active, "the shop was asked for the page")
