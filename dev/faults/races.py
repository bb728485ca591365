"""Others who work on the same rows at the same time."""

import time

from .database import Held
from .kinds import Round, kind, pause
from .laboratory import Laboratory
from .waiting import Timeout, wait_until

PRESSES = 3
# How long the laboratory waits for somebody to wait for its rows, which not everybody does (seconds).
STUMBLING = 5.0
# Longer than all attempts of one batch take together.
LONG_LOCK = 12.0

CHANGE_CONFIGURATION = "UPDATE external_order_sync SET write_date = now() WHERE id = %(store)s"
CHANGE_SESSION = "UPDATE pos_session SET write_date = now() WHERE external_order_sync_id = %(store)s"
CHANGE_STOCK = """
    UPDATE stock_quant SET write_date = now()
    WHERE location_id IN (SELECT id FROM stock_location WHERE usage = 'internal')
"""


@kind
def two_servers(lab: Laboratory, round_: Round) -> None:
    """Synchronize on two servers at once, press Sync Now meanwhile, and let no two downloads have the same order.

    No session is open, so they have to agree on that, too.
    """
    lab.second.start()
    lab.close_session()
    lab.shop.faults.add("reorder", times=None, probability=0.5)
    lab.synchronize("scheduled")
    lab.press_sync_now(lab.second)
    for _ in range(PRESSES):
        pause(round_, 1.5)
        lab.press_sync_now(round_.random.choice((lab.main, lab.second)))
    lab.wait_for_end()


@kind
def conflict_on_configuration(lab: Laboratory, round_: Round) -> None:
    """Change the configuration in the moment in which a run begins, or has received everything, or tells its status."""
    round_.note = round_.random.choice(("beginning", "received", "telling"))
    if round_.note == "beginning":
        _synchronize_into_conflict(lab, round_, CHANGE_CONFIGURATION)
        return
    lab.shop.faults.add("delay", seconds=1.0, page=round_.pages)
    lab.synchronize(round_.way)
    wait_until(lambda: not lab.shop.faults.active, "the last page was asked for")
    if round_.note == "telling":
        wait_until(lambda: lab.has_received(after_run=round_.last_run), "everything was received")
    with lab.database.holding(CHANGE_CONFIGURATION, store=lab.store) as held:
        wait_until(lambda: held.is_waited_for or lab.is_idle, "the configuration was being written")
        held.commit()
    lab.wait_for_end()


@kind
def conflict_on_stock(lab: Laboratory, round_: Round) -> None:
    """Change the stock of everything that is sold, as other registers do, while the orders take theirs."""
    _synchronize_into_conflict(lab, round_, CHANGE_STOCK)


@kind
def conflict_on_session(lab: Laboratory, round_: Round) -> None:
    """Hold the session that the orders go into, as its closing does; for a moment, or longer than is waited for."""
    seconds = round_.random.choice((1.0, LONG_LOCK))
    round_.note = f"for {seconds:g} s"
    with lab.database.holding(CHANGE_SESSION, store=lab.store) as held:
        lab.synchronize(round_.way)
        time.sleep(seconds)
        held.commit()
    lab.wait_for_end()


@kind
def conflict_on_inbox(lab: Laboratory, round_: Round) -> None:
    """Lock orders that wait in the inbox, as a person's Retry does, and give them back changed."""
    lab.shop.faults.add("delay", seconds=0.5, page=round_.pages)
    lab.synchronize(round_.way)
    wait_until(lambda: not lab.shop.faults.active, "the last page was asked for")
    with lab.database.holding(
        "UPDATE external_order SET write_date = now() WHERE state = 'pending' AND sync_id = %(store)s AND id %% 3 = 0",
        store=lab.store,
    ) as held:
        pause(round_, 3.0)
        held.commit()
    lab.wait_for_end()


def _synchronize_into_conflict(lab: Laboratory, round_: Round, change: str) -> None:
    """Synchronize while rows are changed that it will change, too."""
    if round_.way == "scheduled":
        lab.make_due()  # not under the lock, for which the laboratory would wait itself
    with lab.database.holding(change, store=lab.store) as held:
        lab.synchronize(round_.way)
        _commit_when_waited_for(lab, round_, held)
    lab.wait_for_end()


def _commit_when_waited_for(lab: Laboratory, round_: Round, held: Held) -> None:
    """Commit a change when another transaction waits for its rows: that one's view of them is out of date then."""
    try:
        wait_until(lambda: held.is_waited_for, "somebody waited for the rows", STUMBLING)
    except Timeout:
        # What skips locked rows waits for nobody, which is as good.
        round_.note += " nobody waited"
    held.commit()
