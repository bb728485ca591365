"""Answer the mirror's requests like Odoo 14 to 18, with their models, method signatures and errors.

The forms of the answers were recorded from the RPC of those versions. Each version refuses what the real one would
refuse: a model or field of another version, an argument that its method does not have, a wrong password.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from .old_tables import Refusal, Tables

DATABASE = "stock_old"
LOGIN = "mirror@example.com"
PASSWORD = "an old password"
UID = 7


class OldOdoo:
    """A stand-in for one version. As a context manager it serves inside the ``with`` block.

    `tables` are its rows, `calls` the calls it received as (model, method), `password` the password it accepts.
    `failures` are HTTP statuses with which the next requests are answered instead.
    """

    def __init__(self, version: int) -> None:
        self.version = version
        self.tables = Tables(version)
        self.password = PASSWORD
        self.calls: list[tuple[str, str]] = []
        self.failures: list[int] = []
        handler = type("Handler", (_Handler,), {"odoo": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "OldOdoo":
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    # ---- what it answers ---------------------------------------------------------------------------------------------

    def answer(self, path: str, params: dict[str, Any]) -> Any:
        """Return the result of a JSON-RPC request."""
        if path == "/web/webclient/version_info":
            return {
                "server_version": f"{self.version}.0", "server_version_info": [self.version, 0, 0, "final", 0, ""],
                "server_serie": f"{self.version}.0", "protocol_version": 1,
            }  # fmt: skip
        service, method, args = params["service"], params["method"], params["args"]
        if args[0] != DATABASE:
            raise Refusal("psycopg2.OperationalError", f'FATAL:  database "{args[0]}" does not exist\n')
        if (service, method) == ("common", "authenticate"):
            return UID if args[1:3] == [LOGIN, self.password] else False
        _database, uid, password, model, name, positional, keywords = args
        if (uid, password) != (UID, self.password):
            raise Refusal("odoo.exceptions.AccessDenied", "Access Denied")
        self.calls.append((model, name))
        call = {"search_read": self.search_read, "web_search_read": self.web_search_read}.get(name)
        if not call:
            raise Refusal("builtins.AttributeError", f"The method '{model}.{name}' does not exist")
        self.tables.table(model)
        return call(model, *positional, **keywords)

    def search_read(
        self, model: str, domain: list, fields: list[str], limit: int | None = None, order: str = "id",
        context: dict[str, Any] | None = None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Answer as ``search_read`` does."""
        return self.tables.read(model, self._search(model, domain, limit, order, context), fields)

    def web_search_read(
        self, model: str, domain: list, limit: int | None = None, order: str = "id",
        context: dict[str, Any] | None = None, **options: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Answer as ``web_search_read`` does: with ``fields`` until 16, a ``specification`` since."""
        name = "fields" if self.version < 17 else "specification"
        if unknown := options.keys() - ({name} if self.version < 17 else {name, "count_limit"}):
            message = f"web_search_read() got an unexpected keyword argument '{unknown.pop()}'"
            raise Refusal("builtins.TypeError", message)
        rows = self._search(model, domain, limit, order, context)
        read = self.tables.read if self.version < 17 else self.tables.web_read
        total = len(self._search(model, domain, options.get("count_limit"), order, context))
        return {"length": max(total, len(rows)), "records": read(model, rows, options[name])}

    def _search(self, model: str, domain: list, limit: int | None, order: str, context: dict[str, Any] | None) -> list:
        return self.tables.search(model, domain, limit, order, (context or {}).get("active_test", True))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    odoo: OldOdoo

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.odoo.failures:
            self._send(self.odoo.failures.pop(0), "text/html", b"<html>")
        elif self.path not in ("/jsonrpc", "/web/webclient/version_info"):
            self._send(404, "text/html", b"<!doctype html><title>404 Not Found</title>")
        else:
            answer = {"jsonrpc": "2.0", "id": body.get("id"), **self._outcome(body["params"])}
            self._send(200, "application/json", json.dumps(answer).encode())

    def _outcome(self, params: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"result": self.odoo.answer(self.path, params)}
        except Refusal as refusal:
            return {"error": {
                "code": 200, "message": "Odoo Server Error",
                "data": {
                    "name": refusal.name, "debug": "Traceback (most recent call last):\n …", "message": str(refusal),
                    "arguments": [str(refusal)], "context": {},
                },
            }}  # fmt: skip

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_args: object) -> None:
        """Stay quiet."""
