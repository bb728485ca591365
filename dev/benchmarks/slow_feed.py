"""Feeds of many stores, each of which takes its time to answer; a separate process.

    python -m dev.benchmarks.slow_feed ORDERS SECONDS

It prints its address; the feed of store 7 is at `/7`, and a store whose number is sent to stdin hangs for a minute.
"""

import contextlib
import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import store

HANGING = 60  # seconds


class Feeds:
    """The process with the feeds."""

    def __init__(self, process):
        self._process = process
        self.url = process.stdout.readline().strip()

    def hang(self, number):
        """Let a store take a minute from now on."""
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()


@contextlib.contextmanager
def serving(orders, seconds):
    """Run the feeds within the block."""
    command = [sys.executable, "-m", "dev.benchmarks.slow_feed", str(orders), str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Feeds(process)
        finally:
            process.terminate()


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


def main():
    count, seconds = int(sys.argv[1]), float(sys.argv[2])
    hanging = set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            number = int(self.path.strip("/"))
            time.sleep(HANGING if number in hanging else seconds)
            body = json.dumps([store.order(number * 1000 + order) for order in range(count)]).encode()
            with contextlib.suppress(OSError):  # nobody waits any more
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_arguments):
            """Say nothing."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    for line in sys.stdin:
        hanging.add(int(line))


if __name__ == "__main__":
    main()
