"""Faults while the shop pushes its orders instead of being asked for them."""

import hashlib
import hmac
import http.client
import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from dev.failure import Failure

from .kinds import INTERRUPTED, Round, kind, pause
from .laboratory import SYNC_TIMEOUT, Laboratory
from .waiting import wait_until

SECRET = "the secret of the laboratory's shop"
HEADER = "X-Signature"
PER_REQUEST = (1, 5, 25, 60)
TIMEOUT = 60.0  # seconds
STORED = """
    SELECT count(DISTINCT external_id) FROM external_order
    WHERE sync_id = %(store)s AND external_id = ANY(%(numbers)s)
"""


@kind
def push_kill(lab: Laboratory, round_: Round) -> None:
    """Push all orders, and kill the server right after a 202, again and again. Each time, nothing answered is lost."""
    round_.allowed_error = INTERRUPTED
    code = _prepare(lab)
    left, accepted, kills = [(order.number, order.payload()) for order in round_.orders], [], 0
    while left:
        size = round_.random.choice(PER_REQUEST)
        batch, left = left[:size], left[size:]
        # What was answered may be sent again, as by a shop that did not hear the answer.
        again = round_.random.random() < 0.3
        for _time in range(1 + again):
            _push(lab, code, [payload for _number, payload in batch])
        accepted += [str(number) for number, _payload in batch]
        if round_.random.random() < 0.4 or not left:
            pause(round_, round_.random.choice((0.0, 0.0, 2.0)))
            lab.main.kill()
            kills += 1
            stored = lab.database.value(STORED, store=lab.store, numbers=accepted)
            if stored != len(accepted):
                raise Failure(f"{len(accepted)} orders were answered with 202, {stored} are stored")
            lab.main.start()
    round_.note = f"{kills} kills"

    def is_resumed() -> bool:
        """Return whether no run is interrupted; otherwise let the scheduled action have its next regular turn."""
        if not lab.database.value("SELECT 1 FROM external_order_sync_run WHERE status = 'running'"):
            return True
        lab.synchronize("scheduled")
        return False

    # Odoo once passes over a job during which the server ended three times.
    wait_until(is_resumed, "the interrupted run was finished", SYNC_TIMEOUT, poll=3.0)


def _prepare(lab: Laboratory) -> str:
    """Let the store take signed requests; return its code."""
    call = lab.main.client.call
    call("external.order.sync", "write", [lab.store], {"push_signature": "hmac_hex", "push_signature_header": HEADER})
    new = call("external.order.push.secret.new", "create", {"sync_id": lab.store, "secret": SECRET})
    call("external.order.push.secret.new", "action_use", [new])
    [values] = call("external.order.sync", "read", [lab.store], ["code"])
    return values["code"]


def _push(lab: Laboratory, code: str, payloads: list[dict]) -> None:
    body = json.dumps(payloads).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", HEADER: signature}
    try:
        with urlopen(Request(f"{lab.main.url}/api/orders?sync={code}", body, headers), timeout=TIMEOUT) as response:
            status, text = response.status, response.read()
    except HTTPError as error:
        with error:
            raise Failure(f"The push was answered with {error.code}: {error.read()[:300]!r}") from error
    except (OSError, http.client.HTTPException) as error:
        raise Failure(f"The push was not answered: {error}") from error
    results = json.loads(text)["results"]
    if status != 202 or len(results) != len(payloads):
        raise Failure(f"The push was answered with {status}: {text[:300]!r}")
