"""The lines of a boundary file before it is placed: neighbours' lines made the same, what is wider listed as faults."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from gisgrid.boundaries.drawn import DrawnArea, listed
from gisgrid.boundaries.finding import ERROR, Finding
from gisgrid.boundaries.measuring import FlatMap, areas_m2, said_m2
from gisgrid.boundaries.shapes import MULTIPOLYGON, is_too_fine, written
from gisgrid.boundaries.snapping import Snapped, last_digit, snap_coverage
from gisgrid.coordinates import MapSystem

SAME_LINE_M = 0.001
"""`app.same_line_deg` on the ground."""
UNASKED_M = 0.2
"""So much at most are lines moved without `--snap-m`: as far as the last digit of a file makes necessary."""
WIDEST_M = 5.0
"""A tolerance that is still proposed; wider faults are redrawn."""
_ROUNDED_BY = 1.5
"""Two roundings part a corner and the line that it lies on by at most the square root of two last digits."""


@dataclass(frozen=True)
class Transfer:
    """Ground that changed hands when lines were made the same: codes (None: nobody's), size, greatest width, shape."""

    from_code: str | None
    to_code: str | None
    area_m2: float
    width_m: float
    geom: Any


@dataclass(frozen=True)
class Settled:
    """The areas with their lines made the same, in the file's own coordinates; what changed hands and what is wrong.

    `transfers` and `findings` have their shapes in EPSG:4326.
    """

    areas: list[DrawnArea]
    tolerance_m: float
    transfers: list[Transfer]
    findings: list[Finding]


def settle_lines(areas: list[DrawnArea], system: MapSystem, source: str, snap_m: float | None = None) -> Settled:
    """Make the lines of neighbours the same, each level and kind by itself, where they differ by less than `snap_m`.

    Without `snap_m`: by less than the last digit of the file's coordinates makes necessary, a millimetre at least and
    `UNASKED_M` at most. Lines are compared in the file's own system, because a straight line of one system is bent in
    another. Overlaps that are wider are errors among the findings. Half a second for 10,000 areas that match.
    """
    sound = [n for n, area in enumerate(areas) if _is_sound(area.geom)]
    if not sound:
        return Settled(areas, SAME_LINE_M, [], [])
    plane = _Plane(system, np.array([areas[n].geom for n in sound], dtype=object))
    tolerance_m = snap_m if snap_m is not None else plane.needed_m()
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, n in enumerate(sound):
        groups[areas[n].level, areas[n].kind].append(place)
    settled = list(areas)
    transfers: list[Transfer] = []
    faults: list[tuple[Finding, float]] = []
    for places in groups.values():
        snapped = snap_coverage(plane.shapes[places], tolerance_m / plane.unit_m)
        owners = [areas[sound[place]] for place in places]
        for area, before, after, place in zip(owners, plane.shapes[places], snapped.shapes, places, strict=True):
            if after is not before:
                settled[sound[place]] = replace(area, geom=_multi(plane.lift(after)))
        transfers += _transfers(snapped, owners, plane)
        faults += _disputes(snapped, owners, plane, source)
    faults += _too_far(transfers, tolerance_m, source)
    return Settled(settled, tolerance_m, transfers, _with_remedy(faults))


class _Plane:
    """The shapes on a plane in metres (or the units of the file's system), and the way back to its coordinates."""

    def __init__(self, system: MapSystem, shapes: Any) -> None:
        self.system, self.given = system, shapes
        self.unit_m = system.metres_a_unit if system.is_metric else 1.0
        self.shapes, self._flat = shapes, None
        if not system.is_metric:
            west, south, east, north = shapely.total_bounds(shapes)
            self._flat = FlatMap((west + east) / 2, (south + north) / 2)
            self.shapes = self._flat.flatten(shapes)
            self._keys, first = np.unique(_keys(shapely.get_coordinates(self.shapes)), return_index=True)
            self._places = shapely.get_coordinates(shapes)[first]

    def needed_m(self) -> float:
        """The tolerance that the last digit of the coordinates makes necessary."""
        digit_m = last_digit(shapely.get_coordinates(self.given)) * self.system.metres_a_unit
        return float(np.clip(_ROUNDED_BY * digit_m, SAME_LINE_M, UNASKED_M))

    def lift(self, shapes: Any) -> Any:
        """Shapes of the plane in the file's own coordinates; corners that were not moved come back exactly."""
        if self._flat is None:
            return shapes
        lifted = self._flat.lift(shapes)
        flat, places = _keys(shapely.get_coordinates(shapes)), shapely.get_coordinates(lifted)
        found = np.minimum(np.searchsorted(self._keys, flat), len(self._keys) - 1)
        known = self._keys[found] == flat
        places[known] = self._places[found[known]]
        return shapely.set_coordinates(lifted, places)

    def place(self, shapes: Any) -> Any:
        """Shapes of the plane in EPSG:4326."""
        lifted = shapely.transform(self.lift(shapes), np.copy)
        lon, lat = self.system.to_degrees(*shapely.get_coordinates(lifted).T)
        return shapely.set_coordinates(lifted, np.column_stack([lon, lat]))


def _keys(coordinates: Any) -> Any:
    return coordinates[:, 0] + 1j * coordinates[:, 1]


def _is_sound(shape: Any) -> bool:
    """Can its lines be compared with others'? Of too fine a shape that would take minutes, only to refuse it."""
    if shape is None or shapely.get_type_id(shape) != MULTIPOLYGON or is_too_fine(shape):
        return False
    return bool(shapely.is_valid(shape))


def _multi(shape: Any) -> Any:
    return shape if shape.geom_type == "MultiPolygon" else shapely.multipolygons([shape])


def _transfers(snapped: Snapped, owners: Sequence[DrawnArea], plane: _Plane) -> Iterator[Transfer]:
    grounds = plane.place(np.array([given.shape for given in snapped.transfers], dtype=object))
    for given, ground, size in zip(snapped.transfers, grounds, areas_m2(grounds).tolist(), strict=True):
        giver, taker = (None if n is None else owners[n].code for n in (given.giver, given.taker))
        yield Transfer(giver, taker, size, given.width * plane.unit_m, ground)


def _disputes(
    snapped: Snapped, owners: Sequence[DrawnArea], plane: _Plane, source: str
) -> Iterator[tuple[Finding, float]]:
    grounds = plane.place(np.array([dispute.shape for dispute in snapped.disputes], dtype=object))
    for dispute, ground, size in zip(snapped.disputes, grounds, areas_m2(grounds).tolist(), strict=True):
        held = [owners[n] for n in dispute.holders]
        codes, width_m = sorted(area.code for area in held), dispute.width * plane.unit_m
        at = written(shapely.point_on_surface(plane.lift(dispute.shape)), plane.system)
        message = f"{' and '.join(codes)} overlap in {said_m2(size)} m², up to {width_m:.3f} m wide, at {at}"
        where = f"{source} {listed([area.row for area in held])}"
        yield Finding("overlap", ERROR, codes[0], codes[1], message, "", ground, where), width_m


def _with_remedy(faults: list[tuple[Finding, float]]) -> list[Finding]:
    """Each fault with the next step: one tolerance for all that one could cure, by the width of the widest of them."""
    curable = [width_m for _, width_m in faults if width_m < WIDEST_M]
    snap = (
        f"--snap-m {_rounded_up(1.2 * max(curable)):g} makes such lines the same; or --draft, and finish it in QGIS"
        if curable
        else ""
    )
    redraw = "give the ground to one of them; with --draft the file becomes a change set to be finished in QGIS"
    return [replace(found, remedy=snap if width_m < WIDEST_M else redraw) for found, width_m in faults]


def _rounded_up(width_m: float) -> float:
    """One significant digit."""
    power = 10.0 ** np.floor(np.log10(width_m))
    return float(np.round(np.ceil(width_m / power) * power, 6))


def _too_far(transfers: Sequence[Transfer], tolerance_m: float, source: str) -> Iterator[tuple[Finding, float]]:
    """A chain of corners each near the next can lead farther than the tolerance."""
    for found in transfers:
        if found.width_m > 1.1 * tolerance_m:
            code, *others = [code for code in (found.from_code, found.to_code) if code]
            other = others[0] if others else None
            message = f"its line would move by {found.width_m:.3f} m, more than {tolerance_m:g} m"
            where = f"{source} code {code}"
            yield Finding("moved", ERROR, code, other, message, "", found.geom, where), found.width_m
