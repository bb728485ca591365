"""Fill a database with stock quickly: a few records by the ORM, the many rows by SQL.

The stock is consistent, as if made by Odoo: every line reserves the reserved quantity of its quant, so transfers can be
validated, cancelled and deleted afterwards.
"""

from typing import Any

LINES_OF_A_PICKING = 3
MARK = "Remote stock"


def fill(env: Any, quants: int, pickings: int, locations: int = 50, days: int = 90) -> dict[str, Any]:
    """Add quants, and ready deliveries of three lines each; commit, and return {"key": the administrator's API key}.

    :param quants: at least three per picking, because each line takes from a separate quant
    :param days: spread the write dates over this many days before now; 0: all now
    """
    if quants < pickings * LINES_OF_A_PICKING:
        raise ValueError("there are more lines than quants to take from")
    picking_type = env.ref("stock.warehouse0").out_type_id
    stock = picking_type.default_location_src_id
    shelves = env["stock.location"].create(
        [{"name": f"Shelf {number:03}", "location_id": stock.id} for number in range(locations)]
    )
    products = env["product.product"].create([
        {"name": f"{MARK} {number:04}", "default_code": f"RS{number:04}", "type": "consu", "is_storable": True,
         "list_price": number / 4}
        for number in range(-(-quants // locations))
    ])  # fmt: skip
    env["stock.lot"].create([{"name": f"LOT{product.default_code}", "product_id": product.id} for product in products])
    env["stock.package"].create([{"name": f"BOX{number:04}"} for number in range(len(products))])
    env.flush_all()
    parameters = {
        "quants": quants, "pickings": pickings, "lines": LINES_OF_A_PICKING, "days": days,
        "shelves": shelves.ids, "products": products.ids, "uom": products[:1].uom_id.id, "mark": MARK,
        "type": picking_type.id, "company": picking_type.company_id.id, "partner": env.ref("base.main_partner").id,
        "from": stock.id, "to": env.ref("stock.stock_location_customers").id,
    }  # fmt: skip
    for statement in (_QUANTS, _PICKINGS, _MOVES, _MOVE_LINES):
        env.cr.execute(statement, parameters)
        env.cr.execute("ANALYZE stock_quant, stock_picking, stock_move")
    if days:
        for table in ("stock_location", "product_product", "product_template", "stock_lot", "stock_package"):
            env.cr.execute(f"UPDATE \"{table}\" SET write_date = write_date - interval '1 day'")
    env.invalidate_all()
    admin = env.ref("base.user_admin")
    key = env["res.users.apikeys"].with_user(admin).sudo()._generate("rpc", MARK, None)
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return {"key": key}


# Row number n, with its write time; n decides all other values.
_ROWS = """
    (SELECT n,
        date_trunc('second', now() AT TIME ZONE 'UTC') - %(days)s * interval '1 day' * (1 - n / {count}::float) AS at
     FROM generate_series(0, {count} - 1) AS n) AS rows
"""

_QUANTS = """
    INSERT INTO stock_quant (
        product_id, location_id, company_id, quantity, reserved_quantity, in_date, create_uid, write_uid,
        create_date, write_date
    )
    SELECT (%(products)s)[1 + n / array_length(%(shelves)s, 1)], (%(shelves)s)[1 + n %% array_length(%(shelves)s, 1)],
        %(company)s, 10 + n %% 7 + 0.25, CASE WHEN n < %(pickings)s * %(lines)s THEN 1 + n %% 3 ELSE 0 END,
        at, 1, 1, at, at
    FROM """ + _ROWS.format(count="%(quants)s")

_PICKINGS = """
    INSERT INTO stock_picking (
        name, state, origin, priority, move_type, is_locked, scheduled_date, picking_type_id, location_id,
        location_dest_id, company_id, partner_id, create_uid, write_uid, create_date, write_date
    )
    SELECT 'RS/OUT/' || lpad(n::text, 6, '0'), 'assigned', %(mark)s, CASE WHEN n %% 10 = 0 THEN '1' ELSE '0' END,
        'direct', TRUE, at + interval '2 days', %(type)s, %(from)s, %(to)s, %(company)s,
        CASE WHEN n %% 4 > 0 THEN %(partner)s END, 1, 1, at, at
    FROM """ + _ROWS.format(count="%(pickings)s")

_MOVES = """
    INSERT INTO stock_move (
        picking_id, picking_type_id, warehouse_id, company_id, product_id, product_uom, location_id, location_dest_id,
        location_final_id, procure_method, product_uom_qty, product_qty, quantity, picked, state, date, reference,
        origin, sequence, priority, propagate_cancel, is_inventory, additional, create_uid, write_uid, create_date,
        write_date
    )
    SELECT picking.id, picking.picking_type_id, type.warehouse_id, picking.company_id, quant.product_id, %(uom)s,
        %(from)s, %(to)s, %(to)s, 'make_to_stock', quant.reserved_quantity, quant.reserved_quantity,
        quant.reserved_quantity, FALSE, 'assigned', picking.scheduled_date, picking.name, picking.origin,
        10, picking.priority, TRUE, FALSE, FALSE, 1, 1, picking.write_date, picking.write_date
    FROM (SELECT *, row_number() OVER (ORDER BY id) - 1 AS n FROM stock_picking WHERE origin = %(mark)s) AS picking
    JOIN stock_picking_type AS type ON type.id = picking.picking_type_id
    JOIN (
        SELECT *, row_number() OVER (ORDER BY id) - 1 AS n FROM stock_quant WHERE location_id = ANY(%(shelves)s)
    ) AS quant ON quant.n / %(lines)s = picking.n
    WHERE quant.reserved_quantity > 0
"""

_MOVE_LINES = """
    INSERT INTO stock_move_line (
        picking_id, move_id, company_id, product_id, product_uom_id, location_id, location_dest_id, quantity,
        quantity_product_uom, picked, state, date, create_uid, write_uid, create_date, write_date
    )
    SELECT move.picking_id, move.id, move.company_id, move.product_id, move.product_uom, quant.location_id,
        move.location_dest_id, move.quantity, move.quantity, FALSE, move.state, move.date, 1, 1, move.write_date,
        move.write_date
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM stock_move WHERE origin = %(mark)s) AS move
    JOIN (
        SELECT *, row_number() OVER (ORDER BY id) AS n FROM stock_quant
        WHERE location_id = ANY(%(shelves)s) AND reserved_quantity > 0
    ) AS quant ON quant.n = move.n
"""
