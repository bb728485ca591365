import json
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...lib.remote_odoo.versions import KINDS

# Columns that the synchronization itself fills; all other columns of a mirror come from the remote.
OWN_COLUMNS = ("source_id", "received_date", "synced_date", "gone", "gone_date")

# Texts that a list is sorted by are compared up to this length: an entry of an index has at most 2.7 KB, and the texts
# of the remote have any length.
SORTED_CHARACTERS = 200

# How PostgreSQL reads a value from the JSON in which rows are passed to it.
SQL_TYPES = {
    "boolean": SQL("boolean"),
    "char": SQL("varchar"),
    "selection": SQL("varchar"),
    "datetime": SQL("timestamp"),
    "float": SQL("numeric"),
    "integer": SQL("integer"),
}


def sorting_index(text, *others):
    """Return the index for lists that are sorted by a field of `_sorted_by_start`, and then by these columns."""
    return models.Index(f"({', '.join((f'LEFT({text}, {SORTED_CHARACTERS})', *others))})")


def unlinked_index(name):
    """Return the index of the rows whose link to what `name` refers to is not set, by the remote id of that."""
    return models.Index(f"(source_id, {name}_remote_id) WHERE {name}_id IS NULL AND {name}_remote_id IS NOT NULL")


class OdooMirrorMixin(models.AbstractModel):
    """A row of a remote Odoo's table, as it was when it was last received.

    Only the synchronization writes rows, one page per statement. A reference is stored twice: as the remote id
    (``product_remote_id``), which is always set, and as a link to the mirrored row (``product_id``), which stays empty
    until that row has been received, and is set in the same transaction as that. Each link has an `unlinked_index`.
    """

    _name = "odoo.mirror.mixin"
    _description = "Mirrored Row of a Remote Odoo"
    _order = "remote_id"
    # Names of the text fields that are sorted by their first characters, see `sorting_index`.
    _sorted_by_start = ()

    # Found by the index of the constraint below.
    source_id = fields.Many2one("odoo.sync.source", required=True, ondelete="cascade", readonly=True)
    remote_id = fields.Integer("Remote ID", required=True, readonly=True, aggregator=None)
    remote_write_date = fields.Datetime(readonly=True, help="When it was last changed in the remote database.")
    received_date = fields.Datetime(
        "Received", required=True, readonly=True, help="When it was received for the first time."
    )
    synced_date = fields.Datetime(
        "Synced", required=True, readonly=True, help="When it was last received with a change."
    )
    gone = fields.Boolean(
        readonly=True, help="It no longer exists in the remote database, or the remote user can no longer see it."
    )
    gone_date = fields.Datetime("Gone Since", readonly=True)

    _remote_written = models.Index("(source_id, remote_write_date)")
    _gone_since = models.Index("(source_id, gone_date) WHERE gone")
    # Rows that have gone are kept for a year: those that count are counted without them.
    _present = models.Index("(source_id) WHERE gone IS NOT TRUE")
    _remote_unique = models.Constraint("UNIQUE (source_id, remote_id)", "A source can hold each remote row only once.")

    @api.model
    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name not in self._sorted_by_start:
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        start = SQL("LEFT(%s, %s)", self._field_to_sql(alias, field_name, query), SORTED_CHARACTERS)
        query._order_groupby.append(start)
        return SQL("%s %s %s", start, direction, nulls)

    @api.model
    def _get_links(self):
        """Return ``{link: column of the remote id}``, such as ``{"product_id": "product_remote_id"}``."""
        columns = {
            name: f"{name.removesuffix('_id')}_remote_id"
            for name, field in self._fields.items()
            if field.type == "many2one" and field.store
        }
        return {name: column for name, column in columns.items() if column in self._fields}

    @api.model
    def _get_row_columns(self):
        """Return the names of the columns that come from the remote, in a fixed order."""
        links = self._get_links()
        return [
            name
            for name, field in self._fields.items()
            if field.store and field.column_type and name not in ("id", *OWN_COLUMNS, *links)
        ]

    # ------------------------------------------------------------
    # Writing a page
    # ------------------------------------------------------------

    @api.model
    def _upsert(self, source, rows):
        """Insert or update rows of a source in one statement; rows that have not changed are left untouched.

        :param source: the ``odoo.sync.source``
        :param rows: dicts by our columns, as built by ``lib.remote_odoo.versions``; a missing column is empty
        :return: the remote ids of the rows that were inserted or changed
        :rtype: list[int]
        """
        if not rows:
            return []
        columns = self._get_row_columns()
        links = self._get_links()
        compared = [SQL.identifier(name) for name in ("gone", *columns)]
        assignments = [
            *(SQL("%(name)s = EXCLUDED.%(name)s", name=SQL.identifier(name)) for name in (*columns, *links)),
            SQL("gone = FALSE, gone_date = NULL"),
            SQL("synced_date = EXCLUDED.synced_date"),
        ]
        joins = [
            SQL(
                "LEFT JOIN %(table)s AS %(alias)s ON %(alias)s.source_id = %(source)s "
                "AND %(alias)s.remote_id = page.%(column)s",
                table=SQL.identifier(self.env[self._fields[link].comodel_name]._table),
                alias=SQL.identifier(f"to_{link}"),
                source=source.id,
                column=SQL.identifier(column),
            )
            for link, column in links.items()
        ]
        statement = SQL(
            """
            INSERT INTO %(table)s AS mirror (source_id, received_date, synced_date, gone, %(names)s)
            SELECT %(source)s, %(now)s, %(now)s, FALSE, %(values)s
            FROM json_to_recordset(%(rows)s) AS page (%(definitions)s) %(joins)s
            ON CONFLICT (source_id, remote_id) DO UPDATE SET %(assignments)s
            WHERE (%(present)s) IS DISTINCT FROM (%(received)s)
            RETURNING remote_id, received_date = synced_date
            """,
            table=SQL.identifier(self._table),
            names=SQL(", ").join(map(SQL.identifier, (*columns, *links))),
            source=source.id,
            now=fields.Datetime.now(),
            values=SQL(", ").join(
                [
                    *(SQL.identifier("page", name) for name in columns),
                    *(SQL.identifier(f"to_{link}", "id") for link in links),
                ]
            ),
            rows=_as_json(rows),
            definitions=self._sql_definitions(columns),
            joins=SQL(" ").join(joins),
            assignments=SQL(", ").join(assignments),
            present=SQL(", ").join(SQL("mirror.%s", name) for name in compared),
            received=SQL(", ").join(SQL("EXCLUDED.%s", name) for name in compared),
        )
        written = self.env.execute_query(statement)
        self.invalidate_model(flush=False)
        # A row that was received within this second counts as new once more, which does no harm.
        self._link_to(source, [remote_id for remote_id, is_new in written if is_new])
        return [remote_id for remote_id, _is_new in written]

    @api.model
    def _link_to(self, source, remote_ids):
        """Set the links to new rows of this mirror in rows that were received before them.

        The caller commits both together: wherever a synchronization ends, no row is left that lacks a possible link.
        """
        for kind in KINDS if remote_ids else ():
            mirror = self.env["odoo.mirror.sync"]._get_mirror(kind)
            for link in mirror._get_links():
                if mirror._fields[link].comodel_name == self._name:
                    mirror._set_link(source, link, remote_ids)

    @api.model
    def _link(self, source):
        """Set all links of this mirror that can be set, as those which earlier releases have left out."""
        for link in self._get_links():
            self._set_link(source, link)

    @api.model
    def _set_link(self, source, link, remote_ids=None):
        """Set a link where it is empty and what it refers to is here.

        :param list remote_ids: only to these rows; None for all
        """
        self.env.execute_query(self._sql_set_link(source, link, remote_ids))
        self.invalidate_model(flush=False)

    @api.model
    def _sql_set_link(self, source, link, remote_ids):
        column = SQL.identifier("mirror", self._get_links()[link])
        return SQL(
            """
            UPDATE %(table)s AS mirror SET %(link)s = target.id FROM %(target)s AS target
            WHERE mirror.source_id = %(source)s AND mirror.%(link)s IS NULL AND %(column)s IS NOT NULL AND %(among)s
                AND target.source_id = %(source)s AND target.remote_id = %(column)s
            RETURNING mirror.id
            """,
            table=SQL.identifier(self._table),
            link=SQL.identifier(link),
            target=SQL.identifier(self.env[self._fields[link].comodel_name]._table),
            source=source.id,
            column=column,
            among=SQL("TRUE") if remote_ids is None else SQL("%s = ANY(%s::integer[])", column, remote_ids),
        )

    # ------------------------------------------------------------
    # Comparing with the remote
    # ------------------------------------------------------------

    @api.model
    def _count_present(self, source):
        """Return how many rows the remote has according to this mirror."""
        [[count]] = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM %s WHERE source_id = %s AND gone IS NOT TRUE",
                SQL.identifier(self._table),
                source.id,
            )
        )
        return count

    @api.model
    def _count_written(self, source, since):
        """Return how many rows that still exist at the remote were written there at ``since`` or later."""
        [[count]] = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM %s WHERE source_id = %s AND NOT gone AND remote_write_date >= %s",
                SQL.identifier(self._table),
                source.id,
                since,
            )
        )
        return count

    @api.model
    def _find_changed(self, source, brief_rows, unsettled=None):
        """Return the remote ids of the brief rows that are missing here, marked as gone, or different.

        :param datetime unsettled: rows written at this time or later are always returned: they were read within the
            second in which they were written, so they may have changed again without a new ``write_date``.
        """
        if not brief_rows:
            return []
        columns = list(brief_rows[0])
        rows = self.env.execute_query(
            SQL(
                """
            SELECT page.remote_id
            FROM json_to_recordset(%(rows)s) AS page (%(definitions)s)
            LEFT JOIN %(table)s AS mirror ON mirror.source_id = %(source)s AND mirror.remote_id = page.remote_id
            WHERE mirror.id IS NULL OR mirror.gone OR (%(present)s) IS DISTINCT FROM (%(received)s)
                OR mirror.remote_write_date >= %(unsettled)s::timestamp
            ORDER BY page.remote_id
            """,
                rows=_as_json(brief_rows),
                definitions=self._sql_definitions(columns),
                table=SQL.identifier(self._table),
                unsettled=unsettled or None,
                source=source.id,
                present=SQL(", ").join(SQL.identifier("mirror", name) for name in columns),
                received=SQL(", ").join(SQL.identifier("page", name) for name in columns),
            )
        )
        return [remote_id for (remote_id,) in rows]

    @api.model
    def _mark_gone(self, source, remote_ids, after_id, until_id=None, among=None):
        """Mark rows as gone whose remote id is above ``after_id``, at most ``until_id``, and not in ``remote_ids``.

        :param among: a condition (SQL) on the rows of ``mirror``, if only some were requested from the remote
        :return: how many rows were marked
        """
        rows = self.env.execute_query(
            SQL(
                """
            UPDATE %(table)s AS mirror
            SET gone = TRUE, gone_date = %(now)s, synced_date = %(now)s
            WHERE mirror.source_id = %(source)s AND NOT mirror.gone
                AND mirror.remote_id > %(after)s AND mirror.remote_id <= COALESCE(%(until)s, mirror.remote_id)
                AND %(among)s
                AND NOT EXISTS (
                    SELECT FROM unnest(%(ids)s::integer[]) AS present (id) WHERE present.id = mirror.remote_id
                )
            RETURNING mirror.id
            """,
                table=SQL.identifier(self._table),
                now=fields.Datetime.now(),
                source=source.id,
                after=after_id,
                until=until_id,
                among=among or SQL("TRUE"),
                ids=remote_ids,
            )
        )
        self.invalidate_model(flush=False)
        return len(rows)

    @api.model
    def _delete_all(self, source):
        """Delete the mirrored rows of sources, without the ORM, which would load every row."""
        self.env.execute_query(
            SQL(
                "DELETE FROM %s WHERE source_id = ANY(%s::integer[]) RETURNING 1",
                SQL.identifier(self._table),
                source.ids,
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _delete_gone(self, source, before, limit):
        """Delete at most `limit` rows that have gone before a time, and return how many."""
        rows = self.env.execute_query(
            SQL(
                "DELETE FROM %s WHERE id IN (%s) RETURNING id",
                SQL.identifier(self._table),
                self._sql_gone(source, before, limit),
            )
        )
        self.invalidate_model(flush=False)
        return len(rows)

    @api.model
    def _sql_gone(self, source, before, limit):
        """Return the query of the rows to delete, without those that are being received again."""
        return SQL(
            """
            SELECT id FROM %(table)s WHERE source_id = %(source)s AND gone AND gone_date < %(before)s
            ORDER BY gone_date LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            """,
            table=SQL.identifier(self._table),
            source=source.id,
            before=before,
            limit=limit,
        )

    @api.model
    def _sql_definitions(self, columns):
        return SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL_TYPES[self._fields[name].type]) for name in columns
        )


def _as_json(rows):
    # A Decimal is sent as text, which PostgreSQL reads as the exact number; a JSON number would pass through a float.
    return json.dumps(rows, default=_number_as_text)


def _number_as_text(value):
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not come from JSON")
