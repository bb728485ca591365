"""``python3 -m dev COMMAND [ARGUMENT ...]`` runs a command; without one, lists the commands."""

import importlib
import pkgutil
import signal
import sys
from types import FrameType

from . import commands
from .failure import Failure

INTERRUPTED = 130


def main() -> int:
    """Run the command named in the arguments. Return its exit code."""
    # `make test-odoo` is in test_odoo.py.
    modules = {module.name.replace("_", "-"): module.name for module in pkgutil.iter_modules(commands.__path__)}
    command, *arguments = sys.argv[1:] or ["help"]
    if command not in modules:
        print("Usage: python3 -m dev COMMAND (or: make COMMAND)\n")
        for name in sorted(modules):
            summary = importlib.import_module(f"{commands.__name__}.{modules[name]}").__doc__ or ""
            print(f"  {name:<14} {summary.splitlines()[0]}")
        return 0 if command == "help" else 2
    # SIGTERM is treated like Ctrl-C, so that everything we started is stopped on the way out.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    try:
        return importlib.import_module(f"{commands.__name__}.{modules[command]}").run(arguments)
    except Failure as failure:
        print(f"\nmake {command} failed: {failure.message}", file=sys.stderr)
        if failure.hint:
            print(f"\nWhat to do: {failure.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return INTERRUPTED


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C must not interrupt the cleanup.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
