"""A store with storable products in stock, its external orders, and the same orders as a register sends them."""

import random
import sys

from odoo.fields import Command

PRODUCTS = 60
PREFIX = "Benchmark Product"
STOCK = 1_000_000


def make(env, name="Benchmark"):
    """Return a synchronization whose Point of Sale has its products in stock; it has no external system."""
    sync = env["external.order.sync"].search([("name", "=", name)])
    if not sync:
        pos_config = env.ref("point_of_sale.pos_config_main")
        make_products(env, pos_config)
        sync = env["external.order.sync"].create(
            {
                "name": name,
                "external_api_url": "http://127.0.0.1:1/",
                "state": "started",
                "pos_config_id": pos_config.id,
            }
        )
    env.cr.commit()
    return sync


def make_products(env, pos_config, prefix=PREFIX):
    """Create the products of the orders, with a tax of 15 %, and put them into stock."""
    values = {
        "name": "15 % (benchmark)",
        "amount": 15,
        "type_tax_use": "sale",
        "company_id": pos_config.company_id.id,
    }
    Tax = env["account.tax"]
    tax = Tax.search([(name, "=", value) for name, value in values.items()], limit=1) or Tax.create(values)
    products = env["product.product"].create(
        [
            {
                "name": f"{prefix} {number}",
                "type": "consu",
                "is_storable": True,
                "available_in_pos": True,
                "list_price": 10 + number,
                "standard_price": 5,
                "taxes_id": [Command.set(tax.ids)],
            }
            for number in range(PRODUCTS)
        ]
    )
    source = pos_config.picking_type_id.default_location_src_id
    for product in products:
        env["stock.quant"]._update_available_quantity(product, source, STOCK)


def order(number):
    """Return one external order: three lines, paid in cash."""
    chance = random.Random(number)
    lines = list(zip(chance.sample(range(PRODUCTS), 3), (1, 2, 1), strict=True))
    net = sum((10 + product) * quantity for product, quantity in lines)
    tax = sum(round((10 + product) * quantity * 0.15 + 1e-9, 2) for product, quantity in lines)
    total = round(net + tax, 2)
    return {
        "OrderID": number,
        "AmountDiscount": 0.0,
        "AmountPaid": str(total),
        "AmountTotal": float(net),
        "BalanceAmount": 0.0,
        "GrandTotal": total,
        "Tax": round(tax, 2),
        "TaxPercent": 15.0,
        "OrderStatus": 103,
        "PaymentMode": 1,
        "CheckoutDetails": [
            {"AmountPaid": total, "CardNumber": "", "CardType": "Cash", "PaymentMode": 1, "ReferenceID": ""}
        ],
        "OrderItems": [
            {
                "ItemID": 0,
                "ItemName": f"{PREFIX} {product}",
                "Price": 10.0 + product,
                "Quantity": float(quantity),
                "DiscountAmount": 0.0,
            }
            for product, quantity in lines
        ],
    }


class Orders:
    """Provide orders that are new to the database."""

    make_order = staticmethod(order)

    def __init__(self, sync):
        inbox = sync.env["external.order"].search_fetch([("sync_id", "=", sync.id)], ["external_id"])
        known = [int(row.external_id) for row in inbox]
        sent = sync.env["pos.order"].search_count([("config_id", "=", sync.pos_config_id.id)])
        self._next = max([0, *known]) + sent + 1

    def take(self, count):
        """Return `count` new orders."""
        first, self._next = self._next, self._next + count
        return [self.make_order(number) for number in range(first, first + count)]


def take_stock(sync, at_closing=False):
    """Let the open session create a transfer for each order immediately, or one for all at closing."""
    sync._get_or_create_pos_session().update_stock_at_closing = at_closing
    sync.env.cr.commit()


def receive(sync, orders):
    """Put orders into the inbox, where the import finds them."""
    sync.env["external.order"]._receive(sync, orders)
    sync.env.cr.commit()


def import_pending(sync):
    """Import the inbox as a synchronization does, batch by batch; fail if an order is left."""
    run = sync.env["external.order.sync.run"].create({"sync_id": sync.id})
    sync.env.cr.commit()  # each attempt is noted by another connection, which refers to the run
    run._import_orders()
    run.status = "success"
    sync.env.cr.commit()
    if run.failed_count or run.import_error:
        sys.exit(f"the import failed: {run.import_error or sync._get_failure_summary()}")


def values_from_register(sync, orders):
    """Return the orders as values for `pos.order.sync_from_ui`, already matched and priced."""
    importer = sync.env["external.order.import"]
    module = sys.modules[importer._prepare_orders.__module__]
    outcomes = [module.Outcome() for _order in orders]
    prepared = importer._prepare_orders(sync, orders, outcomes)
    session = sync._get_or_create_pos_session()
    sync.env["external.order.lots"]._choose(session.config_id, prepared, lock=False)
    values = [importer._prepare_pos_order_values(sync, session, order) for order in prepared]
    sync.env.cr.commit()
    return [{**order, "date_order": str(order["date_order"])} for order in values]


def send_from_register(env, values):
    """Send each order separately, as registers do: each one is a separate request and transaction."""
    for order in values:
        env["pos.order"].sync_from_ui([order])
        env.cr.commit()


def close_session(sync):
    """Close the open session of the store, with exactly the cash that should be there."""
    session = sync._get_or_create_pos_session()
    if session.config_id.cash_control:
        session.post_closing_cash_details(session.cash_register_balance_end)
    session.close_session_from_ui()
    if session.state != "closed":
        sys.exit(f"session {session.name} cannot be closed")
    sync.env.cr.commit()
