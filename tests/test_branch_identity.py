from odoo.exceptions import ValidationError

from .branch_common import BranchCase


class TestBranchIdentity(BranchCase):
    """With a table of locations, LocationID and OrderID identify an order; nothing is imported twice."""

    def uuids(self, order_id=7):
        """Return the uuids of an order without location, and with 404 and 405."""
        importing = self.env["external.order.import"]
        return [importing._get_order_uuid(self.sync, str(order_id), location) for location in (None, "404", "405")]

    def both(self):
        return self.order_here(7), self.order_there("7")

    def assert_nothing_new(self, run):
        self.assertEqual((run.status, run.imported_count, run.changed_count), ("no_orders", 0, 0), run.message)

    # ---- one OrderID in two branches ---------------------------------------------------------------------------------

    def test_one_order_id_in_two_branches_is_two_orders(self):
        self.use_locations()
        for per_page in (10, 1):
            with self.subTest(per_page=per_page):
                self.answer_with(per_page=per_page)
                number = 100 + per_page
                run = self.synchronize(self.order_here(number), self.order_there(str(number)))
                self.assertEqual((run.status, run.imported_count, run.ambiguous_count), ("success", 2, 0), run.message)
                rows = self.rows(number)
                self.assertEqual(rows["404"].pos_order_id.config_id, self.pos_config)
                self.assertEqual(rows["405"].pos_order_id.config_id, self.there)
                self.assert_nothing_new(self.sync.sync_orders())
        self.assertEqual(len(self.all_orders()), 4)

    def test_one_changes_and_the_other_stays(self):
        self.use_locations()
        here, there = self.both()
        self.synchronize(here, there)
        self.synchronize(here, {**there, "GrandTotal": 85.0})
        rows = self.rows(7)
        self.assertEqual((rows["404"].changed, rows["405"].changed), (False, True))

    def test_the_changes_of_both_are_booked(self):
        self.use_locations()
        here, there = self.both()
        self.synchronize(here, there)
        three = {"OrderItems": [self.item(quantity=3.0)], "AmountTotal": 240.0}
        paid = [{"Tax": tax, "GrandTotal": total, "AmountPaid": total} for tax, total in ((36.0, 276.0), (12.0, 252.0))]
        for values in paid:
            values["CheckoutDetails"] = [self.payment(values["GrandTotal"])]
        self.synchronize({**here, **three, **paid[0]}, {**there, **three, **paid[1]})
        rows = self.rows(7)
        for location in ("404", "405"):
            rows[location].action_book_difference()
            self.assertEqual((rows[location].changed, rows[location].error_message), (False, False), location)
        self.assertEqual([rows[location].pos_order_id.amount_total for location in ("404", "405")], [276.0, 252.0])

    def test_two_orders_of_one_branch_with_one_id_are_still_an_error(self):
        self.use_locations()
        run = self.synchronize(self.order_there(7), self.order_there("7", GrandTotal=85.0), self.order_here(" 7"))
        rows = self.rows(7)
        self.assertEqual((rows["405"].error_code, rows["404"].state), ("order_id_ambiguous", "done"))
        self.assertEqual(run.ambiguous_count, 1)

    def test_without_the_table_both_are_named(self):
        run = self.synchronize(*self.both())
        row = self.inbox(7)
        self.assertEqual((row.error_code, run.ambiguous_count), ("order_id_ambiguous", 1))
        self.assertIn("LocationID 404", row.error_message)
        self.assertIn("LocationID 405", row.error_message)
        self.assertFalse(self.all_orders())

    def test_with_the_table_both_of_them_go_in(self):
        self.synchronize(*self.both())
        self.use_locations()
        run = self.synchronize(*self.both())
        self.assertEqual((run.status, run.imported_count), ("success", 2), run.message)
        self.assertEqual(
            {location: row.state for location, row in self.rows(7).items()}, {"404": "done", "405": "done"}
        )

    # ---- the table comes and goes ------------------------------------------------------------------------------------

    def test_an_order_from_before_the_table_is_not_imported_again(self):
        here, there = self.both()
        self.synchronize(here)
        pos_order = self.pos_orders()
        self.assertEqual(pos_order.uuid, self.uuids()[0])
        self.use_locations()
        self.assert_nothing_new(self.synchronize(here))
        self.synchronize(here, there)
        rows = self.rows(7)
        self.assertEqual(rows["404"].pos_order_id, pos_order)
        self.assertEqual(rows["405"].pos_order_id.uuid, self.uuids()[2])
        self.assertEqual(len(self.all_orders()), 2)

    def test_one_that_waited_goes_into_its_branch(self):
        self.synchronize(self.order_there(7, OrderItems=[self.item("Later")]))
        self.use_locations()
        self.create_product("Later")
        row = self.inbox(7)
        row.action_retry()
        self.assertEqual((row.state, row.pos_order_id.config_id), ("done", self.there))
        self.assertEqual(row.pos_order_id.uuid, self.uuids()[2])

    def test_emptying_the_table_imports_nothing_again(self):
        table = self.use_locations()
        entries = [*self.both(), self.order_there(8)]
        self.synchronize(*entries)
        orders = self.all_orders()
        table.unlink()
        self.assert_nothing_new(self.synchronize(*entries))
        self.assertEqual(self.all_orders(), orders)
        self.use_locations()
        self.assert_nothing_new(self.synchronize(*entries))
        self.assertEqual(self.all_orders(), orders)

    def test_without_the_table_another_location_of_a_known_order_is_named(self):
        table = self.use_locations()
        self.synchronize(self.order_there(7, OrderItems=[self.item("Later")]))
        table.unlink()
        for _time in range(2):
            self.synchronize(self.order_here("7"))
            row = self.inbox(7)
            self.assertEqual((row.state, row.error_code), ("failed", "order_id_ambiguous"))
            self.assertIn("Later", row.payload)
            self.assertIn("LocationID 404", row.error_message)
        self.use_locations()
        self.create_product("Later")
        self.synchronize(self.order_there(7, OrderItems=[self.item("Later")]), self.order_here("7"))
        self.assertEqual(
            {location: row.state for location, row in self.rows(7).items()}, {"404": "done", "405": "done"}
        )

    def test_a_location_that_moves_takes_nothing_along(self):
        self.use_locations()
        here, there = self.both()
        self.synchronize(here, there)
        orders = {location: row.pos_order_id for location, row in self.rows(7).items()}
        self.sync.location_mapping_ids[1].pos_config_id = self.pos_config
        self.assert_nothing_new(self.synchronize(here, there))
        rows = self.rows(7)
        self.assertEqual(rows["405"].pos_config_id, self.there)
        self.assertEqual({location: row.pos_order_id for location, row in rows.items()}, orders)
        self.synchronize(self.order_here(8, 405))
        self.assertEqual(self.inbox(8).pos_order_id.config_id, self.pos_config)

    # ---- rows of former releases that do not know their location -----------------------------------------------------

    def forget_locations(self):
        """Leave rows as a former release did whose payload was deleted."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE external_order SET external_location = NULL, payload = NULL WHERE sync_id = %s", [self.sync.id]
        )
        self.env.invalidate_all()

    def test_a_row_without_location_stands_for_its_order_id_in_every_location(self):
        self.synchronize(self.order_here(7))
        pos_order = self.pos_orders()
        self.forget_locations()
        self.use_locations()
        run = self.synchronize(self.order_there(7))
        row = self.inbox(7)
        self.assertEqual((run.changed_count, row.changed, row.pos_order_id), (1, True, pos_order))
        self.assertEqual(self.all_orders(), pos_order)
        # Its real order is not taken for one of another location either, whatever arrives again.
        for entry in (self.order_there(7), self.order_here(7), self.order_there(7), self.order_here(7)):
            self.synchronize(entry)
            self.assertEqual((self.inbox(7), self.all_orders()), (row, pos_order))

    def test_locations_that_are_sent_from_now_on_import_nothing_again(self):
        self.synchronize(self.order(7), self.order(8))
        orders = self.all_orders()
        self.use_locations()
        run = self.synchronize(self.order_here(7), self.order_here(8, 405))
        self.assertEqual((run.new_count, run.imported_count, run.changed_count), (0, 0, 0), run.message)
        self.assertEqual(self.all_orders(), orders)
        self.assertEqual((self.inbox(7).external_location, self.inbox(8).external_location), ("404", "405"))

    def test_an_order_that_moved_to_another_location_before_the_table_is_not_imported_again(self):
        self.synchronize(self.order_here(7))
        pos_order = self.pos_orders()
        self.synchronize(self.order_here(7, 405))
        self.assertTrue(self.inbox(7).changed)
        self.use_locations()
        for location in (405, 404, 405):
            self.synchronize(self.order_here(7, location))
            self.assertEqual(self.inbox(7).pos_order_id, pos_order)
        self.assertEqual(self.all_orders(), pos_order)

    def test_it_learns_its_location_from_the_same_order(self):
        self.synchronize(self.order_here(7))
        pos_order = self.pos_orders()
        self.forget_locations()
        self.use_locations()
        self.synchronize(*reversed(self.both()))
        rows = self.rows(7)
        self.assertEqual((rows["404"].pos_order_id, rows["404"].changed), (pos_order, False))
        self.assertEqual(rows["405"].pos_order_id.config_id, self.there)
        self.assertEqual(len(self.all_orders()), 2)

    # ---- a lost inbox ------------------------------------------------------------------------------------------------

    def lose_inbox(self):
        self.env["external.order"].search([("sync_id", "=", self.sync.id)]).unlink()

    def assert_found_again(self, *entries):
        """Synchronize with an empty inbox and the same orders: no order is created."""
        orders = self.all_orders()
        self.lose_inbox()
        run = self.synchronize(*entries)
        self.assertEqual((run.status, run.failed_count), ("success", 0), run.message)
        self.assertEqual(self.all_orders(), orders)
        self.assertEqual(self.env["external.order"].search([("sync_id", "=", self.sync.id)]).pos_order_id, orders)

    def test_a_lost_inbox_makes_no_second_order(self):
        self.use_locations()
        self.synchronize(*self.both())
        self.assert_found_again(*self.both())

    def test_nor_where_the_table_came_since(self):
        self.synchronize(self.order_here(7), self.order_here(8))
        self.use_locations()
        self.assert_found_again(self.order_here(7), self.order_here(8))

    def test_nor_where_it_went(self):
        table = self.use_locations()
        self.synchronize(self.order_here(7), self.order_there(8))
        table.unlink()
        self.assert_found_again(self.order_here(7), self.order_there(8))

    def test_nor_where_the_location_moved(self):
        self.use_locations()
        self.synchronize(self.order_here(7))
        self.sync.location_mapping_ids[0].pos_config_id = self.there
        self.assert_found_again(self.order_here(7))

    def test_another_order_of_that_id_from_before_the_table_is_named(self):
        self.synchronize(self.order_here(7))
        self.lose_inbox()
        self.use_locations()
        self.synchronize(self.order_there(7))
        row = self.inbox(7)
        self.assertEqual((row.state, row.error_code), ("failed", "order_in_the_way"))

    # ---- workers -----------------------------------------------------------------------------------------------------

    def test_two_rows_of_one_order_make_one_sale(self):
        """Two workers leave such rows if one of them did not see the new table yet."""
        self.synchronize(self.order_here(7))
        first = self.inbox(7)
        self.use_locations()
        again = first.copy({"by_location": True, "state": "pending", "pos_order_id": False})
        self.assertEqual(again.external_location, "404")
        run = self.synchronize()
        self.assertEqual((again.state, again.pos_order_id), ("done", first.pos_order_id), run.message)
        self.assertEqual(len(self.all_orders()), 1)

    def test_new_orders_are_written_in_one_sequence(self):
        self.use_locations()
        keys = [("12", 404), ("9", 405), ("9", 404), ("A7", 405), ("A7", 404), ("12", 405)]
        self.synchronize(
            *(
                self.order_here(f"{number}{' ' * place}", 404 + place % 2)
                for place, (number, _location) in enumerate(keys)
            )
        )
        rows = self.env["external.order"].search([("sync_id", "=", self.sync.id)], order="id")
        written = [(row.external_id, row.external_location) for row in rows]
        self.assertEqual(written, sorted(written, key=lambda key: (len(key[0]), *key)))
        self.assertEqual(len(written), 6)

    def test_a_poll_that_brings_nothing_new_takes_at_most_20_statements(self):
        self.use_locations()
        entries = [self.order_here(number) for number in range(30)] + [
            self.order_there(f"T{number}") for number in range(30)
        ]
        self.synchronize(*entries)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        run = self.sync.sync_orders()
        self.env.flush_all()
        self.assertEqual((run.status, run.known_count), ("no_orders", 60))
        self.assertLessEqual(self.env.cr.sql_log_count - before, 20)

    # ---- connected once ----------------------------------------------------------------------------------------------

    def test_an_address_is_connected_once_to_a_branch(self):
        self.use_locations()
        address = {"external_api_url": self.sync.external_api_url}
        with self.assertRaisesRegex(ValidationError, "already fetches orders from this address into Branch There"):
            self.create_sync(name="Again", pos_config_id=self.there.id, **address)
        elsewhere = self.create_sync(
            name="Elsewhere", pos_config_id=self.create_pos_config("Elsewhere", self.card).id, **address
        )
        for config in (self.there, self.pos_config):
            with self.assertRaisesRegex(ValidationError, "already fetches orders"), self.env.cr.savepoint():
                self.env["external.location.mapping"].create(
                    {"sync_id": elsewhere.id, "external_location": "9", "pos_config_id": config.id}
                )
        with self.assertRaisesRegex(ValidationError, "already fetches orders"):
            self.sync.location_mapping_ids[1].pos_config_id = elsewhere.pos_config_id
