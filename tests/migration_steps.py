"""The steps of a migration test: a program, because each step needs the code of one version.

    python tests/migration_steps.py CONFIG STEP

CONFIG is Odoo's configuration file, whose addons path decides the version. The step's arguments are read as JSON from
stdin, and what it returns is written as JSON to stdout; the log goes to stderr. ``fill`` works with every version since
the first release, and so uses nothing that is newer.
"""

import json
import sys
import urllib.request
from datetime import timedelta

from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import config

KEY = "a-key-of-the-shop"
ADDRESS = {"street": "Lange Straße 12a", "zip": "01067", "city": "Dresden"}
# Records of the addon that an administrator has changed, and that an update must not overwrite.
CRON_MINUTES = 45
SETTLING = "external_order_sync.shipment_settling_seconds"


# ---- the first version -----------------------------------------------------------------------------------------------


def fill(env, shop, courier, courier_account, remote):
    """Use everything that the addon has, as a company would do for a while.

    :param shop: the origin of a demo shop, without a path
    :param courier: the address of the courier's stand-in, with its `courier_account`, a user and a password
    :param remote: values of an ``odoo.sync.source``
    """
    env["ir.config_parameter"].set_param(SETTLING, "0")
    env.ref("external_order_sync.ir_cron_sync_external_orders").interval_number = CRON_MINUTES
    users = _create_users(env)
    with_sessions, without = create_syncs(env, shop, users["manager"])
    for number, item, values in (
        (1, "Lamp", {"LocationID": " 404.0"}),
        (2, "The Bright One", {}),  # known by an alias
        (3, "Lamp", {"CheckoutDetails": [payment("Voucher")]}),  # by a payment mapping
        (4, "No Such Lamp", {}),
        (5, "Lamp", {"OrderStatus": 500}),  # not accepted
        (6, "Lamp", {}),  # changed afterwards
        (7, "No Such Chair", {}),  # ignored by a person
    ):
        sell(shop, number, item, **values)
    with_sessions.sync_orders()
    sell(shop, 6, "Lamp", Note="changed")
    with_sessions.sync_orders()
    without.sync_orders()  # no session is open and none may be: its orders wait
    inbox = env["external.order"].search([("sync_id", "=", with_sessions.id)])
    inbox.filtered(lambda order: order.external_id == "7").with_user(users["user"]).action_ignore()
    env.cr.commit()
    _ship(env, courier, courier_account)
    source = env["odoo.sync.source"].create(remote)
    source._sync()
    env.cr.commit()
    importing = env["external.order.import"]
    return {
        "states": {order.external_id: order.state for order in inbox},
        "changed": inbox.filtered("changed").mapped("external_id"),
        "waiting": without.pending_count,
        "uuids": {order.external_id: importing._get_order_uuid(with_sessions, order.external_id) for order in inbox},
        "imported": {order.external_id: order.pos_order_id.uuid for order in inbox if order.pos_order_id},
        "shipments": sorted(env["external.shipment"].search([]).mapped("state")),
        "mirrored": source.status,
        "users": {name: user.id for name, user in users.items()},
        "api_key": _create_api_key(env, users["warehouse"]),
    }


def _create_users(env):
    groups = {
        "user": "external_order_sync.group_user",
        "manager": "external_order_sync.group_manager",
        "warehouse": "stock.group_stock_user",
    }
    return {
        name: env["res.users"].create(
            {"name": name, "login": f"migration_{name}", "group_ids": [Command.link(env.ref(group).id)]}
        )
        for name, group in groups.items()
    }


def _create_api_key(env, user):
    key = env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "handheld", None)
    env.cr.commit()
    return key


def create_syncs(env, shop, responsible):
    company = env.company
    tax = env["account.tax"].create({"name": "15 %", "amount": 15, "type_tax_use": "sale", "company_id": company.id})
    lamp = env["product.product"].create(_product_values("Lamp", tax))
    methods = env["pos.payment.method"]
    for code, name, kind in (("MIG1", "Cash of the Shop", "cash"), ("MIG2", "Card of the Shop", "bank")):
        journal = env["account.journal"].create({"name": name, "type": kind, "code": code, "company_id": company.id})
        methods |= methods.create({"name": name, "journal_id": journal.id, "company_id": company.id})
    values = {"external_api_url": f"{shop}/api/orders", "external_api_key": KEY, "responsible_id": responsible.id}
    first, second = (
        env["external.order.sync"].create(
            {
                **values,
                "name": name,
                "auth_method": method,
                "auto_create_session": allowed,
                "accepted_statuses": "103",
                "sync_interval": 20,
                "pos_config_id": env["pos.config"]
                .create({"name": name, "payment_method_ids": [Command.set(accepted.ids)]})
                .id,
            }
        )
        # A cash method belongs to one Point of Sale.
        for name, method, allowed, accepted in (
            ("Shop", "x_api_key", True, methods),
            ("Kiosk", "bearer", False, methods[1]),
        )
    )
    env["external.product.alias"].create({"item_name": "The Bright One", "product_id": lamp.id})
    env["external.payment.mapping"].create(
        {"sync_id": first.id, "card_type": "Voucher", "payment_method_id": methods[1].id}
    )
    env.cr.commit()
    return first, second


