from datetime import UTC, datetime
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import MissingError
from odoo.tools import SQL

from ...tools.bounded_count import Count, complete_count, sql_count
from .sort_date import sort_date
from .warehouse_cursor import CURSOR_LIFETIME, CURSOR_SCOPE, Cursor, decode_cursor, encode_cursor
from .warehouse_schema import MOVE_LINE, MOVE_LINE_NAMES, PICKING, PICKING_NAMES

ISO_UTC = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'


def _sort_date(column):
    """Return the first sort key of the list."""
    return SQL(sort_date("%s"), column)


class Document(NamedTuple):
    """A JSON document from the database."""

    etag: str  # opaque; equal if and only if the document is the same
    body: str | None  # None: the caller already knows this etag
    total: Count | None = None  # of a list: rows of all pages; None as well if the caller knows this etag
    next_cursor: str | None = None  # of a list: None on the last page


class WarehouseApi(models.AbstractModel):
    """The read methods of the warehouse API on this database.

    Each read is one SQL statement that returns finished JSON; the status, and a number of rows that is too large to
    be counted, take one more, see ``tools.bounded_count``. A read starts from ``_search``, so it applies the user's
    access rights and record rules. The etag is computed from row versions, which is cheaper than hashing the document:
    an update changes a row's `xmin` or, within one transaction, its `ctid`. After restoring a backup both may repeat,
    so `write_date` is included too.

    ``known_etags`` are the etags that the client already has, or ``("*",)`` for any.

    The attributes and methods of the first section define where the rows are; ``odoo.mirror.api`` overrides them.
    """

    _name = "warehouse.api"
    _description = "Warehouse API"

    # ------------------------------------------------------------
    # Where the rows are
    # ------------------------------------------------------------

    # Models of the transfers, of their move lines, and of the transfers' former dates.
    _picking_model = "stock.picking"
    _line_model = "stock.move.line"
    _reschedule_model = "stock.picking.reschedule"
    # The field with the time when a row was last written here.
    _written_field = "write_date"
    # The field with the time when a transfer arrived here.
    _received_field = "create_date"
    # The order in which the transfer that arrived last comes first, by an index.
    _newest_order = "id DESC"

    @api.model
    def _get_field_name(self, key):
        """Return the name of the field that holds the value of an answer's key."""
        return key

    @api.model
    def _get_domain(self):
        """Return the domain of the rows that the API serves; it applies to every model."""
        return []

    @api.model
    def _get_scope(self):
        """Return a text that identifies this set of rows, so that cursors and etags are not valid for another set."""
        return CURSOR_SCOPE

    @api.model
    def _get_line_columns(self, Line, query):
        """Return the SQL expressions of the keys of ``MOVE_LINE`` that are not stored in a field."""
        return {
            "qty_done": SQL(
                "CASE WHEN %s OR %s = 'done' THEN %s ELSE 0 END",
                *(Line._field_to_sql(query.table, name, query) for name in ("picked", "state", "quantity")),
            ),
            "qty_demand": self._sql_demand(query),
        }

    @api.model
    def _sql_demand(self, query):
        """Return the SQL expression of the demand of a line's move, in the unit of the line."""
        move = query.left_join(query.table, "move_id", "stock_move", "id", "move_id")
        own = query.left_join(query.table, "product_uom_id", "uom_uom", "id", "product_uom_id")
        ordered = query.left_join(move, "product_uom", "uom_uom", "id", "product_uom")
        return SQL(
            "CASE WHEN %(own)s.id = %(ordered)s.id THEN %(demand)s "
            "ELSE round(%(demand)s * %(ordered)s.factor::numeric / %(own)s.factor::numeric, 6) END",
            own=SQL.identifier(own),
            ordered=SQL.identifier(ordered),
            demand=self.env["stock.move"]._field_to_sql(move, "product_uom_qty", query),
        )

    # ------------------------------------------------------------
    # Pickings
    # ------------------------------------------------------------

    @api.model
    def _read_pickings(
        self,
        *,
        states=None,
        updated_since=None,
        limit=100,
        cursor=None,
        expand=False,
        exact_total=False,
        known_etags=(),
    ):
        """Return a page of the transfers as a `Document`, a JSON array of ``PICKING``.

        Following `next_cursor` from the first page returns each transfer that keeps matching exactly once, even while
        others are created, changed or rescheduled: rows are sorted by their scheduled date when the first page was
        read. A transfer that starts or stops matching meanwhile may or may not be returned.

        :param states: only transfers in one of these states; None for all.
        :param datetime updated_since: only those written at this time (naive UTC) or later.
        :param int limit: rows per page.
        :param str cursor: the `next_cursor` of the previous page.
        :param bool expand: whether to add the keys of ``PICKING_NAMES``.
        :param bool exact_total: whether to count all transfers, however many; otherwise a large total is an estimate.
        :raise BadCursor: if `cursor` is not valid.
        :raise AccessError: if the user may not read transfers.
        """
        domain = self._get_domain()
        if states is not None:
            domain.append(("state", "in", list(states)))
        if updated_since is not None:
            domain.append((self._written_field, ">=", updated_since))
        Picking = self.env[self._picking_model]
        query = Picking._search(domain)
        position = decode_cursor(self.env, self._get_scope(), cursor) if cursor else None
        count = position.count if position else None
        if exact_total and count and count.is_estimate:
            count = None
        names = self._get_picking_names(Picking, query) if expand else {}
        properties = {**PICKING["properties"], **(PICKING_NAMES if expand else {})}
        columns = self._columns(Picking, query, properties, names)
        statement = SQL(
            """
            WITH %(page)s,
            facts AS MATERIALIZED (
                SELECT md5(ROW(%(seed)s::text, string_agg(version, ','))::text) AS etag, count(*) AS found
                FROM page
            )
            SELECT
                etag,
                CASE WHEN NOT %(known)s THEN (
                    SELECT '[' || COALESCE(string_agg(row_to_json(row)::text, ','), '') || ']'
                    FROM (SELECT %(keys)s FROM page ORDER BY sort_date DESC, id LIMIT %(limit)s) AS row
                ) END,
                CASE WHEN NOT %(known)s THEN %(total)s END,
                CASE WHEN found > %(limit)s THEN (
                    SELECT ARRAY[sort_date::text, id::text, %(snapshot)s, %(last_reschedule)s]
                    FROM page ORDER BY sort_date, id DESC OFFSET 1 LIMIT 1
                ) END
            FROM facts
            """,
            page=self._sql_page(query, columns, position, limit + 1),
            # Only for the first page: the cursor carries it to the others.
            total=SQL("NULL::bigint") if count else sql_count(query, exact_total),
            limit=limit,
            seed=f"{self._get_scope()} {list(properties)}",
            snapshot=position.snapshot if position else SQL("pg_current_snapshot()::text"),
            last_reschedule=str(position.last_reschedule)
            if position
            else SQL("COALESCE((SELECT max(id) FROM %s), 0)::text", self._sql_reschedules()),
            known=self._sql_known(known_etags),
            keys=self._sql_keys(properties),
        )
        [(etag, body, total, last_key)] = self.env.execute_query(statement)
        if total is not None:
            count = complete_count(self.env, total, query, exact_total)
        next_cursor = None
        if last_key:
            sort_date, last_id, snapshot, last_reschedule = last_key
            expires = position.expires if position else int((datetime.now(UTC) + CURSOR_LIFETIME).timestamp())
            next_position = Cursor(sort_date, int(last_id), snapshot, int(last_reschedule), expires, *(count or ()))
            next_cursor = encode_cursor(self.env, self._get_scope(), next_position)
        return Document(etag, body, body and count, next_cursor)

    @api.model
    def _read_picking(self, picking_id, known_etags=(), *, expand=False):
        """Return one transfer and its move lines as a `Document`: ``{"picking": …, "move_lines": […]}``.

        :param bool expand: whether to add the keys of ``PICKING_NAMES`` and ``MOVE_LINE_NAMES``.
        :raise MissingError: if there is no such transfer, or the user may not see it.
        :raise AccessError: if the user may not read transfers or move lines.
        """
        Picking, Line = self.env[self._picking_model], self.env[self._line_model]
        picking_query = Picking._search([*self._get_domain(), (self._get_field_name("id"), "=", picking_id)])
        line_query = Line._search([*self._get_domain(), (self._get_field_name("picking_id"), "=", picking_id)])
        picking_names = self._get_picking_names(Picking, picking_query) if expand else {}
        line_columns = self._get_line_columns(Line, line_query)
        line_columns |= self._get_line_names(Line, line_query) if expand else {}
        picking_keys = {**PICKING["properties"], **(PICKING_NAMES if expand else {})}
        line_keys = {**MOVE_LINE["properties"], **(MOVE_LINE_NAMES if expand else {})}
        picking_select = self._columns(Picking, picking_query, picking_keys, picking_names)
        line_select = self._columns(Line, line_query, line_keys, line_columns)
        statement = SQL(
            """
            WITH picking AS MATERIALIZED (%(picking)s),
            lines AS MATERIALIZED (%(lines)s),
            facts AS MATERIALIZED (
                SELECT md5(ROW(
                    %(seed)s::text, version, (SELECT string_agg(version, ',' ORDER BY id) FROM lines)
                )::text) AS etag
                FROM picking
            )
            SELECT etag, CASE WHEN NOT %(known)s THEN concat(
                '{"picking":',
                (SELECT row_to_json(row) FROM (SELECT %(picking_keys)s FROM picking) AS row),
                ',"move_lines":[',
                (SELECT string_agg(row_to_json(row)::text, ',')
                    FROM (SELECT %(line_keys)s FROM lines ORDER BY id) AS row),
                ']}'
            ) END
            FROM facts
            """,
            picking=picking_query.select(*picking_select),
            lines=line_query.select(*line_select),
            seed=f"{self._get_scope()} {[*picking_keys, *line_keys]}",
            known=self._sql_known(known_etags),
            picking_keys=self._sql_keys(picking_keys),
            line_keys=self._sql_keys(line_keys),
        )
        rows = self.env.execute_query(statement)
        if not rows:
            raise MissingError(self.env._("There is no such transfer."))
        return Document(*rows[0])

    # ------------------------------------------------------------
    # Parts of a statement
    # ------------------------------------------------------------

    @api.model
    def _sql_page(self, query, columns, position, count):
        """Return the CTEs that end in ``page``: `count` rows after `position`, a `Cursor` or None."""
        table = self.env[self._picking_model]._table
        sort_date = _sort_date(SQL.identifier(table, "scheduled_date"))
        columns = SQL(", ").join(columns)
        where = query.where_clause if query.where_clause.code else SQL("TRUE")
        if not position:
            return SQL(
                """page AS MATERIALIZED (
                    SELECT %s, %s AS sort_date FROM %s WHERE %s ORDER BY sort_date DESC, id LIMIT %s
                )""",
                columns,
                sort_date,
                query.from_clause,
                where,
                count,
            )
        # Two parts: transfers not rescheduled since the first page, straight from the index; and rescheduled ones, each
        # at its date as of the first page, which is the earliest one logged outside the snapshot. Former dates are
        # looked up by their own indexes, so that a page costs the same however many transfers were rescheduled.
        return SQL(
            """
            page AS MATERIALIZED (
                (
                    SELECT %(columns)s, %(key)s AS sort_date FROM %(tables)s
                    WHERE %(where)s AND %(after_own)s AND NOT EXISTS (
                        SELECT FROM %(reschedules)s AS moved WHERE moved.picking_id = %(table)s.id AND %(moved_since)s
                    )
                    ORDER BY sort_date DESC, id LIMIT %(count)s
                ) UNION ALL (
                    SELECT %(columns)s, %(moved_key)s AS sort_date FROM %(tables)s, %(reschedules)s AS moved
                    WHERE moved.picking_id = %(table)s.id AND %(moved_since)s AND %(where)s AND %(after_moved)s
                        AND NOT EXISTS (
                            SELECT FROM %(reschedules)s AS earlier
                            WHERE earlier.picking_id = moved.picking_id AND earlier.id < moved.id AND %(earlier_since)s
                        )
                    ORDER BY sort_date DESC, id LIMIT %(count)s
                )
                ORDER BY sort_date DESC, id LIMIT %(count)s
            )
            """,
            moved_key=_sort_date(SQL("moved.previous_date")),
            moved_since=self._sql_moved_since(SQL("moved"), position),
            earlier_since=self._sql_moved_since(SQL("earlier"), position),
            reschedules=self._sql_reschedules(),
            table=SQL.identifier(table),
            columns=columns,
            key=sort_date,
            tables=query.from_clause,
            where=where,
            after_own=self._sql_after(sort_date, position),
            after_moved=self._sql_after(_sort_date(SQL("moved.previous_date")), position),
            count=count,
        )

    @api.model
    def _sql_moved_since(self, moved, position):
        """Return the condition that a former date was logged after the first page was read.

        A snapshot cannot tell times apart within its own transaction (a test, a script), so there we compare ids.
        """
        return SQL(
            """CASE WHEN %(moved)s.transaction_id = pg_current_xact_id_if_assigned()::text
                THEN %(moved)s.id > %(last_reschedule)s
                ELSE NOT pg_visible_in_snapshot(%(moved)s.transaction_id::xid8, %(snapshot)s::pg_snapshot)
            END""",
            moved=moved,
            snapshot=position.snapshot,
            last_reschedule=position.last_reschedule,
        )

    @api.model
    def _sql_after(self, sort_date, position):
        # The second comparison implies the first one, but only the first one can use the index.
        table, column = self.env[self._picking_model]._table, self._get_field_name("id")
        return SQL(
            "%(key)s <= %(date)s::timestamp AND (%(key)s < %(date)s::timestamp OR %(column)s > %(id)s)",
            key=sort_date,
            date=position.sort_date,
            column=SQL.identifier(table, column),
            id=position.id,
        )

    @api.model
    def _sql_reschedules(self):
        return SQL.identifier(self.env[self._reschedule_model]._table)

    @api.model
    def _columns(self, Model, query, properties, computed):
        """Return ``expression AS key`` for each of `properties`, and the version of the row.

        :param dict computed: the SQL expressions of keys whose values are not in a field
        :raise AccessError: if the user may not read one of the fields
        """
        values, foreign = {}, []
        for key in properties:
            name = self._get_field_name(key)
            values[key] = computed.get(key) or Model._field_to_sql(query.table, name, query)
            if key in computed or not Model._fields[name].store:
                foreign.append(values[key])
        columns = [SQL("%s AS %s", value, SQL.identifier(key)) for key, value in values.items()]
        return [*columns, self._sql_version(Model._table, foreign)]

    @api.model
    def _sql_version(self, table, foreign):
        """Return the version of a row.

        The text of a record, unlike that of `concat_ws`, shows where each value begins and which of them are NULL.

        :param list foreign: SQL expressions of values that other tables contribute to the answer
        """
        own = [SQL.identifier(table, column) for column in ("id", "xmin", "ctid", self._written_field)]
        return SQL("ROW(%s)::text AS version", SQL(", ").join([*own, *foreign]))

    @api.model
    def _sql_keys(self, properties):
        """Return the select list that turns columns named like `properties` into values that match their schemas."""
        return SQL(", ").join(
            SQL("%s AS %s", self._sql_value(SQL.identifier(name), schema), SQL.identifier(name))
            for name, schema in properties.items()
        )

    @api.model
    def _sql_value(self, column, schema):
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if schema.get("format") == "date-time":
            return SQL("to_char(%s, %s)", column, ISO_UTC)
        if "string" in kinds and "null" in kinds:
            return SQL("NULLIF(%s, '')", column)
        if "number" in kinds:
            return SQL("trim_scale(%s::numeric)", column if "null" in kinds else SQL("COALESCE(%s, 0)", column))
        if "boolean" in kinds:
            return SQL("COALESCE(%s, FALSE)", column)
        return column

    @api.model
    def _sql_known(self, known_etags):
        if "*" in known_etags:
            return SQL("TRUE")
        return SQL("etag = ANY(%s::text[])", list(known_etags))
