"""Read the stock data of a remote Odoo, 14 to 19, over its own API.

JSON-2 (`POST /json/2/<model>/<method>`) is used if the remote offers it and accepts the secret as an API key, otherwise
JSON-RPC (`POST /jsonrpc`). Nothing is ever written to the remote. Every failure is an `OdooClientError` with a message
for the user, which never contains the secret.
"""

import ssl
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import requests

from ..http_transport import (
    BodyError,
    BodyTooLarge,
    Deadline,
    DeadlineExceeded,
    RetryAfterTooLong,
    open_session,
    read_body,
)
from ..message import message as _lt
from ..secret_texts import without_secrets
from ..strict_json import StrictJsonError, dumps, loads
from .client_errors import OdooClientError, connection_problem
from .versions import RemoteKind, Row, UnsupportedVersion, remote_kinds

JSON2_SINCE = 19
# Names in English and times in UTC; archived rows are read too.
CONTEXT = {"active_test": False, "lang": "en_US", "tz": "UTC"}
_RETRY_STATUSES = (429, 502, 503, 504)  # Odoo answers 500 to a request that would fail again, so 500 is not retried
_SHOWN = 300


@dataclass(frozen=True)
class Connection:
    """The address of the remote, and the credentials. Times are in seconds, sizes in bytes after decompression.

    `secret` is an API key, or the password of `login`.
    """

    url: str
    database: str
    login: str
    secret: str = field(repr=False)
    connect_timeout: float = 10
    request_timeout: float = 120
    max_bytes: int = 256 * 1024 * 1024
    retries: int = 3
    backoff: float = 0.5


@dataclass(frozen=True)
class Handshake:
    """The protocol and version of the remote. It can be stored: a client that has it skips the requests to connect.

    `uid` is the user's id at the remote, or 0 if the API key identifies the user.
    """

    protocol: Literal["json2", "jsonrpc"]
    version: int
    uid: int


@dataclass(frozen=True)
class Newest:
    """The rows written last, newest first, full or brief; the total number of rows; the remote's time (naive UTC)."""

    rows: list[Row]
    total: int
    asked_at: datetime


