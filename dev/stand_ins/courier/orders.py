"""The courier's books: the orders it accepted, and their histories."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock

FIRST_NUMBER = 511590
REQUIRED = {
    "address_name1[]": "Name",
    "address_str[]": "Straße",
    "address_plz[]": "PLZ",
    "address_ort[]": "Ort",
}
RECEIVER = 1


class Refused(ValueError):
    """The order is refused; the text is shown to the customer."""


@dataclass(frozen=True)
class Event:
    """A line of the history; `time` is naive, in the courier's local time."""

    time: datetime
    status: str
    details: str = ""


@dataclass
class CourierOrder:
    """An accepted order.

    :param fields: the form as it was sent, hidden fields and defaults included, all values of each name
    """

    number: int
    fields: dict[str, list[str]]
    taken: datetime
    events: list[Event] = field(default_factory=list)

    @property
    def tracking_number(self) -> str:
        return f"OCU-998-{self.number}"

    @property
    def order_number(self) -> str:
        return f"AN-{self.number - FIRST_NUMBER + 1000}"

    @property
    def waybill(self) -> str:
        return f"{self.number:012d}"

    @property
    def reference(self) -> str:
        return self.value("seclref")

    @property
    def receiver(self) -> str:
        return self.value("address_name1[]", RECEIVER)

    @property
    def status(self) -> str:
        return self.events[-1].status if self.events else "Neu"

    def value(self, name: str, index: int = 0) -> str:
        values = self.fields.get(name, [])
        return values[index] if index < len(values) else ""

    def as_json(self) -> dict:
        return {
            "tracking_number": self.tracking_number,
            "order_number": self.order_number,
            "waybill": self.waybill,
            "reference": self.reference,
            "status": self.status,
            "fields": self.fields,
            "events": [{**vars(event), "time": event.time.isoformat()} for event in self.events],
        }


class OrderBook:
    """All orders, newest last. Thread-safe.

    :param clock: returns the courier's local time, naive
    """

    def __init__(self, clock: Callable[[], datetime]):
        self._clock = clock
        self._lock = RLock()
        self._orders: list[CourierOrder] = []

    def all(self) -> tuple[CourierOrder, ...]:
        with self._lock:
            return tuple(self._orders)

    def take(self, fields: dict[str, list[str]]) -> CourierOrder:
        """Accept an order. Raises `Refused` with the missing values."""
        order = CourierOrder(0, fields, self._clock())
        missing = [label for name, label in REQUIRED.items() if not order.value(name, RECEIVER).strip()]
        if missing:
            raise Refused(f"Bitte füllen Sie beim Empfänger aus: {', '.join(missing)}")
        for name, least in (("sepksnr", 1), ("segewicht", 0)):
            try:
                number = float(order.value(name).replace(",", "."))
            except ValueError:
                raise Refused(f"Keine Zahl: {order.value(name)!r} ({name})") from None
            if number < least:
                raise Refused(f"Zu klein: {order.value(name)} ({name})")
        with self._lock:
            order.number = FIRST_NUMBER + len(self._orders)
            self._orders.append(order)
        return order

    def find(self, tracking_number: str) -> CourierOrder:
        """Return an order. Raises ``KeyError`` for an unknown number."""
        with self._lock:
            for order in self._orders:
                if order.tracking_number == tracking_number:
                    return order
        raise KeyError(f"order {tracking_number}")

    def report(
        self, tracking_number: str, status: str, details: str = "", time: datetime | None = None
    ) -> CourierOrder:
        """Add a line to an order's history, by default at the current time."""
        order = self.find(tracking_number)
        with self._lock:
            order.events.append(Event(time or self._clock(), status, details))
            order.events.sort(key=lambda event: event.time)
        return order

    def cancel(self, tracking_number: str) -> CourierOrder:
        """Cancel an order. Raises `Refused` if it is already under way."""
        order = self.find(tracking_number)
        if order.status not in ("Neu", "AKTIV"):
            raise Refused(f"Der Auftrag ist {order.status} und kann nicht storniert werden.")
        return self.report(tracking_number, "Storniert")

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()
