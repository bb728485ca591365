from .common import ExternalOrderCase


class TestInbox(ExternalOrderCase):
    """What happens to received entries: every order exists once, and none waits for another."""

    def other_content(self, order_id=639, **values):
        """Return the sample order with two pieces of its product instead of one."""
        return self.order(
            order_id,
            AmountTotal=160.0,
            Tax=24.0,
            GrandTotal=184.0,
            AmountPaid=184.0,
            OrderItems=[self.item(quantity=2.0)],
            CheckoutDetails=[self.payment(184.0)],
            **values,
        )

    def bad_order(self, order_id=639, name="No Such Product"):
        return self.order(order_id, OrderItems=[self.item(name)])

    # ---- known orders ------------------------------------------------------------------------------------------------

    def test_same_content_changes_nothing_and_is_counted_as_known(self):
        row = self.import_order()
        before = row.read()
        run = self.synchronize(self.order())
        self.assertEqual((run.known_count, run.new_count, run.imported_count), (1, 0, 0))
        self.assertEqual(row.read(), before)
        self.assertEqual(len(self.pos_orders()), 1)

    def test_keys_in_another_order_and_numbers_written_otherwise_are_the_same_content(self):
        self.import_order()
        order = dict(reversed(self.order(GrandTotal=92, TaxPercent=15).items()))
        run = self.synchronize(order)
        self.assertEqual((run.known_count, run.changed_count), (1, 0))

    def test_an_order_id_is_the_same_as_number_as_text_and_with_a_fraction_of_zero(self):
        for order_id in (639, "639", 639.0, " 639 ", "639.0"):
            with self.subTest(order_id=order_id):
                self.synchronize(self.order(order_id))
        self.assertEqual(len(self.pos_orders()), 1)
        self.assertFalse(self.inbox(639).changed)

    def test_other_texts_are_other_order_ids(self):
        self.synchronize(self.order("A-17"), self.order("a-17"), self.order("0639"), self.order(639))
        self.assertEqual(len(self.pos_orders()), 4)

    def test_two_synchronizations_have_inboxes_of_their_own(self):
        self.import_order()
        other = self.create_sync(name="Second Store")
        other.sync_orders()
        self.assertEqual(len(self.pos_orders()), 2)
        self.assertEqual(len(set(self.pos_orders().mapped("uuid"))), 2)

    def test_an_order_that_comes_twice_in_one_answer_is_made_once(self):
        self.shop.faults.add("duplicate_entries")
        run = self.synchronize(self.order())
        self.assertEqual((run.status, len(self.pos_orders())), ("success", 1))

    def test_a_lost_inbox_makes_no_second_order(self):
        pos_order = self.import_order().pos_order_id
        self.inbox(639).unlink()
        self.synchronize(self.order())
        self.assertEqual(self.inbox(639).pos_order_id, pos_order)
        self.assertEqual(len(self.pos_orders()), 1)

    # ---- other content -----------------------------------------------------------------------------------------------

    def test_other_content_of_a_failed_order_replaces_it_and_is_tried(self):
        self.synchronize(self.bad_order())
        self.assertEqual(self.inbox(639).state, "failed")
        run = self.synchronize(self.other_content())
        row = self.inbox(639)
        self.assertEqual((row.state, row.attempts, run.status), ("done", 1, "success"))
        self.assertFalse(row.error_code or row.error_message or row.missing_item_name)
        self.assertEqual(row.pos_order_id.amount_total, 184.0)

    def test_other_content_of_a_waiting_order_replaces_it(self):
        self.env["external.order"]._receive(self.sync, [self.order()])
        self.assertEqual(self.inbox(639).state, "pending")
        self.synchronize(self.other_content())
        self.assertEqual(self.pos_orders().amount_total, 184.0)

    def test_other_content_of_an_imported_order_is_kept_and_flagged_and_the_sale_stays(self):
        row = self.import_order()
        run = self.synchronize(self.other_content())
        self.assertEqual((row.state, row.changed, row.pos_order_id.amount_total), ("done", True, 92.0))
        self.assertIn('"GrandTotal":184', row.payload)
        self.assertEqual((run.status, run.changed_count), ("error", 1))
        self.assertIn("1 imported order arrived again with different content", run.message)
        self.assertEqual(self.synchronize(self.other_content()).status, "no_orders")
        row.action_accept_change()
        self.assertFalse(row.changed)

    # ---- statuses ----------------------------------------------------------------------------------------------------

    def test_a_status_that_is_not_accepted_is_ignored_until_it_is(self):
        self.sync.accepted_statuses = "103, 104"
        run = self.synchronize(self.order(OrderStatus=101))
        row = self.inbox(639)
        self.assertEqual((row.state, row.error_code, run.status), ("ignored", "status_not_accepted", "no_orders"))
        self.assertIn("1 order ignored because of its status.", run.message)
        self.assertFalse(self.pos_orders())
        run = self.synchronize(self.order(OrderStatus="104"))
        self.assertEqual((row.state, run.status), ("done", "success"))

    def test_an_ignored_order_is_taken_up_when_its_status_becomes_an_accepted_one_here(self):
        self.sync.accepted_statuses = "103"
        self.synchronize(self.order(OrderStatus=101))
        self.sync.accepted_statuses = False
        self.synchronize(self.order(OrderStatus=101))
        self.assertEqual(self.inbox(639).state, "done")

    def test_a_status_that_is_no_status_fails_on_the_orders_own_row(self):
        self.sync.accepted_statuses = "103"
        self.synchronize(self.order(OrderStatus={"code": 103}))
        row = self.inbox(639)
        self.assertEqual((row.state, row.error_code), ("failed", "invalid_payload"))
        self.assertIn("OrderStatus", row.error_message)

    # ---- what is no order, and orders that cannot be made ------------------------------------------------------------

    def test_what_is_no_order_is_named_by_its_position_and_the_others_go_on(self):
        self.answer_with(per_page=2)
        without_id = self.order()
        del without_id["OrderID"]
        run = self.synchronize(17, self.order(1), "text", without_id, self.order(2))
        self.assertEqual((run.status, run.imported_count, run.refused_count), ("error", 2, 3))
        self.assertIn("3 entries are not orders:", run.message)
        for text in ("Entry 1 of the feed: The order must be an object.", "Entry 3 of", "Entry 4 of the feed: OrderID"):
            self.assertIn(text, run.message)
        self.assertEqual(self.sync.last_sync_message, run.message)

    def test_what_was_refused_is_asked_for_again(self):
        self.sync.since_parameter = "since"
        self.synchronize(self.order(1), {"OrderID": None})
        self.assertFalse(self.sync.fetch_cursor)
        self.synchronize(self.order(1), self.order(2))
        self.assertNotIn("since", self.asked())
        self.assertTrue(self.sync.fetch_cursor)

    def test_a_failed_order_does_not_hold_the_cursor_back(self):
        self.sync.since_parameter = "since"
        self.synchronize(self.order(1), self.bad_order(2))
        self.assertTrue(self.sync.fetch_cursor)

    def test_one_bad_order_fails_alone(self):
        run = self.synchronize(self.order(1), self.bad_order(2), self.order(3))
        self.assertEqual([self.inbox(number).state for number in (1, 2, 3)], ["done", "failed", "done"])
        self.assertEqual((run.status, run.imported_count, run.failed_count), ("error", 2, 1))
        self.assertIn('Order 2: Product not found: "No Such Product"', run.message)

    def test_an_order_without_items_fails_with_the_reason(self):
        for fault in ({"missing": False}, {"missing": True}):
            with self.subTest(**fault):
                self.shop.faults.add("no_items", **fault)
                order_id = f"empty-{fault['missing']}"
                self.synchronize(self.order(order_id))
                row = self.inbox(order_id)
                self.assertEqual((row.state, row.error_code), ("failed", "invalid_payload"))
                self.assertIn("OrderItems", row.error_message)

    # ---- no session --------------------------------------------------------------------------------------------------

    def test_without_a_session_the_orders_wait_for_the_next_run_that_has_one(self):
        self.sync.auto_create_session = False
        run = self.synchronize(self.order(1), self.order(2))
        self.assertEqual(run.status, "error")
        self.assertIn("No open POS session found", run.message)
        self.assertIn("2 orders wait.", run.message)
        rows = self.inbox(1) | self.inbox(2)
        self.assertEqual(rows.mapped("state"), ["pending", "pending"])
        self.assertEqual(rows.mapped("attempts"), [0, 0])
        session = self.env["pos.session"].create({"config_id": self.pos_config.id})
        session.set_opening_control(0, "")
        run = self.synchronize()
        self.assertEqual((run.status, run.imported_count), ("success", 2))
        self.assertEqual(rows.pos_order_id.session_id, session)

    # ---- what the content may be -------------------------------------------------------------------------------------

    def test_right_to_left_text_and_emoji(self):
        for name in ("قهوة عربية", "☕ Kaffee 🇩🇪", "e\u0301clair"):
            with self.subTest(name=name):
                self.create_product(name, list_price=80)
                order_id = f"name-{name[0]}"
                self.synchronize(self.order(order_id, OrderItems=[self.item(name)]))
                self.assertEqual(self.inbox(order_id).state, "done")

    def test_a_megabyte_of_name_fails_in_a_short_sentence(self):
        run = self.synchronize(self.order(1, OrderItems=[self.item("x" * 1_000_000)]), self.order(2))
        self.assertEqual((self.inbox(1).error_code, self.inbox(2).state), ("invalid_payload", "done"))
        self.assertLess(len(run.message), 1000)

    def test_a_card_number_is_not_kept(self):
        number = "4111111111111111"
        row = self.import_order(CheckoutDetails=[self.payment(92.0, "Card", 2, CardNumber=number)])
        self.assertEqual(row.state, "done")
        self.assertNotIn(number, row.payload)
        self.assertIn("1111", row.payload)
