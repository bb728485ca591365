from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
from odoo.fields import Command

from ..tools import bounded_count
from .api_common import OPENAPI
from .api_delivery_common import SHIPMENTS, DeliveryApiCase
from .explaining import statements


class TestApiDelivery(DeliveryApiCase):
    def test_the_way_of_a_shipment(self):
        picking = self.create_ready_picking()
        created = self.ask(picking)
        self.assertEqual((created["picking_id"], created["provider_code"]), (picking.id, "opal"))
        self.assertEqual((created["state"], created["tracking_number"], created["events"]), ("pending", None, []))
        self.assertEqual(self.shipment(picking), created)
        self.work()
        shipped = self.shipment(picking)
        number = self.courier.orders[0].tracking_number
        self.assertEqual((shipped["state"], shipped["tracking_number"]), ("shipped", number))
        self.assertEqual(shipped["tracking_url"], f"https://tracking.example/{number}")
        self.assertRegex(shipped["shipped"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.courier.book.report(number, "Zugestellt", "E. Müller", datetime(2026, 1, 17, 14, 5))
        self.env["external.shipment"].search([("picking_id", "=", picking.id)]).action_update_status()
        self.env.flush_all()
        delivered = self.shipment(picking)
        self.assertEqual((delivered["state"], delivered["delivered"]), ("delivered", "2026-01-17T13:05:00Z"))
        self.assertEqual(
            delivered["events"],
            [{"date": "2026-01-17T13:05:00Z", "kind": "delivered", "status": "Zugestellt", "details": "E. Müller"}],
        )

    def test_location_of_the_new_shipment(self):
        picking = self.create_ready_picking()
        response = self.post({"picking_id": picking.id, "provider_code": "opal"})
        self.assertEqual(response.headers["Location"], f"{SHIPMENTS}/{picking.id}")

    def test_asking_again_answers_200_with_the_same(self):
        picking = self.create_ready_picking()
        created = self.ask(picking)
        self.assertEqual(self.ask(picking, status=200), created)
        self.work()
        self.assertEqual(self.ask(picking, status=200)["state"], "shipped")
        self.work()
        self.assertEqual(len(self.courier.orders), 1)

    def test_an_incomplete_address_is_the_shipments_error(self):
        self.partner.zip = False
        picking = self.create_ready_picking()
        self.ask(picking)
        self.work()
        told = self.shipment(picking)
        self.assertEqual(told["state"], "error")
        self.assertIn("ZIP code of the receiver", told["error"])
        self.partner.zip = "01067"
        self.assertEqual(self.ask(picking, status=200)["state"], "pending")
        self.work()
        self.assertEqual(self.shipment(picking)["state"], "shipped")

    def test_refusals(self):
        ready, draft = self.create_ready_picking(), self.create_picking()
        done = self.create_ready_picking()
        done.move_ids.picked = True
        done.button_validate()
        for body, status in (
            ({"picking_id": 2**31 - 1, "provider_code": "opal"}, 404),
            ({"picking_id": draft.id, "provider_code": "opal"}, 409),
            ({"picking_id": done.id, "provider_code": "opal"}, 409),
            ({"picking_id": ready.id, "provider_code": "unheard-of"}, 422),
            ({"picking_id": ready.id, "provider_code": ""}, 422),
            ({"picking_id": str(ready.id), "provider_code": "opal"}, 422),
            ({"picking_id": True, "provider_code": "opal"}, 422),
            ({"picking_id": -1, "provider_code": "opal"}, 422),
            ({"picking_id": ready.id}, 422),
            ({"provider_code": "opal"}, 422),
            ({"picking_id": ready.id, "provider_code": "opal", "more": 1}, 422),
            ([], 422),
            (None, 422),
            ("", 400),
            ("{", 400),
            ('{"picking_id": NaN}', 400),
        ):
            with self.subTest(body=body):
                self.assertProblem(self.post(body), status)
        self.assertProblem(self.post({}, content_type="text/plain"), 415)
        self.assertFalse(self.env["external.shipment"].search([("company_id", "=", self.company.id)]))

    def test_another_provider_for_the_same_transfer(self):
        self.carrier.copy({"delivery_type": "fixed", "name": "By Hand"})
        picking = self.create_ready_picking()
        self.ask(picking)
        problem = self.assertProblem(self.post({"picking_id": picking.id, "provider_code": "fixed"}), 409)
        self.assertIn("opal", problem["detail"])

    def test_any_installed_provider(self):
        self.carrier.copy({"delivery_type": "fixed", "name": "By Hand"})
        picking = self.create_ready_picking()
        self.assertEqual(self.ask(picking, "fixed")["provider_code"], "fixed")
        self.work()
        self.assertEqual(self.shipment(picking)["state"], "shipped")

    def test_list(self):
        pickings = [self.create_ready_picking() for _number in range(5)]
        for picking in pickings:
            self.ask(picking)
        self.env["external.shipment"].search([("picking_id", "=", pickings[0].id)]).action_cancel()
        self.env.flush_all()
        newest_first = [picking.id for picking in reversed(pickings)]

        def ids(told):
            return [shipment["picking_id"] for shipment in told]

        self.assertEqual(ids(self.get(SHIPMENTS)), newest_first)
        self.assertEqual(ids(self.get(f"{SHIPMENTS}?state=cancelled")), [pickings[0].id])
        self.assertEqual(ids(self.get(f"{SHIPMENTS}?state=cancelled,pending")), newest_first)
        self.assertEqual(self.get(f"{SHIPMENTS}?state=delivered"), [])
        walked, path = [], f"{SHIPMENTS}?limit=2&state=pending"
        while path:
            response = self.call(path)
            self.assertEqual(response.headers["X-Total-Count"], "4")
            walked += ids(response.json())
            path = response.links.get("next", {}).get("url")
        self.assertEqual(walked, newest_first[:-1])
        for query in ("state=open", "limit=0", "limit=1001", "cursor=x"):
            self.assertProblem(self.call(f"{SHIPMENTS}?{query}"), 400)

    def test_not_modified(self):
        picking = self.create_ready_picking()
        self.ask(picking)
        for path in (SHIPMENTS, f"{SHIPMENTS}/{picking.id}"):
            etag = self.call(path).headers["ETag"]
            self.assertEqual(self.call(path, If_None_Match=etag).status_code, 304)
        self.work()
        self.assertEqual(self.call(f"{SHIPMENTS}/{picking.id}", If_None_Match=etag).status_code, 200)

    def test_cancel_and_retry(self):
        picking = self.create_ready_picking()
        self.ask(picking)
        self.work()
        response = self.post("", f"{SHIPMENTS}/{picking.id}/cancel")
        self.assertEqual((response.status_code, response.json()["state"]), (200, "cancelled"))
        self.assertEqual(self.courier.orders[0].status, "Storniert")
        self.assertEqual(self.ask(picking, status=200)["state"], "cancelled")
        response = self.post("", f"{SHIPMENTS}/{picking.id}/retry")
        self.assertEqual((response.status_code, response.json()["state"]), (200, "pending"))
        self.work()
        self.assertProblem(self.post("", f"{SHIPMENTS}/{picking.id}/retry"), 409)
        self.courier.book.report(self.courier.orders[1].tracking_number, "Abgeholt")
        self.assertProblem(self.post("", f"{SHIPMENTS}/{picking.id}/cancel"), 409)
        self.courier.faults.add("error", page="start", status=503)
        self.assertProblem(self.post("", f"{SHIPMENTS}/{picking.id}/cancel"), 503)
        self.assertEqual(self.shipment(picking)["state"], "shipped")

    def test_what_there_is_not(self):
        picking = self.create_ready_picking()
        for path in (f"{SHIPMENTS}/{picking.id}", f"{SHIPMENTS}/0", f"{SHIPMENTS}/x"):
            self.assertProblem(self.call(path), 404)
        self.assertProblem(self.post("", f"{SHIPMENTS}/{picking.id}/cancel"), 404)
        self.assertProblem(self.post("", f"{SHIPMENTS}/{picking.id}/retry"), 404)

    def test_rights(self):
        picking = self.create_ready_picking()
        body = {"picking_id": picking.id, "provider_code": "opal"}
        outsider = self.create_key(self.create_user("api_outsider", "stock.group_stock_user", self.other_company))
        nobody = self.create_key(self.create_user("api_nobody", ""))
        self.assertProblem(self.post(body, key="wrong"), 401)
        self.assertProblem(self.post(body, key=nobody), 403)
        self.assertProblem(self.post(body, key=outsider), 404)
        self.ask(picking)
        self.assertProblem(self.call(f"{SHIPMENTS}/{picking.id}", key=outsider), 404)
        self.assertProblem(self.call(SHIPMENTS, key=nobody), 403)
        self.assertEqual(self.get(SHIPMENTS, key=outsider), [])
        self.assertProblem(self.post("", f"{SHIPMENTS}/{picking.id}/cancel", key=outsider), 404)

    def test_record_rules_of_transfers(self):
        picking = self.create_ready_picking()
        self.ask(picking)
        self.env["ir.rule"].create(
            {
                "name": "no transfer at all",
                "model_id": self.env["ir.model"]._get("stock.picking").id,
                "domain_force": "[('id', '=', 0)]",
                "groups": [(4, self.env.ref("stock.group_stock_user").id)],
            }
        )
        self.env.flush_all()
        self.assertEqual(self.get(SHIPMENTS), [])
        self.assertProblem(self.call(f"{SHIPMENTS}/{picking.id}"), 404)

    def test_answers_fit_the_document(self):
        picking = self.create_ready_picking()
        paths = self.get(OPENAPI)["paths"]

        def check(response, path, method):
            replies = paths[path][method]["responses"]
            self.assertIn(str(response.status_code), replies)
            schema = replies[str(response.status_code)]["content"]["application/json"]["schema"]
            jsonschema_rs.validate(schema, response.json(), validate_formats=True)

        body = {"picking_id": picking.id, "provider_code": "opal"}
        check(self.post(body), SHIPMENTS, "post")
        self.work()
        self.courier.book.report(self.courier.orders[0].tracking_number, "AKTIV")
        self.env["external.shipment"].search([("picking_id", "=", picking.id)]).action_update_status()
        self.env.flush_all()
        check(self.post(body), SHIPMENTS, "post")
        check(self.call(SHIPMENTS), SHIPMENTS, "get")
        check(self.call(f"{SHIPMENTS}/{picking.id}"), f"{SHIPMENTS}/{{picking_id}}", "get")
        check(self.post("", f"{SHIPMENTS}/{picking.id}/cancel"), f"{SHIPMENTS}/{{picking_id}}/cancel", "post")
        check(self.post("", f"{SHIPMENTS}/{picking.id}/retry"), f"{SHIPMENTS}/{{picking_id}}/retry", "post")

    def test_a_page_takes_the_same_statements_for_any_number_of_shipments(self):
        self.ask(self.create_ready_picking())
        self.get(SHIPMENTS)  # fills the caches
        self.env.invalidate_all()
        with statements() as one:
            self.get(SHIPMENTS)
        for _number in range(4):
            self.ask(self.create_ready_picking())
        self.env.flush_all()
        self.env.invalidate_all()
        with statements() as five:
            self.assertEqual(len(self.get(SHIPMENTS)), 5)
        self.assertLessEqual(len(five), len(one))

    def test_a_page_reads_all_its_events_with_one_statement(self):
        events = [("2026-01-16 09:00:00", "Abgeholt", False), ("2026-01-17 09:00:00", "Zugestellt", "E. Müller")]
        for _number in range(3):
            self.ask(self.create_ready_picking())
        for shipment in self.env["external.shipment"].search([], limit=2):
            shipment.event_ids = [
                Command.create({"date": date, "status": status, "details": details}) for date, status, details in events
            ]
        self.env.flush_all()
        self.env.invalidate_all()
        with statements() as executed:
            page = self.get(SHIPMENTS)
        [statement] = [text for text in executed if '"external_shipment_event"' in text]
        # The record rule joins the shipments, of which only those of the page are to be read.
        self.assertIn('"external_shipment_event__shipment_id"."id" = ANY(', statement)
        self.assertIn('"external_shipment_event__shipment_id"."company_id" IN', statement)
        newest_first = [
            {"date": "2026-01-17T09:00:00Z", "kind": "other", "status": "Zugestellt", "details": "E. Müller"},
            {"date": "2026-01-16T09:00:00Z", "kind": "other", "status": "Abgeholt", "details": None},
        ]
        self.assertEqual([shipment["events"] for shipment in page], [newest_first, newest_first, []])

    def test_a_walk_counts_once(self):
        for _number in range(3):
            self.ask(self.create_ready_picking())
        self.env.flush_all()
        for bound, total in ((3, "3"), (2, None)):
            self.patch(bounded_count, "COUNTED_AT_MOST", bound)
            response = self.call(f"{SHIPMENTS}?limit=2")
            self.assertEqual("X-Total-Count-Estimated" in response.headers, not total)
            self.assertEqual(response.headers["X-Total-Count"], total or response.headers["X-Total-Count"])
            with statements() as executed:
                second = self.call(response.links["next"]["url"])
            self.assertFalse([statement for statement in executed if "AS counted" in statement])
            for name in ("X-Total-Count", "X-Total-Count-Estimated"):
                self.assertEqual(second.headers.get(name), response.headers.get(name))
            exact = self.call(response.links["next"]["url"] + "&count=exact")
            self.assertEqual(exact.headers["X-Total-Count"], "3")

    def test_an_altered_cursor_is_refused(self):
        for _number in range(3):
            self.ask(self.create_ready_picking())
        link = self.call(f"{SHIPMENTS}?limit=1&state=pending,error").links["next"]["url"]
        cursor = parse_qs(urlsplit(link).query)["cursor"][0]
        page = f"{SHIPMENTS}?limit=1&cursor={cursor}"
        self.assertEqual(len(self.get(f"{page}&state=error,pending")), 1)
        for query in (
            page,  # of another list
            f"{page}&state=pending",
            f"{SHIPMENTS}?state=pending,error&cursor={cursor[:-1]}{'A' if cursor[-1] != 'A' else 'B'}",
            f"{SHIPMENTS}?state=pending,error&cursor=AQAA{cursor[4:60]}{'x' * 60}",
        ):
            self.assertProblem(self.call(query), 404)
        for text in ("9-9", f"{cursor}%0A"):
            self.assertProblem(self.call(f"{SHIPMENTS}?cursor={text}"), 400)

    def add_label(self, picking, carrier):
        """Attach a label to a transfer, as Odoo does with what a courier sends."""
        return self.env["ir.attachment"].create(
            {
                "name": f"{carrier._get_delivery_label_prefix()}-1.pdf",
                "res_model": "stock.picking",
                "res_id": picking.id,
                "raw": b"%PDF",
            }
        )

    def test_a_delivery_method_that_the_user_may_not_see_hides_no_shipment(self):
        picking = self.create_ready_picking()
        self.ask(picking)
        self.work()
        label = self.add_label(picking, picking.carrier_id)
        shown = self.shipment(picking)
        self.assertTrue(shown["tracking_url"])
        self.assertIn(f"/web/content/{label.id}?", shown["label_url"])
        picking.carrier_id.company_id = self.other_company
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.get(SHIPMENTS), [shown])
        self.assertEqual(self.shipment(picking), shown)

    def test_the_labels_of_several_delivery_methods_are_read_at_once(self):
        ours = self.env["external.shipment"]
        for _number in range(3):
            picking = self.create_ready_picking()
            self.ask(picking)
            ours |= ours.search([("picking_id", "=", picking.id)])
        opal, other = (
            ours[0].carrier_id,
            self.env["delivery.carrier"].search([("delivery_type", "=", "fixed")], limit=1),
        )
        ours[1].carrier_id = other
        labels = {
            shipment.picking_id.id: self.add_label(shipment.picking_id, shipment.carrier_id) for shipment in ours[:2]
        }
        self.add_label(ours[0].picking_id, other)  # of another courier than the one who has the parcel
        self.add_label(ours[2].picking_id, other)
        self.env.flush_all()
        self.env.invalidate_all()
        with statements() as executed:
            self.assertEqual(ours._read_labels(), labels)
        self.assertEqual(len([text for text in executed if 'FROM "ir_attachment"' in text]), 1)
        newer = self.add_label(ours[0].picking_id, opal)
        self.assertEqual(ours._read_labels()[ours[0].picking_id.id], newer)

    def test_an_unchanged_page_is_not_counted(self):
        self.ask(self.create_ready_picking())
        etag = self.call(SHIPMENTS).headers["ETag"]
        with statements() as executed:
            response = self.call(SHIPMENTS, If_None_Match=etag)
        self.assertEqual(response.status_code, 304)
        self.assertFalse([statement for statement in executed if "AS counted" in statement])
