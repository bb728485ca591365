"""Messages to subscribers, over real sockets."""

import socket
import time
from email.utils import formatdate

import pytest
from standardwebhooks import Webhook
from wire_server import WireServer

from lib import event_call
from lib.event_call import Call, send_all
from lib.webhook_signature import key_of, new_secret

SECRET = "a-secret-of-the-tests"
NONE = frozenset()
BODY = b'{"a": 1}'


def answer(status, body="", *headers):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *headers, "", body]
    return "\r\n".join(lines).encode()


def call(url, number=1, **values):
    return Call(number, "POST", url, {"Content-Type": "application/json"}, BODY, f"evt_{number}", **values)


def send(*calls, public_only=False, go_on_after=NONE):
    return [(sent.key, reply) for sent, reply in send_all(calls, public_only, go_on_after)]


def test_messages_are_sent_in_order_until_one_fails():
    with WireServer(answer(200), answer(204), answer(500, "broken"), answer(200)) as server:
        results = send(*(call(server.url, number) for number in range(5)))
    assert [(key, reply.status, reply.is_received) for key, reply in results] == [
        (0, 200, True), (1, 204, True), (2, 500, False),
    ]  # fmt: skip
    assert str(results[-1][1].problem) == "The receiver answered 500: broken"
    assert len(server.heads) == 3


def test_a_refused_message_that_does_not_matter_to_the_next_one():
    with WireServer(answer(404), answer(200)) as server:
        results = send(call(server.url, 1), call(server.url, 2), go_on_after=frozenset({404}))
    assert [reply.status for _key, reply in results] == [404, 200]


def test_the_signature_is_that_of_standard_webhooks_with_each_key():
    secrets = [new_secret(is_standard=True) for _number in range(2)]
    with WireServer(answer(200)) as server:
        send(call(server.url, keys=tuple(key_of(secret, True) for secret in secrets)))
    headers = dict(line.split(": ", 1) for line in server.heads[0].split("\r\n") if ": " in line)
    for secret in secrets:
        assert Webhook(secret).verify(BODY, headers) == {"a": 1}


def test_an_answer_that_trickles_in_ends_at_the_deadline(monkeypatch):
    monkeypatch.setattr(event_call, "TIMEOUT", 0.4)

    def trickle(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _time in range(100):
            time.sleep(0.05)
            connection.sendall(b"X-A: b\r\n")

    with WireServer(trickle) as server:
        started = time.monotonic()
        [(_key, reply)] = send(call(server.url))
    assert not reply.is_received
    assert time.monotonic() - started < 4


def test_a_huge_or_lying_answer_is_only_its_status():
    with WireServer(answer(500, "x" * 100_000), answer(500, "", "Content-Encoding: gzip")) as server:
        for _time in range(2):
            [(_key, reply)] = send(call(server.url))
            assert str(reply.problem) == "The receiver answered 500."


def test_a_quoted_secret_is_hidden():
    with WireServer(answer(401, f"unknown key {SECRET}")) as server:
        [(_key, reply)] = send(call(server.url, secrets=(SECRET, "")))
    assert str(reply.problem) == "The receiver answered 401: unknown key ***"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("9999999", 86400),
        ("soon", None),
        ("-1", None),
        ("Fri, 99 Foo 2026 00:00:00 GMT", None),
        ("1" * 5000, None),
    ],
)
def test_retry_after(text, seconds):
    assert retry_after(text) == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(7200, 7200), (-7200, 0), (999999, 86400)])
def test_retry_after_may_be_a_date(ahead, seconds):
    assert retry_after(formatdate(time.time() + ahead, usegmt=True)) == pytest.approx(seconds, abs=60)


def retry_after(text):
    """Return the pause that an answer with this header asks for."""
    with WireServer(answer(503, "", f"Retry-After: {text}")) as server:
        [(_key, reply)] = send(call(server.url))
    return reply.retry_after


def test_nothing_reaches_a_private_address_unless_that_is_allowed():
    with WireServer(answer(200)) as server:
        for host in ("127.0.0.1", "localhost"):
            [(_key, reply)] = send(call(server.url.replace("127.0.0.1", host)), public_only=True)
            assert "private network" in str(reply.problem)
        assert server.heads == []


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    [(_key, reply)] = send(call(f"http://127.0.0.1:{port}/"))
    assert (reply.status, str(reply.problem)) == (None, "The connection could not be established, or was lost.")
