"""``python -m dev.stand_ins.courier``: run the courier's stand-in until Ctrl-C or SIGTERM."""

import argparse
import os
import signal
import sys
from threading import Event

from .server import CourierServer


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.stand_ins.courier", description="A stand-in for the site of OPAL Kurier, for trying out."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--user", default="demo", help="user that may sign in (default: %(default)s)")
    parser.add_argument(
        "--password",
        default=os.environ.get("DEMO_COURIER_PASSWORD", "demo-courier-password"),
        help="the user's password (default: the variable DEMO_COURIER_PASSWORD, or demo-courier-password)",
    )
    parser.add_argument("--per-page", type=int, default=25, help="orders on a page of the list (default: %(default)s)")
    options = parser.parse_args(arguments)
    finished = Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: finished.set())
    courier = CourierServer(**vars(options))
    try:
        courier.start()
    except (OSError, OverflowError) as error:
        print(f"The courier cannot start on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    print(f"Courier stand-in at {courier.url}", flush=True)
    finished.wait()
    courier.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
