import json
from collections.abc import Iterator

from odoo.tests import HttpCase, new_test_user, tagged

from .common import ExternalOrderCase

ORDERS = "/api/orders"
BULK = "/api/v1/webhook/pos-order/bulk"


@tagged("post_install", "-at_install")
class PushCase(ExternalOrderCase, HttpCase):
    """A shop whose orders are sent with the key of a user of External Order Sync."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sync.code = "main-store"
        cls.sender = new_test_user(
            cls.env, "push_sender", groups="external_order_sync.group_user", company_id=cls.company.id
        )
        cls.key = cls.create_key(cls.sender)

    @classmethod
    def create_key(cls, user):
        # sudo: a key without an end
        return cls.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "test", None)

    def send(self, body, path=f"{ORDERS}?sync=main-store", key=None, method="POST", **headers):
        """Return the response.

        :param body: JSON, bytes as they are, or an iterator of chunks
        :param key: the sender's if None, none if False
        """
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers.setdefault("Content-Type", "application/json")
        key = self.key if key is None else key
        if key:
            headers["Authorization"] = f"Bearer {key}"
        data = body if isinstance(body, bytes | Iterator) else json.dumps(body).encode()
        response = self.url_open(path, data=data, headers=headers, method=method, allow_redirects=False)
        self.env.invalidate_all()
        return response

    def half_order(self, number, **values):
        """Return the order with the half of its price."""
        totals = {"AmountTotal": 40.0, "Tax": 6.0, "GrandTotal": 46.0, "AmountPaid": 46.0}
        parts = {"OrderItems": [self.item(price=40.0)], "CheckoutDetails": [self.payment(46.0)]}
        return self.order(number, **totals, **parts, **values)

    def push(self, *orders, wait=None, **options):
        """Send orders, and return the results."""
        if wait:
            options["Prefer"] = f"wait={wait}"
        response = self.send(list(orders), **options)
        self.assertEqual(response.status_code, 200 if wait else 202, response.text)
        return response.json()["results"]

    @staticmethod
    def json_of(order):
        return json.dumps(order).encode()

    def ask(self, order_id, query="?sync=main-store", key=None):
        key = self.key if key is None else key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.url_open(f"{ORDERS}/{order_id}{query}", headers=headers)

    def run_scheduler(self):
        with self.enter_registry_test_mode():
            self.env.ref("external_order_sync.ir_cron_sync_external_orders").method_direct_trigger()
        self.env.invalidate_all()

    def runs(self):
        return self.env["external.order.sync.run"].search([("sync_id", "=", self.sync.id)], order="id")

    def assertProblem(self, response, status, code=None):
        self.assertEqual(response.status_code, status, response.text)
        self.assertEqual(response.headers["Content-Type"], "application/problem+json")
        problem = response.json()
        for inside in ("Traceback", "external_order_push", "odoo.", ".py"):
            self.assertNotIn(inside, response.text)
        if code:
            self.assertEqual(problem["code"], code)
        return problem
