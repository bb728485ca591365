"""The complete courier: its books, site and faults, and the server that runs in separate threads."""

from collections.abc import Callable
from datetime import datetime
from threading import Event
from zoneinfo import ZoneInfo

from ..common.listener import Listener
from .faults import Faults
from .handler import CourierHandler, RequestRecord
from .orders import CourierOrder, OrderBook
from .site import Site

TIME_ZONE = "Europe/Berlin"


def _local_time() -> datetime:
    return datetime.now(ZoneInfo(TIME_ZONE)).replace(tzinfo=None)


class CourierServer:
    """A courier's site. As a context manager it serves inside the ``with`` block; otherwise call `start`.

    :param port: port to listen on, 0 for any free one
    :param per_page: orders per page of the list
    :param clock: returns the courier's local time, naive
    """

    def __init__(
        self,
        *,
        user: str = "demo",
        password: str = "demo-courier-password",
        host: str = "127.0.0.1",
        port: int = 0,
        per_page: int = 25,
        clock: Callable[[], datetime] = _local_time,
    ):
        self.host = host
        self.port = port
        self.clock = clock
        self.book = OrderBook(clock)
        self.site = Site(user, password, self.book, clock, per_page)
        self.faults = Faults()
        self.requests: list[RequestRecord] = []
        self.stopping = Event()
        self._listener: Listener | None = None

    def __enter__(self) -> "CourierServer":
        self.start()
        return self

    def __exit__(self, *exception) -> None:
        self.stop()

    def start(self) -> None:
        """Start listening; after `stop`, on the same port again. Raises ``OSError`` if the port is taken."""
        self.stopping.clear()
        self._listener = Listener("Courier", self, (self.host, self.port), CourierHandler)
        self.port = self._listener.server_port
        self._listener.start()

    def stop(self) -> None:
        """Stop listening; orders, faults and the request log are kept."""
        self.stopping.set()
        if self._listener:
            self._listener.stop()
            self._listener = None

    @property
    def url(self) -> str:
        """The address of the site's start page."""
        return f"http://{self.host}:{self.port}/"

    @property
    def orders(self) -> tuple[CourierOrder, ...]:
        """The accepted orders, oldest first."""
        return self.book.all()

    def asked(self, page: str) -> int:
        """Return how many times a page was requested; `page` is its name in the faults."""
        return sum(self.site.page_of(record.path) == page for record in list(self.requests))
