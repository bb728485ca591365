"""``python -m dev.stand_ins.shop``: run the demo shop until Ctrl-C or SIGTERM."""

import argparse
import os
import signal
import sys
from threading import Event

from .chain import Chain
from .feed import SHAPES
from .generations import GENERATIONS
from .generator import MIXED
from .server import ShopServer


def _parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m dev.stand_ins.shop", description="A shop with an order API, for trying out."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument(
        "--api-key",
        default=os.environ.get("DEMO_SHOP_API_KEY", "demo-shop-key"),
        help="key that clients must show (default: the variable DEMO_SHOP_API_KEY, or demo-shop-key)",
    )
    parser.add_argument("--orders", type=int, default=300, help="orders to start with (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="decides all orders (default: %(default)s)")
    parser.add_argument(
        "--generation",
        choices=(*GENERATIONS, MIXED),
        default=GENERATIONS[0],
        help="format of the orders (default: %(default)s)",
    )
    parser.add_argument(
        "--location",
        type=int,
        action="append",
        metavar="LOCATIONID",
        help="a branch; with branches, the orders were sold on three days, and have customers and charges",
    )
    parser.add_argument("--per-page", type=int, help="orders on a page (default, or 0: all on one)")
    parser.add_argument("--shape", choices=SHAPES, default="array", help="form of an answer (default: %(default)s)")
    parser.add_argument("--no-link", action="store_true", help="name no next page in a Link header")
    parser.add_argument("--sell-every", type=float, metavar="SECONDS", help="make a new order from time to time")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; return the exit code."""
    options = _parse_arguments(arguments)
    finished = Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: finished.set())
    try:
        shop = ShopServer(
            orders=options.orders,
            seed=options.seed,
            api_key=options.api_key,
            generation=options.generation,
            chain=Chain(tuple(options.location)) if options.location else None,
            host=options.host,
            port=options.port,
            shape=options.shape,
            per_page=options.per_page or None,
            link_header=not options.no_link,
        )
        shop.start()
    except (OSError, OverflowError, ValueError) as error:
        print(f"The demo shop cannot start on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    print(f"Demo shop: {len(shop.orders)} orders at {shop.url}", flush=True)
    while not finished.wait(options.sell_every):
        shop.add_orders(1)
    shop.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
