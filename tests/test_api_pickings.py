import json
from datetime import datetime, timedelta

from odoo.fields import Datetime
from odoo.tests import TransactionCase, tagged

from ..models.warehouse.warehouse_cursor import decode_cursor, encode_cursor
from ..tools.signed_cursor import BadCursor
from .api_common import PICKINGS, ApiCase

STATES = ["draft", "waiting", "confirmed", "assigned", "done", "cancel"]


class TestApiPickings(ApiCase):
    def test_shape(self):
        partner = self.env["res.partner"].create({"name": "Customer"})
        full = self.create_picking(origin="SO042", priority="1", partner_id=partner.id)
        bare = self.create_picking("2026-01-16 09:08:07")
        bare.flush_recordset()
        self.env.cr.execute("UPDATE stock_picking SET origin = '' WHERE id = %s", [bare.id])
        response = self.call(PICKINGS)
        expected = [
            {
                "id": full.id,
                "name": full.name,
                "state": "draft",
                "location_id": full.location_id.id,
                "location_dest_id": full.location_dest_id.id,
                "scheduled_date": "2026-01-17T10:00:00Z",
                "origin": "SO042",
                "priority": "1",
                "partner_id": partner.id,
                "picking_type_id": full.picking_type_id.id,
                "date_done": None,
            },
            {
                "id": bare.id,
                "name": bare.name,
                "state": "draft",
                "location_id": bare.location_id.id,
                "location_dest_id": bare.location_dest_id.id,
                "scheduled_date": "2026-01-16T09:08:07Z",
                "origin": None,
                "priority": "0",
                "partner_id": None,
                "picking_type_id": bare.picking_type_id.id,
                "date_done": None,
            },
        ]
        self.assertEqual(response.json(), expected)
        self.assertEqual([list(picking) for picking in response.json()], [list(picking) for picking in expected])
        self.assertEqual(response.headers["X-Total-Count"], "2")
        self.assertNotIn("Link", response.headers)

    def test_empty(self):
        response = self.call(PICKINGS)
        self.assertEqual(response.text, "[]")
        self.assertEqual(response.headers["X-Total-Count"], "0")

    def test_state_filter(self):
        draft = self.create_picking()
        assigned = self.create_assigned_picking()
        cancelled = self.create_picking()
        cancelled.action_cancel()
        self.assertEqual(assigned.state, "assigned")
        self.assertEqual(self.get_ids(f"{PICKINGS}?state=assigned"), assigned.ids)
        self.assertEqual(set(self.get_ids(f"{PICKINGS}?state=draft,cancel")), set((draft | cancelled).ids))
        self.assertEqual(self.call(f"{PICKINGS}?state=draft,cancel").headers["X-Total-Count"], "2")
        self.assertEqual(self.get_ids(f"{PICKINGS}?state=done"), [])

    def test_unknown_state_lists_the_six(self):
        for query in ("state=shipped", "state=draft,shipped", "state=draft,", "state=DRAFT"):
            problem = self.assertProblem(self.call(f"{PICKINGS}?{query}"), 400)
            self.assertEqual(problem["allowed"], STATES)
            self.assertIn(", ".join(STATES), problem["detail"])

    def test_bad_parameters(self):
        for query in (
            "limit=0", "limit=1001", "limit=ten", "limit=-1", "limit=1.5", "limit=%D9%A1", "limit=5&limit=6",
            "cursor=abc", "updated_since=yesterday", "updated_since=2026-13-01T00:00:00Z", "state=draft%00",
            "expand=prices", "expand=names,names",
        ):  # fmt: skip
            with self.subTest(query):
                self.assertProblem(self.call(f"{PICKINGS}?{query}"), 400)

    def test_unknown_and_empty_parameters_do_not_count(self):
        picking = self.create_picking()
        for query in ("page=2&debug=1&State=done", "state=&limit=&cursor=&updated_since=&expand=", "_=1700000000"):
            with self.subTest(query):
                self.assertEqual(self.get_ids(f"{PICKINGS}?{query}"), [picking.id])

    def test_order_is_stable(self):
        first, second = self.create_picking("2026-03-01 08:00:00"), self.create_picking("2026-03-01 08:00:00")
        newest, oldest = self.create_picking("2026-03-02 00:00:00"), self.create_picking("2026-01-01 00:00:00")
        dateless = self.create_picking()
        dateless.flush_recordset()
        self.env.cr.execute("UPDATE stock_picking SET scheduled_date = NULL WHERE id = %s", [dateless.id])
        # fractions of a second are not shown, so they must not decide either
        self.env.cr.execute(
            "UPDATE stock_picking SET scheduled_date = scheduled_date + interval '0.5 s' WHERE id = %s", [second.id]
        )
        expected = [newest.id, first.id, second.id, oldest.id, dateless.id]
        self.assertEqual(self.get_ids(), expected)
        self.assertEqual(self.walk(f"{PICKINGS}?limit=1"), expected)
        self.assertIsNone(self.get(PICKINGS)[-1]["scheduled_date"])

    def walk(self, path):
        """Return the ids on all pages, following the links."""
        ids = []
        while path:
            response = self.call(path)
            self.assertEqual(response.status_code, 200, response.text)
            ids += [picking["id"] for picking in response.json()]
            path = response.links.get("next", {}).get("url")
        return ids

    def test_pages(self):
        pickings = [self.create_picking(Datetime.now() - timedelta(hours=hour)) for hour in range(7)]
        cancelled = self.create_picking()
        cancelled.action_cancel()
        path = f"{PICKINGS}?state=draft&limit=3&updated_since=2020-01-01T00:00:00%2B02:00"
        response = self.call(path)
        self.assertEqual(response.headers["X-Total-Count"], "7")
        link = response.links["next"]["url"]
        self.assertIn("state=draft", link)
        self.assertIn("limit=3", link)
        self.assertEqual(self.call(link).headers["X-Total-Count"], "7")
        self.assertEqual(self.walk(path), [picking.id for picking in pickings])
        # a page that is exactly full is the last one
        self.assertEqual(self.walk(f"{PICKINGS}?state=draft&limit=7"), [picking.id for picking in pickings])
        self.assertNotIn("next", self.call(f"{PICKINGS}?state=draft&limit=7").links)

    def test_reschedule_during_a_walk(self):
        pickings = [self.create_picking(f"2026-01-{day} 08:00:00") for day in range(20, 10, -1)]
        pickings[5].scheduled_date = "2026-01-25 08:00:00"  # before the walk: it counts
        expected = [pickings[5], *pickings[:5], *pickings[6:]]
        response = self.call(f"{PICKINGS}?limit=4")
        ids = [picking["id"] for picking in response.json()]
        pickings[0].scheduled_date = "2026-01-01 08:00:00"  # seen, moves behind the end
        pickings[8].scheduled_date = "2026-02-01 08:00:00"  # not seen yet, moves before the beginning
        pickings[9].scheduled_date = "2026-02-02 08:00:00"
        pickings[9].scheduled_date = "2026-01-15 08:30:00"
        self.create_picking("2026-01-30 08:00:00")
        self.env.flush_all()
        ids += self.walk(response.links["next"]["url"])
        self.assertEqual(ids, [picking.id for picking in expected])

    def test_foreign_cursor(self):
        for _number in range(2):
            self.create_picking()
        link = self.call(f"{PICKINGS}?limit=1").links["next"]["url"]
        self.assertEqual(self.call(link).status_code, 200)
        self.assertProblem(self.call(link[:-3] + "AAA"), 404)

    def test_updated_since(self):
        old, new = self.create_picking(), self.create_picking()
        (old | new).flush_recordset()
        self.env.cr.execute("UPDATE stock_picking SET write_date = '2026-01-01 12:00:00' WHERE id = %s", [old.id])
        self.env.cr.execute("UPDATE stock_picking SET write_date = '2026-02-01 12:00:00' WHERE id = %s", [new.id])
        for since, expected in {
            "2026-01-01T12:00:00Z": old | new,
            "2026-01-01T12:00:01Z": new,
            "2026-02-01T12:30:00%2B00:30": new,
            "2026-02-01T12:30:00": self.env["stock.picking"],
        }.items():
            with self.subTest(since):
                self.assertEqual(set(self.get_ids(f"{PICKINGS}?updated_since={since}")), set(expected.ids))

    def test_other_company(self):
        mine = self.create_picking()
        other = self.create_picking(picking_type=self.get_picking_type(self.other_company))
        response = self.call(PICKINGS)
        self.assertEqual([picking["id"] for picking in response.json()], mine.ids)
        self.assertEqual(response.headers["X-Total-Count"], "1")
        self.assertProblem(self.call(f"{PICKINGS}/{other.id}"), 404)
        both = self.create_user("api_both", "stock.group_stock_user", self.company | self.other_company)
        self.assertEqual(set(self.get_ids(key=self.create_key(both))), set((mine | other).ids))

    def test_record_rule(self):
        mine, hidden = self.create_picking(), self.create_picking(priority="1")
        self.env["ir.rule"].create(
            {
                "name": "No urgent ones",
                "model_id": self.env["ir.model"]._get_id("stock.picking"),
                "domain_force": "[('priority', '!=', '1')]",
            }
        )
        response = self.call(PICKINGS)
        self.assertEqual([picking["id"] for picking in response.json()], mine.ids)
        self.assertEqual(response.headers["X-Total-Count"], "1")
        self.assertProblem(self.call(f"{PICKINGS}/{hidden.id}"), 404)

    def test_not_modified(self):
        picking = self.create_assigned_picking()
        path = f"{PICKINGS}?limit=10"
        etag = self.call(path).headers["ETag"]
        for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
            response = self.call(path, If_None_Match=known)
            self.assertEqual((response.status_code, response.content), (304, b""), known)
            self.assertEqual(response.headers["ETag"], etag)
        self.assertEqual(self.call(path, If_None_Match='"other"').status_code, 200)
        # the state is computed, from the moves
        self.env["stock.move"].search([("picking_id", "=", picking.id)])._action_cancel()
        self.env.flush_all()
        response = self.call(path, If_None_Match=etag)
        self.assertEqual((response.status_code, response.json()[0]["state"]), (200, "cancel"))
        self.assertNotEqual(response.headers["ETag"], etag)

    def test_not_modified_until_there_is_a_next_page(self):
        self.create_picking("2026-01-17 10:00:00")
        etag = self.call(f"{PICKINGS}?limit=1").headers["ETag"]
        self.create_picking("2026-01-16 10:00:00")
        response = self.call(f"{PICKINGS}?limit=1", If_None_Match=etag)
        self.assertEqual(response.status_code, 200)
        self.assertIn("next", response.links)
        response = self.call(f"{PICKINGS}?limit=1", If_None_Match=response.headers["ETag"])
        self.assertEqual(response.status_code, 304)
        self.assertIn("next", response.links)


