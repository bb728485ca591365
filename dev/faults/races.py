"""Others who work on the same rows at the same time."""

import time

from .kinds import Round, kind, pause
from .laboratory import Laboratory
from .waiting import Timeout, wait_until

PRESSES = 3
# Longer than all attempts of one batch take together.
LONG_LOCK = 12.0

CHANGE_CONFIGURATION = "UPDATE external_order_sync SET write_date = now() WHERE id = %(store)s"
CHANGE_SESSION = "UPDATE pos_session SET write_date = now() WHERE external_order_sync_id = %(store)s"
# What another register does to the stock, for real: were its change lost, the shelves would show it in the end.
CHANGE_STOCK = """
    UPDATE stock_quant SET quantity = quantity + %(quantity)s
    WHERE id <= %(newest)s AND location_id IN (SELECT id FROM stock_location WHERE usage = 'internal')
"""
NEWEST_QUANT = "SELECT max(id) FROM stock_quant"
NEW_QUANTS = """
    SELECT count(*) FROM stock_quant
    WHERE id > %(newest)s AND location_id IN (SELECT id FROM stock_location WHERE usage = 'internal')
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
    """Change the stock of everything that is sold, as other registers do, while the orders take theirs.

    The change is committed between the beginning of the orders' transaction and their own change, or stays open until
    they are imported: they have to put their change beside it, or to begin again. That they did is asked of the
    database.
    """
    newest = lab.database.value(NEWEST_QUANT)
    round_.note = round_.random.choice(("committed", "open"))
    change = _take_stock_first if round_.note == "committed" else _keep_stock_locked
    has_begun_again = change(lab, round_, newest)
    beside = lab.database.value(NEW_QUANTS, newest=newest)
    round_.note += ", began again" if has_begun_again else f", {beside} quants put beside"
    lab.database.rows(CHANGE_STOCK, quantity=-1, newest=newest)
    if not (has_begun_again or beside):
        raise Timeout("no order met the change of its stock")


def _take_stock_first(lab: Laboratory, round_: Round, newest: int) -> bool:
    """Commit the change while the orders wait for leave to take theirs; return whether they then had to begin again."""
    with lab.database.writing_stopped("stock_move") as held:
        lab.synchronize(round_.way)
        wait_until(lambda: held.is_waited_for, "the transfers were being written")
        transaction = held.waiting_transaction
        lab.database.rows(CHANGE_STOCK, quantity=1, newest=newest)
    lab.wait_for_end()
    return lab.database.is_rolled_back(transaction)


def _keep_stock_locked(lab: Laboratory, round_: Round, newest: int) -> bool:
    """Commit the change only when the orders are imported, for which they must not wait."""
    with lab.database.holding(CHANGE_STOCK, quantity=1, newest=newest) as held:
        lab.synchronize(round_.way)
        lab.wait_for_end()
        held.commit()
    return False


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
    """Synchronize while a row is changed that it will change, too."""
    if round_.way == "scheduled":
        lab.make_due()  # not under the lock, for which the laboratory would wait itself
    with lab.database.holding(change, store=lab.store) as held:
        lab.synchronize(round_.way)
        wait_until(lambda: held.is_waited_for, "somebody waited for the rows")
        # Whoever waited has a view of these rows that is out of date now.
        held.commit()
    lab.wait_for_end()
