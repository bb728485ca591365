"""What the scheduler and the clean-up do in a large database, for ``dev.benchmarks.large``."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

from . import measuring

ROUNDS = 5
# One in this many transfers is rescheduled during a walk.
RESCHEDULED = 10


def run(options, report):
    """Measure both databases in separate processes. Return whether a figure is above its limit."""
    sides = []
    for database, config in ((options.small, options.small_config), (options.database, options.config)):
        command = [sys.executable, "-m", "dev.benchmarks.large_turns", f"--database={database}"]
        command += [f"--config={config}"] if config else []
        answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ)
        sides.append(json.loads(answer.stdout.splitlines()[-1]))
    failed = False
    for name, small in sides[0].items():
        if not options.only or options.only in name:
            failed |= report(name, small, sides[1][name])
    return failed


def turns(env):
    """Yield (name, call); none of them has anything to do."""
    sync = env["external.order.sync"].search([("name", "=", "Large 0")])
    run_of = env["external.order.sync.run"]
    yield "turn attention at a run's end", sync._update_attention_activity
    yield "turn next runs planned", run_of._plan_next_runs
    yield "turn due synchronizations", lambda: env["external.order.sync"].search(run_of._due_domain(time_now()))
    yield "turn due sessions", env["pos.session"]._close_due_external_sessions
    yield "turn days to reconcile", lambda: env["external.proof"]._get_due_days(sync)
    yield "turn shipments", env["external.shipment.worker"]._work
    yield "turn payloads dropped", env["external.order"]._gc_payloads
    yield "turn runs dropped", run_of._gc_runs
    yield "turn former dates dropped", env["stock.picking.reschedule"]._gc_reschedules
    yield "turn a page of a walk, a tenth rescheduled", walk_of_rescheduled(env)


def walk_of_rescheduled(env):
    """Reschedule transfers after the first page of a walk, and return the call for its second page."""
    warehouse = env["warehouse.api"]
    cursor = warehouse._read_pickings().next_cursor
    env.cr.commit()
    env.cr.execute(
        """
        WITH moved AS (
            INSERT INTO stock_picking_reschedule (picking_id, previous_date, logged_at, transaction_id)
            SELECT id, scheduled_date, now() AT TIME ZONE 'UTC', pg_current_xact_id()::text
              FROM stock_picking WHERE id %% %s = 0
            RETURNING picking_id
        )
        UPDATE stock_picking SET scheduled_date = scheduled_date + interval '1 day'
         WHERE id IN (SELECT picking_id FROM moved)
        """,
        [RESCHEDULED],
    )
    env.cr.commit()
    env.cr.execute("ANALYZE stock_picking_reschedule")
    return lambda: warehouse._read_pickings(cursor=cursor)


def time_now():
    from odoo import fields

    return fields.Datetime.now()


def main():
    parser = argparse.ArgumentParser(prog="python -m dev.benchmarks.large_turns")
    parser.add_argument("--database", required=True)
    parser.add_argument("--config")
    with measuring.environment(parser.parse_args()) as env:
        env["external.order"]._gc_payloads()  # from now on there is nothing to do
        while env["external.order.sync.run"]._gc_runs()[1]:
            env.cr.commit()
        env.cr.commit()
        medians = {}
        for name, call in turns(env):
            times = []
            for _round in range(ROUNDS):
                env.invalidate_all()
                start = time.perf_counter()
                call()
                env.flush_all()
                times.append((time.perf_counter() - start) * 1000)
            medians[name] = statistics.median(times)
    print(json.dumps(medians))


if __name__ == "__main__":
    main()
