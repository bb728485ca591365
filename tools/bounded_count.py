"""Count rows exactly while they are few, and estimate them beyond: the time to count grows with every order."""

from typing import NamedTuple

from odoo.tools import SQL
from odoo.tools.misc import formatLang

# Beyond this, rows are counted only if the caller asks for it. Odoo's own lists then show "10,000+".
COUNTED_AT_MOST = 10_000
# Where PostgreSQL surely expects this many times the bound, only that part of the bound is counted: the result is an
# estimate anyway, unless there are very few.
FAR_BEYOND = 10
# It is sure where nearly all rows of the table match. Of conditions that it cannot estimate, such as record rules with
# sub-queries, it expects that a half or three quarters of the rows match.
NEARLY_ALL = 0.9
# Estimates are rounded to this many digits, so that they look like what they are, and stay equal for a while.
DIGITS = 3


class Count(NamedTuple):
    """A number of rows."""

    rows: int
    is_estimate: bool = False


class Expected(NamedTuple):
    """How many rows PostgreSQL's planner expects of a query, by its statistics, and how many its table has."""

    rows: int
    of_all: int

    @property
    def counted_at_most(self):
        is_sure = self.rows >= FAR_BEYOND * COUNTED_AT_MOST and self.rows >= NEARLY_ALL * self.of_all
        return COUNTED_AT_MOST // FAR_BEYOND if is_sure else COUNTED_AT_MOST


def sql_count(query, exact=False, expected=None):
    """Return the SQL expression of the number of rows of a `Query`, to be completed by `complete_count`.

    :param Expected expected: what `expect` says, if it was asked; where it is sure of many rows, fewer are counted
    """
    bound = SQL() if exact else SQL("LIMIT %s", _bound(expected) + 1)
    return SQL("(SELECT count(*) FROM (%s %s) AS counted)", query.select(SQL("1")), bound)


def complete_count(env, rows, query, exact=False, expected=None):
    """Return the `Count` of the rows of a `Query`.

    :param int rows: the result of `sql_count`
    :param Expected expected: what `sql_count` was given; if it was nothing, PostgreSQL is asked now
    """
    if exact or rows <= _bound(expected):
        return Count(rows)
    many = rounded(expected.rows) if expected else estimate(env, query)
    return Count(max(many, COUNTED_AT_MOST), is_estimate=True)


def _bound(expected):
    return expected.counted_at_most if expected else COUNTED_AT_MOST


def count(env, query, exact=False):
    """Return the `Count` of the rows of a `Query`."""
    expected = None if exact else expect(env, [query])[0]
    [[rows]] = env.execute_query(SQL("SELECT %s", sql_count(query, exact, expected)))
    return complete_count(env, rows, query, exact, expected)


def expect(env, queries):
    """Return the `Expected` of each `Query`, in their order. The queries contain the record rules."""
    selected = [query.select(SQL("1")) for query in queries]
    selected += [SQL("SELECT 1 FROM %s", SQL.identifier(query.table)) for query in queries]
    rows = _expected_rows(env, selected)
    return [Expected(*both) for both in zip(rows[: len(rows) // 2], rows[len(rows) // 2 :], strict=True)]


def _expected_rows(env, selected):
    """Return how many rows PostgreSQL expects of each of these statements, as it plans them as arrays of one."""
    arrays = SQL(", ").join(SQL("ARRAY(%s)", statement) for statement in selected)
    [[plans]] = env.execute_query(SQL("EXPLAIN (FORMAT JSON) SELECT %s", arrays))
    return [int(plan["Plan Rows"]) for plan in plans[0]["Plan"]["Plans"]]


def estimate(env, query):
    """Return how many rows of a `Query` PostgreSQL expects, as it is shown."""
    [rows] = _expected_rows(env, [query.select(SQL("1"))])
    return rounded(rows)


def rounded(rows):
    """Return an estimate as it is shown."""
    return round(rows, DIGITS - len(str(rows)))


def count_text(env, rows, bound):
    """Return a number that was counted up to one more than a bound as a screen shows it: "12", or "10,000+"."""
    return formatLang(env, min(rows, bound), digits=0) + "+" * (rows > bound)


def bounded_help(bound=COUNTED_AT_MOST):
    """Return the help of a field with such a number."""
    return f"At most {bound + 1:,}, which means more than {bound:,}: counting ends there, and the screens show a plus."
