from . import api_dispatcher, batch, carriers, fallback, openapi, picking_writes, pickings, shipments, sync
