"""A due session of 43,000 orders, which takes longer to close than the server's time limit; one JSON object.

    python -m dev.benchmarks.large_session --database NAME --config FILE [--orders 43000] [--seconds 70]

Two shops sell an order every few seconds. A real server (with workers, as in production) imports from both, and may
take only so many seconds for a scheduled action. It should be killed while it closes the session, and then leave that
to a user, who gets one activity, while all orders are imported. With a higher limit, the session is closed.

`kills`: how often the limit ended a worker; `activities`: what users got; `longest_wait_s`: the longest time from a
sale until its import while the session could not be closed; `closing_s`: how long closing took with the higher limit.
The exit code is 1 if an order was not imported, if there is another number of activities than one, or if the session
is still open at the end.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import psycopg2

from dev import child_process, ports
from dev.setup.odoo_source import find
from dev.stand_ins.shop import ShopServer

from . import measuring, store
from .cloning import clone
from .servers import find_odoo

NAMES = ("Large Session", "Other Session")
KEY = "a-key-of-the-shop"
# Seconds between two looks at the server, and between two sales of each shop.
PAUSE, SALES_PAUSE = 1, 5
# Seconds within which the session is left to a user, and for which importing is watched after that.
PATIENCE, AFTERWARDS = 900, 120
# Seconds after the last sale: a minute until the next download, and a minute for it and for those before it.
LAST_IMPORT = 120
RAISED_LIMIT = 1800
FIRST = 1_000_000  # what numbers of orders come from the shops

PROGRESS = """
    SELECT session.state, session.external_closing_starts,
           (SELECT count(*) FROM mail_activity WHERE res_model = 'pos.session' AND res_id = session.id)
      FROM pos_session AS session WHERE session.id = %s
"""
IMPORTED = "SELECT external_id::int, sync_id FROM external_order WHERE state = 'done' AND external_id::int >= %s"


def main():
    options = parse()
    with contextlib.ExitStack() as stack:
        shops = [stack.enter_context(ShopServer(orders=0, api_key=KEY)) for _name in NAMES]
        sync_ids, session_id = prepare(options, [shop.url for shop in shops])
        watch = Watch(options, dict(zip(sync_ids, shops, strict=True)), session_id)
        stack.callback(watch.close)
        with serving(options, options.seconds) as log:
            watch.until(lambda: watch.activities, PATIENCE)
            left_after, limited = watch.seconds, time.monotonic()
            watch.until(lambda: time.monotonic() - limited > AFTERWARDS, AFTERWARDS + PAUSE)
            kills = log.read_text(errors="replace").count("timeout after")
        figures = {
            "bench": "large_session",
            "orders": options.orders,
            "limit_s": options.seconds,
            "kills": kills,
            "left_to_user_after_s": round(left_after),
            "activities": watch.activities,
            "sold": watch.sold,
            "not_imported": watch.missing(wait=LAST_IMPORT),
            "longest_wait_s": round(watch.longest),
            "state": watch.state,
        }
        with serving(options, RAISED_LIMIT):
            watch.sell = True
            watch.until(lambda: watch.state == "closed", RAISED_LIMIT)
            figures |= {"closing_s": round(watch.seconds), "state_with_higher_limit": watch.state}
            figures["not_imported"] += watch.missing(wait=300)
    print(json.dumps(figures), flush=True)
    good = (figures["activities"], figures["not_imported"], figures["state_with_higher_limit"]) == (1, 0, "closed")
    sys.exit(0 if good and figures["state"] == "opened" else 1)


def parse():
    parser = argparse.ArgumentParser(prog="python -m dev.benchmarks.large_session")
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", required=True, help="Odoo's configuration file")
    parser.add_argument("--orders", type=int, default=43_000, help="orders of the session")
    parser.add_argument("--seconds", type=int, default=70, help="limit_time_real of the server")
    return parser.parse_args()


def prepare(options, urls):
    """Create a synchronization for each shop, and fill the session of the first one. Return their ids."""
    with measuring.environment(options) as env:
        env["external.order.sync"].search([]).active = False
        env["ir.cron"].search([("model_id.model", "!=", "external.order.sync")]).active = False
        store.make_products(env, env.ref("point_of_sale.pos_config_main"))
        syncs = env["external.order.sync"].create(
            [
                {
                    "name": name,
                    "external_api_url": url,
                    "external_api_key": KEY,
                    "state": "started",
                    "sync_interval": 1,
                    # As it was before there was a default: orders without end in one session.
                    "closing_order_count": 0,
                    "pos_config_id": env["pos.config"].create({"name": name}).id,
                }
                for name, url in zip(NAMES, urls, strict=True)
            ]
        )
        env.cr.commit()
        for sync in syncs:
            store.receive(sync, [store.order(1)])
            store.import_pending(sync)
        session = syncs[0].order_ids.session_id
        fill(env, syncs[0].order_ids.pos_order_id, options.orders - 1)
        session.start_at -= timedelta(days=2)
        syncs[0].close_daily = True
        env.cr.commit()
        env.cr._cnx.autocommit = True
        env.cr.execute("VACUUM ANALYZE")
        return syncs.ids, session.id


def fill(env, order, count):
    """Copy an imported order this many times in its session, with lines, payment and transfer."""
    env.flush_all()
    env.cr.execute("SELECT max(id) + 1 FROM pos_order")
    [first] = env.cr.fetchone()
    numbers = f"generate_series(0, {count - 1}) AS n"
    clone(
        env,
        "pos_order",
        f"{numbers}, pos_order AS seed_row WHERE seed_row.id = {order.id}",
        id=f"{first} + n",
        name="'LARGE/' || n",
        pos_reference="'LARGE-' || n",
        uuid="md5('order ' || n)",
        access_token="md5('token ' || n)",
        external_order_number="(n + 2)::text",
    )
    for table, parent in (("pos_order_line", "order_id"), ("pos_payment", "pos_order_id")):
        clone(
            env,
            table,
            f"{numbers}, {table} AS seed_row WHERE seed_row.{parent} = {order.id}",
            uuid=f"md5('{table} ' || seed_row.id || ' ' || n)",
            **{parent: f"{first} + n"},
        )
    env.cr.execute("ANALYZE pos_order_line")
    env.cr.execute(
        "INSERT INTO account_tax_pos_order_line_rel (pos_order_line_id, account_tax_id)"
        " SELECT line.id, seed.account_tax_id FROM pos_order_line AS line"
        " JOIN pos_order_line AS seed_line ON seed_line.order_id = %s AND seed_line.product_id = line.product_id"
        " JOIN account_tax_pos_order_line_rel AS seed ON seed.pos_order_line_id = seed_line.id"
        " WHERE line.order_id >= %s",
        [order.id, first],
    )
    env.cr.execute("SELECT setval('pos_order_id_seq', (SELECT max(id) FROM pos_order))")
    env.invalidate_all()


@contextlib.contextmanager
def serving(options, seconds):
    """Run a server with this time limit (seconds) for scheduled actions; yield its log."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        command = [
            sys.executable, *find(find_odoo()).program, "server", f"--config={options.config}",
            f"--database={options.database}", f"--http-port={ports.free()}", f"--gevent-port={ports.free()}",
            "--workers=1", "--max-cron-threads=1", f"--limit-time-real={seconds}", f"--limit-time-cpu={seconds}",
        ]  # fmt: skip
        with log.open("wb") as output:
            process = child_process.start(command, output, os.environ)
        try:
            yield log
            if process.poll() is not None:
                sys.exit(f"the server has ended:\n{log.read_text(errors='replace')[-3000:]}")
        finally:
            child_process.stop(process)


