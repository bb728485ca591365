"""Check an Odoo log for errors after a run in which nothing should have gone wrong."""

import re
from collections.abc import Iterator
from pathlib import Path

from .. import paths

# Odoo's log line: time, process, level, database, logger, message.
RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) \S+ (?P<logger>\S+?): ")
# An exception that ends a thread is printed without a log record.
DEATH = re.compile(r"^Exception (in thread|ignored in)")
SHUTDOWN = re.compile(r"odoo\.service\.server: (Initiating shutdown|Stopping )")
OURS = (paths.ADDON_NAME, "External Order Sync")


def problems(log: Path) -> list[str]:
    """Return the lines with a traceback, an error from any module, or a warning from the addon.

    When Odoo shuts down, it closes the database connections of threads that are still running. From then on, only
    records from the addon count.
    """
    found = []
    shutting_down = False
    for record in _records(log.read_text(errors="replace").splitlines()):
        shutting_down = shutting_down or bool(SHUTDOWN.search(record[0]))
        if not shutting_down or _is_ours(record):
            found += [line for line in record if _is_problem(line)]
    return found


def _records(lines: list[str]) -> Iterator[list[str]]:
    """Yield each record with the lines that follow it, such as its traceback."""
    record: list[str] = []
    for line in lines:
        if record and (RECORD.match(line) or DEATH.match(line)):
            yield record
            record = []
        record.append(line)
    if record:
        yield record


def _is_problem(line: str) -> bool:
    record = RECORD.match(line)
    level = record["level"] if record else ""
    return (
        line.startswith("Traceback")
        or level in ("ERROR", "CRITICAL")
        or (level == "WARNING" and any(name in line for name in OURS))
    )


def _is_ours(record: list[str]) -> bool:
    # The addon's own folder, because the whole checkout may be in a folder with the addon's name.
    return any(name in record[0] for name in OURS) or any(f"{paths.ADDON}/" in line for line in record)
