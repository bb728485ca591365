from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval

from .counting import Counting
from .proof_common import ProofCase


class TestCounters(Counting, ProofCase):
    """Every number on a button or link about orders is the number of what it opens."""

    def setUp(self):
        super().setUp()
        self.fill()
        groups = "base.group_user,external_order_sync.group_user"
        companies = [self.company.id, self.other_company.id]
        user = new_test_user(self.env, "counted", groups=groups, company_id=companies[0], company_ids=companies)
        self.env.invalidate_all()
        self.env = self.env(user=user, context={"allowed_company_ids": companies})

    # The data: every state that an order, a refund, a day and a synchronization may have

    def fill(self):
        self.at("2026-03-11 12:00")
        self.receive_all(self.sync, 0)
        self.archived = self.create_sync(name="Archived", timezone=self.sync.timezone)
        self.receive_all(self.archived, 100)
        self.archived.active = False
        self.elsewhere = self.create_pos_config("Elsewhere", self.card)
        self.moved = self.create_sync(name="Moved", timezone=self.sync.timezone)
        self.receive_all(self.moved, 200)
        self.moved.pos_config_id = self.elsewhere
        self.fill_other_company()
        self.fill_days()
        self.sync.external_api_key = "wrong"
        self.synchronize()
        self.env.flush_all()

    def receive_all(self, sync, base):
        """Let a synchronization receive orders in every state, with OrderIDs above ``base``."""
        more = {"AmountTotal": 160, "Tax": 24, "GrandTotal": 184, "OrderItems": [self.item(quantity=2)]}
        unheard = {"CheckoutDetails": [self.payment(92.0, "Voucher", 9)]}
        unknown = {"OrderItems": [self.item("No Such Product")]}

        def sold(number, **values):
            return self.sold_at(base + number, "2026-03-11 10:00", **values)

        def synchronize(*entries):
            self.feed(*entries)
            sync.sync_orders()

        synchronize(
            sold(1),
            sold(2, **unheard),
            sold(3),
            sold(4, **unheard),
            sold(5),
            sold(6),
            self.sold_at(base + 7, "2026-03-10 10:00"),
            sold(8, **unknown),
            sold(9, **unknown),
            sold(10, LocationID=1),
            {**sold(10, LocationID=2, **more), "OrderID": str(base + 10)},
            {"Note": "no order"},
        )
        part = {"RefundID": "R1", "RefundDate": "2026-03-11T11:00:00", "CheckoutDetails": [self.payment(92.0)]}
        too_much = {**part, "RefundID": "R2", "CheckoutDetails": [self.payment(500.0)]}
        synchronize(
            sold(3, **more),
            {**sold(4, **unheard), "GrandTotal": 91.0},
            sold(5, Refunds=[part]),
            sold(1, Refunds=[too_much]),
            sold(6, OrderStatus="Cancelled"),
            sold(11, OrderStatus="Cancelled"),
            sold(12, OrderStatus=106),
        )
        self.row(sync, base + 9).action_ignore()
        sync._as_system()._receive_pushed([sold(13)])

    def row(self, sync, order_id):
        return self.env["external.order"].search([("sync_id", "=", sync.id), ("external_id", "=", str(order_id))])[-1:]

    def fill_other_company(self):
        """Let a synchronization belong to another company, whose chart of accounts would take long to create."""
        self.other_company = self.env["res.company"].create({"name": "Other Company"})
        config = self.create_pos_config("Far Away", self.card)
        self.far = self.create_sync(name="Far Away", timezone=self.sync.timezone, pos_config_id=config.id)
        self.feed(*(self.sold_at(number, "2026-03-11 10:00") for number in (301, 302)))
        self.far.sync_orders()
        self.far._as_system()._receive_pushed([self.order(303)])
        self.env.flush_all()
        for table, record in (("pos_config", config), ("external_order_sync", self.far)):
            self.env.cr.execute(f"UPDATE {table} SET company_id = %s WHERE id = %s", [self.other_company.id, record.id])
        self.env.cr.execute(
            "UPDATE external_order SET company_id = %s WHERE sync_id = %s", [self.other_company.id, self.far.id]
        )
        self.env.invalidate_all()

    def fill_days(self):
        self.env["external.proof"].create(
            [
                {"sync_id": self.sync.id, "pos_config_id": config.id, "day": day, "state": state}
                for config in (self.pos_config, self.elsewhere)
                for day, state in (("2026-03-08", "red"), ("2026-03-09", "green"), ("2026-03-10", "error"))
            ]
        )

    # The screens

    def test_the_buttons_of_a_synchronization(self):
        for sync in self.sync | self.archived | self.moved | self.far:
            sync = sync.with_env(self.env)
            numbers = {**self.assert_counted(sync, "form"), **self.assert_counted(sync, "kanban")}
            self.assertLessEqual(
                {"imported_text", "attention_text", "pending_text", "refund_text", "doubtful_text", "changed_text",
                 "red_days", "session_text", "picking_text", "today_count", "today_amount"},
                set(numbers),
            )  # fmt: skip
            if sync != self.far:
                self.assertTrue(all(numbers[name] for name in numbers if name != "red_days"), numbers)

    def test_the_links_of_the_activity(self):
        sync = self.sync.with_env(self.env)
        for name, field in (
            ("failed", "attention_count"),
            ("changed", "changed_count"),
            ("guessed", "doubtful_count"),
        ):
            action = self.env.ref(f"external_order_sync.action_external_order_sync_{name}").sudo()
            domain = safe_eval(action.domain, {"active_id": sync.id})
            self.assertEqual(self.env["external.order"].search_count(domain), sync[field], name)

    def test_the_menu_of_activities_leads_to_the_orders_of_archived_ones_too(self):
        activities = (self.sync | self.archived | self.moved).with_env(self.env).sudo().activity_ids
        self.assertIn(self.archived, self.env["external.order.sync"].browse(activities.mapped("res_id")))
        for problem in (False, "The key was refused."):
            self.sync.last_sync_problem = problem
            action = self.env["res.users"]._get_external_orders_action(activities)
            self.assertIn(self.archived, self.opened(action).sync_id)
            self.assertEqual("the last run had an error" in action["name"], bool(problem))

    def test_the_card_of_a_point_of_sale(self):
        for config in self.pos_config | self.elsewhere | self.far.pos_config_id:
            config = config.with_env(self.env)
            card = config.external_order_card
            for node, _fields in self.links(config, "kanban"):
                if "external_order" not in node.get("name"):
                    continue
                action = getattr(config, node.get("name"))()
                for shown in node.iter("t"):
                    key = shown.get("t-esc").removeprefix("card.")
                    with self.subTest(config=config.name, key=key):
                        if key == "amount":
                            total = sum(self.opened(action).mapped("total"))
                            self.assertIn(f"{total:,.2f}", card[key])
                        else:
                            self.assertEqual(self.count(action), int(card[key]))

    def test_the_error_of_a_card_leads_to_the_synchronizations_that_have_one(self):
        config = self.pos_config.with_env(self.env)
        self.assertTrue(config.external_order_card["problem"])
        well = self.create_sync(name="Well", timezone=self.sync.timezone)
        self.assertNotIn(well, self.opened(config.action_open_external_order_syncs()))
        self.assertEqual(self.opened(config.action_open_external_order_syncs()), self.sync)

    def test_the_refunds_of_an_order(self):
        row = self.row(self.sync, 5)
        self.assertTrue(self.assert_counted(row.with_env(self.env), "form")["life_count"])
