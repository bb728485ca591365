"""Import orders while things break and compare all books; ROUNDS=n, default: every fault once."""

import os
import sys
from pathlib import Path

from dev import locks, paths
from dev.failure import Failure
from dev.server import environment


def run(arguments: list[str]) -> int:
    """Print one JSON object in the end; return 0 only if no order was lost, doubled or differs in anything.

    ``ROUNDS``, ``SEED``, ``ORDERS`` (a round), ``FIRST`` (number of the first round) and ``KINDS`` (names, separated
    by commas) may be given as arguments or in the environment, as `make` passes them.
    """
    _odoo, python = environment.ensure_tools()
    if Path(sys.prefix).resolve() != paths.VENV.resolve():
        # The laboratory talks to PostgreSQL all the time, for which it needs a driver.
        os.chdir(paths.CHECKOUT)
        os.execv(python, [str(python), "-m", "dev", "faults", *arguments])
    from dev.faults import command

    with locks.exclusive_if_free("faults") as ours:
        if not ours:
            raise Failure("Another fault laboratory of this checkout is at work.", "Wait for its end.")
        return command.run({**os.environ, **dict(argument.split("=", 1) for argument in arguments if "=" in argument)})
