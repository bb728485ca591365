import http.client
import json
import logging
import os
import random
import socket
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

from odoo.tests import tagged
from odoo.tools import SQL

from ..dev.server.log_check import problems
from .api_writes_server import IN_STOCK, WritesServerCase
from .own_database import API_KEY, PATIENCE

_logger = logging.getLogger(__name__)

ROUNDS = int(os.environ.get("API_WRITE_ROUNDS", "5"))
LINES = 60


class Handheld(threading.Thread):
    """A client on a bad network: it sends its messages in any order, some several times, and loses some answers.

    It repeats each message until it has a final answer: any status below 500.
    """

    def __init__(self, url, messages, seed):
        super().__init__()
        self.address = urlsplit(url)
        self.chance = random.Random(seed)
        self.waiting = list(messages)
        self.answers = {}  # msg_id: (status, code)
        self.contradictions = []
        self.cut_off = self.repeated = self.busy = 0
        self.failure = None

    def run(self):
        try:
            self.chance.shuffle(self.waiting)
            while self.waiting:
                self.send_some()
        except Exception as error:
            self.failure = error
            raise

    def send_some(self):
        lot = self.chance.random()
        if lot < 0.2:
            messages = [self.waiting.pop() for _number in range(min(len(self.waiting), self.chance.randint(2, 6)))]
            self.send_batch(messages)
        else:
            self.send_one(self.waiting.pop())
        self.chance.shuffle(self.waiting)

    def send_one(self, message):
        body = {key: value for key, value in message.items() if key not in ("action", "picking_id", "line_id")}
        path = f"/api/odoo/pickings/{message['picking_id']}"
        path += f"/lines/{message['line_id']}/confirm" if message["action"] == "confirm" else "/validate"
        answer = self.post(path, body)
        if answer is None:
            self.waiting.append(message)
        else:
            self.take_answer(message, answer[0], answer[1])

    def send_batch(self, messages):
        answer = self.post("/api/odoo/batch", {"requests": messages})
        if answer is None:
            self.waiting += messages
            return
        assert answer[0] == 200, answer
        for message, result in zip(messages, answer[1]["results"], strict=True):
            assert message["msg_id"] == result["msg_id"]
            self.take_answer(message, result["status"], result["body"])

    def take_answer(self, message, status, body):
        told = (status, (body or {}).get("code"))
        if self.answers.setdefault(message["msg_id"], told) != told:
            self.contradictions.append((message, self.answers[message["msg_id"]], told))
        if self.chance.random() < 0.2:  # it does not believe it
            self.repeated += 1
            self.waiting.append(message)

    def post(self, path, body):
        """Return (status, JSON), or None if there was no answer or no final one."""
        data = json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=PATIENCE)
        with closing(connection):
            fate = self.chance.random()
            connection.putrequest("POST", path)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                connection.putheader(name, value)
            if fate < 0.1:  # cut off before everything is sent
                connection.endheaders()
                connection.send(data[: self.chance.randrange(len(data))])
                self.cut_off += 1
                return None
            connection.endheaders(data)
            if fate < 0.3:  # cut off before the answer is read
                self.cut_off += 1
                time.sleep(self.chance.uniform(0, 0.05))
                connection.sock.shutdown(socket.SHUT_RDWR)
                return None
            response = connection.getresponse()
            text = response.read()
        if response.status == 503:
            self.busy += 1
            time.sleep(self.chance.uniform(0, 0.1))
            return None
        assert response.status < 500, text
        return response.status, json.loads(text)


