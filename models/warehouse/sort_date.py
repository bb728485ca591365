"""The first sort key of the warehouse API's transfers, for its statements and for the indexes that they need."""


def sort_date(column):
    """Return the SQL text of the date in whole seconds, as the API shows it. No date sorts as the oldest.

    :param str column: the column, or ``%s`` for the placeholder of one
    """
    return f"COALESCE(date_trunc('second', {column}), '-infinity'::timestamp)"
