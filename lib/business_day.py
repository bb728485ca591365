"""Moments of sale and business days in the local time of a shop.

A business day has the date of the day it begins on, and may end after midnight. Zones are those of pytz, as in Odoo.
Moments are in UTC without time zone unless they are called local.
"""

from datetime import date, datetime, time, timedelta

import pytz

UTC = pytz.utc
_DAY = timedelta(days=1)


def to_utc(local: datetime, zone) -> datetime:
    """Return when it was `local` (without time zone) in `zone`.

    Of an hour that the clock shows twice, the first one counts. A time that the clock skips is read as if the clock had
    not been changed yet: where 02:00 is followed by 03:00, 02:30 means 03:30.

    :raise OverflowError: if it is not between the years 1 and 9999
    """
    try:
        moment = zone.localize(local, is_dst=None)
    except pytz.AmbiguousTimeError:
        moment = min(zone.localize(local, is_dst=is_dst) for is_dst in (True, False))
    except pytz.NonExistentTimeError:
        moment = max(zone.localize(local, is_dst=is_dst) for is_dst in (True, False))
    return moment.astimezone(UTC).replace(tzinfo=None)


def start_of(day: date, zone, day_end: float) -> datetime:
    """Return when a business day begins, which is when the day before ends.

    :param day_end: the time of day, in hours from midnight
    """
    local = datetime.combine(day, time()) + timedelta(minutes=round(day_end * 60))
    return to_utc(local, zone)


def day_of(moment: datetime, zone, day_end: float) -> date:
    """Return the business day of a moment.

    :param day_end: the time of day at which a day ends, in hours from midnight: at 4.0, a sale at 02:00 belongs to the
        day before
    """
    local = UTC.localize(moment).astimezone(zone).replace(tzinfo=None)
    day = (local - timedelta(minutes=round(day_end * 60))).date()
    # In the nights in which the clock is changed, it may show the end of the day twice, or never.
    if moment < start_of(day, zone, day_end):
        return day - _DAY
    return day + _DAY if moment >= start_of(day + _DAY, zone, day_end) else day


def moments_within(day: date, zone, day_end: float) -> tuple[datetime, datetime]:
    """Return the first and the last moment of a business day whose date in UTC is that day, too.

    Odoo compares the dates of moments in UTC with lock dates, and takes exchange rates by them. If there is no such
    moment (west of Greenwich, if a day begins late in the evening), both are the beginning of the day.
    """
    midnight = datetime.combine(day, time())
    first = max(start_of(day, zone, day_end), midnight)
    last = min(start_of(day + _DAY, zone, day_end), midnight + _DAY) - timedelta(seconds=1)
    return first, max(first, last)
