"""A server that quotes a secret in every part of an answer that can hold text."""

from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

# Name → status, headers and body; the secret is put in for %s.
ANSWERS = {
    "broken JSON": (200, {}, "%s is not the key"),
    "broken list": (200, {}, '[{"OrderID": 1}, %s'),
    "refused entry": (200, {}, '[{"OrderID": 1, "%s": NaN}]'),
    "doubled key": (200, {}, '[{"OrderID": 1, "%s": 1, "%s": 2}]'),
    "other object": (200, {}, '{"%s": 1}'),
    "web page": (200, {"Content-Type": "text/html"}, "<html><title>%s</title><p>No user %s</p></html>"),
    "login page": (200, {"Content-Type": "text/html"}, "<form method=post>%s<input name=u><input type=password name=p>"
                   "<input type=submit></form>"),
    "charset": (200, {"Content-Type": "application/json; charset=%s"}, "[]"),
    "encoding": (200, {"Content-Encoding": "%s"}, "[]"),
    "refusal": (400, {"X-Error": "%s"}, "The key %s is wrong"),
    "no access": (401, {"WWW-Authenticate": 'Bearer error="%s"'}, '{"message": "The key %s is wrong"}'),
    "nothing there": (404, {}, '{"message": "%s"}'),
    "server error": (500, {}, '{"message": "Traceback: %s", "name": "%s"}'),
    "redirect": (302, {"Location": "http://elsewhere.test/%s?key=%s"}, ""),
    "redirect to a user": (302, {"Location": "http://%s@elsewhere.test/"}, ""),
    "redirect to nowhere": (302, {"Location": "%s:["}, ""),
    "next page": (200, {"Link": "<http://%s.test/%s?key=%s>; rel=next"}, '[{"OrderID": 1}]'),
    "RPC error": (200, {}, '{"error": {"message": "%s", "data": {"name": "x", "message": "No user %s"}}}'),
    "RPC result": (200, {}, '{"result": {"server_version": "%s", "server_version_info": ["%s", 0]}}'),
}  # fmt: skip


class QuotingServer:
    """Listens on 127.0.0.1 and answers every request with `answer`, one of `ANSWERS`."""

    def __init__(self, secret):
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, body = ANSWERS[server.answer]
                content = body.replace("%s", secret).encode()
                self.send_response(status, secret)
                for name, value in headers.items():
                    self.send_header(name, value.replace("%s", secret))
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, *_args):
                pass

        self.answer = next(iter(ANSWERS))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port

    def __enter__(self):
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self._server.shutdown()
        self._server.server_close()
