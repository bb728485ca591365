"""The tables of Odoo 14 and what the mirror's columns are in them, for ``dev.stand_ins.remote_odoo.equality``."""

from ..stand_ins.remote_odoo.equality import COLUMNS

_CHANGES = {
    "product": {
        "name": "(SELECT name FROM product_template t WHERE t.id = product_tmpl_id)",
        "is_storable": "(SELECT type = 'product' FROM product_template t WHERE t.id = product_tmpl_id)",
    },
    "package": {"package_type_remote_id": "packaging_id"},
    "move_line": {
        "quantity": "CASE WHEN qty_done <> 0 OR state = 'done' THEN qty_done ELSE product_uom_qty END",
        "picked": "qty_done <> 0 OR state = 'done'",
        "qty_done": "qty_done",
    },
}
_TABLES = {"lot": "stock_production_lot", "package": "stock_quant_package"}

OLD_COLUMNS = {
    kind: (_TABLES.get(kind, table), {**columns, **_CHANGES.get(kind, {})})
    for kind, (table, columns) in COLUMNS.items()
}
