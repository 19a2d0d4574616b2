"""Reading the rows of a boundary file: codes, names, levels, shapes; names every wrong row and every repair."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gisgrid.boundaries.reading import FileRows
from gisgrid.codes import LEVELS, Scheme
from gisgrid.errors import Fault, Refused

KINDS = ("base", "special")
CODE_FIELDS = ("code", "CODE", "Code", "编码", "网格编码", "统一编码")
NAME_FIELDS = ("name", "NAME", "Name", "名称", "网格名称")
MAX_VERTICES = 200_000


@dataclass(frozen=True)
class Fields:
    """The columns of a boundary file, by meaning; an empty name is looked for under its usual names."""

    code: str = ""
    name: str = ""
    level: str = ""
    kind: str = ""


@dataclass(frozen=True)
class DrawnArea:
    """One row of a boundary file, clean: EPSG:4326, MultiPolygon, valid."""

    row: int
    code: str
    name: str
    level: str
    kind: str
    geom: Any


def clean_areas(rows: FileRows, scheme: Scheme, fields: Fields, level: str | None) -> tuple[list[DrawnArea], list[str]]:
    """Which areas do the rows (their shapes in EPSG:4326 by now) draw, and what was repaired?

    Repairs only what changes no point's area: Z dropped, repeated points dropped, single polygons wrapped,
    rings turned. Raises Refused with one fault a wrong row: row, code, reason, remedy.
    """
    source = rows.source
    columns = _columns(rows, fields, level)
    shapes, notes = _repair(rows.shapes)
    areas: list[DrawnArea] = []
    faults: list[Fault] = []
    for index, shape in enumerate(shapes):
        values = {key: _text(rows.columns[column][index]) for key, column in columns.items()}
        area = DrawnArea(
            index + 1,
            values["code"],
            values.get("name") or values["code"],
            values.get("level") or level or "",
            values.get("kind") or "base",
            shape,
        )
        place = f"{source} row {area.row}" + (f", code {area.code}" if area.code else "")
        found = _wrong_with(area, scheme)
        faults += [Fault(f"{place}, {fault.field}", fault.message, fault.remedy) for fault in found]
        areas.append(area)
    faults += _duplicates(areas, source)
    if faults:
        raise Refused(*faults)
    return areas, notes


def _columns(rows: FileRows, fields: Fields, level: str | None) -> dict[str, str]:
    source, present = rows.source, list(rows.columns)
    shown = ", ".join(present) or "none"

    def find(given: str, usual: Sequence[str], option: str, *, needed: bool) -> str:
        if given:
            if given in present:
                return given
            raise Refused(Fault(source, f"there is no column {given!r}", f"choose {option} among: {shown}"))
        found = next((name for name in usual if name in present), "")
        if needed and not found:
            raise Refused(Fault(source, "no column holds the code", f"name it with {option}, among: {shown}"))
        return found

    columns = {
        "code": find(fields.code, CODE_FIELDS, "--code-field", needed=True),
        "name": find(fields.name, NAME_FIELDS, "--name-field", needed=False),
        "kind": find(fields.kind, ("kind",), "--kind-field", needed=False),
    }
    if level is None or fields.level:
        columns["level"] = find(fields.level, ("level",), "--level-field", needed=False)
        if not columns["level"]:
            raise Refused(Fault(source, "nothing says the level of the areas", "give --level or --level-field"))
    return {key: column for key, column in columns.items() if column}


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a column of numbers with a gap comes as floats
    text = str(value)
    return "" if text in ("<NA>", "NaT") else text.strip()


def _repair(shapes: Any) -> tuple[Any, list[str]]:
    """Drop points that repeat the one before, and turn rings: neither changes which area holds a point."""
    given = np.asarray(shapes, dtype=object)
    repaired = given.copy()
    polygonal = np.isin(shapely.get_type_id(given), (3, 6)) & ~shapely.is_empty(given)
    valid_rows = polygonal.nonzero()[0]
    repaired[valid_rows] = shapely.remove_repeated_points(given[valid_rows], 0.0)
    before, after = shapely.get_num_coordinates(given), shapely.get_num_coordinates(repaired)
    notes = [
        f"row {row + 1}: {before[row] - after[row]} repeated points dropped" for row in np.flatnonzero(before != after)
    ]
    single = shapely.get_type_id(repaired) == 3
    repaired[single] = shapely.multipolygons(repaired[single], indices=np.arange(single.sum()))
    return repaired, notes


def _wrong_with(area: DrawnArea, scheme: Scheme) -> list[Fault]:
    faults = []
    if area.level not in LEVELS:
        faults.append(Fault("level", f"{area.level!r} is no level", f"one of {', '.join(LEVELS)}"))
    if area.kind not in KINDS:
        faults.append(Fault("kind", f"{area.kind!r} is not a kind of grid", f"one of {', '.join(KINDS)}"))
    if not area.code:
        faults.append(Fault("code", "the row has no code", "give every area a code"))
    else:
        faults += scheme.check(area.code, area.level if scheme.has_tree and area.level in LEVELS else None)
    faults += [
        Fault(field, "the text has a character that cannot be stored (NUL, half of a surrogate pair)", "remove it")
        for field, text in (("code", area.code), ("name", area.name))
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text)
    ]
    return faults + _wrong_with_shape(area.geom)


def _wrong_with_shape(shape: Any) -> list[Fault]:
    if shape is None or shapely.is_empty(shape):
        return [Fault("shape", "the area has no shape", "draw it, or delete the row")]
    if shapely.get_type_id(shape) != 6:
        return [Fault("shape", f"a {shape.geom_type} is no polygon", "save the layer of polygons")]
    count = int(shapely.get_num_coordinates(shape))
    if count > MAX_VERTICES:
        return [Fault("shape", f"{count} points are too many", f"simplify it below {MAX_VERTICES}")]
    west, south, east, north = shapely.bounds(shape)
    if west < -180 or east > 180 or south < -85.05 or north > 85.05:
        return [Fault("shape", "it leaves the map (85.05 S to 85.05 N)", "check its coordinate system")]
    if not shapely.is_valid(shape):
        return [Fault("shape", f"invalid: {shapely.is_valid_reason(shape)}", "redraw the ring at that place")]
    return []


def _duplicates(areas: list[DrawnArea], source: str) -> list[Fault]:
    counts = Counter(area.code for area in areas if area.code)
    return [
        Fault(
            f"{source} rows {', '.join(str(a.row) for a in areas if a.code == code)}, code {code}",
            f"{count} rows have this code",
            "give every area a code of its own",
        )
        for code, count in counts.items()
        if count > 1
    ]
