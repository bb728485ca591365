"""Remove what the other commands have set up: databases, Odoo, Python packages, logs; PostgreSQL is stopped first."""

from contextlib import ExitStack

from dev import clean_up, locks
from dev.failure import Failure
from dev.progress import say, step

# What commands hold while they work on something that is removed here.
IN_USE_BY = {"setup": "setting up", "templates": "making databases", "demo-database": "running", "faults": "at work"}


def run(arguments: list[str]) -> int:
    """Remove it, unless another command of this checkout is at work. Nothing outside the state folder is touched, but
    the databases of this checkout on a PostgreSQL of one's own."""
    if not clean_up.is_there():
        say("There is nothing to remove.")
        return 0
    with ExitStack() as stack:
        for name, doing in IN_USE_BY.items():
            if not stack.enter_context(locks.exclusive_if_free(name)):
                raise Failure(f"Another command of this checkout is {doing}.", "End it, or wait for its end.")
        with step("Databases"):
            stack.enter_context(clean_up.databases_gone())
        with step(f"Files in {clean_up.FOLDER}"):
            clean_up.remove_files()
    say("All that was set up is removed, the demo database with it. The next command sets up anew.")
    return 0
