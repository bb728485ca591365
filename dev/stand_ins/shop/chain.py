"""A chain of branches that sells through one order API: its places, its local time and its business days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

LOCAL_TIME = timezone(timedelta(hours=3))
# A day ends after midnight: what is sold before four o'clock belongs to the day before.
DAY_END = timedelta(hours=4)
OPENING, OPEN_FOR = timedelta(hours=9), timedelta(hours=17)


@dataclass(frozen=True)
class Chain:
    """The branches of a shop.

    :param locations: their numbers, as sent in ``LocationID``
    :param days: the number of days, today included, over which its first orders were sold
    """

    locations: tuple[int, ...]
    days: int = 3

    def location_of(self, number: int) -> int:
        """Return the branch of an order; in each branch, every generation of the format comes up."""
        return self.locations[number // 3 % len(self.locations)]

    def times_of_sale(self, count: int, now: datetime) -> list[datetime]:
        """Return when this many orders were sold: equally many each day, the last ones today until now."""
        times = []
        for age in reversed(range(self.days)):
            start = _start_of(day_of(now) - timedelta(days=age))
            opening, closing = (
                (start + OPENING - DAY_END, start + OPENING - DAY_END + OPEN_FOR) if age else (start, now)
            )
            number = count // self.days + (count % self.days if not age else 0)
            times += [opening + (closing - opening) * (place + 1) / number for place in range(number)]
        return [moment.replace(microsecond=0) for moment in times]


def day_of(moment: datetime) -> date:
    """Return the business day of a moment, which has its time zone."""
    return (moment.astimezone(LOCAL_TIME) - DAY_END).date()


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL_TIME) + DAY_END
