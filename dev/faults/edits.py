"""Orders that the shop changes between two polls."""

from .kills import kill_in_first_batch
from .kinds import INTERRUPTED, Round, kind
from .laboratory import Laboratory

EDITED = 7


@kind
def edited_before_import(lab: Laboratory, round_: Round) -> None:
    """Change orders that were received but not imported yet: the new content must be imported."""
    round_.allowed_error = INTERRUPTED
    # The scheduler would first finish the interrupted run, which has received everything and does not ask again.
    round_.way = "button"
    kill_in_first_batch(lab, round_, "pos_order")
    for number in round_.random.sample(round_.numbers, EDITED):
        lab.shop.edit_order(number)


@kind
def edited_after_import(lab: Laboratory, round_: Round) -> None:
    """Change orders that were imported: the sale stays as booked, and the inbox shows the change."""
    lab.synchronize(round_.way)
    lab.wait_for_end()
    for number in round_.random.sample(round_.numbers, EDITED):
        lab.shop.edit_order(number)
        round_.versions[number] = 0
