"""Makes the call about an order from a template: an address, headers and JSON with placeholders such as {order_id}.

A JSON text that is only a placeholder becomes the value with its type (a number, null); inside a longer text it becomes
text. Values in an address are encoded, and those in a header have no line breaks.
"""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

from .strict_json import StrictJsonError, loads

_PLACEHOLDER = re.compile(r"\{(\w{1,60})\}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Headers that the sender sets itself.
_RESERVED = {"host", "content-length", "transfer-encoding", "connection", "content-encoding"}


class TemplateError(ValueError):
    """The template is wrong. `reason`: "json", "header" or "placeholder"; `text` is the wrong part."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.text = text


def check_template(names: Collection[str], url: str, headers: str, body: str) -> None:
    """Check the parts of a template.

    :param names: of the placeholders that there are
    :raise TemplateError: if it cannot be filled
    """
    if body.strip():
        try:
            loads(body.encode())
        except StrictJsonError as error:
            raise TemplateError("json", str(error)) from None
    read_headers(headers)
    for text in (url, headers, body):
        for name in _PLACEHOLDER.findall(text):
            if name not in names:
                raise TemplateError("placeholder", f"{{{name}}}")


def read_headers(text: str) -> dict[str, str]:
    """Return the headers of lines such as ``X-Key: value``.

    :raise TemplateError: if a line is not a header, or one that the sender sets
    """
    headers = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        value = value.strip()
        is_valid = colon and _HEADER_NAME.fullmatch(name.strip()) and not _CONTROL.search(value)
        if not is_valid or name.strip().lower() in _RESERVED:
            raise TemplateError("header", line)
        headers[name.strip()] = value
    return headers


def fill_url(url: str, values: Mapping[str, Any]) -> str:
    """Return the address with the encoded values."""
    return _PLACEHOLDER.sub(lambda match: quote(_text(values.get(match[1])), safe=""), url)


def fill_headers(headers: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers with the values, as ASCII."""
    return {
        name: _CONTROL.sub(" ", _filled(value, values)).encode("ascii", "replace").decode().strip()
        for name, value in headers.items()
    }


def fill_body(body: str, values: Mapping[str, Any]) -> bytes:
    """Return the JSON with the values; nothing if the template is empty."""
    if not body.strip():
        return b""
    return json.dumps(_fill(json.loads(body), values), ensure_ascii=False).encode()


def _fill(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _fill(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, values) for item in value]
    if not isinstance(value, str):
        return value
    if whole := _PLACEHOLDER.fullmatch(value):
        return values.get(whole[1])
    return _filled(value, values)


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return _PLACEHOLDER.sub(lambda match: _text(values.get(match[1])), text)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
