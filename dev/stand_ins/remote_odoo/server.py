"""A real Odoo server on a separate database, to be mirrored."""

import contextlib
import http.client
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...child_process import stop
from .place import Place

START_TIMEOUT = 120.0  # seconds


@dataclass(frozen=True)
class RemoteServer:
    """A running server; `key` is an API key of its administrator."""

    port: int
    database: str
    key: str
    process: subprocess.Popen

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        """Call a method through JSON-2. Raises RemoteFault with Odoo's message if the method raises."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {
            "Authorization": f"Bearer {self.key}", "X-Odoo-Database": self.database, "Content-Type": "application/json",
        }  # fmt: skip
        with contextlib.closing(connection):
            connection.request("POST", f"/json/2/{model}/{method}", json.dumps(arguments), headers)
            response = connection.getresponse()
            body = response.read()
        if response.status == 200:
            return json.loads(body)
        try:
            reason = json.loads(body)["message"]
        except (ValueError, LookupError, TypeError):
            reason = body[:200]
        raise RemoteFault(f"{model}.{method}: {response.status} {reason}")


class RemoteFault(Exception):
    """The remote answered with an error."""


@contextlib.contextmanager
def serving(place: Place, database: str, port: int, key: str) -> Iterator[RemoteServer]:
    """Serve a database on a port of the loopback interface until the context ends."""
    config = place.write_config(database, http_port=port, list_db=False)
    with tempfile.TemporaryFile() as log:
        process = place.start(["-m", "odoo", "server", f"--config={config}"], log)
        server = RemoteServer(port, database, key, process)
        try:
            _wait_until_it_answers(server, log)
            yield server
        finally:
            stop(process)
            config.unlink()


def _wait_until_it_answers(server: RemoteServer, log: Any) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while server.process.poll() is None and time.monotonic() < deadline:
        try:
            server.call("res.users", "context_get")
        except (OSError, RemoteFault):
            time.sleep(0.1)
        else:
            return
    log.seek(0)
    raise RuntimeError(f"Odoo did not start on port {server.port}:\n{log.read().decode(errors='replace')[-4000:]}")
