"""``python3 -m dev COMMAND [ARGUMENT ...]``; without a command, the list of them."""

import importlib
import pkgutil
import signal
import sys
from types import FrameType

from . import commands
from .failure import Failure

INTERRUPTED = 130


def main() -> int:
    """Run the command that the arguments name; return its exit code."""
    # `make test-odoo` is in test_odoo.py.
    modules = {module.name.replace("_", "-"): module.name for module in pkgutil.iter_modules(commands.__path__)}
    command, *arguments = sys.argv[1:] or ["help"]
    if command not in modules:
        print("Usage: python3 -m dev COMMAND (or: make COMMAND)\n")
        for name in sorted(modules):
            summary = importlib.import_module(f"{commands.__name__}.{modules[name]}").__doc__ or ""
            print(f"  {name:<12} {summary.splitlines()[0]}")
        return 0 if command == "help" else 2
    # Being asked to end is treated as Ctrl-C is, so that everything started is stopped on the way out.
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
    # Once is enough: a second Ctrl-C must not cut the tidying short.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
