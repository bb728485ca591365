"""The HTTP side of the shop: requests in, answers out, byte by byte."""

import hmac
import json
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

from ..common.control import CONTROL_PATH
from ..common.listener import Handler, Listener
from .acknowledgements import PATH as ACKNOWLEDGE_PATH
from .answer import Answer, error_answer, json_answer
from .control import answer_control
from .fault_answers import KINDS
from .feed import PageRequest, make_page

if TYPE_CHECKING:
    from .server import ShopServer

FEED_PATH = "/api/orders"
SUMMARY_PATH = "/api/summary"
MOVED_PATH = "/api/moved"
LOOP_PATH = "/api/loop"


@dataclass
class RequestRecord:
    """A request to the shop, without the API key itself.

    :param host: the ``Host`` header
    :param key: ``valid``, ``wrong`` or ``none``
    :param key_header: the header with the key
    :param other_host: whether it reached the other server, which only a redirect leads to
    :param fault: kind of the fault that hit it
    :param status: status of the answer, ``None`` if there is none (yet)
    """

    time: datetime
    method: str
    path: str
    query: str
    host: str
    key: str
    key_header: str | None
    other_host: bool = False
    fault: str | None = None
    status: int | None = None

    def as_json(self) -> dict:
        return {**vars(self), "time": self.time.isoformat()}


class ShopListener(Listener):
    """A listening socket of the shop.

    :param is_other_host: whether it is the other server, which only a redirect leads to
    """

    stand_in: "ShopServer"

    def __init__(self, shop: "ShopServer", address: tuple[str, int], is_other_host: bool = False):
        self.is_other_host = is_other_host
        super().__init__("Demo shop", shop, address, ShopHandler)


class ShopHandler(Handler):
    """One connection. First the status and body of an answer are decided, then it is written with its faults."""

    server: ShopListener
    server_version = "DemoShop/1.0"
    protocol_version = "HTTP/1.1"
    longest_body = 8 * 1024 * 1024

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.record = self._make_record(path, query)
        if path.startswith(CONTROL_PATH):
            body = self.read_body()
            if body is None:
                answer = error_answer(413, f"A request may have {self.longest_body} bytes.", {"Connection": "close"})
            else:
                answer = answer_control(self.server.stand_in, self.client_address[0], self.command, path, body)
        else:
            self.server.stand_in.requests.append(self.record)
            body = self.read_body()
            answer = self._acknowledge(body or b"") if path == ACKNOWLEDGE_PATH else self._answer_api(path, query)
        self._write(answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET

    def _make_record(self, path: str, query: str) -> RequestRecord:
        given, header = self._given_key()
        key = "none"
        if header:
            key = "valid" if hmac.compare_digest(given.encode(), self.server.stand_in.api_key.encode()) else "wrong"
        return RequestRecord(
            time=self.server.stand_in.clock(),
            method=self.command,
            path=path,
            query=query,
            host=self.headers.get("Host", ""),
            key=key,
            key_header=header,
            other_host=self.server.is_other_host,
        )

    def _given_key(self) -> tuple[str, str | None]:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return token.strip(), "Authorization"
        if "X-API-Key" in self.headers:
            return self.headers["X-API-Key"], "X-API-Key"
        return "", None

    # ---- the API -----------------------------------------------------------------------------------------------------

    def _answer_api(self, path: str, query: str) -> Answer:
        shop = self.server.stand_in
        if path == LOOP_PATH:
            return Answer(302, {"Location": LOOP_PATH})
        if path == SUMMARY_PATH:
            return self._answer_summary(query)
        is_page = path in (FEED_PATH, MOVED_PATH)
        if not is_page and not path.startswith(f"{FEED_PATH}/"):
            return error_answer(404, "There is nothing here.")
        if self.command != "GET":
            return error_answer(405, "Orders can only be read.", {"Allow": "GET"})
        if self.record.key != "valid" and not self.server.is_other_host:
            return error_answer(401, "The API key is missing or wrong.", {"WWW-Authenticate": "Bearer"})
        if not is_page:
            entry = shop.book.entry(unquote(path.removeprefix(f"{FEED_PATH}/")))
            return json_answer(200, entry.payload) if entry else error_answer(404, "There is no such order.")
        try:
            request = PageRequest.parse(query, shop.settings)
        except ValueError as error:
            return error_answer(400, str(error))
        page = make_page(shop.book, shop.settings, request, f"http://{self.record.host}{path}")
        # No fault applies to the target of a redirect, because it would hit every attempt.
        fault = shop.faults.take(request.page) if path == FEED_PATH and not self.server.is_other_host else None
        if fault is None:
            return page.answer()
        self.record.fault = fault.kind
        return KINDS[fault.kind].make(page, shop, **fault.options)

    def _acknowledge(self, body: bytes) -> Answer:
        shop = self.server.stand_in
        if self.command != "POST":
            return error_answer(405, "Acknowledgements are sent with POST.", {"Allow": "POST"})
        if self.record.key != "valid":
            return error_answer(401, "The API key is missing or wrong.", {"WWW-Authenticate": "Bearer"})
        try:
            value = json.loads(body)
            if isinstance(value, dict) and not shop.book.entry(str(value.get("OrderID"))):
                return error_answer(404, "There is no such order.")
            shop.acknowledgements.receive(value, self.headers.get("Idempotency-Key", ""))
        except ValueError as error:
            return error_answer(400, str(error))
        return json_answer(200, {"acknowledged": True})

    def _answer_summary(self, query: str) -> Answer:
        if self.record.key != "valid":
            return error_answer(401, "The API key is missing or wrong.", {"WWW-Authenticate": "Bearer"})
        try:
            day = date.fromisoformat(parse_qs(query)["date"][-1])
        except (KeyError, ValueError):
            return error_answer(400, "date must be a day such as 2026-01-31.")
        summary = self.server.stand_in.summary_of(day)
        return error_answer(404, "There is no summary of this day.") if summary is None else json_answer(200, summary)

    # ---- writing -----------------------------------------------------------------------------------------------------

    def _write(self, answer: Answer) -> None:
        stopping = self.server.stand_in.stopping
        if answer.delay and stopping.wait(answer.delay):
            self.close_connection = True
            return
        if answer.reset == "before":
            self._reset()
            return
        self.record.status = answer.status
        try:
            self._write_head(answer)
            if self.command != "HEAD":
                self._write_body(answer)
            if answer.send < 1:
                self.close_connection = True
            if answer.reset:
                self._reset()
        except OSError as error:
            self.note_client_gone(error)
        if answer.then:
            answer.then()

    def _write_head(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(answer.content_length))
        self.end_headers()

    def _write_body(self, answer: Answer) -> None:
        pieces: Iterable[bytes] = answer.pieces()
        pause = answer.trickle / 20
        for piece in pieces:
            if pause and self.server.stand_in.stopping.wait(pause):
                self.close_connection = True
                return
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if answer.chunked else piece)
        if answer.chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _reset(self) -> None:
        # Closing with a linger time of 0 sends RST; a normal close would send FIN.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.connection.close()
