"""Two Odoo servers import one inbox of 4,000 orders, compared with one server; one JSON object per line.

    python -m dev.benchmarks.servers --database NAME [--config FILE] [--only servers_queue]

With `servers_cron`, Odoo's scheduled actions share the work; with `servers_queue`, the jobs of OCA's `queue_job`. Real
servers, each with one worker for it. The time is that of the run: from the trigger until its status. `cores` is how
many cores two processes could keep busy meanwhile, as in `workers`; `load` is the load of the machine.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2

from dev import child_process, ports
from dev.server.odoo_client import OdooClient
from dev.setup import oca_addons
from dev.setup.odoo_source import find
from dev.stand_ins.balancer import Balancer

from . import measuring, slow_feed, store

ORDERS = int(os.environ.get("ORDERS", 4000))
SECONDS = 600  # for one import
BURN = "sum(number * number for number in range(20_000_000))"


def main():
    options = measuring.arguments("servers", __doc__.splitlines()[0], rounds=1)
    addons, libraries = oca_addons.ensure()
    with slow_feed.serving(0, 0) as feeds, tempfile.TemporaryDirectory() as folder:
        stores = prepare(options, feeds.url)
        nodes = Nodes(options, Path(folder), addons, libraries)
        for bench in ("servers_cron", "servers_queue"):
            if bench == "servers_queue":
                nodes.install_queue()
            if options.only not in (None, bench):
                stores = stores[2 * options.rounds :]
                continue
            rates, cores = {1: [], 2: []}, []
            for number in range(options.rounds):
                for count in (1, 2) if number % 2 else (2, 1):
                    with nodes.serving(count):
                        rates[count].append(ORDERS / nodes.import_inbox(stores.pop(0)))
                cores.append(measure_cores())
            report(bench, rates, cores)


def prepare(options, url):
    """Fill an inbox for each import; return the IDs of their synchronizations."""
    with measuring.environment(options) as env:
        pos_config = store.make(env).pos_config_id
        env["external.order.sync"].search([]).active = False
        env["ir.cron"].search([]).active = False
        crons = env["ir.cron"].search([("active", "=", False), ("model_id.model", "=", "external.order.sync")])
        crons.write({"active": True, "nextcall": "2099-01-01"})
        syncs = env["external.order.sync"].create(
            [
                {
                    "name": f"Inbox {number}",
                    "external_api_url": f"{url}/{number}",
                    "state": "started",
                    "pos_config_id": pos_config.id,
                }
                for number in range(1, 4 * options.rounds + 1)
            ]
        )
        store.take_stock(syncs[0])
        for sync in syncs:
            store.receive(sync, [store.order(number) for number in range(1, ORDERS + 1)])
        syncs.active = False  # until it is their turn
        env.cr.commit()
        return syncs.ids


class Nodes:
    """Odoo servers on the benchmark's database."""

    def __init__(self, options, folder, addons, libraries):
        self.options, self.folder = options, folder
        self.with_queue = False
        paths = [line for line in Path(options.config).read_text().splitlines() if line.startswith("addons_path")]
        self.addons = f"{paths[0].partition('=')[2].strip()},{addons}"
        python_path = (str(find_odoo()), str(libraries), os.environ.get("PYTHONPATH", ""))
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, python_path))}

    def command(self, *arguments):
        return [
            sys.executable, *find(find_odoo()).program, "--config", self.options.config, "--addons-path", self.addons,
            "--database", self.options.database, "--db-filter", f"^{self.options.database}$", "--workers=0",
            *arguments,
        ]  # fmt: skip

    def install_queue(self):
        self.with_queue = True
        log = self.folder / "install.log"
        with log.open("wb") as output:
            command = self.command("--init=queue_job", "--stop-after-init", "--no-http", "--max-cron-threads=0")
            code = subprocess.run(command, stdout=output, stderr=output, env=self.environment).returncode
        if code:
            sys.exit(log.read_text()[-3000:])

    @contextlib.contextmanager
    def serving(self, count):
        """Run a number of servers within the block."""
        numbers = [ports.free() for _number in range(count)]
        load = ("--load=base,web,queue_job",) if self.with_queue else ()
        with contextlib.ExitStack() as stack:
            balancer = stack.enter_context(Balancer(numbers))
            queue = {
                "ODOO_QUEUE_JOB_CHANNELS": f"root:{count}",
                "ODOO_QUEUE_JOB_HOST": "127.0.0.1",
                "ODOO_QUEUE_JOB_PORT": str(balancer.port),
            }
            for number in numbers:
                output = stack.enter_context((self.folder / f"{number}.log").open("wb"))
                command = self.command(f"--http-port={number}", "--max-cron-threads=1", *load)
                process = child_process.start(command, output, {**self.environment, **queue})
                stack.callback(child_process.stop, process)
            for number in numbers:
                client = self.wait_for(number)
            self.client = client
            if self.with_queue:
                time.sleep(7)  # the queue's runner waits some seconds before it starts
            yield

    def wait_for(self, port):
        deadline = time.monotonic() + 90
        while True:
            try:
                return OdooClient(f"http://127.0.0.1:{port}", self.options.database, "admin", "admin")
            except Exception as error:
                if time.monotonic() > deadline:
                    sys.exit(f"a server did not start: {error}\n{(self.folder / f'{port}.log').read_text()[-2000:]}")
                time.sleep(0.2)

    def import_inbox(self, sync):
        """Trigger the synchronization, and return the seconds until its run has ended."""
        self.client.call("external.order.sync", "write", [sync], {"active": True})
        start = time.perf_counter()
        self.client.call("external.order.sync", "action_sync_selected", [sync])
        while time.perf_counter() - start < SECONDS:
            fields = ["status", "imported_count", "date_start", "message"]
            runs = self.client.call("external.order.sync.run", "search_read", [("sync_id", "=", sync)], fields)
            if runs and runs[0]["status"] != "running":
                break
            time.sleep(0.1)
        else:
            sys.exit(f"the inbox was not imported: {runs}")
        seconds = time.perf_counter() - start
        self.client.call("external.order.sync", "write", [sync], {"active": False})
        self.check(sync, runs)
        return seconds

    def check(self, sync, runs):
        """Check that each order was imported once, and that the run's counts say so."""
        connection = psycopg2.connect(dbname=self.options.database)
        with contextlib.closing(connection), connection.cursor() as cr:
            cr.execute(
                "SELECT count(*), count(DISTINCT pos_order_id) FROM external_order"
                " WHERE sync_id = %s AND state = 'done'",
                [sync],
            )
            found = cr.fetchone()
        if found != (ORDERS, ORDERS) or [run["imported_count"] for run in runs] != [ORDERS]:
            sys.exit(f"imported: {found}, runs: {runs}")


def find_odoo():
    import odoo.addons

    return Path(odoo.addons.__path__[0]).parents[1]


def measure_cores():
    """Return how many cores two processes can keep busy."""

    def burn(count):
        start = time.perf_counter()
        processes = [subprocess.Popen([sys.executable, "-c", BURN]) for _number in range(count)]
        for process in processes:
            process.wait()
        return time.perf_counter() - start

    return 2 * burn(1) / burn(2)


def report(bench, rates, cores):
    one, two = (sorted(rates[count])[len(rates[count]) // 2] for count in (1, 2))
    figures = {
        "bench": bench,
        "orders": ORDERS,
        "orders_per_s": round(two, 1),
        "baseline_orders_per_s": round(one, 1),
        "ratio": round(two / one, 2),
        "cores": round(sum(cores) / len(cores), 2),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
