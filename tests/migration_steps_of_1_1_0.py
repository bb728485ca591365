"""The steps of `test_migration_of_1_1_0.py`, a program like `migration_steps.py`, whose steps it continues.

``fill_more`` runs with the code of the release alone, ``go_on_more`` with the present one.
"""

from datetime import timedelta
from functools import partial

from lxml import etree
from migration_steps import fill, go_on, main, payment, sell, uninstall
from odoo import fields

RETENTION_DAYS = 30
LAMP = {"ItemID": 0, "ItemName": "Lamp", "Price": 80.0, "Quantity": 1.0}
# The release kept the PIN of these, and the card number where it was a reference.
CARD = {"CardNumber": "4111 1111 1111 1111", "CVV": "123", "PIN": "4711", "ReferenceID": "4111111111111111"}
SETTINGS = (
    *("customer_mode", "default_customer_id", "invoice_mode", "payload_retention_days", "accepted_statuses"),
    *("session_per_day", "location_mapping_ids", "charge_product_ids"),
)


# ---- release 19.0.1.1.0 ----------------------------------------------------------------------------------------------


def fill_more(env, shop, **arguments):
    """Use the release for some time: a session is closed, the next one is open, payloads are dropped.

    :return: what ``fill`` returns, of all these orders, and more
    """
    filled = fill(env, shop, **arguments)
    sync, kiosk = _find_sync(env, "Shop"), _find_sync(env, "Kiosk")
    closed = _close_session(env, sync)
    lamp = env["product.product"].search([("name", "=", "Lamp")])
    env["external.product.alias"].create({"sync_id": sync.id, "item_id": "5001", "product_id": lamp.id})
    card = sync.pos_config_id.payment_method_ids.filtered(lambda method: not method.is_cash_count)
    env["external.payment.mapping"].create({"payment_mode": "42", "payment_method_id": card.id})  # for all
    sync.accepted_statuses = "103,104"
    _sell_more(shop)
    sync.sync_orders()
    user = env["res.users"].browse(filled["users"]["user"])
    sync.order_ids.filtered(lambda order: order.external_id == "16").with_user(user).action_ignore()
    # An order that conflicted with another transaction is tried again later.
    postponed = kiosk.order_ids.filtered(lambda order: order.state == "pending")[:1]
    postponed._defer(TimeoutError())
    postponed.next_attempt -= timedelta(hours=1)
    _connect_with_key_in_address(env, sync)
    sync.payload_retention_days = RETENTION_DAYS
    old = sync.order_ids.filtered(lambda order: order.external_id in ("1", "10"))
    old.imported_date = fields.Datetime.now() - timedelta(days=2 * RETENTION_DAYS)
    env.cr.commit()
    env["external.order"]._gc_payloads()
    env.cr.commit()
    inbox = sync.order_ids
    return {
        **filled,
        "states": {order.external_id: order.state for order in inbox},
        "errors": {order.external_id: order.error_code for order in inbox if order.state == "failed"},
        "warned": _numbers(inbox.filtered("warnings")),
        "without_payload": _numbers(inbox.filtered(lambda order: not order.payload)),
        "postponed": postponed.error_code,
        "imported": {order.external_id: order.pos_order_id.uuid for order in inbox if order.pos_order_id},
        "sessions": {session.id: session.state for session in sync._get_sessions()},
        "closed": closed.id,
    }


def _sell_more(shop):
    """Offer orders that only the first one of two synchronizations accepts."""
    later = partial(sell, shop, OrderStatus=104)
    later(8, "Lamp", Tax=11.0)  # contradicts itself: imported with a warning by the release, refused now
    by_card = {**payment("Card"), **CARD}
    charged = {"ServiceCharges": 5.0, "GrandTotal": 97.0, "CheckoutDetails": [{**by_card, "AmountPaid": 97.0}]}
    later(9, "Lamp", **charged)  # "Totals differ"
    later(10, "Lamp", CheckoutDetails=[by_card], LocationID=404)
    later(11, "Lamp", CheckoutDetails=[{**payment("Moon Stones"), "PaymentMode": 77}])  # its method is guessed
    first_generation = {
        "OrderItems": None,
        "OrderDetails": [{"Name": "Lamp", "PriceWithoutTax": 80.0, "Quantity": 1.0}],
        "CheckoutDetails": None,
        "OrderCheckoutDetails": [payment("Card")],
        "CheckoutDate": "20-11-2025 05:16:43 PM",
    }
    later(12, "Lamp", **first_generation)  # not understood
    later(
        13, "Leuchte", OrderItems=[{**LAMP, "ItemID": 5001, "ItemName": "Leuchte"}], LocationID="405"
    )  # an alias of its id
    refund = {**payment("Card"), "AmountPaid": -92.0}
    totals = {"AmountTotal": -80.0, "GrandTotal": -92.0, "Tax": -12.0}
    later(14, "Lamp", OrderItems=[{**LAMP, "Quantity": -1.0}], CheckoutDetails=[refund], **totals)
    later(15, "Lamp", CheckoutDetails=[{**payment("Coupon"), "PaymentMode": 42}])  # by a mapping of the PaymentMode
    later(16, "No Such Table", CheckoutDetails=[by_card])  # ignored by a person


def _connect_with_key_in_address(env, sync):
    """Add a synchronization of a kind that is now refused, which accepts one order."""
    stand = env["external.order.sync"].create(
        {
            "name": "Stand",
            "pos_config_id": env["pos.config"].create({"name": "Stand"}).id,
            "external_api_url": f"{sync.external_api_url}?token=t0ken",
            "external_api_key": sync.external_api_key,
            "accepted_statuses": "500",
        }
    )
    env.cr.commit()
    stand.sync_orders()


def _find_sync(env, name):
    return env["external.order.sync"].search([("name", "=", name)])


