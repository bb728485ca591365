from . import api_dispatcher, batch, carriers, events, fallback, openapi, orders, picking_writes, pickings, pos_order_bulk
from . import shipments, sync
