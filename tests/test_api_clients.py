import psycopg2
from odoo import fields
from odoo.exceptions import LockError, UserError
from odoo.tests import BaseCase

from ..controllers.api_problem import problem_of
from ..courier_exceptions import ShipmentBusy, ShipmentConflict
from .api_common import PICKINGS, STATUS
from .api_delivery_common import SHIPMENTS, DeliveryApiCase

CARRIERS = "/api/delivery/carriers"
CONFIG = "/api/delivery/config"
HISTORY = "/api/delivery/sync/history"


class TestPassingTrouble(BaseCase):
    """A handheld discards writes that are answered with a 4xx, so a temporary problem is a 503."""

    def caused_by(self, cause):
        error = UserError("The operation cannot be completed.")
        error.__cause__ = cause
        return error

    def test_what_passes_is_503_with_the_time_to_wait(self):
        for error in (
            LockError("locked"),
            psycopg2.errors.SerializationFailure(),
            psycopg2.errors.LockNotAvailable(),
            psycopg2.errors.DeadlockDetected(),
            self.caused_by(psycopg2.errors.SerializationFailure()),
            ShipmentBusy("The courier is being contacted."),
        ):
            with self.subTest(type(error).__name__):
                problem = problem_of(error)
                self.assertEqual(problem.code, 503)
                self.assertGreater(int(problem.all_headers()["Retry-After"]), 0)

    def test_what_stays_wrong_is_409(self):
        for error in (ShipmentConflict("Delivered."), self.caused_by(psycopg2.errors.ForeignKeyViolation())):
            self.assertEqual(problem_of(error).code, 409)
        self.assertEqual(problem_of(error).members["code"], "refused")


class TestClients(DeliveryApiCase):
    """The earlier service's web page and handheld: what they request, and which keys they read."""

    def test_an_error_is_also_under_the_name_that_clients_read(self):
        for response, status in (
            (self.call(PICKINGS, key="wrong"), 401),
            (self.call(f"{PICKINGS}?state=shipped"), 400),
            (self.call(f"{PICKINGS}/0"), 404),
            (self.post({"picking_id": 0, "provider_code": "opal"}), 422),
        ):
            problem = self.assertProblem(response, status)
            self.assertEqual(problem["error"], problem["detail"])

    def test_the_web_page_loads_its_addresses(self):
        for path in (STATUS, PICKINGS, SHIPMENTS, CARRIERS, CONFIG, HISTORY):
            with self.subTest(path):
                self.get(f"{path}?_=1700000000")

    def test_carriers(self):
        mine = self.get(CARRIERS)[0]
        expected = {"id": self.carrier.id, "name": "OPAL", "provider_code": "opal", "configured": True}
        self.assertEqual(mine, expected)
        self.carrier.opal_password = False
        self.env.flush_all()
        self.assertFalse(self.get(CARRIERS)[0]["configured"])
        outsider = self.create_key(self.create_user("api_outsider", "stock.group_stock_user", self.other_company))
        self.assertNotIn(self.carrier.id, [carrier["id"] for carrier in self.get(CARRIERS, key=outsider)])
        nobody = self.create_key(self.create_user("api_nobody", ""))
        self.assertProblem(self.call(CARRIERS, key=nobody), 403)

    def test_config(self):
        self.env["delivery.carrier"].search([]).active = False
        self.carrier.active = True
        self.env.flush_all()
        told = self.get(CONFIG)
        self.assertEqual(told, {"configured": True, "default_provider_code": "opal", "providers": ["opal"]})
        self.carrier.opal_username = False
        self.env.flush_all()
        self.assertEqual(self.get(CONFIG), {"configured": False, "default_provider_code": None, "providers": []})
        self.assertNotIn("password", self.call(CONFIG).text)

    def test_history(self):
        source = self.env["odoo.sync.source"].create(
            {"name": "Far", "code": "far", "url": "https://far.example", "database": "db", "login": "me"}
        )
        run = self.env["odoo.sync.run"].create(
            {"source_id": source.id, "status": "unreachable", "message": "No answer.", "date_start": "2026-01-16 10:00"}
        )
        run.date_end = fields.Datetime.to_datetime("2026-01-16 10:00:04")
        self.env.flush_all()
        [told] = [entry for entry in self.get(HISTORY) if entry["kind"] == "mirror" and entry["name"] == "Far"]
        self.assertEqual(
            told,
            {
                "id": run.id,
                "kind": "mirror",
                "name": "Far",
                "status": "unreachable",
                "started": "2026-01-16T10:00:00Z",
                "ended": "2026-01-16T10:00:04Z",
                "message": "No answer.",
            },
        )
        self.assertLessEqual(len(self.get(f"{HISTORY}?limit=1")), 1)
        self.assertProblem(self.call(f"{HISTORY}?limit=0"), 400)
        nobody = self.create_key(self.create_user("api_nobody", ""))
        self.assertEqual(self.get(HISTORY, key=nobody), [])

    def test_a_shipment_asked_for_in_the_page_s_spelling(self):
        picking = self.create_ready_picking()
        response = self.post({"pickingId": picking.id, "providerCode": "opal"})
        self.assertEqual(response.status_code, 201, response.text)
        told = response.json()
        self.assertEqual((told["picking_id"], told["status"]), (picking.id, "pending"))
        both = {"pickingId": picking.id, "picking_id": picking.id, "provider_code": "opal"}
        self.assertProblem(self.post(both), 422)

    def test_what_the_page_reads_of_a_shipment(self):
        picking = self.create_ready_picking()
        told = self.ask(picking)
        shipment = self.env["external.shipment"].search([("picking_id", "=", picking.id)])
        self.assertEqual((told["id"], told["carrier_price"], told["label_url"]), (shipment.id, None, None))
        self.work()
        shipment.exact_price = 12.5
        label = self.env["ir.attachment"].create(
            {"name": "LabelShipping-opal-1.pdf", "res_model": "stock.picking", "res_id": picking.id, "raw": b"%PDF"}
        )
        self.env.flush_all()
        told = self.shipment(picking)
        self.assertEqual((told["status"], told["carrier_price"]), (told["state"], 12.5))
        self.assertTrue(told["label_url"].endswith(f"/web/content/{label.id}?download=1"))

    def test_the_page_takes_a_delivery_from_the_list_to_its_tracking_number(self):
        picking = self.create_ready_picking()
        for path in (STATUS, CARRIERS, CONFIG, HISTORY):
            self.get(path)
        listed = self.get(f"{PICKINGS}?state=assigned&limit=1000&_=1700000000")
        [chosen] = [entry for entry in listed if entry["id"] == picking.id]
        opened = self.get(f"{PICKINGS}/{chosen['id']}")
        self.assertEqual(opened["picking"]["name"], picking.name)
        self.assertTrue(opened["move_lines"])
        provider = self.get(CONFIG)["default_provider_code"] or self.get(CARRIERS)[0]["provider_code"]
        asked = self.post({"pickingId": chosen["id"], "providerCode": provider})
        self.assertEqual(asked.status_code, 201, asked.text)
        # A second click, before anything has happened.
        again = self.post({"pickingId": chosen["id"], "providerCode": provider})
        self.assertEqual((again.status_code, again.json()["id"]), (200, asked.json()["id"]))
        self.work()
        shown = self.get(f"{SHIPMENTS}/{chosen['id']}")
        self.assertEqual((shown["status"], shown["error"]), ("shipped", None))
        self.assertTrue(shown["tracking_number"])
