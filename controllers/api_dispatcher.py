import json
from http import HTTPStatus

from odoo import api
from odoo.http import Dispatcher, get_default_session, root

from .api_operation import EVENT_STREAM, ROUTING_TYPE, Answer, error_form_at, methods_of
from .api_problem import PROBLEM_TYPE, problem_of

# Seconds in which a client has to take a part of a stream.
STREAM_TIMEOUT = 15


class WarehouseApiDispatcher(Dispatcher):
    """Write every answer of the API as JSON, errors included, and keep the API free of sessions."""

    routing_type = ROUTING_TYPE
    mimetypes = ("application/json",)

    def __init__(self, request):
        super().__init__(request)
        self._forget_session()

    @classmethod
    def is_compatible_with(cls, request):
        return True  # the operation checks the content type, so that the error is a problem document

    def _forget_session(self):
        """Accept the API key as the only identity.

        `auth="bearer"` falls back to the browser's session. A page of another site could make a browser send that
        cookie with a POST. Also, a call must not write a session or fail because of a cookie it happens to carry.
        """
        request = self.request
        request.session.can_save = False
        if request.session.uid is None:
            return
        session = root.session_store.new()
        session.update(get_default_session(), db=request.db)
        session.context["lang"] = request.default_lang()
        session.can_save = False
        request.session = session
        request.env = api.Environment(request.env.cr, None, session.context)
        request.env.transaction.default_env = request.env

    def dispatch(self, endpoint, args):
        request = self.request
        httprequest = request.httprequest
        operation = endpoint.routing.get("operation")
        request.params = dict(args)
        if operation and httprequest.method == "OPTIONS":
            return self._make_response(b"", {"Allow": ", ".join(methods_of(httprequest.path))}, HTTPStatus.NO_CONTENT)
        if operation:
            request.params = operation.read_request(httprequest, args)
        return self._response(request.registry["ir.http"]._dispatch(endpoint))

    def _response(self, answer: Answer):
        if answer.stream is not None:
            return self._make_stream(answer)
        content = answer.content
        if content is not None and not isinstance(content, str):
            content = json.dumps(content, ensure_ascii=False)
        headers = dict(answer.headers)
        if answer.etag:
            # Weak: the etag identifies the content, not the exact bytes.
            headers.update({"ETag": f'W/"{answer.etag}"', "Cache-Control": "private, no-cache"})
        else:
            headers["Cache-Control"] = "no-store"
        headers["Vary"] = "Authorization, X-API-Key"
        if content is not None:
            is_problem = answer.status >= HTTPStatus.BAD_REQUEST
            headers["Content-Type"] = PROBLEM_TYPE if is_problem else "application/json; charset=utf-8"
        return self._make_response((content or "").encode(), headers, answer.status)

    def _make_stream(self, answer: Answer):
        """Return the response whose body is written as it comes, after the request has ended."""
        # A client that stops reading would otherwise occupy its place forever. Worker processes have such a limit; the
        # threaded server has none, but gives the socket to the request, for Odoo's own websockets.
        if connection := self.request.httprequest._HTTPRequest__environ.get("socket"):
            connection.settimeout(STREAM_TIMEOUT)
        headers = {
            "Content-Type": EVENT_STREAM,
            "Cache-Control": "no-store",
            "Vary": "Authorization, X-API-Key, Accept",
            "X-Accel-Buffering": "no",  # nginx would collect events before it passes them on
        }
        return self.request.make_response(answer.stream, list(headers.items()), status=answer.status)

    def handle_error(self, exc):
        problem = problem_of(exc)
        if form := error_form_at(self.request.httprequest.method, self.request.httprequest.path):
            status, content = form.describe(problem)
            headers = {**problem.all_headers(), "Content-Type": "application/json; charset=utf-8"}
            return self._make_response(json.dumps(content, ensure_ascii=False).encode(), headers, status)
        return self._make_response(problem.to_json().encode(), problem.all_headers(), problem.code)

    def _make_response(self, body, headers, status):
        response = self.request.make_response(body, list(headers.items()), status=status)
        if "Content-Type" not in headers:
            response.headers.remove("Content-Type")  # werkzeug's default, text/html
        return response
