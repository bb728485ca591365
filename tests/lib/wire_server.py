"""A listening socket that sends exactly the given bytes, for answers that no HTTP server would send."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager

Script = bytes | Callable[[socket.socket], None]


class WireServer:
    """Answers the n-th connection with the n-th script, the last one again and again. `heads` are the request heads."""

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self.scripts = scripts
        self.heads: list[str] = []
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/orders"

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    received = connection.recv(65536)
                    if not received:
                        return
                    head += received
                self.heads.append(head.decode("latin-1"))
                script = self.scripts[min(len(self.heads), len(self.scripts)) - 1]
                if callable(script):
                    script(connection)
                else:
                    connection.sendall(script)
        except OSError:
            return  # the client has seen enough, or does not trust the certificate

    def __enter__(self) -> "WireServer":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *exception) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def answer(body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return an answer with a Content-Length, which may be a wrong one."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body


def dripping(pieces: Iterable[bytes], seconds: float) -> Callable[[socket.socket], None]:
    """Return a script that sends the pieces with a pause after each."""

    def script(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(seconds)

    return script


@contextmanager
def took_less_than(seconds: float):
    """Fail if the block takes longer."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds
