"""Dates in the query of a request: RFC 3339's full-date and nothing else."""

from datetime import date

import pytest

from lib.json_schema import SchemaError, parse_text

DATE = {"type": "string", "format": "date"}


def test_a_day_becomes_a_date():
    assert parse_text("2026-01-31", DATE, "date") == date(2026, 1, 31)


@pytest.mark.parametrize(
    "text", ["", "0000-00-00", "2026-02-30", "20260131", "2026-W05-6", "2026-1-31", "2026-01-3\u0661"]
)
def test_what_is_not_a_day_is_refused_by_name(text):
    with pytest.raises(SchemaError, match=r"^date: .* is not a day such as 2026-01-17$"):
        parse_text(text, DATE, "date")
