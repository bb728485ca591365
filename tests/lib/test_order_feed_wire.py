"""The order feed with answers that no HTTP server would send, and with TLS, proxies and the user's .netrc."""

import datetime
import gzip
import ipaddress
import itertools
import os
import ssl
import time
import zlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from wire_server import WireServer, answer, dripping, took_less_than

from lib.order.feed import FeedError, FeedSettings, OrderFeed

KEY = "the-key"
ORDERS = b'[{"OrderID": 1}]'


def feed(url: str, **changes) -> OrderFeed:
    return OrderFeed(FeedSettings(**{"url": url, "api_key": KEY, "backoff": 0.01, "read_timeout": 2, **changes}))


def numbers(url: str, **changes) -> list[int]:
    return [entry["OrderID"] for page in feed(url, **changes).pages() for entry in page.entries]


def failure(kind: str, url: str, **changes) -> str:
    with pytest.raises(FeedError) as caught:
        numbers(url, **changes)
    assert caught.value.kind == kind, str(caught.value)
    assert KEY not in str(caught.value)
    return str(caught.value)


# ---- the body --------------------------------------------------------------------------------------------------------


def chunked(*chunks: bytes, end: bool) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head + body + (b"0\r\n\r\n" if end else b"")


def test_a_chunked_answer_counts_only_with_its_last_chunk():
    with WireServer(chunked(ORDERS[:5], ORDERS[5:], end=True)) as server:
        assert numbers(server.url) == [1]
    for cut in (chunked(ORDERS, end=False), chunked(ORDERS, end=False)[:-4]):
        with WireServer(cut) as server:
            assert "cut off" in failure("connection", server.url)


def test_gzip_in_one_or_several_members():
    for body in (gzip.compress(ORDERS), gzip.compress(ORDERS[:4]) + gzip.compress(ORDERS[4:])):
        with WireServer(answer(body, "Content-Encoding: gzip")) as server:
            assert numbers(server.url) == [1]


@pytest.mark.parametrize("size", [1 << 20, (1 << 20) + 1, 3_000_017])
def test_gzip_is_whole_at_any_length(size):
    body = gzip.compress(b" " * (size - len(ORDERS)) + ORDERS)
    with WireServer(answer(body, "Content-Encoding: gzip")) as server:
        assert numbers(server.url) == [1]
        assert "bytes per page" in failure("limit", server.url, max_page_bytes=size - 1)


@pytest.mark.parametrize(
    ("body", "encoding", "words"),
    [
        (gzip.compress(ORDERS)[:-6], "gzip", "cut off"),
        (b"not gzip at all", "gzip", "damaged"),
        (zlib.compress(ORDERS), "br", "not requested"),
    ],
)
def test_a_compressed_answer_that_cannot_be_used(body, encoding, words):
    with WireServer(answer(body, f"Content-Encoding: {encoding}")) as server:
        assert words in failure("connection", server.url)


def test_no_content_means_no_orders():
    with WireServer(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n") as server:
        assert numbers(server.url) == numbers(server.url, page_param="page") == []


def endless(status: str, *headers: str):
    def script(connection) -> None:
        connection.sendall(answer(b"", *headers, status=status, length=10**12))
        while True:
            connection.sendall(b" " * 65536)

    return script


def test_the_body_of_a_failed_or_redirecting_answer_is_not_read():
    with WireServer(endless("503 Busy"), endless("302 Found", "Location: /moved"), answer(ORDERS)) as server:
        with took_less_than(3):
            assert numbers(server.url) == [1]
        assert server.heads[2].startswith("GET /moved ")
    with WireServer(endless("500 No")) as server, took_less_than(3):
        failure("status", server.url)


# ---- time ------------------------------------------------------------------------------------------------------------


def test_headers_that_trickle_end_at_the_deadline():
    pieces = [b"HTTP/1.1 200 OK\r\n", *[b"X-%d: y\r\n" % number for number in range(60)]]
    with WireServer(dripping(pieces, 0.1)) as server, took_less_than(2):
        assert "within 1 seconds" in failure("timeout", server.url, total_timeout=1)


def test_a_body_of_single_bytes_ends_at_the_deadline():
    pieces = [answer(b"", length=1000), *[b" "] * 100]
    with WireServer(dripping(pieces, 0.1)) as server, took_less_than(2):
        failure("timeout", server.url, total_timeout=1)


# ---- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ('</orders?c=2>; rel="next"', "/orders?c=2"),
        ("<?c=a;b,c>; title=x; REL=next", "/orders?c=a;b,c"),
        ('</first>; rel=first, <next#x>; rel="last NEXT"', "/next"),
        ("</a>; rel=prev, </b>; rel=next", "/b"),
    ],
)
def test_next_links_as_rfc_8288_writes_them(link, path):
    with WireServer(answer(ORDERS, f"Link: {link}"), answer(b'[{"OrderID": 2}]')) as server:
        assert numbers(server.url) == [1, 2]
        assert server.heads[1].startswith(f"GET {path} ")
        assert f"Authorization: Bearer {KEY}" in server.heads[1]


@pytest.mark.parametrize("link", ["", "next", "</x>", '</x>; rel="prev"', "</x>; rel=nextdoor", '</x>; title="next"'])
def test_other_links_are_not_followed(link):
    with WireServer(answer(ORDERS, f"Link: {link}")) as server:
        assert numbers(server.url) == [1]
        assert len(server.heads) == 1


