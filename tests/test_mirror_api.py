import json
from datetime import datetime, timedelta

from odoo import fields

from ..dev.stand_ins.remote_odoo import sample
from ..dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN, PASSWORD, OldOdoo
from .api_common import PICKINGS, STATUS, TRIGGER, ApiCase


class TestMirrorApi(ApiCase):
    """The warehouse API on a mirrored Odoo: the same shapes, the remote's own ids."""

    def setUp(self):
        super().setUp()
        self.remote = self.enterContext(OldOdoo(17))
        sample.fill(self.remote)
        self.source = self.env["odoo.sync.source"].create({
            "name": "Far", "code": "far", "url": self.remote.url, "database": DATABASE, "login": LOGIN,
            "secret": PASSWORD,
        })  # fmt: skip
        self.source._sync()

    def put_pickings(self, dates):
        """Let the remote have only these transfers, by id, and mirror them."""
        self.remote.tables.rows["stock.picking"].clear()
        for id, date in dates.items():
            self.remote.tables.put("stock.picking", id, name=f"P{id}", state="draft", scheduled_date=date)
        self.resync()

    def resync(self):
        for row in self.remote.tables.rows["stock.picking"].values():
            row["write_date"] = datetime.now()
        self.assertEqual(self.source._sync().status, "success")
        self.env.flush_all()

    # ---- Answers -----------------------------------------------------------------------------------------------------

    def test_a_picking_is_as_in_the_spec(self):
        self.assertEqual(self.get(f"{PICKINGS}/123?source=far"), {
            "picking": {
                "id": 123, "name": "WH/OUT/00042", "state": "assigned", "location_id": 8, "location_dest_id": 5,
                "scheduled_date": "2026-01-17T10:00:00Z", "origin": "SO042", "priority": "1", "partner_id": 15,
                "picking_type_id": 2, "date_done": None,
            },
            "move_lines": [
                {
                    "id": 456, "picking_id": 123, "product_id": 789, "qty_done": 0, "location_id": 8,
                    "location_dest_id": 5, "lot_id": 101, "state": "assigned", "quantity": 3, "picked": False,
                    "product_uom_id": 1, "lot_name": None, "package_id": 33, "result_package_id": None,
                    "reference": "WH/OUT/00042", "qty_demand": None,
                },
                {
                    "id": 457, "picking_id": 123, "product_id": 789, "qty_done": 2, "location_id": 8,
                    "location_dest_id": 5, "lot_id": 101, "state": "assigned", "quantity": 2, "picked": True,
                    "product_uom_id": 1, "lot_name": None, "package_id": 33, "result_package_id": None,
                    "reference": "WH/OUT/00042", "qty_demand": None,
                },
            ],
        })  # fmt: skip

    def test_answers_have_the_local_shape(self):
        picking = self.create_assigned_picking(origin="Here")
        here, there = self.get(PICKINGS), self.get(f"{PICKINGS}?source=far")
        self.assertEqual((here[0]["origin"], there[0]["origin"]), ("Here", "SO042"))
        self.assertEqual(list(here[0]), list(there[0]))
        here, there = self.get(f"{PICKINGS}/{picking.id}"), self.get(f"{PICKINGS}/123?source=far")
        self.assertEqual(list(here["move_lines"][0]), list(there["move_lines"][0]))

        def shape(value):
            return {key: shape(item) for key, item in value.items()} if isinstance(value, dict) else None

        here, there = self.get(STATUS), self.get(f"{STATUS}?source=far")
        self.assertEqual(json.dumps(shape(here)), json.dumps(shape(there)))

    def test_the_status_counts_what_is_mirrored(self):
        status = self.get(f"{STATUS}?source=far")
        synced = {cursor.kind: cursor.synced_date for cursor in self.source.cursor_ids}
        received = self.env["odoo.mirror.picking"].search([("source_id", "=", self.source.id)]).received_date
        # One of the two products, and one of the three locations, is archived.
        self.assertEqual(status["products"], {"count": 1, "last_synced": f"{synced['product'].isoformat()}Z"})
        self.assertEqual(status["locations"], {"count": 2, "last_synced": f"{synced['location'].isoformat()}Z"})
        self.assertEqual(status["pickings"], {"count": 1, "last_received": f"{received.isoformat()}Z"})
        self.assertEqual([status[key]["count"] for key in ("quants", "lots", "packages", "move_lines")], [1, 1, 1, 2])

    def test_the_status_of_a_source_that_was_never_synchronized(self):
        self.source.copy({"code": "new"})
        status = self.get(f"{STATUS}?source=new")
        self.assertEqual(status["products"], {"count": 0, "last_synced": None})
        self.assertEqual(status["pickings"], {"count": 0, "last_received": None})

    def test_what_has_gone_is_not_there(self):
        self.remote.tables.delete("stock.move.line", 456)
        self.source._sync()
        self.assertEqual([line["id"] for line in self.get(f"{PICKINGS}/123?source=far")["move_lines"]], [457])
        self.remote.tables.delete("stock.picking", 123)
        self.source._sync()
        self.assertEqual(self.get(f"{PICKINGS}?source=far"), [])
        self.assertProblem(self.call(f"{PICKINGS}/123?source=far"), 404)

    # ---- Lists -------------------------------------------------------------------------------------------------------

    def test_pages_filters_and_totals(self):
        self.put_pickings({id: datetime(2026, 1, id) for id in range(1, 8)})
        self.remote.tables.put("stock.picking", 20, name="P20", state="done", scheduled_date=datetime(2026, 2, 1))
        self.resync()
        response = self.call(f"{PICKINGS}?source=far&state=draft&limit=3")
        self.assertEqual(response.headers["X-Total-Count"], "7")
        ids = [picking["id"] for picking in response.json()]
        while "next" in response.links:
            response = self.call(response.links["next"]["url"])
            ids += [picking["id"] for picking in response.json()]
        self.assertEqual(ids, [7, 6, 5, 4, 3, 2, 1])
        self.assertEqual(self.get_ids(f"{PICKINGS}?source=far&state=done,cancel"), [20])

    def test_a_transfer_that_is_rescheduled_during_a_walk_is_given_once(self):
        self.put_pickings({id: datetime(2026, 1, id) for id in range(1, 11)})
        response = self.call(f"{PICKINGS}?source=far&limit=4")
        ids = [picking["id"] for picking in response.json()]
        self.remote.tables.put("stock.picking", 10, scheduled_date=datetime(2025, 1, 1))  # seen, moves behind the end
        self.remote.tables.put("stock.picking", 2, scheduled_date=datetime(2026, 3, 1))  # not seen, moves before it
        self.resync()
        while "next" in response.links:
            response = self.call(response.links["next"]["url"])
            ids += [picking["id"] for picking in response.json()]
        self.assertEqual(ids, list(range(10, 0, -1)))

    def test_updated_since_is_about_what_came_here(self):
        self.put_pickings({1: datetime(2026, 1, 1), 2: datetime(2026, 1, 2)})
        old = self.env["odoo.mirror.picking"].search([("source_id", "=", self.source.id), ("remote_id", "=", 1)])
        yesterday = fields.Datetime.now() - timedelta(days=1)
        self.env.cr.execute("UPDATE odoo_mirror_picking SET synced_date = %s WHERE id = %s", [yesterday, old.id])
        since = (fields.Datetime.now() - timedelta(hours=1)).isoformat()
        self.assertEqual(self.get_ids(f"{PICKINGS}?source=far&updated_since={since}Z"), [2])

    def test_not_modified_until_something_is(self):
        for path in (f"{PICKINGS}?source=far", f"{PICKINGS}/123?source=far", f"{STATUS}?source=far"):
            etag = self.call(path).headers["ETag"]
            self.assertEqual(self.call(path, If_None_Match=etag).status_code, 304, path)
            self.assertEqual(
                self.call(path.replace("source=far", "source=local"), If_None_Match=etag).status_code,
                404 if "123" in path else 200,
            )
        etag = self.call(f"{PICKINGS}?source=far").headers["ETag"]
        self.remote.tables.put("stock.picking", 123, state="done")
        self.resync()
        self.assertEqual(self.get(f"{PICKINGS}?source=far")[0]["state"], "done")
        self.assertEqual(self.call(f"{PICKINGS}?source=far", If_None_Match=etag).status_code, 200)

    def test_a_cursor_belongs_to_its_source(self):
        self.put_pickings({1: datetime(2026, 1, 1), 2: datetime(2026, 1, 2)})
        link = self.call(f"{PICKINGS}?source=far&limit=1").links["next"]["url"]
        self.assertEqual(self.call(link).status_code, 200)
        self.assertProblem(self.call(link.replace("source=far", "source=local")), 404)

    def test_each_answer_is_one_statement_but_that_of_the_status(self):
        warehouse = self.env["odoo.mirror.api"]._for_source(self.source).with_user(self.clerk)
        for read, statements in (
            (warehouse._read_pickings, 1),
            (warehouse._read_status, 2),  # the first asks what PostgreSQL expects
            (lambda: warehouse._read_picking(123), 1),
            (lambda: warehouse._read_pickings(states=["assigned"], updated_since=datetime.min), 1),
        ):
            read()  # fills the caches
            with self.assertQueryCount(statements):
                document = read()
            self.assertTrue(document.body)

    # ---- Which source ------------------------------------------------------------------------------------------------

    def test_the_default_source_is_served_where_none_is_named(self):
        picking = self.create_picking()
        self.assertEqual(self.get_ids(), [picking.id])
        self.source.is_default = True
        self.assertEqual(self.get_ids(), [123])
        self.assertEqual(self.get_ids(f"{PICKINGS}?source=local"), [picking.id])
        self.source.is_default = False
        self.assertEqual(self.get_ids(), [picking.id])

    def test_a_source_that_is_not_there(self):
        for source in ("nowhere", "far2"):
            for path in (f"{PICKINGS}?source={source}", f"{PICKINGS}/123?source={source}", f"{STATUS}?source={source}"):
                problem = self.assertProblem(self.call(path), 400)
                self.assertEqual(problem["parameter"], "source")
        self.assertProblem(self.call(f"{PICKINGS}?source=NO%20CODE"), 400)
        self.source.active = False
        self.assertProblem(self.call(f"{PICKINGS}?source=far"), 400)

    def test_another_company_s_source_is_not_served(self):
        self.source.company_id = self.other_company
        self.assertProblem(self.call(f"{PICKINGS}?source=far"), 400)
        self.source.is_default = True
        self.assertEqual(self.get_ids(), [])
        both = self.create_user("mirror_both", "stock.group_stock_user", self.company | self.other_company)
        self.assertEqual(self.get_ids(f"{PICKINGS}?source=far", key=self.create_key(both)), [123])

    def test_who_may_not_read_mirrors_is_refused(self):
        nobody = self.create_user("mirror_nobody", "")
        self.assertProblem(self.call(f"{PICKINGS}?source=far", key=self.create_key(nobody)), 400)

    def test_the_trigger_starts_sources_too(self):
        self.env["external.order.sync"].search([]).active = False
        user = self.create_user("mirror_trigger", "external_order_sync.group_user")
        self.source.next_sync_date = fields.Datetime.now() + timedelta(days=1)
        response = self.call(TRIGGER, key=self.create_key(user), method="POST")
        self.assertEqual(response.json(), {"success": True, "message": "Odoo sync started in background"})
        self.assertLessEqual(self.source.next_sync_date, fields.Datetime.now())
        cron = self.env.ref("external_order_sync.ir_cron_odoo_sync")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self.source.active = False
        self.assertProblem(self.call(TRIGGER, key=self.create_key(user), method="POST"), 503)
