"""A boundary file becomes live boundaries: one change set, one transaction, or nothing at all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import shapely
from geoalchemy2 import WKBElement
from sqlalchemy import Connection, insert, text

from gisgrid.boundaries.cleaning import Fields, clean_areas
from gisgrid.boundaries.drawn import DrawnArea
from gisgrid.boundaries.finding import refuse_errors
from gisgrid.boundaries.networks import network_scheme
from gisgrid.boundaries.placing import place_areas
from gisgrid.boundaries.publishing import PUBLISH_TIMEOUT_S, publish, relocate, tickets_moved
from gisgrid.boundaries.reading import read_file
from gisgrid.codes import Scheme
from gisgrid.database import EVERYTHING, Database
from gisgrid.instants import write_instant
from gisgrid.tables import draft_area

PARENT_TOLERANCE_M2 = 1.0
_SAME_SHAPE = """
-- A Shapefile turns rings and orders parts in its own way: the same shape drawn otherwise stays as it was.
UPDATE draft.area AS d SET geom = v.geom
FROM draft.changeset AS c, app.area_at(c.valid_from) AS v
WHERE d.changeset_id = :id AND c.changeset_id = :id AND v.network = c.network AND v.code = d.code
    AND d.geom IS DISTINCT FROM v.geom AND ST_Normalize(d.geom) = ST_Normalize(v.geom)
"""


@dataclass(frozen=True)
class ImportOrder:
    """What to import into which network. `valid_from` with offset; `ground`: keep, gain (the default) or any.

    `schemes` is the folder with the city's own code schemes; a scheme given as a file is kept there.
    """

    path: Path
    valid_from: datetime
    level: str | None = None
    network: str = "base"
    scheme: str = ""
    fields: Fields = field(default_factory=Fields)
    crs: str = ""
    encoding: str = ""
    dissolve: bool = False
    replace: bool = False
    ground: str = "gain"
    title: str = ""
    schemes: Path | None = None


@dataclass(frozen=True)
class Imported:
    """What an import did: versions made and ended, tickets relocated, repairs and warnings as text."""

    changeset_id: int
    network: str
    rows: int
    grids: int
    ended: int
    above: int
    tickets_moved: int
    notes: tuple[str, ...]


def import_boundaries(
    database: Database, order: ImportOrder, *, say: Callable[[str], None] = lambda _: None
) -> Imported:
    """Publish the areas of a boundary file. Raises Unreadable or Refused; then nothing has changed."""
    say(f"reading {order.path.name}")
    rows = read_file(order.path, encoding=order.encoding)
    system = rows.system(order.crs)
    with database.transaction(EVERYTHING, timeout_s=PUBLISH_TIMEOUT_S) as connection:
        scheme = network_scheme(connection, order.network, order.scheme, order.schemes)
        cleaned = clean_areas(rows, system, scheme, order.fields, order.level, dissolve=order.dissolve)
        areas, misplaced = place_areas(cleaned.areas, system, rows.source)
        refuse_errors(cleaned.findings + misplaced)
        say(f"checking and publishing {len(areas)} areas")
        changeset_id = _open_changeset(connection, order)
        notes = [*rows.notes, *cleaned.notes] + _fill(connection, changeset_id, areas, scheme, order)
        summary = publish(connection, changeset_id)
    if summary is None:
        notes.append(f"it waits for {write_instant(order.valid_from)}; until then nothing changes")
        summary = {"grids": 0, "ended": 0, "above": 0}
    else:
        with database.transaction(EVERYTHING, timeout_s=PUBLISH_TIMEOUT_S) as connection:
            notes += _misfits(connection, changeset_id)
    relocate(database, changeset_id)
    with database.transaction(EVERYTHING) as connection:
        moved = tickets_moved(connection, changeset_id)
    return Imported(
        changeset_id,
        order.network,
        len(areas),
        summary["grids"],
        summary["ended"],
        summary["above"],
        moved,
        tuple(notes),
    )


def _open_changeset(connection: Connection, order: ImportOrder) -> int:
    """A change set on the whole network; filled with the live leaves unless everything is replaced."""
    changeset_id: int = connection.execute(
        text(
            "INSERT INTO draft.changeset (network, title, valid_from, is_dated, ground, is_filled)"
            " VALUES (:network, :title, :valid_from, true, :ground, :filled) RETURNING changeset_id"
        ),
        {
            "network": order.network,
            "title": order.title or f"import {order.path.name}",
            "valid_from": order.valid_from,
            "ground": "any" if order.replace and order.ground == "gain" else order.ground,
            "filled": not order.replace,
        },
    ).scalar_one()
    return changeset_id


def _fill(
    connection: Connection, changeset_id: int, areas: list[DrawnArea], scheme: Scheme, order: ImportOrder
) -> list[str]:
    """Replace the copied leaves by the file's rows; add the areas above that are not named yet."""
    bases: dict[str, int] = {
        row.code: row.base_version_id
        for row in connection.execute(
            text("SELECT code, base_version_id FROM draft.area WHERE changeset_id = :id"), {"id": changeset_id}
        )
    }
    connection.execute(
        text("DELETE FROM draft.area WHERE changeset_id = :id AND code = ANY(:codes)"),
        {"id": changeset_id, "codes": [area.code for area in areas]},
    )
    missing = _missing_above(connection, areas, scheme, order)
    rows: list[dict[str, Any]] = [
        {
            "changeset_id": changeset_id,
            "code": area.code,
            "name": area.name,
            "level": area.level,
            "kind": area.kind,
            "parent_code": scheme.parent(area.code),
            "base_version_id": bases.get(area.code),
            "geom": WKBElement(shapely.to_wkb(area.geom), srid=4326),
        }
        for area in areas
    ]
    rows += [
        {
            "changeset_id": changeset_id,
            "code": code,
            "name": None,
            "level": scheme.level(code),
            "kind": "base",
            "parent_code": scheme.parent(code),
            "base_version_id": None,
            "geom": None,
        }
        for code in missing
    ]
    connection.execute(insert(draft_area), rows)
    connection.execute(text(_SAME_SHAPE), {"id": changeset_id})
    connection.execute(text("ANALYZE draft.area"))
    return [f"{code} was not there yet: made as the union of its grids, named by its code" for code in missing]


