"""When an order was sold."""

from datetime import UTC, date, datetime, time
from typing import Any

from ..message import Message
from ..message import message as _lt
from .content import join
from .field_names import SOLD_AT, UPDATED_AT, has_value, sent_name

MAX_LENGTH = 40  # characters of a date and time
# An earlier date means none, such as 0001-01-01; a later one would leave Python's calendar in some time zone.
FIRST_YEAR, LAST_YEAR = 1970, 9998
# A date alone becomes noon, which is on that day wherever a business day ends, and in nearly every time zone.
NOON = time(12)


def sold_at(order: dict[str, Any], warnings: list[Message]) -> datetime | None:
    """Return when an order was sold: in UTC if it states its offset, otherwise without time zone, in local time.

    None if it does not say, or, with a warning, if that cannot be read. Fractions of a second are dropped.
    """
    field = sent_name(order, SOLD_AT)
    return read_moment(order, field, "", warnings) if has_value(order.get(field)) else None


def read_moment(holder: dict[str, Any], field: str, path: str, warnings: list[Message]) -> datetime | None:
    """Return the time in a field that has a value, as `sold_at` does; None, with a warning, if it cannot be read."""
    moment, has_time = parse_moment(holder[field])
    if moment is None:
        problem = _lt("%s cannot be read as a date and time, so the time of the import was used", join(path, field))
        warnings.append(problem.doubting("date_differs"))
    elif not has_time:
        warnings.append(_lt("%s has no time of day, so noon was used", join(path, field)).as_note())
    return moment


def version_of(order: dict[str, Any]) -> str:
    """Return when an order was last changed as a text that sorts by time, "" if it does not say for sure.

    It ends with "Z" if the time is in UTC. One in local time cannot be compared with it.
    """
    moment, has_time = parse_moment(order.get(sent_name(order, UPDATED_AT)), with_fractions=True)
    if moment is None or not has_time:
        return ""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}{'Z' if moment.tzinfo else ''}"


def is_older(version: str, other: str) -> bool:
    """Return whether a text of `version_of` is surely before another one."""
    return bool(version and other) and version.endswith("Z") == other.endswith("Z") and version < other


def parse_moment(value: Any, *, with_fractions: bool = False) -> tuple[datetime | None, bool]:
    """Return the time that a text means, or None if it cannot be read for sure; and whether it has a time of day.

    The date has the year first (ISO 8601) or the day first: 2025-12-31, 31-12-2025, 31/12/2025, 31.12.2025; the month
    is never first. The time of day is "05:16:43 PM", or "17:16" or "17:16:43.5", these also with an
    offset ("Z", "+03:00").
    """
    # Blanks of other kinds become usual ones: browsers write U+202F in front of PM.
    text = " ".join(value.upper().split()) if isinstance(value, str) and len(value) <= MAX_LENGTH else ""
    if not text.isascii():
        return None, False
    if text[10:11] == "T":
        text = f"{text[:10]} {text[11:]}"
    day, _blank, clock = text.partition(" ")
    try:
        read_day, read_time = _day(day.removesuffix(",")), _time(clock) if clock else NOON
        moment = datetime.combine(read_day, read_time)
    except ValueError:
        return None, False
    if moment.tzinfo:
        moment = moment.astimezone(UTC)
    return (moment if with_fractions else moment.replace(microsecond=0)), bool(clock)


def _day(text: str) -> date:
    """Return the date that a text means.

    :raise ValueError: if it is not a date, or an ambiguous one
    """
    sign = next((sign for sign in "-/." if sign in text), "-")
    parts = text.split(sign)
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise ValueError(text)
    year, month, day = parts if len(parts[0]) == 4 else reversed(parts)
    if len(year) != 4 or len(month) > 2 or len(day) > 2 or not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise ValueError(text)
    return date(int(year), int(month), int(day))


def _time(text: str) -> time:
    """Return the time of day that a text means, with its offset if it has one.

    :raise ValueError: if it is not a time of day
    """
    half = next((half for half in ("AM", "PM", "A.M.", "P.M.") if text.endswith(half)), "")
    # Many systems write "10:30:00 +03:00" or "10:30 UTC".
    clock = text.removesuffix(half).strip().replace("UTC", "Z").replace(" ", "", 1)
    if clock[1:2] == ":":
        clock = f"0{clock}"
    if clock[2:3] != ":" or clock.startswith("24"):  # newer versions of Python read 24:00 as 00:00
        raise ValueError(text)
    read = time.fromisoformat(clock)
    if not half:
        return read
    if read.hour == 0 or read.tzinfo or (read.hour > 12 and half[0] == "A"):
        raise ValueError(text)
    if read.hour > 12:  # "17:16:43 PM"
        return read
    return read.replace(hour=read.hour % 12 + (12 if half[0] == "P" else 0))
