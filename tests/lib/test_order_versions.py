import pytest

from lib.order.versions import newest_versions

TEN, ELEVEN, TWELVE = (f"2026-11-20T{hour}:00:00Z" for hour in (10, 11, 12))
SOLD = "2026-11-20T09:30:00Z"


def version(updated, sold=SOLD, **values):
    return {"OrderID": 1, "OrderDate": sold, "LastUpdated": updated, **values}


def test_the_newest_version_of_an_order_is_left_in_whatever_sequence():
    assert newest_versions([version(TEN), version(TWELVE), version(ELEVEN)]) == [1]
    assert newest_versions([version(TWELVE), version(TEN)]) == [0]
    assert newest_versions([version(TEN)]) == [0]
    assert newest_versions([]) == []


@pytest.mark.parametrize("sold", ["2026-11-20 09:30:00 AM", "20.11.2026 09:30", "2026-11-20T09:30:00.5+03:00"])
def test_each_way_to_write_a_time_of_day_shows_the_order(sold):
    assert newest_versions([version(TEN, sold), version(ELEVEN, sold)]) == [1]


def test_the_same_time_may_be_written_in_two_ways():
    assert newest_versions([version(TEN), version(ELEVEN, "2026-11-20T12:30:00+03:00")]) == [1]
    older = {"OrderID": 1, "CheckoutDate": "20-11-2026 09:30:00 AM", "UpdatedAt": "2026-11-20 10:00"}
    newer = {"OrderID": 1, "OrderDate": "2026-11-20T09:30:00", "ModifiedDate": "2026-11-20 11:00"}
    assert newest_versions([older, newer]) == [1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"sold": "2026-11-20T09:30:01Z"}),
        ({}, {"sold": "2026-11-21T09:30:00Z"}),
        ({}, {"sold": "2026-11-20T09:30:00"}),
        ({}, {"LocationID": 2}),
        ({"LocationID": 1}, {"LocationID": 2}),
        ({}, {"LastUpdated": TEN}),
        ({}, {"LastUpdated": "2026-11-20T11:00:00"}),
        ({}, {"LastUpdated": "2026-11-20"}),
        ({}, {"LastUpdated": "yesterday"}),
        ({}, {"LastUpdated": None}),
        *(
            ({"sold": sold}, {"sold": sold})
            for sold in (
                *(None, "", 20261120, ["2026-11-20T09:30:00Z"], "soon", "2026-11-20", "20.11.2026"),
                *("2026-11-20T00:00:00", "2026-11-20T00:00:00Z", "2026-11-20T00:00:00.000+03:00", "2026-11-20 00:00"),
                *("20-11-2026 12:00:00 AM", "20-11-2026 12:00 am"),
            )
        ),
    ],
)
def test_what_may_be_two_orders_stays_two(one, other):
    contents = [version(TEN, **one), version(ELEVEN, **other)]
    assert newest_versions(contents) == newest_versions(contents[::-1]) == [0, 1]


@pytest.mark.parametrize(
    "sold", ["2026-11-20T00:00:01Z", "2026-11-20 12:00:00 PM", "2026-11-20 00:30", "2026-11-20T10:00"]
)
def test_times_beside_midnight_are_times(sold):
    assert newest_versions([version(TEN, sold), version(ELEVEN, sold)]) == [1]


def test_another_order_stays_beside_the_newest_version():
    assert newest_versions([version(TEN), version(ELEVEN, LocationID=2), version(TWELVE)]) == [1, 2]
