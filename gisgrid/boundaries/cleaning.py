"""Reading the rows of a boundary file: codes, names, levels, shapes; finds every wrong row and says every repair."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import shapely

from gisgrid.boundaries.columns import Fields, find_columns, read_cell, read_code, read_name
from gisgrid.boundaries.drawn import DrawnArea, listed
from gisgrid.boundaries.finding import ERROR, Finding
from gisgrid.boundaries.joining import join_rows
from gisgrid.boundaries.reading import FileRows
from gisgrid.boundaries.shapes import MULTIPOLYGON, lift_point, repair_shapes, wrong_with_shape
from gisgrid.cells import BadCell
from gisgrid.codes import LEVELS, Scheme
from gisgrid.coordinates import MapSystem

__all__ = ["Cleaned", "DrawnArea", "Fields", "clean_areas"]

KINDS = ("base", "special")
POLYGONS = "save the layer of polygons"
READERS: dict[str, Callable[[Any], str]] = {"code": read_code, "name": read_name, "level": read_cell, "kind": read_cell}


@dataclass(frozen=True)
class Cleaned:
    """The areas of a file with all that is wrong with its rows, and its repairs in words.

    The shapes are in the file's own coordinates. An area with an error is among the areas too: `findings` name
    it by `where`.
    """

    areas: list[DrawnArea]
    findings: list[Finding]
    notes: list[str]


def clean_areas(
    rows: FileRows,
    system: MapSystem,
    scheme: Scheme,
    fields: Fields,
    level: str | None,
    *,
    dissolve: bool = False,
) -> Cleaned:
    """Which areas do the rows draw, what is wrong with them, and what was repaired?

    Repairs only what changes no point's area: Z dropped, repeated points dropped, single polygons wrapped. Rows of
    one code are one area if `dissolve` says so. Raises Refused where no column holds the codes or the levels.
    """
    columns = find_columns(rows, fields, level)
    shapes, notes = repair_shapes(rows.shapes)
    areas: list[DrawnArea] = []
    findings: list[Finding] = []
    nameless: list[int] = []
    for index, shape in enumerate(shapes):
        values, bad = _read_row(rows, columns, index)
        area = DrawnArea(
            index + 1,
            values["code"],
            values.get("name") or values["code"],
            values.get("level") or level or "",
            values.get("kind") or "base",
            shape,
        )
        if "name" in columns and not values["name"] and "name" not in bad:
            nameless.append(area.row)
        findings += _found(area, bad, scheme, system, rows.source)
        areas.append(area)
    if nameless:
        notes.append(f"{listed(nameless)}: no name, the code is the name")
    areas, doubles, joined = join_rows(areas, system, rows.source, dissolve=dissolve)
    return Cleaned(areas, findings + doubles, notes + joined)


def _read_row(rows: FileRows, columns: dict[str, str], index: int) -> tuple[dict[str, str], dict[str, BadCell]]:
    """The texts of a row by meaning, and the cells that cannot be read."""
    values, bad = dict.fromkeys(columns, ""), {}
    for key, column in columns.items():
        try:
            values[key] = READERS[key](rows.columns[column][index])
        except BadCell as error:
            bad[key] = error
    return values, bad


def _found(
    area: DrawnArea, bad: dict[str, BadCell], scheme: Scheme, system: MapSystem, source: str
) -> Iterator[Finding]:
    place = f"{source} row {area.row}" + (f", code {area.code[:40]}" if area.code else "")

    def finding(kind: str, message: str, remedy: str, geom: Any = None) -> Finding:
        return Finding(kind, ERROR, area.code or None, None, message, remedy, geom, f"{place}, {kind}")

    texts = [(kind, error.message, error.remedy) for kind, error in bad.items()]
    texts += _wrong_with_text(area, bad, scheme)
    if texts:
        middle = _middle(area.geom, system)
        yield from (finding(*text, middle) for text in texts)
    if area.geom is not None and shapely.get_type_id(area.geom) != MULTIPOLYGON:
        is_line = "Line" in area.geom.geom_type
        way = f"{POLYGONS}; or close the lines: QGIS, Lines to polygons" if is_line else POLYGONS
        yield finding("shape", f"a {area.geom.geom_type} is no polygon", way)
        return
    for message, remedy, point in wrong_with_shape(area.geom, system):
        yield finding("shape", message, remedy, point)


def _wrong_with_text(area: DrawnArea, bad: dict[str, BadCell], scheme: Scheme) -> Iterator[tuple[str, str, str]]:
    known_level = area.level in LEVELS
    if "level" not in bad and not known_level:
        yield "level", f"{area.level!r} is no level", f"one of {', '.join(LEVELS)}"
    if "kind" not in bad and area.kind not in KINDS:
        yield "kind", f"{area.kind!r} is not a kind of grid", f"one of {', '.join(KINDS)}"
    if "code" in bad:
        return
    if not area.code:
        yield "code", "the row has no code", "give every area a code"
        return
    for fault in scheme.check(area.code, area.level if scheme.has_tree and known_level else None):
        yield fault.field, fault.message, fault.remedy


def _middle(shape: Any, system: MapSystem) -> Any:
    """A point of the shape, EPSG:4326, for faults of its texts."""
    if shape is None or shapely.is_empty(shape) or not shapely.is_valid(shape):
        return None
    return lift_point(shapely.point_on_surface(shape), system)
