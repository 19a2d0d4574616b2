"""What a boundary file draws: its areas in their place, lines made the same, with all that is wrong and was done."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gisgrid.boundaries.cleaning import Fields, clean_areas
from gisgrid.boundaries.coverage import find_uncovered
from gisgrid.boundaries.drawn import DrawnArea
from gisgrid.boundaries.finding import Finding, write_findings
from gisgrid.boundaries.measuring import said_m2
from gisgrid.boundaries.placing import place_areas
from gisgrid.boundaries.reading import read_file
from gisgrid.boundaries.settling import Transfer, settle_lines
from gisgrid.boundaries.shapes import is_too_fine
from gisgrid.codes import Scheme
from gisgrid.terms import GAP_M

CODES_SHOWN = 20
SILENT = 2000
"""So many areas are done before anybody asks how far it is."""


@dataclass(frozen=True)
class FileOrder:
    """How to read a boundary file. `snap_m`: lines of neighbours that differ by less are the same; None: by its digits.

    `level`: of every row; `crs` and `encoding` win over what the file says.
    """

    path: Path
    level: str | None = None
    fields: Fields = field(default_factory=Fields)
    crs: str = ""
    encoding: str = ""
    dissolve: bool = False
    snap_m: float | None = None
    layer: str = ""


@dataclass(frozen=True)
class FileAreas:
    """The areas of a file in EPSG:4326; `sound`: those that can be drawn, faults or not.

    `tolerance_m`: by how much lines were allowed to move; `transfers`: the ground that changed hands by that.
    """

    source: str
    areas: list[DrawnArea]
    sound: list[DrawnArea]
    notes: list[str]
    findings: list[Finding]
    tolerance_m: float
    transfers: list[Transfer]


def read_areas(order: FileOrder, scheme: Scheme, *, say: Callable[[str], None] = lambda _: None) -> FileAreas:
    """Read a boundary file: every fault in one pass, as findings. Raises Unreadable, or Refused where it has no rows,
    no codes or no coordinate system. `say` hears how far it is, of a file that takes long.
    """
    rows = read_file(order.path, layer=order.layer, encoding=order.encoding)
    system = rows.system(order.crs)
    count = len(rows.shapes)
    tell = say if count > SILENT else lambda _: None
    tell(f"  {count} rows read; checking codes and shapes")
    cleaned = clean_areas(rows, system, scheme, order.fields, order.level, dissolve=order.dissolve)
    tell("  comparing lines of neighbours")
    settled = settle_lines(cleaned.areas, system, rows.source, order.snap_m)
    tell("  looking for overlaps and gaps")
    areas, misplaced = place_areas(settled.areas, system, rows.source)
    findings = [*cleaned.findings, *settled.findings, *misplaced]
    unsound = {finding.where for finding in misplaced}
    sound = [] if unsound else [area for area in areas if _can_be_drawn(area)]
    if not misplaced:
        findings += _gaps(sound, rows.source)
    notes = [*rows.notes, *cleaned.notes, *_said(settled.transfers, settled.tolerance_m)]
    return FileAreas(rows.source, areas, sound, notes, findings, settled.tolerance_m, settled.transfers)


def _can_be_drawn(area: DrawnArea) -> bool:
    if area.geom is None or area.geom.geom_type != "MultiPolygon" or area.geom.is_empty:
        return False
    return not is_too_fine(area.geom)


def _gaps(areas: Sequence[DrawnArea], source: str) -> list[Finding]:
    """Gaps and slits between the grids of a file: warnings, because a file may leave ground to others."""
    base = {
        area.code: area.geom for area in areas if (area.level, area.kind) == ("grid", "base") and area.geom.is_valid
    }
    found = find_uncovered(base, GAP_M) if len(base) > 1 else []
    remedy = "give it to a neighbour, unless it is meant; --snap-m closes narrow ones"
    return [
        Finding(one.kind, "warning", one.code, one.other_code, one.message, remedy, one.geom, source)
        for one in found
        if one.kind in ("gap", "hole")
    ]


def won_and_lost(transfers: Sequence[Transfer]) -> list[tuple[str, float, float, float]]:
    """Each code whose lines moved: m2 won, m2 lost, the greatest width in metres; the most moved first."""
    won: dict[str, float] = defaultdict(float)
    lost: dict[str, float] = defaultdict(float)
    wide: dict[str, float] = defaultdict(float)
    for moved in transfers:
        for code, side in ((moved.to_code, won), (moved.from_code, lost)):
            if code:
                side[code] += moved.area_m2
                wide[code] = max(wide[code], moved.width_m)
    return sorted(((code, won[code], lost[code], wide[code]) for code in wide), key=lambda row: (-row[3], row[0]))


def _said(transfers: Sequence[Transfer], tolerance_m: float) -> list[str]:
    if not transfers:
        return []
    rows = won_and_lost(transfers)
    widest, size = max(moved.width_m for moved in transfers), sum(moved.area_m2 for moved in transfers)
    said = [
        f"lines of neighbours that differed by at most {widest:.4f} m were made the same: {len(transfers)} places,"
        f" {said_m2(size)} m² (tolerance {tolerance_m:g} m)"
    ]
    said += [
        f"{code} won {said_m2(won)} m², lost {said_m2(lost)} m², its lines moved by at most {wide:.4f} m"
        for code, won, lost, wide in rows[:CODES_SHOWN]
        if won + lost >= 0.0005
    ]
    if len(rows) > CODES_SHOWN:
        said.append(f"and {len(rows) - CODES_SHOWN} more codes (--out FILE.gpkg has every place)")
    return said


def write_report(found: FileAreas, path: Path) -> None:
    """A GeoPackage for QGIS: layer `problem` with every finding, layer `moved` with the ground that changed hands."""
    import geopandas  # only a report of a file needs it (`boundaries.finding`)

    path.unlink(missing_ok=True)
    write_findings(found.findings, path)
    frame = geopandas.GeoDataFrame(
        {
            "from_code": [moved.from_code for moved in found.transfers],
            "to_code": [moved.to_code for moved in found.transfers],
            "area_m2": [moved.area_m2 for moved in found.transfers],
            "width_m": [moved.width_m for moved in found.transfers],
        },
        geometry=[moved.geom for moved in found.transfers],
        crs=4326,
    )
    frame.to_file(path, layer="moved", driver="GPKG", geometry_type="Polygon", index=False, mode="a")
