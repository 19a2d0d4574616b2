"""Geometry in tests is drawn, not typed: a letter is an area, a cell is a square of the map."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy import Connection, text

WEST, NORTH, CELL = 113.85, 27.65, 0.002


def draw(picture: str) -> dict[str, Any]:
    """Polygons (EPSG:4326) by letter; `.` is nobody's ground. Cells are 0.002 degrees, about 200 m."""
    cells: dict[str, list[Any]] = defaultdict(list)
    for row, line in enumerate(picture.split()):
        for column, letter in enumerate(line):
            if letter != ".":
                west, north = WEST + column * CELL, NORTH - row * CELL
                cells[letter].append(shapely.box(west, north - CELL, west + CELL, north))
    return {letter: shapely.union_all(boxes) for letter, boxes in sorted(cells.items())}


def spot(column: float, row: float) -> tuple[float, float]:
    """A point of the drawing, in cells from its north-west corner: (0.5, 0.5) is the middle of the first."""
    return WEST + column * CELL, NORTH - row * CELL


def write_geojson(path: Path, areas: dict[str, Any], **properties: str) -> Path:
    """A boundary file of these polygons by code, as a user would bring it."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": f"网格{code}", **properties},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for code, shape in areas.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def publish_leaves(
    db: Connection,
    areas: dict[str, Any],
    *,
    network: str = "base",
    valid_from: str = "2024-01-01T00:00:00+08:00",
    special: str = "",
    parents: dict[str, str] | None = None,
    ground: str = "any",
) -> dict[str, Any]:
    """Publish polygons as the leaves of a network (all of it), through the one door; the summary."""
    parents = parents or {}
    db.execute(
        text("INSERT INTO core.network VALUES (:n, :n, :n, 'free') ON CONFLICT DO NOTHING"),
        {"n": network},
    )
    changeset_id = db.execute(
        text(
            "INSERT INTO draft.changeset (network, valid_from, ground, is_filled)"
            " VALUES (:n, :at, :ground, false) RETURNING changeset_id"
        ),
        {"n": network, "at": valid_from, "ground": ground},
    ).scalar_one()
    above = sorted(set(parents.values()))
    shapes = [shapely.multipolygons([shape]) if shape.geom_type == "Polygon" else shape for shape in areas.values()]
    db.execute(
        text("SELECT app.draw_areas(:id, :codes, :names, :levels, :kinds, :parents, CAST(:shapes AS bytea[]))"),
        {
            "id": changeset_id,
            "codes": [*areas, *above],
            "names": [*(f"网格{code}" for code in areas), *above],
            "levels": ["grid"] * len(areas) + ["community"] * len(above),
            "kinds": ["special" if code in special else "base" for code in areas] + ["base"] * len(above),
            "parents": [*map(parents.get, areas), *(None for _ in above)],
            "shapes": [*map(shapely.to_wkb, shapes), *(None for _ in above)],
        },
    )
    summary: dict[str, Any] = db.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset_id}).scalar_one()
    return summary
