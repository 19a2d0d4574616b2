"""The lattice on which coverage is measured: its error against the exact area, and its sets against shapely's."""

import numpy as np
import pytest
import shapely
from shapely import affinity

from gisgrid.lattice import NONE, Division, Ground, Runs, difference, pack, runs_near, runs_of, union, unpack
from gisgrid.patrol.walks import Track, metres_of_a_degree, metres_of_degrees, seen_along

LON, LAT = 113.85, 27.62
EAST_M, NORTH_M = metres_of_a_degree(LAT)


def to_degrees(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape in metres about a place, in degrees there."""
    return affinity.affine_transform(shape, [1 / EAST_M, 0, 0, 1 / NORTH_M, LON, LAT])


def walk(seed: int, steps: int = 60) -> tuple[Track, shapely.LineString]:
    """Somebody who walks through a quarter at 1.2 m/s, a ping each 10 s; also as a line in metres."""
    chance = np.random.default_rng(seed)
    turns = np.cumsum(chance.normal(0, 0.5, steps))
    flat = np.cumsum(np.stack([12 * np.cos(turns), 12 * np.sin(turns)], axis=1), axis=0)
    lon, lat = LON + flat[:, 0] / EAST_M, LAT + flat[:, 1] / NORTH_M
    at, joins = np.arange(steps, dtype=np.float64) * 10, np.arange(steps) > 0
    return Track(at, np.asarray(lon, np.float64), np.asarray(lat, np.float64), joins), shapely.LineString(flat)


@pytest.mark.parametrize("side_m", [100, 200, 500])
@pytest.mark.parametrize("radius_m", [15, 30, 60])
def test_the_share_seen_is_within_two_percent_of_the_exact_one(side_m: float, radius_m: float) -> None:
    """The bound that is stated, of each grid: a turned square of a hectare and more, walks through and beside it."""
    worst = 0.0
    for seed in range(15):
        track, line = walk(seed)
        grid = affinity.translate(affinity.rotate(shapely.box(0, 0, side_m, side_m), seed * 7), -side_m / 3, 10)
        exact = shapely.intersection(shapely.buffer(line, radius_m, quad_segs=64), grid).area / grid.area
        share = Ground(seen_along(track, radius_m)).share_of(runs_of(to_degrees(grid)))
        worst = max(worst, abs(share - exact))
    assert worst <= 0.01, f"the docstring says 1 %: {worst}"


@pytest.mark.parametrize("lat", [LAT, -65.0, 0.00001])
def test_what_lies_near_a_line_is_what_a_buffer_holds(lat: float) -> None:
    """Every cell, but for centres on the very edge: lines in every direction, level, upright, and mere points."""
    chance = np.random.default_rng(4)
    ways = [(0, 0), (80, 0), (-80, 0), (0, 60), (0, -60), (1, 0), (0, 0.001), *chance.uniform(-300, 300, (60, 2))]
    for radius_m, (x, y) in zip([30.0, 5.0, 1.0, 60.0] * 20, ways, strict=False):
        east_m, north_m = metres_of_a_degree(lat + y / 2 / 110_800)
        a = chance.uniform(-1e-3, 1e-3, 2) + (LON, lat)
        b = a + (x / east_m, y / north_m)
        row = np.array([[*a, *b]])
        found = runs_near(row, metres_of_degrees((row[:, 1] + row[:, 3]) / 2), radius_m)

        line = shapely.LineString([(0, 0), (x, y)]) if x or y else shapely.Point(0, 0)
        inner, outer = (
            runs_of(
                affinity.affine_transform(
                    shapely.buffer(line, radius_m + off_m, quad_segs=256), [1 / east_m, 0, 0, 1 / north_m, *a]
                )
            )
            for off_m in (-0.02, 0.02)
        )
        assert not len(difference(inner, found).starts), (radius_m, x, y)
        assert not len(difference(found, outer).starts), (radius_m, x, y)


def test_sets_of_cells_are_like_sets_of_ground() -> None:
    """What two share is counted once, holes are left out, and nothing is nothing."""
    one, other = shapely.box(0, 0, 200, 100), shapely.box(150, -50, 300, 60)
    ring = shapely.Polygon(shapely.box(0, 0, 300, 300).exterior, [shapely.box(100, 100, 200, 200).exterior])
    a, b, c = (runs_of(to_degrees(shape)) for shape in (one, other, ring))
    both = union([a, b])
    unit = 100 * 200 / a.weight()
    assert both.weight() * unit == pytest.approx(shapely.union(one, other).area, rel=0.02)
    assert c.weight() * unit == pytest.approx(ring.area, rel=0.02)
    assert Ground(both).share_of(a) == 1 and Ground(a).share_of(a) == 1
    assert Ground(a).share_of(b) == pytest.approx(50 * 60 / (150 * 110), abs=0.01)
    assert Ground(NONE).share_of(a) == 0 and Ground(a).share_of(NONE) == 0 and not union([]).weight()
    kept = unpack(pack(both))
    assert (kept.starts == both.starts).all() and (kept.ends == both.ends).all()


def test_what_is_new_is_counted_once_in_each_of_many_sets() -> None:
    """A set without another, and how much of it lies in each of several: as one by one, and as a count of cells."""
    chance = np.random.default_rng(5)

    def cells(*shapes: shapely.Geometry) -> Runs:
        return union([runs_of(to_degrees(shape)) for shape in shapes])

    def some(n: int) -> list[shapely.Geometry]:
        return [shapely.Point(*chance.uniform(0, 400, 2)).buffer(chance.uniform(5, 60)) for _ in range(n)]

    def as_set(runs: Runs) -> set[int]:
        return {int(k) for a, b in zip(runs.starts, runs.ends, strict=True) for k in range(a, b)}

    sets = [cells(shape) for shape in some(6)] + [NONE]
    for _ in range(20):
        one, other = cells(*some(4)), cells(*some(4))
        rest = difference(one, other)
        assert as_set(rest) == as_set(one) - as_set(other)
        division = Division(sets)
        found = division.weights_in(other) + division.weights_in(rest)
        assert found == pytest.approx(division.weights_in(union([one, other])), abs=1e-9)
        assert found[:-1] / division.whole[:-1] == pytest.approx(
            [Ground(union([one, other])).share_of(own) for own in sets[:-1]]
        )
    assert difference(one, NONE) is one and not len(difference(NONE, one).starts)
    assert Division([]).weights_in(one).size == 0


def test_neighbours_share_no_cell_and_leave_none_out() -> None:
    """Two grids with one edge: each cell is in one of them."""
    whole = shapely.Polygon([(0, 0), (310, 15), (290, 280), (-20, 240)])
    cut = shapely.LineString([(130, -50), (170, 400)])
    west, east = (runs_of(to_degrees(part)) for part in shapely.ops.split(whole, cut).geoms)
    assert Ground(west).share_of(east) == 0
    assert union([west, east]).weight() == pytest.approx(runs_of(to_degrees(whole)).weight(), abs=0.01)


def test_a_gap_is_not_walked() -> None:
    """Two pings 300 m apart, joined and not: the line between them is seen, or only the two discs."""
    lon, lat = np.array([LON, LON + 300 / EAST_M]), np.array([LAT, LAT])
    middle = runs_of(to_degrees(shapely.Point(150, 0).buffer(10)))
    for joins, share in (([False, True], 1.0), ([False, False], 0.0)):
        seen = seen_along(Track(np.array([0.0, 100.0]), lon, lat, np.array(joins)), 30)
        assert Ground(seen).share_of(middle) == share


def test_a_line_counts_for_the_time_in_which_it_ends() -> None:
    """What was seen before an instant and from it on is together what was seen at all, however it is cut."""
    track, _ = walk(3)
    whole = seen_along(track, 30)
    first = Track(track.at[:30], track.lon[:30], track.lat[:30], track.joins[:30])
    parts = union([seen_along(first, 30), seen_along(track, 30, since=300.0)])
    assert parts.weight() == pytest.approx(whole.weight(), rel=0.002)
    assert Ground(parts).share_of(whole) > 0.999
