"""Moments of sale and business days."""

from datetime import date, datetime, timedelta

import pytest
import pytz

from lib.business_day import day_of, moments_within, start_of, to_utc

BERLIN = pytz.timezone("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Calcutta", "Asia/Riyadh", "Pacific/Kiritimati"]
ZONES += [
    "Pacific/Pago_Pago",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Europe/Dublin",
]


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("UTC", "2025-12-31 17:16:43", "2025-12-31 17:16:43"),
        ("Asia/Calcutta", "2025-12-31 17:16:43", "2025-12-31 11:46:43"),
        ("Europe/Berlin", "2026-07-01 12:00", "2026-07-01 10:00"),
        # The clock goes forward from 02:00 to 03:00.
        ("Europe/Berlin", "2026-03-29 01:59", "2026-03-29 00:59"),
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:30"),
        ("Europe/Berlin", "2026-03-29 03:30", "2026-03-29 01:30"),
        # The clock goes back from 03:00 to 02:00.
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30"),
        ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00"),
        ("Europe/Dublin", "2026-10-25 01:30", "2026-10-25 00:30"),
        ("Europe/Dublin", "2026-03-29 01:30", "2026-03-29 01:30"),
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30"),
        ("Asia/Beirut", "2026-03-29 00:30", "2026-03-28 22:30"),  # there is no midnight
    ],
)
def test_local_time_is_converted(zone, local, expected):
    assert to_utc(datetime.fromisoformat(local), pytz.timezone(zone)) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("local", "day_end", "expected"),
    [
        ("2026-02-10 00:00", 0.0, date(2026, 2, 10)),
        ("2026-02-10 23:59:59", 0.0, date(2026, 2, 10)),
        ("2026-02-10 02:00", 4.0, date(2026, 2, 9)),
        ("2026-02-10 03:59:59", 4.0, date(2026, 2, 9)),
        ("2026-02-10 04:00", 4.0, date(2026, 2, 10)),
        ("2026-02-11 03:29", 3.5, date(2026, 2, 10)),
        ("2026-03-01 00:30", 1.0, date(2026, 2, 28)),
    ],
)
def test_the_day_of_a_sale(local, day_end, expected):
    assert day_of(to_utc(datetime.fromisoformat(local), BERLIN), BERLIN, day_end) == expected


def test_a_day_does_not_begin_twice_when_the_clock_goes_back():
    first, second = datetime(2026, 10, 25, 0, 45), datetime(2026, 10, 25, 1, 15)  # 02:45, then 02:15 again
    assert day_of(first, BERLIN, 2.5) == day_of(second, BERLIN, 2.5) == date(2026, 10, 25)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day_end", [0.0, 1.5, 2.5, 4.0, 23.75])
def test_every_moment_belongs_to_one_day_and_days_follow_each_other(zone, day_end):
    zone = pytz.timezone(zone)
    changes = [change for change in getattr(zone, "_utc_transition_times", ()) if 2025 <= change.year <= 2026]
    for change in changes or [datetime(2026, 3, 1)]:
        before = date.min
        for minutes in range(-1447, 1447, 15):
            moment = change + timedelta(minutes=minutes)
            day = day_of(moment, zone, day_end)
            assert start_of(day, zone, day_end) <= moment < start_of(day + timedelta(days=1), zone, day_end)
            assert day >= before
            before = day


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day_end", [0.0, 4.0, 12.0])
def test_moments_within_a_day_have_its_date_in_utc(zone, day_end):
    zone, day = pytz.timezone(zone), date(2026, 3, 29)
    first, last = moments_within(day, zone, day_end)
    assert first <= last
    assert {first.date(), last.date()} == {day}
    assert day_of(first, zone, day_end) == day_of(last, zone, day_end) == day
