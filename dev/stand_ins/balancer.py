"""A load balancer: passes each connection to the next server that accepts it. In the same process, for tests."""

import contextlib
import itertools
import socket
import threading


class Balancer:
    """Listens on a port of the loopback interface; `with Balancer(ports) as balancer: balancer.port`."""

    def __init__(self, ports: list[int]) -> None:
        self.ports = ports
        self._turns = itertools.count()

    def __enter__(self) -> "Balancer":
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(client, next(self._turns)), daemon=True).start()

    def _serve(self, client: socket.socket, turn: int) -> None:
        with client, contextlib.suppress(OSError):
            for number in range(len(self.ports)):
                try:
                    server = socket.create_connection(("127.0.0.1", self.ports[(turn + number) % len(self.ports)]))
                except ConnectionRefusedError:
                    continue
                with server:
                    answers = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
                    answers.start()
                    _pass_on(client, server)
                    answers.join()
                return


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Send what comes from one side to the other until it ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