@tagged("post_install", "-at_install")
class TestWarehouseApi(TransactionCase):
    def test_a_list_is_one_statement(self):
        warehouse = self.env["warehouse.api"].with_user(self.env.ref("base.user_admin"))
        cursor = warehouse._read_pickings(limit=1).next_cursor  # fills the caches
        for options in ({}, {"limit": 1000}, {"cursor": cursor}, {"states": ["done"], "updated_since": datetime.min}):
            with self.assertQueryCount(1):
                page = warehouse._read_pickings(**options)
            self.assertIsInstance(json.loads(page.body), list)

    def test_cursor_expires(self):
        warehouse = self.env["warehouse.api"]
        list_of = (self.env, warehouse._get_scope())
        cursor = decode_cursor(*list_of, warehouse._read_pickings(limit=1).next_cursor)
        remaining = cursor.expires - datetime.now().timestamp()
        self.assertAlmostEqual(remaining, timedelta(days=1).total_seconds(), delta=60)
        old = cursor._replace(expires=int(datetime.now().timestamp()) - 1)
        with self.assertRaises(BadCursor):
            decode_cursor(*list_of, encode_cursor(*list_of, old))
        # further pages do not prolong it: reschedules are logged only for a day
        page = warehouse._read_pickings(limit=1, cursor=encode_cursor(*list_of, cursor))
        self.assertEqual(decode_cursor(*list_of, page.next_cursor).expires, cursor.expires)

    def test_reschedules_are_logged_and_forgotten(self):
        Log = self.env["stock.picking.reschedule"]
        picking = self.env["stock.picking"].search([("state", "not in", ("done", "cancel"))], limit=1)
        self.env.flush_all()
        before = picking.scheduled_date
        picking.scheduled_date = before + timedelta(days=3)
        self.env.flush_all()
        log = Log.search([("picking_id", "=", picking.id)], order="id DESC", limit=1)
        self.assertEqual(log.mapped("previous_date"), [before])
        picking.note = "not a new date"
        self.env.flush_all()
        self.assertEqual(Log.search([("picking_id", "=", picking.id)], order="id DESC", limit=1), log)
        log.logged_at = Datetime.now() - timedelta(hours=47)
        Log._gc_reschedules()
        self.assertTrue(log.exists())
        log.logged_at = Datetime.now() - timedelta(hours=49)
        self.env.flush_all()
        Log._gc_reschedules()
        self.assertFalse(log.exists())
