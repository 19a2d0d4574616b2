"""The mark in a link by which a reporter unsubscribes: a signature that opens nothing else."""

import hashlib
import hmac

from sqlalchemy import Connection, text


def unsubscribe_mark(connection: Connection, number: str, kind: str) -> str:
    """What the link holds for this ticket and this way of telling."""
    key = connection.execute(text("SELECT key FROM core.server_key WHERE purpose = 'ticket'")).scalar_one()
    return hmac.new(bytes(key), f"unsubscribe {kind} {number}".encode(), hashlib.sha256).hexdigest()[:32]
