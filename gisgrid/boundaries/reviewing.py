"""Problems and preview of a draft: the database writes both, this module reads them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.database import asking
from gisgrid.errors import Fault


@dataclass(frozen=True)
class Problem:
    """A fault that a check found: codes, sentences in both languages, a point of its place (EPSG:4326; or None)."""

    code: str | None
    other_code: str | None
    kind: str
    severity: str
    message: str
    remedy: str
    message_zh: str
    remedy_zh: str
    lon: float | None
    lat: float | None

    @property
    def fault(self) -> Fault:
        """The problem as one entry of an error."""
        field = " and ".join(filter(None, (self.code, self.other_code))) or "?"
        place = "" if self.lon is None else f"{self.lon:.6f}, {self.lat:.6f}"
        english, chinese = (f" at {place}", f"（{place}）") if place else ("", "")
        return Fault(field, self.message + english, self.remedy, self.message_zh + chinese, self.remedy_zh)


@dataclass(frozen=True)
class Move:
    """A thing that publishing would relocate: `what` is ticket, camera, place, device, post, special; None: no grid.

    `tickets`: how many (`id`) with a private place lie in an altered area; they are listed to those who may read them.
    """

    what: str
    id: str
    from_code: str | None
    to_code: str | None
    arrow: str
    """GeoJSON of the line from the thing to its new grid's label point, EPSG:4326."""


def review(connection: Connection, changeset_id: int) -> int:
    """Take over what others published, check and preview a draft. Returns the number of errors. Raises Conflict."""
    return int(act(connection, changeset_id, "SELECT app.review_changeset(:id)"))


@dataclass(frozen=True)
class Drawn:
    """A leaf that a draft alters, as it was `before` or is `after`; `change` is new, redrawn, ended."""

    code: str
    name: str | None
    kind: str
    change: str
    side: str
    shape: str
    """GeoJSON, EPSG:4326."""


def list_drawn(connection: Connection, changeset_id: int) -> list[Drawn]:
    """The leaves that a draft alters, adds or ends, each before and after."""
    rows = connection.execute(
        text(
            "SELECT code, name, kind, change, side, ST_AsGeoJSON(geom, 8) AS shape FROM app.drawn_sides(:id)"
            " WHERE geom IS NOT NULL"
        ),
        {"id": changeset_id},
    )
    return [Drawn(**row._mapping) for row in rows]


def list_problems(connection: Connection, changeset_id: int) -> list[Problem]:
    """The problems that the last check found, errors first."""
    rows = connection.execute(
        text(
            "SELECT code, other_code, kind, severity, message, remedy, message_zh, remedy_zh,"
            " ST_X(p) AS lon, ST_Y(p) AS lat"
            " FROM draft.problem, LATERAL (SELECT CASE WHEN ST_IsValid(geom) THEN ST_PointOnSurface(geom)"
            "  ELSE ST_Centroid(geom) END AS p) AS place"
            " WHERE changeset_id = :id ORDER BY severity, problem_id"
        ),
        {"id": changeset_id},
    )
    return [Problem(**row._mapping) for row in rows]


def list_moves(connection: Connection, changeset_id: int) -> list[Move]:
    """The relocations of the last preview, by kind of thing and codes."""
    rows = connection.execute(
        text(
            "SELECT what, id, from_code, to_code, ST_AsGeoJSON(geom, 15) AS arrow FROM draft.preview"
            " WHERE changeset_id = :id ORDER BY what, from_code, to_code, id"
        ),
        {"id": changeset_id},
    )
    return [Move(**row._mapping) for row in rows]


def act(connection: Connection, changeset_id: int, sql: str) -> Any:
    """Run a statement that the database may refuse; the transaction can go on after a refusal."""
    with asking(connection):
        result = connection.execute(text(sql), {"id": changeset_id})
        return result.scalar() if result.returns_rows else None
