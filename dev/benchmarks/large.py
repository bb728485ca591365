"""What a shop asks every minute, in a large database and in a small one, over HTTP; one JSON object per line.

    python -m dev.benchmarks.large --database LARGE --small SMALL [--config FILE] [--small-config FILE]
        [--rounds 9] [--only WORD]

Both databases are filled by ``dev.benchmarks.large_data``; `make bench BENCH=large` makes them. `what` is

- `api …`: a read of the API with the key of an inventory user, record rules on;
- `odoo …`: Odoo's own JSON-2 call that reads the same rows;
- `screen …`: what the web client asks to open a screen, with the fields of its view, as a manager;
- `search …`: the same for what a user types into the search of the inbox;
- `turn …`: what the scheduler does while there is nothing to do, and the clean-up, in this process.

`small_ms` and `large_ms` are medians, measured alternately; `ratio` is how many times longer the large database takes:
what costs as much as there is, and not as much as changed, has a ratio near that of the databases. `limit_ms` is what
the large one may take; the exit code is 1 if a figure is above it, or both above 3 times the small one and 20 ms. A
search has no such ratio, because more orders match in the large one.
"""

import argparse
import contextlib
import json
import statistics
import sys
import time
import urllib.parse

from dev import ports

from . import api, large_screens, large_turns

KEY_NAME = "Benchmark of a large database"
PASSWORD = "benchmark-large"
LIMITS = {"api": 200, "odoo": None, "screen": 1000, "search": 1000, "turn": None}
RATIO, NOISE_MS = 3, 20
FIELDS = [*api.FIELDS, "picking_type_id", "date_done"]


def main():
    options = parse()
    with contextlib.ExitStack() as stack:
        sides = [
            Side(stack, options.small, options.small_config),
            Side(stack, options.database, options.config),
        ]
        failed = False
        for name in [name for name in sides[0].calls if not options.only or options.only in name]:
            times = measure([side.calls[name] for side in sides], options.rounds)
            failed |= report(name, *times)
    failed |= large_turns.run(options, report)
    sys.exit(1 if failed else 0)


def parse():
    parser = argparse.ArgumentParser(prog="python -m dev.benchmarks.large", description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True, help="the large database")
    parser.add_argument("--config", help="Odoo's configuration file for it")
    parser.add_argument("--small", required=True, help="the small database")
    parser.add_argument("--small-config", help="Odoo's configuration file for it")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", help="measure only what contains this word")
    return parser.parse_args()


class Side:
    """One of the two databases: a server, and the calls to measure by their names."""

    def __init__(self, stack, database, config):
        options = argparse.Namespace(database=database, config=config, port=ports.free())
        made = stack.enter_context(prepared(options))
        url = stack.enter_context(api.server(options))
        clerk = api.Client(url, database, made["keys"]["clerk"])
        manager = api.Client(url, database, made["keys"]["manager"])
        self.calls = {
            **dict(api_calls(clerk, manager, made)),
            **large_screens.calls(url, database, PASSWORD, made),
        }


@contextlib.contextmanager
def prepared(options):
    """Create the users and their keys in another process, whose registry would otherwise stay in this one."""
    import os
    import subprocess

    command = [sys.executable, "-m", "dev.benchmarks.large_users", *api.odoo_arguments(options)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ)
    yield json.loads(answer.stdout.splitlines()[-1])


