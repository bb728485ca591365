import re

from odoo.tests import new_test_user

from ..models.order_sync import external_order_sync_counts, external_order_sync_screen
from .common import ExternalOrderCase
from .counting import SHOWN_INSTEAD
from .explaining import explain, statements


class TestSyncCounts(ExternalOrderCase):
    """The numbers on the buttons of a synchronization, and what the buttons open."""

    def bound(self, rows):
        for name in ("COUNTED_AT_MOST", "SHOWN_AT_MOST", "SESSIONS_AT_MOST"):
            self.patch(external_order_sync_counts, name, rows)
        self.sync.invalidate_recordset()

    def read_at_most(self, count):
        """Let the transfers and sessions of at most this many orders be found by the orders."""
        self.patch(type(self.sync), "_get_most_read", lambda _sync: count)

    def find(self, model, operator="in", syncs=None):
        return self.env[model].search([("external_order_sync_ids", operator, (syncs or self.sync).ids)])

    def test_sessions_and_transfers_belong_to_the_synchronization_of_their_orders(self):
        row = self.import_order()
        other = self.create_sync(pos_config_id=self.create_pos_config("Other POS", self.card).id)
        session, pickings = row.session_id, row.pos_order_id.picking_ids
        self.assertEqual((self.find("pos.session"), self.find("stock.picking")), (session, pickings))
        self.assertEqual((session.external_order_sync_ids, pickings.external_order_sync_ids), (self.sync, self.sync))
        for model in ("pos.session", "stock.picking"):
            self.assertFalse(self.find(model, syncs=other))
            self.assertNotIn(self.find(model), self.find(model, "not in"))
        self.assertEqual((self.sync._get_sessions(), other._get_sessions()), (session, self.env["pos.session"]))

    def test_sessions_and_transfers_are_found_by_any_condition_on_their_synchronizations(self):
        row = self.import_order()
        archived = self.create_sync(name="Archived", active=False)
        by_name = [("external_order_sync_ids", "ilike", self.sync.name)]
        started = self.env["external.order.sync"]._search([("state", "=", "started")])
        of_query = [("external_order_sync_ids", "in", started)]
        for few in (1000, 0):
            self.read_at_most(few)
            for model, records in (("pos.session", row.session_id), ("stock.picking", row.pos_order_id.picking_ids)):
                with self.subTest(few=few, model=model):
                    Model = self.env[model]
                    everything = Model.search([])
                    others = everything - records
                    self.assertTrue(others)
                    self.assertEqual(Model.search(by_name), records)
                    self.assertEqual(Model.search(["!", *by_name]), others)
                    self.assertEqual(Model.search(of_query), records)
                    self.assertEqual(Model.search([("external_order_sync_ids.active", "=", False)]), Model)
                    self.assertEqual(Model.search([("external_order_sync_ids", "!=", False)]), records)
                    self.assertEqual(Model.search([("external_order_sync_ids", "=", False)]), others)
                    asked = [False, *archived.ids]
                    self.assertEqual(Model.search([("external_order_sync_ids", "in", asked)]), others)
                    asked = [False, *self.sync.ids]
                    self.assertEqual(Model.search([("external_order_sync_ids", "in", asked)]), everything)

    def test_a_transfer_created_at_closing_is_found_by_its_session(self):
        session = self.sync._get_or_create_pos_session()
        session.update_stock_at_closing = True
        self.import_order()
        self.assertFalse(self.find("stock.picking"))
        self.close_session(session)
        pickings = session.picking_ids
        self.assertTrue(pickings)
        self.assertFalse(pickings.pos_order_id)
        self.assertEqual(self.find("stock.picking"), pickings)
        self.assertEqual(pickings.external_order_sync_ids, self.sync)

    def test_a_page_of_transfers_looks_up_an_order_for_each_and_joins_nothing(self):
        self.import_order()
        self.read_at_most(0)
        query = self.env["stock.picking"]._search(self.sync.action_open_pickings()["domain"], order="id desc", limit=80)
        plan = explain(self.env, query)
        self.assertIn("Index Scan Backward using stock_picking_pkey", plan)
        self.assertIn("external_order__pos_order_id_index", plan)
        self.assertIn("Index Scan using pos_session_pkey", plan)
        for all_at_once in ("Sort", "pos_session_id = (hashed"):
            self.assertNotIn(all_at_once, plan)

    def test_transfers_and_sessions_of_few_orders_are_found_by_these(self):
        self.import_order()
        found = {}
        for model in ("stock.picking", "pos.session"):
            query = self.env[model]._search(self.sync._get_records_domain())
            self.assertNotIn("SubPlan", explain(self.env, query))
            found[model] = self.env[model].browse(query).ensure_one()
        self.read_at_most(0)
        for model, record in found.items():
            self.assertEqual(self.find(model), record)

    def test_users_without_a_point_of_sale_see_the_numbers(self):
        self.import_order()
        user = new_test_user(self.env, "counting", groups="base.group_user,external_order_sync.group_user")
        for few in (1000, 0):
            self.read_at_most(few)
            self.env.invalidate_all()
            counts = self.sync.with_user(user).read(["session_count", "picking_count"])[0]
            self.assertEqual((counts["session_count"], counts["picking_count"]), (1, 1))

    def test_the_list_of_transfers_begins_with_the_newest_by_their_id(self):
        [view_id] = [view_id for view_id, kind in self.sync.action_open_pickings()["views"] if kind == "list"]
        arch = self.env["stock.picking"].get_view(view_id, "list")["arch"]
        self.assertIn('default_order="id desc"', arch)
        self.assertIn(f'count_limit="{external_order_sync_counts.SHOWN_AT_MOST}"', arch)

    def test_sessions_are_found_by_those_of_the_points_of_sale_that_have_orders(self):
        self.import_order()
        self.read_at_most(0)
        plan = explain(self.env, self.env["pos.session"]._search(self.sync.action_open_sessions()["domain"]))
        # One look for each Point of Sale, and one for each of its sessions; no join of all orders.
        self.assertIn("CASE WHEN", plan)
        self.assertEqual(plan.count("EXISTS(SubPlan"), 1, plan)
        self.assertIn("Index Only Scan using external_order_sync_pos_config", plan)
        for join in ("Hash ", "Merge"):
            self.assertNotIn(join, plan)

    def test_numbers_beyond_a_bound_are_not_counted_to_the_end(self):
        self.synchronize(*(self.order(number) for number in range(1, 5)))
        self.bound(3)
        sync = self.sync
        self.assertEqual((sync.imported_text, sync.picking_text, sync.session_text), ("3+", "3+", "1"))
        self.assertEqual((sync.imported_count, sync.picking_count), (4, 4))
        self.bound(4)
        self.assertEqual((sync.imported_text, sync.picking_text), ("4", "4"))

    def test_opening_the_form_counts_no_more_than_the_bound(self):
        self.import_order()
        self.sync.invalidate_recordset()
        names = [*SHOWN_INSTEAD, *SHOWN_INSTEAD.values()]
        with statements() as executed:
            self.sync.read(names)
        counting = [statement for statement in executed if "count(*)" in statement.lower()]
        self.assertTrue(counting)
        for statement in counting:
            # One row is looked up for each Point of Sale; that bounds no count.
            bounds = len(re.findall(r"\bLIMIT (?!1\b)", statement, re.IGNORECASE))
            self.assertEqual(statement.lower().count("count(*)"), bounds, statement)

    def test_the_form_lists_the_newest_runs_only(self):
        self.patch(external_order_sync_screen, "RUNS_LISTED", 2)
        runs = self.env["external.order.sync.run"].union(*(self.synchronize(self.order(n)) for n in range(1, 4)))
        newest = runs.sorted("id", reverse=True)[:2]
        self.assertEqual(self.sync.recent_run_ids, newest)
        arch = self.env["external.order.sync"].get_view(view_type="form")["arch"]
        self.assertNotIn('name="run_ids"', arch)

    def test_the_few_that_need_attention_are_found_by_their_indexes(self):
        Order = self.env["external.order"]
        of_sync = ("sync_id", "=", self.sync.id)
        for index, domain in {
            "external_order_attention": [("state", "=", "failed")],
            "external_order_waiting": [("state", "=", "pending")],
            "external_order_life": [("kind", "in", ("refund", "cancellation"))],
            "external_order_doubtful": [("doubt", "!=", False)],
            "external_order_changed": [("changed", "=", True)],
        }.items():
            self.assertIn(index, explain(self.env, Order._search([of_sync, *domain])), domain)

    def test_the_end_of_a_run_counts_no_orders(self):
        self.synchronize(self.order(1), self.order(2, OrderItems=[]))
        with statements() as executed:
            self.sync._update_attention_activity()
            self.env.flush_all()
        orders = [statement for statement in executed if 'FROM "external_order"' in statement]
        self.assertTrue(orders)
        for statement in orders:
            self.assertIn("LIMIT", statement)
