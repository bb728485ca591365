from ..dev.stand_ins.shop import ShopServer
from .migration_case import LEFT_BEHIND, MigrationCase
from .migration_steps import KEY


class TestUninstall(MigrationCase):
    """The addon is uninstalled from a database with demo data in which it was tried."""

    def test_an_imported_order_stays_readable(self):
        shop = self.enterContext(ShopServer(api_key=KEY))
        order, log = self.step(self.present, "uninstall_the_demo", shop=shop.base_url)
        read = {"state": "paid", "total": 92.0, "transfers": 1, "origin": "Point of Sale"}
        self.assertEqual((order, log), (read, []))
        self.assertEqual(self.query(LEFT_BEHIND), [])
