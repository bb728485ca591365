"""Mirror a real second Odoo, compared with writing row by row through the ORM; one JSON object per line.

    python -m dev.benchmarks.mirror --database NAME [--config FILE] [--only mirror_idle]

The database must have no connections: its copy NAME_remote becomes the remote, with 20,000 quants, 5,000 transfers and
15,000 move lines, served by a separate process. The copy is dropped at the end.

`mirror_full`: the first synchronization of everything, including the requests. The baseline reads rows of the same
kinds over the same connection, looks each one up, and passes it to one `create` (first time) or `write` (second time),
with a commit per page.

`mirror_idle`: a synchronization without changes: the number of requests, the size of the answers, and the work here
(CPU time of this process). The baseline reads all rows again, which would also detect every changed or deleted row,
and writes nothing.
"""

import json
import sys
import time
from itertools import count

from . import measuring

QUANTS, PICKINGS = 20_000, 5_000
BASELINE_ROWS = 600  # for each of the large kinds
LARGE_KINDS = ("quant", "picking", "move_line")
PAGE = 2000
MAX_REQUESTS, MAX_SECONDS = 7, 1.0
CODES = count(1)


def main():
    options = measuring.arguments("mirror", __doc__.splitlines()[0], rounds=3)
    from odoo.tools import config

    config_file = ["--config", options.config] if options.config else []
    config.parse_config([*config_file, "--database", options.database, "--log-level=warn"], setup_logging=True)
    from dev import ports
    from dev.stand_ins.remote_odoo.place import Place
    from dev.stand_ins.remote_odoo.server import serving
    from dev.stand_ins.remote_odoo.worker_process import working

    place, remote = Place.of_config(config), f"{options.database}_remote"
    place.copy_database(options.database, remote)
    try:
        with working(place, remote) as worker:
            key = worker.do("fill", quants=QUANTS, pickings=PICKINGS)["key"]
        with serving(place, remote, ports.free(), key) as server, measuring.environment(options) as env:
            values = {"url": server.url, "database": remote, "login": "admin", "secret": key}
            if options.only in (None, "mirror_full"):
                measure_full(env, values, options.rounds)
            if options.only in (None, "mirror_idle"):
                measure_idle(env, values, options.rounds)
    finally:
        place.drop_database(remote)


def measure_full(env, values, rounds):
    """Print how many rows per second are mirrored, by us and by the baseline."""
    ours, baseline = measuring.Way(), measuring.Way()
    rows = synchronize(make_source(env, values))  # warms the caches of the process
    for number in range(rounds):
        source = make_source(env, values)
        plain = PlainWay(make_source(env, values))
        for way in (ours, baseline) if number % 2 else (baseline, ours):
            if way is ours:
                way.run(rows, lambda source=source: synchronize(source))
            else:
                way.run(plain.rows * 2, plain.run)
        forget(source)
        forget(plain.source)
    print(
        json.dumps(
            {
                "bench": "mirror_full",
                "rows": rows,
                "rows_per_s": round(ours.rate, 1),
                "baseline_rows_per_s": round(baseline.rate, 1),
                "ratio": round(ours.rate / baseline.rate, 2),
                "sql_per_row": round(ours.statements, 3),
                "baseline_sql_per_row": round(baseline.statements, 2),
                "peak_mb": round(measuring.peak_mb(), 1),
            }
        ),
        flush=True,
    )


