"""The full audit of a network's live areas: ground, tree, codes, posts, and things assigned to a wrong area."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, text

from gisgrid.boundaries.coverage import find_uncovered, union
from gisgrid.boundaries.finding import ERROR, WARNING, Finding
from gisgrid.boundaries.measuring import area_m2, said_m2
from gisgrid.codes import Scheme, load_scheme
from gisgrid.errors import NotFound
from gisgrid.networks import no_network
from gisgrid.terms import GAP_M

LEAF = "grid"
NESTING_M2 = 1.0


@dataclass(frozen=True)
class LiveArea:
    """A live area: its position in the tree, its shape in EPSG:4326."""

    area_id: int
    code: str
    name: str
    level: str
    kind: str
    parent_id: int | None
    path: tuple[int, ...]
    geom: Any


def audit(
    connection: Connection,
    network: str,
    *,
    gap_m: float = GAP_M,
    at: datetime | None = None,
    schemes: Path | None = None,
) -> list[Finding]:
    """All faults of the live boundaries of a network, errors first. Raises NotFound.

    `gap_m`: holes narrower than that are errors, wider ones warnings; `schemes`: the folder of the city's own code
    schemes. Reads all shapes into memory; about ten seconds for 10,000 areas and 200,000 tickets.
    """
    scheme = _scheme(connection, network, schemes)
    areas = read_live(connection, network, at)
    found = [*_ground(areas, gap_m), *_tree(areas), *_codes(areas, scheme)]
    if at is None:
        found += _stray(connection, network)
    return sorted(found, key=lambda finding: (finding.severity, finding.kind, finding.code or ""))


def read_live(connection: Connection, network: str, at: datetime | None = None) -> list[LiveArea]:
    """The live areas of a network, or those of a date, by code."""
    rows = connection.execute(
        text(
            "SELECT area_id, code, name, level, kind, parent_id, path, ST_AsBinary(geom) AS shape FROM app.area_at(:at)"
            " WHERE network = :network ORDER BY code"
        ),
        {"network": network, "at": at},
    ).all()
    shapes = shapely.from_wkb([bytes(row.shape) for row in rows])
    return [
        LiveArea(row.area_id, row.code, row.name, row.level, row.kind, row.parent_id, tuple(row.path), shape)
        for row, shape in zip(rows, shapes, strict=True)
    ]


def leaves_by_code(areas: Iterable[LiveArea], kind: str = "base") -> dict[str, shapely.Geometry]:
    """The shapes of the leaves of one kind."""
    return {area.code: area.geom for area in areas if area.level == LEAF and area.kind == kind}


def _scheme(connection: Connection, network: str, schemes: Path | None) -> Scheme:
    name = connection.execute(
        text("SELECT scheme FROM core.network WHERE network = :network"), {"network": network}
    ).scalar()
    if name is None:
        message = f"there is no network {network!r}"
        raise NotFound(no_network(connection, message, "import boundaries first"))
    return load_scheme(name, schemes)


def _ground(areas: list[LiveArea], gap_m: float) -> Iterator[Finding]:
    """Base leaves cover the ground once; special leaves lie on them and do not overlap each other."""
    base, special = leaves_by_code(areas), leaves_by_code(areas, "special")
    if base:
        yield from find_uncovered(base, gap_m)
    if special:
        yield from (f for f in find_uncovered(special, 0) if f.kind == "overlap")


def _tree(areas: list[LiveArea]) -> Iterator[Finding]:
    """Every area above the leaves is the union of those right below it, and every path leads through live areas."""
    by_id = {area.area_id: area for area in areas}
    below: dict[int, list[LiveArea]] = defaultdict(list)
    for area in areas:
        above = by_id.get(area.parent_id) if area.parent_id is not None else None
        path = (*above.path, area.area_id) if above else (0, area.area_id)
        if area.path != path or (area.parent_id is not None and above is None):
            message = f"an area above {area.code} is not live, or has another parent"
            remedy = "publish it below a live area"
            yield Finding("parent", ERROR, area.code, above.code if above else None, message, remedy, area.geom)
        if above:
            below[above.area_id].append(area)
    for area_id, children in below.items():
        yield from _nesting(by_id[area_id], children)


def _nesting(above: LiveArea, children: list[LiveArea]) -> Iterator[Finding]:
    whole = union(np.array([child.geom for child in children], dtype=object))
    if shapely.equals_exact(whole.normalize(), above.geom.normalize()):
        return
    apart = shapely.symmetric_difference(whole, above.geom)
    differs = area_m2(apart)
    if differs > NESTING_M2:
        message = f"{above.code} and the union of the {len(children)} areas below it differ in {said_m2(differs)} m²"
        yield Finding("nesting", ERROR, above.code, None, message, "publish a change set on it", apart)


def _codes(areas: list[LiveArea], scheme: Scheme) -> Iterator[Finding]:
    codes: Mapping[int, str] = {area.area_id: area.code for area in areas}
    for area in areas:
        above = codes.get(area.parent_id) if area.parent_id is not None else None
        for fault in scheme.check(area.code, area.level, above):
            yield Finding("code", ERROR, area.code, above, fault.message, fault.remedy, area.geom)


def _stray(connection: Connection, network: str) -> Iterator[Finding]:
    """Missing posts; tickets, cameras, places, devices and posts that are assigned to a wrong area."""
    rows = connection.execute(
        text("SELECT a.*, ST_AsBinary(a.geom) AS shape FROM app.stray(:network) AS a"), {"network": network}
    )
    for row in rows:
        shape = None if row.shape is None else shapely.from_wkb(bytes(row.shape))
        found = Finding(row.kind, row.severity, row.code, row.other_code, row.message, row.remedy, shape)
        yield replace(found, severity=WARNING) if row.is_excused else found
