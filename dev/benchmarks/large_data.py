"""Fill a database as a shop leaves it after years, by SQL; needs a fresh database with the addon and its demo data.

    python -m dev.benchmarks.large_data --database NAME [--config FILE] --rows 100000

`rows` is the number of orders and of transfers: five synchronizations, one of which has 60 % of the orders; three
lines, moves and move lines each, over three years; 98 % of them done. Beside them a tenth as many products with names
in three languages, three quants of each, a twentieth as many runs, a fifth as many shipments with three events each,
and a mirrored Odoo of the same size. Rows are copies of a few that the addon itself has imported.
"""

import argparse

from . import large_customers, store
from .cloning import clone

SYNCS = 5
LANGUAGES = ("en_US", "de_DE", "fr_FR")
SOURCE_CODE = "large"
# The codes of synchronizations and the barcodes of products begin with these.
SYNC_CODE, BARCODE = "large_", "LARGE-"
# The number of days for which payloads are kept.
PAYLOAD_DAYS = 90


def main():
    parser = argparse.ArgumentParser(prog="python -m dev.benchmarks.large_data", description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", help="Odoo's configuration file")
    parser.add_argument("--rows", type=int, required=True)
    options = parser.parse_args()
    from . import measuring

    with measuring.environment(options) as env:
        fill(env, options.rows)
        env.cr.commit()
        env.cr._cnx.autocommit = True
        env.cr.execute("VACUUM ANALYZE")


def fill(env, rows):
    """Fill a fresh database up to this number of orders and transfers."""
    seeds = [_import_one(env, number) for number in range(SYNCS)]
    env.flush_all()
    _plan(env, rows, seeds)
    _fill_products(env, rows // 10)
    large_customers.fill(env, rows // 20)
    _fill_orders(env)
    _fill_transfers(env)
    _fill_inbox(env, rows)
    _fill_shipments(env)
    _fill_events(env, rows // 10)
    _fill_mirror(env, rows)
    _set_sequences(env)


def _import_one(env, number):
    """Create a synchronization with a separate Point of Sale, import an order, and return its `external.order`."""
    if not number:
        store.make_products(env, env.ref("point_of_sale.pos_config_main"))
    pos_config = env["pos.config"].create({"name": f"Large {number}"})
    far = "2099-01-01 00:00:00"
    sync = env["external.order.sync"].create(
        {
            "name": f"Large {number}",
            "pos_config_id": pos_config.id,
            "external_api_url": f"http://127.0.0.1:{number + 1}/",
            "state": "started",
            "code": f"{SYNC_CODE}{number}",
        }
    )
    env.cr.commit()
    store.receive(sync, [store.order(number + 1)])
    store.import_pending(sync)
    sync.next_sync_date = far
    return sync.order_ids


def _plan(env, rows, seeds):
    """Note in temporary tables what each order is to be, and which rows are copied for it."""
    env.cr.execute(
        """
        CREATE TEMPORARY TABLE plan AS
        SELECT k, seed, at, kind, state = 'done' AS is_done, state, sessions * seed + k * sessions / rows AS session
          FROM (
                SELECT k, CASE WHEN k %% 10 < 6 THEN 0 ELSE k %% 10 - 5 END AS seed, %(rows)s AS rows,
                       greatest(%(rows)s / 900, 1) AS sessions,
                       date_trunc('second', now() AT TIME ZONE 'UTC'
                           - (%(rows)s - k) * interval '3 years' / %(rows)s) AS at,
                       CASE WHEN chance < 8 THEN 'failed' WHEN chance < 9 THEN 'pending'
                            WHEN chance < 20 THEN 'ignored' ELSE 'done' END AS state,
                       CASE WHEN chance BETWEEN 20 AND 23 THEN 'refund' ELSE 'sale' END AS kind
                  FROM (SELECT n::bigint AS k, n::bigint * 7919 %% 1000 AS chance
                          FROM generate_series(0, %(rows)s - 1) AS n) AS numbered
               ) AS planned;
        CREATE TEMPORARY TABLE seeds
            (seed integer, inbox_id integer, order_id integer, session_id integer, run_id integer);
        CREATE TEMPORARY TABLE first_ids (name text, id bigint);
        ANALYZE plan;
        """,
        {"rows": rows},
    )
    for number, row in enumerate(seeds):
        env.cr.execute(
            "INSERT INTO seeds VALUES (%s, %s, %s, %s, %s)",
            [number, row.id, row.pos_order_id.id, row.session_id.id, row.run_id.id],
        )
    for table in ("pos_session", "pos_order", "stock_picking", "stock_move", "product_template", "product_product"):
        env.cr.execute(f"INSERT INTO first_ids SELECT %s, max(id) + 1 FROM {table}", [table])


def _first(table):
    """Return the SQL expression of the first id of the copies."""
    return f"(SELECT id FROM first_ids WHERE name = '{table}')"


def _fill_products(env, count):
    for code in LANGUAGES:
        env["res.lang"]._activate_lang(code)
    product = env["product.product"].search([("name", "=like", f"{store.PREFIX}%")], limit=1)
    env.flush_all()
    names = "jsonb_build_object('en_US', 'Thing '||n, 'de_DE', 'Ding '||n, 'fr_FR', 'Chose '||n)"
    numbers = f"generate_series(0, {count - 1}) AS n"
    clone(
        env,
        "product_template",
        f"{numbers}, product_template AS seed_row WHERE seed_row.id = {product.product_tmpl_id.id}",
        id=f"{_first('product_template')} + n",
        name=names,
    )
    clone(
        env,
        "product_product",
        f"{numbers}, product_product AS seed_row WHERE seed_row.id = {product.id}",
        id=f"{_first('product_product')} + n",
        product_tmpl_id=f"{_first('product_template')} + n",
        barcode=f"'{BARCODE}' || n",
    )
    quant = env["stock.quant"].search(
        [("product_id", "=", product.id), ("location_id.usage", "=", "internal")], limit=1
    )
    shelves = env["stock.location"].create(
        [{"name": f"Shelf {number}", "location_id": quant.location_id.id} for number in range(3)]
    )
    env.flush_all()
    clone(
        env,
        "stock_quant",
        f"{numbers}, unnest(ARRAY{shelves.ids}) AS shelf, stock_quant AS seed_row WHERE seed_row.id = {quant.id}",
        product_id=f"{_first('product_product')} + n",
        location_id="shelf",
    )
    env.cr.execute("INSERT INTO first_ids VALUES ('products', %s)", [count])


# The rows to copy for what is done, beside the plan.
DONE = "plan JOIN seeds USING (seed)"


def _fill_orders(env):
    clone(
        env,
        "pos_session",
        """(SELECT DISTINCT seed, session, min(at) OVER (PARTITION BY session) AS at FROM plan) AS plan
            JOIN seeds USING (seed) JOIN pos_session AS seed_row ON seed_row.id = seeds.session_id""",
        id=f"{_first('pos_session')} + session",
        name="'LARGE/' || session",
        state="'closed'",
        start_at="at",
        stop_at="at + interval '8 hours'",
    )
    order = {"order_id": f"{_first('pos_order')} + k"}
    clone(
        env,
        "pos_order",
        f"{DONE} JOIN pos_order AS seed_row ON seed_row.id = seeds.order_id WHERE is_done",
        id=order["order_id"],
        name="'LARGE/' || k",
        pos_reference="'LARGE-' || k",
        uuid="md5('order ' || k)",
        access_token="md5('token ' || k)",
        external_order_number="(k + 1000)::text",
        session_id=f"{_first('pos_session')} + session",
        partner_id=f"CASE WHEN k % 3 = 0 THEN {_first('res_partner')} + k / 3 % {_first('customers')} END",
        date_order="at",
        create_date="at",
        write_date="at",
    )
    of_payment = {"session_id": f"{_first('pos_session')} + session", "payment_method_id": "plan.method"}
    for table, parent, more in (("pos_order_line", "order_id", {}), ("pos_payment", "pos_order_id", of_payment)):
        clone(
            env,
            table,
            f"{DONE} JOIN {table} AS seed_row ON seed_row.{parent} = seeds.order_id WHERE is_done",
            **{parent: order["order_id"]},
            uuid=f"md5('{table} ' || seed_row.id || ' ' || k)",
            **more,
        )


def _fill_transfers(env):
    env.cr.execute(
        """
        CREATE TEMPORARY TABLE seed_moves AS
        SELECT seed, picking.id AS picking_id, move.id AS move_id, line.id AS line_id,
               row_number() OVER (PARTITION BY seed ORDER BY move.id) - 1 AS rank
          FROM seeds JOIN stock_picking AS picking ON picking.pos_order_id = seeds.order_id
          JOIN stock_move AS move ON move.picking_id = picking.id
          JOIN stock_move_line AS line ON line.move_id = move.id
        """
    )
    state = """CASE WHEN is_done THEN 'done' ELSE
        (ARRAY['assigned', 'assigned', 'assigned', 'draft', 'waiting', 'confirmed', 'cancel'])[1 + k % 7] END"""
    picking_id, move_id = f"{_first('stock_picking')} + k", f"{_first('stock_move')} + 3 * k + rank"
    product_id = f"{_first('product_product')} + (3 * k + rank) % {_first('products')}"
    dates = {"create_date": "at", "write_date": "at"}
    clone(
        env,
        "stock_picking",
        f"""{DONE} JOIN (SELECT DISTINCT seed, picking_id FROM seed_moves) AS moves USING (seed)
            JOIN stock_picking AS seed_row ON seed_row.id = moves.picking_id""",
        id=picking_id,
        name="'LARGE/OUT/' || k",
        state=state,
        pos_order_id=f"CASE WHEN is_done THEN {_first('pos_order')} + k END",
        pos_session_id=f"CASE WHEN is_done THEN {_first('pos_session')} + session END",
        scheduled_date="at",
        date_done="CASE WHEN is_done THEN at END",
        **dates,
    )
    of_moves = f"{DONE} JOIN seed_moves USING (seed)"
    clone(
        env,
        "stock_move",
        f"{of_moves} JOIN stock_move AS seed_row ON seed_row.id = move_id",
        id=move_id,
        picking_id=picking_id,
        product_id=product_id,
        state=state,
        date="at",
        **dates,
    )
    clone(
        env,
        "stock_move_line",
        f"{of_moves} JOIN stock_move_line AS seed_row ON seed_row.id = line_id",
        picking_id=picking_id,
        move_id=move_id,
        product_id=product_id,
        state=state,
        date="at",
        **dates,
    )


def _fill_inbox(env, rows):
    has_warning = f"is_done AND k % {min(200, rows // 100)} = 8"
    columns = {
        "external_id": "(k + 1000)::text",
        "state": "plan.state",
        "kind": "plan.kind",
        "refund_id": "CASE WHEN plan.kind = 'refund' THEN 'refund' END",
        "pos_order_id": f"CASE WHEN is_done THEN {_first('pos_order')} + k END",
        "imported_date": "CASE WHEN is_done THEN at END",
        "received_date": "at",
        "sold_date": "at",
        "payment_method_id": "CASE WHEN is_done THEN plan.method END",
        "run_id": "NULL",
        "payload": f"""CASE WHEN NOT is_done OR at > now() AT TIME ZONE 'UTC' - interval '{PAYLOAD_DAYS - 1} days'
            THEN seed_row.payload END""",
        "error_code": """CASE plan.state WHEN 'failed' THEN 'product_not_found'
            WHEN 'ignored' THEN 'status_not_accepted' END""",
        "error_message": "CASE plan.state WHEN 'failed' THEN 'No product has this name.' END",
        "missing_item_name": "CASE plan.state WHEN 'failed' THEN 'Item ' || k % 50 END",
        "next_attempt": "CASE plan.state WHEN 'pending' THEN TIMESTAMP '2099-01-01' END",
        "doubt": f"CASE WHEN {has_warning} THEN 'payment_guessed' END",
        "warnings": f"CASE WHEN {has_warning} THEN 'The payment method was guessed.' END",
        "changed": f"is_done AND k % {min(2000, rows // 100)} = 7",
        "source_digest": "md5('source ' || k)",
        "fingerprint": "md5('content ' || k)",
        "create_date": "at",
        "write_date": "at",
    }
    clone(
        env,
        "external_order",
        f"{DONE} JOIN external_order AS seed_row ON seed_row.id = seeds.inbox_id ORDER BY k",
        **columns,
    )
    clone(
        env,
        "external_order_sync_run",
        f"{DONE} JOIN external_order_sync_run AS seed_row ON seed_row.id = seeds.run_id WHERE k % 20 = 0 ORDER BY k",
        date_start="at",
        date_end="at + interval '5 seconds'",
        date_progress="at",
    )


def _fill_shipments(env):
    carrier = env["delivery.carrier"].search([], limit=1)
    env.cr.execute(
        f"""
        WITH shipped AS (
            INSERT INTO external_shipment (picking_id, company_id, carrier_id, provider_code, state, reference,
                tracking_number, attempts, shipped_date, is_on_picking, next_poll, create_date, write_date)
            SELECT picking.id, picking.company_id, %s, 'fixed',
                   CASE WHEN k %% 500 = 0 THEN 'error' WHEN k %% 250 = 5 THEN 'shipped' ELSE 'delivered' END,
                   'LARGE-' || k, 'TRACK' || k, 1, at, TRUE, TIMESTAMP '2099-01-01', at, at
              FROM plan JOIN stock_picking AS picking ON picking.id = {_first("stock_picking")} + k
             WHERE k %% 5 = 0 ORDER BY k
            RETURNING id, create_date
        )
        INSERT INTO external_shipment_event (shipment_id, date, kind, status)
        SELECT id, create_date + number * interval '6 hours', kind, kind
          FROM shipped, unnest(ARRAY['info', 'transit', 'delivered']) WITH ORDINALITY AS kinds (kind, number)
        """,
        [carrier.id],
    )


def _fill_events(env, count):
    """Log that the newest orders were imported."""
    env["ir.config_parameter"].set_param("external_order_sync.event_log_days", "1000")
    env.cr.execute(
        """
        INSERT INTO external_event (seq, message_id, type, date, company_id, sync_id, res_model, res_id, data)
        SELECT row_number() OVER (ORDER BY id), 'evt_' || md5(id::text), 'order.imported', imported_date, company_id,
               sync_id, 'external.order', id, jsonb_build_object('order_id', external_id)
          FROM (SELECT * FROM external_order WHERE state = 'done' ORDER BY id DESC LIMIT %s) AS newest;
        SELECT setval('external_event_seq_seq', (SELECT max(seq) FROM external_event));
        """,
        [count],
    )


def _fill_mirror(env, rows):
    source = env["odoo.sync.source"].create(
        {
            "name": "Large",
            "code": SOURCE_CODE,
            "url": "http://127.0.0.1:1",
            "database": "large",
            "login": "admin",
            "secret": "secret",
        }
    )
    source.next_sync_date = "2099-01-01 00:00:00"
    for kind in ("product", "location", "picking", "quant", "lot", "package", "move_line"):
        env["odoo.sync.cursor"]._get(source, kind).synced_date = "2026-01-01 00:00:00"
    env.flush_all()
    at = f"date_trunc('second', now() AT TIME ZONE 'UTC' - ({rows} - n) * interval '3 years' / {rows})"
    own = {"source_id": source.id, "gone": "FALSE", "received_date": at, "synced_date": at, "remote_write_date": at}
    _insert(env, "location", 10, **own, remote_id="n", name="'Shelf ' || n", usage="'internal'", remote_active="TRUE")
    products = max(rows // 10, 10)
    product = {"name": "'Thing ' || n", "default_code": "'T' || n", "remote_active": "TRUE"}
    _insert(env, "product", products, **own, **product, remote_id="n")
    links = {
        "product_remote_id": f"1 + n % {products}",
        "product_id": f"(SELECT min(id) FROM odoo_mirror_product) + n % {products}",
        "location_remote_id": "1 + n % 10",
        "location_id": "(SELECT min(id) FROM odoo_mirror_location) + n % 10",
    }
    _insert(env, "quant", rows, **own, **links, remote_id="n", quantity="n % 100", in_date=at)
    _insert(
        env,
        "picking",
        rows,
        **own,
        remote_id="n",
        name="'WH/OUT/' || n",
        state="CASE WHEN n % 50 = 0 THEN 'assigned' ELSE 'done' END",
        scheduled_date=at,
        date_done=at,
        priority="'0'",
        location_remote_id=links["location_remote_id"],
        location_id=links["location_id"],
    )
    line = {
        "remote_id": "n",
        "picking_remote_id": "n",
        "picking_id": "(SELECT min(id) FROM odoo_mirror_picking) + n - 1",
    }
    _insert(env, "move_line", rows, **own, **links, **line, quantity="1", qty_done="1", state="'done'", date=at)


def _insert(env, kind, count, **values):
    """Insert rows into a mirror; `n` counts them in the SQL expressions of their columns."""
    names, selected = ", ".join(values), ", ".join(map(str, values.values()))
    env.cr.execute(f"INSERT INTO odoo_mirror_{kind} ({names}) SELECT {selected} FROM generate_series(1, {count}) AS n")


def _set_sequences(env):
    """Let new rows follow the copies whose ids were given."""
    env.cr.execute("SELECT name FROM first_ids WHERE to_regclass(name) IS NOT NULL")
    for (table,) in env.cr.fetchall():
        env.cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")


if __name__ == "__main__":
    main()
