"""Hides secrets in texts that quote them, such as another system's error messages."""

import json
from collections.abc import Iterable
from html import escape
from urllib.parse import quote, quote_plus

from .web_address import MASK


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return the text with "***" in place of each secret, also as it is written in addresses, HTML and JSON.

    Empty secrets are ignored.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for written in _writings(secret):
            text = text.replace(written, MASK)
    return text


def _writings(secret: str) -> list[str]:
    encoded = secret.encode("utf-8", "replace").decode()
    writings = {
        secret,
        quote(encoded, safe=""),
        quote(encoded),
        quote_plus(encoded),
        escape(secret),
        escape(secret, quote=False),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }
    return sorted(writings, key=len, reverse=True)