@pytest.mark.parametrize("link", ["<http://[>; rel=next", "<https://elsewhere.example/>; rel=next"])
def test_the_orders_of_a_page_come_before_the_problem_of_its_next_link(link):
    with WireServer(answer(ORDERS, f"Link: {link}")) as server:
        pages = feed(server.url).pages()
        page = next(pages)
        assert ([*page.entries], page.is_last) == ([{"OrderID": 1}], False)
        with pytest.raises(FeedError) as caught:
            next(pages)
    assert caught.value.kind == "redirect"


def test_an_empty_page_with_a_next_link_is_not_the_end():
    pages = [answer(b"[]", f"Link: </{number}>; rel=next") for number in range(3)]
    with WireServer(*pages, answer(ORDERS)) as server:
        assert numbers(server.url, page_param="page") == [1]


def test_a_circle_of_pages_that_are_never_the_same_ends():
    count = itertools.count(1)

    def script(connection) -> None:
        target = "/b" if "GET /orders " in server.heads[-1] else "/orders"
        connection.sendall(answer(b'[{"OrderID": %d}]' % next(count), f"Link: <{target}>; rel=next"))

    with WireServer(script) as server:
        order_feed = feed(server.url)
        assert [list(page.entries) for page in order_feed.pages()] == [[{"OrderID": number}] for number in range(1, 5)]
        assert order_feed.repeats_itself


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/orders",
        "//localhost:{port}/orders",
        "http://127.0.0.1:1/orders",
        "ftp://127.0.0.1/orders",
        "http://127.0.0.1:{port}@127.0.0.2/",
        "http://127.0.0.2\\@127.0.0.1:{port}/",
        "file:///etc/passwd",
    ],
)
def test_the_key_does_not_follow_a_link_or_redirect_elsewhere(target):
    with WireServer(lambda connection: connection.sendall(scripts.pop(0))) as server:
        address = target.format(port=server.port)
        scripts = [answer(ORDERS, f"Link: <{address}>; rel=next")]
        failure("redirect", server.url)
        scripts = [answer(b"", f"Location: {address}", status="307 Temporary Redirect")]
        failure("redirect", server.url)
        assert len(server.heads) == 2


# ---- what else requests would do by itself ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, f"Authorization: Bearer {KEY}"),
        ({"auth_method": "x_api_key"}, f"X-API-Key: {KEY}"),
        ({"api_key": ""}, None),
    ],
)
def test_a_password_from_netrc_is_never_sent(monkeypatch, tmp_path, changes, line):
    (tmp_path / "netrc").write_text("default login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with WireServer(answer(ORDERS)) as server:
        assert numbers(server.url, **changes) == [1]
    credentials = [head for head in server.heads[0].splitlines() if head.startswith(("Authorization", "X-API-Key"))]
    assert credentials == ([line] if line else [])


def test_cookies_are_not_kept():
    first = answer(ORDERS, "Set-Cookie: session=1; Path=/", "Link: </2>; rel=next")
    with WireServer(first, answer(b"[]")) as server:
        numbers(server.url)
    assert "cookie" not in server.heads[1].lower()


def test_a_proxy_of_the_environment_is_used(monkeypatch):
    with WireServer(answer(ORDERS)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        assert numbers("http://shop.invalid/orders") == [1]
        assert proxy.heads[0].startswith("GET http://shop.invalid/orders ")


# ---- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> str:
    """Return the path of a key and a certificate for 127.0.0.1 that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return os.fspath(path)


@pytest.fixture
def tls(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_an_untrusted_certificate_ends_it_without_a_retry(tls):
    with WireServer(answer(ORDERS), tls=tls) as server:
        assert "not trusted" in failure("connection", server.url)
        assert server.heads == []


@pytest.mark.parametrize("host", ["a..b", f"{'a' * 70}.example", "*.example"])
def test_a_host_that_no_name_server_could_know(host):
    assert "failed; check the External API URL" in failure("connection", f"http://{host}/")


def test_the_key_changes_neither_port_nor_encryption_with_a_redirect_or_link(monkeypatch, certificate, tls):
    """Encrypted or not, another port of the host may belong to someone else."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    with WireServer(answer(ORDERS), tls=tls) as secure, WireServer() as plain:
        plain.scripts = (answer(b"", f"Location: {secure.url}", status="308 Permanent Redirect"),)
        assert "key is not sent" in failure("redirect", plain.url)
        plain.scripts = (answer(ORDERS, f"Link: <{secure.url}>; rel=next"),)
        assert "key is not sent" in failure("redirect", plain.url)
        assert secure.heads == []
        plain.heads.clear()
        secure.scripts = (answer(b"", f"Location: {plain.url}", status="302 Found"),)
        assert "key is not sent" in failure("redirect", secure.url)
        assert plain.heads == []


def test_a_trickling_answer_over_tls_ends_at_the_deadline(monkeypatch, certificate, tls):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    with WireServer(dripping([answer(b"", length=1000), *[b" "] * 100], 0.1), tls=tls) as server:
        start = time.monotonic()
        failure("timeout", server.url, total_timeout=1)
        assert 0.9 < time.monotonic() - start < 2
