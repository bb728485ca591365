"""Hides secrets in texts that quote them, such as another system's error messages."""

import json
from collections import defaultdict
from collections.abc import Iterable
from html import escape
from urllib.parse import quote, quote_plus

from .web_address import MASK

# A shorter secret is only hidden as a whole.
SHORTEST_IN_PARTS = 9

_WITHOUT_DIGITS = str.maketrans(dict.fromkeys("0123456789", "#"))


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return the text with "***" in place of each secret, also as it is written in addresses, HTML and JSON.

    A text may quote a secret only in part, such as an excerpt that begins or ends within it, in which digits may be
    "#". Therefore, parts of long secrets are hidden too. Empty secrets are ignored.
    """
    secrets = sorted(filter(None, secrets), key=len, reverse=True)
    for secret in secrets:
        for written in _writings(secret):
            text = text.replace(written, MASK)
    for secret in secrets:
        if len(secret) >= SHORTEST_IN_PARTS:
            text = _without_parts(text, secret, 8 if len(secret) >= 16 else 6, words=False)
            text = _without_parts(text, secret, min(12, len(secret) - 2), words=True)
    return text


def _without_parts(text: str, secret: str, length: int, *, words: bool) -> str:
    """Return the text without the parts of a secret that have at least this length.

    :param words: whether parts that look like words count: shorter ones would hide what a message needs, such as
        "password"
    """
    parts = defaultdict(set)
    for start in range(len(secret) - length + 1):
        part = secret[start : start + length]
        if words or not (part.isalpha() and part[1:].islower()):
            parts[part.translate(_WITHOUT_DIGITS)].add(part)
    alike = text.translate(_WITHOUT_DIGITS)
    shown, end = [], 0
    for start in range(len(text) - length + 1):
        quoted = text[start : start + length]
        if any(_is_quoted(part, quoted) for part in parts.get(alike[start : start + length], ())):
            if start >= end:
                shown += [text[end:start], MASK]
            end = start + length
    return "".join([*shown, text[end:]])


def _is_quoted(part: str, text: str) -> bool:
    return all(written in (own, "#") for own, written in zip(part, text, strict=True))


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
