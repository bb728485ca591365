from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .proof_common import ProofCase


class TestPosCard(ProofCase):
    """The card of the Point of Sale dashboard shows its external orders to users of External Order Sync only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "pos-card", groups="base.group_user,external_order_sync.group_user")
        cls.cashier = new_test_user(cls.env, "pos-cashier", groups="base.group_user,point_of_sale.group_pos_user")

    def read_card(self, config=None):
        self.env.invalidate_all()
        return (config or self.pos_config).with_user(self.user).external_order_card

    def find(self, action):
        return self.env["external.order"].search(action["domain"])

    def test_it_says_what_was_sold_today_and_what_needs_attention(self):
        self.at("2026-03-11 12:00")
        self.receive_bad(1)
        self.synchronize(
            self.sold_at(2, "2026-03-10 10:00"),
            self.sold_at(3, "2026-03-11 10:00"),
            self.sold_at(4, "2026-03-11 11:00", CheckoutDetails=[self.payment(92.0, "Voucher", 9)]),
        )
        self.sync.auto_create_session = False
        self.sync._get_sessions().filtered(lambda session: session.state == "opened").state = "closing_control"
        self.synchronize(self.sold_at(5, "2026-03-11 11:30"))
        card = self.read_card()
        self.assertEqual((card["today"], card["waiting"], card["failed"], card["guessed"]), ("2", 1, 1, 1))
        self.assertIn("184.00", card["amount"])
        config = self.pos_config.with_user(self.user)
        self.assertEqual(self.find(config.action_open_external_orders_today()), self.inbox(3) | self.inbox(4))
        self.assertEqual(self.find(config.action_open_external_orders_waiting()), self.inbox(5))
        self.assertEqual(self.find(config.action_open_external_orders_failed()), self.inbox(1))
        self.assertEqual(self.find(config.action_open_external_orders_guessed()), self.inbox(4))

    def test_it_says_that_the_last_run_had_an_error(self):
        self.synchronize()
        self.assertFalse(self.read_card()["problem"])
        self.sync.external_api_key = "wrong"
        self.synchronize()
        self.assertTrue(self.read_card()["problem"])
        action = self.pos_config.with_user(self.user).action_open_external_order_syncs()
        self.assertEqual(self.env["external.order.sync"].search(action["domain"]), self.sync)

    def test_a_point_of_sale_without_synchronization_has_no_such_line(self):
        self.assertFalse(self.read_card(self.create_pos_config("Other", self.card)))

    def test_others_see_the_dashboard_as_without_the_addon(self):
        config = self.pos_config.with_user(self.cashier)
        arch = config.get_views([(False, "kanban")])["views"]["kanban"]["arch"]
        self.assertNotIn("external_order", arch)
        config.read([])
        with self.assertRaises(AccessError):
            config.read(["external_order_card"])
        for name in ("today", "waiting", "failed", "guessed"):
            with self.assertRaises(AccessError):
                getattr(config, f"action_open_external_orders_{name}")()
        self.assertIn(
            "external_order_card", config.with_user(self.user).get_views([(False, "kanban")])["views"]["kanban"]["arch"]
        )

    def test_more_cards_take_no_more_statements(self):
        def count(configs):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            configs.with_user(self.user).mapped("external_order_card")
            return self.env.cr.sql_log_count - before

        configs = self.pos_config.union(*[self.create_pos_config(f"POS {number}", self.card) for number in range(4)])
        for config in configs - self.pos_config:
            self.create_sync(name=config.name, pos_config_id=config.id, timezone=self.sync.timezone)
        count(configs)
        self.assertLessEqual(count(configs), count(self.pos_config))