class Watch:
    """What happens in the database while the shops sell."""

    def __init__(self, options, shops, session_id):
        self.shops, self.session_id = shops, session_id
        self.database = options.database
        self.connection, self.server = (psycopg2.connect(dbname=name) for name in (options.database, "postgres"))
        self.connection.autocommit = self.server.autocommit = True
        self.sell, self.last_sale, self.longest, self.number = True, 0.0, 0.0, FIRST
        self.waiting = {}  # (number, sync): when it was sold
        self.state, self.starts, self.activities, self.seconds = "opened", 0, 0, 0.0

    @property
    def sold(self):
        return (self.number - FIRST) * len(self.shops)

    def close(self):
        self.connection.close()
        self.server.close()

    def until(self, is_reached, patience):
        """Let the shops sell until something is reached, or this many seconds have passed."""
        start = time.monotonic()
        while True:
            self.look()
            self.seconds = time.monotonic() - start
            if is_reached() or self.seconds > patience:
                return
            if time.monotonic() - self.last_sale >= SALES_PAUSE:
                self.last_sale = time.monotonic()
                self.wake_scheduler()
                if self.sell:
                    self.sell_one()
            time.sleep(PAUSE)

    def missing(self, wait):
        """Return how many sold orders are not imported after this many seconds."""
        self.sell = False
        self.until(lambda: not self.waiting, wait)
        return len(self.waiting)

    def wake_scheduler(self):
        """Wake it up as other jobs do: it sleeps for up to 70 s otherwise, which Odoo counts as its working time."""
        with self.server.cursor() as cr:
            cr.execute("SELECT pg_notify('cron_trigger', %s)", [self.database])

    def sell_one(self):
        for sync_id, shop in self.shops.items():
            shop.put(store.order(self.number))
            self.waiting[self.number, sync_id] = self.last_sale
        self.number += 1

    def look(self):
        with self.connection.cursor() as cr:
            cr.execute(PROGRESS, [self.session_id])
            seen, before = cr.fetchone(), (self.state, self.starts, self.activities)
            self.state, self.starts, self.activities = seen
            cr.execute(IMPORTED, [FIRST])
            imported = cr.fetchall()
        now = time.monotonic()
        for order in imported:
            if sold := self.waiting.pop(order, None):
                self.longest = max(self.longest, now - sold)
        if seen != before:
            print(f"{time.strftime('%X')} {seen}; sold {self.sold}, waiting {len(self.waiting)}", file=sys.stderr)


if __name__ == "__main__":
    main()
