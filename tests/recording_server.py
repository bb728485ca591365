"""A server that records every byte it receives, to be searched for what must not have been sent."""

import socket
import threading
from contextlib import suppress

# What each path is answered with, so that a client goes on to where it sends its secret.
ANSWERS = {
    b"/web/webclient/version_info": b'{"result": {"server_version_info": [17]}}',
    b"/jsonrpc": b'{"result": false}',
    b"/courier": b"<form method=post><input name=user><input name=word type=password><input type=submit></form>",
}


class Recorder:
    """Listens on 127.0.0.1; `received` holds what came, a text for each connection."""

    def __init__(self):
        self.received = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def _serve(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(5)
                self._answer(connection)

    def _answer(self, connection):
        data = connection.recv(65536)
        while data[:1].isalpha() and not _is_whole(data):  # anything else is not HTTP, such as the beginning of TLS
            piece = connection.recv(65536)
            if not piece:
                break
            data += piece
        self.received.append(data.decode("latin-1"))
        path = data.split(b" ")[1].partition(b"?")[0] if data[:1].isalpha() else b""
        body = ANSWERS.get(path, b"[]")
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _is_whole(data):
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator:
        return False
    length = next(
        (int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
    )
    return len(body) >= length