def _product_values(name, tax):
    return {
        "name": name,
        "type": "consu",
        "is_storable": True,
        "available_in_pos": True,
        "taxes_id": [Command.set(tax.ids)],
    }


def payment(card_type):
    return {"AmountPaid": 92.0, "CardNumber": "", "CardType": card_type, "PaymentMode": 9, "ReferenceID": "R-1"}


def sell(shop, number, item, **values):
    """Let the shop offer an order, replacing the one with the same number."""
    order = {
        "OrderID": number,
        "AmountTotal": 80.0,
        "GrandTotal": 92.0,
        "Tax": 12.0,
        "TaxPercent": 15.0,
        "OrderStatus": 103,
        "CheckoutDetails": [payment("Card")],
        "OrderItems": [{"ItemID": 0, "ItemName": item, "Price": 80.0, "Quantity": 1.0}],
        **values,
    }
    _control(f"{shop}/_control/entries", {"payload": order})


def _control(url, values):
    request = urllib.request.Request(url, json.dumps(values).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        response.read()


def _ship(env, courier, account):
    """Ship one parcel; another cannot be shipped because its address is incomplete."""
    user, password = account
    address = {**ADDRESS, "country_id": env.ref("base.de").id}
    warehouse = env.ref("stock.warehouse0")
    warehouse.partner_id = env["res.partner"].create({"name": "Warehouse", **address})
    env["delivery.carrier"].create(
        {
            "name": "OPAL",
            "delivery_type": "opal",
            "product_id": env["product.product"].create({"name": "OPAL", "type": "service"}).id,
            "opal_test_url": courier,
            "opal_username": user,
            "opal_password": password,
        }
    )
    receiver = env["res.partner"].create({"name": "Erika Müller", **address})
    somewhere = env["res.partner"].create({"name": "Max Mustermann", "city": "Dresden"})
    shipments = env["external.shipment"]
    for partner in (receiver, somewhere):
        shipments |= shipments._request(_create_delivery(env, warehouse, partner), "opal")[0]
    env.cr.commit()
    shipments.picking_id[-1:].scheduled_date += timedelta(days=1)
    env.cr.commit()
    shipments._cron_ship()
    _follow(env, courier, "AKTIV")


def _create_delivery(env, warehouse, partner):
    route = {"location_id": warehouse.lot_stock_id.id, "location_dest_id": env.ref("stock.stock_location_customers").id}
    product = env["product.product"].create({"name": "Spare Part", "type": "consu", "weight": 2})
    picking = env["stock.picking"].create(
        {
            "picking_type_id": warehouse.out_type_id.id,
            "partner_id": partner.id,
            **route,
            "move_ids": [Command.create({"product_id": product.id, "product_uom_qty": 1, **route})],
        }
    )
    picking.action_confirm()
    return picking


def _follow(env, courier, status):
    """Let the courier report an event of the shipped parcel, and read it."""
    shipment = env["external.shipment"].search([("state", "=", "shipped")])
    _control(f"{courier}_control/orders/{shipment.tracking_number}", {"status": status})
    shipment.next_poll = "2020-01-01"
    env.cr.commit()
    shipment._cron_ship()
    return shipment


# ---- the present version ---------------------------------------------------------------------------------------------


def go_on(env, courier, users, api_key):
    """Continue working with the data of the first version, and return the result.

    :param users: ids by name, as ``fill`` returned them
    """
    user, manager, warehouse = (env["res.users"].browse(users[name]) for name in ("user", "manager", "warehouse"))
    shop = env["external.order.sync"].search([("name", "=", "Shop")])
    kiosk = env["external.order.sync"].search([("name", "=", "Kiosk")])
    failed = shop.order_ids.with_user(user).filtered(lambda order: order.error_code == "product_not_found")
    told = {
        "reason": failed.error_message,
        "seen": {
            "user": env["external.order"].with_user(user).search_count([]),
            "manager": (shop | kiosk).with_user(manager).search_count([("id", "in", (shop | kiosk).ids)]),
            "warehouse": env["odoo.mirror.picking"].with_user(warehouse).search_count([]),
        },
        "key_belongs_to": env["res.users.apikeys"]._check_credentials(scope="rpc", key=api_key),
        "cron_minutes": shop._get_cron().interval_number,
        "schedules": (shop | kiosk).mapped("state"),
        "health": {sync.name: sync.health for sync in shop | kiosk},
        "problem": kiosk.last_sync_problem,
    }
    inbox = env["external.order"].search([("sync_id", "=", shop.id)])
    told["locations"] = {order.external_id: order.external_location for order in inbox if order.external_location}
    told["at_home"] = all(order.pos_config_id == order.sync_id.pos_config_id for order in inbox | kiosk.order_ids)
    # From now on, the feed is for several branches.
    table = env["external.location.mapping"].create(
        {"sync_id": shop.id, "external_location": "404", "pos_config_id": shop.pos_config_id.id}
    )
    run = shop.sync_orders()
    table.unlink()
    told["again"] = {"known": run.known_count, "new": run.new_count, "imported": run.imported_count}
    tax = env["account.tax"].search([("name", "=", "15 %")], limit=1)
    env["product.product"].create(_product_values("No Such Lamp", tax))
    failed.action_retry()
    kiosk.with_user(manager).auto_create_session = True
    kiosk.sync_orders()
    told["kiosk"] = {"pending": kiosk.pending_count, "imported": kiosk.imported_count}
    inbox = env["external.order"].search([("sync_id", "=", shop.id)])
    told["states"] = {order.external_id: order.state for order in inbox}
    told["uuids"] = {order.external_id: order.pos_order_id.uuid for order in inbox if order.pos_order_id}
    told["uuid_of_4"] = env["external.order.import"]._get_order_uuid(shop, "4")
    told["made"] = env["pos.order"].search_count([("config_id", "=", shop.pos_config_id.id)])
    told["parcel"] = _follow(env, courier, "Zugestellt").state
    mirror = env["odoo.sync.source"].search([])._sync()
    told["mirror"] = [mirror.status, mirror._has_changes()]
    env.cr.commit()
    return told


# ---- without the addon -----------------------------------------------------------------------------------------------


def uninstall(env):
    """Uninstall the addon and open what it had extended; return how many of its orders still exist."""
    env["ir.module.module"].search([("name", "=", "external_order_sync")]).button_immediate_uninstall()
    with Registry(env.cr.dbname).cursor() as cr:  # another one by now, without the addon
        env = Environment(cr, SUPERUSER_ID, {})
        for model in ("pos.order", "pos.session", "stock.picking", "delivery.carrier"):
            env[model].get_views([(False, "form"), (False, "list"), (False, "search")])
            env[model].search([], limit=50).read()
        return env["pos.order"].search_count([("config_id.name", "in", ("Shop", "Kiosk")), ("state", "=", "paid")])


def uninstall_the_demo(env, shop):
    """Let the Demo Store import an order, uninstall the addon, and return what can be read of the order then."""
    store = env.ref("external_order_sync.demo_store")
    store.write({"active": True, "external_api_url": f"{shop}/api/orders", "external_api_key": KEY})
    tax = env["account.tax"].create({"name": "15 %", "amount": 15, "type_tax_use": "sale"})
    env["product.product"].create(_product_values("Lamp", tax))
    sell(shop, 1, "Lamp")
    store.sync_orders()
    order = store.order_ids.pos_order_id.id
    uninstall(env)
    with Registry(env.cr.dbname).cursor() as cr:
        order = Environment(cr, SUPERUSER_ID, {})["pos.order"].browse(order)
        origin = dict(order._fields["source"]._description_selection(order.env)).get(order.source)
        transfers = len(order.picking_ids)
        return {"state": order.state, "total": order.amount_total, "transfers": transfers, "origin": origin}


def main(*functions):
    """Run the step, one of the ``functions``, that the command line names."""
    config_file, step = sys.argv[1:]
    config.parse_config([f"--config={config_file}"], setup_logging=True)
    steps = {function.__name__: function for function in functions}
    with Registry(config["db_name"][0]).cursor() as cr:
        answer = steps[step](Environment(cr, SUPERUSER_ID, {}), **json.load(sys.stdin))
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(fill, go_on, uninstall, uninstall_the_demo)
