import hashlib
import json
from functools import cache
from http import HTTPStatus

from .api_operation import EVENT_STREAM, OPERATIONS, SECURITY, Answer, ApiController, Reply, known_etags, operation
from .api_parameters import ETAG_HEADER, NOT_MODIFIED
from .api_problem import DETAILS, PROBLEM_TYPE

PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "error": {"type": "string", "description": "The same text as detail."},
        "code": {"type": "string", "description": "The reason, for programs; only for writes."},
        "parameter": {"type": "string", "description": "The parameter that is wrong."},
        "allowed": {"type": "array", "items": {"type": "string"}, "description": "The allowed values."},
    },
    "required": ["type", "title", "status", "detail", "error"],
}


class OpenApiController(ApiController):
    @operation(
        "GET",
        "/api/odoo/openapi.json",
        summary="Get this document",
        answers={
            200: Reply("The OpenAPI 3.1 document.", {"type": "object"}, headers={"ETag": ETAG_HEADER}),
            304: NOT_MODIFIED,
        },
    )
    def get_openapi(self):
        text, etag = _document_text()
        if etag in known_etags() or "*" in known_etags():
            return Answer(None, status=304, etag=etag)
        return Answer(text, etag=etag)


@cache
def _document_text():
    text = json.dumps(openapi_document(), ensure_ascii=False, indent=2)
    return text, hashlib.sha256(text.encode()).hexdigest()[:32]


def openapi_document():
    """Return the OpenAPI 3.1 document of all declared operations."""
    paths = {}
    for declared in OPERATIONS:
        paths.setdefault(declared.path, {})[declared.method.lower()] = _operation_object(declared)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "External Order Sync",
            "version": "1",
            "description": (
                "Orders, transfers and their detailed operations, shipments, events, and the state of the "
                "synchronization. Ids "
                "are integers, empty values are null, and times are ISO 8601 in UTC. If the server has several "
                "databases, choose one with the header X-Odoo-Database."
            ),
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key of an Odoo user."},
                "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key."},
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "webhook-signature",
                    "description": "A signature with the secret of a synchronization, and no user: see docs/push.md.",
                },
            },
            "schemas": {"Problem": PROBLEM},
            "responses": {f"Problem{status}": _problem_object(status) for status in DETAILS},
        },
    }


def _operation_object(declared):
    result = {"operationId": declared.name, "summary": declared.summary}
    if declared.description:
        result["description"] = declared.description
    if declared.auth != "bearer":
        result["security"] = [{scheme: []} for scheme in SECURITY[declared.auth]]
    if declared.parameters:
        result["parameters"] = [_parameter_object(parameter) for parameter in declared.parameters]
    if declared.body:
        result["requestBody"] = {
            "required": not declared.body.optional,
            "description": declared.body.description,
            "content": {"application/json": {"schema": declared.body.schema}},
        }
    result["responses"] = {
        **{str(status): _response_object(reply) for status, reply in declared.answers.items()},
        **{str(status): _error_object(declared, status) for status in declared.errors},
    }
    return result


def _error_object(declared, status):
    if not declared.error_form:
        return {"$ref": f"#/components/responses/Problem{status}"}
    return {**_problem_object(status), "content": {"application/json": {"schema": declared.error_form.schema}}}


def _parameter_object(parameter):
    result = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required or parameter.place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }
    if parameter.place == "query" and not parameter.required:
        result["allowEmptyValue"] = True  # it counts as absent
    if parameter.schema["type"] == "array":
        result.update(style="form", explode=False)
    return result


def _response_object(reply):
    result = {"description": reply.description}
    if reply.schema is not None:
        result["content"] = {"application/json": {"schema": reply.schema}}
    if reply.is_stream:
        result["content"][EVENT_STREAM] = {"schema": {"type": "string"}}
    if reply.headers:
        result["headers"] = {
            name: {"schema": schema, "description": text} for name, (schema, text) in reply.headers.items()
        }
    if reply.links:
        result["links"] = {
            name: {"operationId": name, "parameters": parameters} for name, parameters in reply.links.items()
        }
    return result


def _problem_object(status):
    result = {
        "description": f"{HTTPStatus(status).phrase}. {DETAILS[status]}",
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == HTTPStatus.UNAUTHORIZED:
        result["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        result["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "In seconds."}}
    return result
