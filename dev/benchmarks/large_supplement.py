"""What the databases of ``dev.benchmarks.large`` get once they are copied, because filling a template takes minutes.

A hundredth as many days as products, which were compared with the shop for each of the synchronizations; as many
mirrored lots and packages as products; a tenth of the events, which a subscriber has not received. A fifth of the
transfers, the oldest, have been written at once. And at least as many failed shipments as fill a page in both
databases: a page costs what its rows cost, whatever there is.
"""

from . import large_data

# A page of the list has 80 rows, of five synchronizations.
FEWEST_DAYS = 20
# One in this many days differs.
RED = 25
# A page of the API.
FAILED_SHIPMENTS = 100
# The share of the transfers that were written at once, and how many hours ago.
WRITTEN_SHARE, WRITTEN_HOURS = 5, 3
TABLES = (
    "external_order",
    "stock_picking",
    "external_shipment",
    "external_proof",
    "external_proof_payment",
    "external_proof_line",
    "external_event_delivery",
    "odoo_mirror_lot",
    "odoo_mirror_package",
)


def supplement(env):
    """Add the rows, commit, and let PostgreSQL know them, which it does by itself after a while.

    :return: what to ask for
    """
    products = env["odoo.mirror.product"].search_count([])
    _add_proofs(env, max(products // 100, FEWEST_DAYS))
    _add_mirrored(env, products)
    subscription = _add_deliveries(env, products // 10)
    _let_shipments_fail(env)
    _write_old_transfers(env)
    env.cr.commit()
    env.cr._cnx.autocommit = True
    env.cr.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
    env.cr._cnx.autocommit = False
    env.invalidate_all()
    proof = env["external.proof"].search([("state", "=", "red")], limit=1)
    return {"red_day": str(proof.day), "proof_id": proof.id, "subscription_id": subscription.id}


def _add_proofs(env, days):
    env.cr.execute(
        """
        WITH proof AS (
            INSERT INTO external_proof (sync_id, company_id, pos_config_id, day, state, source, checked_date,
                shop_orders, odoo_orders, difference_orders, shop_refunds, odoo_refunds, difference_refunds,
                shop_gross, odoo_gross, difference_gross, shop_tax, odoo_tax, difference_tax,
                difference_payments, difference_closing, create_date, write_date)
            SELECT sync.id, sync.company_id, sync.pos_config_id, current_date - n,
                   CASE WHEN n %% %(red)s = 3 THEN 'red' ELSE 'green' END, 'inbox', now() AT TIME ZONE 'UTC',
                   200, 200, 0, 4, 4, 0, 8000, 8000, 0, 1300, 1300, 0, 0, 0,
                   now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM generate_series(1, %(days)s) AS n, external_order_sync AS sync WHERE sync.code LIKE %(code)s
             ORDER BY n DESC
            RETURNING id, company_id, state
        ), payment AS (
            INSERT INTO external_proof_payment (proof_id, company_id, name, shop_amount, odoo_amount, difference)
            SELECT proof.id, company_id, name, 4000, 4000, 0 FROM proof, unnest(ARRAY['Card', 'Cash']) AS name
        )
        INSERT INTO external_proof_line (proof_id, company_id, reason, external_id, shop_gross, odoo_gross,
            difference_gross, difference_tax)
        SELECT proof.id, company_id, 'missing', 'LARGE-' || number, 40, 0, -40, -6
          FROM proof, generate_series(1, 3) AS number WHERE state = 'red'
        """,
        {"red": RED, "days": days, "code": f"{large_data.SYNC_CODE}%"},
    )
    env.cr.execute(
        "UPDATE external_order_sync SET proof_start = current_date - %s WHERE code LIKE %s",
        [days, f"{large_data.SYNC_CODE}%"],
    )


def _add_mirrored(env, count):
    """Add mirrored lots and packages, whose names are in another order than their ids."""
    source = env["odoo.sync.source"].search([("code", "=", large_data.SOURCE_CODE)])
    own = "source_id, gone, received_date, synced_date, remote_write_date, remote_id, name"
    values = f"{source.id}, FALSE, at, at, at, n, 'LARGE-' || lpad((n * 7919 %% {count})::text, 7, '0')"
    numbers = "generate_series(1, %s) AS n, (SELECT now() AT TIME ZONE 'UTC' AS at) AS present"
    env.cr.execute(
        f"""
        INSERT INTO odoo_mirror_lot ({own}, product_remote_id, product_id)
        SELECT {values}, n, (SELECT min(id) FROM odoo_mirror_product) + n - 1 FROM {numbers};
        INSERT INTO odoo_mirror_package ({own}, location_remote_id, location_id)
        SELECT {values}, 1 + n %% 10, (SELECT min(id) FROM odoo_mirror_location) + n %% 10 FROM {numbers}
        """,
        [count, count],
    )


def _add_deliveries(env, count):
    """Let a subscriber miss the newest events and wait for all of them, and return the subscription."""
    env["ir.config_parameter"].set_param("external_order_sync.private_event_addresses", "True")
    subscription = env["external.event.subscription"].create({"name": "Large", "url": "http://127.0.0.1:9/"})
    env.flush_all()
    env.cr.execute(
        """
        INSERT INTO external_event_delivery (subscription_id, company_id, event_id, state, error_message, create_date,
            write_date)
        SELECT %s, %s, id, 'dead', 'The receiver answered 500.', date, date
          FROM (SELECT id, date FROM external_event ORDER BY id DESC LIMIT %s) AS newest ORDER BY id;
        UPDATE external_event_subscription SET position = 0 WHERE id = %s
        """,
        [subscription.id, subscription.company_id.id, count, subscription.id],
    )
    return subscription


def _let_shipments_fail(env):
    missing = FAILED_SHIPMENTS - env["external.shipment"].search_count([("state", "=", "error")])
    env.cr.execute(
        """
        UPDATE external_shipment SET state = 'error' WHERE id IN
            (SELECT id FROM external_shipment WHERE state = 'delivered' ORDER BY id LIMIT %s)
        """,
        [max(missing, 0)],
    )


def _write_old_transfers(env):
    """Let the oldest transfers have one date of the last write, as after an update of an addon."""
    env.cr.execute(
        """
        UPDATE stock_picking SET write_date = now() AT TIME ZONE 'UTC' - %s * interval '1 hour'
         WHERE id IN (SELECT id FROM stock_picking ORDER BY scheduled_date
                       LIMIT (SELECT count(*) / %s FROM stock_picking))
        """,
        [WRITTEN_HOURS, WRITTEN_SHARE],
    )
