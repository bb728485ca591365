from . import order_import, order_sync, warehouse, mirror, shipment, opal
