import json
import os
import random
import re
import subprocess
import sys
import threading
from pathlib import Path

from psycopg2.errors import SerializationFailure

from .api_common import PICKINGS
from .api_server import LOGIN, ApiServerCase

SCHEMATHESIS_SECONDS = 900  # it takes about 15 on an idle machine
# Which providers and sources there are is data of the database, so no schema can name them: an unknown provider is a
# 422, an unknown source a 400. Nor can it tell which keys were used for another request (422), or what the transfer's
# present ETag is (412). Each request of a batch and each pushed order has a result of its own, so a wrong one does not
# fail the others. A text with a NUL character is a 400.
SCHEMATHESIS_SETTINGS = """\
[[operations]]
include-name = "POST /api/delivery/shipments"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 422, 429, "5xx"]

[[operations]]
include-path = ["/api/odoo/pickings", "/api/odoo/pickings/{picking_id}", "/api/odoo/sync/status", "/api/odoo/scan"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 429, "5xx"]

[[operations]]
include-path-regex = "^/api/odoo/(batch|pickings/.*/(confirm|validate|scan))$"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 412, 422, 429, "5xx"]

[[operations]]
include-path-regex = "^/api/(orders|v1/webhook/pos-order/bulk)"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 422, 429, "5xx"]
checks.negative_data_rejection.expected-statuses = [200, 202, 400, 401, 403, 404, 409, 413, 415, 422, 429, "5xx"]

[[operations]]
include-path = "/api/odoo/batch"
checks.negative_data_rejection.expected-statuses = [200, 400, 401, 403, 404, 409, 415, 422, 429, "5xx"]
"""

# An empty value counts as absent (allowEmptyValue), which schemathesis takes for a violation of the schema.
SCHEMATHESIS_HOOKS = """\
import schemathesis


@schemathesis.hook
def filter_query(context, query):
    return not query or "" not in query.values()
"""

# The commands of the earlier API, whose clients keep working; host and port, id and token are replaced.
CURL_EXAMPLES = """\
curl -X POST http://localhost:3210/api/odoo/sync/trigger \\
  -H "Authorization: Bearer $TOKEN"
curl http://localhost:3210/api/odoo/sync/status \\
  -H "Authorization: Bearer $TOKEN"
curl "http://localhost:3210/api/odoo/pickings?state=draft" \\
  -H "Authorization: Bearer $TOKEN"
curl http://localhost:3210/api/odoo/pickings/123 \\
  -H "Authorization: Bearer $TOKEN"
"""


class TestApiServer(ApiServerCase):
    def test_curl_examples(self):
        with self.committed() as env:
            picking = env["stock.picking"].search([("origin", "=", LOGIN)], limit=1)
        script = CURL_EXAMPLES.replace("3210", str(self.port)).replace("/123", f"/{picking.id}")
        script = script.replace("curl ", "curl -sS --fail-with-body -w '\\n' ")
        result = subprocess.run(
            ["bash", "-e"], input=script, env={"TOKEN": self.key, "PATH": "/usr/bin:/bin"},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        started, status, pickings, details = map(json.loads, result.stdout.splitlines())
        self.assertEqual(started, {"success": True, "message": "Odoo sync started in background"})
        self.assertGreaterEqual(status["pickings"]["count"], 12)
        self.assertIn(picking.id, [told["id"] for told in pickings])
        self.assertEqual({told["state"] for told in pickings}, {"draft"})
        self.assertEqual(details["picking"]["id"], picking.id)

    def test_no_session_files(self):
        sessions = Path(self.data_dir) / "sessions"
        before = {path for path in sessions.rglob("*") if path.is_file()}
        for path in (PICKINGS, "/api/odoo/sync/status", "/api/odoo/openapi.json", "/api/odoo/unknown"):
            status, headers, _body = self.get(path)
            self.assertIn(status, (200, 404))
            self.assertNotIn("Set-Cookie", headers)
        self.assertEqual({path for path in sessions.rglob("*") if path.is_file()}, before)

    def test_schemathesis(self):
        folder = Path(self.data_dir)
        (folder / "schemathesis.toml").write_text(SCHEMATHESIS_SETTINGS)
        (folder / "schemathesis_hooks.py").write_text(SCHEMATHESIS_HOOKS)
        result = subprocess.run(
            [
                sys.executable, "-m", "schemathesis.cli", "run", f"{self.url}/api/odoo/openapi.json",
                "--header", f"Authorization: Bearer {self.key}", "--checks", "all", "--max-examples", "20",
                "--continue-on-failure", "--seed", "19", "--no-color",
            ],
            cwd=folder, env={**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(folder)},
            capture_output=True, text=True, timeout=SCHEMATHESIS_SECONDS, check=False,
        )  # fmt: skip
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        tested = re.search(r"Tested: (\d+)", result.stdout)
        self.assertTrue(tested and int(tested[1]) >= 4, result.stdout)


class TestApiWalk(ApiServerCase):
    """A client pages through the transfers while others create, change, reschedule and delete them."""

    PICKINGS = 60

    def walk(self, between_pages, limit=7):
        ids = []
        url = f"{PICKINGS}?limit={limit}"
        while url:
            status, headers, body = self.get(url)
            self.assertEqual(status, 200, body)
            ids += [picking["id"] for picking in json.loads(body)]
            link = headers.get("Link")
            url = link and re.fullmatch(r'<(.+)>; rel="next"', link)[1]
            between_pages()
        return ids

    def assertWalked(self, ids, throughout):
        self.assertEqual(len(ids), len(set(ids)), "some transfer came twice")
        self.assertFalse(throughout - set(ids), "some transfer was missed")

    def change_something(self, chance):
        """Commit some changes: reschedules far and near, other writes, a new transfer, a deleted one."""
        with self.committed() as env:
            pickings = env["stock.picking"].search([("origin", "=", LOGIN)])
            for picking in chance.sample(list(pickings), 12):
                picking.scheduled_date = f"2026-01-{chance.randint(1, 28):02} {chance.randint(0, 23):02}:00:00"
            chance.choice(pickings).priority = chance.choice("01")
            self.create_pickings(env, 2, origin=f"{LOGIN} new", scheduled_date=f"2026-01-{chance.randint(1, 28):02}")
            env["stock.picking"].search([("origin", "=", f"{LOGIN} new")])[:1].unlink()

    def original_ids(self):
        with self.committed() as env:
            return set(env["stock.picking"].search([("origin", "=", LOGIN)]).ids)

    def test_changes_between_pages(self):
        throughout = self.original_ids()
        for seed in range(4):
            chance = random.Random(seed)
            with self.subTest(seed=seed):
                self.assertWalked(self.walk(lambda chance=chance: self.change_something(chance)), throughout)

    def test_changes_at_the_same_time(self):
        throughout = self.original_ids()
        stop = threading.Event()
        changes = []

        def change():
            chance = random.Random(99)
            while not stop.is_set():
                try:
                    self.change_something(chance)
                    changes.append(True)
                except SerializationFailure:
                    continue

        writer = threading.Thread(target=change)
        writer.start()
        try:
            for _number in range(5):
                self.assertWalked(self.walk(lambda: None, limit=5), throughout)
        finally:
            stop.set()
            writer.join(30)
        self.assertGreater(len(changes), 3)
