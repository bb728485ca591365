{
    "name": "External Order Sync",
    "summary": "Orders of an external API become paid Point of Sale orders",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "license": "LGPL-3",
    "author": "External Order Sync contributors",
    "depends": ["point_of_sale", "stock_delivery"],
    "data": [],
    "demo": [],
    "application": True,
    "installable": True,
}
