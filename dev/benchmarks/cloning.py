"""Copy rows of a table by SQL, with other values in some columns."""


def clone(env, table, source, **values):
    """Insert copies of rows of a table, which the source calls `seed_row`, with other values for some columns.

    :param str source: what follows FROM
    :param values: SQL expressions by column
    """
    # PostgreSQL checks references as it planned that for the few rows that this connection has created before.
    env.cr.execute("DISCARD PLANS")
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s",
        [table],
    )
    columns = [name for (name,) in env.cr.fetchall() if name != "id" or name in values]
    selected = ", ".join(values.get(name) or f'seed_row."{name}"' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr.execute(f"INSERT INTO {table} ({names}) SELECT {selected} FROM {source}")
