"""Errors while reading a remote Odoo, as sentences for the user that never contain the secret."""

import ssl
from typing import Literal

import requests

from ..http_transport import BodyError
from ..message import Message
from ..message import message as _lt

ErrorKind = Literal["login", "unreachable", "version", "remote", "content", "settings"]


class OdooClientError(Exception):
    """The remote could not be read. `message` is a sentence for the user, without secrets.

    `kind` is "login" (the credentials are not accepted), "unreachable" (no answer, or not in time), "version" (too
    old), "remote" (the remote answered with an error), "content" (not an answer that Odoo would send) or "settings".
    """

    def __init__(self, message: Message, kind: ErrorKind) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind


def connection_problem(error: BaseException) -> Message:
    """Return why there was no connection, as a part of a sentence."""
    if isinstance(error, requests.exceptions.SSLError | ssl.SSLError):
        return _lt("its certificate is not trusted or TLS failed")
    if isinstance(error, requests.exceptions.ProxyError):
        return _lt("the proxy refused")
    if isinstance(error, BodyError):
        return error.message
    return _lt("the connection failed")
