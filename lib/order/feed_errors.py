"""Errors while fetching a feed, as sentences for the user that never contain a URL's query or a key."""

import ssl
from collections.abc import Iterator
from typing import Literal

import requests
from urllib3.exceptions import ReadTimeoutError

from ..message import Message
from ..message import message as _lt

FeedErrorKind = Literal["connection", "timeout", "status", "auth", "redirect", "content", "limit"]


class FeedError(Exception):
    """The feed could not be read completely. `message` is a sentence for the user, without secrets.

    `retryable` says whether the same request may work later without any changes.
    """

    def __init__(
        self, message: Message, kind: FeedErrorKind, retryable: bool = False, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.retryable = retryable
        self.status = status


def timeout_problem(seconds: float, work_seconds: float, work_is_over: bool) -> Message:
    """Return a sentence that says which time limit was reached: that of the feed, or that of the process.

    It has the placeholder `url`.
    """
    if work_is_over:
        return _lt(
            "The external system (%(url)s) did not deliver everything within the %(seconds)s seconds that Odoo's "
            "time limit leaves for a download (limit_time_real_cron or limit_time_real). The orders received so "
            "far are kept. Have it send fewer orders at a time, or raise the limit.",
            seconds=f"{work_seconds:.0f}",
        )
    return _lt(
        "The external system (%(url)s) did not deliver everything within %(seconds)s seconds; have it send fewer "
        "orders at a time, or raise the Fetch Timeout.",
        seconds=f"{seconds:g}",
    )


def connection_problem(error: requests.RequestException) -> tuple[Message, FeedErrorKind, bool]:
    """Describe an error by its chain of causes, because its own text contains the URL.

    :return: a sentence with the placeholder `url`, and the kind and `retryable` of the `FeedError`
    """
    causes = list(_causes(error))
    certificate = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if certificate:
        problem = _lt(
            "The external system (%(url)s) has a certificate that is not trusted (%(reason)s); have it install a valid "
            "one.",
            reason=certificate.verify_message,
        )
        return problem, "connection", False
    if isinstance(error, requests.exceptions.SSLError):
        problem = _lt(
            "An encrypted connection with the external system (%(url)s) could not be established; check the External "
            "API URL, or have it fix its TLS settings."
        )
        return problem, "connection", False
    if isinstance(error, requests.exceptions.ProxyError):
        problem = _lt("The external system (%(url)s) could not be reached through the proxy of this server.")
        return problem, "connection", True
    if isinstance(error, requests.ConnectTimeout):
        return _lt("The external system (%(url)s) did not accept the connection in time."), "timeout", True
    if isinstance(error, requests.Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in causes):
        return _lt("The external system (%(url)s) did not respond in time."), "timeout", True
    if not isinstance(error, requests.ConnectionError):
        problem = _lt("The request to the external system (%(url)s) failed; check the External API URL.")
        return problem, "connection", False
    # Only errors of the operating system have an errno; those of requests are OSErrors too, but without one.
    reason = next((cause.strerror for cause in causes if isinstance(cause, OSError) and cause.errno), None)
    if reason:
        problem = _lt(
            "The external system (%(url)s) could not be reached, or closed the connection (%(reason)s); check the "
            "External API URL.",
            reason=reason,
        )
    else:
        problem = _lt(
            "The external system (%(url)s) could not be reached, or closed the connection; check the External API URL."
        )
    return problem, "connection", True


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes, including those wrapped by requests and urllib3."""
    pending, seen = [error], set()
    while pending:
        cause = pending.pop()
        if id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            wrapped = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
            pending.extend(item for item in wrapped if isinstance(item, BaseException))
