"""An HTTP answer as data, including all the ways in which it can go wrong on the wire."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What the handler writes.

    :param body: the bytes, or a function that returns them piece by piece together with ``length``
    :param length: value of ``Content-Length``, ``None`` for the length of ``body``
    :param chunked: send without ``Content-Length``, in chunks
    :param delay: seconds before the first byte of the answer
    :param trickle: seconds over which the body is sent
    :param send: share of the body that is sent before the connection is closed
    :param reset: reset the connection: ``before`` anything is sent, or in the middle of the ``body``
    :param then: called after the answer has been sent
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Callable[[], Iterable[bytes]] = b""
    length: int | None = None
    chunked: bool = False
    delay: float = 0.0
    trickle: float = 0.0
    send: float = 1.0
    reset: str | None = None
    then: Callable[[], Any] | None = None

    @property
    def content_length(self) -> int:
        if self.length is not None:
            return self.length
        if callable(self.body):
            raise ValueError("a body in pieces needs its length")
        return len(self.body)

    def pieces(self) -> Iterable[bytes]:
        """Return the body in the pieces to write."""
        if callable(self.body):
            return self.body()
        body = self.body[: int(len(self.body) * self.send)] if self.send < 1 else self.body
        if not self.trickle:
            return (body,)
        size = max(1, len(body) // 20)
        return [body[start : start + size] for start in range(0, len(body), size)]


def json_answer(status: int, value: Any, headers: dict[str, str] | None = None) -> Answer:
    """Return a value as JSON."""
    all_headers = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return Answer(status, all_headers, json.dumps(value).encode())


def error_answer(status: int, message: str, headers: dict[str, str] | None = None) -> Answer:
    """Return an error in the shop's own words."""
    return json_answer(status, {"error": message}, headers)
