"""Parses the summary of a business day that a shop sends, see ``docs/reconciliation.md``.

Treat received data as hostile until it has passed `parse_summaries`: any JSON value may appear anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ..message import Message
from ..message import message as _lt
from .card_texts import in_text
from .content import PayloadError, join
from .fields import TOO_MANY, amount, identifier, objects, required_amount, whole_number, without_decimals
from .spellings import plain_id

MAX_LOCATIONS = 1000
MAX_PAYMENTS = 200
MAX_ORDERS = 100_000
MAX_NAME_LENGTH = 100


@dataclass(frozen=True)
class SummaryOrder:
    """A sale or, with a `refund_id`, a refund that the shop lists; what it does not state is ``None``."""

    order_id: str
    refund_id: str = ""
    gross: Decimal | None = None
    tax: Decimal | None = None


@dataclass(frozen=True)
class Summary:
    """A shop's figures of a day, of one location or ("") of the whole shop. What it does not state is ``None``.

    :param orders: number of sales
    :param refunds: number of refunds and cancellations
    :param gross: sales less refunds, with tax
    :param payments: what was received less what was paid back, by the shop's name of the payment
    :param listed: the sales and refunds of the day
    """

    location: str
    orders: int
    gross: Decimal
    refunds: int | None = None
    tax: Decimal | None = None
    payments: dict[str, Decimal] | None = None
    listed: tuple[SummaryOrder, ...] | None = None

    @property
    def lists_refunds(self) -> bool:
        """Whether the list has refunds, too, and not only sales."""
        return bool(self.listed) and any(entry.refund_id for entry in self.listed)


def parse_summaries(value: Any, day: date) -> tuple[Summary, ...]:
    """Return the summaries in a JSON value: an object, a list of objects, or an object with a list `locations`.

    :param day: the day that was asked for, which a summary must not contradict
    :raise PayloadError: if it is not such a summary; no other exception is raised
    """
    if isinstance(value, dict) and "locations" in value:
        _check_date(value, "", day)
        entries = objects(value, "locations", "", MAX_LOCATIONS, TOO_MANY)
    elif isinstance(value, dict):
        entries = [("", value)]
    elif isinstance(value, list):
        entries = objects({"summary": value}, "summary", "", MAX_LOCATIONS, TOO_MANY)
    else:
        raise PayloadError("", _lt("The summary of the day must be an object."))
    summaries = tuple(_parse(entry, path, day) for path, entry in entries)
    locations = [summary.location for summary in summaries]
    for location in locations:
        if locations.count(location) > 1:
            problem = _lt("The summary has location %(location)s more than once.", location=location or "(none)")
            raise PayloadError("location", problem)
    return summaries


def _parse(entry: dict[str, Any], path: str, day: date) -> Summary:
    _check_date(entry, path, day)
    return Summary(
        location=_identifier(entry, "location" if "location" in entry else "LocationID", path),
        orders=_count(entry, "orders", path),
        refunds=_count(entry, "refunds", path) if _is_stated(entry, "refunds") else None,
        gross=required_amount(entry, "gross", path),
        tax=amount(entry, "tax", path),
        payments=_payments(entry, path),
        listed=_listed(entry, path),
    )


def _is_stated(entry: dict[str, Any], key: str) -> bool:
    return entry.get(key) not in (None, "")


def _check_date(entry: dict[str, Any], path: str, day: date) -> None:
    stated = entry.get("date")
    if stated in (None, ""):
        return
    if not isinstance(stated, str) or stated.strip()[:10] != day.isoformat():
        problem = _lt("%(field)s must be %(day)s, the day that was asked for.", day=day.isoformat())
        raise PayloadError(join(path, "date"), problem)


def _count(entry: dict[str, Any], key: str, path: str) -> int:
    number = whole_number(entry, key, path)
    if number is None or not 0 <= number < 10**9:
        raise PayloadError(join(path, key), _lt("%(field)s must be a number of orders."))
    return number


def _identifier(entry: dict[str, Any], key: str, path: str) -> str:
    return without_decimals(plain_id(identifier(entry, key, path)))


def _payments(entry: dict[str, Any], path: str) -> dict[str, Decimal] | None:
    payments = entry.get("payments")
    if payments is None:
        return None
    where = join(path, "payments")
    if not isinstance(payments, dict):
        raise PayloadError(where, _lt("%(field)s must be an object with an amount for each payment."))
    if len(payments) > MAX_PAYMENTS:
        raise PayloadError(where, TOO_MANY, limit=MAX_PAYMENTS, count=len(payments))
    found: dict[str, Decimal] = {}
    for name in payments:
        shown = in_text(name.strip())[:MAX_NAME_LENGTH]
        if not shown.isprintable():
            raise PayloadError(where, _lt("%(field)s has a name that cannot be shown."))
        found[shown] = found.get(shown, Decimal(0)) + required_amount(payments, name, where)
    return found


def _listed(entry: dict[str, Any], path: str) -> tuple[SummaryOrder, ...] | None:
    """Return what `order_ids` lists: OrderIDs, or objects with an `order_id`."""
    listed = entry.get("order_ids")
    if listed is None:
        return None
    where = join(path, "order_ids")
    if not isinstance(listed, list):
        raise PayloadError(where, _lt("%(field)s must be a list."))
    if len(listed) > MAX_ORDERS:
        raise PayloadError(where, TOO_MANY, limit=MAX_ORDERS, count=len(listed))
    return tuple(_read_listed(listed, where))


def _read_listed(listed: list[Any], where: str) -> Iterator[SummaryOrder]:
    for index, value in enumerate(listed):
        place = f"{where}[{index}]"
        holder = value if isinstance(value, dict) else {"order_id": value}
        order_id = _identifier(holder, "order_id", place)
        if not order_id:
            problem: Message = _lt("%(field)s must be an OrderID, or an object with an order_id.")
            raise PayloadError(place, problem)
        yield SummaryOrder(
            order_id,
            _identifier(holder, "refund_id", place),
            amount(holder, "gross", place),
            amount(holder, "tax", place),
        )
