import copy
import json
import threading
import time
import urllib.error
import urllib.request

from odoo.fields import Command

from ..dev.stand_ins.shop import ShopServer
from .own_database import API_KEY, PATIENCE, OwnDatabaseCase

SHOP_KEY = "push-server-shop"
CODE = "main-store"


class PushServerCase(OwnDatabaseCase):
    """An Odoo server with its scheduler, and a shop that it also asks for orders."""

    DATABASE = "push"
    SCHEDULED = "ir_cron_sync_external_orders"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.enterClassContext(ShopServer(orders=0, api_key=SHOP_KEY))
        cls.start_server()
        call = cls.client.call
        tax = call("account.tax", "create", {"name": "Push 15 %", "amount": 15, "type_tax_use": "sale"})
        product = {"name": "Product Name", "type": "consu", "is_storable": True, "available_in_pos": True}
        cls.product = call("product.product", "create", {**product, "taxes_id": [Command.set([tax])]})
        [cls.pos_config] = call("pos.config", "search", [("company_id", "=", 1)], limit=1)
        cls.sync = cls.create_sync("Main Store", external_api_url=cls.shop.url, external_api_key=SHOP_KEY)

    @classmethod
    def create_sync(cls, name, **values):
        """Return the id of a synchronization that the scheduler does not run by itself."""
        values = {"name": name, "pos_config_id": cls.pos_config, "sync_interval": 100_000, "state": "started", **values}
        return cls.client.call("external.order.sync", "create", values)

    @staticmethod
    def order(number, quantity=1):
        net = 80.0 * quantity
        return {
            "OrderID": number,
            "AmountTotal": net,
            "Tax": net * 0.15,
            "TaxPercent": 15.0,
            "GrandTotal": net * 1.15,
            "OrderItems": [{"ItemID": 0, "ItemName": "Product Name", "Price": 80.0, "Quantity": quantity}],
            "CheckoutDetails": [{"AmountPaid": net * 1.15, "CardType": "Cash", "PaymentMode": 1}],
        }

    def feed(self, orders):
        self.shop.clear()
        for order in orders:
            self.shop.put(copy.deepcopy(order))

    def send(self, body, path=f"/api/orders?sync={CODE}", **headers):
        """Return the status and the answer to a JSON body; None if the server does not answer."""
        headers = {"X-API-Key": API_KEY, "Content-Type": "application/json", **headers}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"{}")

    def together(self, *works):
        """Do all of these at the same time; raise what one of them raised."""
        problems = []

        def guarded(work):
            try:
                work()
            except BaseException as error:
                problems.append(error)

        threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if problems:
            raise problems[0]

    def count(self, **values):
        domain = [("sync_id", "=", self.sync), *((name, "=", value) for name, value in values.items())]
        return self.client.call("external.order", "search_count", domain)

    def wait_until_imported(self, count, patience=PATIENCE):
        deadline = time.monotonic() + patience
        while self.count(state="done") < count:
            if time.monotonic() > deadline:
                logs = "\n".join(path.read_text()[-3000:] for path in sorted(self.folder.glob("server-*.log")))
                self.fail(
                    f"{self.count(state='done')} of {count} orders were imported; the servers' logs end with:\n{logs}"
                )
            # A scheduler that has just started waits for a minute first.
            with self.autocommitting() as cr:
                cr.execute("SELECT pg_notify('cron_trigger', %s)", (self.database,))
            time.sleep(0.2)
