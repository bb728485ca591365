"""The behavior of the site: sessions, forms and links, without any sockets."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from urllib.parse import parse_qs

from . import pages
from .orders import OrderBook, Refused

COOKIE = "OPALSESSID"


@dataclass(frozen=True)
class Request:
    """A parsed request; `fields` contains the fields of its query and its form."""

    method: str
    path: str
    fields: dict[str, list[str]]
    session: str | None

    def value(self, name: str) -> str:
        return self.fields.get(name, [""])[0]


@dataclass(frozen=True)
class Response:
    status: int = 200
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def parse_fields(text: str) -> dict[str, list[str]]:
    """Parse the body of a form or a query, in the encoding of the site's pages."""
    return parse_qs(text, keep_blank_values=True, encoding=pages.CHARSET, errors="replace")


class Site:
    """The courier's site for one customer.

    :param clock: returns the courier's local time, naive
    :param per_page: orders on a page of the list
    """

    def __init__(self, user: str, password: str, book: OrderBook, clock: Callable[[], datetime], per_page: int):
        self.user = user
        self.password = password
        self.book = book
        self.per_page = per_page
        self._clock = clock
        self._lock = Lock()
        self._sessions: set[str] = set()
        self._tokens: set[str] = set()
        self.sign_ins = 0

    def page_of(self, path: str) -> str | None:
        """Return the name of the page at a path, as used in faults."""
        return _NAMES.get(path)

    def forget_session(self, session: str | None) -> None:
        with self._lock:
            self._sessions.discard(session or "")

    def answer(self, request: Request) -> Response:
        """Carry out a request and return the resulting page."""
        action = _ACTIONS.get((request.method, request.path))
        if action is None:
            return Response(404, pages.maintenance())
        if request.path != "/login.php" and request.session not in self._sessions:
            return Response(text=pages.login())
        return action(self, request)

    def _sign_in(self, request: Request) -> Response:
        given = (request.value("username") + "\0" + request.value("password")).encode()
        if request.value("ziel") != "index" or not hmac.compare_digest(given, f"{self.user}\0{self.password}".encode()):
            return Response(text=pages.login("Benutzer oder Kennwort falsch."))
        session = secrets.token_hex(16)
        with self._lock:
            self._sessions.add(session)
            self.sign_ins += 1
        return Response(302, headers={"Location": "/", "Set-Cookie": f"{COOKIE}={session}; Path=/; HttpOnly"})

    def _sign_out(self, request: Request) -> Response:
        self.forget_session(request.session)
        return Response(302, headers={"Location": "/"})

    def _frameset(self, request: Request) -> Response:
        return Response(text=pages.frameset())

    def _header(self, request: Request) -> Response:
        return Response(text=pages.header())

    def _start(self, request: Request) -> Response:
        return Response(text=pages.start())

    def _order_form(self, request: Request) -> Response:
        return Response(text=pages.order_form(self._new_token(), self._clock().date()))

    def _new_token(self) -> str:
        token = secrets.token_hex(8)
        with self._lock:
            self._tokens.add(token)
        return token

    def _send(self, request: Request) -> Response:
        token = request.value("formtoken")
        with self._lock:
            is_fresh = token in self._tokens
            self._tokens.discard(token)
        try:
            if not is_fresh or request.value("mandant") != "998":
                raise Refused("Das Formular ist abgelaufen.")
            if "senden" not in request.fields:
                raise Refused("Die Vorlage wurde gespeichert.")
            order = self.book.take(request.fields)
        except Refused as refusal:
            form = pages.order_form(self._new_token(), self._clock().date(), str(refusal), request.fields)
            return Response(text=form)
        return Response(text=pages.confirmation(order))

    def _list(self, request: Request) -> Response:
        number = int(request.value("seite") or 1)
        newest_first = list(reversed(self.book.all()))
        start = (number - 1) * self.per_page
        more = len(newest_first) > start + self.per_page
        shown = newest_first[start : start + self.per_page]
        return Response(text=pages.order_list(shown, number + 1 if more else None))

    def _detail(self, request: Request) -> Response:
        try:
            return Response(text=pages.detail(self.book.find(request.value("nr"))))
        except KeyError:
            return Response(404, pages.maintenance())

    def _cancel(self, request: Request) -> Response:
        try:
            order = self.book.find(request.value("nr"))
        except KeyError:
            return Response(404, pages.maintenance())
        if not request.value("sicher"):
            return Response(text=pages.confirm_cancel(order))
        try:
            self.book.cancel(order.tracking_number)
        except Refused as refusal:
            return Response(text=pages.detail(order, str(refusal)))
        return Response(text=pages.detail(order))


_ACTIONS = {
    ("GET", "/"): Site._frameset,
    ("POST", "/login.php"): Site._sign_in,
    ("GET", "/logout.php"): Site._sign_out,
    ("GET", "/top.php"): Site._header,
    ("GET", "/start.php"): Site._start,
    ("GET", "/auftrag_neu.php"): Site._order_form,
    ("POST", "/auftrag_senden.php"): Site._send,
    ("GET", "/auftragsliste.php"): Site._list,
    ("GET", "/auftrag.php"): Site._detail,
    ("POST", "/storno.php"): Site._cancel,
}
_NAMES = {
    "/": "start",
    "/login.php": "login",
    "/top.php": "header",
    "/auftrag_neu.php": "form",
    "/auftrag_senden.php": "send",
    "/auftragsliste.php": "list",
    "/auftrag.php": "detail",
    "/storno.php": "cancel",
}
