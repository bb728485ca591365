import json

import jsonschema_rs

from ..controllers.api_operation import OPERATIONS
from .api_common import OPENAPI, PICKINGS, STATUS, TRIGGER, ApiCase


class TestApiOpenApi(ApiCase):
    def test_document(self):
        document = self.get(OPENAPI)
        self.assertEqual(document["openapi"], "3.1.0")
        documented = {
            (method.upper(), path): item for path, items in document["paths"].items() for method, item in items.items()
        }
        self.assertEqual(set(documented), {(declared.method, declared.path) for declared in OPERATIONS})
        for operation in documented.values():
            self.assertLessEqual({"400", "401", "403", "405", "500", "503"}, set(operation["responses"]))
        limit = next(p for p in documented["GET", PICKINGS]["parameters"] if p["name"] == "limit")
        self.assertEqual(limit["schema"], {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100})
        etag = self.call(OPENAPI).headers["ETag"]
        self.assertEqual(self.call(OPENAPI, If_None_Match=etag).status_code, 304)

    def test_answers_fit_the_document(self):
        picking = self.create_assigned_picking()
        document = self.get(OPENAPI)
        for path, operation in {
            PICKINGS: document["paths"][PICKINGS]["get"],
            f"{PICKINGS}/{picking.id}": document["paths"][f"{PICKINGS}/{{picking_id}}"]["get"],
            STATUS: document["paths"][STATUS]["get"],
        }.items():
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            jsonschema_rs.validate(schema, self.get(path), validate_formats=True)

    def test_unknown_addresses(self):
        beside = ("/api/odoo/pickings/1/lines", "/api/delivery/x/y", "/api/events/x", "/api/proof/x")
        for path in ("/api/odoo", "/api/odoo/", "/api/delivery", *beside):
            for method in ("GET", "POST", "DELETE"):
                with self.subTest(method=method, path=path):
                    self.assertProblem(self.call(path, method=method), 404)

    def test_other_methods(self):
        for path, allow in {
            PICKINGS: "GET, HEAD, OPTIONS",
            f"{PICKINGS}/1": "GET, HEAD, OPTIONS",
            STATUS: "GET, HEAD, OPTIONS",
            TRIGGER: "OPTIONS, POST",
            "/api/events": "GET, HEAD, OPTIONS",
            "/api/proof": "GET, HEAD, OPTIONS",
        }.items():
            for method in ("PUT", "PATCH", "DELETE"):
                response = self.call(path, method=method)
                self.assertProblem(response, 405)
                self.assertEqual(response.headers["Allow"], allow)
            response = self.call(path, method="OPTIONS")
            self.assertEqual((response.status_code, response.headers["Allow"]), (204, allow))

    def test_head(self):
        self.create_picking()
        get, head = self.call(PICKINGS), self.call(PICKINGS, method="HEAD")
        self.assertEqual((head.status_code, head.content), (200, b""))
        for name in ("ETag", "X-Total-Count", "Content-Length", "Content-Type"):
            self.assertEqual(head.headers[name], get.headers[name])

    def test_a_trailing_slash_is_the_same_address(self):
        self.assertEqual(self.call(f"{PICKINGS}/").json(), [])
        self.assertEqual(self.call(f"{PICKINGS}/", method="PUT").status_code, 405)

    def test_problem_fits_the_document(self):
        schema = json.loads(self.call(OPENAPI).text)["components"]["schemas"]["Problem"]
        for response in (self.call("/api/odoo/x"), self.call(f"{PICKINGS}?state=x"), self.call(PICKINGS, method="PUT")):
            jsonschema_rs.validate(schema, response.json())
