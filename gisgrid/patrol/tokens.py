"""The token by which a worker's phone is known: it sends his pings, and opens nothing else."""

import hashlib
import re
import secrets

from sqlalchemy import Connection, text

from gisgrid.errors import Fault, NotFound, Refused

TOKEN = re.compile(r"gp_([0-9]{1,18})_[A-Za-z0-9_-]{43}")
_ACCOUNT = """
SELECT c.account_id, c.disabled_at IS NULL AND EXISTS (
    SELECT FROM core.permission AS p WHERE p.role = c.role AND p.action = 'send_pings') AS may
FROM core.account AS c WHERE c.name = :name
"""


def make_token(connection: Connection, name: str) -> str:
    """A new token for the phone of this account, shown once and kept nowhere; the one before no longer works.

    Raises NotFound for an unknown account, Refused where the role sends no pings.
    """
    row = connection.execute(text(_ACCOUNT), {"name": name}).one_or_none()
    if row is None:
        raise NotFound(Fault("name", f"nobody has the account {name[:64]}", "make it first: gisgrid user add"))
    if not row.may:
        message = f"the account {name[:64]} may send no pings: it is disabled, or its role goes on no patrol"
        raise Refused(Fault("name", message, "name the account of a worker"))
    token = f"gp_{row.account_id}_{secrets.token_urlsafe(32)}"
    _keep(connection, name, _sha256(token))
    return token


def end_token(connection: Connection, name: str) -> None:
    """The phone of this account has no token from now on."""
    _keep(connection, name, None)


def find_sender(connection: Connection, token: str) -> str | None:
    """The account whose phone has this token; None: nobody's, or the account may send no pings any more."""
    match = TOKEN.fullmatch(token)
    if not match:
        return None
    values = {"id": int(match[1]), "hash": _sha256(token)}
    found: str | None = connection.execute(text("SELECT app.sender_of(:id, :hash)"), values).scalar()
    return found


def _keep(connection: Connection, name: str, digest: bytes | None) -> None:
    values = {"name": name, "hash": digest}
    connection.execute(text("SELECT app.make_ping_token(:name, CAST(:hash AS bytea))"), values)


def _sha256(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
