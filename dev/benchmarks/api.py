"""The warehouse API against Odoo's own JSON-2, over real HTTP; one JSON object a line.

    python -m dev.benchmarks.api --database NAME [--config FILE] [--url http://localhost:8069] [--rounds 60]

The database needs the addon installed; it is filled up to 10,000 transfers and keeps them. Without ``--url``, a server
is started on ``--port`` and stopped afterwards. Both sides of a comparison are called alternately, and their medians
are compared. ``ratio`` is how many times faster the API is than the baseline.
"""

import argparse
import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from urllib.parse import urlsplit
from urllib.request import urlopen

from dev import ports

PICKINGS = 10_000
FIELDS = [
    "id", "name", "state", "location_id", "location_dest_id", "scheduled_date", "origin", "priority", "partner_id",
]  # fmt: skip
LINE_FIELDS = [
    "id", "picking_id", "product_id", "quantity", "picked", "location_id", "location_dest_id", "lot_id", "state",
]  # fmt: skip
ORDER = "scheduled_date desc, id"


class Client:
    """A client of one database with one API key; every answer must be a success.

    It uses ``http.client``, because a heavier client would take longer than the answers and blur the comparison.
    """

    def __init__(self, url, database, key):
        self.address = urlsplit(url).netloc
        self.headers = {"Authorization": f"Bearer {key}", "X-Odoo-Database": database}

    def request(self, method, path, status=200, body=None, **headers):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, {**self.headers, **headers})
            response = connection.getresponse()
            text = response.read()
        if response.status != status:
            raise SystemExit(f"{method} {path}: {response.status} {text[:300]!r}")
        return response, text

    def json2(self, model, method, **arguments):
        return self.request(
            "POST", f"/json/2/{model}/{method}", body=json.dumps(arguments), **{"Content-Type": "application/json"}
        )


def benchmarks(client, picking_id):
    """Yield (name, our call, the baseline's call)."""
    for limit in (100, 1000):
        yield (
            f"api_page_{limit}",
            lambda limit=limit: client.request("GET", f"/api/odoo/pickings?limit={limit}"),
            lambda limit=limit: client.json2(
                "stock.picking", "search_read", domain=[], fields=FIELDS, limit=limit, order=ORDER
            ),
        )
    # The baseline is the plain page: names may cost half as much again.
    yield (
        "api_page_100_names",
        lambda: client.request("GET", "/api/odoo/pickings?limit=100&expand=names"),
        lambda: client.request("GET", "/api/odoo/pickings?limit=100"),
    )
    yield (
        "api_picking",
        lambda: client.request("GET", f"/api/odoo/pickings/{picking_id}"),
        lambda: (
            client.json2("stock.picking", "read", ids=[picking_id], fields=FIELDS),
            client.json2(
                "stock.move.line", "search_read", domain=[["picking_id", "=", picking_id]], fields=LINE_FIELDS
            ),
        ),
    )
    page = "/api/odoo/pickings?limit=1000"
    etag = client.request("GET", page)[0].headers["ETag"]
    yield (
        "api_not_modified",
        lambda: client.request("GET", page, status=304, **{"If-None-Match": etag}),
        lambda: client.request("GET", page),
    )


def measure(ours, baseline, rounds):
    """Return the median seconds of both calls, made alternately."""
    times = ([], [])
    for number in range(rounds + 3):
        for which in (0, 1) if number % 2 else (1, 0):
            start = time.perf_counter()
            (ours, baseline)[which]()
            if number >= 3:  # the first ones fill caches
                times[which].append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def prepare_database(options, prepare, *arguments):
    """Load the registry in this process once, to create the data by ``prepare(env, *arguments)``."""
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config([*odoo_arguments(options), "--log-level=warn"], setup_logging=True)
    with Registry(options.database).cursor() as cr:
        return prepare(Environment(cr, SUPERUSER_ID, {}), *arguments)


def odoo_arguments(options):
    return [*(["--config", options.config] if options.config else []), "--database", options.database]


@contextlib.contextmanager
def server(options, schedulers=0):
    """Run an Odoo server within the block, by default without scheduler; yield its address."""
    url = f"http://127.0.0.1:{options.port}"
    command = [
        sys.executable, "-m", "odoo", *odoo_arguments(options), "--http-interface=127.0.0.1",
        f"--http-port={options.port}", f"--max-cron-threads={schedulers}", "--workers=0", "--log-level=warn",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ)
    try:
        deadline = time.monotonic() + 60
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The server did not start.")
            with contextlib.suppress(OSError), urlopen(f"{url}/web/health", timeout=5):
                break
            time.sleep(0.2)
        yield url
    finally:
        # Asked to end, Odoo closes the connection of a job that is running, which the job reports at length.
        (process.kill if schedulers else process.terminate)()
        process.wait(timeout=30)


def options_of(name, description, rounds):
    """Return the options of the command line; `rounds` is their default number."""
    parser = argparse.ArgumentParser(prog=f"python -m dev.benchmarks.{name}", description=description)
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", help="Odoo's configuration file")
    parser.add_argument("--url", help="a server that is already running")
    parser.add_argument("--port", type=int, default=ports.free())
    parser.add_argument("--rounds", type=int, default=rounds)
    return parser.parse_args()


def main():
    from .api_data import prepare

    options = options_of("api", __doc__.splitlines()[0], 60)
    data = prepare_database(options, prepare, PICKINGS)
    with contextlib.nullcontext(options.url) if options.url else server(options) as url:
        client = Client(url, options.database, data["key"])
        for name, ours, baseline in benchmarks(client, data["picking_id"]):
            own, base = measure(ours, baseline, options.rounds)
            print(
                json.dumps(
                    {
                        "bench": name,
                        "ms": round(own * 1000, 2),
                        "baseline_ms": round(base * 1000, 2),
                        "ratio": round(base / own, 2),
                    }
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