class OdooClient:
    """Read one remote. Raises `OdooClientError` if the settings are not valid.

    `requests` is the number of requests and `received` the number of bytes received, after decompression; `asked_at`
    is the remote's time (naive UTC) of its last answer.
    """

    def __init__(self, connection: Connection, handshake: Handshake | None = None) -> None:
        self.connection = connection
        self.handshake = handshake
        self.requests = 0
        self.received = 0
        self.asked_at: datetime | None = None
        self._kinds: dict[str, RemoteKind] = remote_kinds(handshake.version) if handshake else {}
        self._base = _checked_url(connection)
        self._deadline = Deadline(connection.request_timeout)
        self._session = open_session(
            self._deadline,
            {},
            connection.retries,
            connection.backoff,
            connection.connect_timeout,
            retry_methods=("POST",),  # all requests only read
            retry_statuses=_RETRY_STATUSES,
        )

    def __enter__(self) -> "OdooClient":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._session.close()

    # ---- who we are --------------------------------------------------------------------------------------------------

    def connect(self) -> Handshake:
        """Detect the remote's version, sign in, and return the handshake for all further requests."""
        version = self._version()
        try:
            self._kinds = remote_kinds(version)
        except UnsupportedVersion as error:
            raise OdooClientError(error.message, "version") from None
        self.handshake = self._sign_in_by_key(version) if version >= JSON2_SINCE else None
        self.handshake = self.handshake or self._sign_in_by_password(version)
        return self.handshake

    def kind(self, name: str) -> RemoteKind:
        """Return a kind in the form that the remote's version uses."""
        if not self.handshake:
            self.connect()
        return self._kinds[name]

    def _version(self) -> int:
        answer = self._rpc("/web/webclient/version_info", {})
        try:
            # [19, 0, 0, "final", 0, ""]; between two versions ["saas~18", 2, …].
            return int(str(answer["server_version_info"][0]).rpartition("~")[2])
        except (LookupError, TypeError, ValueError):
            raise OdooClientError(_lt("%s does not respond like an Odoo server.", self._base), "content") from None

    def _sign_in_by_key(self, version: int) -> Handshake | None:
        connection = self.connection
        if not (connection.secret + connection.database).isascii():
            return None  # not an API key: a header must be ASCII
        try:
            self._json2("res.users", "context_get", {})
        except OdooClientError as error:
            if error.kind in ("login", "remote"):
                return None  # the secret may be a password, or JSON-2 may be missing
            raise
        return Handshake("json2", version, 0)

    def _sign_in_by_password(self, version: int) -> Handshake:
        connection = self.connection
        arguments = [connection.database, connection.login, connection.secret, {}]
        uid = self._rpc("/jsonrpc", {"service": "common", "method": "authenticate", "args": arguments})
        if not isinstance(uid, int) or not uid:
            raise _login_error(connection)
        return Handshake("jsonrpc", version, uid)

    # ---- what is read ------------------------------------------------------------------------------------------------

    def newest(self, name: str, limit: int, brief: bool = False) -> Newest:
        """Return the rows of a kind that were written last, and the total number of rows, by one request."""
        kind = self.kind(name)
        answer = self._search(kind, [], brief, limit=limit, order="write_date desc, id desc")
        with _reading(kind):
            rows = kind.brief_rows(answer["records"]) if brief else kind.rows(answer["records"])
            return Newest(rows, int(answer["length"]), self.asked_at)

    def brief_rows(
        self, name: str, since: datetime | None, after_id: int, limit: int, products: Sequence[int] | None = None
    ) -> list[Row]:
        """Return a page of brief rows written at `since` (naive UTC) or later, by ascending id.

        `products` are the ids of the products whose rows are wanted, None for all rows.
        """
        kind = self.kind(name)
        domain: list[Any] = []
        if since:
            domain += ["|"] * (len(kind.date_paths) - 1)
            domain += [[path, ">=", f"{since:%Y-%m-%d %H:%M:%S}"] for path in kind.date_paths]
        if products is not None:
            domain += [[kind.field_of("product_remote_id"), "in", list(products)]]
        domain += [["id", ">", after_id]]
        arguments = {"domain": domain, "fields": list(kind.listed), "limit": limit, "order": "id"}
        records = self._call(kind.model, "search_read", arguments)
        with _reading(kind):
            return kind.brief_rows(records)

    def page(self, name: str, after_id: int, limit: int) -> list[Row]:
        """Return a page of full rows by ascending id."""
        kind = self.kind(name)
        options = {"count_limit": 1} if kind.version >= 17 else {}  # the total is not needed here
        answer = self._search(kind, [["id", ">", after_id]], False, limit=limit, order="id", **options)
        with _reading(kind):
            return kind.rows(answer["records"])

    def rows(self, name: str, ids: Sequence[int]) -> list[Row]:
        """Return the full rows of the ids that still exist."""
        kind = self.kind(name)
        answer = self._search(kind, [["id", "in", list(ids)]], False, limit=None, order="id")
        with _reading(kind):
            return kind.rows(answer["records"])

    def _search(self, kind: RemoteKind, domain: list[Any], brief: bool, **options: Any) -> dict[str, Any]:
        arguments: dict[str, Any] = {"domain": domain, **options}
        if kind.version >= 17:
            arguments["specification"] = {name: {} for name in kind.listed} if brief else kind.specification
        else:
            arguments["fields"] = list(kind.listed if brief else kind.fields)
        return self._call(kind.model, "web_search_read", arguments)

    # ---- calls -------------------------------------------------------------------------------------------------------

    def _call(self, model: str, method: str, arguments: dict[str, Any]) -> Any:
        arguments = {**arguments, "context": CONTEXT}
        if self.handshake.protocol == "json2":
            return self._json2(model, method, arguments)
        connection = self.connection
        args = [connection.database, self.handshake.uid, connection.secret, model, method, [], arguments]
        return self._rpc("/jsonrpc", {"service": "object", "method": "execute_kw", "args": args})

    def _json2(self, model: str, method: str, arguments: dict[str, Any]) -> Any:
        headers = {
            "Authorization": f"Bearer {self.connection.secret}",
            "X-Odoo-Database": self.connection.database,
        }
        status, answer = self._post(f"/json/2/{model}/{method}", arguments, headers)
        if status == 200:
            return answer
        if status == 401:
            raise _login_error(self.connection)
        reason = answer.get("message") if isinstance(answer, dict) else None
        problem = _lt(
            "The remote Odoo refused %(method)s. Check that Inventory is installed there, and the access rights of the "
            "user. Its answer: %(reason)s",
            method=f"{model}.{method}",
            reason=self._shown(reason or status),
        )
        raise OdooClientError(problem, "remote")

    def _shown(self, reason: Any) -> str:
        """Return what the remote says for a message, without the secret, which it may quote."""
        return _shown(self._hidden(str(reason)))

    def _hidden(self, text: str) -> str:
        return without_secrets(text, [self.connection.secret])

    def _rpc(self, path: str, params: dict[str, Any]) -> Any:
        body = {"jsonrpc": "2.0", "method": "call", "id": self.requests + 1, "params": params}
        status, answer = self._post(path, body, {})
        if status != 200 or not isinstance(answer, dict):
            problem = _lt("%(url)s answered with HTTP status %(status)s.", url=self._base + path, status=status)
            raise OdooClientError(problem, "remote")
        if "error" not in answer:
            return answer.get("result")
        error = answer["error"] if isinstance(answer["error"], dict) else {}
        data = error.get("data") if isinstance(error.get("data"), dict) else {}
        if str(data.get("name", "")).endswith("AccessDenied"):
            raise _login_error(self.connection)
        told = str(data.get("message") or error.get("message"))
        if str(data.get("name", "")).endswith("OperationalError"):
            told = told.rpartition("FATAL:")[2].strip()  # before it, psycopg2 names the remote's sockets
        problem = _lt(
            "The remote Odoo refused the request. Check the database, and the access rights of the user there. Its "
            "answer: %s",
            self._shown(told),
        )
        raise OdooClientError(problem, "remote")

    def _post(self, path: str, value: Any, headers: dict[str, str]) -> tuple[int, Any]:
        """Send JSON. Return the status and the parsed JSON of the answer, or None if it is not JSON."""
        self._deadline.restart(self.connection.request_timeout)
        self.requests += 1
        try:
            response = self._session.post(
                self._base + path,
                data=dumps(value).encode(),
                headers={"Content-Type": "application/json", **headers},
                timeout=self.connection.request_timeout,
                stream=True,
                allow_redirects=False,
            )
            with closing(response):
                body = read_body(response, self.connection.max_bytes, self._deadline.remaining)
        except (requests.Timeout, DeadlineExceeded, RetryAfterTooLong):
            raise OdooClientError(_lt("%s did not answer in time.", self._base), "unreachable") from None
        except (requests.RequestException, BodyError, ssl.SSLError) as error:
            problem = _lt("%(url)s cannot be reached: %(reason)s.", url=self._base, reason=connection_problem(error))
            raise OdooClientError(problem, "unreachable") from None
        except BodyTooLarge:
            raise OdooClientError(_lt("A response from %s is too large.", self._base), "content") from None
        if response.is_redirect:
            problem = _lt(
                "%(url)s redirects to %(target)s. Enter the final address.",
                url=self._base,
                target=self._shown(response.headers["Location"]),
            )
            raise OdooClientError(problem, "settings")
        self.asked_at = _time_of(response)
        self.received += len(body)
        try:
            return response.status_code, loads(body)
        except StrictJsonError as error:
            if response.status_code != 200:
                return response.status_code, None
            problem = _lt(
                "The response from %(url)s is not valid JSON: %(reason)s",
                url=self._base,
                reason=error.message.changed(self._hidden),
            )
            raise OdooClientError(problem, "content") from None


