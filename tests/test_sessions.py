from odoo.tests import new_test_user

from .common import ExternalOrderCase

STOCK_POLICY = "point_of_sale_update_stock_quantities"


class TestSessions(ExternalOrderCase):
    """Which session takes the orders, and when their goods leave the stock."""

    def open_session(self, config=None, **values):
        """Open a session as a user does in the register."""
        session = self.env["pos.session"].create({"config_id": (config or self.pos_config).id, **values})
        session.set_opening_control(0, "")
        return session

    def sold(self, product):
        """Return how many pieces of a product have left through done moves of this Point of Sale."""
        moves = self.env["stock.move"].search(
            [
                ("product_id", "=", product.id),
                ("state", "=", "done"),
                ("picking_id.picking_type_id", "=", self.pos_config.picking_type_id.id),
            ]
        )
        return sum(moves.mapped("quantity"))

    # ---- which session -----------------------------------------------------------------------------------------------

    def test_one_is_created_for_the_admin_user_and_opened(self):
        session = self.import_order().session_id
        self.assertRecordValues(
            session,
            [
                {
                    "state": "opened",
                    "user_id": self.env.ref("base.user_admin").id,
                    "config_id": self.pos_config.id,
                    "external_order_sync_id": self.sync.id,
                    "rescue": False,
                }
            ],
        )
        self.assertNotEqual(session.name, "/")
        self.assertTrue(session.start_at)
        self.assertIn(self.sync.name, session.opening_notes)

    def test_later_orders_go_into_the_same_session(self):
        session = self.import_order().session_id
        self.assertEqual(self.import_order(order_id=640).session_id, session)
        self.assertEqual(self.sync.session_count, 1)

    def test_it_opens_with_the_last_closing_balance(self):
        first = self.import_order().session_id
        self.assertEqual(first.cash_register_balance_start, 0)
        self.close_session(first)
        second = self.import_order(order_id=640).session_id
        self.assertNotEqual(second, first)
        self.assertEqual(second.cash_register_balance_start, 92.0)

    def test_a_session_that_a_person_opened_is_used(self):
        session = self.open_session()
        self.assertEqual(self.import_order().session_id, session)
        self.assertFalse(session.external_order_sync_id)

    def test_a_session_that_waits_for_its_opening_control_is_opened(self):
        session = self.env["pos.session"].create({"config_id": self.pos_config.id})
        self.assertEqual(session.state, "opening_control")
        self.sync.auto_create_session = False
        self.assertEqual(self.import_order().session_id, session)
        self.assertEqual(session.state, "opened")

    def test_a_rescue_session_is_never_used(self):
        rescue = self.open_session(rescue=True)
        session = self.import_order().session_id
        self.assertNotEqual(session, rescue)
        newer_rescue = self.open_session(rescue=True)
        self.assertEqual(self.import_order(order_id=640).session_id, session)
        self.assertFalse((rescue | newer_rescue).order_ids)

    def test_with_only_a_rescue_session_and_none_to_be_created_the_orders_wait(self):
        self.open_session(rescue=True)
        self.sync.auto_create_session = False
        row = self.import_order()
        self.assertEqual(row.state, "pending")
        self.assertIn(
            'No open POS session found for Test POS. Open a session, or enable "Auto Create Session"',
            self.sync.last_sync_message,
        )

    def test_while_a_session_is_being_closed_the_orders_wait(self):
        session = self.open_session()
        session.state = "closing_control"
        row = self.import_order()
        self.assertEqual(row.state, "pending")
        self.assertIn("No open POS session found for Test POS", self.sync.last_sync_message)
        self.assertIn(f"{session.name} is being closed", self.sync.last_sync_message)
        session.state = "opened"
        self.close_session(session)
        self.assertEqual(self.sync.sync_orders().status, "success")
        self.assertEqual(row.session_id.external_order_sync_id, self.sync)

    def test_two_points_of_sale_have_a_session_each(self):
        cash = self.create_payment_method("Second Cash", "cash")
        second = self.create_pos_config("Second POS", cash)
        other = self.create_sync(name="Second Store", pos_config_id=second.id)
        first_session = self.import_order().session_id
        other.sync_orders()
        session = other.order_ids.session_id
        self.assertEqual((session.config_id, session.external_order_sync_id), (second, other))
        self.assertEqual(first_session.order_count, 1)

    def test_two_synchronizations_of_one_point_of_sale_share_a_session(self):
        session = self.import_order().session_id
        other = self.create_sync(name="Second Store")
        other.sync_orders()
        self.assertEqual(other.order_ids.session_id, session)

    def test_it_is_created_by_a_user_who_may_only_start_a_sync(self):
        user = new_test_user(self.env, "sync-user", groups="external_order_sync.group_user")
        self.feed(self.order())
        action = self.sync.with_user(user).action_sync_now()
        self.assertEqual(action["params"]["type"], "success", action["params"]["message"])
        self.assertEqual(self.inbox(639).session_id.user_id, self.env.ref("base.user_admin"))

    # ---- stock -------------------------------------------------------------------------------------------------------

    def test_in_its_own_session_stock_leaves_at_once_and_once(self):
        self.company[STOCK_POLICY] = "closing"
        row = self.import_order()
        session = row.session_id
        self.assertFalse(session.update_stock_at_closing)
        self.assertEqual(row.pos_order_id.picking_ids.state, "done")
        self.assertEqual(self.sold(self.product), 1)
        self.close_session(session)
        self.assertEqual(self.sold(self.product), 1)

    def test_in_a_persons_session_with_stock_at_closing_it_leaves_once_at_closing(self):
        self.company[STOCK_POLICY] = "closing"
        session = self.open_session()
        self.assertTrue(session.update_stock_at_closing)
        self.synchronize(self.order(1), self.order(2))
        self.assertEqual(self.pos_orders().session_id, session)
        self.assertFalse(self.pos_orders().picking_ids)
        self.assertEqual(self.sold(self.product), 0)
        self.close_session(session)
        self.assertEqual(self.sold(self.product), 2)
        self.assertEqual(session.picking_ids.state, "done")

    def test_in_a_persons_session_with_stock_at_once_every_order_has_its_picking(self):
        self.company[STOCK_POLICY] = "real"
        session = self.open_session()
        self.synchronize(self.order(1), self.order(2))
        self.assertEqual(self.pos_orders().session_id, session)
        self.assertEqual([order.picking_ids.state for order in self.pos_orders()], ["done", "done"])
        self.close_session(session)
        self.assertEqual(self.sold(self.product), 2)