@tagged("post_install", "-at_install")
class TestApiWritesServer(WritesServerCase):
    """Two handhelds work on one transfer: it ends with exactly what was scanned, each line once."""

    DATABASE = "writes"
    PRODUCTS = LINES

    def run_both(self, *lists_of_messages, seed):
        clients = [Handheld(self.url, messages, f"{seed}/{n}") for n, messages in enumerate(lists_of_messages)]
        for client in clients:
            client.start()
        for client in clients:
            client.join(300)
            self.assertFalse(client.is_alive())
            self.assertIsNone(client.failure)
            self.assertEqual(client.contradictions, [])
        return clients

    def play(self, seed):
        chance = random.Random(seed)
        demands = {product: chance.randint(1, 9) for product in self.products}
        picking, lines = self.create_picking(demands)
        scanned = {
            product: chance.choice((demand, demand, chance.randint(1, demand))) for product, demand in demands.items()
        }
        messages = [
            {"msg_id": f"{seed}/{product}", "action": "confirm", "picking_id": picking, "line_id": lines[product],
             "qty_done": quantity, "scanned_product_barcode": f"PART-{self.products.index(product)}"}
            for product, quantity in scanned.items()
        ]  # fmt: skip
        chance.shuffle(messages)
        both = messages[:6]  # scanned by both clients, with keys of their own
        clients = self.run_both(
            messages[:33],
            [{**message, "msg_id": f"{message['msg_id']}/b"} for message in both] + messages[33:],
            seed=seed,
        )
        for client in clients:
            self.assertEqual(set(client.answers.values()), {(200, None)})
        picked = ("picked", "=", True)
        self.assertEqual(self.read_lines(picking, "quantity", picked), {key: [value] for key, value in scanned.items()})
        rest = {
            product: [demands[product] - scanned[product]] for product in demands if scanned[product] < demands[product]
        }
        self.assertEqual(self.read_lines(picking, "quantity", ("picked", "=", False)), rest)

        # Both validate it, and late confirmations arrive among the validations.
        closing_it = [
            {"msg_id": f"{seed}/v{number}", "action": "validate", "picking_id": picking, "backorder": "create"}
            for number in range(2)
        ]
        late = chance.sample(messages[:33], 3)
        done = self.run_both([closing_it[0], *late], [closing_it[1]], seed=f"{seed} v")
        for client in done:
            self.assertEqual(set(client.answers.values()), {(200, None)})
        self.assertEqual(self.read_lines(picking, "quantity"), {key: [value] for key, value in scanned.items()})
        self.assertEqual(set().union(*self.read_lines(picking, "state").values()), {"done"})
        backorders = self.client.call("stock.picking", "search", [("backorder_id", "=", picking)])
        self.assertEqual(len(backorders), 1 if rest else 0)
        if rest:
            self.assertEqual(self.read_lines(backorders[0], "quantity"), rest)
        for product, quantity in scanned.items():
            self.left[product] -= quantity
        return [*clients, *done]

    def read_stock(self):
        """Return {product: quantity on hand}."""
        rows = self.client.call("product.product", "read", self.products, ["qty_available"])
        return {row["id"]: row["qty_available"] for row in rows}

    def test_two_handhelds_on_one_transfer(self):
        self.left = self.read_stock()
        clients = []
        start = time.monotonic()
        for seed in range(ROUNDS):
            with self.subTest(seed=seed):
                clients += self.play(seed)
        self.assertEqual(self.read_stock(), self.left)
        counted = {name: sum(getattr(client, name) for client in clients) for name in ("cut_off", "repeated", "busy")}
        self.assertGreater(min(counted["cut_off"], counted["repeated"]), ROUNDS)
        _logger.info("%s rounds in %.0f s: %s", ROUNDS, time.monotonic() - start, counted)

    def ask(self, path, body):
        """Return (status, headers, JSON) of a write without any mishap."""
        request = urllib.request.Request(
            f"{self.url}/api/odoo/pickings/{path}",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return response.status, response.headers, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, error.headers, json.load(error)

    def test_one_message_several_times_at_once(self):
        first, second = self.products[:2]
        picking, lines = self.create_picking({first: 5, second: 2})
        with ThreadPoolExecutor(4) as pool:
            path, body = f"{picking}/lines/{lines[first]}/confirm", {"qty_done": 3, "msg_id": "at once"}
            answers = list(pool.map(lambda _number: self.ask(path, body), range(4)))
            self.assertEqual([(status, content) for status, _headers, content in answers], [(200, answers[0][2])] * 4)
            body = {"backorder": "create", "msg_id": "at once too"}
            answers = list(pool.map(lambda _number: self.ask(f"{picking}/validate", body), range(4)))
        self.assertEqual([(status, content) for status, _headers, content in answers], [(200, answers[0][2])] * 4)
        self.assertEqual(self.client.call("stock.picking", "search_count", [("backorder_id", "=", picking)]), 1)

    def test_one_refused_message_several_times_at_once(self):
        product = self.products[0]
        picking, lines = self.create_picking({product: 1})
        path = f"{picking}/lines/{lines[product]}/confirm"
        with ThreadPoolExecutor(4) as pool:
            for number in range(5):
                body = {"qty_done": 2 * IN_STOCK, "msg_id": f"refused {number}"}
                answers = list(pool.map(lambda _number, body=body: self.ask(path, body), range(4)))
                self.assertEqual(
                    [(status, content) for status, _headers, content in answers], [(409, answers[0][2])] * 4
                )
        self.assertLogClean()

    def assertLogClean(self):
        """Check that the server has logged no error: that a request had to wait for another one is none."""
        [log] = self.folder.glob("server-*.log")
        self.assertEqual(problems(log), [])

    def test_two_transfers_want_the_same_goods_at_once(self):
        product = self.products[0]
        transfers = [self.create_picking({product: 1}) for _number in range(2)]
        paths = [f"{picking}/lines/{lines[product]}/confirm" for picking, lines in transfers]
        with ThreadPoolExecutor(2) as pool:
            for _round in range(5):
                answers = list(pool.map(lambda path: self.ask(path, {"qty_done": 0.6 * IN_STOCK}), paths))
                self.assertEqual(
                    sorted((status, content.get("code")) for status, _headers, content in answers),
                    [(200, None), (409, "not_enough")],
                )
                for path in paths:
                    self.assertEqual(self.ask(path, {"qty_done": 0})[0], 200)
        self.assertLogClean()

    def test_somebody_else_keeps_the_transfer_locked(self):
        product = self.products[0]
        picking, lines = self.create_picking({product: 5})
        path = f"{picking}/lines/{lines[product]}/confirm"
        with self.transaction() as cr:
            cr.execute(SQL("SELECT id FROM stock_picking WHERE id = %s FOR UPDATE", picking))
            status, headers, _content = self.ask(path, {"qty_done": 5, "msg_id": "locked"})
        self.assertEqual((status, headers["Retry-After"]), (503, "5"))
        self.assertEqual(self.read_lines(picking, "picked"), {product: [False]})
        self.assertEqual(self.ask(path, {"qty_done": 5, "msg_id": "locked"})[0], 200)
