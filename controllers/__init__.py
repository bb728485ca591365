from . import api_dispatcher, batch, courier, delivery, fallback, openapi, picking_writes, pickings, sync
