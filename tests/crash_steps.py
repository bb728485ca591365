"""The work of a process that will die during it: a program, because only a separate process can be killed.

    python tests/crash_steps.py CONFIG STEP

CONFIG is Odoo's configuration file. The step's arguments are read as JSON from stdin, and what it returns is written
as JSON to stdout. A step that has ``killer`` among its arguments kills its own process, as a worker's time or memory
limit does (SIGKILL), when it is at that order or transfer.
"""

import json
import os
import signal
import sys
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import config

ADDRESS = {"street": "Lange Straße 12a", "zip": "01067", "city": "Dresden"}


@contextmanager
def dying(model, method_name, at):
    """Within the block, a call of a method kills the process if ``at(*arguments)`` is true."""
    original = getattr(type(model), method_name)

    def method(records, *args, **kwargs):
        if at(records, *args):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(records, *args, **kwargs)

    with patch.object(type(model), method_name, method):
        yield


# ---- orders ----------------------------------------------------------------------------------------------------------


def prepare_orders(env, url, key):
    """Connect the feed of a shop at ``url``."""
    journal = env["account.journal"].create({"name": "Crash", "type": "bank", "code": "CRSH"})
    method = env["pos.payment.method"].create({"name": "Card of the Shop", "journal_id": journal.id})
    env["product.product"].create(
        {"name": "Lamp", "type": "consu", "available_in_pos": True, "taxes_id": [Command.clear()]}
    )
    pos = env["pos.config"].create({"name": "Crash", "payment_method_ids": [Command.set(method.ids)]})
    env["external.order.sync"].search([]).active = False
    sync = env["external.order.sync"].create(
        {
            "name": "Crash",
            "external_api_url": url,
            "external_api_key": key,
            "pos_config_id": pos.id,
            "state": "started",
        }
    )
    env.cr.commit()
    return sync.id


def sync_orders(env, sync, killer=None):
    """Synchronize; return the state and the message of each order, by its number."""
    importing = env["external.order.import"]
    with dying(importing, "_prepare_order", lambda _self, _sync, payload, *_args: payload.external_id == killer):
        run = env["external.order.sync"].browse(sync).sync_orders()
    env.cr.commit()
    orders = env["external.order"].search([("sync_id", "=", sync)])
    return {
        "orders": {order.external_id: [order.state, order.error_code, order.interruptions] for order in orders},
        "messages": {order.external_id: order.error_message for order in orders},
        "status": run.status,
        "message": run.message,
        "made": env["pos.order"].search_count([("source", "=", "external"), ("config_id.name", "=", "Crash")]),
        "left": env["external.order.attempt"].search_count([]),
    }


def run_scheduler(env, sync, killer=None):
    """Let the scheduler run its job, as a server does; the process dies at the order ``killer``.

    :return: state and reason of each order, and the number of runs that are not finished
    """
    importing = env["external.order.import"]
    env["external.order.sync"].browse(sync).next_sync_date = "2020-01-01"
    with dying(importing, "_prepare_order", lambda _self, _sync, payload, *_args: payload.external_id == killer):
        run_job(env, env["external.order.sync"]._get_cron())
    orders = env["external.order"].search([("sync_id", "=", sync)])
    runs = env["external.order.sync.run"].search([])
    return {
        "orders": {order.external_id: [order.state, order.error_code] for order in orders},
        "running": len(runs.filtered(lambda run: run.status == "running")),
    }


def run_job(env, cron):
    """Do what a worker of the scheduler does with a job."""
    env.cr.commit()
    with env.registry.cursor() as cr:
        job = env["ir.cron"]._acquire_one_job(cr, cron.id, include_not_ready=True)
        type(env["ir.cron"])._process_job(cr, job)
    env.cr.rollback()
    env.invalidate_all()


def retry_order(env, sync, number):
    """Press Retry on an order."""
    order = env["external.order"].search([("sync_id", "=", sync), ("external_id", "=", number)])
    order.action_retry()
    env.cr.commit()
    return [order.state, order.interruptions]


# ---- closing sessions ------------------------------------------------------------------------------------------------


