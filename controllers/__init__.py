from . import api_dispatcher, fallback, openapi, pickings, sync
