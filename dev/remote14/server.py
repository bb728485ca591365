"""The PostgreSQL and the Odoo of `machine`, and the calls of a client of Odoo 14."""

import contextlib
import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg2

from .. import child_process, paths, progress
from ..failure import Failure
from ..stand_ins.remote_odoo.place import Place
from ..stand_ins.remote_odoo.server import RemoteFault
from . import machine

ROLE = "odoo"
LOGIN = PASSWORD = "admin"
TEMPLATE = "remote14_template"
MODULES = "stock,sale_stock"
START_TIMEOUT = 120.0  # seconds
# Arguments that Odoo 14 takes by their position in a remote call.
POSITIONAL = ("ids", "vals_list", "vals", "domain")


@contextlib.contextmanager
def database_server() -> Iterator[Place]:
    """Run the PostgreSQL within the block. Yield the place through which its databases are read."""
    place = Place({"db_host": str(machine.ROOT / machine.SOCKETS[1:]), "db_user": ROLE})
    if not (machine.ROOT / machine.CLUSTER[1:] / "PG_VERSION").exists():
        options = (f"--pgdata={machine.CLUSTER}", f"--username={ROLE}", "--auth=trust", "--encoding=UTF8")
        _run("remote14-initdb", f"{machine.PROGRAMS}/initdb", *options)
    command = (f"{machine.PROGRAMS}/postgres", "-D", machine.CLUSTER, "-k", machine.SOCKETS, "-c", "listen_addresses=")
    # The socket's folder belongs to the user of the server alone, as do its data.
    with _program("remote14-postgres", lambda: _connects(place), *command):
        yield place


@contextlib.contextmanager
def serving(place: Place, database: str, port: int) -> Iterator["OldServer"]:
    """Serve a database on a port of the loopback interface within the block."""
    options = ("--http-interface=127.0.0.1", f"--http-port={port}", "--max-cron-threads=0", "--no-database-list")
    server = OldServer(port, database)
    with _program("remote14-odoo", server.is_ready, *_odoo(database), *options):
        yield server


def ensure_template(place: Place) -> None:
    """Create the database with the modules and Odoo's demo data, unless it exists."""
    with contextlib.closing(place.connect("postgres")) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if cursor.fetchone():
            return
    unfinished = f"{TEMPLATE}_part"
    place.drop_database(unfinished)
    with progress.step(f"Database of Odoo 14 with {MODULES} and demo data (once)"):
        _run("remote14-modules", *_odoo(unfinished), f"--init={MODULES}", "--stop-after-init", "--no-http")
    with contextlib.closing(place.connect("postgres")) as connection:
        connection.cursor().execute(f"ALTER DATABASE {unfinished} RENAME TO {TEMPLATE}")


@dataclass
class OldServer:
    """A running server."""

    port: int
    database: str
    uid: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        """Call a method as the administrator. Raises RemoteFault with Odoo's message if the method raises."""
        positional = [arguments.pop(name) for name in POSITIONAL if name in arguments]
        return self.rpc("object", "execute_kw", self.database, self.uid, PASSWORD, model, method, positional, arguments)

    def is_ready(self) -> bool:
        """Return whether it answers; sign in."""
        try:
            self.uid = self.rpc("common", "authenticate", self.database, LOGIN, PASSWORD, {})
        except (OSError, http.client.HTTPException, ValueError):
            return False
        return True

    def rpc(self, service: str, method: str, *arguments: Any) -> Any:
        """Return the result of a JSON-RPC request. Raises RemoteFault if it is refused."""
        answer = self.post({"service": service, "method": method, "args": arguments})
        if "error" in answer:
            data = answer["error"]["data"]
            raise RemoteFault(f"{'.'.join(map(str, arguments[3:5]))}: {data['name']}: {data['message']}")
        return answer.get("result")  # Odoo leaves it out if a method returns None

    def post(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a JSON-RPC request as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "id": 1, "params": parameters})
        with contextlib.closing(connection):
            connection.request("POST", "/jsonrpc", body, {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())


def _odoo(database: str) -> tuple[str, ...]:
    return (
        "/usr/bin/odoo", "--config=/dev/null", f"--data-dir={machine.DATA}", f"--db_host={machine.SOCKETS}",
        f"--db_user={ROLE}", f"--database={database}", f"--db-filter=^{database}$", "--log-level=warn",
    )  # fmt: skip


def _run(name: str, *command: str) -> None:
    progress.run(machine.inside(*command), name, failure=f"{name} failed.", env=machine.ENVIRONMENT)


@contextlib.contextmanager
def _program(name: str, is_ready: Callable[[], bool], *command: str) -> Iterator[None]:
    """Run a program within the block, which begins when it is ready."""
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log = paths.LOGS / f"{name}.log"
    with log.open("wb") as output:
        process = child_process.start(machine.inside(*command), output, machine.ENVIRONMENT)
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"{name} did not start.\n{progress.tail(log)}")
            time.sleep(0.2)
        yield
    finally:
        child_process.stop(process)


def _connects(place: Place) -> bool:
    try:
        place.connect("postgres").close()
    except psycopg2.OperationalError:
        return False
    return True