class _reading:
    """Convert errors that a malformed answer raises into `OdooClientError`."""

    def __init__(self, kind: RemoteKind) -> None:
        self._kind = kind

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, (LookupError, TypeError, ValueError)):
            problem = _lt(
                "The response for %(model)s does not look like one from Odoo %(version)s. Ask the administrator of the "
                "remote Odoo whether a customization changes it.",
                model=self._kind.model,
                version=self._kind.version,
            )
            raise OdooClientError(problem, "content") from error


def _checked_url(connection: Connection) -> str:
    try:
        url = urlsplit(connection.url.strip())
        valid = url.scheme in ("http", "https") and bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        valid = False
    if not valid or url.username or url.password or url.query or url.fragment:
        problem = _lt("The URL must be the address of an Odoo server, such as https://odoo.example.com")
        raise OdooClientError(problem, "settings")
    for value, problem in (
        (
            connection.database,
            _lt("The name of the remote database is missing or contains characters that cannot be sent."),
        ),
        (connection.login, _lt("The remote user is missing or contains characters that cannot be sent.")),
        (
            connection.secret,
            _lt("The key or password for the remote Odoo is missing or contains characters that cannot be sent."),
        ),
    ):
        if not value or not value.strip() or not value.isprintable():
            raise OdooClientError(problem, "settings")
    return url.geturl().rstrip("/")


def _login_error(connection: Connection) -> OdooClientError:
    problem = _lt(
        "The remote Odoo does not accept the login %(login)s on database %(database)s: check the database, the user "
        "and the key or password.",
        login=_shown(connection.login),
        database=_shown(connection.database),
    )
    return OdooClientError(problem, "login")


def _time_of(response: requests.Response) -> datetime:
    """Return the remote's time from the Date header (RFC 9110, section 6.6.1), or ours if the header is missing."""
    try:
        time = parsedate_to_datetime(response.headers["Date"])
        return (time.astimezone(UTC) if time.tzinfo else time).replace(tzinfo=None)
    except (LookupError, TypeError, ValueError, OverflowError):
        return datetime.now(UTC).replace(tzinfo=None)


def _shown(value: Any) -> str:
    """Return a foreign text for a message: one line, printable, of bounded length."""
    text = "".join(character if character.isprintable() else " " for character in str(value))
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
