"""When an order was sold: which dates are read, which are left to a user, and which must do no harm."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orders import guide_order

from lib.order.moment import parse_moment
from lib.order.payload import parse_order


def sold(**values):
    return parse_order(guide_order(**values))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-15T10:30:00+00:00", "2026-11-15T10:30:00+00:00"),
        ("2026-11-15T10:30:00Z", "2026-11-15T10:30:00+00:00"),
        ("2026-11-15t10:30:00z", "2026-11-15T10:30:00+00:00"),
        ("2026-11-15T10:30:00.1234567+03:00", "2026-11-15T07:30:00+00:00"),
        ("2026-11-15 10:30:00 +03:00", "2026-11-15T07:30:00+00:00"),
        ("2026-11-15 10:30:00 UTC", "2026-11-15T10:30:00+00:00"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00+00:00"),
        ("2026-11-15T10:30:00", "2026-11-15T10:30:00"),
        ("2026-11-15 10:30", "2026-11-15T10:30:00"),
        ("2026-11-15T10:30:59.999", "2026-11-15T10:30:59"),
        ("2024-02-29T10:30:00", "2024-02-29T10:30:00"),
        ("  2026-11-15T10:30:00  ", "2026-11-15T10:30:00"),
        ("2026/11/15 10:30:00", "2026-11-15T10:30:00"),
        ("31-12-2025 05:16:43 PM", "2025-12-31T17:16:43"),
        ("31-12-2025 05:16:43 AM", "2025-12-31T05:16:43"),
        ("31-12-2025 12:00:00 AM", "2025-12-31T00:00:00"),
        ("31-12-2025 12:00:00 PM", "2025-12-31T12:00:00"),
        ("31-12-2025 5:16 pm", "2025-12-31T17:16:00"),
        ("31-12-2025 05:16:43PM", "2025-12-31T17:16:43"),
        ("31-12-2025 05:16:43\u202fPM", "2025-12-31T17:16:43"),
        ("31-12-2025 5:16:43 p.m.", "2025-12-31T17:16:43"),
        ("31-12-2025 17:16:43", "2025-12-31T17:16:43"),
        ("31-12-2025 17:16:43 PM", "2025-12-31T17:16:43"),
        ("31/12/2025 17:16", "2025-12-31T17:16:00"),
        ("31.12.2025, 17:16", "2025-12-31T17:16:00"),
        ("31-12-2025T17:16:00", "2025-12-31T17:16:00"),
        ("31-12-2025 17:16:43 +03:00", "2025-12-31T14:16:43+00:00"),
        ("2-1-2026 9:05:00", "2026-01-02T09:05:00"),
        ("01-02-2026 00:00:00", "2026-02-01T00:00:00"),
    ],
)
def test_dates_that_mean_one_time(text, moment):
    for field in ("OrderDate", "CheckoutDate"):
        order = sold(**{field: text})
        assert order.sold_at.isoformat() == moment
        assert order.warnings == ()
        assert order.sold_at.tzinfo in (None, UTC)


@pytest.mark.parametrize("text", ["2026-11-15", "15-11-2026", "15/11/2026", "15.11.2026"])
def test_a_date_alone_is_noon_of_its_day(text):
    order = sold(OrderDate=text)
    assert order.sold_at == datetime(2026, 11, 15, 12)
    [note] = order.warnings
    assert (str(note), note.is_note) == ("OrderDate has no time of day, so noon was used", True)


@pytest.mark.parametrize(
    "value",
    [
        "yesterday", "12/31/2025 10:00", "31-12-25 10:00", "31-12/2025", "31 12 2025", "2025-13-01", "2025-02-29",
        "0000-00-00 00:00:00", "0001-01-01T00:00:00", "1969-12-31T23:59:59", "9999-12-31T23:59:59-12:00", "0", "-", "T",
        "2025-12-31T24:00:00", "2016-12-31T23:59:60Z", "2025-12-31T25:00", "2025-12-31 10", "2025-12-31 1016",
        "31-12-2025 00:16:43 PM", "31-12-2025 17:16:43 AM", "31-12-2025 05:16:43 XM", "31-12-2025 PM",
        "2025-12-31T10:00:00+99:00", "2025-12-31T10:00:00+24:00", "2025-12-31 10:00 Europe/Berlin", "2025-W01-1",
        "20251231T101500", "٢٣-٠٢-٢٠٢٥ ٢٣:٤٥", "31-12-2025 ٢٣:٤٥", "\uff12\uff10\uff12\uff15-12-31", "9" * 100_000,
        "-" * 100_000, "2025-12-31 " + " " * 100_000, "2025--31", "+025-12-31", "2025-1_-31", "2025-12-31 10:0x",
        1767200000, 20251231, 0, True, False, {}, {"date": "2025-12-31"}, ["2025-12-31"],
    ],
    ids=lambda value: ascii(value)[:30],
)  # fmt: skip
def test_what_cannot_be_read_for_sure_is_a_warning(value):
    order = sold(CheckoutDate=value)
    assert order.sold_at is None
    [warning] = order.warnings
    assert str(warning) == "CheckoutDate cannot be read as a date and time, so the time of the import was used"
    assert not warning.is_note


@pytest.mark.parametrize("empty", [None, "", " ", []])
def test_the_first_date_that_has_a_value_counts(empty):
    other = "31-12-2025 05:16:43 PM"
    assert sold(OrderDate=empty, CheckoutDate=other).sold_at == datetime(2025, 12, 31, 17, 16, 43)
    assert sold(OrderDate="2026-01-01T10:00", CheckoutDate=other).sold_at == datetime(2026, 1, 1, 10)
    # A date that cannot be read causes a warning.
    order = sold(OrderDate="soon", CheckoutDate=other)
    assert order.sold_at is None
    assert str(order.warnings[0]).startswith("OrderDate cannot")
    assert sold(OrderDate=empty).sold_at is None
    assert sold(OrderDate=empty).warnings == ()


OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1970, 1, 2), datetime(9998, 12, 30), timezones=st.none() | OFFSETS))
def test_every_time_is_read_as_it_was_written(moment):
    moment = moment.replace(microsecond=0)
    assert parse_moment(moment.isoformat()) == (moment, True)
    naive = moment.replace(tzinfo=None)
    for form in ("%d-%m-%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        assert parse_moment(naive.strftime(form)) == (naive, True)


@given(st.text(max_size=45) | st.text("0123456789-/.: TZ+APM", max_size=45))
def test_any_text_is_a_time_or_none(text):
    moment, _has_time = parse_moment(text)
    assert moment is None or 1969 < moment.year < 9999
