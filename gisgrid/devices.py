"""Devices that raise alarms at fixed places: home terminals, smoke and flood sensors; each has a token of its own."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from gisgrid.database import Database
from gisgrid.errors import Fault, NotFound
from gisgrid.layers import thing_layers
from gisgrid.loading import Loaded, ReadOptions, Sheet, Table
from gisgrid.things import load_things

TOKEN = re.compile(r"gd_([0-9]{1,18})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Device:
    """A device that has shown its token."""

    device_id: int
    code: str


def load_devices(database: Database, source: Path | Sheet, options: ReadOptions | None = None) -> Loaded:
    """Load devices; a device with a known code is changed, or skipped if nothing differs. Tokens are made one by one.

    Raises Refused with every fault; then nothing has changed.
    """
    return load_things(database, thing_layers()["device"], source, options, check=_check_categories)


def make_token(connection: Connection, code: str) -> str:
    """A new token for this device, shown once and kept nowhere; its old token no longer works. Raises NotFound."""
    device_id = _device_id(connection, code)
    token = f"gd_{device_id}_{secrets.token_urlsafe(32)}"
    connection.execute(
        text(
            "INSERT INTO overlay.device_token (device_id, token_sha256) VALUES (:id, :hash) ON CONFLICT (device_id)"
            " DO UPDATE SET token_sha256 = excluded.token_sha256, made_at = clock_timestamp()"
        ),
        {"id": device_id, "hash": _sha256(token)},
    )
    return token


def switch_device(connection: Connection, code: str, is_on: bool) -> None:
    """Let a device raise alarms, or refuse its token from now on. Raises NotFound."""
    connection.execute(
        text(
            "UPDATE overlay.device SET disabled_at = CASE WHEN NOT :on THEN coalesce(disabled_at, clock_timestamp())"
            " END WHERE device_id = :id"
        ),
        {"on": is_on, "id": _device_id(connection, code)},
    )


def find_device(connection: Connection, token: str) -> Device | None:
    """The device with this token; None: no device has it, or the device is disabled."""
    match = TOKEN.fullmatch(token)
    if not match:
        return None
    row = connection.execute(
        text("SELECT device_id, code FROM app.device_of(:id, :hash)"), {"id": int(match[1]), "hash": _sha256(token)}
    ).one_or_none()
    return None if row is None else Device(row.device_id, row.code)


def _check_categories(connection: Connection, table: Table) -> None:
    """Look up categories by id, or by Chinese name if only one category in use has it."""
    known = connection.execute(
        text("SELECT category, name_zh FROM work.category WHERE retired_at IS NULL ORDER BY category")
    ).all()
    shown = ", ".join(f"{row.category} ({row.name_zh})" for row in known[:20])
    ids = {row.category for row in known}
    for row in table.rows:
        given = row["category"]
        if not given or given in ids:
            continue
        named = [one.category for one in known if one.name_zh == given]
        if len(named) == 1:
            row.values["category"] = named[0]
        elif named:
            table.fault(row, "category", f"several are called {given!r}", f"write its id: {', '.join(named)}")
        else:
            table.fault(row, "category", f"there is no category {given!r} in use", f"one of {shown}")


def _device_id(connection: Connection, code: str) -> int:
    found: int | None = connection.execute(
        text("SELECT device_id FROM overlay.device WHERE code = :code"), {"code": code}
    ).scalar()
    if found is None:
        raise NotFound(Fault("code", f"there is no device {code[:64]}", "load it first: gisgrid load devices"))
    return found


def _sha256(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
