"""Create the users of ``dev.benchmarks.large`` in a database, and print their keys and what to ask for as JSON."""

import argparse
import json
from datetime import timedelta

from odoo import fields

from . import large_data, large_supplement, measuring

GROUPS = {
    "clerk": ["stock.group_stock_user"],
    "manager": ["external_order_sync.group_manager", "stock.group_stock_manager", "point_of_sale.group_pos_manager"],
    "administrator": ["base.group_system"],
}
PASSWORD = "benchmark-large"
DEEP = 50
# Orders of a synchronization that has just begun beside large ones, and of one that has more than are always read.
FEW, SOME = 60, 1_001


def main():
    parser = argparse.ArgumentParser(prog="python -m dev.benchmarks.large_users")
    parser.add_argument("--database", required=True)
    parser.add_argument("--config")
    with measuring.environment(parser.parse_args()) as env:
        made = prepare(env)
        env.cr.commit()
        made |= large_supplement.supplement(env)
    print(json.dumps(made))


def prepare(env):
    """Create the users, and return what the calls need."""
    keys = {}
    for name, groups in GROUPS.items():
        user = env["res.users"].create(
            {
                "name": name,
                "login": f"large_{name}",
                "password": PASSWORD,
                "group_ids": [fields.Command.link(env.ref(group).id) for group in ["base.group_user", *groups]],
            }
        )
        keys[name] = env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "Benchmark", None)
    Order, now = env["external.order"], fields.Datetime.now()
    sync = env["external.order.sync"].search([("name", "=", "Large 0")])
    pickings = env["stock.picking"].search_count([])
    few = _give_some(env["external.order.sync"].search([("name", "=", "Large 4")]), FEW)
    some = _give_some(env["external.order.sync"].search([("name", "=", "Large 3")]), min(SOME, pickings // 20))
    return {
        "keys": keys,
        "hour_ago": (now - timedelta(hours=1)).isoformat() + "Z",
        "mass_write": (now - timedelta(hours=large_supplement.WRITTEN_HOURS, minutes=30)).isoformat() + "Z",
        "month_ago": (now - timedelta(days=30)).isoformat() + "Z",
        "picking_id": env["stock.picking"].search([("pos_order_id", "!=", False)], limit=1).id,
        "deep_pages": {str(limit): max(min(DEEP, pickings // limit - 2), 0) for limit in (100, 1000)},
        "shipment_id": env["external.shipment"].search([], limit=1).id,
        "barcodes": [f"{large_data.BARCODE}7", "LARGE/OUT/7"],
        "sync_code": sync.code,
        "order_id": Order.search([("sync_id", "=", sync.id), ("state", "=", "done")], limit=1).external_id,
        "last_event": env["external.event"].search([], limit=1).seq - 100,
        "source": large_data.SOURCE_CODE,
        "mirrored_id": env["odoo.mirror.picking"].search([], limit=1).remote_id,
        "sync_id": sync.id,
        "few_id": few.id,
        "some_id": some.id,
        "done_id": Order.search([("sync_id", "=", sync.id), ("state", "=", "done")], limit=1).id,
        "failed_id": Order.search([("sync_id", "=", sync.id), ("state", "=", "failed")], limit=1).id,
    }


def _give_some(sync, count):
    """Give some orders of all times to another synchronization with the same Point of Sale, and return that one."""
    some = sync.copy({"name": f"{count} of {sync.name}", "external_api_url": f"http://127.0.0.1:9/{count}"})
    sync.env.cr.execute(
        """
        UPDATE external_order SET sync_id = %s WHERE id IN (
            SELECT min(id)
              FROM (SELECT id, ntile(%s) OVER (ORDER BY id) AS part
                      FROM external_order WHERE sync_id = %s AND state = 'done') AS parts
             GROUP BY part)
        """,
        [some.id, count, sync.id],
    )
    return some


if __name__ == "__main__":
    main()
