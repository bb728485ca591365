"""The effect of each kind of fault on an answer.

Each function here is a kind of fault: its name is the kind, its keyword arguments are the options with their defaults.
It receives the regular page and the shop, and returns the answer to send instead.
"""

import copy
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

from .answer import Answer, error_answer
from .feed import Page, make_page

if TYPE_CHECKING:
    from .server import ShopServer

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Kind:
    """A kind of fault and its options with their defaults."""

    make: Callable[..., Answer]
    options: dict[str, Any]


KINDS: dict[str, Kind] = {}


def _kind(make: Callable[..., Answer]) -> Callable[..., Answer]:
    KINDS[make.__name__] = Kind(make, make.__kwdefaults__ or {})
    return make


# ---- the server's own trouble ----------------------------------------------------------------------------------------


@_kind
def status(page: Page, shop: "ShopServer", *, status: int = 500, retry_after: int | str | None = None) -> Answer:
    """Answer with a status code; ``retry_after`` is seconds or an HTTP date."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return error_answer(status, "The shop is having a bad day.", headers)


@_kind
def redirect(page: Page, shop: "ShopServer", *, to: str = "127.0.0.2", status: int = 302) -> Answer:
    """Redirect the client: to ``same``, another path here; to ``localhost``, the same server by another name; to
    ``127.0.0.2``, another server that needs no key and serves the same orders. See ``ShopServer.leaked_keys``."""
    if to == "127.0.0.2":
        origin = shop.other_origin()
    elif to == "localhost":
        origin = f"http://localhost:{shop.port}"
    else:
        origin = ""
    return Answer(status, {"Location": f"{origin}/api/moved?{page.request.link(page.request.page)}"})


@_kind
def redirect_loop(page: Page, shop: "ShopServer", *, status: int = 302) -> Answer:
    """Redirect the client in a loop."""
    return Answer(status, {"Location": "/api/loop"})


# ---- the connection --------------------------------------------------------------------------------------------------


@_kind
def delay(page: Page, shop: "ShopServer", *, seconds: float = 5.0) -> Answer:
    """Wait before the first byte."""
    return replace(page.answer(), delay=seconds)


@_kind
def trickle(page: Page, shop: "ShopServer", *, seconds: float = 5.0) -> Answer:
    """Send the body in small pieces over some seconds, each within the client's read timeout."""
    return replace(page.answer(), trickle=seconds)


@_kind
def cut(page: Page, shop: "ShopServer", *, fraction: float = 0.5) -> Answer:
    """Announce the whole body, send a part of it and close."""
    answer = page.answer()
    return replace(answer, length=answer.content_length, send=min(fraction, 0.999))


@_kind
def reset(page: Page, shop: "ShopServer", *, when: str = "before") -> Answer:
    """Reset the connection, ``before`` the answer or in its ``body``."""
    return replace(page.answer(), reset=when, send=0.5)


# ---- answers that are not an order feed ------------------------------------------------------------------------------


@_kind
def bad_json(page: Page, shop: "ShopServer", *, text: str = '{"orders": [{"OrderID": 1,') -> Answer:
    """Send text that is not JSON; unlike with ``cut``, it is complete."""
    return replace(page.answer(), body=text.encode())


@_kind
def html(page: Page, shop: "ShopServer") -> Answer:
    """Send a web page with status 200, like a login page."""
    body = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>\n"
    return Answer(200, {"Content-Type": "text/html; charset=utf-8"}, body)


@_kind
def content_type(page: Page, shop: "ShopServer", *, value: str = "text/html; charset=utf-8") -> Answer:
    """Send the right body with a wrong Content-Type."""
    answer = page.answer()
    return replace(answer, headers={**answer.headers, "Content-Type": value})


@_kind
def empty(page: Page, shop: "ShopServer") -> Answer:
    """Send nothing with status 200."""
    return replace(page.answer(), body=b"")


@_kind
def null(page: Page, shop: "ShopServer") -> Answer:
    """Send ``null``."""
    return replace(page.answer(), body=b"null")


@_kind
def numbers(page: Page, shop: "ShopServer") -> Answer:
    """Send a list of numbers."""
    return page.answer([1, 2, 3])


