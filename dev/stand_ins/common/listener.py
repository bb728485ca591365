"""The listening socket of a stand-in, and the shared part of its handlers."""

import logging
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

_logger = logging.getLogger(__name__)

# How long stop() waits at most (seconds).
POLL_INTERVAL = 0.05


class Listener(ThreadingHTTPServer):
    """A listening socket that can also drop its open connections.

    :param name: its name in the log and as a thread
    :param stand_in: the stand-in that the handlers answer for
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, name: str, stand_in: Any, address: tuple[str, int], handler: type["Handler"]):
        self.name = name
        self.stand_in = stand_in
        self._connections: set[socket.socket] = set()
        super().__init__(address, handler)

    def start(self) -> None:
        """Serve in a thread."""
        Thread(target=self.serve_forever, args=(POLL_INTERVAL,), name=self.name, daemon=True).start()

    def stop(self) -> None:
        """Stop listening, and close kept-alive connections, because a stopped server must not answer on them."""
        self.shutdown()
        self.server_close()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # Its thread has closed it meanwhile.
                continue

    def server_bind(self) -> None:
        # HTTPServer would look up its own name in DNS.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]

    def process_request(self, request, client_address) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address) -> None:
        if isinstance(sys.exception(), OSError):
            # A client may drop its connection at any time.
            _logger.debug("%s: %s dropped its connection", self.name, client_address[0])
        else:
            _logger.exception("%s: an answer to %s failed", self.name, client_address[0])


class Handler(BaseHTTPRequestHandler):
    """One connection; subclasses answer its requests."""

    server: Listener
    # An idle connection is closed after this many seconds.
    timeout = 60
    longest_body = 1024 * 1024

    def read_body(self) -> bytes | None:
        """Return the request's body. If it is too long or has no length, return ``None`` and close the connection."""
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > self.longest_body:
            self.close_connection = True
            return None
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def note_client_gone(self, error: OSError) -> None:
        """Log that the client has closed the connection, which it may do at any time."""
        _logger.debug("%s: the client went away: %s", self.server.name, error)
        self.close_connection = True

    def log_message(self, format: str, *args) -> None:
        _logger.debug("%s: %s", self.server.name, format % args)
