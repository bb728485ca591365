from . import api_dispatcher, batch, carriers, events, fallback, openapi, orders, picking_writes, pickings
from . import pos_order_bulk, proof, shipments, sync
