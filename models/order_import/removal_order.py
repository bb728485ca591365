"""The order in which Odoo takes the stock of many products, read at once."""

from collections import defaultdict

from odoo.fields import Domain

from ...tools.overrides import is_extended_beyond

# Methods by which Odoo decides from which quants goods are taken, and the addons whose overrides are known: without
# `with_expiration` in the context, Product Expiry only adds a removal strategy.
DECISIONS = {
    "_gather": ["stock"],
    "_get_gather_domain": ["stock", "product_expiry"],
    "_get_removal_strategy_order": ["stock", "product_expiry"],
    "_get_reserve_quantity": ["stock"],
}
# Removal strategies that are nothing but an order of the quants. *Least Packages* is one if nothing is in packages.
ORDERED_STRATEGIES = ("fifo", "lifo", "fefo", "least_packages")


def read_quants(Quant, products, source):
    """Return the quants of products below a location, in the order of the removal strategy of each product.

    Products for which only Odoo's `stock.quant._gather` knows the order are missing.

    :param Quant: the model, in an environment that can read all stock
    :return: ``stock.quant`` records by product
    :rtype: dict
    """
    if any(is_extended_beyond(Quant, method, addons) for method, addons in DECISIONS.items()):
        return {}
    strategies = defaultdict(products.browse)
    for product in products:
        strategies[Quant._get_removal_strategy(product, source)] += product
    quants_of = {}
    for strategy in ORDERED_STRATEGIES:
        if of_strategy := strategies.get(strategy):
            quants = Quant.search(
                Domain("product_id", "in", of_strategy.ids) & Domain("location_id", "child_of", source.id),
                order=Quant._get_removal_strategy_order(strategy),
            )
            packed = quants.filtered("package_id").product_id if strategy == "least_packages" else products.browse()
            ids_of = defaultdict(list)
            for quant in quants:
                ids_of[quant.product_id].append(quant.id)
            quants_of.update((product, quants.browse(ids_of[product])) for product in of_strategy - packed)
            quants.lot_id.fetch(["name"])  # all at once, not product by product
    return quants_of
