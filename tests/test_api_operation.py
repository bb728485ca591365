from datetime import datetime
from decimal import Decimal

from odoo.tests import BaseCase
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from ..controllers.api_operation import Body, Operation, Parameter
from ..controllers.api_problem import Problem
from ..lib.json_schema import SchemaError, check, parse_text

SHIPMENT = {
    "type": "object",
    "properties": {
        "picking_id": {"type": "integer", "minimum": 1},
        "provider_code": {"type": "string", "minLength": 1, "maxLength": 8, "pattern": "^[a-z]+$"},
        "weight": {"type": ["number", "null"]},
        "labels": {"type": "array", "items": {"enum": ["a4", "a6"]}, "maxItems": 2},
    },
    "required": ["picking_id", "provider_code"],
    "additionalProperties": False,
}
OPERATION = Operation(
    "POST", "/things/{thing_id}", "create", "", "",
    parameters=(
        Parameter("thing_id", {"type": "integer", "minimum": 1}, "", place="path"),
        Parameter("dry", {"type": "string", "enum": ["yes", "no"]}, "", default="no"),
    ),
    body=Body(SHIPMENT, "", max_bytes=200),
    answers={}, errors=(),
)  # fmt: skip


class TestApiOperation(BaseCase):
    def make_arguments(self, body, content_type="application/json", thing_id="7", query=""):
        request = Request(
            EnvironBuilder(
                method="POST",
                data=body,
                content_type=content_type,
                query_string=query,
            ).get_environ()
        )
        request.max_content_length = OPERATION.max_bytes + 1
        return OPERATION.read_request(request, {"thing_id": thing_id})

    def assertRefused(self, status, *arguments, text="", **options):
        with self.assertRaises(Problem) as caught:
            self.make_arguments(*arguments, **options)
        self.assertEqual(caught.exception.code, status)
        self.assertIn(text, caught.exception.description)

    def test_arguments(self):
        arguments = self.make_arguments('{"picking_id": 5.0, "provider_code": "opal", "weight": 1.5, "labels": ["a4"]}')
        self.assertEqual(
            arguments,
            {
                "thing_id": 7,
                "dry": "no",
                "body": {"picking_id": 5, "provider_code": "opal", "weight": Decimal("1.5"), "labels": ["a4"]},
            },
        )
        self.assertIs(type(arguments["body"]["picking_id"]), int)

    def test_not_json(self):
        for body in ("", "{", "{'a': 1}", '{"picking_id": NaN}', "[" * 90, '{"picking_id": "\\u0000"}', b"\xff"):
            self.assertRefused(400, body)

    def test_content_type(self):
        for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
            self.assertRefused(415, "{}", content_type)
        self.assertRefused(422, "{}", "application/json; charset=utf-8")

    def test_schema(self):
        for body, text in {
            "[]": "expected object, not array",
            "{}": "picking_id is missing",
            '{"picking_id": 1, "provider_code": "opal", "x": 1}': "unknown key 'x'; allowed are picking_id",
            '{"picking_id": "1", "provider_code": "opal"}': "body.picking_id: expected integer, not string",
            '{"picking_id": true, "provider_code": "opal"}': "expected integer, not boolean",
            '{"picking_id": 1.5, "provider_code": "opal"}': "expected integer",
            '{"picking_id": 0, "provider_code": "opal"}': "below the minimum of 1",
            '{"picking_id": 1, "provider_code": ""}': "shorter than 1",
            '{"picking_id": 1, "provider_code": "abcdefghi"}': "longer than 8",
            '{"picking_id": 1, "provider_code": "Opal"}': "does not have the form",
            '{"picking_id": 1, "provider_code": "opal", "labels": ["a5"]}': "body.labels[0]: 'a5' is not one of a4, a6",
            '{"picking_id": 1, "provider_code": "opal", "labels": ["a4", "a4", "a4"]}': "more than 2",
        }.items():
            self.assertRefused(422, body, text=text)

    def test_parameters(self):
        body = '{"picking_id": 1, "provider_code": "opal"}'
        self.assertRefused(404, body, thing_id="0")
        self.assertRefused(404, body, thing_id="x")
        self.assertRefused(400, body, query="dry=maybe", text="yes, no")
        self.assertRefused(400, body, query="dry=yes&dry=no", text="more than once")
        self.assertEqual(self.make_arguments(body, query="dry=yes&wet=yes")["dry"], "yes")
        self.assertEqual(self.make_arguments(body, query="dry="), self.make_arguments(body))

    def test_date_time(self):
        schema = {"type": "string", "format": "date-time"}
        for text, expected in {
            "2026-01-17T10:00:00Z": datetime(2026, 1, 17, 10),
            "2026-01-17T10:00:00.25+02:00": datetime(2026, 1, 17, 8, 0, 0, 250000),
            "2026-01-17 10:00:00": datetime(2026, 1, 17, 10),
        }.items():
            self.assertEqual(parse_text(text, schema, "since"), expected)
        for text in ("now", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+10:00", "2026-01-17T25:00:00Z"):
            with self.assertRaises(SchemaError):
                parse_text(text, schema, "since")

    def test_const(self):
        self.assertIs(check(True, {"const": True}, "x"), True)
        with self.assertRaises(SchemaError):
            check("no", {"const": "yes"}, "x")
