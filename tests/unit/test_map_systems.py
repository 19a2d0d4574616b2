"""Systems of whole files: a city's own projection leads to its degrees, and no datum is guessed."""

import numpy as np
import pyproj
import pytest

from gisgrid.coordinates import map_system
from gisgrid.errors import Refused
from gisgrid.geo import LonLat

POINTS = np.array([[113.80, 27.60], [113.81, 27.61], [114.2, 27.9]])


def wkt(datum: str, spheroid: str, *, projected: bool = True, geographic: str = "GCS") -> str:
    base = (
        f'GEOGCS["{geographic}",DATUM["{datum}",SPHEROID[{spheroid}]],PRIMEM["Greenwich",0.0],'
        'UNIT["Degree",0.0174532925199433]]'
    )
    if not projected:
        return base
    return (
        f'PROJCS["Local_City",{base},PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",40000.0],'
        'PARAMETER["False_Northing",-3000000.0],PARAMETER["Central_Meridian",113.85],'
        'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


CGCS2000 = '"CGCS2000",6378137.0,298.257222101'
WGS84 = '"WGS_1984",6378137.0,298.257223563'
CITY = "+proj=tmerc +lat_0=0 +lon_0=113.85 +k=1 +x_0=40000 +y_0=-3000000 +units=m"


def city_points(ellipsoid: str) -> np.ndarray:
    """The points in the city's system, by PROJ's own projection of the same ellipsoid."""
    x, y = pyproj.Proj(f"{CITY} {ellipsoid}")(POINTS[:, 0], POINTS[:, 1])
    return np.column_stack([x, y])


@pytest.mark.parametrize(
    ("definition", "ellipsoid"),
    [
        (wkt("D_China_2000", CGCS2000), "+ellps=GRS80"),
        (wkt("CGCS2000", CGCS2000), "+ellps=GRS80"),
        (wkt("China_2000", CGCS2000), "+ellps=GRS80"),
        (wkt("China_Geodetic_Coordinate_System_2000", CGCS2000), "+ellps=GRS80"),
        (wkt("D_WGS_1984", WGS84), "+ellps=WGS84"),
        (pyproj.CRS(wkt("D_China_2000", CGCS2000)).to_wkt(), "+ellps=GRS80"),
        (pyproj.CRS(wkt("D_China_2000", CGCS2000)).to_json(), "+ellps=GRS80"),
    ],
)
def test_a_citys_own_projection_leads_to_its_degrees(definition: str, ellipsoid: str) -> None:
    system = map_system(definition)
    given = city_points(ellipsoid)
    lon, lat = system.to_degrees(given[:, 0], given[:, 1])
    assert np.abs(np.column_stack([lon, lat]) - POINTS).max() < 1e-9
    x, y = system.from_degrees(lon, lat)
    assert np.abs(np.column_stack([x, y]) - given).max() < 1e-6
    assert (system.is_metric, system.metres_a_unit, system.known_as) == (True, 1.0, "")


@pytest.mark.parametrize("ellipsoid", ["+ellps=GRS80", "+datum=WGS84", "+a=6378137 +rf=298.257222101"])
def test_a_string_of_proj_that_somebody_gives_is_believed(ellipsoid: str) -> None:
    system = map_system(f"{CITY} {ellipsoid} +no_defs +type=crs", is_given=True)
    given = city_points(ellipsoid)
    lon, lat = system.to_degrees(given[:, 0], given[:, 1])
    assert np.abs(np.column_stack([lon, lat]) - POINTS).max() < 1e-9


@pytest.mark.parametrize(
    ("definition", "remedy"),
    [
        (wkt("D_unknown", WGS84, projected=False, geographic="GCS_unnamed"), "--crs wgs84"),
        (wkt("D_unknown", CGCS2000), "--crs '+proj=tmerc"),
        (wkt("D_unknown", '"Krassowsky_1940",6378245.0,298.3'), "survey office"),
        (wkt("D_Xian_1980", '"Xian_1980",6378140.0,298.257'), "survey office"),
        (wkt("D_Beijing_1954", '"Krasovsky_1940",6378245.0,298.3'), "+towgs84"),
        (pyproj.CRS("EPSG:2437").to_wkt(), "+towgs84"),
        (pyproj.CRS("EPSG:2379").to_wkt(), "CGCS2000"),
        ('LOCAL_CS["arbitrary",UNIT["metre",1]]', "--crs"),
        ("+proj=nonsense", "PROJ's string"),
        ("[", "WKT"),
        ("\ud800[", "WKT"),
        ("+proj=geocent +datum=WGS84", "2D system"),
    ],
)
def test_another_or_unnamed_datum_is_refused_with_a_way_on(definition: str, remedy: str) -> None:
    with pytest.raises(Refused) as caught:
        map_system(definition)
    assert remedy in caught.value.faults[0].remedy


def test_the_remedy_for_an_unnamed_datum_works() -> None:
    with pytest.raises(Refused) as caught:
        map_system(wkt("D_unknown", CGCS2000))
    written = caught.value.faults[0].remedy.split("'")[1]
    given = city_points("+ellps=GRS80")
    lon, _ = map_system(written, is_given=True).to_degrees(given[:, 0], given[:, 1])
    assert np.abs(lon - POINTS[:, 0]).max() < 1e-9


def test_parameters_of_a_survey_office_are_used() -> None:
    bare = pyproj.Proj(f"{CITY} +ellps=krass")(113.85, 27.6)
    system = map_system(f"{CITY} +ellps=krass +towgs84=12,-120,-40,0,0,0,0 +type=crs", is_given=True)
    point = system.locate(*bare)
    assert 1e-4 < abs(point.lon - 113.85) + abs(point.lat - 27.6) < 5e-3
    with pytest.raises(Refused):
        map_system(f"{CITY} +ellps=krass +type=crs", is_given=True)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("epsg:4547", "EPSG:4547"),
        ("GCJ02", "gcj02"),
        (pyproj.CRS("EPSG:4547").to_wkt(), "EPSG:4547"),
        (pyproj.CRS("EPSG:4326").to_3d().to_wkt(), "EPSG:4326"),
        (pyproj.CRS("OGC:CRS84").to_wkt(), "wgs84"),
    ],
)
def test_a_known_system_is_known(written: str, name: str) -> None:
    assert map_system(written).known_as == name