def _missing_above(connection: Connection, areas: list[DrawnArea], scheme: Scheme, order: ImportOrder) -> list[str]:
    above: set[str] = set()
    for area in areas:
        code = scheme.parent(area.code)
        while code and code not in above:
            above.add(code)
            code = scheme.parent(code)
    live = connection.execute(
        text("SELECT code FROM app.area_at(:at) WHERE network = :network AND code = ANY(:codes)"),
        {"at": order.valid_from, "network": order.network, "codes": sorted(above)},
    ).scalars()
    return sorted(above - {area.code for area in areas} - set(live))


def _misfits(connection: Connection, changeset_id: int) -> list[str]:
    """Areas above the leaves whose drawn shape was not the union of their leaves; the union is published."""
    rows = connection.execute(
        text(
            "SELECT d.code, ST_Area(ST_SymDifference(d.geom, v.geom)::geography) AS m2 FROM draft.area AS d"
            " JOIN draft.changeset AS c USING (changeset_id)"
            " JOIN app.area_at((SELECT valid_from FROM draft.changeset WHERE changeset_id = :id)) AS v"
            "  ON v.network = c.network AND v.code = d.code"
            " WHERE d.changeset_id = :id AND d.level <> 'grid' AND d.geom IS NOT NULL AND NOT ST_Equals(d.geom, v.geom)"
        ),
        {"id": changeset_id},
    )
    return [
        f"{row.code}: its drawn shape and the union of its grids differ in {row.m2:.0f} m2; the union is published"
        for row in rows
        if row.m2 > PARENT_TOLERANCE_M2
    ]
