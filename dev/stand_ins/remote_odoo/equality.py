"""Compare a mirror with its remote, row by row and directly in the databases, without using the mirror's code."""

from collections.abc import Mapping
from typing import Any

from .place import Place

# For each mirror: the table of the remote (Odoo 19), and column of the mirror → expression in the remote.
COLUMNS = {
    "location": ("stock_location", {
        "name": "name", "complete_name": "complete_name", "usage": "usage", "barcode": "barcode",
        "remote_active": "active", "location_remote_id": "location_id", "company_remote_id": "company_id",
    }),
    "product": ("product_product", {
        "name": "(SELECT name ->> 'en_US' FROM product_template t WHERE t.id = product_tmpl_id)",
        "list_price": "(SELECT list_price FROM product_template t WHERE t.id = product_tmpl_id)",
        "type": "(SELECT type FROM product_template t WHERE t.id = product_tmpl_id)",
        "is_storable": "(SELECT COALESCE(is_storable, FALSE) FROM product_template t WHERE t.id = product_tmpl_id)",
        "tracking": "(SELECT tracking FROM product_template t WHERE t.id = product_tmpl_id)",
        "uom_remote_id": "(SELECT uom_id FROM product_template t WHERE t.id = product_tmpl_id)",
        "category_remote_id": "(SELECT categ_id FROM product_template t WHERE t.id = product_tmpl_id)",
        "default_code": "default_code", "barcode": "barcode", "remote_active": "active",
        "weight": "COALESCE(weight, 0)", "volume": "COALESCE(volume, 0)",
    }),
    "lot": ("stock_lot", {
        "name": "name", "ref": "ref", "product_remote_id": "product_id", "company_remote_id": "company_id",
    }),
    "package": ("stock_package", {
        "name": "name", "package_type_remote_id": "package_type_id", "location_remote_id": "location_id",
        "company_remote_id": "company_id",
    }),
    "quant": ("stock_quant", {
        "quantity": "quantity", "reserved_quantity": "reserved_quantity", "product_remote_id": "product_id",
        "location_remote_id": "location_id", "lot_remote_id": "lot_id", "package_remote_id": "package_id",
        "owner_remote_id": "owner_id", "company_remote_id": "company_id", "in_date": "date_trunc('second', in_date)",
    }),
    "picking": ("stock_picking", {
        "name": "name", "state": "state", "origin": "origin", "priority": "priority",
        "scheduled_date": "date_trunc('second', scheduled_date)", "date_done": "date_trunc('second', date_done)",
        "location_remote_id": "location_id", "location_dest_remote_id": "location_dest_id",
        "partner_remote_id": "partner_id", "picking_type_remote_id": "picking_type_id",
        "backorder_remote_id": "backorder_id", "company_remote_id": "company_id",
    }),
    "move_line": ("stock_move_line", {
        "state": "state", "quantity": "quantity", "picked": "COALESCE(picked, FALSE)",
        "qty_done": "CASE WHEN picked OR state = 'done' THEN quantity ELSE 0 END",
        "picking_remote_id": "picking_id", "product_remote_id": "product_id", "product_uom_remote_id": "product_uom_id",
        "location_remote_id": "location_id", "location_dest_remote_id": "location_dest_id", "lot_remote_id": "lot_id",
        "lot_name": "lot_name", "package_remote_id": "package_id", "result_package_remote_id": "result_package_id",
        "owner_remote_id": "owner_id", "date": "date_trunc('second', date)", "company_remote_id": "company_id",
    }),
}  # fmt: skip

# Link of a mirror → (column of the remote's id, mirror it points to).
LINKS = {
    "lot": {"product": "product"},
    "package": {"location": "location"},
    "location": {"location": "location"},
    "quant": {"product": "product", "location": "location", "lot": "lot", "package": "package"},
    "picking": {"location": "location", "location_dest": "location", "backorder": "picking"},
    "move_line": {
        "picking": "picking", "product": "product", "location": "location", "location_dest": "location", "lot": "lot",
        "package": "package", "result_package": "package",
    },
}  # fmt: skip


def differences(
    place: Place,
    local: str,
    remote: str,
    source_id: int,
    remote_place: Place | None = None,
    all_columns: Mapping[str, tuple[str, dict[str, str]]] = COLUMNS,
) -> list[str]:
    """Return the differences between the mirrors of a source and the remote, one line each; empty if they are equal.

    :param remote_place: where the remote's database is, if not at the same place
    :param all_columns: as `COLUMNS`, of the remote's version
    """
    found = []
    for kind, (table, columns) in all_columns.items():
        common = {"remote_id": "id", "remote_write_date": "date_trunc('second', write_date)", **columns}
        theirs = _rows(remote_place or place, remote, f'SELECT {", ".join(common.values())} FROM "{table}"')
        ours = _rows(
            place, local,
            f'SELECT {", ".join(common)} FROM odoo_mirror_{kind} WHERE NOT gone AND source_id = {source_id}',
        )  # fmt: skip
        found += [f"{kind} {key}: missing here" for key in theirs.keys() - ours.keys()]
        found += [f"{kind} {key}: gone there" for key in ours.keys() - theirs.keys()]
        for key in theirs.keys() & ours.keys():
            found += [
                f"{kind} {key}: {name} is {mine!r} here, {other!r} there"
                for name, mine, other in zip(common, ours[key], theirs[key], strict=True)
                if mine != other
            ]
        found += _wrong_links(place, local, kind, source_id)
    return found


def counts(place: Place, database: str) -> dict[str, int]:
    """Return how many rows of each kind a remote has."""
    return {
        kind: _rows(place, database, f'SELECT 0, count(*) FROM "{table}"')[0][1]
        for kind, (table, _columns) in COLUMNS.items()
    }


def _wrong_links(place: Place, database: str, kind: str, source_id: int) -> list[str]:
    found = []
    for name, target in LINKS.get(kind, {}).items():
        rows = _rows(
            place,
            database,
            f"""
            SELECT mirror.remote_id, mirror.{name}_remote_id
            FROM odoo_mirror_{kind} AS mirror
            LEFT JOIN odoo_mirror_{target} AS target ON target.id = mirror.{name}_id
            WHERE NOT mirror.gone AND mirror.source_id = {source_id}
                AND (target.remote_id, target.source_id) IS DISTINCT FROM (
                    mirror.{name}_remote_id, CASE WHEN mirror.{name}_remote_id IS NOT NULL THEN mirror.source_id END
                )
        """,
        )
        found += [f"{kind} {key}: the link {name}_id is not {row[1]}" for key, row in rows.items()]
    return found


def _rows(place: Place, database: str, statement: str) -> dict[int, tuple[Any, ...]]:
    connection = place.connect(database)
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
        return {row[0]: row for row in cursor.fetchall()}
    finally:
        connection.close()
