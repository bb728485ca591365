"""Import orders, compared with Odoo's `pos.order.sync_from_ui`, order by order; one JSON object per line.

    python -m dev.benchmarks.order_import --database NAME [--config FILE] [--only import_at_closing] [--quick]

Three lines per order, storable products. With `import`, each order creates its transfer immediately; with
`import_at_closing`, the closing of the session does. `import_full` is like `import`, but each order also has a
customer, two charges, a tip and a note. With `import_placed`, the goods lie on shelves, half of them in lots.

Ours starts from pending inbox rows, so parsing, matching and pricing are included; the baseline gets ready-made values,
with the same contact, lines and lots. Both commit as in production: ours per batch, the baseline per order.
"""

from . import full_orders, measuring, placed_orders, store

OURS, BASELINE = 200, 40  # orders a round
LIMITS = {"import": 15, "import_at_closing": 6, "import_full": 5, "import_placed": 5}  # SQL statements an order
MAKERS = {"import_full": full_orders, "import_placed": placed_orders}


def main():
    options = measuring.arguments("order_import", __doc__.splitlines()[0], rounds=5)
    with measuring.environment(options) as env:
        sync = store.make(env)
        full_orders.make_customers(env)
        placed_orders.make_products(env, sync.pos_config_id)
        for bench, limit in LIMITS.items():
            if options.only in (None, bench):
                orders = MAKERS.get(bench, store).Orders(sync)
                store.take_stock(sync, at_closing=bench == "import_at_closing")
                measure(options, sync, orders, bench, limit)


def measure(options, sync, orders, bench, limit):
    """Print the figures of one benchmark."""
    ours, baseline = measuring.Way(), measuring.Way()
    run_ours(measuring.Way(), sync, orders, 100)  # fills the caches that every process fills once
    if options.quick:
        run_ours(ours, sync, orders, 100)
        measuring.check_statements(bench, ours.statements, limit)
        return
    for number in range(options.rounds):
        for way in (run_ours, run_baseline) if number % 2 else (run_baseline, run_ours):
            if way is run_ours:
                run_ours(ours, sync, orders, OURS)
            else:
                run_baseline(baseline, sync, orders, BASELINE)
    measuring.report(bench, ours, baseline)


def run_ours(way, sync, orders, count):
    store.receive(sync, orders.take(count))
    sync.env.invalidate_all()
    way.run(count, lambda: store.import_pending(sync))


def run_baseline(way, sync, orders, count):
    values = store.values_from_register(sync, orders.take(count))
    sync.env.invalidate_all()
    way.run(count, lambda: store.send_from_register(sync.env, values))


if __name__ == "__main__":
    main()
