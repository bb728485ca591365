"""Poll a feed without new orders, compared with asking Odoo for each order; one JSON object per line.

    python -m dev.benchmarks.repoll --database NAME [--config FILE] [--quick]

10,000 known orders are received again, on one page, as the plain array of `docs/order_format.md`. Ours is the whole
synchronization, including the download; `download_s` is the time to fetch the page and drop it, `work_s` the rest. The
baseline is `pos.order.sync_from_ui`, which recognizes each order by its uuid.
"""

import statistics
import sys
import time
import urllib.request

from . import measuring, plain_feed, store

ORDERS, BASELINE = 10_000, 40
STATEMENTS = 21  # in all; the last asks whether a session is to be closed


def main():
    options = measuring.arguments("repoll", __doc__.splitlines()[0], rounds=3)
    with measuring.environment(options) as env, plain_feed.serving(ORDERS, ORDERS) as url:
        sync = store.make(env)
        orders = store.Orders(sync)
        known = store.values_from_register(sync, orders.take(BASELINE))
        store.send_from_register(env, known)
        feed = receive_all(env, sync, url)
        ours, baseline, downloads, works = measuring.Way(), measuring.Way(), [], []
        for _round in range(1 if options.quick else options.rounds):
            start = time.perf_counter()
            download(url)
            downloads.append(time.perf_counter() - start)
            env.invalidate_all()
            ours.run(ORDERS, feed.sync_orders)
            check_known(feed.run_ids.sorted("id")[-1])
            works.append(ORDERS / ours.rates[-1] - downloads[-1])
            if not options.quick:
                baseline.run(BASELINE, lambda: store.send_from_register(env, known))
        if options.quick:
            measuring.check_statements("repoll", ours.statements, STATEMENTS / ORDERS)
            return
        measuring.report(
            "repoll",
            ours,
            baseline,
            statements=round(ours.statements * ORDERS),
            download_s=round(statistics.median(downloads), 2),
            work_s=round(statistics.median(works), 2),
        )


def receive_all(env, sync, url):
    """Return a synchronization that has received all orders of the feed, with none left to import."""
    feed = env["external.order.sync"].create(
        {
            "name": "Benchmark Feed",
            "external_api_url": url,
            "state": "started",
            "pos_config_id": sync.pos_config_id.id,
            "accepted_statuses": "none",
        }
    )
    feed.sync_orders()
    waiting = env["external.order"].search([("sync_id", "=", feed.id)])
    waiting.write({"state": "ignored", "error_code": False, "error_message": False})
    env.cr.commit()
    return feed


def check_known(run):
    if (run.status, run.known_count) != ("no_orders", ORDERS):
        sys.exit(f"the feed was not known: {run.message}")


def download(url):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as response:
        response.read()


if __name__ == "__main__":
    main()
