"""The complete shop: its order book, settings and faults, and the server that runs in separate threads."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Event, Lock
from typing import Any

from .acknowledgements import Acknowledgements
from .book import OrderBook
from .chain import Chain
from .faults import Faults
from .feed import Settings
from .generations import GENERATIONS
from .generator import OrderGenerator
from .handler import FEED_PATH, SUMMARY_PATH, RequestRecord, ShopListener
from .life import go_on
from .order import Order
from .refunds import CANCELLED
from .summary import summarize
from .totals import Totals, compute_totals, compute_totals_by_day

OTHER_HOST = "127.0.0.2"


def _utcnow() -> datetime:
    return datetime.now(UTC)


class ShopServer:
    """A demo shop. As a context manager it serves inside the ``with`` block; otherwise call `start`.

    :param orders: number of orders to start with, one per minute until now, or as the chain sold them
    :param seed: decides all orders, and which requests a fault with a probability hits
    :param api_key: the key that clients must send
    :param generation: see `OrderGenerator`
    :param chain: see the same
    :param host: address to listen on
    :param port: port to listen on, 0 for any free one
    :param shape: see `Settings`, as for ``per_page`` and ``link_header``
    :param clock: returns the time, with its time zone
    """

    def __init__(
        self,
        *,
        orders: int = 0,
        seed: int = 1,
        api_key: str = "demo-shop-key",
        generation: str = GENERATIONS[0],
        chain: Chain | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        shape: str = "array",
        per_page: int | None = None,
        link_header: bool = True,
        clock: Callable[[], datetime] = _utcnow,
    ):
        if not api_key:
            raise ValueError("the shop needs an API key")
        self.api_key = api_key
        self.host = host
        self.port = port
        self.clock = clock
        self.settings = Settings(shape, per_page, link_header)
        self.book = OrderBook(OrderGenerator(seed, generation, chain), clock)
        self.acknowledgements = Acknowledgements()
        self.faults = Faults(seed)
        self.requests: list[RequestRecord] = []
        self.summaries: dict[date, Any] = {}
        self.stopping = Event()
        self._listeners: dict[str, ShopListener] = {}
        self._lock = Lock()
        self.book.add_past(orders)

    # ---- serving -----------------------------------------------------------------------------------------------------

    def __enter__(self) -> "ShopServer":
        self.start()
        return self

    def __exit__(self, *exception) -> None:
        self.stop()

    def start(self) -> None:
        """Start listening; after `stop`, on the same port again. Raises ``OSError`` if the port is taken."""
        self.stopping.clear()
        self.port = self._listen(self.host, self.port).server_port

    def stop(self) -> None:
        """Stop listening and drop all connections; orders, faults and the request log are kept."""
        self.stopping.set()
        with self._lock:
            listeners, self._listeners = self._listeners, {}
        for listener in listeners.values():
            listener.stop()

    def _listen(self, host: str, port: int) -> ShopListener:
        with self._lock:
            if host not in self._listeners:
                listener = ShopListener(self, (host, port), is_other_host=host != self.host)
                self._listeners[host] = listener
                listener.start()
            return self._listeners[host]

    @property
    def base_url(self) -> str:
        """The shop's origin, without a path."""
        return f"http://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address of the order feed, for *External API URL*."""
        return f"{self.base_url}{FEED_PATH}"

    @property
    def summary_url(self) -> str:
        """The address of the summaries of days, for *Daily Summary URL*."""
        return f"{self.base_url}{SUMMARY_PATH}"

    def other_origin(self) -> str:
        """Return the origin of the other server, which only a redirect leads to. It is started when first needed."""
        return f"http://{OTHER_HOST}:{self._listen(OTHER_HOST, 0).server_port}"

    @property
    def leaked_keys(self) -> list[RequestRecord]:
        """The requests that sent the shop's key to a host name other than the shop's."""
        own = f"{self.host}:{self.port}"
        return [record for record in list(self.requests) if record.key == "valid" and record.host != own]

    # ---- selling -----------------------------------------------------------------------------------------------------

    @property
    def orders(self) -> tuple[Order, ...]:
        """The last version of every order that the shop made."""
        return self.book.orders()

    def totals(self) -> Totals:
        """Return the totals of the shop's orders in their last versions, without entries added by `put`."""
        return compute_totals(self.orders)

    def totals_by_day(self) -> dict[tuple[date, int], Totals]:
        """Return the same totals for each business day and branch."""
        return compute_totals_by_day(self.orders)

    def summary_of(self, day: date) -> Any:
        """Return the summary of a business day: the one that a test has set, else that of the shop's orders."""
        if day in self.summaries:
            return self.summaries[day]
        chain = self.book.chain
        return summarize(self.orders, day, chain.locations if chain else (0,))

    def add_orders(self, count: int = 1, **values: Any) -> list[Order]:
        """Make new orders, dated now, with other values of their fields: ``generation="first"``, ``location=404``."""
        return self.book.add(count, **values)

    def edit_order(self, number: int) -> Order:
        """Change an order and return its new version. Raises ``KeyError`` for an unknown order."""
        return self.book.edit(number)

    def refund_order(self, number: int, **choices: Any) -> Order:
        """Refund an order and return its new version; see :func:`~dev.stand_ins.shop.refunds.refunded`.

        Raises ``KeyError`` for an unknown order, and ``ValueError`` if it cannot be refunded so.
        """
        return self.book.refund(number, **choices)

    def cancel_order(self, number: int) -> Order:
        """Cancel an order, of which nothing came back yet, and return its new version. Raises as `refund_order`."""
        return self.book.refund(number, form=CANCELLED)

    def go_on(self, count: int) -> dict[str, list[int]]:
        """Refund, cancel and edit orders in all ways, one by one; see :func:`~dev.stand_ins.shop.life.go_on`."""
        return go_on(self, count)

    def versions(self, number: int) -> tuple[Order, ...]:
        """Return the original order and its version after each change. Raises ``KeyError`` for an unknown order."""
        return self.book.versions(number)

    def put(self, payload: Any) -> None:
        """Serve any JSON value as an entry of the feed; it replaces the entry with the same ``OrderID``."""
        self.book.put(payload)

    def clear(self) -> None:
        """Forget all orders, and what was said of them."""
        self.book.clear()
        self.acknowledgements.clear()
