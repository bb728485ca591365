"""Mirror a real second Odoo with very many quants; one JSON object.

    python -m dev.benchmarks.large_mirror --database NAME [--config FILE] [--quants 100000]

The database must have no connections: its copy NAME_remote becomes the remote, served by a separate process; it is
dropped at the end. Beside the quants it gets a tenth as many transfers with three lines each.

`first_s`, `rows` and `first_mb`: the first synchronization, and by how much the memory of this process grows. Then the
time and the requests of a synchronization after no change, a changed quant, and a quant that Odoo has merged with
another one, which leaves no trace in its `write_date`: the medians, and the shortest ones, which other programs disturb
least. The exit code is 1 if the memory grows by 40 MB or more, or if one changed quant takes 2 s or more than 12
requests.
"""

import argparse
import json
import sys
import time

from dev import ports

from . import measuring
from .mirror import make_source, synchronize

LINES_SHARE = 10  # a transfer for this many quants
LOCATIONS = 1000  # each product has a quant in each of them
MOST_MB, MOST_SECONDS, MOST_REQUESTS = 40, 2.0, 12
SETTLED = 6  # seconds, after which a row that was just written is not read again, see `SETTLED_AFTER`
ROUNDS = 5


def main():
    options = parse()
    from odoo.tools import config

    config_file = ["--config", options.config] if options.config else []
    config.parse_config([*config_file, "--database", options.database, "--log-level=warn"], setup_logging=True)
    from dev.stand_ins.remote_odoo.place import Place
    from dev.stand_ins.remote_odoo.server import serving
    from dev.stand_ins.remote_odoo.worker_process import working

    place, remote = Place.of_config(config), f"{options.database}_remote"
    place.copy_database(options.database, remote)
    try:
        with working(place, remote) as worker:
            sizes = {"quants": options.quants, "pickings": options.quants // LINES_SHARE, "locations": LOCATIONS}
            key = worker.do("fill", **sizes)["key"]
        with serving(place, remote, ports.free(), key) as server, measuring.environment(options) as env:
            values = {"url": server.url, "database": remote, "login": "admin", "secret": key}
            figures = {"bench": "large_mirror", "quants": options.quants, **measure(env, values, server, place)}
    finally:
        place.drop_database(remote)
    print(json.dumps(figures), flush=True)
    is_good = (
        figures["first_mb"] < MOST_MB
        and figures["changed_best_s"] < MOST_SECONDS
        and figures["changed_requests"] <= MOST_REQUESTS
    )
    sys.exit(0 if is_good else 1)


def parse():
    parser = argparse.ArgumentParser(prog="python -m dev.benchmarks.large_mirror")
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", help="Odoo's configuration file")
    parser.add_argument("--quants", type=int, default=100_000)
    return parser.parse_args()


def measure(env, values, server, place):
    """Return the figures."""
    source = make_source(env, values)
    env.invalidate_all()
    measuring.forget_peak()
    before, start = measuring.peak_mb(), time.perf_counter()
    rows = synchronize(source)
    figures = {
        "first_s": round(time.perf_counter() - start, 1),
        "rows": rows,
        "first_mb": round(measuring.peak_mb() - before, 1),
    }
    print(json.dumps(figures), file=sys.stderr, flush=True)
    env.cr.execute("ANALYZE")
    env.cr.commit()
    ids = server.call(
        "stock.quant", "search", domain=[["location_id.name", "like", "Shelf"], ["reserved_quantity", "=", 0]], limit=9
    )
    changes = {
        "idle": lambda number: None,
        "changed": lambda number: change(server, ids[number]),
        "merged": lambda number: merge(server, place, ids[-1 - number], source),
    }
    for name, change_one in changes.items():
        seconds, requests = [], []
        for number in range(ROUNDS):
            change_one(number)
            time.sleep(SETTLED)
            env.invalidate_all()
            start = time.perf_counter()
            written = synchronize(source)
            seconds.append(time.perf_counter() - start)
            requests.append(source.run_ids[:1].request_count)
            print(name, round(seconds[-1], 2), requests[-1], written, file=sys.stderr, flush=True)
        figures |= {
            f"{name}_s": round(sorted(seconds)[ROUNDS // 2], 2),
            f"{name}_best_s": round(min(seconds), 2),
            f"{name}_requests": max(requests),
        }
    return figures


def change(server, quant):
    server.call("stock.quant", "write", ids=[quant], vals={"inventory_quantity": 40})
    server.call("stock.quant", "action_apply_inventory", ids=[quant])


def merge(server, place, quant, source):
    """Add a quant beside another one, as two workers do, mirror it, and let Odoo merge them."""
    connection = place.connect(server.database)
    try:
        connection.cursor().execute(
            """
            INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date,
                write_date, create_date)
            SELECT product_id, location_id, company_id, 2.5, 0, in_date, now() AT TIME ZONE 'UTC', create_date
            FROM stock_quant WHERE id = %s
            """,
            [quant],
        )
    finally:
        connection.close()
    synchronize(source)
    server.call("stock.quant", "action_view_quants")


if __name__ == "__main__":
    main()
