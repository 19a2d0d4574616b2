"""Signatures of webhooks, by Standard Webhooks (symmetric, v1): who gets one knows that it is ours, whole and new.

Six lines of HMAC rather than a library, so that the tests can check them by the specification's own library.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

from gisgrid.errors import Fault, Refused

PREFIX = "whsec_"


def make_secret() -> str:
    """A new secret: 256 random bits, as the specification writes them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def check_secret(secret: str) -> str:
    """The same secret, if it is one. Raises Refused: not whsec_ and 24 to 64 bytes in base64."""
    try:
        length = len(_key(secret))
    except (binascii.Error, ValueError):
        length = 0
    if not secret.startswith(PREFIX) or not 24 <= length <= 64:
        raise Refused(
            Fault(
                "secret",
                "this is no secret of a webhook",
                "whsec_ and 24 to 64 random bytes in base64, or leave it out",
            )
        )
    return secret


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header webhook-signature: over id, seconds since 1970 and body."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode("ascii")


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
