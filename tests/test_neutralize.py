from odoo.tools import file_open

from .common import ExternalOrderCase


class TestNeutralize(ExternalOrderCase):
    def test_a_neutralized_copy_asks_no_external_system_and_has_no_key(self):
        with file_open("external_order_sync/data/neutralize.sql") as file:
            statements = file.read()
        self.env.flush_all()
        self.env.cr.execute(statements)
        self.env.invalidate_all()
        self.assertFalse(self.sync.active)
        self.assertFalse(self.sync.external_api_key)
        self.feed(self.order())
        with self.enter_registry_test_mode():
            self.env.ref("external_order_sync.ir_cron_sync_external_orders").method_direct_trigger()
        self.assertFalse(self.shop.requests)
