"""The demo's table of days and branches shows every difference."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from dev.demo import days
from dev.demo.days import DayRow, Figures

FIGURES = Figures(
    orders=2,
    refunds=1,
    total=Decimal("184.00"),
    tax=Decimal("24.00"),
    charges=Decimal(0),
    tips=Decimal(0),
    cash=Decimal("92.00"),
    card=Decimal("92.00"),
    customers=1,
    invoiced=Decimal(0),
    pickings=2,
    quantity=Decimal("3.5"),
    sessions="2026-03-09",
    entries="2026-03-09",
)
SHOP = {
    "day": "2026-03-09",
    "location": 404,
    "orders": 2,
    "refunds": 1,
    "grand_total": Decimal("184.00"),
    "tax": Decimal("24.00"),
    "charges": Decimal(0),
    "tips": Decimal(0),
    "payments": {"Cash": Decimal("92.00"), "Card": Decimal("92.00")},
    "of_customers": 1,
    "invoiced": Decimal(0),
    "pickings": 2,
    "shelf": {"Flour": Decimal("2.5"), "Bagel": Decimal(1)},
}


class EmptyOdoo:
    """A database without any order."""

    def call(self, model, method, *args, **kwargs):
        return []


def test_a_day_that_odoo_lacks_differs():
    branches = {"404": "Furniture Shop"}
    [row] = days.compare(EmptyOdoo(), 1, branches, [SHOP], date(2026, 3, 10))
    assert (row.day, row.branch, row.odoo, row.shop) == ("2026-03-09", "Furniture Shop", None, FIGURES)
    assert not row.agrees
    assert "differs: everything" in days.table([row])
    [row] = days.compare(EmptyOdoo(), 1, branches, [SHOP], date(2026, 3, 9))
    assert row.shop.entries == "open"


def test_the_figures_that_differ_are_named():
    agreeing = DayRow("2026-03-09", "Bakery", FIGURES, replace(FIGURES, total=Decimal(184)))
    differing = DayRow("2026-03-09", "Market", FIGURES, replace(FIGURES, tax=Decimal("24.01"), entries="open"))
    assert (agreeing.agrees, differing.agrees) == (True, False)
    _head, *lines = days.table([agreeing, differing]).splitlines()
    assert [line.rstrip().endswith("differs: tax, entries") for line in lines] == [False, False, False, True]
    assert all("differs" not in line for line in lines[:3])
