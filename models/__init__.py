from . import order_import, order_refund, order_sync, warehouse, mirror, shipment, opal, events, proof
