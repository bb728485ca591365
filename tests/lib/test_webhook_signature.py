"""The signatures of received requests, checked against the official library of Standard Webhooks as the sender."""

import base64
import hashlib
import hmac
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from lib.webhook_signature import (
    SignatureError,
    key_of,
    new_secret,
    verify_hmac,
    verify_standard,
)

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_760_000_000


def signed(body, secret=SECRET, now=NOW, message_id="msg_1"):
    """Return the headers that the official library makes for a body of bytes."""
    signature = Webhook(secret).sign(message_id, datetime.fromtimestamp(now, UTC), body.decode())
    return {"webhook-id": message_id, "webhook-timestamp": str(int(now)), "webhook-signature": signature}


def check(body, headers, now=NOW, *secrets):
    return verify_standard([key_of(secret, True) for secret in secrets or (SECRET,)], headers, body, now)


@given(st.text().map(str.encode), st.integers(0, 2**33))
def test_what_the_official_library_signs_is_accepted(body, now):
    assert check(body, signed(body, now=now), now).has_time


@given(st.integers(-300, 300))
def test_a_clock_may_be_five_minutes_off(seconds):
    assert check(b"[]", signed(b"[]"), NOW + seconds)


@pytest.mark.parametrize("seconds", [360, -360, 301, -301, 86400])
def test_a_clock_that_is_six_minutes_off_is_refused(seconds):
    with pytest.raises(SignatureError, match="clock"):
        check(b"[]", signed(b"[]"), NOW + seconds)


def test_every_part_is_signed():
    headers = signed(b'[{"OrderID": 1}]')
    for changed in (
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": str(NOW + 1)},
        {"webhook-signature": headers["webhook-signature"][:-4] + "AAA="},
        {"webhook-signature": headers["webhook-signature"].replace("v1,", "v2,")},
        {"webhook-signature": headers["webhook-signature"].replace("v1,", "")},
    ):
        with pytest.raises(SignatureError, match="wrong"):
            check(b'[{"OrderID": 1}]', {**headers, **changed})
    with pytest.raises(SignatureError, match="wrong"):
        check(b'[{"OrderID": 2}]', headers)
    with pytest.raises(SignatureError, match="wrong"):
        check(b'[{"OrderID": 1}]', headers, NOW, new_secret(True))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", [None, "", " ", "x" * 3000, "é", "1e9", "-5", "9" * 400])
def test_headers_of_any_form_are_refused_and_never_an_error(name, value):
    headers = {**signed(b"[]"), name: value}
    with pytest.raises(SignatureError):
        check(b"[]", {key: text for key, text in headers.items() if text is not None})


def test_two_secrets_are_valid_while_one_is_replaced():
    other = new_secret(True)
    for secret in (SECRET, other):
        assert check(b"[]", signed(b"[]", secret), NOW, SECRET, other)
    both = signed(b"[]")
    both["webhook-signature"] += " " + signed(b"[]", other)["webhook-signature"]
    assert check(b"[]", both) == check(b"[]", both, NOW, other)


def test_the_same_request_has_the_same_digest_and_an_attempt_later_another():
    assert check(b"[]", signed(b"[]")) == check(b"[]", signed(b"[]"))
    assert check(b"[]", signed(b"[]")) != check(b"[]", signed(b"[]", now=NOW + 1))


@given(st.binary())
def test_plain_signatures(body):
    key = b"a secret of the shop"
    digest = hmac.new(key, body, hashlib.sha256)
    assert verify_hmac([b"x" * 20, key], digest.hexdigest(), body, is_hex=True)
    assert verify_hmac([key], f"sha256={digest.hexdigest().upper()}", body, is_hex=True)
    assert verify_hmac([key], base64.b64encode(digest.digest()).decode(), body, is_hex=False)
    for wrong in ("", None, digest.hexdigest(), "é", "x" * 3000):
        with pytest.raises(SignatureError):
            verify_hmac([key], wrong, body, is_hex=False)
    with pytest.raises(SignatureError):
        verify_hmac([key], digest.hexdigest(), body + b" ", is_hex=True)
    with pytest.raises(SignatureError):
        verify_hmac([], digest.hexdigest(), body, is_hex=True)


def test_secrets():
    for is_standard in (True, False):
        secret = new_secret(is_standard)
        assert len(key_of(secret, is_standard)) >= 32
        assert secret != new_secret(is_standard)
    secret = new_secret(True)
    Webhook(secret).verify("{}", signed(b"{}", secret, time.time()))  # its library takes ours
    for short in ("", "whsec_", "whsec_AAAA", "whsec_not base 64 at all ......", "é" * 40):
        assert key_of(short, True) is None
    assert key_of("short", False) is None
