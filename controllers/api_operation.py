"""Declare the operations of the API.

An operation is declared once, above its method. The dispatcher checks requests against the declaration, and the
OpenAPI document is generated from it, so the two always agree::

    CREATE = Body(
        closed_object({"picking_id": INTEGER, "provider_code": STRING}),  # JSON Schema, see api_schema
        description="What to send, and with which courier.",
    )

    class ShipmentController(ApiController):

        @operation(
            "POST", "/api/delivery/shipments",
            summary="Create a shipment",
            body=CREATE,
            answers={201: Reply("The new shipment.", SHIPMENT), 200: Reply("The existing shipment.", SHIPMENT)},
            errors=(404, 409),
        )
        def create_shipment(self, body):
            if not body["provider_code"]:
                raise Problem(422, "provider_code: is empty")
            return Answer({"picking_id": body["picking_id"], ...}, status=201)

        @operation(
            "GET", "/api/delivery/shipments/{picking_id}",
            summary="The shipment of a transfer",
            parameters=(PICKING_ID,),
            answers={200: Reply("The shipment.", SHIPMENT)},
        )
        def get_shipment(self, picking_id): ...

The method receives the checked parameters (and `body`) by name and returns an `Answer`; it holds no business
rules. It raises `Problem` for its own errors; Odoo's exceptions are converted.

Statuses of a bad request: 400 if the body is not JSON, 415 for another content type, 413 if it is too large, 422 if it
does not match its schema; 400 for a bad query parameter, 404 for a bad path parameter. Errors that any operation can
return (401, 403 and so on) need no declaration. GET operations run on a read-only cursor unless they
say otherwise.
"""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

from odoo.http import Controller, request, route

from ..lib.json_schema import SchemaError, check, parse_text
from ..lib.strict_json import StrictJsonError, loads
from .api_problem import Problem

ROUTING_TYPE = "warehouse_api"
# The converter of a path's rest, see ``models/order_sync/ir_http.py``.
REST = "external_order_rest"
EVENT_STREAM = "text/event-stream"

# Errors that any operation can return.
COMMON_ERRORS = (400, 401, 403, 405, 413, 429, 500, 503)
BODY_ERRORS = (409, 415, 422)

# Security schemes of the OpenAPI document, by the way in which an operation identifies its caller.
SECURITY = {
    "bearer": ("key",),
    "external_order_key": ("key", "api_key"),
    "external_order_push": ("key", "api_key", "signature"),
}

# Largest body in bytes, unless the operation declares another limit.
MAX_BODY = 64 * 1024

FORM = "application/x-www-form-urlencoded"

# What Content-Encoding may say of a body that was compressed. It is not unpacked: a small one could fill the memory.
COMPRESSED = {"gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress"}