def _numbers(orders):
    return sorted(orders.mapped("external_id"), key=int)


def _close_session(env, sync):
    """Close the session that takes the orders of ``sync`` as the scheduler does, and return it."""
    session = sync._get_or_create_pos_session()
    env.cr.commit()
    session._close_in_own_transaction()
    session.invalidate_recordset()
    return session


# ---- the present version ---------------------------------------------------------------------------------------------


def go_on_more(env, shop, **arguments):
    """Go on with the present version.

    :return: what ``go_on`` tells, and more
    """
    sync, stand = _find_sync(env, "Shop"), _find_sync(env, "Stand")
    inbox = sync.order_ids
    user = env["res.users"].browse(arguments["users"]["user"])
    told = {
        "settings": {row.name: _read_settings(row) for row in env["external.order.sync"].search([])},
        "doubts": _numbers(inbox.filtered("doubt")),
        "first": [(run := sync.sync_orders()).known_count, run.new_count, run.changed_count],
        **go_on(env, **arguments),
        "changed": _numbers(inbox.filtered("changed")),
        "stand": stand.sync_orders().status,
        "retried": _retry(inbox.with_user(user), ("9", "12")),
    }
    env.cr.commit()
    told["found"] = _lose_inbox(env, sync, ("2", "8", "10"))
    told["branches"] = _open_branches(env, sync)
    told["other_address"] = _change_address(env, sync)
    told["screens"] = _open_screens(env)
    session = _close_session(env, sync)
    told["closed"] = {"id": session.id, "state": session.state, "entry": session.move_id.state}
    return told


def _read_settings(sync):
    names = [name for name in SETTINGS if name in sync._fields]
    values = sync.read(names, load=None)[0]
    del values["id"]
    return values


def _retry(inbox, numbers):
    """Retry failed orders; return what of them was booked."""
    orders = inbox.filtered(lambda order: order.external_id in numbers)
    orders.action_retry()
    return {
        order.external_id: {
            "state": order.state,
            "total": order.sudo().pos_order_id.amount_total,
            "lines": order.sudo().pos_order_id.lines.product_id.mapped("name"),
            "sold": fields.Datetime.to_string(order.sudo().pos_order_id.date_order),
        }
        for order in orders.sorted("external_id")
    }


def _lose_inbox(env, sync, numbers):
    """Synchronize after rows of the inbox were lost; return whether each order was found in the Point of Sale."""
    lost = sync.order_ids.filtered(lambda order: order.external_id in numbers)
    sales = {order.external_id: order.pos_order_id for order in lost}
    lost.unlink()
    env.cr.commit()
    sync.sync_orders()
    return {
        order.external_id: order.state == "done" and order.pos_order_id == sales[order.external_id]
        for order in sync.order_ids
        if order.external_id in sales
    }


def _open_branches(env, sync):
    """Fill the table of locations and synchronize; return the content of the inbox and the Point of Sale."""
    lost = sync.order_ids.filtered(lambda order: order.external_id == "13")
    sale = lost.pos_order_id
    lost.unlink()
    for location in ("404", "405"):
        env["external.location.mapping"].create(
            {"sync_id": sync.id, "external_location": location, "pos_config_id": sync.pos_config_id.id}
        )
    env.cr.commit()
    count = env["pos.order"].search_count([])
    sync.sync_orders()
    found = sync.order_ids.filtered(lambda order: order.external_id == "13")
    return {
        "made": env["pos.order"].search_count([]) - count,
        "found": found.state == "done" and found.pos_order_id == sale,
        "rows": _numbers(sync.order_ids),
        "locations": {
            order.external_id: order.external_location for order in sync.order_ids if order.external_location
        },
        "changed": _numbers(sync.order_ids.filtered("changed")),
    }


def _change_address(env, sync):
    """Change the address of the synchronization and return its message."""
    address = sync.external_api_url
    sync.external_api_url = "http://127.0.0.2:9/api/orders"
    message = sync.sync_orders().message
    sync.external_api_url = address
    env.cr.commit()
    return message


def _open_screens(env):
    """Read all records through every view of the addon's windows, as the browser does; return the names of the models.

    :raise Exception: if a screen does not open
    """
    windows = env["ir.actions.act_window"].browse(
        env["ir.model.data"]
        .search([("module", "=", "external_order_sync"), ("model", "=", "ir.actions.act_window")])
        .mapped("res_id")
    )
    extended = ("pos.order", "pos.session", "stock.picking", "delivery.carrier")
    screens = [(window.res_model, [tuple(view) for view in window.views]) for window in windows]
    screens += [(model, [(False, "list"), (False, "form")]) for model in extended]
    env = env(user=env.ref("base.user_admin"))
    for model, views in screens:
        shown = env[model].get_views([*views, (False, "search")])
        for kind in ("list", "form", "kanban"):
            if view := shown["views"].get(kind):
                arch = etree.fromstring(view["arch"])
                env[model].search([]).web_read(_prepare_specification(env[model], arch))
    return sorted({model for model, _views in screens})


def _prepare_specification(model, node):
    """Return the fields of a view, and of the lists in it, for ``web_read``."""
    specification = {}
    for field in node.xpath(".//field[not(ancestor::field[.//list or .//form or .//kanban])]"):
        name = field.get("name")
        kind = model._fields[name].type
        specification[name] = {}
        if kind == "many2one":
            specification[name] = {"fields": {"display_name": {}}}
        elif kind in ("one2many", "many2many"):
            inner = field.xpath("./list | ./kanban")
            below = model.env[model._fields[name].comodel_name]
            specification[name] = {"fields": _prepare_specification(below, inner[0]) if inner else {}}
    return specification


if __name__ == "__main__":
    main(fill_more, go_on_more, uninstall)
