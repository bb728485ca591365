"""The HTTP side of the courier's site."""

import json
import logging
import socket
import sys
from dataclasses import dataclass
from datetime import datetime
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from . import pages
from .control import CONTROL_PATH, answer_control
from .site import COOKIE, Request, Response, parse_fields

if TYPE_CHECKING:
    from .server import CourierServer

_logger = logging.getLogger(__name__)

LONGEST_REQUEST_BODY = 1024 * 1024


@dataclass(frozen=True)
class RequestRecord:
    """What was asked of the site, without what the forms held."""

    time: datetime
    method: str
    path: str
    query: str
    fault: str | None

    def as_json(self) -> dict:
        return {**vars(self), "time": self.time.isoformat()}


class Listener(ThreadingHTTPServer):
    """The listening socket."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, courier: "CourierServer", address: tuple[str, int]):
        self.courier = courier
        super().__init__(address, CourierHandler)

    def server_bind(self) -> None:
        # HTTPServer would look its own name up in the DNS.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request, client_address) -> None:
        if isinstance(sys.exception(), OSError):
            # A client may drop its connection at any time.
            _logger.debug("Courier: %s dropped its connection", client_address[0])
        else:
            _logger.exception("Courier: an answer to %s failed", client_address[0])


class CourierHandler(BaseHTTPRequestHandler):
    """One request: what was asked for is done, then the answer is written, each with the faults that are on."""

    server: Listener
    server_version = "Apache/1.3"
    protocol_version = "HTTP/1.0"
    timeout = 60

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        body = self._read_body()
        if body is None:
            self._write(413, b"", {})
        elif path.startswith(CONTROL_PATH):
            status, value = answer_control(self.server.courier, self.client_address[0], self.command, path, body)
            self._write(status, json.dumps(value).encode(), {"Content-Type": "application/json"})
        else:
            self._answer_site(path, query, body)

    do_POST = do_DELETE = do_PUT = do_HEAD = do_GET

    def _answer_site(self, path: str, query: str, body: bytes) -> None:
        courier = self.server.courier
        session = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        fields = parse_fields(query) | parse_fields(body.decode("ascii", "replace"))
        request = Request(self.command, path, fields, session.value if session else None)
        page = courier.site.page_of(path)
        fault = courier.faults.take(page) if page else None
        kind = fault.kind if fault else None
        courier.requests.append(RequestRecord(courier.clock(), self.command, path, query, kind))
        if kind == "hang_up":
            return
        if kind == "lose":
            courier.stopping.wait(fault.seconds)
            return
        if kind == "error":
            self._write_page(Response(fault.status, pages.maintenance()))
            return
        if kind == "session_expired":
            courier.site.forget_session(request.session)
        if kind == "slow_before" and courier.stopping.wait(fault.seconds):
            return
        response = courier.site.answer(request)
        if kind == "hang_up_after" or (kind == "slow" and courier.stopping.wait(fault.seconds)):
            return
        if kind == "error_after":
            response = Response(fault.status, pages.maintenance())
        elif kind == "page_changed":
            response = Response(text=pages.maintenance())
        self._write_page(response)

    def _write_page(self, response: Response) -> None:
        # The pages name their encoding themselves, as old ones do.
        self._write(
            response.status,
            response.text.encode(pages.CHARSET, "xmlcharrefreplace"),
            {"Content-Type": "text/html", **response.headers},
        )

    def _read_body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > LONGEST_REQUEST_BODY:
            return None
        return self.rfile.read(int(length))

    def _write(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
        except OSError as error:
            # A client that does not wait any longer hangs up, which is its right.
            _logger.debug("Courier: the client went away: %s", error)

    def log_message(self, format: str, *args) -> None:
        _logger.debug("Courier: %s", format % args)
