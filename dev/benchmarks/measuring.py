"""Shared by the benchmarks: an Odoo environment in this process, counted and timed work, one JSON object per line."""

import argparse
import contextlib
import gc
import json
import math
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


def arguments(module: str, description: str, rounds: int) -> argparse.Namespace:
    """Return the command line's options, which are the same for each benchmark."""
    parser = argparse.ArgumentParser(prog=f"python -m dev.benchmarks.{module}", description=description)
    parser.add_argument("--database", required=True, help="with the addon installed; the benchmark's data stays in it")
    parser.add_argument("--config", help="Odoo's configuration file")
    parser.add_argument("--rounds", type=int, default=rounds, help="number of measurements of both ways, alternately")
    parser.add_argument("--only", help="print only this figure, if there are several")
    parser.add_argument("--quick", action="store_true", help="only count SQL statements; exit 1 if there are too many")
    return parser.parse_args()


@contextlib.contextmanager
def environment(options: argparse.Namespace) -> Iterator:
    """Yield an environment of the main company, as the superuser; nothing is rolled back."""
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config_file = ["--config", options.config] if options.config else []
    config.parse_config([*config_file, "--database", options.database, "--log-level=warn"], setup_logging=True)
    with Registry(options.database).cursor() as cr:
        company = Environment(cr, SUPERUSER_ID, {}).ref("base.main_company")
        yield Environment(cr, SUPERUSER_ID, {"allowed_company_ids": company.ids})


@dataclass
class Way:
    """One of two ways to do the same work: orders per second in each round, and SQL statements per order."""

    rates: list[float] = field(default_factory=list)
    statements: float = 0.0
    orders: int = 0

    def run(self, orders: int, work: Callable[[], object]) -> None:
        """Do the work for `count` orders, and record its time and statements."""
        from odoo import sql_db

        before = sql_db.sql_counter
        self.time(orders, work)
        self.statements = (sql_db.sql_counter - before) / orders

    def time(self, orders: int, work: Callable[[], object]) -> None:
        """Do the work and record its time."""
        gc.collect()
        start = time.perf_counter()
        work()
        self.rates.append(orders / (time.perf_counter() - start))
        self.orders += orders

    @property
    def rate(self) -> float:
        """The median of the rounds, in orders per second."""
        return statistics.median(self.rates)


def report(bench: str, ours: Way, baseline: Way, **more: object) -> None:
    """Print the figures of a benchmark as one JSON object."""
    figures = {
        "bench": bench,
        "orders": ours.orders,
        "orders_per_s": round(ours.rate, 1),
        "baseline_orders_per_s": round(baseline.rate, 1),
        "ratio": round(ours.rate / baseline.rate, 2),
        "sql_per_order": round(ours.statements, 2),
        "baseline_sql_per_order": round(baseline.statements, 2),
        "peak_mb": round(peak_mb(), 1),
        **more,
    }
    print(json.dumps(figures), flush=True)


def check_statements(bench: str, statements: float, limit: float) -> None:
    """Print the statements per order of a quick run; exit if they exceed the limit."""
    print(json.dumps({"bench": bench, "sql_per_order": round(statements, 2), "limit": limit}), flush=True)
    if statements > limit:
        sys.exit(f"{bench}: {statements:.2f} SQL statements an order, at most {limit} are expected")


def percentile(times: Iterable[float], share: float) -> float:
    """Return the time that this share of the times does not exceed."""
    ordered = sorted(times)
    return ordered[math.ceil(share * len(ordered)) - 1]


def peak_mb() -> float:
    """Return the peak memory of this process so far, or since `forget_peak`, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak() -> None:
    """Reset `peak_mb` to the current memory of this process (Linux, proc(5): clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")
