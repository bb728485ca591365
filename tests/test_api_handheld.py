import importlib
import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from odoo.tests import tagged

from .api_writes_server import WritesServerCase
from .own_database import API_KEY

# Without formatting what is generated.
SETTINGS = "post_hooks: []\n"
PACKAGE = "generated_warehouse_client"
# It follows only the links of the document, and is told what no schema can: which sources there are, and that the
# transfer is wanted whatever its ETag is.
WALK_SETTINGS = """\
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", 400, 404, 409, 412, 422, "5xx"]

[phases.stateful]
inference.algorithms = []

[parameters]
"query.source" = "local"
"query.state" = "assigned"
"header.If-Match" = "*"
"""
# Few of the quantities and texts that the document allows can be picked.
WALK_HOOKS = """\
import schemathesis


@schemathesis.hook
def filter_query(context, query):
    return not query or "" not in query.values()


@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict) and "qty_done" in body and body["qty_done"] >= 1:
        return {**body, "qty_done": 1, "scanned_product_barcode": "", "scanned_location_barcode": "", "lot_name": ""}
    return body
"""


@tagged("post_install", "-at_install")
class TestApiHandheld(WritesServerCase):
    """The commands of docs/handheld.md, and a client generated from the OpenAPI document, do a whole picking."""

    DATABASE = "client"

    def generate(self):
        """Generate the client, and return a function that imports one of its modules."""
        document, settings = self.folder / "openapi.json", self.folder / "settings.yaml"
        request = urllib.request.Request(
            f"{self.url}/api/odoo/openapi.json", headers={"Authorization": f"Bearer {API_KEY}"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            document.write_bytes(response.read())
        settings.write_text(SETTINGS)
        result = subprocess.run(
            [
                sys.executable, "-m", "openapi_python_client", "generate", "--path", document, "--config", settings,
                "--output-path", self.folder / PACKAGE, "--meta", "none", "--fail-on-warning",
            ],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        sys.path.insert(0, str(self.folder))
        self.addCleanup(sys.path.remove, str(self.folder))
        return lambda name: importlib.import_module(f"{PACKAGE}.{name}")

    def test_the_commands_of_the_documentation(self):
        text = (Path(__file__).parents[1] / "docs" / "handheld.md").read_text()
        [script] = re.findall(r"```bash\n(.+?)```", text, re.DOTALL)
        product = self.products[2]
        self.client.call("product.product", "write", [product], {"barcode": "4006381333931"})
        picking, lines = self.create_picking({product: 3})
        script = script.replace("/123", f"/{picking}").replace("/456", f"/{lines[product]}")
        script = script.replace("curl ", "curl -sS --fail-with-body -w '\\n' ")
        result = subprocess.run(
            ["bash", "-e"], input=script, env={"TOKEN": API_KEY, "URL": self.url, "PATH": "/usr/bin:/bin"},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        _list, _details, scanned, confirmed, validated = map(json.loads, result.stdout.splitlines())
        self.assertEqual(scanned["line_id"], lines[product])
        self.assertEqual([line["qty_done"] for line in confirmed["move_lines"]], [3])
        self.assertEqual((validated["picking"]["state"], validated["backorder"]), ("done", None))

    def test_schemathesis_walks_from_the_list_to_the_validation(self):
        """It follows the links of the document, with any values that the document allows."""
        self.create_picking({self.products[0]: 1})
        (self.folder / "schemathesis.toml").write_text(WALK_SETTINGS)
        (self.folder / "walk_hooks.py").write_text(WALK_HOOKS)
        result = subprocess.run(
            [
                sys.executable, "-m", "schemathesis.cli", "run", f"{self.url}/api/odoo/openapi.json",
                "--header", f"Authorization: Bearer {API_KEY}", "--include-path-regex", "^/api/odoo/pickings",
                "--exclude-path-regex", "scan$",
                "--phases", "stateful", "--mode", "positive", "--max-examples", "15", "--seed", "19", "--no-color",
                "--report", "har", "--report-har-path", "walk.har",
            ],
            cwd=self.folder,
            env={**os.environ, "SCHEMATHESIS_HOOKS": "walk_hooks", "PYTHONPATH": str(self.folder)},
            capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        answered = {
            (urlsplit(entry["request"]["url"]).path, entry["response"]["status"])
            for entry in json.loads((self.folder / "walk.har").read_text())["log"]["entries"]
        }
        confirmed = {path.split("/lines/")[0] for path, status in answered if "/lines/" in path and status == 200}
        self.assertTrue(confirmed, answered)
        # Whether it may be validated depends on what was confirmed; the transfer is found in any case.
        validated = {path for path, status in answered if path.endswith("/validate") and status in (200, 409)}
        self.assertTrue(validated & {f"{path}/validate" for path in confirmed}, answered)

    def test_the_codes_of_the_documentation(self):
        root = Path(__file__).parents[1]
        text = (root / "docs" / "handheld.md").read_text()
        documented = set(re.findall(r"`([a-z_]+)`", text.partition("## Codes")[2]))
        source = "".join(
            file.read_text() for folder in ("models/warehouse", "controllers") for file in (root / folder).glob("*.py")
        )
        used = set(re.findall(r'(?:WarehouseConflict\(\s*|code=)"([a-z_]+)"', source))
        self.assertGreater(len(used), 15)
        self.assertFalse(used - documented)

    def test_a_whole_picking(self):
        part = self.generate()
        first, second, _third = self.products
        picking, lines = self.create_picking({first: 4, second: 2})
        client = part("client").AuthenticatedClient(base_url=self.url, token=API_KEY)
        models = part("models")

        def call(name, *arguments, **options):
            response = part(f"api.default.{name}").sync_detailed(*arguments, client=client, **options)
            return response.status_code, response.parsed

        state = models.ListPickingsStateItem("assigned")
        _status, found = call("list_pickings", state=[state])
        self.assertIn(picking, [transfer.id for transfer in found])
        _status, details = call("get_picking", picking)
        self.assertEqual({line.id: line.quantity for line in details.move_lines}, {lines[first]: 4, lines[second]: 2})
        scan = models.ScanLineBody(barcode="PART-0")
        self.assertEqual(call("scan_line", picking, body=scan)[1].line_id, lines[first])
        body = models.ConfirmLineBody(qty_done=4, scanned_product_barcode="PART-1")
        status, problem = call("confirm_line", picking, lines[first], body=body)
        self.assertEqual((status, problem.code), (409, "wrong_product"))
        body = models.ConfirmLineBody(qty_done=4, scanned_product_barcode="PART-0")
        status, details = call("confirm_line", picking, lines[first], body=body, idempotency_key="c-1")
        self.assertEqual((status, [line.qty_done for line in details.move_lines]), (200, [4, 0]))
        status, problem = call("validate_picking", picking, body=models.ValidatePickingBody())
        self.assertEqual((status, problem.code), (409, "lines_incomplete"))
        body = models.ValidatePickingBody(backorder=models.ValidatePickingBodyBackorder("create"))
        status, done = call("validate_picking", picking, body=body, idempotency_key="v-1")
        self.assertEqual((status, done.picking.state.value, done.backorder.state.value), (200, "done", "assigned"))
