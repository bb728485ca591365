import importlib
import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from odoo.tests import tagged

from .api_writes_server import WritesServerCase
from .own_database import API_KEY

# Without formatting what is generated.
SETTINGS = "post_hooks: []\n"
PACKAGE = "generated_warehouse_client"


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
