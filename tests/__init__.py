from . import test_sync_orders
