"""Mirror an Odoo 14 while it changes, and compare both databases row by row; one JSON object.

    python -m dev.remote14.comparison --database NAME --config FILE [--changes 1000] [--seed 14]

The database has the addon and no connections. The exit code is 1 unless there is no difference, neither between mirror
and remote nor between the stand-in for Odoo 14 and the real one.
"""

import argparse
import json
import sys
import threading
from contextlib import closing

from .. import ports, progress
from ..stand_ins.remote_odoo import equality
from ..stand_ins.remote_odoo.place import Place
from ..stand_ins.remote_odoo.worker_process import WorkerProcess, working
from . import server as remote14
from . import stand_in_check
from .columns import OLD_COLUMNS
from .stock import OldChanges, fill

SHOWN = 30


def main() -> None:
    options = parse()
    from odoo.tools import config

    config.parse_config(["--config", options.config, "--database", options.database], setup_logging=True)
    place, remote = Place.of_config(config), f"{options.database}_remote14"
    with remote14.database_server() as remote_place:
        remote14.ensure_template(remote_place)
        remote_place.copy_database(remote14.TEMPLATE, remote)
        try:
            with remote14.serving(remote_place, remote, ports.free()) as server:
                with progress.step("Stock and transfers in Odoo 14"):
                    fill(remote_place, server)
                wrong = stand_in_check.differences(server)
                with working(place, options.database) as worker:
                    figures, found = compare(options, place, remote_place, server, worker)
        finally:
            remote_place.drop_database(remote)
    for line in [*wrong, *found][:SHOWN]:
        progress.say(f"    {line}")
    print(json.dumps({**figures, "stand_in_differences": len(wrong), "differences": len(found)}), flush=True)
    sys.exit(1 if wrong or found else 0)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dev.remote14.comparison", description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", required=True, help="Odoo's configuration file")
    parser.add_argument("--changes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=14)
    return parser.parse_args()


def compare(
    options: argparse.Namespace, place: Place, remote_place: Place, server: remote14.OldServer, worker: WorkerProcess
) -> tuple[dict[str, object], list[str]]:
    """Mirror until all changes are made. Return the figures, and the differences, one line each."""
    values = {"url": server.url, "database": server.database, "login": remote14.LOGIN, "secret": remote14.PASSWORD}
    source = worker.do("add_source", name="Odoo 14", code="remote14", **values)["id"]

    def differ() -> list[str]:
        return equality.differences(
            place, options.database, server.database, source, remote_place=remote_place, all_columns=OLD_COLUMNS
        )

    sync(worker, source)
    found = [f"after the first synchronization: {line}" for line in differ()]
    changes = OldChanges(remote_place, server, seed=options.seed)
    with progress.step(f"{options.changes} changes while they are mirrored"):
        thread = threading.Thread(target=changes.make, args=(options.changes,), daemon=True)
        thread.start()
        syncs = 0
        while thread.is_alive():
            sync(worker, source)
            syncs += 1
    if changes.done.total() != options.changes:
        sys.exit(f"only {changes.done.total()} changes were made; the last ones refused: {changes.refused[-3:]}")
    sync(worker, source)
    found += differ()
    figures = {
        "bench": "remote14",
        "changes": changes.done.total(),
        "kinds_of_changes": dict(sorted(changes.done.items())),
        "refused": len(changes.refused),
        "synchronizations_meanwhile": syncs,
        "rows": _count(place, options.database, source),
    }
    return figures, found


def sync(worker: WorkerProcess, source: int) -> None:
    run = worker.do("sync", source_id=source)
    if run["status"] != "success":
        sys.exit(f"the synchronization failed: {run['message']}")


def _count(place: Place, database: str, source: int) -> dict[str, int]:
    """Return the number of mirrored rows of each kind."""
    with closing(place.connect(database)) as connection:
        cursor = connection.cursor()
        counts = {}
        for kind in OLD_COLUMNS:
            cursor.execute(f"SELECT count(*) FROM odoo_mirror_{kind} WHERE source_id = %s AND NOT gone", [source])
            counts[kind] = cursor.fetchone()[0]
    return counts


if __name__ == "__main__":
    main()
