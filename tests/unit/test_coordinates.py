"""The one door for points: every system in and out."""

import csv
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from gisgrid.coordinates import (
    NAMED_SYSTEMS,
    from_wgs84,
    from_wgs84_array,
    known_system,
    to_wgs84,
    to_wgs84_array,
)
from gisgrid.coordinates.china_offset import GCJ_BOX, Floats
from gisgrid.geo import LonLat

ORACLE = Path(__file__).parent / "oracle" / "gcoord.csv"
TOWN_HALL = LonLat(113.8505, 27.6153)
OFFSET_SYSTEMS = ("gcj02", "bd09")
GAUSS_KRUEGER = range(4491, 4555)

quick = settings(deadline=None, max_examples=20)
in_the_box = st.tuples(st.floats(GCJ_BOX.west, GCJ_BOX.east), st.floats(GCJ_BOX.south, GCJ_BOX.north))
anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def apart_mm(a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> float:
    """The largest distance of two columns of points, on the WGS 84 ellipsoid."""
    return float(Geod(ellps="WGS84").inv(*a, *b)[2].max() * 1000)


def columns(*points: tuple[float, float]) -> tuple[Floats, Floats]:
    lon, lat = np.array(points).T
    return lon, lat


@cache
def oracle() -> dict[str, Floats]:
    with ORACLE.open() as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def in_box(lon: Floats, lat: Floats) -> np.ndarray:
    return np.array([GCJ_BOX.contains(LonLat(*p)) for p in zip(lon, lat, strict=True)])


@pytest.mark.parametrize("system", OFFSET_SYSTEMS)
def test_forward_agrees_with_gcoord(system: str) -> None:
    table = oracle()
    inside = in_box(table["lon"], table["lat"])
    ours = from_wgs84_array(table["lon"][inside], table["lat"][inside], system)
    theirs = table[f"{system}_lon"][inside], table[f"{system}_lat"][inside]
    assert inside.sum() > 200
    assert apart_mm(ours, theirs) < 0.001


@pytest.mark.parametrize("system", OFFSET_SYSTEMS)
def test_outside_the_box_nothing_moves(system: str) -> None:
    table = oracle()
    outside = ~in_box(table["lon"], table["lat"])
    points = table["lon"][outside], table["lat"][outside]
    assert outside.sum() == 9
    np.testing.assert_array_equal(from_wgs84_array(*points, system), points)
    far = points[0][:5], points[1][:5]
    np.testing.assert_array_equal(to_wgs84_array(*far, system), far)


@pytest.mark.parametrize("system", OFFSET_SYSTEMS)
@quick
@given(points=st.lists(in_the_box, min_size=1, max_size=50))
def test_there_and_back_in_the_box(system: str, points: list[tuple[float, float]]) -> None:
    lon, lat = columns(*points)
    drawn = from_wgs84_array(lon, lat, system)
    assert apart_mm(to_wgs84_array(*drawn, system), (lon, lat)) < 0.001


@pytest.mark.parametrize("system", OFFSET_SYSTEMS)
def test_there_and_back_on_the_border_of_the_box(system: str) -> None:
    u = np.linspace(GCJ_BOX.west, GCJ_BOX.east, 500)
    v = np.linspace(GCJ_BOX.south, GCJ_BOX.north, 500)
    sides = [(np.full(500, edge), v) for edge in (GCJ_BOX.west, GCJ_BOX.east)]
    sides += [(u, np.full(500, edge)) for edge in (GCJ_BOX.south, GCJ_BOX.north)]
    for side in sides:
        assert apart_mm(to_wgs84_array(*from_wgs84_array(*side, system), system), side) < 0.001


@pytest.mark.parametrize("system", OFFSET_SYSTEMS)
def test_where_two_points_are_drawn_in_one_place_the_one_in_the_box_is_meant(system: str) -> None:
    inside = LonLat(GCJ_BOX.east - 0.001, 30.0)
    drawn = from_wgs84(inside.lon, inside.lat, system)
    assert drawn[0] > GCJ_BOX.east
    assert from_wgs84(*drawn, system) == drawn
    assert to_wgs84(*drawn, system).lon == pytest.approx(inside.lon, abs=1e-9)


@pytest.mark.parametrize("system", NAMED_SYSTEMS)
@quick
@given(point=anywhere)
def test_every_pair_of_degrees_is_a_point(system: str, point: tuple[float, float]) -> None:
    there = from_wgs84(*point, system)
    back = to_wgs84(*point, system)
    for lon, lat in (there, (back.lon, back.lat)):
        assert abs(lon - point[0]) < 0.02
        assert abs(lat - point[1]) < 0.02


@pytest.mark.parametrize("system", [*NAMED_SYSTEMS, "EPSG:4547", "EPSG:3857"])
def test_one_point_and_many_are_the_same_numbers(system: str) -> None:
    lon, lat = np.linspace(113.0, 115.0, 25), np.linspace(26.0, 29.0, 25)
    x, y = from_wgs84_array(lon, lat, system)
    back = to_wgs84_array(x, y, system)
    for i in range(25):
        assert from_wgs84(lon[i], lat[i], system) == (x[i], y[i])
        assert to_wgs84(x[i], y[i], system) == LonLat(back[0][i], back[1][i])


@pytest.mark.parametrize("system", ["wgs84", "cgcs2000", "EPSG:4326", "EPSG:4490"])
def test_cgcs2000_is_taken_as_wgs84(system: str) -> None:
    assert to_wgs84(113.8505, 27.6153, system) == TOWN_HALL
    assert from_wgs84(113.8505, 27.6153, system) == (113.8505, 27.6153)


def central_meridian(code: int) -> tuple[int, int]:
    """By EPSG's own numbering: the meridian in degrees, and the zone written before the easting."""
    if code <= 4501:
        return 6 * (code - 4491 + 13) - 3, code - 4491 + 13
    if code <= 4512:
        return 75 + 6 * (code - 4502), 0
    if code <= 4533:
        return 3 * (code - 4513 + 25), code - 4513 + 25
    return 75 + 3 * (code - 4534), 0


def test_every_gauss_krueger_zone_with_and_without_its_number() -> None:
    quadrant_m = Geod(ellps="GRS80").inv(114, 0, 114, 30)[2]
    for code in GAUSS_KRUEGER:
        meridian, zone = central_meridian(code)
        easting, northing = from_wgs84(meridian, 30, f"EPSG:{code}")
        assert easting == pytest.approx(zone * 1e6 + 500_000, abs=1e-4)
        assert northing == pytest.approx(quadrant_m, abs=1e-3)
        back = to_wgs84(easting + 80_000, northing, f"epsg:{code}")
        assert meridian + 0.8 < back.lon < meridian + 0.9


def test_names_are_normalised() -> None:
    assert known_system("epsg:4547") == known_system("EPSG:4547") == "EPSG:4547"
    assert [known_system(name) for name in ("WGS84", "Cgcs2000", "GCJ02", "bd09")] == [
        *("wgs84", "cgcs2000", "gcj02", "bd09")
    ]


def test_threads_share_a_transformer_without_mixing_points() -> None:
    def there_and_back(seed: int) -> float:
        lon = np.random.default_rng(seed).uniform(113, 115, 2000)
        lat = np.full(2000, 27.0 + seed / 10)
        back = to_wgs84_array(*from_wgs84_array(lon, lat, "EPSG:4547"), "EPSG:4547")
        return apart_mm(back, (lon, lat))

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(there_and_back, range(16))) < 0.001
