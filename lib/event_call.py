"""Sends messages to the address of a subscriber, one after the other, and reports how each one ended."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from .http_transport import BodyError, BodyTooLarge, Deadline, DeadlineExceeded, PrivateAddress, open_session, read_body
from .message import Message
from .message import message as _lt
from .secret_texts import without_secrets
from .webhook_signature import sign_standard

# Seconds for one call: until the connection stands, until the answer begins, and in all.
CONNECT_TIMEOUT = 5
READ_TIMEOUT = 15
TIMEOUT = 20
# How much of an answer is read, and shown.
MAX_ANSWER = 16 * 1024
SHOWN = 300
# A longer Retry-After is not waited for.
LONGEST_RETRY_AFTER = 24 * 3600


@dataclass(frozen=True)
class Call:
    """A message to send.

    :param key: identifies the call for the caller
    :param keys: the secrets to sign it with, as Standard Webhooks; without any, it is not signed
    :param secrets: texts that no message about the call may contain
    """

    key: Any
    method: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    message_id: str = ""
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Reply:
    """How a call ended.

    :param status: the HTTP status, None without an answer
    :param problem: what went wrong, None if nothing did
    :param retry_after: seconds that the receiver asks to wait
    """

    status: int | None
    problem: Message | None = None
    retry_after: float | None = None

    @property
    def is_received(self) -> bool:
        return self.problem is None


def send_all(calls: Sequence[Call], public_only: bool, go_on_after: frozenset[int]) -> Iterator[tuple[Call, Reply]]:
    """Send messages one after the other, and yield each with its reply. The first that fails is the last.

    :param public_only: whether addresses of the own network are refused
    :param go_on_after: statuses of refused messages that do not keep the next ones
    """
    deadline = Deadline(TIMEOUT)
    with open_session(deadline, {}, 0, 0, CONNECT_TIMEOUT, public_only=public_only) as session:
        for call in calls:
            deadline.restart(TIMEOUT)
            reply = _send(session, deadline, call)
            yield call, reply
            if not reply.is_received and reply.status not in go_on_after:
                return


def _send(session: requests.Session, deadline: Deadline, call: Call) -> Reply:
    headers = {"User-Agent": "External-Order-Sync", **call.headers}
    if call.keys:
        headers.update(sign_standard(call.keys, call.message_id, int(time.time()), call.body))
    try:
        with session.request(
            call.method, call.url, data=call.body or None, headers=headers, timeout=READ_TIMEOUT, stream=True,
            allow_redirects=False,
        ) as response:  # fmt: skip
            return _read(response, deadline, call)
    except PrivateAddress:
        problem = _lt(
            "The address belongs to a private network, to which no messages are sent. docs/events.md says how to allow "
            "it."
        )
    except (DeadlineExceeded, requests.Timeout):
        problem = _lt("There was no answer within %(seconds)s seconds.", seconds=TIMEOUT)
    except requests.exceptions.SSLError:
        problem = _lt("An encrypted connection could not be established: check the certificate of the receiver.")
    except requests.ConnectionError:
        problem = _lt("The connection could not be established, or was lost.")
    except (requests.RequestException, ValueError, OSError) as error:
        problem = _lt("The message could not be sent (%(reason)s).", reason=type(error).__name__)
    return Reply(None, problem)


def _read(response: requests.Response, deadline: Deadline, call: Call) -> Reply:
    status = response.status_code
    if 200 <= status < 300:
        return Reply(status)
    if 300 <= status < 400:
        return Reply(status, _lt("The receiver answered %(status)s: enter the address it points to.", status=status))
    try:
        text = read_body(response, MAX_ANSWER, deadline.remaining).decode(errors="replace")
    except (BodyError, BodyTooLarge, DeadlineExceeded, requests.RequestException):
        text = ""
    text = without_secrets(" ".join(text.replace("\0", "").split()), call.secrets)[:SHOWN]
    problem = (
        _lt("The receiver answered %(status)s: %(text)s", status=status, text=text)
        if text
        else _lt("The receiver answered %(status)s.", status=status)
    )
    return Reply(status, problem, _retry_after(response.headers.get("Retry-After", "")))


def _retry_after(text: str) -> float | None:
    """Return the seconds of a Retry-After (RFC 9110, section 10.2.3: seconds or a date), `None` if it is neither."""
    text = text.strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        seconds = float(text)
    else:
        try:
            # urllib3's reading of it has a limit of six hours.
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)
