"""Close a session of imported orders, compared with one of orders from a register; one JSON object per line.

    python -m dev.benchmarks.session_close --database NAME [--config FILE]

In both sessions the transfers were created with each order. Odoo does the closing; this shows that imported orders do
not make it slower.
"""

from . import measuring, store

ORDERS = 150  # a session


def main():
    options = measuring.arguments("session_close", __doc__.splitlines()[0], rounds=3)
    with measuring.environment(options) as env:
        sync = store.make(env)
        store.take_stock(sync)
        store.close_session(sync)
        orders = store.Orders(sync)
        ours, baseline = measuring.Way(), measuring.Way()
        for number in range(options.rounds):
            for way in (ours, baseline) if number % 2 else (baseline, ours):
                store.take_stock(sync)
                if way is ours:
                    store.receive(sync, orders.take(ORDERS))
                    store.import_pending(sync)
                else:
                    store.send_from_register(env, store.values_from_register(sync, orders.take(ORDERS)))
                env.invalidate_all()
                way.run(ORDERS, lambda: store.close_session(sync))
        measuring.report("session_close", ours, baseline)


if __name__ == "__main__":
    main()
