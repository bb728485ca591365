"""Measure the memory that a synchronization of a large feed takes; prints one JSON object.

    python -m dev.benchmarks.large_feed --database NAME [--config FILE]

50,000 new orders are downloaded, checked and put into the inbox. `grown_mb` is the growth of this process's peak memory
meanwhile; `again_mb` is the same for a second run, when all orders are known. The orders come first in pages of 1,000,
then in one array, as from an external system without pages. Their status is not accepted, so only reading and storing
them is measured; importing works in batches of a fixed size.
"""

import json
import sys
import time

from . import measuring, plain_feed, store

ORDERS = 50_000
PER_PAGE = (1_000, ORDERS)
GROWTH = 100  # MB


def main():
    options = measuring.arguments("large_feed", __doc__.splitlines()[0], rounds=1)
    with measuring.environment(options) as env:
        config = store.make(env).pos_config_id
        with plain_feed.serving(1_000, 1_000) as url:
            make(env, config, url).sync_orders()  # load everything that a process loads only once
        for per_page in PER_PAGE:
            figures = {"bench": "large_feed", "orders": ORDERS, "per_page": per_page}
            with plain_feed.serving(ORDERS, per_page) as url:
                sync = make(env, config, url)
                for name, fresh in (("grown_mb", True), ("again_mb", False)):
                    figures[name], seconds = measure(env, sync)
                    check(sync.run_ids.sorted("id")[-1], fresh)
                    figures["orders_per_s" if fresh else "again_orders_per_s"] = round(ORDERS / seconds, 1)
            print(json.dumps(figures), flush=True)
            if max(figures["grown_mb"], figures["again_mb"]) > GROWTH:
                sys.exit(f"large_feed: the memory grew by more than {GROWTH} MB")


def make(env, config, url):
    """Return a synchronization that accepts every order and imports none."""
    sync = env["external.order.sync"].create(
        {
            "name": "Large Feed",
            "external_api_url": url,
            "state": "started",
            "pos_config_id": config.id,
            "accepted_statuses": "none",
        }
    )
    env.cr.commit()
    return sync


def measure(env, sync):
    """Synchronize. Return the growth of the peak memory in megabytes, and the time in seconds."""
    env.invalidate_all()
    measuring.forget_peak()
    before, start = measuring.peak_mb(), time.perf_counter()
    sync.sync_orders()
    return round(measuring.peak_mb() - before, 1), time.perf_counter() - start


def check(run, fresh):
    if run.fetch_error or run.fetched_count != ORDERS or run.known_count != (0 if fresh else ORDERS):
        sys.exit(f"the feed was not read to its end: {run.message}")


if __name__ == "__main__":
    main()