# All operations, in the order of their declaration.
OPERATIONS = []


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A query parameter, a part of the path (``place="path"``) or a header; `schema` is its JSON Schema.

    :param required: a part of the path always is.
    :param slashes: whether it is the rest of the path, which may contain slashes.
    """

    name: str
    schema: dict
    description: str
    default: Any = None
    place: str = "query"
    required: bool = False
    slashes: bool = False

    @property
    def argument(self):
        """The name under which the method receives it."""
        return self.name.lower().replace("-", "_")


@dataclasses.dataclass(frozen=True)
class Body:
    """A JSON body.

    :param aliases: {other name of a key: its name in the schema}.
    :param optional: whether an empty body counts as an empty object.
    :param checked: the schema that is checked instead of the documented one, if parts of the body get answers of
        their own.
    :param raw: whether the method gets the bytes, because they must not be parsed before their signature is verified.
    :param is_test: whether the bytes of a form are what a sender posts to try the address; the method gets them too.
    """

    schema: dict
    description: str
    max_bytes: int = MAX_BODY
    aliases: dict = dataclasses.field(default_factory=dict)
    optional: bool = False
    checked: dict | None = None
    raw: bool = False
    is_test: Callable | None = None


@dataclasses.dataclass(frozen=True)
class ErrorForm:
    """Errors in another form than problem documents, for clients that know only this form.

    :param schema: of an error's body.
    :param describe: returns (HTTP status, body) for a :class:`.api_problem.Problem`.
    """

    schema: dict
    describe: Callable


@dataclasses.dataclass(frozen=True)
class Reply:
    """What a status returns: a description, the schema of the body (None: no body), {header name: (schema, text)}.

    :param is_stream: whether it is an event stream if the client accepts that.
    :param links: the operations that can follow, {name of the operation: {its parameter: expression of OpenAPI}}.
    """

    description: str
    schema: dict | None = None
    headers: dict = dataclasses.field(default_factory=dict)
    is_stream: bool = False
    links: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Answer:
    """What a method returns; `content` is JSON text, a value to write as JSON, or None for an empty body.

    :param stream: the body as an iterable of bytes instead, an event stream.
    """

    content: Any
    status: int = 200
    etag: str | None = None
    headers: dict = dataclasses.field(default_factory=dict)
    stream: Any = None


@dataclasses.dataclass(frozen=True)
class Operation:
    method: str
    path: str
    name: str
    summary: str
    description: str
    parameters: tuple
    body: Body | None
    answers: dict
    errors: tuple
    auth: str = "bearer"
    error_form: ErrorForm | None = None

    @property
    def max_bytes(self):
        """The largest body."""
        return self.body.max_bytes if self.body else MAX_BODY

    @property
    def rest(self):
        """The name of the parameter that is the rest of the path, if there is one."""
        return next((parameter.name for parameter in self.parameters if parameter.slashes), "")

    @property
    def rule(self):
        """The path as werkzeug's routing writes it."""
        return re.sub(
            r"\{(\w+)\}", lambda found: f"<{f'{REST}:' if found[1] == self.rest else ''}{found[1]}>", self.path
        )

    @property
    def path_pattern(self):
        def replace(found):
            return ".+" if found[1] == self.rest else "[^/]+"

        return re.compile(re.sub(r"\\\{(\w+)\\\}", replace, re.escape(self.path)), re.DOTALL)

    def read_request(self, httprequest, path_values):
        """Return the method's arguments, read from a request.

        :raise Problem: if the request does not match the declaration.
        """
        arguments = {**self._read_query(httprequest.args), **self._read_headers(httprequest.headers)}
        for parameter in self.parameters:
            if parameter.place == "path":
                try:
                    arguments[parameter.argument] = parse_text(
                        path_values[parameter.name], parameter.schema, parameter.name
                    )
                except SchemaError as error:
                    raise Problem(404) from error
        content = httprequest.get_data()  # always: a client that is still sending would not see our answer
        if len(content) > self.max_bytes:
            raise Problem(413)
        if self.body:
            arguments["body"] = self._read_body(httprequest, content)
        return arguments

    def _read_query(self, args):
        """Return the declared parameters; unknown ones are ignored, and an empty one counts as absent."""
        declared = {parameter.name: parameter for parameter in self.parameters if parameter.place == "query"}
        values = {}
        for name, parameter in declared.items():
            texts = [text for text in args.getlist(name) if text]
            if not texts:
                if parameter.required:
                    raise Problem(400, f"{name}: is missing.", parameter=name)
                values[name] = parameter.default
                continue
            if len(texts) > 1:
                raise Problem(400, f"{name}: given more than once.", parameter=name)
            try:
                values[name] = parse_text(texts[0], parameter.schema, name)
            except SchemaError as error:
                allowed = parameter.schema.get("items", parameter.schema).get("enum")
                members = {"allowed": allowed} if allowed else {}
                raise Problem(400, f"{error}.", parameter=name, **members) from error
        return values

    def _read_headers(self, headers):
        """Return the declared headers; an empty one counts as absent."""
        values = {}
        for parameter in self.parameters:
            if parameter.place == "header":
                text = headers.get(parameter.name)
                try:
                    value = parse_text(text, parameter.schema, parameter.name) if text else parameter.default
                except SchemaError as error:
                    raise Problem(400, f"{error}.", parameter=parameter.name) from error
                values[parameter.argument] = value
        return values

    def _read_body(self, httprequest, content):
        if self.body.optional and not content:
            return {}
        if self.body.is_test and httprequest.mimetype == FORM and self.body.is_test(content):
            return content
        if httprequest.mimetype != "application/json":
            raise Problem(415)
        encodings = httprequest.headers.get("Content-Encoding", "").lower().split(",")
        if not COMPRESSED.isdisjoint(map(str.strip, encodings)):
            raise Problem(415, "The body is compressed. Send it as it is, without Content-Encoding.")
        if self.body.raw:
            return content
        try:
            value = loads(content)
        except StrictJsonError as error:
            raise Problem(400, f"The body is not JSON: {error}") from error
        if isinstance(value, dict):
            # If a key is sent under both names, one of them remains and is refused.
            for alias, name in self.body.aliases.items():
                if alias in value and name not in value:
                    value[name] = value.pop(alias)
        try:
            return check(value, self.body.checked or self.body.schema, "body")
        except SchemaError as error:
            raise Problem(422, f"{error}.", code="invalid") from error


