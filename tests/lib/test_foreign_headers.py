"""However malformed the headers of another system are, there is a clear error, and nothing is sent elsewhere."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_server import WireServer, answer

from lib.opal.client import OpalClient
from lib.opal.errors import OpalError
from lib.order.feed import FeedError, FeedSettings, OrderFeed
from lib.remote_odoo.client import Connection, OdooClient, OdooClientError

SECRET = "the-secret-of-this-test"
SPECIAL = [
    "http://[", "<http://[>; rel=next", "<>; rel=next", "<http://[::1>; rel=next", "<//>; rel=next",
    "<http://a..b/>; rel=next", "<http://127.0.0.1:99999/>; rel=next", "<http://%zz/>; rel=next", "//[", "http://[v1.x]/",
    "http://a]b/", "http:///", "http://:80", "\xff\xfe", "text/html; charset=idna", "text/html; charset=undefined",
    "text/html; charset=hex", "text/html; charset=utf-7", "text/html; charset=punycode", "-1", "1, 2", "nan", "1e400",
    "Mon, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359", "99999999999999999999", "chunked, chunked",
    "gzip, gzip", "deflate",
]  # fmt: skip
NAMES = [
    "Link", "Location", "Retry-After", "Content-Type", "Content-Encoding", "Transfer-Encoding", "Content-Length",
    "Date", "Set-Cookie", "Refresh", "Content-Location", "Content-Disposition",
]  # fmt: skip
values = (
    st.sampled_from(SPECIAL)
    | st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=40)
    | st.text("<>[]:/?#@%;=\"',rel nxt.0123", max_size=30).map(lambda text: f"<http://{text}>; rel=next")
)
headers = st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=3)
statuses = st.sampled_from(["200 OK", "204 No Content", "302 Found", "308 Permanent Redirect", "429 Slow", "503 Busy"])
bodies = st.sampled_from([b"[]", b'[{"OrderID": 1}]', b"", b"<html>"])


def first_answers(status, head, body):
    return answer(body, *(f"{name}: {value}" for name, value in head), status=status)


@pytest.fixture(scope="module")
def server():
    with WireServer(b"") as started, WireServer(answer()) as elsewhere:
        yield started
        assert not elsewhere.heads


@settings(max_examples=150)
@given(statuses, headers, bodies)
def test_a_feed_gives_orders_or_a_clear_error(server, status, head, body):
    server.scripts = (first_answers(status, head, body),)
    feed = FeedSettings(
        url=server.url, api_key=SECRET, retries=1, backoff=0, read_timeout=2, total_timeout=5, max_pages=3
    )
    try:
        for page in OrderFeed(feed).pages():
            list(page.entries)
    except FeedError as error:
        assert SECRET not in str(error)


@settings(max_examples=150)
@given(statuses, headers, st.sampled_from([b"<html><form><input type=password></form></html>", b"<html>\xfc", b""]))
def test_the_courier_gives_a_clear_error(server, status, head, body):
    server.scripts = (first_answers(status, head, body),)
    with pytest.raises(OpalError) as caught, OpalClient(server.url, "user", SECRET, timeout=5) as client:
        client.check()
    assert SECRET not in str(caught.value)


@settings(max_examples=150)
@given(statuses, headers, st.sampled_from([b'{"result": {"server_version_info": [17]}}', b"{}", b""]))
def test_a_remote_odoo_gives_a_clear_error(server, status, head, body):
    server.scripts = (first_answers(status, head, body),)
    connection = Connection(server.url, "database", "login", SECRET, request_timeout=2, retries=1, backoff=0)
    with pytest.raises(OdooClientError) as caught, OdooClient(connection) as client:
        client.connect()
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("special", SPECIAL)
@pytest.mark.parametrize(
    ("name", "status"), [("Link", "200 OK"), ("Location", "302 Found"), ("Content-Type", "200 OK")]
)
def test_each_special_header_of_a_feed(server, name, status, special):
    """Random headers rarely have the names that matter."""
    server.scripts = (answer(b'[{"OrderID": 1}]', f"{name}: {special}", status=status),)
    feed = FeedSettings(url=server.url, api_key=SECRET, retries=0, read_timeout=2, total_timeout=5, max_pages=3)
    try:
        for page in OrderFeed(feed).pages():
            list(page.entries)
    except FeedError as error:
        assert SECRET not in str(error)


@pytest.mark.parametrize("year", [1, 9999])
def test_a_remote_clock_at_the_end_of_time(server, year):
    date = format_datetime(datetime(year, 1 if year == 1 else 12, 1, tzinfo=UTC)).replace("+0000", "+2359")
    server.scripts = (answer(b'{"result": {"server_version_info": [17]}}', f"Date: {date}"),)
    connection = Connection(server.url, "database", "login", SECRET, retries=0)
    with pytest.raises(OdooClientError), OdooClient(connection) as client:
        client.connect()
