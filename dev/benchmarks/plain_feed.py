"""A feed of the benchmark's orders in a separate process, so that its memory and time are not measured.

    python -m dev.benchmarks.plain_feed ORDERS PER_PAGE

It prints its address. Pages are created on request and linked by ``Link: rel="next"``.
"""

import contextlib
import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from . import store


@contextlib.contextmanager
def serving(orders, per_page):
    """Run the feed within the block; yield its address."""
    command = [sys.executable, "-m", "dev.benchmarks.plain_feed", str(orders), str(per_page)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def main():
    total, per_page = map(int, sys.argv[1:])
    pages = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            first = int(parse_qs(urlsplit(self.path).query).get("first", ["1"])[0])
            last = min(first + per_page, total + 1)
            if first not in pages:
                pages[first] = json.dumps([store.order(number) for number in range(first, last)]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(pages[first])))
            if last <= total:
                self.send_header("Link", f'<{url}?first={last}>; rel="next"')
            self.end_headers()
            self.wfile.write(pages[first])

        def log_message(self, *_arguments):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}/orders"
    print(url, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