class ApiController(Controller):
    """Base class of the API's controllers."""


def operation(
    method,
    path,
    *,
    summary,
    answers,
    description="",
    parameters=(),
    body=None,
    errors=(),
    auth="bearer",
    error_form=None,
    readonly=None,
):
    """Declare a controller's method as an operation of the API; see the example in the module docstring.

    :param str path: the path as OpenAPI writes it, ``/api/things/{thing_id}``.
    :param answers: {status: `Reply`} of successful answers.
    :param errors: statuses of errors in addition to the common ones.
    :param auth: how the caller is identified: ``bearer``, or a key of `SECURITY`.
    :param ErrorForm error_form: the form of its errors, if they are not problem documents.
    :param bool readonly: whether a read-only cursor is enough; by default, for GET.
    """

    def decorate(function):
        implied = (404,) if any(parameter.place == "path" for parameter in parameters) else ()
        declared = Operation(
            method,
            path,
            function.__name__,
            summary,
            description,
            tuple(parameters),
            body,
            answers,
            tuple(sorted({*COMMON_ERRORS, *errors, *implied, *(BODY_ERRORS if body else ())})),
            auth,
            error_form,
        )
        OPERATIONS.append(declared)
        return route(
            declared.rule,
            type=ROUTING_TYPE,
            auth=auth,
            methods=[method],
            readonly=method == "GET" if readonly is None else readonly,
            save_session=False,
            # One byte more, so that a longer body can be seen: of one in chunks, werkzeug returns this much.
            max_content_length=declared.max_bytes + 1,
            operation=declared,
        )(function)

    return decorate


def methods_of(path):
    """Return the HTTP methods allowed at `path`; an empty list if the API has no such path."""
    methods = {declared.method for declared in OPERATIONS if declared.path_pattern.fullmatch(path.rstrip("/"))}
    if "GET" in methods:
        methods.add("HEAD")
    return sorted({*methods, "OPTIONS"}) if methods else []


def error_form_at(method, path):
    """Return the :class:`ErrorForm` of the operation at `path`, or None if its errors are problem documents."""
    for declared in OPERATIONS:
        if declared.error_form and declared.method == method and declared.path_pattern.fullmatch(path.rstrip("/")):
            return declared.error_form
    return None


def known_etags():
    """Return the weak and strong etags of the request's If-None-Match header, or ("*",) if it matches any."""
    etags = request.httprequest.if_none_match
    return ("*",) if etags.star_tag else tuple(sorted(etags.as_set(include_weak=True)))
