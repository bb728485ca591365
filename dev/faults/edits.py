"""Orders that the shop changes between two polls."""

from .kills import WRITTEN_BY_IMPORT, kill_before_import, kill_before_writing, kill_in_first_batch
from .kinds import INTERRUPTED, Round, kind, pause
from .laboratory import Laboratory

EDITED = 7
CHANGED = r".* arrived again with different content"
PRESSES = 3
# Seconds that *Book the Difference* takes for a few orders, approximately.
USUAL_PRESS = 1.0


@kind
def edited_before_import(lab: Laboratory, round_: Round) -> None:
    """Change orders that were received but not imported yet: the new content must be imported."""
    kill_before_import(lab, round_)
    for number in round_.random.sample(round_.numbers, EDITED):
        lab.shop.edit_order(number)


@kind
def edited_after_import(lab: Laboratory, round_: Round) -> None:
    """Change orders that were imported: the sale stays as booked, and the inbox shows the change until it was seen."""
    for number in _edit_imported(lab, round_):
        round_.versions[number] = 0
    _receive_changes(lab, round_)


@kind
def kill_while_booking_differences(lab: Laboratory, round_: Round) -> None:
    """Change imported orders, press Book the Difference, and kill the server meanwhile: one press more books it."""
    numbers = _edit_imported(lab, round_)
    _receive_changes(lab, round_)
    table = round_.note = round_.random.choice((*WRITTEN_BY_IMPORT, "external_order"))
    kill_before_writing(lab, round_, table, lambda: lab.press_book_the_difference(lab.main, numbers))
    lab.recover()
    _book(lab, numbers)


@kind
def differences_on_two_servers(lab: Laboratory, round_: Round) -> None:
    """Press Book the Difference for the same orders on two servers at once, while a synchronization runs."""
    numbers = _edit_imported(lab, round_)
    _receive_changes(lab, round_)
    lab.second.start()
    for server in (lab.main, lab.second):
        lab.press_book_the_difference(server, numbers)
    lab.synchronize("scheduled")
    for _ in range(PRESSES):
        pause(round_, USUAL_PRESS)
        lab.press_book_the_difference(round_.random.choice((lab.main, lab.second)), numbers)
    lab.wait_for_end()
    _book(lab, numbers)


@kind
def kill_while_changes_are_booked(lab: Laboratory, round_: Round) -> None:
    """Change imported orders where changes are booked by themselves, and kill the server meanwhile."""
    round_.allowed_error = INTERRUPTED
    lab.book_changes(True)
    round_.books_changes = True
    _edit_imported(lab, round_)
    table = round_.note = round_.random.choice(WRITTEN_BY_IMPORT)
    kill_in_first_batch(lab, round_, table)


def _edit_imported(lab: Laboratory, round_: Round) -> list[int]:
    lab.synchronize(round_.way)
    lab.wait_for_end()
    numbers = round_.random.sample(round_.numbers, EDITED)
    for number in numbers:
        lab.shop.edit_order(number)
    return numbers


def _receive_changes(lab: Laboratory, round_: Round) -> None:
    round_.allowed_error = CHANGED
    lab.synchronize(round_.way)
    lab.wait_for_end()


def _book(lab: Laboratory, numbers: list[int]) -> None:
    """Press Book the Difference until no order is flagged any more."""
    for _attempt in range(PRESSES):
        if not lab.changed(numbers):
            return
        lab.press_book_the_difference(lab.main, numbers)
        lab.wait_for_answers()
