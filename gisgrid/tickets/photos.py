"""Photos of tickets: added, listed, read; the database decides who may."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.database import Database, Scope
from gisgrid.errors import Conflict, Fault, NotAllowed, NotFound
from gisgrid.homes import ask_home, require_own_photos
from gisgrid.ticket_fields import Facts
from gisgrid.tickets.darkroom import Picture, develop
from gisgrid.tickets.photo_files import discard_picture, keep_picture, mark_of, read_picture

_PHOTOS = """
SELECT f.photo_id, f.kind, f.added_at, f.actor, f.width, f.height, f.bytes, f.media_type
FROM work.photo AS f WHERE f.ticket_id = :ticket_id ORDER BY f.photo_id
"""
_SEEN = """
SELECT t.ticket_id, p.ticket_id IS NOT NULL AS is_seen
FROM work.ticket AS t LEFT JOIN work.ticket_private AS p ON p.ticket_id = t.ticket_id WHERE t.number = :number
"""
LOST = Fault("photo_id", "the file of this photo is missing", "tell the operator: it should lie in GISGRID_PHOTO_DIR")


@dataclass(frozen=True)
class PhotoOrder:
    """A photo for a ticket: `kind` work (by staff, in `scope`) or report (by the reporter, whose secret was checked).

    `most`: how many photos of this kind a ticket may have.
    """

    number: str
    kind: str
    most: int
    actor: str | None = None
    scope: Scope = Scope()


@dataclass(frozen=True)
class Photo:
    """A photo that is kept; `actor`: the account that added it, None for the reporter."""

    photo_id: int
    kind: str
    added_at: datetime
    actor: str | None
    width: int
    height: int
    bytes: int
    media_type: str


@dataclass(frozen=True)
class GpsHint:
    """The camera's location, WGS 84, and its distance from the ticket's point; None: the ticket has no point."""

    lon: float
    lat: float
    system: str
    distance_m: float | None


@dataclass(frozen=True)
class TakenPhoto(Photo):
    """A photo that was added; `gps_hint` is kept nowhere."""

    gps_hint: GpsHint | None


def add_photo(database: Database, place: Path, order: PhotoOrder, photo: bytes) -> tuple[TakenPhoto, bool]:
    """Add a photo; its facts with `gps_hint`, and whether it is new (the same picture again returns the first).

    The file is on the disk and the row committed when this returns. Decoded outside of any transaction.
    Raises NotFound, NotAllowed, Conflict (closed, too late, too many), Refused (no photo), Unavailable.
    """
    with database.transaction(order.scope) as connection:
        connection.execute(
            text("SELECT app.photo_ticket(:number, :kind, :most)"),
            {"number": order.number, "kind": order.kind, "most": order.most + 1},  # a full ticket may get a known photo
        )
        mark = photo_mark(connection)
        home = ask_home(connection)
    picture = develop(photo)
    require_own_photos(place, home)
    name = keep_picture(place, picture, mark)
    try:
        with database.transaction(order.scope) as connection:
            row = _insert(connection, order, picture, name)
    except (NotFound, NotAllowed, Conflict):
        discard_picture(place, name)
        raise
    if not row.is_new:
        discard_picture(place, name)
    return _facts(order, picture, row), row.is_new


def photo_mark(connection: Connection) -> str:
    """How do names of this database's photo files end?"""
    key = connection.execute(text("SELECT key FROM core.server_key WHERE purpose = 'ticket'")).scalar_one()
    return mark_of(bytes(key))


def list_photos(connection: Connection, ticket_id: int) -> list[Photo]:
    """The photos of a ticket, the oldest first, as far as the connection's scope shows them."""
    return [Photo(**row._mapping) for row in connection.execute(text(_PHOTOS), {"ticket_id": ticket_id})]


def seen_ticket(connection: Connection, number: str) -> int:
    """The ticket of this number, if its words may be seen. Raises NotFound, NotAllowed."""
    row = connection.execute(text(_SEEN), {"number": number}).one_or_none()
    if row is None:
        raise _unknown(number)
    if not row.is_seen:
        raise NotAllowed(Fault("number", "its photos are not for you", "ask the staff in charge of the area"))
    return int(row.ticket_id)


def find_photo(connection: Connection, number: str, photo_id: int) -> tuple[str, str]:
    """Name and SHA-256 of a photo's file, by scope. Raises NotFound, NotAllowed."""
    ticket_id = seen_ticket(connection, number)
    row = connection.execute(
        text("SELECT name, sha256 FROM work.photo WHERE ticket_id = :ticket_id AND photo_id = :photo_id"),
        {"ticket_id": ticket_id, "photo_id": photo_id},
    ).one_or_none()
    return _file_of(row)


def find_own_photo(connection: Connection, number: str, photo_id: int) -> tuple[str, str]:
    """Name and SHA-256 of a file that the reporter sent; the caller has checked the secret. Raises NotFound."""
    values = {"number": number, "photo": photo_id}
    row = connection.execute(text("SELECT * FROM app.reporter_photo(:number, :photo)"), values).one_or_none()
    return _file_of(row)


def read_photo(place: Path, name: str, size: str) -> bytes:
    """The JPEG, `large` or `small`. Raises NotFound where its file is gone."""
    content = read_picture(place, name, size)
    if content is None:
        raise NotFound(LOST)
    return content


def _insert(connection: Connection, order: PhotoOrder, picture: Picture, name: str) -> Any:
    photo: Facts = {"name": name, "sha256": picture.sha256, "bytes": len(picture.large)}
    photo |= {"width": picture.width, "height": picture.height}
    if picture.gps:
        photo |= {"lon": picture.gps[0], "lat": picture.gps[1]}
    return connection.execute(
        text("SELECT * FROM app.add_photo(:number, :kind, :actor, :photo, :most)"),
        {
            "number": order.number,
            "kind": order.kind,
            "actor": order.actor,
            "photo": json.dumps(photo),
            "most": order.most,
        },
    ).one()


def _facts(order: PhotoOrder, picture: Picture, row: Any) -> TakenPhoto:
    hint = None
    if picture.gps:
        lon, lat = picture.gps
        hint = GpsHint(lon, lat, "wgs84", row.distance_m)
    return TakenPhoto(
        photo_id=row.photo_id,
        kind=order.kind,
        added_at=row.added_at,
        actor=order.actor,
        width=picture.width,
        height=picture.height,
        bytes=len(picture.large),
        media_type="image/jpeg",
        gps_hint=hint,
    )


def _file_of(row: Any) -> tuple[str, str]:
    if row is None:
        raise NotFound(Fault("photo_id", "this ticket has no such photo", "see the list of its photos"))
    return row.name, bytes(row.sha256).hex()


def _unknown(number: str) -> NotFound:
    return NotFound(Fault("number", f"there is no ticket {number[:64]}", "check the number"))
