"""Errors as ``application/problem+json`` (RFC 9457).

Nothing internal to the server leaks out: only `Problem` and Odoo's own user errors keep their text; every other
exception is reported with the default sentence for its status.
"""

import json
from http import HTTPStatus

import psycopg2
from odoo.exceptions import (
    AccessDenied,
    AccessError,
    ConcurrencyError,
    LockError,
    MissingError,
    UserError,
)
from odoo.http import SessionExpiredException
from werkzeug.exceptions import HTTPException

from ..models.order_sync.push_refused import SignatureRefused
from ..tools.transaction import TRANSIENT_ERRORS

PROBLEM_TYPE = "application/problem+json"

DETAILS = {
    400: "The request is not valid.",
    401: "Send an Odoo API key: Authorization: Bearer KEY.",
    403: "The user of this API key is not allowed to do this.",
    404: "There is nothing at this address, or the user of this API key is not allowed to see it.",
    405: "This method is not allowed at this address.",
    409: "The request conflicts with the current data.",
    410: "What was asked for is no longer there.",
    412: "It has changed since it was read. Read it again.",
    413: "The body is too large.",
    415: "The body must be application/json.",
    422: "The request cannot be processed with these values.",
    429: "Too many requests. Try again later.",
    500: "The server failed. The reason is in its log.",
    503: "The service is temporarily unavailable. Try again later.",
}

# Headers of an answer to trouble that passes: a lock, a conflict with another request, a courier that is busy. It is
# never a 4xx: a handheld discards what was answered with one.
RETRY_SOON = {"Retry-After": "5"}

# Headers of a werkzeug exception that are passed on to the client.
_KEPT_HEADERS = ("Allow", "Retry-After")


class Problem(HTTPException):
    """An error that is reported to the client as it is.

    :param int status: the HTTP status, one of ``DETAILS``.
    :param str detail: what is wrong with this request, and what is allowed.
    :param headers: more headers, as a mapping.
    :param members: more members of the problem object, such as the allowed values.
    """

    def __init__(self, status, detail=None, headers=None, **members):
        super().__init__(detail or DETAILS[status])
        self.code = status
        self.extra_headers = dict(headers or {})
        self.members = members

    def to_json(self):
        return json.dumps(
            {
                "type": "about:blank",
                "title": HTTPStatus(self.code).phrase,
                "status": self.code,
                "detail": self.description,
                "error": self.description,  # where clients of the earlier API look for the text
                **self.members,
            },
            ensure_ascii=False,
        )

    def all_headers(self):
        headers = {"Content-Type": PROBLEM_TYPE, "Cache-Control": "no-store", **self.extra_headers}
        if self.code == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        return headers


def problem_of(error):
    """Return the `Problem` that reports `error`, any exception, to the client."""
    match error:
        case Problem():
            return error
        case SignatureRefused():
            return Problem(401, error.answer)
        case AccessDenied() | SessionExpiredException():
            return Problem(401)
        case AccessError():
            return Problem(403)  # Odoo's text names models and groups
        case MissingError():
            return Problem(404)
        case LockError() | ConcurrencyError():
            return Problem(503, headers=RETRY_SOON)
        case UserError() if isinstance(error.__cause__, TRANSIENT_ERRORS):
            return Problem(503, headers=RETRY_SOON)
        case UserError() if isinstance(error.__cause__, psycopg2.Error):
            return Problem(409, code="refused")  # a constraint's text names tables
        case UserError():
            status = error.http_status if error.http_status in DETAILS else 422
            retry = RETRY_SOON if status == HTTPStatus.SERVICE_UNAVAILABLE else None
            return Problem(status, str(error), headers=retry, **getattr(error, "members", {}))
        case HTTPException() if error.code:
            status = error.code if error.code in DETAILS else (400 if error.code < 500 else 500)
            kept = {key: value for key, value in error.get_headers() if key in _KEPT_HEADERS}
            return Problem(status, headers=kept)
        case psycopg2.OperationalError() | psycopg2.InterfaceError():
            return Problem(503, headers=RETRY_SOON)
    return Problem(500)