def prepare_closings(env, urls, key):
    """Connect the feeds of shops, each with a Point of Sale; return their ids."""
    syncs = [prepare_orders(env, urls[0], key)]
    for number, url in enumerate(urls[1:]):
        first = env["external.order.sync"].browse(syncs[0])
        pos = first.pos_config_id.copy({"name": f"Crash {number}"})
        syncs.append(
            env["external.order.sync"]
            .create(
                {
                    "name": pos.name,
                    "external_api_url": url,
                    "external_api_key": key,
                    "pos_config_id": pos.id,
                    "state": "started",
                }
            )
            .id
        )
    env.cr.commit()
    return syncs


def make_due(env, sync):
    """Let the session of a synchronization be due for its closing."""
    sync = env["external.order.sync"].browse(sync)
    sync.close_daily = True
    sync.order_ids.session_id.start_at -= timedelta(days=2)
    env.cr.commit()
    return True


def run_scheduled(env, syncs, is_killed=False, seconds=None):
    """Run the scheduled action with a time limit; the process dies while it closes a session if ``is_killed``."""
    if seconds:
        config["limit_time_real_cron"] = seconds
    env["external.order.sync"].browse(syncs).next_sync_date = "2020-01-01"
    env.cr.commit()
    with dying(env["pos.session"], "_create_account_move", lambda *_args: is_killed):
        env["external.order.sync"]._cron_sync_orders()
    env.cr.commit()
    return look_at_sessions(env, syncs)


def look_at_sessions(env, syncs):
    """Return how many orders each synchronization has imported, and how its sessions are."""
    syncs = env["external.order.sync"].browse(syncs)
    sessions = [sync.order_ids.session_id for sync in syncs]
    return {
        "imported": [len(sync.order_ids.filtered(lambda order: order.state == "done")) for sync in syncs],
        "sessions": [[session.state, session.external_closing_starts, session.order_count] for session in sessions],
        "activities": sum(len(session.activity_ids) for session in sessions),
        "entries": sum(len(session.move_id) for session in sessions),
    }


# ---- what happens to orders later ------------------------------------------------------------------------------------


def connect(env, sync, url):
    """Connect the feed of another shop."""
    env["external.order.sync"].browse(sync).write({"external_api_url": url, "external_api_key": "a-key-of-the-shop"})
    env.cr.commit()
    return True


def sync_lives(env, sync, killer=None, book_changes=False):
    """Synchronize; the process dies at the refund with the RefundID ``killer``, or at the change of that order.

    :return: state and reason of each row, by its name, and the sum of the POS orders
    """
    env["external.order.sync"].browse(sync).book_changes = book_changes
    env.cr.commit()

    def is_refund(_self, _sync, request, *_args):
        return request.key == killer

    def is_change(_self, _sync, request, *_args):
        return str(request.raw_order["OrderID"]) == killer

    with (
        dying(env["external.order.refund"], "_prepare_refund", is_refund),
        dying(env["external.order.replacement"], "_import_content", is_change),
    ):
        run = env["external.order.sync"].browse(sync).sync_orders()
    env.cr.commit()
    return {**_tell_of_lives(env, sync), "status": run.status, "message": run.message}


def work_at_once(env, sync):
    """Let two workers take the refunds that wait in the inbox at the same moment; return what each of them got."""
    got = []
    with env.registry.cursor() as first_cr, env.registry.cursor() as second_cr:
        first, second = (Environment(cr, SUPERUSER_ID, {}) for cr in (first_cr, second_cr))
        syncs = [worker["external.order.sync"].browse(sync) for worker in (first, second)]
        claimed = first["external.order"]._claim(syncs[0], 100)
        got.append(sorted(claimed.mapped("display_name")))
        got.append(sorted(second["external.order"]._claim(syncs[1], 100).mapped("display_name")))
        second_cr.rollback()
        claimed._import()
        first_cr.commit()
        got.append(sorted(second["external.order"]._claim(syncs[1], 100).mapped("display_name")))
    env.cr.rollback()
    env.invalidate_all()
    return {"got": got, **_tell_of_lives(env, sync)}


