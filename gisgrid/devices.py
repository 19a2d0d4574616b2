"""Devices at fixed places, home terminals, sensors, loudspeakers: their tokens, and those inside a drawn polygon."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import shapely
from sqlalchemy import Connection, text

from gisgrid.database import Database, asking
from gisgrid.errors import Fault, Refused
from gisgrid.layers import thing_layers
from gisgrid.loading import Loaded, ReadOptions, Sheet, Table
from gisgrid.things import load_things

MOST_CORNERS = 500
LEAST_DEG2 = 1e-12
"""A hundredth of a square metre: corners on one line enclose as much by rounding."""
MOST_SELECTED = 1000
"""Devices of one selection; a webhook takes their list in one piece."""
TOKEN = re.compile(r"gd_([0-9]{1,18})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Device:
    """A device that has shown its token."""

    device_id: int
    code: str


@dataclass(frozen=True)
class Standing:
    """A device and its place, WGS 84; `last_seen_at` None: it never raised an alarm; `off`: its token is refused."""

    device_id: int
    code: str
    name: str
    kind: str
    grid: str | None
    lon: float
    lat: float
    last_seen_at: datetime | None
    off: bool


@dataclass(frozen=True)
class HandedOver:
    """A list that went to other programs: the id of its notice, and how many targets hear of it."""

    notice_id: UUID
    targets: int


def load_devices(database: Database, source: Path | Sheet, options: ReadOptions | None = None) -> Loaded:
    """Load devices; a device with a known code is changed, or skipped if nothing differs. Tokens are made one by one.

    Raises Refused with every fault; then nothing has changed.
    """
    return load_things(database, thing_layers()["device"], source, options, check=_check_categories)


@dataclass(frozen=True)
class KeptToken:
    """A device or a worker's phone: since when it has a token (None: it has none), since when it does not count."""

    kind: str
    code: str
    name: str | None
    area: str | None
    made_at: datetime | None
    disabled_at: datetime | None


def list_tokens(connection: Connection, actor: str) -> list[KeptToken]:
    """The devices, and the phones that have a token; of a token nothing can be shown. Raises NotAllowed."""
    with asking(connection):
        rows = connection.execute(text("SELECT * FROM app.tokens_kept(:actor)"), {"actor": actor})
        return [KeptToken(**row._mapping) for row in rows]


def make_token(connection: Connection, code: str, *, actor: str | None = None) -> str:
    """A new token for this device, shown once and kept nowhere; its old token no longer works.

    `actor` None: the owner of the machine. Raises NotAllowed, NotFound.
    """
    with asking(connection):
        values: dict[str, object] = {"actor": actor, "code": code}
        device_id = connection.execute(text("SELECT app.device_to_change(:actor, :code)"), values).scalar_one()
        token = f"gd_{device_id}_{secrets.token_urlsafe(32)}"
        values["hash"] = _sha256(token)
        connection.execute(text("SELECT app.keep_device_token(:actor, :code, :hash)"), values)
    return token


def switch_device(connection: Connection, code: str, is_on: bool, *, actor: str | None = None) -> None:
    """Let a device raise alarms, or refuse its token from now on. Raises NotAllowed, NotFound."""
    with asking(connection):
        values = {"actor": actor, "code": code, "on": is_on}
        connection.execute(text("SELECT app.switch_device(:actor, :code, :on)"), values)


def end_phone_token(connection: Connection, name: str, *, actor: str) -> None:
    """The phone of this account sends no more positions by its token. Raises NotAllowed, NotFound."""
    with asking(connection):
        connection.execute(text("SELECT app.end_phone_token(:actor, :name)"), {"actor": actor, "name": name})


def find_device(connection: Connection, token: str) -> Device | None:
    """The device with this token; None: no device has it, or the device is disabled."""
    match = TOKEN.fullmatch(token)
    if not match:
        return None
    row = connection.execute(
        text("SELECT device_id, code FROM app.device_of(:id, :hash)"), {"id": int(match[1]), "hash": _sha256(token)}
    ).one_or_none()
    return None if row is None else Device(row.device_id, row.code)


def read_ring(corners: Sequence[tuple[float, float]]) -> shapely.Polygon:
    """The polygon with these corners (WGS 84, lon first), closed or not. Raises Refused for what encloses no ground."""
    remedy = "draw the corners in their order round the ground"
    if not 3 <= len(corners) <= MOST_CORNERS:
        raise Refused(Fault("polygon", f"a polygon has 3 to {MOST_CORNERS} corners, not {len(corners)}", remedy))
    drawn = shapely.Polygon(corners)
    if not drawn.is_valid or drawn.area < LEAST_DEG2:
        raise Refused(Fault("polygon", "the polygon crosses itself, or encloses nothing", remedy))
    return drawn


def select_devices(connection: Connection, drawn: shapely.Polygon, *, kind: str = "") -> list[Standing]:
    """Which devices of the caller's scope stand inside the polygon (WGS 84), or on its line? By code.

    Raises Refused for more than MOST_SELECTED.
    """
    rows = connection.execute(
        text(
            "SELECT d.device_id, d.code, d.name, d.kind, a.code AS grid, ST_X(d.geom) AS lon, ST_Y(d.geom) AS lat,"
            " d.last_seen_at, d.disabled_at IS NOT NULL AS off"
            " FROM overlay.device AS d LEFT JOIN core.area AS a USING (area_id)"
            " WHERE (CAST(:kind AS text) = '' OR d.kind = :kind) AND ST_Intersects(d.geom, ST_GeomFromEWKT(:drawn))"
            " ORDER BY d.code LIMIT :most"
        ),
        {"kind": kind, "drawn": _ewkt(drawn), "most": MOST_SELECTED + 1},
    )
    found = [Standing(**row._mapping) for row in rows]
    if len(found) > MOST_SELECTED:
        message = f"there are more than {MOST_SELECTED} devices in the polygon"
        raise Refused(Fault("polygon", message, "draw a smaller one, or name a kind"))
    return found


def hand_over(
    connection: Connection, drawn: shapely.Polygon, selected: Sequence[Standing], words: str
) -> HandedOver | None:
    """Send the list to the targets of topic `device.selected` whose area holds all of it; None: it is empty.

    Raises NotAllowed for whose role may not.
    """
    row = connection.execute(
        text("SELECT * FROM app.hand_over_devices(:ids, ST_GeomFromEWKT(:drawn), :words)"),
        {"ids": [one.device_id for one in selected], "drawn": _ewkt(drawn), "words": words},
    ).one_or_none()
    return None if row is None else HandedOver(row.notice_id, row.targets)


def note_selection(connection: Connection, kind: str, selected: Sequence[Standing], handed: HandedOver | None) -> None:
    """Note in the audit trail who selected which devices, and to how many targets their list went."""
    values: dict[str, object] = {"kind": kind, "codes": [one.code for one in selected]}
    values |= {"notice": handed and handed.notice_id, "targets": handed and handed.targets}
    connection.execute(
        text("SELECT app.note_selection(:kind, CAST(:codes AS text[]), CAST(:notice AS uuid), :targets)"), values
    )


def _ewkt(drawn: shapely.Polygon) -> str:
    return f"SRID=4326;{shapely.to_wkt(drawn, rounding_precision=-1)}"


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


def _sha256(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
