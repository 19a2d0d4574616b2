"""Files as others make them, all the way in: the right names, codes and places are live, or nothing is."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapely
from sqlalchemy import text

from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import GisgridError, Refused
from tests import data
from tests.drawing import draw, write_geojson
from tests.shapefiles import Column, write_shapefile

FROM = datetime(2024, 1, 1, tzinfo=UTC)
CITY = (
    'PROJCS["Local_City",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",40000.0],PARAMETER["False_Northing",-3000000.0],'
    'PARAMETER["Central_Meridian",113.85],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)
PROJ = "+proj=tmerc +lat_0=0 +lon_0=113.85 +k=1 +x_0=40000 +y_0=-3000000 +ellps=GRS80 +units=m +type=crs"


def bring(owner: Database, path: Path, network: str, **more: Any) -> dict[str, tuple[str, Any]]:
    """Import a file as grids of a network of its own; name and shape (EPSG:4326) of each live code."""
    order = ImportOrder(path, FROM, "grid", network, "free", **more)
    import_boundaries(owner, order)
    with owner.transaction(EVERYTHING) as connection:
        rows = connection.execute(
            text("SELECT code, name, ST_AsBinary(geom) AS wkb FROM app.area_now WHERE network = :n AND level = 'grid'"),
            {"n": network},
        )
        return {row.code: (row.name, shapely.from_wkb(bytes(row.wkb))) for row in rows}


def live(owner: Database, network: str) -> int:
    with owner.transaction(EVERYTHING) as connection:
        return int(
            connection.execute(text("SELECT count(*) FROM core.area WHERE network = :n"), {"n": network}).scalar_one()
        )


def in_city(path: Path) -> Path:
    """A boundary file in the city's own system, which GeoJSON cannot name, with digits enough for a micrometre."""
    to_city = pyproj.Proj(PROJ)
    shapes = {code: shapely.transform(shape, to_city, interleaved=False) for code, shape in draw("AB").items()}
    return write_geojson(path, shapes)


def test_gbk_that_pretends_to_be_utf8(owner: Database, tmp_path: Path) -> None:
    columns = [Column("code", 5), Column("name", 40)]
    path = write_shapefile(
        tmp_path / "g.shp", columns, [["Z1", "柑子园社区第一网格"], ["Z2", "东大街网格"]], "gbk", cpg="UTF-8"
    )
    found = bring(owner, path, "f-gbk")
    assert {code: name for code, (name, _) in found.items()} == {"Z1": "柑子园社区第一网格", "Z2": "东大街网格"}


def test_a_citys_own_system_by_its_string(owner: Database, tmp_path: Path) -> None:
    path = in_city(tmp_path / "city.geojson")
    found = bring(owner, path, "f-city", crs=PROJ)
    for code, shape in draw("AB").items():
        assert shapely.hausdorff_distance(found[code][1], shape) < 1e-7
    again = bring(owner, path, "f-city-wkt", crs=CITY)
    for code, (_, shape) in found.items():
        assert shapely.hausdorff_distance(again[code][1], shape) < 1e-9


def test_parts_of_one_area_become_one_when_asked(owner: Database, tmp_path: Path) -> None:
    squares = draw("ABC")
    rows = [("E1", "飞地网格", squares["A"]), ("E2", "中间网格", squares["B"]), ("E1", "飞地网格", squares["C"])]
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for code, name, shape in rows
    ]
    path = tmp_path / "enclave.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with pytest.raises(Refused, match="--dissolve"):
        bring(owner, path, "f-parts")
    assert live(owner, "f-parts") == 0
    found = bring(owner, path, "f-parts", dissolve=True)
    assert found["E1"][0] == "飞地网格"
    assert len(shapely.get_parts(found["E1"][1])) == 2
    assert found["E1"][1].area == pytest.approx(squares["A"].area + squares["C"].area)


def test_twenty_digits_arrive(owner: Database, tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "long.geojson", {"@": draw("A")["A"]})
    path.write_text(path.read_text("utf-8").replace('"code": "@"', '"code": 36030200100100100123'), encoding="utf-8")
    assert list(bring(owner, path, "f-long")) == ["36030200100100100123"]


CASES: dict[str, tuple[str, dict[str, Any], dict[str, str] | str]] = {
    "F02": ("F02-long-codes-as-numbers/grid20.geojson", {}, {"36030200100100100123": "一"}),
    "F03": ("F03-geopackage-of-several-layers/two.gpkg", {}, r"grids_2023 .*grids_2024 .*--layer"),
    "F03 named": (
        "F03-geopackage-of-several-layers/two.gpkg",
        {"layer": "grids_2024"},
        {"NEW1": "新一", "NEW2": "新二", "NEW3": "新三"},
    ),
    "F05": ("F05-gbk-without-a-true-cpg/gbk.zip", {}, {"Z1": "柑子园社区第一网格", "Z2": "东大街网格"}),
    "F06": ("F06-utf8-shapefile-chinese-columns/wg.shp", {}, {"W1": "甲网格", "W2": "乙网格"}),
    "F07": ("F07-city-system-on-cgcs2000/wg.shp", {}, {"L1": "甲", "L2": "乙"}),
    "F23": ("F23-nested-properties/nested.geojson", {}, "row 1, code N1, name: this is an object, not text"),
    "F25": ("F25-enclave-in-two-rows/enclave.geojson", {}, "--dissolve"),
    "F25 joined": (
        "F25-enclave-in-two-rows/enclave.geojson",
        {"dissolve": True},
        {"E1": "飞地网格", "E2": "中间网格"},
    ),
    "F26 cpg": ("F26-remedies-that-do-not-help/cpg-lies/wg.shp", {}, {"Z1": "柑子园社区第一网格", "Z2": "东大街网格"}),
    "F26 datum": ("F26-remedies-that-do-not-help/unknown-datum/wg.shp", {}, "--crs wgs84"),
    "F26 utf16": ("F26-remedies-that-do-not-help/utf16.geojson", {}, "save it as UTF-8"),
    "R04": ("R04-one-area-in-two-rows/two_rows_one_area.geojson", {"dissolve": True}, {"A": "A"}),
}


@pytest.mark.parametrize("case", CASES)
def test_cases_that_were_tried_before(owner: Database, case: str) -> None:
    name, how, expected = CASES[case]
    path, network = data.test_data(f"cases/{name}"), f"case-{case}".lower().replace(" ", "-")
    if isinstance(expected, str):
        with pytest.raises(GisgridError, match=expected):
            bring(owner, path, network, **how)
        assert live(owner, network) == 0
        return
    found = bring(owner, path, network, **how)
    assert {code: label for code, (label, _) in found.items()} == expected
    if case == "F07":
        assert shapely.hausdorff_distance(found["L1"][1], shapely.box(113.80, 27.60, 113.81, 27.61)) < 1e-7
