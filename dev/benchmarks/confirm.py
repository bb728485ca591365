"""Two handhelds confirm the lines of one transfer at the same time, over real HTTP; one JSON object a line.

    python -m dev.benchmarks.confirm --database NAME [--config FILE] [--url http://localhost:8069] [--rounds 6]

Each round is a transfer with 60 reserved lines. Each client confirms every second line, each with its own key and
the product's barcode, one after the other and without pause. The time of a request is what the client waits for.
"""

import contextlib
import json
import statistics
import threading
import time
import uuid

from .api import Client, options_of, prepare_database, server
from .measuring import percentile

LINES = 60
CLIENTS = 2


def confirm(client, picking_id, line_ids, times):
    """Confirm some lines, and append the seconds that each took to `times`."""
    for line_id in line_ids:
        body = json.dumps({"qty_done": 3})
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        start = time.perf_counter()
        client.request("POST", f"/api/odoo/pickings/{picking_id}/lines/{line_id}/confirm", body=body, **headers)
        times.append(time.perf_counter() - start)


def measure(client, pickings):
    """Return the seconds of all requests but those of the first transfer, which fills caches."""
    times = []
    for number, (picking_id, line_ids) in enumerate(pickings.items()):
        if number == 1:
            times.clear()
        threads = [
            threading.Thread(target=confirm, args=(client, picking_id, line_ids[part::CLIENTS], times))
            for part in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return times


def main():
    from .api_data import prepare_reserved

    options = options_of("confirm", __doc__.splitlines()[0], 6)
    data = prepare_database(options, prepare_reserved, options.rounds + 1, LINES)
    with contextlib.nullcontext(options.url) if options.url else server(options) as url:
        times = measure(Client(url, options.database, data["key"]), data["pickings"])
    if len(times) != options.rounds * LINES:
        raise SystemExit("Some confirmations failed.")
    milliseconds = {
        "ms": round(statistics.median(times) * 1000, 2),
        "p95_ms": round(percentile(times, 0.95) * 1000, 2),
    }
    print(json.dumps({"bench": "confirm", "clients": CLIENTS, "requests": len(times), **milliseconds}), flush=True)


if __name__ == "__main__":
    main()
