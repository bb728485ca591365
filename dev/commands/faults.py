"""Import orders while things break, then compare all books. ROUNDS=n sets the rounds; by default, each fault once."""

import os
import sys
from pathlib import Path

from dev import locks, paths
from dev.failure import Failure
from dev.server import environment


def run(arguments: list[str]) -> int:
    """Print one JSON object at the end. Return 0 only if no order is lost, duplicated or different.

    ``ROUNDS``, ``SEED``, ``ORDERS`` (per round), ``FIRST`` (number of the first round) and ``KINDS`` (names, separated
    by commas) may be given as arguments or in the environment, as `make` passes them.
    """
    _odoo, python = environment.ensure_tools()
    if Path(sys.prefix).resolve() != paths.VENV.resolve():
        # The laboratory needs a PostgreSQL driver.
        os.chdir(paths.CHECKOUT)
        os.execv(python, [str(python), "-m", "dev", "faults", *arguments])
    from dev.faults import command

    with locks.exclusive_if_free("faults") as ours:
        if not ours:
            raise Failure("make faults is already running in this checkout.", "Wait until it has finished.")
        return command.run({**os.environ, **dict(argument.split("=", 1) for argument in arguments if "=" in argument)})
