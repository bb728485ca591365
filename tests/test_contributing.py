import json
import re
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from odoo.orm.model_classes import add_to_registry
from odoo.orm.models import MetaModel
from odoo.tests import TransactionCase

from .common import ExternalOrderCase
from .shipment_common import ShipmentCase

CONTRIBUTING = Path(__file__).parents[1] / "CONTRIBUTING.md"
EXAMPLE = r"```python\n# {path}.*\n((?s:.*?))```"


class ExampleCase(TransactionCase):
    """Loads the example addons of CONTRIBUTING.md, which readers copy, so they have to work."""

    @classmethod
    def load_example(cls, path, model_name):
        """Extend a model by the class in a code block, until the tests of the class are over."""
        [code] = re.findall(EXAMPLE.format(path=re.escape(path)), CONTRIBUTING.read_text())
        addon = path.partition("/")[0]
        cls.addClassCleanup(MetaModel._module_to_models__.pop, addon)
        exec(compile(code, path, "exec"), {"__name__": f"odoo.addons.{addon}.models"})
        [definition] = MetaModel._module_to_models__[addon]
        model = cls.registry[model_name]
        cls.addClassCleanup(cls.registry._setup_models__, cls.cr, [model_name])
        cls.addClassCleanup(setattr, model, "_base_classes__", model._base_classes__)
        add_to_registry(cls.registry, definition)
        cls.registry._setup_models__(cls.cr, [])
        cls.registry.init_models(cls.cr, [model_name], {"module": addon}, install=False)


class TestPaymentRule(ExampleCase, ExternalOrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.load_example("wallet_payments/models/external_payment_matching.py", "external.payment.matching")
        cls.wallet = cls.create_payment_method("Wallet", "bank")
        cls.pos_config.payment_method_ids |= cls.wallet

    def test_the_rule_decides_and_all_others_still_do(self):
        card_types = ("WALLET-4711", "Cash", "Card")
        self.synchronize(
            *[self.order(i, CheckoutDetails=[self.payment(92.0, name, 9)]) for i, name in enumerate(card_types)]
        )
        methods = [self.inbox(number).pos_order_id.payment_ids.payment_method_id for number in range(3)]
        self.assertEqual(methods, [self.wallet, self.cash, self.card])
        self.assertFalse(self.inbox(0).warnings)

    def test_a_mapping_goes_before_the_rule(self):
        self.env["external.payment.mapping"].create({"card_type": "Wallet-1", "payment_method_id": self.card.id})
        order = self.import_order(CheckoutDetails=[self.payment(92.0, "WALLET-1", 9)])
        self.assertEqual(order.pos_order_id.payment_ids.payment_method_id, self.card)


class TestCourier(ExampleCase, ShipmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.load_example("pigeon_post/models/delivery_carrier.py", "delivery.carrier")
        cls.flights = {}  # by our reference
        cls.answers = []  # what the next requests for a flight get instead: a status, or None for no answer at all
        cls.pigeons = cls.create_carrier("pigeon", pigeon_url=cls.enterClassContext(cls.dovecote()))

    def setUp(self):
        super().setUp()
        self.flights.clear()
        self.answers.clear()

    @classmethod
    @contextmanager
    def dovecote(cls):
        """Serve the courier's orders, and yield the address."""

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = cls.answers.pop(0) if cls.answers else 200
                if status in (200, None):
                    number = f"PIGEON{len(cls.flights) + 1}"
                    cls.flights[self.path] = {"price": 4.2, "number": number, **order}
                self.answer(status)

            def do_GET(self):
                self.answer(200 if self.path in cls.flights else 404)

            def answer(self, status):
                if status is None:
                    return
                body = json.dumps(cls.flights[self.path]).encode() if status == 200 else b"too heavy"
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args):
                """Stay quiet."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()

    def send(self, *answers):
        self.answers[:] = answers
        shipment = self.request_shipment(provider_code="pigeon")
        self.work()
        return shipment

    def test_a_parcel_is_sent_and_shows_where_it_is(self):
        shipment = self.send()
        self.assertEqual((shipment.state, shipment.tracking_number), ("shipped", "PIGEON1"))
        self.assertEqual(self.flights[f"/{shipment.reference}"]["city"], "Dresden")
        self.assertEqual(shipment.picking_id.carrier_price, 4.2)
        self.assertEqual(shipment.tracking_url, "https://pigeons.example/PIGEON1")

    def test_validate_leaves_it_to_the_queue(self):
        picking = self.create_picking(carrier_id=self.pigeons.id)
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertFalse(self.flights)
        self.work()
        self.assertEqual((picking.carrier_tracking_ref, len(self.flights)), ("PIGEON1", 1))

    def test_what_is_refused_is_an_error_with_the_reason(self):
        shipment = self.send(422)
        self.assertEqual((shipment.state, shipment.error_message), ("error", "The pigeons refuse: too heavy"))
        self.assertFalse(shipment.outcome_unknown)

    def test_what_passes_is_tried_again(self):
        shipment = self.send(503)
        self.assertEqual((shipment.state, shipment.error_message), ("pending", "The pigeons rest."))
        self.make_due(shipment)
        self.work()
        self.assertEqual(shipment.state, "shipped")

    def test_a_lost_answer_is_looked_up_and_nothing_is_sent_twice(self):
        shipment = self.send(None)
        self.assertEqual((shipment.state, shipment.outcome_unknown), ("pending", True))
        self.make_due(shipment)
        self.work()
        self.assertEqual((shipment.state, shipment.tracking_number, len(self.flights)), ("shipped", "PIGEON1", 1))
