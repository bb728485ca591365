"""What an Odoo log must not contain after a run in which nothing should have gone wrong."""

import re
from pathlib import Path

from .. import paths

# Odoo's log line: time, process, level, database, logger, message.
RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) \S+ (?P<logger>\S+?): ")
OURS = (paths.ADDON_NAME, "External Order Sync")


def problems(log: Path) -> list[str]:
    """Return the lines with a traceback, an error of anyone's, or a warning of ours."""
    found = []
    for line in log.read_text(errors="replace").splitlines():
        record = RECORD.match(line)
        level = record["level"] if record else ""
        if (
            line.startswith("Traceback")
            or level in ("ERROR", "CRITICAL")
            or (level == "WARNING" and any(name in line for name in OURS))
        ):
            found.append(line)
    return found
