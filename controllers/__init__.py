from . import api_dispatcher, delivery, fallback, openapi, pickings, sync
