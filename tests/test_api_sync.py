from datetime import timedelta

from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.fields import Datetime

from ..models.order_sync.external_order_sync_run import LOCK
from ..models.warehouse import warehouse_api_status
from ..tools import bounded_count
from .api_common import STATUS, TRIGGER, ApiCase
from .explaining import statements

SYNC_USER = "external_order_sync.group_user"
STARTED = {"success": True, "message": "Odoo sync started in background"}


class TestApiSync(CronMixinCase, ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["external.order.sync"].search([]).active = False
        cls.manager = cls.create_user("api_manager", f"stock.group_stock_user,{SYNC_USER}")
        cls.manager_key = cls.create_key(cls.manager)

    def create_sync(self, **values):
        journal = self.env["account.journal"].create(
            {
                "name": "API test",
                "type": "cash",
                "code": "APIT",
                "company_id": self.company.id,
            }
        )
        method = self.env["pos.payment.method"].create(
            {
                "name": "API test",
                "journal_id": journal.id,
                "company_id": self.company.id,
            }
        )
        pos_config = self.env["pos.config"].create({
            "name": "API test", "company_id": self.company.id, "payment_method_ids": method.ids,
            "picking_type_id": self.picking_type.warehouse_id.pos_type_id.id,
            **{
                name: self.create_journal(name).id for name in ("journal_id", "invoice_journal_id")
            },
        })  # fmt: skip
        return self.env["external.order.sync"].create(
            {
                "name": "Shop",
                "external_api_url": "http://127.0.0.1:9/orders",
                "state": "started",
                "pos_config_id": pos_config.id,
                **values,
            }
        )

    def create_journal(self, code):
        return self.env["account.journal"].create(
            {
                "name": code,
                "type": "sale" if "invoice" in code else "general",
                "code": code[:5].upper(),
                "company_id": self.company.id,
            }
        )

    # Status

    def test_status_of_an_empty_company(self):
        status = self.get(STATUS)
        self.assertEqual(
            list(status),
            ["products", "locations", "pickings", "quants", "lots", "packages", "move_lines", "orders", "estimated"],
        )
        self.assertEqual(list(status["products"]), ["count", "last_synced"])
        self.assertEqual(list(status["locations"]), ["count", "last_synced"])
        self.assertEqual(status["pickings"], {"count": 0, "last_received": None})
        self.assertEqual(status["quants"], {"count": 0})
        self.assertEqual(status["move_lines"], {"count": 0})
        self.assertIsNone(status["orders"])
        self.assertEqual(status["estimated"], [])

    def test_status_counts_what_the_user_sees(self):
        self.create_assigned_picking(2)
        newest = self.create_picking()
        self.create_picking(picking_type=self.get_picking_type(self.other_company))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_picking SET create_date = '2026-01-16 09:15:00.5' WHERE company_id = %s", [self.company.id]
        )
        self.env.cr.execute("UPDATE stock_picking SET create_date = '2026-01-17 09:15:00' WHERE id = %s", [newest.id])
        before = Datetime.now()
        status = self.get(STATUS)
        self.assertEqual(status["pickings"], {"count": 2, "last_received": "2026-01-17T09:15:00Z"})
        self.assertEqual(status["move_lines"], {"count": 1})
        for key, model in {"products": "product.product", "locations": "stock.location", "quants": "stock.quant",
                           "lots": "stock.lot", "packages": "stock.package"}.items():  # fmt: skip
            self.assertEqual(status[key]["count"], self.env[model].with_user(self.clerk).search_count([]), key)
        for key in ("products", "locations"):
            synced = Datetime.to_datetime(status[key]["last_synced"].replace("T", " ").removesuffix("Z"))
            self.assertTrue(before - timedelta(seconds=1) <= synced <= Datetime.now(), synced)

    def test_status_of_the_orders(self):
        sync = self.create_sync()
        for number, state in enumerate(["pending", "done", "failed", "failed", "ignored"]):
            self.env["external.order"].create(
                {
                    "sync_id": sync.id,
                    "external_id": str(number),
                    "payload": "{}",
                    "state": state,
                }
            )
        Run = self.env["external.order.sync.run"]
        orders = self.get(STATUS, key=self.manager_key)["orders"]
        self.assertEqual(
            orders,
            {
                "pending": 1,
                "done": 1,
                "failed": 2,
                "ignored": 1,
                "refunds": 0,
                "running_since": None,
                "last_run": None,
            },
        )
        Run.create(
            {
                "sync_id": sync.id,
                "status": "success",
                "date_start": "2026-01-01 08:00:00",
                "date_end": "2026-01-01 08:01:00",
            }
        )
        Run.create(
            {
                "sync_id": sync.id,
                "status": "error",
                "message": "Timed out",
                "imported_count": 3,
                "failed_count": 2,
                "date_start": "2026-01-01 09:00:00",
                "date_end": "2026-01-01 09:01:00",
            }
        )
        run = Run.create({"sync_id": sync.id, "status": "running", "date_start": "2026-01-01 10:00:00"})
        # whose process is gone
        self.assertIsNone(self.get(STATUS, key=self.manager_key)["orders"]["running_since"])
        # exclusive() would keep the one connection of a test for itself.
        self.env.cr.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", [LOCK, run.id])
        orders = self.get(STATUS, key=self.manager_key)["orders"]
        self.env.cr.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", [LOCK, run.id])
        self.assertEqual(orders["running_since"], "2026-01-01T10:00:00Z")
        run.scheduled = True  # the scheduler continues it in its next turn
        orders = self.get(STATUS, key=self.manager_key)["orders"]
        self.assertEqual(orders["running_since"], "2026-01-01T10:00:00Z")
        self.assertEqual(
            orders["last_run"],
            {
                "status": "error",
                "started": "2026-01-01T09:00:00Z",
                "ended": "2026-01-01T09:01:00Z",
                "message": "Timed out",
                "imported": 3,
                "refunded": 0,
                "failed": 2,
            },
        )
        self.assertIsNone(self.get(STATUS)["orders"])  # the clerk does not have the group
        stranger = self.create_user("api_stranger", f"stock.group_stock_user,{SYNC_USER}", self.other_company)
        self.assertEqual(self.get(STATUS, key=self.create_key(stranger))["orders"]["done"], 0)

    def test_status_not_modified(self):
        etag = self.call(STATUS).headers["ETag"]
        self.assertEqual(self.call(STATUS, If_None_Match=etag).status_code, 304)
        self.create_picking()
        self.assertEqual(self.call(STATUS, If_None_Match=etag).status_code, 200)

    def test_large_numbers_are_estimates_unless_asked_for(self):
        for _number in range(4):
            self.create_picking()
        self.env.flush_all()
        self.patch(bounded_count, "COUNTED_AT_MOST", 3)
        status = self.get(STATUS, key=self.manager_key)
        self.assertIn("pickings", status["estimated"])
        self.assertNotIn("orders.done", status["estimated"])
        self.assertGreaterEqual(status["pickings"]["count"], 3)
        exact = self.get(f"{STATUS}?count=exact", key=self.manager_key)
        self.assertEqual((exact["estimated"], exact["pickings"]["count"]), ([], 4))
        for path in (STATUS, f"{STATUS}?count=exact"):
            etag = self.call(path).headers["ETag"]
            self.assertEqual(self.call(path, If_None_Match=etag).status_code, 304)

    def test_where_far_more_are_surely_expected_counting_ends_early(self):
        """A number is an estimate anyway then, unless there are very few after all."""
        for _number in range(4):
            self.create_picking()
        self.env.flush_all()
        self.patch(bounded_count, "COUNTED_AT_MOST", 30)
        for rows, of_all, count, is_estimate in (
            (299, 299, 4, False),
            (300, 300, 300, True),
            (300, 400, 4, False),  # a share that PostgreSQL may have guessed
            (1_234_567, 1_300_000, 1_230_000, True),
        ):
            with self.subTest(rows=rows, of_all=of_all):
                expected = bounded_count.Expected(rows, of_all)
                self.patch(warehouse_api_status, "expect", lambda _env, all_, of_each=expected: [of_each] * len(all_))
                status = self.get(STATUS)
                self.assertEqual((status["pickings"]["count"], "pickings" in status["estimated"]), (count, is_estimate))
                self.assertNotIn("packages", status["estimated"])  # there are none
                self.assertEqual(self.get(f"{STATUS}?count=exact")["pickings"]["count"], 4)

    def test_a_rule_that_the_planner_cannot_estimate_is_counted(self):
        self.patch(bounded_count, "COUNTED_AT_MOST", 30)
        partner = self.env["res.partner"].create({"name": "Followed"})
        self.env.cr.execute(
            """
            INSERT INTO stock_picking (name, picking_type_id, location_id, location_dest_id, company_id, state,
                                       move_type, partner_id, create_date, write_date)
            SELECT 'LARGE/' || number, %s, %s, %s, %s, 'draft', 'direct', CASE WHEN number <= 20 THEN %s END,
                   now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM generate_series(1, 1000) AS number
            """,
            [
                self.picking_type.id,
                self.picking_type.default_location_src_id.id,
                self.picking_type.default_location_dest_id.id,
                self.company.id,
                partner.id,
            ],
        )
        self.env.cr.execute("ANALYZE stock_picking")
        self.assertEqual(self.get(STATUS)["estimated"].count("pickings"), 1)
        self.env["ir.rule"].create(
            {
                "name": "Own or followed transfers",
                "model_id": self.env["ir.model"]._get_id("stock.picking"),
                "domain_force": f"['|', ('user_id', '=', user.id), ('partner_id.name', '=', '{partner.name}')]",
            }
        )
        status = self.get(STATUS)
        self.assertEqual((status["pickings"]["count"], "pickings" in status["estimated"]), (20, False))

    def test_the_planner_is_asked_for_all_queries_at_once(self):
        self.create_picking()
        self.env.flush_all()
        self.env.cr.execute("ANALYZE stock_picking, product_product")
        Picking, Product = self.env["stock.picking"].with_user(self.clerk), self.env["product.product"]
        queries = [Picking._search([]), Picking._search([("id", "in", [])]), Product._search([]), Picking._search([])]
        with statements() as executed:
            pickings, none, products, again = bounded_count.expect(self.env, queries)
        self.assertEqual(len(executed), 1)
        self.assertEqual((pickings, none.rows, none.of_all), (again, 0, pickings.of_all))
        count = Product.search_count([])
        self.assertTrue(count / 2 <= products.rows <= products.of_all <= count * 2, products)

    def test_the_status_counts_nothing_to_the_end(self):
        warehouse = self.env["warehouse.api"].with_user(self.manager)
        warehouse._read_status()  # fills the caches
        for etags in ((), ("*",)):
            with statements() as executed:
                warehouse._read_status(etags)
            [expectations, statement] = executed
            self.assertTrue(expectations.startswith("EXPLAIN (FORMAT JSON)"))
            self.assertEqual(statement.count("count(*)"), statement.count("AS counted"))
            self.assertEqual(statement.count("AS counted"), 12)
            self.assertGreaterEqual(statement.count("LIMIT"), 12)
            self.assertNotIn("max(", statement)

    # Trigger

    def test_trigger(self):
        sync = self.create_sync()
        sync.next_sync_date = Datetime.now() + timedelta(hours=1)
        cron = sync._get_cron()
        with self.capture_triggers(cron) as triggers:
            response = self.call(TRIGGER, key=self.manager_key, method="POST")
            self.assertEqual((response.status_code, response.json()), (200, STARTED))
            self.assertEqual(list(response.json()), list(STARTED))
        self.assertEqual(len(triggers.records), 1)
        self.assertLessEqual(sync.next_sync_date, Datetime.now())
        self.assertFalse(sync.last_sync_date)  # the scheduler does the work, not the request

    def test_trigger_needs_the_group(self):
        self.create_sync()
        self.assertProblem(self.call(TRIGGER, method="POST"), 403)

    def test_trigger_with_nothing_configured(self):
        self.assertProblem(self.call(TRIGGER, key=self.manager_key, method="POST"), 503)
        self.create_sync().active = False
        self.assertProblem(self.call(TRIGGER, key=self.manager_key, method="POST"), 503)

    def test_trigger_ignores_a_body_but_not_a_huge_one(self):
        self.create_sync()
        for body, status in (("{}", 200), ("x" * 60_000, 200), ("x" * 70_000, 413)):
            headers = {"Authorization": f"Bearer {self.manager_key}", "Content-Type": "text/plain"}
            response = self.url_open(TRIGGER, data=body, headers=headers)
            self.assertEqual(response.status_code, status, response.text)
        self.assertProblem(response, 413)

    def test_trigger_is_a_post(self):
        response = self.call(TRIGGER, key=self.manager_key)
        self.assertProblem(response, 405)
        self.assertEqual(response.headers["Allow"], "OPTIONS, POST")
