from . import api_dispatcher, courier, delivery, fallback, openapi, pickings, sync
