from pathlib import Path

from ..dev.stand_ins.shop import ShopServer
from .migration_case import ADDON, MigrationCase
from .migration_steps import KEY


class TestMigrationOfLife(MigrationCase):
    """Orders that release 19.0.1.1.0 imported are refunded after the update."""

    release = "19.0.1.1.0"
    steps = Path(__file__).with_name("migration_steps_of_life.py")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.step(cls.present, "uninstall")
        cls.odoo(cls.past, "server", f"--init={ADDON}", "--stop-after-init", "--no-http")
        shop = cls.enterClassContext(ShopServer(api_key=KEY))
        cls.before, _log = cls.step(cls.past, "sell_here", shop=shop.base_url)
        cls.update_log = cls.odoo(cls.present, "server", f"--update={ADDON}", "--stop-after-init", "--no-http")
        cls.told, cls.work_log = cls.step(cls.present, "refund_here", shop=shop.base_url)

    def test_the_release_took_a_refund_for_a_change(self):
        self.assertEqual((self.before["total"], self.before["rows"], self.before["changed"]), (4 * 92.0, 4, ["3"]))

    def test_the_update_has_nothing_to_complain_of(self):
        self.assertEqual((self.update_log, self.work_log), ([], []))

    def test_a_refund_that_an_order_had_listed_is_booked_when_the_order_comes_again(self):
        self.assertEqual(self.told["same_feed"]["problems"], [])
        self.assertEqual((self.told["same_feed"]["total"], self.told["same_feed"]["rows"]), (3 * 92.0, 5))

    def test_orders_of_the_release_are_refunded_also_without_their_payload(self):
        self.assertEqual(self.told["refunded"]["problems"], [])
        self.assertEqual((self.told["refunded"]["total"], self.told["refunded"]["rows"]), (92.0, 7))

    def test_what_the_release_took_for_a_change_waits_for_a_person_who_books_it(self):
        self.assertEqual(self.told["refunded"]["changed"], ["3"])
        self.assertIn("92.00", self.told["what_changed"])
        self.assertEqual((self.told["booked"]["total"], self.told["booked"]["changed"]), (0.0, []))
        self.assertEqual(self.told["booked"]["states"], ["done"])
        self.assertEqual(self.told["again"], self.told["booked"])
