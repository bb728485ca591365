"""Count rows exactly while they are few, and estimate them beyond: the time to count grows with every order."""

from typing import NamedTuple

from odoo.tools import SQL
from odoo.tools.misc import formatLang

# Beyond this, rows are counted only if the caller asks for it. Odoo's own lists then show "10,000+".
COUNTED_AT_MOST = 10_000
# Estimates are rounded to this many digits, so that they look like what they are, and stay equal for a while.
DIGITS = 3


class Count(NamedTuple):
    """A number of rows."""

    rows: int
    is_estimate: bool = False


def sql_count(query, exact=False):
    """Return the SQL expression of the number of rows of a `Query`, to be completed by `complete_count`."""
    bound = SQL() if exact else SQL("LIMIT %s", COUNTED_AT_MOST + 1)
    return SQL("(SELECT count(*) FROM (%s %s) AS counted)", query.select(SQL("1")), bound)


def complete_count(env, rows, query, exact=False):
    """Return the `Count` of the rows of a `Query`.

    :param int rows: the result of `sql_count`
    """
    if exact or rows <= COUNTED_AT_MOST:
        return Count(rows)
    return Count(max(estimate(env, query), COUNTED_AT_MOST), is_estimate=True)


def estimate(env, query):
    """Return how many rows PostgreSQL's planner expects, by its statistics; the query contains the record rules."""
    [[plans]] = env.execute_query(SQL("EXPLAIN (FORMAT JSON) %s", query.select(SQL("1"))))
    return rounded(int(plans[0]["Plan"]["Plan Rows"]))


def rounded(rows):
    """Return an estimate as it is shown."""
    return round(rows, DIGITS - len(str(rows)))


def count_text(env, rows, bound):
    """Return a number that was counted up to one more than a bound as a screen shows it: "12", or "10,000+"."""
    return formatLang(env, min(rows, bound), digits=0) + "+" * (rows > bound)


def bounded_help(bound=COUNTED_AT_MOST):
    """Return the help of a field with such a number."""
    return f"At most {bound + 1:,}, which means more than {bound:,}: counting ends there, and the screens show a plus."
