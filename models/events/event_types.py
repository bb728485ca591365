"""The kinds of events. Their names are part of the API."""

EVENT_TYPES = [
    ("order.imported", "Order Imported"),
    ("order.failed", "Order Failed"),
    ("order.refunded", "Order Refunded"),
    ("picking.assigned", "Transfer Ready"),
    ("picking.done", "Transfer Done"),
    ("picking.cancelled", "Transfer Cancelled"),
    ("shipment.shipped", "Shipment Shipped"),
    ("shipment.delivered", "Shipment Delivered"),
    ("shipment.error", "Shipment Error"),
    ("stock.changed", "Stock Changed"),
]
TYPE_NAMES = tuple(name for name, _label in EVENT_TYPES)
# A model that readers must be allowed to read as well as that of the event's record: the event contains its data.
ACCESS_OF = {"product.product": "stock.quant"}
