"""Find rows by others that are asked for: by reading these if they are few, by looking at each row if they are many.

Rows are listed until a page is full, and counted up to a bound. If n of N rows match, that takes N / n looks for each
row that is found. Reading all n matching rows first costs less up to the root of N times the bound, divided by what
reading one costs in looks; beyond that, rows that match are met soon.
"""

from math import isqrt

from odoo.tools import SQL

from .bounded_count import COUNTED_AT_MOST, estimate

# How many looks at the next row cost as much as finding a row by its index, as measured.
READ_COST = 10
# Estimates may be wrong by this factor; rows are only left unread if there are certainly too many of them.
DOUBT = 4
# PostgreSQL plans with each value of a list, which for thousands takes longer than reading them.
LISTED = 500


def most_to_read(rows, found_at_most=COUNTED_AT_MOST):
    """Return how many matching rows it pays to read, of this many.

    :param int found_at_most: where listing and counting end
    """
    return isqrt(rows * found_at_most // READ_COST)


def sql_few(env, query, column, rows):
    """Return the SQL array of a column of a `Query` if its rows are few, otherwise ``None``.

    :param SQL column: of integers
    :param int rows: of how many rows they are the matching ones
    """
    most = most_to_read(rows)
    if estimate(env, query) > DOUBT * most:
        return None
    query.limit = LISTED + 1
    values = [value for (value,) in env.execute_query(query.select(column))]
    if len(values) <= LISTED:
        return SQL("%s::integer[]", values)
    query.limit = most + 1
    [[count]] = env.execute_query(SQL("SELECT count(*) FROM (%s) AS counted", query.select(SQL("1"))))
    query.limit = None
    # As an array, PostgreSQL looks up each of them by an index, and joins nothing.
    return SQL("ARRAY(%s)", query.select(column)) if count <= most else None