def test_degrees_of_cgcs2000_as_esri_writes_them_are_those_of_wgs84() -> None:
    system = map_system(pyproj.CRS("EPSG:4490").to_wkt("WKT1_ESRI"))
    assert system.locate(113.8, 27.6) == LonLat(113.8, 27.6)
    assert not system.is_metric


def test_degrees_from_another_meridian_are_not_taken_for_those_of_greenwich() -> None:
    with pytest.raises(Refused, match="does not name its datum"):
        map_system("+proj=longlat +ellps=GRS80 +pm=paris", is_given=True)


def test_the_old_way_of_naming_a_number_is_understood() -> None:
    assert map_system("+init=epsg:4547", is_given=True).locate(500_000, 3_000_000).lon == pytest.approx(114)
    assert map_system("EPSG:4547+5773", is_given=True).known_as == "EPSG:4547"


def test_units_are_in_metres() -> None:
    assert map_system("EPSG:2229").metres_a_unit == pytest.approx(0.3048006)
    degrees = map_system("wgs84")
    assert (degrees.is_metric, round(degrees.metres_a_unit)) == (False, 111319)


def test_swapped_axes_of_a_citys_own_system() -> None:
    system = map_system(wkt("D_China_2000", CGCS2000))
    x, y = city_points("+ellps=GRS80")[0]
    assert not system.is_swapped(x, y)
    assert map_system("EPSG:4547").is_swapped(3_054_000.0, 480_000.0)
    assert not map_system("EPSG:4547").is_swapped(480_000.0, 3_054_000.0)
