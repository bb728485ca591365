import json
import os
import random
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import SQL

from .own_database import API_KEY, PATIENCE
from .push_server import CODE, PushServerCase

# PUSH_ORDERS=1000 sends so many in each way.
ORDERS = int(os.environ.get("PUSH_ORDERS") or 80)
PAGE = Path(__file__).parents[1] / "docs" / "push.md"
BULK = "/api/v1/webhook/pos-order/bulk"


@tagged("post_install", "-at_install")
class TestPushServer(PushServerCase):
    """Real requests to a real server that imports at the same time."""

    def setUp(self):
        super().setUp()
        # The orders of each test begin where those of the last one ended.
        self.before = self.count()

    def test_the_same_orders_in_three_ways_at_once_are_one_sale_each(self):
        numbers = range(100_000, 100_000 + ORDERS)
        orders = {number: self.order(number, number % 7 + 1) for number in numbers}
        self.feed(orders.values())
        answers = {}

        def send(path, seed, most, **headers):
            chance = random.Random(seed)
            left = list(numbers)
            chance.shuffle(left)
            while left:
                batch, left = left[:most], left[most:]
                batch += chance.sample(list(numbers), 3)  # repeats
                body = [orders[number] for number in batch]
                for _repeat in range(chance.choice((1, 1, 2))):
                    answer = self.send(body, path, **headers)
                    while answer[0] == 503:
                        time.sleep(0.5)
                        answer = self.send(body, path, **headers)
                    answers.setdefault(answer[0], []).append(answer[1])

        def poll():
            for _time in range(3):
                self.client.call("external.order.sync", "action_sync_now", [self.sync])

        self.together(
            poll,
            lambda: send(f"/api/orders?sync={CODE}", 1, 17),
            lambda: send(f"/api/orders?sync={CODE}", 2, 40, Prefer="wait=5"),
            lambda: send(f"{BULK}?sync={CODE}", 3, 25),
        )
        self.assertLessEqual(set(answers), {200, 202}, {status: told[:1] for status, told in answers.items()})
        self.wait_until_imported(self.before + ORDERS, patience=max(90, ORDERS))
        rows = self.client.call(
            "external.order", "search_read",
            [("sync_id", "=", self.sync), ("external_id", "in", [str(number) for number in numbers])],
            ["external_id", "state", "changed", "error_code", "warnings", "pos_order_id"],
        )  # fmt: skip
        self.assertEqual(len(rows), ORDERS)
        self.assertEqual({(row["state"], row["changed"], row["error_code"]) for row in rows}, {("done", False, False)})
        sold = self.client.call(
            "pos.order", "search_read",
            [("source", "=", "external"), ("external_order_number", "in", [str(number) for number in numbers])],
            ["external_order_number", "amount_total", "amount_paid"],
        )  # fmt: skip
        self.assertEqual(
            sorted((int(order["external_order_number"]), round(order["amount_total"], 2)) for order in sold),
            sorted((number, round(order["GrandTotal"], 2)) for number, order in orders.items()),
        )
        self.assertEqual(len({row["pos_order_id"][0] for row in rows}), ORDERS)
        status, answer = self.send([orders[number] for number in numbers][:1000], f"{BULK}?sync={CODE}")
        self.assertEqual((status, answer["data"]["successful"]), (200, min(ORDERS, 1000)))

    def test_while_others_keep_an_order_locked_the_sender_is_asked_to_wait(self):
        self.assertEqual(self.send([self.order(300_000)])[0], 202)
        self.wait_until_imported(self.before + 1)
        bodies = [self.order(300_000, 2), self.order(300_001)]
        log = max(self.folder.glob("server-*.log"), key=lambda path: path.stat().st_mtime)
        logged = len(log.read_text())
        with self.transaction() as cr:
            cr.execute(SQL("SELECT id FROM external_order WHERE external_id = '300000' FOR UPDATE"))
            start = time.monotonic()
            for path in (f"/api/orders?sync={CODE}", f"{BULK}?sync={CODE}"):
                request = urllib.request.Request(
                    self.url + path, json.dumps(bodies).encode(),
                    {"X-API-Key": API_KEY, "Content-Type": "application/json"},
                )  # fmt: skip
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(request, timeout=PATIENCE)
                with refused.exception as answer:
                    self.assertEqual((answer.code, answer.headers["Retry-After"]), (503, "5"))
            self.assertLess(time.monotonic() - start, 40)
        self.assertEqual(self.count(external_id="300001"), 0)
        # A conflict is repeated, and the statement that Odoo would log contains whole orders.
        self.assertNotRegex(log.read_text()[logged:], "ERROR|CheckoutDetails")
        self.assertEqual(self.send(bodies)[0], 202)
        self.wait_until_imported(self.before + 2)

    def test_what_was_answered_survives_a_killed_server(self):
        accepted = []
        for number in range(200_000, 200_003):
            status, _answer = self.send([self.order(number * 10 + place) for place in range(5)])
            self.assertEqual(status, 202)
            self.kill_server()
            accepted += range(5)
            self.start_server()
        self.wait_until_imported(self.before + len(accepted))

    def test_what_the_page_shows_works(self):
        text = PAGE.read_text()
        send, wait, ask, hmac_signed, bulk = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
        [python] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        self.assertIn('"state": "pending"', self.shell(send))
        self.assertRegex(self.shell(wait), '"state": "done"')
        self.wait_until_imported(self.before + 2)
        self.assertRegex(self.shell(ask), '"order_id": "639".*"state": "done".*"amount_total": 92.0')
        self.assertIn('"successful": 1', self.shell(bulk))
        call = self.client.call
        signed = self.create_sync("Signed Store", push_signature="hmac_hex", push_signature_header="X-Signature")
        secret = "a secret of the shop system"
        self.set_secret(signed, secret)
        self.assertIn('"order_id": "641"', self.shell(hmac_signed, SECRET=secret))
        call("external.order.sync", "write", [signed], {"push_signature": "standard_webhooks"})
        secret = call("external.order.push.secret.new", "default_get", ["secret"])["secret"]
        self.set_secret(signed, secret)
        program = (
            "import base64, hmac, os, time, uuid, requests\n"
            f"SECRET, body = os.environ['SECRET'], '[{{\"OrderID\": 643}}]'\n{python}"
            f"answer = requests.post('{self.url}/api/orders?sync=signed-store', body.encode(), headers=headers)\n"
            "print(answer.status_code, answer.text)\n"
        )
        answer = subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "SECRET": secret},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        self.assertIn("202", answer.stdout)
        call("external.order.sync", "write", [signed], {"active": False})

    def set_secret(self, sync, secret):
        new = self.client.call("external.order.push.secret.new", "create", {"sync_id": sync, "secret": secret})
        self.client.call("external.order.push.secret.new", "action_use", [new])

    def shell(self, script, **variables):
        """Run commands of the page against this server; return what they print."""
        script = script.replace("https://odoo.example.com", self.url).replace("curl ", "curl -sS --fail-with-body ")
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail"], input=script, env={"KEY": API_KEY, "PATH": "/usr/bin:/bin", **variables},
            capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout
