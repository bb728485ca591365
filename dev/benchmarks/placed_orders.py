"""External orders of goods that lie on shelves below the stock location, every other product in lots."""

from . import store

PREFIX = "Placed Product"
SHELVES = 3


def make_products(env, pos_config):
    """Create the products of the orders, once, and put them on shelves, one lot on each."""
    if env["product.product"].search_count([("name", "=like", f"{PREFIX} %")], limit=1):
        return
    store.make_products(env, pos_config, PREFIX)
    products = env["product.product"].search([("name", "=like", f"{PREFIX} %")])
    source = pos_config.picking_type_id.default_location_src_id
    shelves = env["stock.location"].create(
        [{"name": f"Benchmark Shelf {number}", "location_id": source.id} for number in range(SHELVES)]
    )
    for product in products:
        env["stock.quant"]._update_available_quantity(product, source, -store.STOCK)
        in_lots = int(product.name.removeprefix(PREFIX)) % 2
        product.tracking = "lot" if in_lots else "none"
        for shelf in shelves:
            lot = env["stock.lot"]
            if in_lots:
                lot = lot.create({"name": f"{product.id}/{shelf.id}", "product_id": product.id})
            env["stock.quant"]._update_available_quantity(product, shelf, store.STOCK, lot_id=lot)
    env["stock.quant"]._unlink_zero_quants()
    env.cr.commit()


def order(number):
    """Return an order of `store` with these products."""
    plain = store.order(number)
    items = [{**item, "ItemName": item["ItemName"].replace(store.PREFIX, PREFIX)} for item in plain["OrderItems"]]
    return {**plain, "OrderItems": items}


class Orders(store.Orders):
    """Provide such orders that are new to the database."""

    make_order = staticmethod(order)
