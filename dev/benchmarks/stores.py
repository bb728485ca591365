"""One turn of the scheduled action for 50 stores whose feeds take 2 seconds each; one JSON object per line.

    python -m dev.benchmarks.stores --database NAME [--config FILE]

`turn_s` is the time of a turn that brings nothing new, `first_turn_s` of one that brings an order of each store,
`hanging_s` the time until all stores but one have ended their runs, while that one hangs for a minute. The baseline
downloads one feed after the other; it is measured with a few stores. `load` is the load of the machine, `cores` the
number of its cores.
"""

import json
import os
import sys
import threading
import time

from . import measuring, slow_feed, store

STORES, SECONDS, ORDERS = 50, 2.0, 1
SEQUENTIAL = 5  # stores of the baseline
LIMITS = {"turn_s": 6, "hanging_s": 10}


def main():
    options = measuring.arguments("stores", __doc__.splitlines()[0], rounds=3)
    with measuring.environment(options) as env, slow_feed.serving(ORDERS, SECONDS) as feeds:
        pos_config = store.make(env).pos_config_id
        env["external.order.sync"].search([]).active = False
        syncs = env["external.order.sync"].create(
            [
                {
                    "name": f"Store {number:02}",
                    "external_api_url": f"{feeds.url}/{number}",
                    "state": "started",
                    "pos_config_id": pos_config.id,
                }
                for number in range(1, STORES + 1)
            ]
        )
        store.take_stock(syncs[0])
        figures = {"first_turn_s": turn(env, syncs)}
        check(syncs, "success")
        turns = []
        for _round in range(options.rounds):
            turns.append(turn(env, syncs))
            check(syncs, "no_orders")
        start = time.perf_counter()
        for sync in syncs[:SEQUENTIAL]:
            sync.sync_orders()
        baseline = (time.perf_counter() - start) / SEQUENTIAL * STORES
        figures |= {"turn_s": sorted(turns)[len(turns) // 2], "baseline_s": baseline}
        figures |= {"ratio": baseline / figures["turn_s"]}
        feeds.hang(1)
        figures["hanging_s"] = turn_beside_a_hanging_one(env, syncs, options.database)
        rounded = {name: round(value, 2) for name, value in figures.items()}
        print(json.dumps({"bench": "stores", "stores": STORES, **rounded, **load()}), flush=True)
        if slow := [name for name, limit in LIMITS.items() if figures[name] > limit]:
            sys.exit(f"stores: {' and '.join(slow)} too long, at most {LIMITS} are expected")


def turn(env, syncs):
    """Run the scheduled action with all stores due; return its seconds."""
    syncs.next_sync_date = "2020-01-01"
    env.cr.commit()
    start = time.perf_counter()
    env["external.order.sync"]._cron_sync_orders()
    return time.perf_counter() - start


def turn_beside_a_hanging_one(env, syncs, database):
    """Run the scheduled action while the first store hangs; return the seconds until all others have ended."""
    from odoo.modules.registry import Registry

    before = env["external.order.sync.run"].search([], order="id desc", limit=1).id
    ended = []

    def watch():
        start = time.perf_counter()
        while not ended:
            with Registry(database).cursor() as cr:
                cr.execute(
                    "SELECT count(*) FROM external_order_sync_run WHERE id > %s AND status = 'no_orders'", [before]
                )
                if cr.fetchone()[0] == STORES - 1:
                    ended.append(time.perf_counter() - start)
            time.sleep(0.1)

    watcher = threading.Thread(target=watch, daemon=True)
    syncs[0].fetch_timeout = 20
    watcher.start()
    turn(env, syncs)
    watcher.join(5)
    if not ended:
        sys.exit("stores: the others have not ended")
    if syncs[0].last_sync_status != "error":
        sys.exit(f"stores: the hanging store ended with {syncs[0].last_sync_message}")
    return ended[0]


def load():
    return {"load": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}


def check(syncs, status):
    if wrong := syncs.filtered(lambda sync: sync.last_sync_status != status):
        sys.exit(f"stores: {wrong[0].name} ended with {wrong[0].last_sync_status}: {wrong[0].last_sync_message}")


if __name__ == "__main__":
    main()
