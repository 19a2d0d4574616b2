"""Reading areas: which ones, with which shape, at which date; the lineage of a code.

Long because each question is a statement that is built once, beside the function that asks it.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Double,
    Numeric,
    Select,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from gisgrid.assignment import require_network
from gisgrid.boundaries.successors import Successor, find_successors
from gisgrid.errors import Fault, NotFound, Refused
from gisgrid.geo import BBox
from gisgrid.networks import UNIFIED, call_network
from gisgrid.tables import INSTANT, area, area_at, last_version, level, lineage

MOST_CORNERS = 500_000
"""Of the shapes of one answer: some 15 MB of text, which a browser or a script still reads at once."""
_DIGITS = 15
"""Digits of a written coordinate: as many as a double holds."""


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


@dataclass(frozen=True)
class LineageEntry:
    """An area that another came from or became, with its shares of the older and of the newer area's ground."""

    code: str
    kind: str
    from_share: float
    to_share: float
    valid_from: datetime


@dataclass(frozen=True)
class Lineage:
    """What an area came from and became, oldest first; `successors` hold its ground, no area holds `lost_share`."""

    code: str
    name: str
    network: str
    from_: list[LineageEntry]
    to: list[LineageEntry]
    successors: list[Successor]
    lost_share: float


def check_filter(connection: Connection, wanted: AreaFilter) -> None:
    """Check that the names of the filter exist. Raises NotFound for a network or a parent, Refused for a level."""
    require_network(connection, wanted.network)
    levels = list(connection.execute(select(level.c.level).order_by(level.c.rank)).scalars())
    if wanted.level and wanted.level not in levels:
        raise Refused(Fault("level", f"there is no level {wanted.level!r}", f"one of {', '.join(levels)}"))
    if wanted.parent:
        times = {"at": wanted.at, "as_recorded": wanted.as_recorded}
        area_id_at(connection, wanted.parent, network=wanted.network, field="parent", **times)


def list_areas(connection: Connection, wanted: AreaFilter) -> str:
    """These areas as the text of one GeoJSON FeatureCollection, by code; written by the database.

    Raises Refused where their shapes have more than MOST_CORNERS corners.
    """
    values = {**_times(wanted.at, wanted.as_recorded), "network": wanted.network}
    values |= {"level": wanted.level, "parent": wanted.parent, **(asdict(wanted.bbox) if wanted.bbox else {})}
    parts = bool(wanted.level), bool(wanted.parent), wanted.bbox is not None
    if wanted.shapes:
        areas, corners = connection.execute(_sizes(*parts), values).one()
        if corners > MOST_CORNERS:
            message = f"the shapes of {areas} areas have {corners} corners, and one answer has {MOST_CORNERS} at most"
            remedy = "add parent or bbox, leave the shapes out by geometry=false, or take the tiles of layer area"
            raise Refused(Fault("geometry", message, remedy))
    body: str = connection.execute(_areas(*parts, wanted.shapes), values).scalar_one()
    return body


def get_area(
    connection: Connection, code: str, *, network: str, at: datetime | None = None, as_recorded: datetime | None = None
) -> str:
    """The area of this code as the text of a GeoJSON Feature. Raises NotFound, with what became of a retired code."""
    values = {**_times(at, as_recorded), "network": network, "code": code}
    body: str | None = connection.execute(_one_area(), values).scalar()
    if body is None:
        raise _no_area(connection, code, network, at)
    return body


def _times(at: datetime | None, as_recorded: datetime | None) -> dict[str, datetime | str | None]:
    return {"at": at, "as_recorded": as_recorded}


def _then() -> TableValuedAlias:
    return area_at(bindparam("at", type_=INSTANT), bindparam("as_recorded", type_=INSTANT), alias="v")


@cache
def _areas(by_level: bool, by_parent: bool, by_box: bool, with_shapes: bool) -> Select[Any]:
    """The areas of a network as one text. Statements are built once: building takes as long as a short one runs."""
    v, parent = _then(), area.alias("p")
    feature = _feature(v, parent, shapes=with_shapes)
    features = func.coalesce(func.json_agg(aggregate_order_by(feature, v.c.code)), literal_column("'[]'::json"))
    query = select(cast(func.json_build_object("type", "FeatureCollection", "features", features), Text))
    query = query.select_from(v.outerjoin(parent, parent.c.area_id == v.c.parent_id))
    return _among(query, v, parent, by_level, by_parent, by_box)


@cache
def _sizes(by_level: bool, by_parent: bool, by_box: bool) -> Select[Any]:
    """How many areas are these, and how many corners have they?"""
    v, parent = _then(), area.alias("p")
    query = select(func.count(), func.coalesce(func.sum(func.ST_NPoints(v.c.geom)), 0))
    query = query.select_from(v.outerjoin(parent, parent.c.area_id == v.c.parent_id))
    return _among(query, v, parent, by_level, by_parent, by_box)


