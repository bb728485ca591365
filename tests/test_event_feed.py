from urllib.parse import urlencode

import jsonschema_rs
from odoo.tests import new_test_user
from odoo.tools import SQL

from ..controllers.openapi import openapi_document
from ..models.events.external_event import LOG_DAYS
from .api_common import ApiCase

EVENTS = "/api/events"


class TestEventFeed(ApiCase):
    """GET /api/events: a log that each caller reads with their own rights."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param(LOG_DAYS, "7")

    def read_events(self, key=None, **query):
        self.env.cr.flush()
        return self.get(f"{EVENTS}?{urlencode(query)}", key=key)

    def types(self, **query):
        return [event["type"] for event in self.read_events(**query)["events"]]

    def set_age(self, seq, days):
        self.env.cr.execute(
            SQL("UPDATE external_event SET date = date - %s * interval '1 day' WHERE seq <= %s", days, seq)
        )

    def test_a_transfer_is_ready_and_done_and_another_cancelled(self):
        start = self.read_events()["next"]
        picking = self.create_assigned_picking()
        self.assertEqual(self.types(after=start, types="picking.assigned"), ["picking.assigned"])
        picking.button_validate()
        other = self.create_picking()
        other.action_cancel()
        events = self.read_events(after=start, types="picking.assigned,picking.done,picking.cancelled")["events"]
        self.assertEqual(
            [(event["type"], event["data"]["picking_id"]) for event in events],
            [("picking.assigned", picking.id), ("picking.done", picking.id), ("picking.cancelled", other.id)],
        )
        self.assertEqual(sorted(event["seq"] for event in events), [event["seq"] for event in events])
        document = openapi_document()["paths"][EVENTS]["get"]["responses"]["200"]["content"]
        jsonschema_rs.validate(document["application/json"]["schema"], self.read_events(), validate_formats=True)
        self.assertIn("text/event-stream", document)

    def test_stock_that_changes(self):
        start = self.read_events()["next"]
        self.put(self.product, 5)
        [event] = self.read_events(after=start, types="stock.changed")["events"]
        self.assertEqual((event["data"]["product_id"], event["data"]["available_quantity"]), (self.product.id, 5.0))
        self.create_demand((self.product, 2))
        [event] = self.read_events(after=event["seq"], types="stock.changed")["events"]
        data = event["data"]
        self.assertEqual((data["quantity"], data["reserved_quantity"], data["available_quantity"]), (5.0, 2.0, 3.0))

    def test_pages_continue_where_the_last_one_ended(self):
        start = self.read_events()["next"]
        for _number in range(5):
            self.create_picking().action_cancel()
        everything = self.read_events(after=start)["events"]
        self.assertEqual(len(everything), 5)
        paged, after = [], start
        while page := self.read_events(after=after, limit=2)["events"]:
            self.assertLessEqual(len(page), 2)
            paged += page
            after = page[-1]["seq"]
        self.assertEqual(paged, everything)
        self.assertEqual(self.read_events(after=start, types="shipment.error")["next"], everything[-1]["seq"])

    def test_only_events_of_what_the_caller_may_read(self):
        start = self.read_events()["next"]
        stranger = self.create_key(self.create_user("api_stranger", "stock.group_stock_user", self.other_company))
        employee = self.create_key(self.create_user("api_employee", ""))
        self.create_assigned_picking()
        mine = self.read_events(after=start)
        self.assertEqual({event["type"] for event in mine["events"]}, {"picking.assigned", "stock.changed"})
        page = self.read_events(after=start, key=stranger)
        self.assertEqual((page["events"], page["next"]), ([], mine["next"]))
        # Every employee may read quantities in Odoo, but not transfers.
        page = self.read_events(after=start, key=employee)
        self.assertEqual([event["type"] for event in page["events"]], ["stock.changed"])
        shared = self.create_product("Shared", company_id=False)
        self.put(shared, 1)
        self.assertFalse(self.read_events(after=start, key=stranger)["events"])
        self.assertProblem(self.call(EVENTS, key=False), 401)
        # A customer of the portal may read transfers of the own orders, but not how much happens here.
        customer = new_test_user(self.env, "api_customer", groups="base.group_portal")
        self.assertProblem(self.call(EVENTS, key=self.create_key(customer)), 403)

    def test_without_a_log_there_is_no_answer_that_looks_complete(self):
        self.env["ir.config_parameter"].set_param(LOG_DAYS, "0")
        self.assertRefused(self.call(EVENTS), "no_log")

    def test_a_reader_who_would_miss_events_is_told(self):
        self.read_events()
        for _number in range(3):
            self.create_picking().action_cancel()
        events = self.read_events()["events"]
        self.set_age(events[-2]["seq"], 8)
        self.env["external.event"]._gc_events()
        deleted = events[-2]["seq"]
        problem = self.assertRefused(self.call(f"{EVENTS}?after={deleted - 1}"), "log_incomplete", 410)
        self.assertEqual(problem["after"], deleted)
        self.assertEqual(self.read_events(after=problem["after"])["events"], events[-1:])
        self.assertRefused(self.call(f"{EVENTS}?after={events[-1]['seq'] + 1}"), "log_incomplete", 410)
        self.assertEqual(self.read_events()["events"], events[-1:])

    def test_a_log_that_was_off_does_not_continue_where_it_was(self):
        self.create_picking().action_cancel()
        after = self.read_events()["next"]
        settings = self.env["res.config.settings"]
        settings.create({"external_event_log_days": 0}).execute()
        self.create_picking().action_cancel()
        self.env.cr.flush()
        settings.create({"external_event_log_days": 7}).execute()
        self.assertEqual(self.read_events(after=after)["events"], [])
        self.create_picking().action_cancel()
        self.assertEqual(len(self.read_events(after=after)["events"]), 1)

    def test_the_first_page_does_not_begin_before_the_log(self):
        settings = self.env["res.config.settings"]
        settings.create({"external_event_log_days": 0}).execute()
        [kind] = self.env["external.event.type"].search([("name", "=", "picking.cancelled")])
        self.env["external.event.subscription"].create(
            {"name": "Subscriber", "url": "https://example.com/events", "type_ids": kind, "company_id": self.company.id}
        )
        self.create_picking().action_cancel()
        self.create_picking().action_cancel()
        self.env.cr.flush()
        settings.create({"external_event_log_days": 7}).execute()
        page = self.read_events(limit=1)
        self.assertEqual(page["events"], [])
        self.create_picking().action_cancel()
        self.assertEqual(len(self.read_events(after=page["next"])["events"]), 1)
        self.assertEqual(len(self.read_events(after=0)["events"]), 1)

    def test_wrong_parameters(self):
        for query in ("after=-1", "after=x", "wait=61", "types=order.lost", "limit=0"):
            with self.subTest(query):
                self.assertProblem(self.call(f"{EVENTS}?{query}"), 400)
        self.assertProblem(self.call(EVENTS, Last_Event_ID="x"), 400)

    def test_only_some_clients_wait_at_once(self):
        self.env["ir.config_parameter"].set_param("external_order_sync.event_waits", "0")
        response = self.call(f"{EVENTS}?wait=1")
        self.assertProblem(response, 503)
        self.assertTrue(response.headers["Retry-After"])
        self.assertIn("events", self.read_events())
