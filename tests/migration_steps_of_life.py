"""The steps of `test_migration_of_life.py`, a program like `migration_steps.py`.

``sell_here`` runs with the code of the release, ``refund_here`` with the present one.
"""

from datetime import timedelta
from functools import partial

from migration_steps import create_syncs, main, payment, sell, uninstall

GOODS = {"ItemName": "Lamp", "Quantity": 1.0}
LISTED = [{"RefundID": "R1", "Items": [GOODS], "CheckoutDetails": [payment("Card")]}]
BACK = {
    "OrderStatus": 106,
    "OrderItems": [{"ItemID": 0, "ItemName": "Lamp", "Price": 80.0, "Quantity": -1.0}],
    "CheckoutDetails": [{**payment("Card"), "AmountPaid": -92.0}],
    **{"AmountTotal": -80.0, "GrandTotal": -92.0, "Tax": -12.0},
}


def sell_here(env, shop):
    """Import four orders; the payload of the last one is deleted, and the third comes again as refunded."""
    sync, _kiosk = create_syncs(env, shop, env.ref("base.user_admin"))
    sync.accepted_statuses = False
    lamp = partial(sell, shop)
    lamp(1, "Lamp")
    lamp(2, "Lamp", Refunds=LISTED)
    lamp(3, "Lamp")
    lamp(4, "Lamp")
    sync.sync_orders()
    lamp(3, "Lamp", **BACK)
    sync.sync_orders()
    sync.order_ids.filtered(lambda order: order.external_id == "4").imported_date -= timedelta(days=365)
    env.cr.commit()
    env["external.order"]._gc_payloads()
    env.cr.commit()
    return tell(env, sync)


def refund_here(env, shop):
    """Go on: all four are refunded, each in another way, and a person books what the release took for a change."""
    sync = env["external.order.sync"].search([("name", "=", "Shop")])
    sync.sync_orders()
    told = {"same_feed": tell(env, sync)}
    sell(shop, 1, "Lamp", **BACK)
    sell(shop, 4, "Lamp", **BACK)
    sync.sync_orders()
    told["refunded"] = tell(env, sync)
    changed = sync.order_ids.filtered("changed")
    told["what_changed"] = changed.change_text
    changed.with_user(env.ref("base.user_admin")).action_book_difference()
    env.cr.commit()
    told["booked"] = tell(env, sync)
    sync.sync_orders()
    told["again"] = tell(env, sync)
    return told


def tell(env, sync):
    """Return the total of all POS orders, and which orders of the inbox are imported and changed."""
    orders = env["pos.order"].search([("config_id", "=", sync.pos_config_id.id)])
    inbox = sync.order_ids
    return {
        "total": round(sum(orders.mapped("amount_total")), 2),
        "orders": len(orders),
        "states": sorted(set(inbox.mapped("state"))),
        "rows": len(inbox),
        "changed": inbox.filtered("changed").mapped("external_id"),
        "problems": [problem for problem in inbox.mapped("error_message") if problem],
    }


if __name__ == "__main__":
    main(sell_here, refund_here, uninstall)
