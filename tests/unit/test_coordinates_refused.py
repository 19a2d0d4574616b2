"""What is refused at the door for points, and that the refusal names place and remedy."""

import math
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.coordinates import (
    NAMED_SYSTEMS,
    check_point,
    from_wgs84,
    to_wgs84,
    to_wgs84_array,
)
from gisgrid.errors import Refused
from gisgrid.geo import BBox, LonLat

ANYUAN = BBox(113.75, 27.55, 113.98, 27.75)
TOWN_HALL = LonLat(113.8505, 27.6153)
quick = settings(deadline=None, max_examples=20)


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("wgs 84", "no known"),
        ("", "no known"),
        ("EPSG:", "no known"),
        ("EPSG:０4547", "no known"),
        ("EPSG:4547\n", "no known"),
        ("gcj02\x00", "no known"),
        ("\ud800", "no known"),
        (None, "no known"),
        (4547, "no known"),
        ("EPSG:1000", "unknown"),
        ("EPSG:999999", "unknown"),
        ("EPSG:4978", "Geocentric CRS"),
        ("EPSG:4979", "Geographic 3D CRS"),
        ("EPSG:3855", "Vertical CRS"),
        ("EPSG:9518", "Compound CRS"),
        ("EPSG:4807", "not in degrees"),
        ("EPSG:4610", "Xian 1980"),
        ("EPSG:2343", "no published way"),
    ],
)
def test_a_system_that_gives_no_point_is_refused(system: object, said: str) -> None:
    with pytest.raises(Refused, match=said) as refusal:
        to_wgs84(113.8, 27.6, system)  # type: ignore[arg-type]
    (fault,) = refusal.value.faults
    assert fault.field == "system"
    assert fault.remedy
    assert fault.message.isascii()


@pytest.mark.parametrize("door", [to_wgs84, from_wgs84, check_point])
@pytest.mark.parametrize(
    ("lon", "lat", "system", "field", "said"),
    [
        (math.nan, 27.6, "wgs84", "lon", "nan is no finite"),
        (113.8, math.inf, "gcj02", "lat", "inf is no finite"),
        (113.8, -math.inf, "bd09", "lat", "-inf is no finite"),
        (10**400, 27.6, "wgs84", "lon", "no finite"),
        (Decimal("sNaN"), 27.6, "wgs84", "lon", "no finite"),
        (math.nan, 3e6, "EPSG:4547", "lon", "nan is no finite"),
        (180.1, 27.6, "wgs84", "lon", "180.1 is beyond 180"),
        (113.8, -90.5, "cgcs2000", "lat", "-90.5 is beyond 90"),
        (27.6, 113.8, "gcj02", "lat", "look swapped"),
        (500_000, 3_060_000, "wgs84", "lon", "name the projected system"),
        (190, 27.6, "EPSG:4490", "lon", "beyond 180"),
        ("113.8", 27.6, "wgs84", "lon", "is a str"),
        (113.8, True, "wgs84", "lat", "is a bool"),
        (None, 27.6, "wgs84", "lon", "is a NoneType"),
        (113.8, 27.6j, "wgs84", "lat", "is a complex"),
        (np.bool_(True), 27.6, "wgs84", "lon", "is a bool"),
    ],
)
def test_a_pair_that_is_no_point_is_refused(
    door: Callable[..., object], lon: object, lat: object, system: str, field: str, said: str
) -> None:
    if door is from_wgs84 and system.startswith("EPSG"):
        system = "wgs84"
    with pytest.raises(Refused, match=said) as refusal:
        door(lon, lat, system)
    assert field in {fault.field for fault in refusal.value.faults}
    assert all(fault.remedy for fault in refusal.value.faults)


