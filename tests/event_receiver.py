"""A subscriber: it keeps what it is told, and answers as the test wants."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Told:
    """A request that was received."""

    method: str
    path: str
    headers: dict
    body: bytes

    @property
    def message(self):
        return json.loads(self.body)


class EventReceiver:
    """Listens on 127.0.0.1. `told` holds the requests in their order.

    :ivar status: what is answered; a function gets the `Told` and returns it
    :ivar free: while it is cleared, requests are kept without an answer
    """

    def __init__(self, status=200, headers=(), text=""):
        self.told, self.status, self.headers, self.text = [], status, dict(headers), text
        self.free = threading.Event()
        self.free.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                told = Told(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                receiver.told.append(told)
                receiver.free.wait(60)
                status = receiver.status(told) if callable(receiver.status) else receiver.status
                text = receiver.text.encode()
                try:
                    self.send_response(status)
                    for name, value in receiver.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except OSError:
                    return

            do_POST = do_PUT = do_PATCH = do_GET = answer

            def log_message(self, *_args):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_args):
                pass  # the sender is gone

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/events"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.free.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def ids(self):
        """The ids of the messages that were received, in their order."""
        return [told.headers["webhook-id"] for told in self.told]