def receive_entries(env, sync, entries):
    """Store entries of a feed in the inbox, and import nothing."""
    env["external.order"]._receive(env["external.order.sync"].browse(sync), entries)
    env.cr.commit()
    return True


def _tell_of_lives(env, sync):
    rows = env["external.order"].search([("sync_id", "=", sync)])
    orders = env["pos.order"].search([("source", "=", "external"), ("config_id.name", "=", "Crash")])
    return {
        "rows": {row.display_name: [row.state, row.error_code, row.changed] for row in rows},
        "total": round(sum(orders.mapped("amount_total")), 2),
        "orders": len(orders),
    }


# ---- parcels ---------------------------------------------------------------------------------------------------------


def prepare_parcels(env, url, user, password, count):
    """Queue the shipments of some transfers with the courier at ``url``; return their ids."""
    env["ir.config_parameter"].set_param("external_order_sync.shipment_settling_seconds", "0")
    address = {**ADDRESS, "country_id": env.ref("base.de").id}
    warehouse = env.ref("stock.warehouse0")
    warehouse.partner_id = env["res.partner"].create({"name": "Warehouse", **address})
    receiver = env["res.partner"].create({"name": "Erika Müller", **address})
    service = env["product.product"].create({"name": "OPAL", "type": "service"})
    carrier = {"opal_test_url": url, "opal_username": user, "opal_password": password}
    env["delivery.carrier"].create({"name": "OPAL", "delivery_type": "opal", "product_id": service.id, **carrier})
    product = env["product.product"].create({"name": "Spare Part", "type": "consu", "weight": 2})
    route = {"location_id": warehouse.lot_stock_id.id, "location_dest_id": env.ref("stock.stock_location_customers").id}
    shipments = env["external.shipment"]
    for _number in range(count):
        move = {"product_id": product.id, "product_uom_qty": 1, **route}
        values = {"picking_type_id": warehouse.out_type_id.id, "partner_id": receiver.id, **route}
        picking = env["stock.picking"].create({**values, "move_ids": [Command.create(move)]})
        picking.action_confirm()
        shipments |= shipments._request(picking, "opal")[0]
    env.cr.commit()
    return shipments.ids


def ship(env, killer=None, by_scheduler=False):
    """Send the waiting shipments; return the state of each."""
    shipments, carrier = env["external.shipment"], env["delivery.carrier"]
    killer = shipments.browse(killer).picking_id
    with dying(carrier, "_get_missing_address_parts", lambda _self, picking: picking == killer):
        if by_scheduler:
            run_job(env, shipments._get_cron())
        else:
            shipments._cron_ship()
    return _told_of_shipments(env)


def retry(env, shipment):
    """Press Retry on a shipment."""
    env["external.shipment"].browse(shipment).action_retry()
    env.cr.commit()
    return True


def follow(env, killer=None, due=False):
    """Read the status of the shipments, all of which are due at first; return the state of each."""
    shipments = env["external.shipment"].search([("state", "=", "shipped")])
    if due:
        shipments.next_poll = "2020-01-01"
        env.cr.commit()
    with dying(env["delivery.carrier"], "_read_shipment_events", lambda _self, asked: killer in asked.ids):
        shipments._cron_ship()
    return _told_of_shipments(env)


def _told_of_shipments(env):
    env.cr.commit()
    shipments = env["external.shipment"].search([], order="id")
    return {
        str(shipment.id): {
            "state": shipment.state,
            "error": shipment.error_message or "",
            "interruptions": shipment.interruptions,
            "is_followed": bool(shipment.next_poll),
            "is_due": bool(shipment.next_poll) and shipment.next_poll.year == 2020,
        }
        for shipment in shipments
    }


def main():
    config_file, step = sys.argv[1:]
    config.parse_config([f"--config={config_file}"], setup_logging=True)
    with Registry(config["db_name"][0]).cursor() as cr:
        answer = globals()[step](Environment(cr, SUPERUSER_ID, {}), **json.load(sys.stdin))
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
