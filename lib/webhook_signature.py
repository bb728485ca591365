"""Checks the signature of a received request, and signs a request to send.

Two forms: Standard Webhooks (https://www.standardwebhooks.com), which signs a message id and a time as well, and a
plain HMAC-SHA256 of the body in one header, as WooCommerce, Shopify and many others send it. Nothing of the body is
parsed.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

STANDARD_PREFIX = "whsec_"
# Seconds between the sender's clock and ours, in both directions.
TOLERANCE = 300
# A sender that replaces its key signs with both; more signatures than this are not looked at.
MAX_SIGNATURES = 10
MAX_HEADER = 2000
# Bytes of a key that is entered; one that is created here has 32.
MIN_KEY = 16
# Signatures that are computed for each request, with the present key and the former one; a missing one is replaced by
# another key. A large body takes long, so otherwise the time of an answer would tell whether there is a key.
KEYS = 2

_NO_KEY = secrets.token_bytes(32)

_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class SignatureError(ValueError):
    """The request is not signed with one of the keys. The text says what is wrong, and nothing of a key."""


class TimeError(SignatureError):
    """The signature is right, but the request is too old or too new, so only who has the key learns of it."""


@dataclass(frozen=True)
class Signed:
    """What was signed.

    :param digest: SHA-256 of all that was signed, in hexadecimal
    :param has_time: whether the time was signed too, so that nobody sends the very same again
    """

    digest: str
    has_time: bool


def new_secret(is_standard: bool) -> str:
    """Return a new secret as its sender wants it: ``whsec_…`` for Standard Webhooks, otherwise hexadecimal."""
    return (
        STANDARD_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode() if is_standard else secrets.token_hex(32)
    )


def key_of(secret: str, is_standard: bool) -> bytes | None:
    """Return the key of a secret, or None if it is too short or, for Standard Webhooks, not Base64."""
    if is_standard:
        try:
            key = base64.b64decode(secret.removeprefix(STANDARD_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            return None
    else:
        key = secret.encode()
    return key if len(key) >= MIN_KEY else None


def verify_standard(keys: Iterable[bytes], headers: Mapping[str, str], body: bytes, now: float) -> Signed:
    """Check a request that is signed as Standard Webhooks.

    :param now: seconds since 1970
    :raise SignatureError: if no signature is right
    :raise TimeError: if one is, but the request is older or newer than `TOLERANCE`
    """
    message_id, timestamp, given = (
        (headers.get(name) or "").strip() for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    content = f"{message_id}.{timestamp}.".encode() + body
    expected = [base64.b64encode(digest) for digest in _sign(keys, content)]
    if not (message_id and timestamp and given):
        raise SignatureError("The headers webhook-id, webhook-timestamp and webhook-signature are required.")
    if max(len(message_id), len(given)) > MAX_HEADER or not _TIMESTAMP.fullmatch(timestamp):
        raise SignatureError("The headers webhook-id, webhook-timestamp or webhook-signature have no valid form.")
    signatures = [entry.partition(",") for entry in given.split()[:MAX_SIGNATURES]]
    if not _match([signature for version, _comma, signature in signatures if version == "v1"], expected):
        raise SignatureError("The signature is wrong.")
    if abs(now - int(timestamp)) > TOLERANCE:
        raise TimeError(
            f"webhook-timestamp is more than {TOLERANCE // 60} minutes from the time of this server. Check the clock "
            "of the sender, and sign again before each attempt."
        )
    return Signed(hashlib.sha256(content).hexdigest(), has_time=True)


def sign_standard(keys: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers that sign a request as Standard Webhooks, with each of the keys.

    :param timestamp: the time of this attempt, in seconds since 1970
    """
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, content, "sha256")).decode() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def verify_hmac(keys: Iterable[bytes], given: str, body: bytes, is_hex: bool) -> Signed:
    """Check the HMAC-SHA256 of a body.

    :param given: the value of the header, in hexadecimal (``sha256=`` before it is allowed) or Base64
    :raise SignatureError: if it is missing or wrong
    """
    expected = [digest.hex().encode() if is_hex else base64.b64encode(digest) for digest in _sign(keys, body)]
    given = (given or "").strip()
    if not given:
        raise SignatureError("The header with the signature is missing.")
    if is_hex:
        given = given.removeprefix("sha256=").lower()
    if len(given) > MAX_HEADER or not _match([given], expected):
        raise SignatureError("The signature is wrong.")
    return Signed(hashlib.sha256(body).hexdigest(), has_time=False)


def refuse(body: bytes) -> NoReturn:
    """Refuse a request that nobody may sign, after the time that one with a wrong signature takes."""
    _sign((), body)
    raise SignatureError("There is no such synchronization with signatures, or it is not clear which is meant.")


def _sign(keys: Iterable[bytes], content: bytes) -> list[bytes]:
    """Return the HMAC-SHA256 of a content with each key."""
    keys = list(keys)
    digests = [hmac.digest(key, content, "sha256") for key in (*keys, *[_NO_KEY] * (KEYS - len(keys)))]
    return digests[: len(keys)]


def _match(given: list[str], expected: list[bytes]) -> bool:
    """Return whether one of the given texts is expected. All are compared, so that the time it takes says nothing."""
    return sum(hmac.compare_digest(text.encode(), right) for text in given for right in expected) > 0
