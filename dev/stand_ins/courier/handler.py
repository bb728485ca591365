"""The HTTP side of the courier's site."""

import json
from dataclasses import dataclass
from datetime import datetime
from http.cookies import SimpleCookie

from ..common.control import CONTROL_PATH, control
from ..common.listener import Handler
from . import pages
from .control import ACTIONS
from .site import COOKIE, Request, Response, parse_fields


@dataclass(frozen=True)
class RequestRecord:
    """A request to the site, without the values of its form."""

    time: datetime
    method: str
    path: str
    query: str
    fault: str | None

    def as_json(self) -> dict:
        return {**vars(self), "time": self.time.isoformat()}


class CourierHandler(Handler):
    """One request: carry it out, then write the answer, both affected by the active faults."""

    server_version = "Apache/1.3"
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.read_body()
        if body is None:
            self._write(413, b"", {})
        elif path.startswith(CONTROL_PATH):
            answer = control(self.server.stand_in, ACTIONS, self.client_address[0], self.command, path, body)
            headers = {"Content-Type": "application/json", **answer.headers}
            self._write(answer.status, json.dumps(answer.value).encode(), headers)
        else:
            self._answer_site(path, query, body)

    do_POST = do_DELETE = do_PUT = do_HEAD = do_GET

    def _answer_site(self, path: str, query: str, body: bytes) -> None:
        courier = self.server.stand_in
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
        # The pages declare their encoding themselves, like old pages do.
        self._write(
            response.status,
            response.text.encode(pages.CHARSET, "xmlcharrefreplace"),
            {"Content-Type": "text/html", **response.headers},
        )

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
            self.note_client_gone(error)