@pytest.mark.parametrize(
    ("x", "y", "system"),
    [
        (38_500_000, 3_060_000, "EPSG:4547"),
        (500_000, 3_060_000, "EPSG:4526"),
        (1e9, 1e9, "EPSG:4547"),
        (1e308, 1e308, "EPSG:3857"),
        (1e8, 3e6, "EPSG:3857"),
    ],
)
def test_out_of_the_reach_of_a_projection_is_refused_not_answered(x: float, y: float, system: str) -> None:
    with pytest.raises(Refused, match="out of the reach of") as refusal:
        to_wgs84(x, y, system)
    remedy = refusal.value.faults[0].remedy
    assert "easting is first" in remedy
    assert ("starts with its zone" in remedy) == (x == 38_500_000)


def test_a_point_that_a_projection_cannot_draw_is_refused() -> None:
    with pytest.raises(Refused, match="out of the reach of EPSG:4547"):
        from_wgs84(24, 0, "EPSG:4547")


@pytest.mark.parametrize("system", [*NAMED_SYSTEMS, "EPSG:4326", "EPSG:4547", "EPSG:4526"])
def test_swapped_axes_are_recognised_in_every_system(system: str) -> None:
    x, y = from_wgs84(TOWN_HALL.lon, TOWN_HALL.lat, system)
    assert check_point(x, y, system, ANYUAN).lon == pytest.approx(TOWN_HALL.lon, abs=1e-9)
    with pytest.raises(Refused, match="are swapped") as refusal:
        check_point(y, x, system, ANYUAN)
    assert f"lon={x}, lat={y}" in refusal.value.faults[0].remedy


@pytest.mark.parametrize(
    ("lon", "lat", "extent"),
    [
        (27.6, 33.1, ANYUAN),
        (TOWN_HALL.lat, 27.6, ANYUAN),
        (TOWN_HALL.lon, TOWN_HALL.lat, None),
        (30.0, 31.0, BBox(30, 30, 32, 32)),
    ],
)
def test_what_only_may_be_swapped_is_believed(lon: float, lat: float, extent: BBox | None) -> None:
    assert check_point(lon, lat, "wgs84", extent) == LonLat(lon, lat)


def test_swapped_points_are_not_guessed_without_an_extent() -> None:
    assert check_point(39.9, 89.5, "wgs84") == LonLat(39.9, 89.5)


@quick
@given(point=st.tuples(st.floats(-80, 80), st.floats(-80, 80)))
def test_swapped_is_exactly_in_the_extent_one_way_only(point: tuple[float, float]) -> None:
    extent = BBox(-40, 0, 80, 80)
    given_in, swapped_in = extent.contains(LonLat(*point)), extent.contains(LonLat(*point[::-1]))
    try:
        found = check_point(*point, "wgs84", extent)
    except Refused:
        assert swapped_in and not given_in
    else:
        assert found == LonLat(*point) and (given_in or not swapped_in)


def test_the_bad_rows_of_a_column_are_named() -> None:
    lon = np.full(20, 113.8)
    lon[3], lon[17] = math.nan, 999
    with pytest.raises(Refused) as refusal:
        to_wgs84_array(lon, np.full(20, 27.6), "gcj02")
    assert [fault.field for fault in refusal.value.faults] == ["lon[3]", "lon[17]"]
    with pytest.raises(Refused) as refusal:
        to_wgs84_array(np.full(50, 1e9), np.full(50, 1e9), "EPSG:4547")
    assert [fault.field for fault in refusal.value.faults] == [f"lon[{i}]" for i in range(10)]


@pytest.mark.parametrize(
    ("lon", "lat", "said"),
    [
        (["113.8"], [27.6], "is a column of <U5"),
        ([113.8], [None], "is a column of object"),
        ([True], [27.6], "is a column of bool"),
        ([113.8, 113.9], [27.6], "shapes"),
        ([[113.8]], [[27.6]], "shapes"),
    ],
)
def test_columns_that_are_no_points_are_refused(lon: list[object], lat: list[object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        to_wgs84_array(lon, lat, "wgs84")  # type: ignore[arg-type]


def test_no_points_are_no_points() -> None:
    for system in (*NAMED_SYSTEMS, "EPSG:4547"):
        lon, lat = to_wgs84_array([], [], system)
        assert lon.shape == lat.shape == (0,)
