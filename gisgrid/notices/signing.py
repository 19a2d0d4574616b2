"""Signatures of webhooks, by Standard Webhooks (symmetric, v1): a receiver knows that a notice is ours and unchanged.

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
    """A new secret: 256 random bits, in the specification's form."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def check_secret(secret: str) -> str:
    """This secret, checked. Raises Refused unless it is whsec_ and 24 to 64 bytes in base64."""
    try:
        length = len(_key(secret))
    except (binascii.Error, ValueError):
        length = 0
    if not secret.startswith(PREFIX) or not 24 <= length <= 64:
        raise Refused(
            Fault(
                "secret",
                "this is not a webhook's secret",
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
