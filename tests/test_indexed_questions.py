from contextlib import closing
from datetime import datetime, timedelta

from odoo.fields import Datetime
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..models.warehouse.warehouse_cursor import Cursor
from .explaining import explain


@tagged("post_install", "-at_install")
class TestIndexedQuestions(TransactionCase):
    """What a scheduler, a client or a screen asks again and again is answered by an index, without sorting."""

    def assertPlan(self, query, *parts, without=("Seq Scan", "Sort"), analyzed=None):
        plan = explain(self.env, query, analyzed=analyzed)
        for part in parts:
            self.assertIn(part, plan)
        for part in without:
            self.assertNotIn(part, plan)

    def test_transfers_written_since(self):
        since = ("write_date", ">=", Datetime.now())
        self.assertPlan(self.env["stock.picking"]._search([since]), "stock_picking_api_written_index", without=())

    def test_mirrored_transfers_received_and_changed_since(self):
        mirror = self.env["odoo.mirror.picking"]
        of_source = ("source_id", "=", 1)
        since = ("synced_date", ">=", Datetime.now())
        changed = mirror._search([of_source, since], order="synced_date", limit=1)
        self.assertPlan(changed, "odoo_mirror_picking_api_written_index")
        newest = mirror._search([of_source], order="received_date DESC", limit=1)
        self.assertPlan(newest, "odoo_mirror_picking_api_received_index")

    def test_mirrored_lists(self):
        for name in ("quant", "picking", "move.line", "lot", "package"):
            mirror = self.env[f"odoo.mirror.{name}"]
            self.assertPlan(mirror._search([], order=mirror._order, limit=80), f"{mirror._table}_default_order")

    def test_mirrored_products_are_sorted_only_among_equal_references(self):
        mirror = self.env["odoo.mirror.product"]
        self.drop_other_indexes(mirror._table, "odoo_mirror_product_default_order")
        query = mirror._search([("gone", "=", False)], order=mirror._order, limit=80)
        sorting = ('Presorted Key: ("left"((default_code)::text, 200))', "odoo_mirror_product_default_order")
        self.assertPlan(query, *sorting, without=("Seq Scan",))

    def test_newest_transfer(self):
        newest = self.env["stock.picking"]._search([], order=self.env["warehouse.api"]._newest_order, limit=1)
        self.assertPlan(newest, "Scan Backward using stock_picking_pkey")

    def test_newest_transfer_of_a_company(self):
        order = self.env["warehouse.api"]._newest_order
        self.drop_other_indexes("stock_picking", "stock_picking_api_newest_index")
        newest = self.env["stock.picking"]._search([("company_id", "=", 1)], order=order, limit=1)
        self.assertPlan(newest, "Scan Backward using stock_picking_api_newest_index")

    def test_the_quants_of_a_company(self):
        quants = self.env["stock.quant"]._search([("company_id", "=", 1)])
        self.assertPlan(quants, "stock_quant_api_company_index")

    def test_the_rows_of_a_mirror_that_have_not_gone(self):
        for name in ("quant", "picking", "move.line", "lot", "package", "product", "location"):
            mirror = self.env[f"odoo.mirror.{name}"]
            self.drop_other_indexes(mirror._table, f"{mirror._table}_present")
            unique = SQL.identifier(f"{mirror._table}_remote_unique")
            self.env.cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(mirror._table), unique))
            present = mirror._search([("source_id", "=", 1), ("gone", "=", False)])
            self.assertPlan(present, f"{mirror._table}_present")

    def test_a_page_of_transfers_in_one_state(self):
        of_source = [("source_id", "=", 1)]
        for model, api, key, domain, index in (
            ("stock.picking", "warehouse.api", "id", [], "stock_picking_api_open_index"),
            ("odoo.mirror.picking", "odoo.mirror.api", "remote_id", of_source, "odoo_mirror_picking_api_state_index"),
        ):
            with self.subTest(model=model):
                table = self.env[model]._table
                query = self.env[model]._search([*domain, ("state", "=", "assigned")])
                page = self.env[api]._sql_page(query, [SQL("%s AS id", SQL.identifier(table, key))], None, 101)
                self.drop_other_indexes(table, index)
                self.assertPlan(SQL("WITH %s SELECT * FROM page", page), f"using {index}")

    def test_a_page_of_transfers_written_since_passes_over_others_within_the_index(self):
        of_source = [("source_id", "=", 1)]
        for model, api, domain, index in (
            ("stock.picking", "warehouse.api", [], "stock_picking_api_order_index"),
            ("odoo.mirror.picking", "odoo.mirror.api", of_source, "odoo_mirror_picking_api_order_index"),
            ("odoo.mirror.picking", "odoo.mirror.api", [*of_source, ("state", "=", "done")],
             "odoo_mirror_picking_api_state_index"),
        ):  # fmt: skip
            with self.subTest(model=model, domain=domain), closing(self.env.cr.savepoint(flush=False)):
                table, written = self.env[model]._table, self.env[api]._written_field
                query = self.env[model]._search([*domain, (written, ">=", Datetime.now())])
                page = self.env[api]._sql_page(query, [SQL("%s AS id", SQL.identifier(table, "id"))], None, 101)
                self.drop_other_indexes(table, index)
                plan = explain(self.env, SQL("WITH %s SELECT * FROM page", page))
                self.assertIn(f"using {index}", plan)
                self.assertRegex(plan, rf"Index Cond: .*{written} >=")

    def test_reasons_why_orders_need_attention(self):
        sync = self.env["external.order.sync"].create(
            {
                "name": "Many",
                "external_api_url": "http://127.0.0.1:9/",
                "pos_config_id": self.env["pos.config"].search([], limit=1).id,
            }
        )
        self.env["external.order"].create(
            [{"sync_id": sync.id, "external_id": str(number), "state": "done"} for number in range(2000)]
        )
        indexes = ("external_order_changed", "external_order_doubtful")
        problems = self.env["external.order.problem"]._search([])
        self.assertPlan(problems, *indexes, without=("Seq Scan",), analyzed="external_order")

    def test_lists_of_the_inbox(self):
        Order = self.env["external.order"]
        by_date = Order._search([], order="received_date desc", limit=80)
        self.assertPlan(by_date, "Scan Backward using external_order_received")
        warned = Order._search([("warnings", "!=", False)], order="id desc", limit=80)
        self.assertPlan(warned, "Scan Backward using external_order_with_warnings")

    def test_what_screens_count_is_read_from_indexes_alone(self):
        Order = self.env["external.order"].with_user(self.env.ref("base.user_admin"))
        for index, domain in {
            "external_order_done": [("sync_id", "=", 1), ("state", "=", "done"), ("kind", "=", "sale")],
            "external_order_sync_pos_config": [("sync_id", "=", 1)],
            "external_order_kind": [("kind", "=", "refund")],
            "external_order_reason": [("error_code", "=", "odoo_error")],
            "external_order_state": [("state", "=", "done")],
            "external_order_attention": [("sync_id", "=", 1), ("state", "=", "failed")],
            "external_order_waiting": [("sync_id", "=", 1), ("state", "=", "pending")],
            "external_order_changed": [("sync_id", "=", 1), ("changed", "=", True)],
            "external_order_doubtful": [("sync_id", "=", 1), ("doubt", "!=", False)],
        }.items():
            query = Order._search(domain)
            self.assertIn("company_id", str(query.where_clause))  # by the record rule
            with closing(self.env.cr.savepoint(flush=False)):
                self.drop_other_indexes("external_order", index)
                self.assertIn(f"Index Only Scan using {index} on", explain(self.env, query, SQL("1")))

    def test_a_chart_of_a_month_reads_the_index_alone(self):
        Order = self.env["external.order"].with_user(self.env.ref("base.user_admin"))
        query = Order._search([("received_date", ">=", "2026-01-01")])
        read = [SQL.identifier(Order._table, name) for name in ("sync_id", "kind", "state", "total", "received_date")]
        with closing(self.env.cr.savepoint(flush=False)):
            self.drop_other_indexes("external_order", "external_order_received")
            plan = explain(self.env, query, SQL(", ").join(read))
        self.assertIn("Index Only Scan using external_order_received on", plan)

    def test_a_pivot_of_a_month_reads_the_index_of_orders_alone(self):
        Order = self.env["external.order"].with_user(self.env.ref("base.user_admin"))
        query = Order._search([("received_date", ">=", "2026-01-01")])
        # Of an amount, the web client asks for the currencies, too.
        measures = ("total:sum", "currency_id:array_agg_distinct", "total:sum_currency")
        read = [Order._read_group_select(measure, query) for measure in measures]
        with closing(self.env.cr.savepoint(flush=False)):
            self.drop_other_indexes("external_order", "external_order_received")
            plan = explain(self.env, query, SQL(", ").join(read))
        self.assertIn("Index Only Scan using external_order_received on", plan)

    def drop_other_indexes(self, table, *kept):
        """Drop the other indexes of a table, which in an empty one cost the same."""
        self.env.cr.execute(
            """
            SELECT indexname FROM pg_indexes
            WHERE tablename = %s AND NOT indexname = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)
            """,
            [table, list(kept)],
        )
        for (name,) in self.env.cr.fetchall():
            self.env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))

    def test_payloads_to_drop(self):
        Order = self.env["external.order"]
        domain = Order._get_payloads_to_drop_domain(self.env["external.order.sync"].browse(1), Datetime.now())
        self.assertPlan(Order._search(domain, order="imported_date", limit=1000), "external_order_with_payload")

    def test_shipments_that_are_not_on_their_transfers(self):
        domain = self.env["external.shipment.worker"]._get_recording_domain()
        self.assertPlan(self.env["external.shipment"]._search(domain), "external_shipment_unrecorded")

    def test_a_page_of_a_walk_while_transfers_are_rescheduled(self):
        warehouse = self.env["warehouse.api"]
        [[snapshot]] = self.env.execute_query(SQL("SELECT pg_current_snapshot()::text"))
        expires = datetime.now() + timedelta(days=1)
        position = Cursor("2026-01-01 00:00:00", 1, snapshot, 0, int(expires.timestamp()))
        query = self.env["stock.picking"]._search([])
        page = warehouse._sql_page(query, [SQL.identifier("stock_picking", "id")], position, 101)
        self.assertPlan(
            SQL("WITH %s SELECT * FROM page", page),
            "using stock_picking_api_order_index on stock_picking",
            "using stock_picking_reschedule__picking_id_index on stock_picking_reschedule",
            "using stock_picking_reschedule_api_order_index on stock_picking_reschedule",
            without=("Seq Scan", "Hash", "CTE moved"),
        )
