from . import api_dispatcher, batch, carriers, fallback, openapi, orders, picking_writes, pickings, pos_order_bulk
from . import proof, shipments, sync
