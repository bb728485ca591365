"""Faults in which others work on the same rows at the same time."""

import time

from .kinds import Round, kind, pause
from .laboratory import Laboratory
from .waiting import Timeout, wait_until

PRESSES = 3
# Longer than all attempts of one batch take together.
LONG_LOCK = 12.0

CHANGE_CONFIGURATION = "UPDATE external_order_sync SET write_date = now() WHERE id = %(store)s"
CHANGE_SESSION = "UPDATE pos_session SET write_date = now() WHERE external_order_sync_id = %(store)s"
# A real stock change, as from another register: if it were lost, the final stock would show it.
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
    """Synchronize on two servers at once, press Sync Now meanwhile, and shuffle the entries of every download.

    No session is open, so the servers also have to agree on a new one.
    """
    synchronize_on_two_servers(lab, round_, between_presses=1.5)


def synchronize_on_two_servers(lab: Laboratory, round_: Round, between_presses: float) -> None:
    """Synchronize on two servers at once with shuffled entries, without an open session, and press Sync Now meanwhile.

    :param between_presses: the usual pause in seconds
    """
    lab.second.start()
    lab.close_session()
    lab.shop.faults.add("reorder", times=None, probability=0.5)
    lab.synchronize("scheduled")
    lab.press_sync_now(lab.second)
    for _ in range(PRESSES):
        pause(round_, between_presses)
        lab.press_sync_now(round_.random.choice((lab.main, lab.second)))
    lab.wait_for_end()


@kind
def conflict_on_configuration(lab: Laboratory, round_: Round) -> None:
    """Change the configuration at the moment when a run starts, has received everything, or writes its status."""
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
    """Change the stock of everything that is sold, like other registers, while the orders change it too.

    The change is committed between the start of the orders' transaction and their own change, or stays open until they
    are imported. The orders must write separate quants or start again; the database shows whether they did.
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
    """Commit the change while the orders wait for the lock. Return whether they then had to start again."""
    with lab.database.writing_stopped("stock_move") as held:
        lab.synchronize(round_.way)
        wait_until(lambda: held.is_waited_for, "the transfers were being written")
        transaction = held.waiting_transaction
        lab.database.rows(CHANGE_STOCK, quantity=1, newest=newest)
    lab.wait_for_end()
    return lab.database.is_rolled_back(transaction)


def _keep_stock_locked(lab: Laboratory, round_: Round, newest: int) -> bool:
    """Commit the change only after the orders are imported; they must not wait for it."""
    with lab.database.holding(CHANGE_STOCK, quantity=1, newest=newest) as held:
        lab.synchronize(round_.way)
        lab.wait_for_end()
        held.commit()
    return False


@kind
def conflict_on_session(lab: Laboratory, round_: Round) -> None:
    """Lock the orders' session, like its closing does: for a moment, or longer than the import waits."""
    seconds = round_.random.choice((1.0, LONG_LOCK))
    round_.note = f"for {seconds:g} s"
    with lab.database.holding(CHANGE_SESSION, store=lab.store) as held:
        lab.synchronize(round_.way)
        time.sleep(seconds)
        held.commit()
    lab.wait_for_end()


@kind
def conflict_on_inbox(lab: Laboratory, round_: Round) -> None:
    """Lock orders that wait in the inbox, like a user's Retry does, and release them changed."""
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
    """Synchronize while another transaction changes a row that the synchronization will change too."""
    if round_.way == "scheduled":
        lab.make_due()  # before locking, because otherwise the laboratory itself would wait for the lock
    with lab.database.holding(change, store=lab.store) as held:
        lab.synchronize(round_.way)
        wait_until(lambda: held.is_waited_for, "somebody waited for the rows")
        # The waiting transaction now has an outdated view of these rows.
        held.commit()
    lab.wait_for_end()