def _among(
    query: Select[Any], v: TableValuedAlias, parent: Any, by_level: bool, by_parent: bool, by_box: bool
) -> Select[Any]:
    """The query for the areas of a filter alone."""
    query = query.where(v.c.network == bindparam("network"))
    if by_level:
        query = query.where(v.c.level == bindparam("level"))
    if by_parent:
        query = query.where(parent.c.code == bindparam("parent"))
    if by_box:
        sides = (bindparam(side, type_=Double) for side in ("west", "south", "east", "north"))
        query = query.where(v.c.geom.intersects(func.ST_MakeEnvelope(*sides, 4326)))
    return query


@cache
def _one_area() -> Select[Any]:
    v, parent = _then(), area.alias("p")
    query = select(cast(_feature(v, parent), Text)).select_from(v.outerjoin(parent, parent.c.area_id == v.c.parent_id))
    return query.where(v.c.network == bindparam("network"), v.c.code == bindparam("code"))


@cache
def _id_then() -> Select[Any]:
    v = _then()
    return select(v.c.area_id).where(v.c.network == bindparam("network"), v.c.code == bindparam("code"))


def _feature(v: TableValuedAlias, parent: Any, *, shapes: bool = True) -> ColumnElement[Any]:
    """An area as a GeoJSON Feature, made by the database; `v` is its version, `parent` the area above."""
    shape = cast(func.ST_AsGeoJSON(v.c.geom, _DIGITS), JSON) if shapes else literal_column("null")
    properties = {
        "code": v.c.code,
        "name": v.c.name,
        "level": v.c.level,
        "kind": v.c.kind,
        "parent": parent.c.code,
        "network": v.c.network,
        "area_m2": func.round(cast(v.c.area_m2, Numeric), 1),
        "valid_from": v.c.valid_from,
        "valid_to": func.nullif(v.c.valid_to, literal_column("'infinity'")),
    }
    filled = func.jsonb_build_object(*(part for pair in properties.items() for part in pair))
    named = ("type", "Feature", "id", v.c.area_version_id, "properties", filled, "geometry", shape)
    return func.json_build_object(*named)


def area_id(connection: Connection, code: str, *, network: str) -> int:
    """Which area has or had this code? Retired codes are found. Raises NotFound for a code that was never used."""
    found = _known_area(connection, code, network)
    if found is None:
        raise _no_area(connection, code, network)
    return found


def _known_area(connection: Connection, code: str, network: str) -> int | None:
    return connection.execute(select(area.c.area_id).where(area.c.network == network, area.c.code == code)).scalar()


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
    values = {**_times(at, as_recorded), "network": network, "code": code}
    found: int | None = connection.execute(_id_then(), values).scalar()
    if found is None:
        raise _no_area(connection, code, network, at, field)
    return found


def list_lineage(connection: Connection, code: str, *, network: str, at: datetime | None = None) -> Lineage:
    """What did this area come from, what did it become, and which areas hold its ground at a date?

    The shares of the successors and `lost_share` add up to 1. Raises NotFound.
    """
    own = area_id(connection, code, network=network)
    older, newer = area.alias("f"), area.alias("o")
    query = (
        select(
            older.c.code.label("from_code"),
            newer.c.code.label("to_code"),
            lineage.c.kind,
            lineage.c.from_share,
            lineage.c.to_share,
            lineage.c.valid_from,
            (lineage.c.from_area_id == own).label("is_from"),
            (lineage.c.to_area_id == own).label("is_to"),
        )
        .join(older, older.c.area_id == lineage.c.from_area_id)
        .join(newer, newer.c.area_id == lineage.c.to_area_id)
        .where(or_(lineage.c.from_area_id == own, lineage.c.to_area_id == own))
        .order_by(lineage.c.valid_from, older.c.code.collate("C"), newer.c.code.collate("C"))
    )
    rows = connection.execute(query).all()
    successors, lost_share = find_successors(connection, own, at)
    came, became = (
        [LineageEntry(code, row.kind, row.from_share, row.to_share, row.valid_from) for code, row in entries]
        for entries in (
            [(row.from_code, row) for row in rows if row.is_to],
            [(row.to_code, row) for row in rows if row.is_from],
        )
    )
    name = connection.execute(select(last_version(own, alias="l").c.name)).scalar() or code
    return Lineage(code, name, network, came, became, successors, lost_share)


def _no_area(
    connection: Connection, code: str, network: str, at: datetime | None = None, field: str = "code"
) -> NotFound:
    """NotFound; for a retired code its remedy names the areas that hold the ground at that date."""
    known = _known_area(connection, code, network)
    heirs = find_successors(connection, known, at)[0][:5] if known is not None else []
    remedy = "search for its name, or ask for another date"
    if heirs:
        remedy = "its ground went to " + ", ".join(f"{heir.code} ({heir.share:.0%})" for heir in heirs)
    if network == UNIFIED:
        return NotFound(Fault(field, f"no area has the code {code[:40]!r} at that date", remedy))
    called = call_network(connection, network)
    return NotFound(
        Fault(field, f"network {called} has no area {code[:40]!r} at that date", remedy, names=called.names)
    )
