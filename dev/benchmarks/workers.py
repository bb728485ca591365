"""Two processes that share one inbox, compared with one process; one JSON object per line.

    python -m dev.benchmarks.workers --database NAME [--config FILE]

`ratio` is how many times faster the two are. It is limited by the free cores: `cores` is how many cores two processes
could keep busy in this run, measured with work that needs no database. `cpu_ms_per_order` is the CPU time of the
workers, which grows if they hinder each other.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time

from . import measuring, store

ORDERS = 400  # per process and round


def main():
    if "--worker" in sys.argv:
        sys.argv.remove("--worker")
        work()
        return
    options = measuring.arguments("workers", __doc__.splitlines()[0], rounds=3)
    with measuring.environment(options) as env:
        sync = store.make(env)
        store.take_stock(sync)
        orders = store.Orders(sync)
        store.receive(sync, orders.take(100))
        store.import_pending(sync)
        one, two, cores = measuring.Way(), measuring.Way(), []
        cpu = {1: 0.0, 2: 0.0}
        with contextlib.ExitStack() as stack:
            workers = [stack.enter_context(Worker(options)) for _number in range(2)]
            for number in range(options.rounds):
                for count in (1, 2) if number % 2 else (2, 1):
                    total = ORDERS * count
                    store.receive(sync, orders.take(total))
                    way = one if count == 1 else two
                    way.run(total, lambda count=count: together(workers[:count], "import"))
                    cpu[count] += sum(worker.cpu for worker in workers[:count])
                    way.statements = sum(worker.statements for worker in workers[:count]) / total
                cores.append(2 * together(workers[:1], "burn") / together(workers, "burn"))
        done = env["external.order"].search_count([("sync_id", "=", sync.id), ("state", "!=", "done")])
        if done:
            sys.exit(f"{done} orders were not imported")
        measuring.report(
            "workers",
            two,
            one,
            cores=round(statistics.median(cores), 2),
            cpu_ms_per_order=round(cpu[2] / two.orders * 1000, 1),
            baseline_cpu_ms_per_order=round(cpu[1] / one.orders * 1000, 1),
        )


class Worker:
    """A process with its own registry that works on command."""

    def __init__(self, options):
        config = ["--config", options.config] if options.config else []
        command = [sys.executable, "-m", "dev.benchmarks.workers", "--worker", "--database", options.database, *config]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
        )
        self.cpu, self.statements = 0.0, 0

    def __enter__(self):
        self.expect("ready")
        return self

    def __exit__(self, *_exception):
        self.process.stdin.close()
        self.process.wait(30)

    def tell(self, word):
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def expect(self, word):
        answer = json.loads(self.process.stdout.readline() or "{}")
        if answer.get("word") != word:
            sys.exit(f"a worker ended: {answer}")
        self.cpu, self.statements = answer["cpu"], answer["statements"]


def together(workers, word):
    """Let all workers do the same work at the same time. Return the seconds until the last one is done."""
    start = time.perf_counter()
    for worker in workers:
        worker.tell(word)
    for worker in workers:
        worker.expect(word)
    return time.perf_counter() - start


def work():
    """The worker's side."""
    from odoo import sql_db

    options = measuring.arguments("workers", "", rounds=1)
    with measuring.environment(options) as env:
        sync = store.make(env)
        answer("ready")
        for line in sys.stdin:
            before, counter = time.process_time(), sql_db.sql_counter
            if line.strip() == "import":
                env.cr.rollback()  # start from the current values
                env.invalidate_all()
                run = env["external.order.sync.run"].create({"sync_id": sync.id})
                env.cr.commit()
                run._import_orders()
                run.status = "success"
                env.cr.commit()
            else:
                sum(number * number for number in range(10_000_000))
            answer(line.strip(), time.process_time() - before, sql_db.sql_counter - counter)


def answer(word, cpu=0.0, statements=0):
    print(json.dumps({"word": word, "cpu": cpu, "statements": statements}), flush=True)


if __name__ == "__main__":
    main()
