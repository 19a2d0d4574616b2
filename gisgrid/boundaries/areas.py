"""Areas as they are read: which ones, with which shape, at which date; what became of a code."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.assignment import require_network
from gisgrid.boundaries.successors import find_successors
from gisgrid.errors import Fault, NotFound, Refused
from gisgrid.geo import BBox

_PROPERTIES = """
jsonb_build_object('code', v.code, 'name', v.name, 'level', v.level, 'kind', v.kind, 'parent', p.code,
    'network', v.network, 'area_m2', round(v.area_m2::numeric, 1),
    'valid_from', v.valid_from, 'valid_to', CASE WHEN v.valid_to < 'infinity' THEN v.valid_to END)
"""
_SHAPE = "ST_AsGeoJSON(v.geom, 15)::json"
_FEATURE = f"""
json_build_object('type', 'Feature', 'id', v.area_version_id, 'properties', {_PROPERTIES}, 'geometry', {_SHAPE})
"""


@dataclass(frozen=True)
class AreaFilter:
    """Which areas: of a network, at a level, below a parent (direct children), meeting a box, at a date.

    Without `shapes` each geometry is null.
    """

    network: str = "base"
    level: str = ""
    parent: str = ""
    bbox: BBox | None = None
    at: datetime | None = None
    as_recorded: datetime | None = None
    shapes: bool = True


def check_filter(connection: Connection, wanted: AreaFilter) -> None:
    """Is what it names known? Raises NotFound for a network or a parent, Refused for a level."""
    require_network(connection, wanted.network)
    levels = list(connection.execute(text("SELECT level FROM core.level ORDER BY rank")).scalars())
    if wanted.level and wanted.level not in levels:
        raise Refused(Fault("level", f"there is no level {wanted.level!r}", f"one of {', '.join(levels)}"))
    if wanted.parent:
        times = {"at": wanted.at, "as_recorded": wanted.as_recorded}
        area_id_at(connection, wanted.parent, network=wanted.network, field="parent", **times)


def list_areas(connection: Connection, wanted: AreaFilter) -> str:
    """These areas as the text of one GeoJSON FeatureCollection, by code; written by the database."""
    box = wanted.bbox
    feature = _FEATURE if wanted.shapes else _FEATURE.replace(_SHAPE, "null")
    body: str = connection.execute(
        text(
            "SELECT json_build_object('type', 'FeatureCollection', 'features',"  # noqa: S608  # constants only
            f" coalesce(json_agg({feature} ORDER BY v.code), '[]'::json))::text"
            " FROM app.area_at(:at, :as_recorded) AS v LEFT JOIN core.area AS p ON p.area_id = v.parent_id"
            " WHERE v.network = :network AND (:level = '' OR v.level = :level)"
            " AND (:parent = '' OR p.code = :parent)"
            " AND (:west ::float8 IS NULL OR v.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326))"
        ),
        {
            "at": wanted.at,
            "as_recorded": wanted.as_recorded,
            "network": wanted.network,
            "level": wanted.level,
            "parent": wanted.parent,
            "west": box.west if box else None,
            "south": box.south if box else None,
            "east": box.east if box else None,
            "north": box.north if box else None,
        },
    ).scalar_one()
    return body


def get_area(
    connection: Connection, code: str, *, network: str, at: datetime | None = None, as_recorded: datetime | None = None
) -> str:
    """The area of this code as the text of a GeoJSON Feature. Raises NotFound, with what became of a retired code."""
    body: str | None = connection.execute(
        text(
            f"SELECT {_FEATURE}::text FROM app.area_at(:at, :as_recorded) AS v"  # noqa: S608  # constants only
            " LEFT JOIN core.area AS p ON p.area_id = v.parent_id WHERE v.network = :network AND v.code = :code"
        ),
        {"at": at, "as_recorded": as_recorded, "network": network, "code": code},
    ).scalar()
    if body is None:
        raise _no_area(connection, code, network, at)
    return body


def area_id(connection: Connection, code: str, *, network: str) -> int:
    """Whose code is or was this? Raises NotFound for one that never was; retired ones are found."""
    found: int | None = connection.execute(
        text("SELECT area_id FROM core.area WHERE network = :network AND code = :code"),
        {"network": network, "code": code},
    ).scalar()
    if found is None:
        raise _no_area(connection, code, network)
    return found


def area_id_at(
    connection: Connection,
    code: str,
    *,
    network: str,
    at: datetime | None,
    as_recorded: datetime | None,
    field: str = "code",
) -> int:
    """Which area has this code at that date? Raises NotFound, with what became of a retired code."""
    found: int | None = connection.execute(
        text("SELECT area_id FROM app.area_at(:at, :as_recorded) AS v WHERE v.network = :network AND v.code = :code"),
        {"at": at, "as_recorded": as_recorded, "network": network, "code": code},
    ).scalar()
    if found is None:
        raise _no_area(connection, code, network, at, field)
    return found


def list_lineage(connection: Connection, code: str, *, network: str, at: datetime | None = None) -> dict[str, Any]:
    """What did this area come from, what became of it? `{code, from, to, successors, lost_share}`, oldest first.

    `successors` hold its ground at that date; their shares and `lost_share` add up to 1.
    """
    own = area_id(connection, code, network=network)
    rows = connection.execute(
        text(
            "SELECT f.code AS from_code, o.code AS to_code, l.kind, l.from_share, l.to_share, l.valid_from,"
            " l.from_area_id = :id AS is_from, l.to_area_id = :id AS is_to FROM core.lineage AS l"
            " JOIN core.area AS f ON f.area_id = l.from_area_id JOIN core.area AS o ON o.area_id = l.to_area_id"
            " WHERE :id IN (l.from_area_id, l.to_area_id) ORDER BY l.valid_from, l.lineage_id"
        ),
        {"id": own},
    ).all()
    shared = ("kind", "from_share", "to_share", "valid_from")
    successors, lost_share = find_successors(connection, own, at)
    return {
        "code": code,
        "network": network,
        "from": [{"code": r.from_code, **{k: getattr(r, k) for k in shared}} for r in rows if r.is_to],
        "to": [{"code": r.to_code, **{k: getattr(r, k) for k in shared}} for r in rows if r.is_from],
        "successors": [asdict(successor) for successor in successors],
        "lost_share": lost_share,
    }


def _no_area(
    connection: Connection, code: str, network: str, at: datetime | None = None, field: str = "code"
) -> NotFound:
    """With the remedy: who holds the ground of a retired code at that date."""
    known: int | None = connection.execute(
        text("SELECT area_id FROM core.area WHERE network = :network AND code = :code"),
        {"network": network, "code": code},
    ).scalar()
    heirs = find_successors(connection, known, at)[0][:5] if known is not None else []
    remedy = "search the map, or give a date with at"
    if heirs:
        remedy = "its ground went to " + ", ".join(f"{heir.code} ({heir.share:.0%})" for heir in heirs)
    return NotFound(Fault(field, f"network {network} has no area {json.dumps(code[:40])} at that date", remedy))
