from . import order_import, order_life, order_sync, warehouse, mirror, shipment, opal, events, proof
