import json
import os
import random
import re
import socket
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import requests
from odoo.sql_db import connection_info_for
from odoo.tests import tagged

from .event_receiver import EventReceiver
from .own_database import API_KEY, PATIENCE, OwnDatabaseCase

# EVENTS=2000 writes so many at once.
EVENTS = int(os.environ.get("EVENTS") or 600)
WRITERS = 4
PATH = "/api/events"
PAGE = Path(__file__).parents[1] / "docs" / "events.md"


@tagged("post_install", "-at_install")
class TestEventServer(OwnDatabaseCase):
    """A real server, transactions that commit in any order, and readers and servers that are cut off."""

    DATABASE = "events"
    SCHEDULED = "ir_cron_send_events"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_server()
        call = cls.client.call
        settings = call("res.config.settings", "create", {"external_event_log_days": 7})
        call("res.config.settings", "execute", [settings])
        cls.set_parameter("private_event_addresses", "True")
        [cls.picking] = call("stock.picking", "search", [], limit=1)

    @classmethod
    def set_parameter(cls, name, value):
        cls.client.call("ir.config_parameter", "set_param", f"external_order_sync.{name}", value)

    def setUp(self):
        super().setUp()
        self.start = self.ask()["latest"]

    # Writing

    def write_events(self, number, count, seed, committed):
        """Write events in many transactions that stay open for a random time; some are rolled back."""
        chance = random.Random(seed)
        written = 0
        _name, info = connection_info_for(self.database)
        with closing(psycopg2.connect(**info)) as connection:
            while written < count:
                batch = [
                    (f"evt_{number}_{place}_{chance.random()}", json.dumps({"writer": number, "number": place}))
                    for place in range(written, min(written + chance.randint(1, 8), count))
                ]
                with connection.cursor() as cr:
                    for message_id, data in batch:
                        cr.execute(
                            "INSERT INTO external_event (message_id, type, date, company_id, res_model, res_id, data)"
                            " VALUES (%s, 'picking.done', now() AT TIME ZONE 'utc', 1, 'stock.picking', %s, %s)",
                            (message_id, self.picking, data),
                        )
                        time.sleep(chance.uniform(0, 0.01))
                # Long enough for readers to see what others have committed since.
                time.sleep(1 if chance.random() < 0.15 else chance.uniform(0, 0.05))
                if chance.random() < 0.1:
                    connection.rollback()
                    continue
                connection.commit()
                written += len(batch)
                committed.extend(message_id for message_id, _data in batch)

    # Reading

    def request(self, headers=(), **query):
        headers = {"X-API-Key": API_KEY, **dict(headers)}
        return requests.get(self.url + PATH, params=query, headers=headers, stream=True, timeout=PATIENCE)

    def ask(self, **query):
        with self.request(**query) as response:
            self.assertEqual(response.status_code, 200, response.text)
            return response.json()

    def read_pages(self, chance, is_over):
        """Read by long polls, of which some are cut off before the answer is used."""
        after, got = self.start, []
        while not is_over(got):
            with self.request(after=after, wait=2, limit=chance.choice((3, 20, 100)), types="picking.done") as response:
                if response.status_code == 503:  # the server has not noticed yet that others are gone
                    time.sleep(0.2)
                    continue
                if chance.random() < 0.3:
                    response.raw.read(chance.randint(0, 200))
                    continue
                page = response.json()
            got += page["events"]
            after = page["next"]
        return got

    def read_stream(self, chance, is_over):
        """Read streams that are cut off anywhere, and continue with Last-Event-ID."""
        last, got = self.start, []
        while not is_over(got):
            headers = {"Accept": "text/event-stream", "Last-Event-ID": str(last)}
            left = chance.randint(500, 20_000)
            with self.request(headers, wait=3, types="picking.done") as response:
                if response.status_code == 503:
                    time.sleep(0.2)
                    continue
                self.assertEqual(response.headers["Content-Type"], "text/event-stream")
                text = b""
                for piece in response.iter_content(512):
                    text += piece
                    left -= len(piece)
                    while b"\n\n" in text:
                        block, text = text.split(b"\n\n", 1)
                        fields = dict(line.split(": ", 1) for line in block.decode().split("\n") if ": " in line[1:])
                        last = int(fields.get("id", last))
                        if "data" in fields:
                            got.append(json.loads(fields["data"]))
                    if left < 0 or is_over(got):
                        break
        return got

    def test_each_event_exactly_once_and_in_order_for_readers_that_are_cut_off(self):
        committed, results = [], {}
        deadline = time.monotonic() + 120 + EVENTS / 10
        writers = [
            threading.Thread(target=self.write_events, args=(number, EVENTS // WRITERS, 7 + number, committed))
            for number in range(WRITERS)
        ]

        def is_over(got):
            done = not any(writer.is_alive() for writer in writers) and len(got) >= len(committed)
            return done or time.monotonic() > deadline

        def read(name, method, seed):
            results[name] = method(random.Random(seed), is_over)

        readers = [
            threading.Thread(target=read, args=("pages", self.read_pages, 1)),
            threading.Thread(target=read, args=("stream", self.read_stream, 2)),
        ]
        for thread in (*writers, *readers):
            thread.start()
        for thread in (*writers, *readers):
            thread.join()
        self.assertEqual(len(committed), EVENTS // WRITERS * WRITERS)
        for name in ("pages", "stream"):
            with self.subTest(name):
                events = results[name]
                self.assertEqual(sorted(event["id"] for event in events), sorted(committed))
                numbers = [event["seq"] for event in events]
                self.assertEqual(numbers, sorted(numbers))
                for writer in range(WRITERS):
                    own = [event["data"]["number"] for event in events if event["data"]["writer"] == writer]
                    self.assertEqual(own, list(range(EVENTS // WRITERS)))
        self.assertEqual(results["pages"], results["stream"])

    def test_waiting_clients_leave_room_for_others(self):
        self.set_parameter("event_waits", "3")
        after = self.start
        statuses = []

        def wait():
            with self.request(after=after, wait=12, types="picking.done") as response:
                statuses.append(response.status_code)

        threads = [threading.Thread(target=wait) for _number in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(4)
        with self.request(after=after, wait=1, types="picking.done") as response:
            self.assertEqual(response.status_code, 503)
            self.assertGreater(int(response.headers["Retry-After"]), 0)
        with self.request({"Accept": "text/event-stream"}, after=after) as response:
            self.assertEqual(response.status_code, 503)
        self.assertEqual(self.ask(after=after, types="picking.done")["events"], [])
        for thread in threads:
            thread.join()
        self.assertEqual(statuses, [200] * 3)
        with self.request(after=after, wait=0) as response:
            self.assertEqual(response.status_code, 200)

    def test_a_client_that_does_not_read_loses_its_place(self):
        self.set_parameter("event_waits", "1")
        self.addCleanup(self.set_parameter, "event_waits", "")
        after = self.ask()["latest"]
        with self.autocommitting(self.database) as cr:  # more than the buffers of a connection hold
            cr.execute(
                "INSERT INTO external_event (message_id, type, date, company_id, res_model, res_id, data)"
                " SELECT 'evt_large_' || number, 'picking.done', now() AT TIME ZONE 'utc', 1, 'stock.picking', %s,"
                " json_build_object('text', repeat('x', 10000)) FROM generate_series(1, 2500) AS number",
                (self.picking,),
            )
        host, port = self.url.removeprefix("http://").split(":")
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect((host, int(port)))
            client.sendall(
                f"GET {PATH}?after={after}&wait=2 HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {API_KEY}\r\n"
                "Accept: text/event-stream\r\n\r\n".encode()
            )
            self.assertIn(b"200 OK", client.recv(100))
            deadline = time.monotonic() + PATIENCE
            while True:
                with self.request(after=after, wait=1, types="order.failed") as response:
                    if response.status_code == 200:
                        break
                    self.assertEqual(response.status_code, 503)
                self.assertLess(time.monotonic(), deadline, "the place was not given back")
                time.sleep(0.5)

    def test_a_long_poll_answers_as_soon_as_something_happens(self):
        threading.Timer(1, self.write_events, (0, 1, 1, [])).start()
        started = time.monotonic()
        [event] = self.ask(after=self.start, wait=30, types="picking.done")["events"]
        self.assertEqual(event["data"], {"writer": 0, "number": 0})
        self.assertLess(time.monotonic() - started, 20)

    def test_subscribers_get_everything_in_order_although_the_server_is_killed(self):
        call = self.client.call
        [kind] = call("external.event.type", "search", [("code", "=", "picking.done")])
        slow = self.enterContext(EventReceiver(lambda _told: time.sleep(0.02) or 200))
        broken = self.enterContext(EventReceiver(500))
        for receiver in (slow, broken):
            values = {"name": "Subscriber", "url": receiver.url, "type_ids": [[6, 0, [kind]]], "company_id": 1}
            subscription = call("external.event.subscription", "create", values)
            new = call("external.event.secret.new", "create", {"subscription_id": subscription})
            call("external.event.secret.new", "action_use", [new])
            call("external.event.subscription", "action_start", [subscription])
        committed = []
        for seed in range(3):
            self.write_events(seed, 60, seed, committed)
            before = len(slow.told)
            self.wake_until(lambda before=before: len(slow.told) > before + 5)
            self.kill_server()
            self.start_server()
        self.wake_until(lambda: set(slow.ids) >= set(committed))
        self.assertEqual(list(dict.fromkeys(slow.ids)), committed)
        self.assertEqual(set(broken.ids), {committed[0]})

    def test_what_the_page_shows_works(self):
        self.write_events(0, 3, 1, [])
        commands = [text for text in re.findall(r"```bash\n(.*?)```", PAGE.read_text(), re.DOTALL) if "curl" in text]
        self.assertEqual(len(commands), 3)
        for command in commands:
            command = re.sub(r"after=\d+", f"after={self.start}", command.replace("https://odoo.example.com", self.url))
            command = command.replace("curl ", "curl -sS --fail-with-body ", 1).replace("wait=30", "wait=2")
            done = subprocess.run(
                ["bash", "-e"], input=command.replace("order.imported,order.failed", "picking.done"), text=True,
                env={"KEY": API_KEY, "PATH": "/usr/bin:/bin"}, capture_output=True, timeout=90, check=False,
            )  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(done.stdout.count('"type": "picking.done"'), 3, done.stdout)

    def wake_until(self, is_reached):
        deadline = time.monotonic() + PATIENCE
        while not is_reached():
            self.assertLess(time.monotonic(), deadline, self.get_logs())
            with self.autocommitting(self.database) as cr:
                # As those who write events do.
                cr.execute(
                    "INSERT INTO ir_cron_trigger (cron_id, call_at)"
                    " SELECT id, now() AT TIME ZONE 'utc' FROM ir_cron WHERE active"
                )
            with self.autocommitting() as cr:
                cr.execute("SELECT pg_notify('cron_trigger', %s)", (self.database,))
            time.sleep(0.2)

    def get_logs(self):
        return "\n".join(path.read_text()[-3000:] for path in sorted(self.folder.glob("server-*.log")))
