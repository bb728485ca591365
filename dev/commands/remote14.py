"""Set up a real Odoo 14 (Debian's package, unmodified) beside everything else. Needs root and a Debian machine."""

from dev import locks, progress
from dev.remote14 import machine


def run(arguments: list[str]) -> int:
    """Set up what is missing; `make test-remote14` uses it."""
    with locks.exclusive("remote14", "another command that sets up Odoo 14"):
        machine.ensure()
    progress.say(f"Odoo 14 is in {machine.ROOT}. Mirror it with: make test-remote14")
    return 0
