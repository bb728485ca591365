import json

from ..controllers.api_operation import OPERATIONS
from .api_common import ApiCase

NUMBERS = (
    "1e40", "-1e40", "1e400", "1E+400000000", "NaN", "Infinity", "-Infinity", "9" * 300, "2147483648",
    "9223372036854775808", "-1", "0", "1.5", "1e-400", "-0",
)  # fmt: skip
OTHERS = (
    "null", "true", '""', '"\\u0000"', '"\\ud800"', '"\ud800"', '"x\\u0000y"', '"' + "x" * 50_000 + '"', "[]", "{}",
    "[" * 5000 + "]" * 5000, '{"a":' * 5000 + "1" + "}" * 5000, '"\\',
)  # fmt: skip
TEXTS = (
    *NUMBERS, "", " ", "\0", "\ud800", "x" * 3000, "é", "'; DROP TABLE x", "%s", "{}", "[]",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "A" * 100, "AQ" + "A" * 90, "draft," * 99 + "draft",
)  # fmt: skip

# Members of a body with orders, which has several forms.
PUSHED = {name: {} for name in ("orders", "OrderID", "pos_config_id", "partner_id")}


class TestApiHostileInput(ApiCase):
    """No input makes the server fail: every answer is a success or says what is wrong with the request."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.create_user("api_hostile", "stock.group_stock_manager,external_order_sync.group_manager")
        cls.user_key = cls.create_key(cls.user)

    def assertNoFailure(self, method, path, data=None):
        headers = {"Authorization": f"Bearer {self.user_key}", "Content-Type": "application/json"}
        response = self.url_open(path, data=data, headers=headers, method=method, allow_redirects=False)
        self.assertLess(response.status_code, 500, f"{method} {path[:200]!r} {(data or b'')[:200]!r}: {response.text}")
        if response.status_code >= 400 and response.headers.get("Content-Type") == "application/problem+json":
            self.assertTrue(response.json()["detail"])

    def quoted(self, text):
        return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))

    def path(self, operation, text="1"):
        path = operation.path
        for parameter in operation.parameters:
            path = path.replace(f"{{{parameter.name}}}", text)
        return path

    def test_path_parameters(self):
        for operation in OPERATIONS:
            if "{" in operation.path:
                for text in filter(None, TEXTS):
                    with self.subTest(operation=operation.name, text=ascii(text)[:40]):
                        self.assertNoFailure(operation.method, self.path(operation, self.quoted(text)))

    def test_query_parameters(self):
        for operation in OPERATIONS:
            if operation.method != "GET":
                continue
            for parameter in operation.parameters:
                if parameter.place == "query":
                    for text in TEXTS:
                        with self.subTest(operation=operation.name, parameter=parameter.name, text=ascii(text)[:40]):
                            path = f"{self.path(operation)}?{parameter.name}={self.quoted(text)}"
                            self.assertNoFailure("GET", path)

    def test_bodies(self):
        for operation in OPERATIONS:
            if not operation.body:
                continue
            properties = operation.body.schema.get("properties", PUSHED)
            for text in (*NUMBERS, *OTHERS):
                with self.subTest(operation=operation.name, whole=text[:40].encode("ascii", "replace")):
                    self.assertNoFailure(operation.method, self.path(operation), text.encode("utf-8", "surrogatepass"))
                for name in properties:
                    fitting = {other: 1 if "minimum" in schema else "opal" for other, schema in properties.items()}
                    members = [
                        f"{json.dumps(key)}: {json.dumps(value)}" for key, value in fitting.items() if key != name
                    ]
                    body = "{" + ", ".join([*members, f"{json.dumps(name)}: {text}"]) + "}"
                    with self.subTest(operation=operation.name, member=name, text=text[:40].encode("ascii", "replace")):
                        data = body.encode("utf-8", "surrogatepass")
                        self.assertNoFailure(operation.method, self.path(operation), data)