def api_calls(clerk, manager, made):
    """Yield (name, call) of the reads of the API, and of Odoo's own calls for the same rows."""

    def get(path, client=clerk, status=200, **headers):
        return client.request("GET", path, status=status, **headers)

    def search_read(domain, limit, offset=0):
        arguments = {"domain": domain, "fields": FIELDS, "limit": limit, "offset": offset, "order": api.ORDER}
        return lambda: clerk.json2("stock.picking", "search_read", **arguments)

    def of_etag(path, client=clerk):
        etag = get(path, client)[0].headers["ETag"]
        return lambda: get(path, client, 304, **{"If-None-Match": etag})

    pickings, hour, month, later = "/api/odoo/pickings", made["hour_ago"], made["month_ago"], "2098-01-01T00:00:00Z"
    mass = made["mass_write"]
    for limit in (100, 1000):
        path = f"{pickings}?limit={limit}"
        yield f"api pickings {limit}", lambda path=path: get(path)
        yield f"odoo pickings {limit}", search_read([], limit)
        yield f"api pickings {limit}, 304", of_etag(path)
        pages = made["deep_pages"][str(limit)]
        deep = walk(clerk, path, pages)
        yield f"api pickings {limit}, deep page", lambda deep=deep: get(deep)
        yield f"odoo pickings {limit}, deep page", search_read([], limit, limit * pages)
    yield "api pickings assigned", lambda: get(f"{pickings}?state=assigned")
    yield "odoo pickings assigned", search_read([["state", "=", "assigned"]], 100)
    yield "api pickings draft 1000", lambda: get(f"{pickings}?state=draft&limit=1000")
    for name, since, limit in (
        ("hour", hour, 100),
        ("30 days", month, 100),
        ("nothing new", later, 100),
        ("mass write", mass, 100),
    ):
        path = f"{pickings}?limit={limit}&updated_since={since}"
        yield f"api updated_since {name}", lambda path=path: get(path)
        domain = [["write_date", ">=", since.replace("T", " ").removesuffix("Z")]]
        yield f"odoo updated_since {name}", search_read(domain, limit)
        if name == "30 days":
            deep = walk(clerk, path, 2)
            yield "api updated_since 30 days, page 3", lambda deep=deep: get(deep)
    both = f"{pickings}?state=assigned&updated_since={month}"
    yield "api updated_since 30 days assigned", lambda: get(both)
    yield "api picking", lambda: get(f"{pickings}/{made['picking_id']}")
    yield "api status", lambda: get("/api/odoo/sync/status")
    yield "api status, sync group", lambda: get("/api/odoo/sync/status", manager)
    yield "api status, sync group, 304", of_etag_of_status(get, manager)
    for limit in (100, 1000):
        path = f"/api/delivery/shipments?limit={limit}"
        yield f"api shipments {limit}", lambda path=path: get(path)
        yield f"api shipments {limit}, 304", of_etag(path)
    yield "api shipment", lambda: get(f"/api/delivery/shipments/{made['shipment_id']}")
    deep_shipments = walk(clerk, "/api/delivery/shipments?limit=100", 1)
    yield "api shipments 100, page 2", lambda: get(deep_shipments)
    yield "api shipments in error", lambda: get("/api/delivery/shipments?state=error")
    for name, barcode in zip(("product", "transfer"), made["barcodes"], strict=True):
        path = f"/api/odoo/scan?barcode={urllib.parse.quote(barcode, safe='')}"
        yield f"api scan of a {name}", lambda path=path: get(path)
    yield "api history of runs", lambda: get("/api/delivery/sync/history", manager)
    yield "api order", lambda: get(f"/api/orders/{made['order_id']}?sync={made['sync_code']}", manager)
    yield "api proof of a day", lambda: get(f"/api/proof?date={made['red_day']}", manager)
    yield "api events", lambda: get("/api/events?limit=100", manager)
    yield "api events, last page", lambda: get(f"/api/events?after={made['last_event']}", manager)
    mirror = f"source={made['source']}"
    yield "api mirror pickings 100", lambda: get(f"{pickings}?{mirror}")
    yield "api mirror updated_since hour", lambda: get(f"{pickings}?{mirror}&updated_since={hour}")
    yield "api mirror pickings 100, 304", of_etag(f"{pickings}?{mirror}")
    yield "api mirror picking", lambda: get(f"{pickings}/{made['mirrored_id']}?{mirror}")
    yield "api mirror status", lambda: get(f"/api/odoo/sync/status?{mirror}")


def of_etag_of_status(get, client):
    """Return the call of an unchanged status."""
    etag = get("/api/odoo/sync/status", client)[0].headers["ETag"]
    return lambda: get("/api/odoo/sync/status", client, 304, **{"If-None-Match": etag})


def walk(client, path, pages):
    """Follow the links of this many pages, if there are as many, and return the address of the next one."""
    for _page in range(pages):
        link = client.request("GET", path)[0].headers["Link"]
        if not link:
            break
        path = "/" + link.split(">")[0].split("/", 3)[3]
    return path


def measure(calls, rounds):
    """Return the median milliseconds of calls, made alternately."""
    times = [[] for _call in calls]
    for number in range(rounds + 1):
        for which, call in enumerate(calls):
            start = time.perf_counter()
            call()
            if number:  # the first ones fill caches
                times[which].append((time.perf_counter() - start) * 1000)
    return [statistics.median(taken) for taken in times]


def report(what, small, large):
    """Print a figure. Return whether the large database takes too long."""
    kind = what.split()[0]
    limit = 50 if "status" in what else LIMITS[kind]
    figures = {"bench": "large", "what": what, "small_ms": round(small, 1), "large_ms": round(large, 1)}
    figures["ratio"] = round(large / small, 1)
    if limit:
        figures["limit_ms"] = limit
    print(json.dumps(figures), flush=True)
    grows = kind != "search" and large > RATIO * small and large > NOISE_MS
    return bool(limit) and (large > limit or grows)


if __name__ == "__main__":
    main()
