"""Create the data for ``dev.benchmarks.api``; needs an Odoo environment."""

from odoo.fields import Command

ORIGIN = "Benchmark of the API"
LINES = 50


def prepare(env, count):
    """Fill the database up to `count` transfers, one of them with 50 move lines, and create an API key.

    Can be repeated: existing data is kept. The key is new every time and belongs to the administrator.

    :return: {"key": str, "picking_id": int of the transfer with the lines}
    """
    missing = count - env["stock.picking"].with_context(active_test=False).search_count([])
    if missing > 0:
        _insert_pickings(env, missing)
    picking = env["stock.picking"].search([("origin", "=", f"{ORIGIN}, lines")], limit=1)
    if not picking:
        picking = _create_picking_with_lines(env)
    key = _create_key(env)
    env.cr.commit()
    env.cr.execute("ANALYZE stock_picking, stock_move_line")
    env.cr.commit()
    return {"key": key, "picking_id": picking.id}


def prepare_reserved(env, count, lines):
    """Create `count` reserved transfers with as many lines of storable products, and an API key.

    :return: {"key": str, "pickings": {id of a transfer: ids of its move lines}}
    """
    products = env["product.product"].create(
        [
            {"name": f"{ORIGIN}, stored {number}", "is_storable": True, "barcode": f"BENCH-{number}"}
            for number in range(lines)
        ]
    )
    location = _picking_type(env).default_location_src_id
    for product in products:
        env["stock.quant"]._update_available_quantity(product, location, 3 * count)
    pickings = env["stock.picking"]
    for _number in range(count):
        pickings |= _create_picking(
            env,
            f"{ORIGIN}, reserved",
            "move_ids",
            [{"product_id": product.id, "product_uom_qty": 3} for product in products],
        )
    pickings.action_confirm()
    pickings.action_assign()
    key = _create_key(env)
    env.cr.commit()
    return {"key": key, "pickings": {picking.id: picking.move_line_ids.ids for picking in pickings}}


def _create_key(env):
    admin = env.ref("base.user_admin")
    return env["res.users.apikeys"].with_user(admin).sudo()._generate("rpc", ORIGIN, None)


def _picking_type(env):
    return env.ref("stock.warehouse0").out_type_id


def _insert_pickings(env, count):
    # By SQL, because the ORM would take minutes without any effect on the measurements.
    picking_type = _picking_type(env)
    env.cr.execute(
        """
        INSERT INTO stock_picking (
            name, state, origin, priority, move_type, is_locked, scheduled_date,
            picking_type_id, location_id, location_dest_id, company_id, partner_id,
            create_uid, write_uid, create_date, write_date
        )
        SELECT
            concat('BENCH/', to_char(clock_timestamp(), 'YYYYMMDDHH24MISSUS'), '/', n),
            (ARRAY['draft', 'waiting', 'confirmed', 'assigned', 'done', 'cancel'])[1 + n %% 6],
            CASE WHEN n %% 3 > 0 THEN 'SO' || n END, CASE WHEN n %% 10 = 0 THEN '1' ELSE '0' END, 'direct', TRUE,
            date_trunc('second', now() AT TIME ZONE 'UTC') - n %% 5000 * interval '7 minutes',
            %s, %s, %s, %s, CASE WHEN n %% 4 > 0 THEN %s END,
            1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
        FROM generate_series(1, %s) AS n
        """,
        [
            picking_type.id,
            picking_type.default_location_src_id.id,
            picking_type.default_location_dest_id.id or env.ref("stock.stock_location_customers").id,
            picking_type.company_id.id,
            env.ref("base.main_partner").id,
            count,
        ],
    )
    env.invalidate_all()


def _create_picking_with_lines(env):
    products = env["product.product"].create(
        [{"name": f"{ORIGIN} {number}", "type": "consu"} for number in range(LINES)]
    )
    lines = [{"product_id": product.id, "quantity": 3} for product in products]
    return _create_picking(env, f"{ORIGIN}, lines", "move_line_ids", lines)


def _create_picking(env, origin, field, rows):
    picking_type = _picking_type(env)
    locations = {
        "location_id": picking_type.default_location_src_id.id,
        "location_dest_id": env.ref("stock.stock_location_customers").id,
    }
    return env["stock.picking"].create(
        {
            "picking_type_id": picking_type.id,
            "origin": origin,
            **locations,
            field: [Command.create({**row, **locations}) for row in rows],
        }
    )