@_kind
def invalid_utf8(page: Page, shop: "ShopServer") -> Answer:
    """Send bytes that are not UTF-8 inside a JSON string."""
    return replace(page.answer(), body=b'[{"OrderID": "\xff\xfe"}]')


@_kind
def deep(page: Page, shop: "ShopServer", *, depth: int = 10_000) -> Answer:
    """Send nested arrays."""
    return replace(page.answer(), body=b"[" * depth + b"]" * depth)


@_kind
def huge(page: Page, shop: "ShopServer", *, megabytes: int = 50, chunked: bool = False) -> Answer:
    """Send the page padded with blanks, which is valid JSON; with ``chunked``, its length is not announced."""
    body = page.answer().body
    block = b" " * MEGABYTE

    def pieces() -> Iterator[bytes]:
        for _ in range(megabytes):
            yield block
        yield body

    return replace(page.answer(), body=pieces, length=megabytes * MEGABYTE + len(body), chunked=chunked)


@_kind
def gzip_bomb(page: Page, shop: "ShopServer", *, megabytes: int = 100) -> Answer:
    """Send the page padded with blanks and compressed to about a thousandth of its size."""
    answer = page.answer()
    return replace(
        answer, headers={**answer.headers, "Content-Encoding": "gzip"}, body=_padded_gzip(answer.body, megabytes)
    )


@lru_cache(maxsize=4)
def _padded_gzip(body: bytes, megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    block = b" " * MEGABYTE
    return b"".join([*(packer.compress(block) for _ in range(megabytes)), packer.compress(body), packer.flush()])


# ---- orders that are wrong -------------------------------------------------------------------------------------------


@_kind
def strange_number(page: Page, shop: "ShopServer", *, token: str = "NaN", field: str = "GrandTotal") -> Answer:
    """Write ``NaN``, ``Infinity``, ``1e400`` or any other text as a number of the page's first order."""
    marker = "strange number"
    return page.answer_text(_with_first(page, {field: marker}), {marker: token})


@_kind
def no_items(page: Page, shop: "ShopServer", *, missing: bool = False) -> Answer:
    """Send the page's first order with an empty ``OrderItems``, or without the key."""
    payloads = _with_first(page, {"OrderItems": []})
    if missing and payloads and isinstance(payloads[0], dict):
        del payloads[0]["OrderItems"]
    return page.answer(payloads)


def _with_first(page: Page, values: dict[str, Any]) -> list[Any]:
    payloads = copy.deepcopy(page.payloads)
    if payloads and isinstance(payloads[0], dict):
        payloads[0].update(values)
    return payloads


@_kind
def edit(page: Page, shop: "ShopServer") -> Answer:
    """Answer normally, then change the page's first order, so that the next poll receives it changed."""
    numbers = [entry.versions[-1].number for entry in page.entries if entry.versions]
    return replace(page.answer(), then=(lambda: shop.edit_order(numbers[0])) if numbers else None)


# ---- pages that are wrong --------------------------------------------------------------------------------------------


@_kind
def duplicate_page(page: Page, shop: "ShopServer") -> Answer:
    """Send the previous page again (for page 1: itself); its ``Link`` points to the requested page."""
    number = page.request.page
    earlier = replace(page.request, page=max(1, number - 1))
    return replace(make_page(shop.book, page.settings, earlier, page.path), next_page=number).answer()


@_kind
def duplicate_entries(page: Page, shop: "ShopServer") -> Answer:
    """Send every entry of the page twice."""
    return page.answer([payload for payload in page.payloads for _ in range(2)])


@_kind
def reorder(page: Page, shop: "ShopServer") -> Answer:
    """Shuffle the entries of the page; at least the first one moves."""
    payloads = page.payloads
    Random(page.request.page).shuffle(payloads)
    if len(payloads) > 1 and payloads[0] == page.payloads[0]:
        payloads.reverse()
    return page.answer(payloads)


@_kind
def endless_page(page: Page, shop: "ShopServer") -> Answer:
    """Send the first page for every request, always with a link to a next page."""
    first = make_page(shop.book, page.settings, replace(page.request, page=1), page.path)
    return replace(first, next_page=page.request.page + 1).answer()
