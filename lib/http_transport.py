"""HTTP client code that protects the caller from slow, oversized and misdirected responses.

`open_session` returns a `requests.Session` in which every operation (connecting, waiting for a response, each read, the
pause before a retry) ends at a common deadline. `read_body` reads a response up to a number of bytes after
decompression.
"""

import io
import math
import socket
import time
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError
from urllib3.util.retry import Retry

from .message import Message
from .message import message as _lt
from .network_address import is_public

RETRY_STATUSES = frozenset({429, *range(500, 600)})
_WIRE_CHUNK = 1 << 16
_INFLATED_CHUNK = 1 << 20


class DeadlineExceeded(Exception):
    """The time limit of the whole fetch is exceeded."""


class RetryAfterTooLong(Exception):
    """The server requests a longer pause (Retry-After) than the time that is left."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Retry-After asks for {seconds:.0f} s")
        self.seconds = seconds


class BodyError(Exception):
    """The body of a response is incomplete or cannot be decompressed; `message` is a clause that says so."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class BodyTooLarge(Exception):
    """The body of a response is larger than allowed."""


class PrivateAddress(Exception):
    """The host is inside the own network, and connections to there are not allowed."""


class Deadline:
    """A point in monotonic time, `seconds` from now; time spent elsewhere can be given back.

    It is never later than `at_most` seconds from now, whatever is given back.
    """

    def __init__(self, seconds: float, at_most: float = math.inf) -> None:
        now = time.monotonic()
        self._end = now + seconds
        self._last = now + at_most

    def remaining(self) -> float:
        """Return the seconds left; raise `DeadlineExceeded` if there are none."""
        seconds = min(self._end, self._last) - time.monotonic()
        if seconds <= 0:
            raise DeadlineExceeded
        return seconds

    def is_last(self) -> bool:
        """Return whether the final time limit, which cannot be extended, is over."""
        return time.monotonic() >= self._last

    def cap(self, timeout: float) -> float:
        """Return the timeout in seconds, or the time left if that is less."""
        return min(timeout, self.remaining())

    def extend(self, seconds: float) -> None:
        """Give back time that was not spent on the fetch."""
        self._end += seconds

    def restart(self, seconds: float) -> None:
        """Restart the deadline: from now on, `seconds` are left."""
        self._end = time.monotonic() + seconds


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket; every read ends at the deadline.

    A socket's own timeout restarts with every byte, so a response that trickles in would never time out.
    """

    def __init__(self, sock: socket.socket, timeout: float, deadline: Deadline) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self._timeout = timeout
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._deadline.cap(self._timeout))
        try:
            return self._file.readinto(buffer)
        except TimeoutError:
            self._deadline.remaining()  # the deadline's own error, if that is what cut the read short
            raise

    def close(self) -> None:
        self._file.close()
        super().close()


class _DeadlineSocket:
    """A connected socket whose files are `_DeadlineReader`s; everything else is delegated to the socket."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def makefile(self, mode: str = "rb", *args: Any, **kwargs: Any) -> io.BufferedReader:
        """Open the reading side, as http.client does once per response."""
        return io.BufferedReader(_DeadlineReader(self._sock, self._sock.gettimeout(), self._deadline))


def _bounded(pool_class: type, deadline: Deadline, public_only: bool = False) -> type:
    """Return the urllib3 pool class with connections that respect the deadline.

    :param public_only: refuse addresses of the own network. The address that was connected to is checked, because a
        name may stand for another one with each look-up.
    """

    class Connection(pool_class.ConnectionCls):
        def _new_conn(self) -> socket.socket:
            sock = super()._new_conn()
            if public_only and not is_public(sock.getpeername()[0]):
                sock.close()
                raise PrivateAddress
            return sock

        def connect(self) -> None:
            self.timeout = deadline.cap(self.timeout)
            super().connect()
            self.sock = _DeadlineSocket(self.sock, deadline)

    return type(pool_class.__name__, (pool_class,), {"ConnectionCls": Connection})