def measure_idle(env, values, rounds):
    """Print the cost of a synchronization without changes; exit if it exceeds the limit."""
    source = make_source(env, values)
    synchronize(source)
    ours, baseline, work, sizes = measuring.Way(), measuring.Way(), [], []
    for number in range(rounds * 2):
        for way in (ours, baseline) if number % 2 else (baseline, ours):
            if way is ours:
                env.invalidate_all()
                start = time.process_time()
                way.run(1, lambda: synchronize(source))
                work.append(time.process_time() - start)
            elif number < rounds:
                way.run(1, lambda: sizes.append(read_everything(source)))
    requests = source.run_ids[:1].request_count
    newest = read_newest(source)
    own, base = 1 / ours.rate, 1 / baseline.rate
    seconds = sorted(work)[len(work) // 2]
    print(
        json.dumps(
            {
                "bench": "mirror_idle",
                "ms": round(own * 1000, 1),
                "baseline_ms": round(base * 1000, 1),
                "ratio": round(base / own, 2),
                "requests": requests,
                "kb": round(newest / 1024, 1),
                "baseline_kb": round(sizes[0] / 1024, 1),
                "cpu_ms": round(seconds * 1000, 1),
            }
        ),
        flush=True,
    )
    if requests > MAX_REQUESTS or seconds > MAX_SECONDS:
        sys.exit(f"mirror_idle: {requests} requests and {seconds:.2f} s; at most {MAX_REQUESTS} and {MAX_SECONDS} s")


def make_source(env, values):
    code = f"bench-{next(CODES)}-{time.time_ns()}"
    source = env["odoo.sync.source"].create({"name": "Benchmark", "code": code, **values})
    env.cr.commit()
    return source


def forget(source):
    """Delete a source, so that each round starts with the same tables."""
    env = source.env
    source.unlink()
    env.cr.commit()


def synchronize(source):
    """Synchronize and return how many rows were written."""
    run = source._sync()
    if run.status != "success":
        sys.exit(f"the synchronization failed: {run.message}")
    others = ("gone_count", "request_count")
    return sum(run[name] for name in run._fields if name.endswith("_count") and name not in others)


def connect(source):
    from odoo.addons.external_order_sync.lib.remote_odoo.client import OdooClient

    return OdooClient(source._get_connection(), source._get_handshake())


def pages(client, kind, limit=None):
    """Yield the rows of a kind in pages, as the mirror's client returns them."""
    after = 0
    while rows := client.page(kind, after, limit or PAGE):
        yield rows
        after = rows[-1]["remote_id"]
        if limit:
            return


def read_everything(source):
    """Read all rows of all kinds and return how many bytes that took."""
    from odoo.addons.external_order_sync.lib.remote_odoo.versions import KINDS

    with connect(source) as client:
        for kind in KINDS:
            for _page in pages(client, kind):
                pass
        return client.received


def read_newest(source):
    """Return the size in bytes of the answers when nothing has changed."""
    from odoo.addons.external_order_sync.lib.remote_odoo.versions import KINDS
    from odoo.addons.external_order_sync.models.mirror.odoo_mirror_sync import NEWEST_ROWS

    with connect(source) as client:
        for kind in KINDS:
            client.newest(kind, NEWEST_ROWS)
        return client.received


class PlainWay:
    """A lookup and one `create` or `write` per row. Links are looked up in memory, which favors this baseline."""

    def __init__(self, source):
        self.source = source
        self.sync = source.env["odoo.mirror.sync"]
        self.ids = {}
        with connect(source) as client:
            self.rows = sum(len(page) for kind in LARGE_KINDS for page in pages(client, kind, BASELINE_ROWS))

    def run(self):
        """Write the rows twice; the first time, all are new."""
        with connect(self.source) as client:
            for _time in range(2):
                for kind in LARGE_KINDS:
                    for page in pages(client, kind, BASELINE_ROWS):
                        self.write_page(kind, page)

    def write_page(self, kind, page):
        from odoo import fields

        mirror = self.sync._get_mirror(kind)
        known = self.ids.setdefault(mirror._name, {})
        links, now = mirror._get_links(), fields.Datetime.now()
        for row in page:
            values = {name: value if value is not None else False for name, value in row.items()}
            for link, column in links.items():
                values[link] = self.ids.get(mirror._fields[link].comodel_name, {}).get(row[column], False)
            values.update(source_id=self.source.id, received_date=now, synced_date=now, gone=False)
            values.update({name: float(values[name]) for name in values if mirror._fields[name].type == "float"})
            record = mirror.search([("source_id", "=", self.source.id), ("remote_id", "=", row["remote_id"])])
            if record:
                record.write(values)
            else:
                record = mirror.create(values)
            known[row["remote_id"]] = record.id
        self.source.env.cr.commit()


if __name__ == "__main__":
    main()
