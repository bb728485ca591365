from . import api_dispatcher, batch, courier, delivery, fallback, openapi, orders, picking_writes, pickings
from . import pos_order_bulk, sync