class _Adapter(HTTPAdapter):
    """Sends with retries, by the rules of urllib3's `Retry`, never beyond the deadline.

    Retries are handled here and not by urllib3, because urllib3 reads the whole body of each failed response, sleeps as
    long as the server says, and logs the address with its query.
    """

    def __init__(self, deadline: Deadline, retry: Retry, connect_timeout: float, public_only: bool) -> None:
        self._deadline = deadline
        self._retry = retry
        self._connect_timeout = connect_timeout
        classes = {"http": HTTPConnectionPool, "https": HTTPSConnectionPool}
        self._pools = {scheme: _bounded(pool, deadline, public_only) for scheme, pool in classes.items()}
        # A proxy may be inside the own network; it decides to where it connects.
        self._proxy_pools = {scheme: _bounded(pool, deadline) for scheme, pool in classes.items()}
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):  # a SOCKS proxy uses different connection classes
            manager.pool_classes_by_scheme = self._proxy_pools
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, timeout: float, **kwargs: Any) -> requests.Response:
        retry = self._retry
        while True:
            response = error = None
            capped = tuple(self._deadline.cap(seconds) for seconds in (self._connect_timeout, timeout))
            try:
                response = super().send(request, *args, timeout=capped, **kwargs)
                if not retry.is_retry(request.method, response.status_code, "Retry-After" in response.headers):
                    return response
            except (requests.exceptions.SSLError, requests.exceptions.ProxyError):
                raise
            except (requests.ConnectionError, requests.Timeout) as exception:
                error = exception
            except HTTPError as exception:  # not translated by requests, for example for an empty label in the host
                raise requests.exceptions.InvalidURL(type(exception).__name__) from None
            if error:
                self._deadline.remaining()
            try:
                retry = retry.increment(
                    request.method, error=error, response=response.raw if response is not None else None
                )
            except MaxRetryError:
                if error:
                    raise error from None
                return response
            pause = _retry_after(retry, response) if response is not None else None
            if response is not None:
                response.close()
            self._pause(retry.get_backoff_time() if pause is None else pause, asked=pause is not None)

    def _pause(self, seconds: float, asked: bool) -> None:
        if asked and seconds >= self._deadline.remaining():
            raise RetryAfterTooLong(seconds)
        time.sleep(self._deadline.cap(seconds))
        self._deadline.remaining()


def _retry_after(retry: Retry, response: requests.Response) -> float | None:
    """Return the seconds of Retry-After (RFC 9110, section 10.2.3: seconds or a date), `None` without a valid one."""
    try:
        return retry.get_retry_after(response.raw)
    except (HTTPError, ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class _HeaderAuth(requests.auth.AuthBase):
    """Adds headers as the session's `auth`; without `auth`, requests would use a password from the user's .netrc."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self.headers)
        return request


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return False: this session never follows redirects.

        Otherwise requests, even with redirects disabled, reads the whole body of the redirect to prepare the next
        request.
        """


def open_session(
    deadline: Deadline,
    auth_headers: dict[str, str],
    retries: int,
    backoff: float,
    connect_timeout: float,
    retry_methods: Collection[str] = ("GET",),
    retry_statuses: Collection[int] = RETRY_STATUSES,
    public_only: bool = False,
) -> requests.Session:
    """Return a session that sends the headers with every request; TLS is verified, cookies are not kept.

    Proxies and the certificate bundle come from the environment, as the administrator of the server expects. The
    session never follows redirects: the caller must do it, because it knows where the headers may be sent. The
    `timeout` of a request is the read timeout in seconds.

    :param retries: how often a request is sent again after 429, 5xx or a failed connection.
    :param backoff: seconds before the second retry; they double with each further one.
    :param connect_timeout: seconds to wait for a connection.
    :param retry_methods: HTTP methods that may be repeated safely.
    :param retry_statuses: HTTP statuses after which a request is repeated.
    :param public_only: raise `PrivateAddress` instead of connecting to an address of the own network.
    """
    retry = Retry(
        total=retries,
        backoff_factor=backoff,
        status_forcelist=retry_statuses,
        allowed_methods=retry_methods,
        redirect=False,
    )
    session = _Session()
    session.auth = _HeaderAuth(tuple(auth_headers.items()))
    session.headers["Accept-Encoding"] = "gzip"  # encodings that read_body can limit
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(deadline, retry, connect_timeout, public_only))
    return session


def read_body(
    response: requests.Response,
    max_bytes: int,
    check: Callable[[], object],
    grown: Callable[[int], object] = lambda size: None,
) -> bytearray:
    """Return the whole decompressed body of a response that was requested with `stream=True`.

    :param check: called after every chunk; may raise, e.g. `Deadline.remaining`.
    :param grown: called with the size so far after every chunk; may wait until there is memory for more.
    :raises BodyTooLarge: after `max_bytes`; at most one more chunk is held in memory, regardless of compression.
    :raises BodyError: if the body is shorter than announced, uses an unknown compression or is damaged.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise BodyError(_lt("the response uses a compression that was not requested"))
    response.raw.enforce_content_length = True  # off by default in urllib3 1.26
    body = bytearray()
    chunks = response.raw.stream(_WIRE_CHUNK, decode_content=False)
    try:
        for chunk in _gunzip(chunks) if encoding.endswith("gzip") else chunks:
            body += chunk
            if len(body) > max_bytes:
                raise BodyTooLarge
            check()
            grown(len(body))
    except ReadTimeoutError:
        raise requests.exceptions.ReadTimeout from None
    except (HTTPError, OSError) as error:
        raise BodyError(_lt("the response was cut off")) from error
    except zlib.error:
        raise BodyError(_lt("the compressed response is damaged")) from None
    return body


def _gunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress gzip (RFC 1952, several members allowed) in pieces of limited size."""
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    started = False
    for chunk in chunks:
        while chunk:
            if inflater.eof:
                inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
            started = True
            yield inflater.decompress(chunk, _INFLATED_CHUNK)
            chunk = inflater.unconsumed_tail or inflater.unused_data
    if started and not inflater.eof:
        raise BodyError(_lt("the compressed response was cut off"))
