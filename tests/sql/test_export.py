"""Boundaries out, and in again: what is written is what stands, to the last digit."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from sqlalchemy import text

from gisgrid.boundaries.exporting import Exported, ExportOrder, export_boundaries
from gisgrid.boundaries.importing import Imported, ImportOrder, import_boundaries
from gisgrid.coordinates import from_wgs84
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.errors import NotFound, Refused
from tests.drawing import CELL, NORTH, WEST, draw, write_geojson

TOWN = "360302001"
CODES = {letter: f"{TOWN}00100{number}" for number, letter in enumerate("ABCDE", start=1)}
ZONE = ZoneInfo("Asia/Shanghai")
THEN, LATER = datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
MARKET = f"{TOWN}001009"


def order(path: Path, **more: Any) -> ImportOrder:
    return ImportOrder(path, **{"valid_from": THEN, **more})


@pytest.fixture(scope="module")
def owner(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A town with an area in two parts, one with a hole, a bent line that no short number says, a special grid."""
    database = Database(new_database(), role=OWNER, statement_timeout_s=60)
    folder = tmp_path_factory.mktemp("areas")
    drawn = draw("AABBA\nAABBA\nCDCEE\nCCCEE")
    rng = np.random.default_rng(3)
    thirds = shapely.segmentize(np.array(list(drawn.values())), CELL / 3)
    bent = shapely.transform(thirds, lambda xy: xy + 2e-5 * np.sin(xy * 7919) + 0 * rng.random())
    areas = {CODES[letter]: shape for letter, shape in zip(drawn, bent, strict=True)}
    import_boundaries(database, order(write_geojson(folder / "a.geojson", areas), level="grid"))
    market = {MARKET: shapely.box(WEST + CELL / 3, NORTH - CELL, WEST + CELL, NORTH - CELL / 3)}
    import_boundaries(database, order(write_geojson(folder / "m.geojson", market, kind="special"), level="grid"))
    again = draw("AABBA\nAAB.A\nCDCEE\nCCCEE")["B"]
    halves = {f"{TOWN}001006": draw("..BB.\n..B..")["B"], CODES["B"]: shapely.difference(areas[CODES["B"]], again)}
    halves[f"{TOWN}001006"] = shapely.intersection(areas[CODES["B"]], again)
    import_boundaries(database, order(write_geojson(folder / "h.geojson", halves), level="grid", valid_from=LATER))
    yield database
    database.close()


def export(owner: Database, path: Path, **more: Any) -> Exported:
    with owner.transaction(EVERYTHING) as connection:
        return export_boundaries(connection, ExportOrder(path, ZONE, **more))


def live(owner: Database) -> dict[str, Any]:
    with owner.transaction(EVERYTHING) as connection:
        rows = connection.execute(text("SELECT code, ST_AsBinary(geom) AS g FROM app.area_at(now())"))
        return {row.code: shapely.from_wkb(bytes(row.g)) for row in rows}


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp"])
@pytest.mark.parametrize("system", ["wgs84", "cgcs2000"])
def test_what_was_exported_and_imported_again_changes_nothing(
    owner: Database, tmp_path: Path, ending: str, system: str
) -> None:
    path = tmp_path / f"out.{ending}"
    done = export(owner, path, system=system)
    assert done.areas == len(live(owner)) == 10
    imported: Imported = import_boundaries(owner, order(path, valid_from=LATER))
    assert (imported.grids, imported.ended, imported.above, imported.rows) == (0, 0, 0, 10)
    replaced = import_boundaries(owner, order(path, valid_from=LATER, replace=True, ground="keep"))
    assert (replaced.grids, replaced.ended, replaced.above) == (0, 0, 0)


def test_columns(owner: Database, tmp_path: Path) -> None:
    export(owner, tmp_path / "out.gpkg")
    frame = geopandas.read_file(tmp_path / "out.gpkg", layer="area").set_index("code")
    assert list(frame["level"])[:4] == ["district", "town", "community", "grid"], "from the top down"
    b = frame.loc[CODES["B"]]
    assert (b["name"], b["kind"], b["parent"]) == (f"网格{CODES['B']}", "base", f"{TOWN}001")
    assert (b["valid_from"], b["valid_to"]) == ("2024-01-01T08:00:00+08:00", None)
    assert b["area_m2"] > 1000
    assert frame.loc[MARKET]["kind"] == "special"
    assert frame.crs.to_epsg() == 4326


def test_by_level_network_and_date(owner: Database, tmp_path: Path) -> None:
    path = tmp_path / "out.geojson"
    assert export(owner, path, level="town").areas == 1
    assert export(owner, path, level="grid").areas == 7
    assert export(owner, path, level="grid", at=datetime(2023, 6, 1, tzinfo=UTC)).areas == 6
    for more in ({"network": "party"}, {"level": "street"}, {"at": datetime(2020, 1, 1, tzinfo=UTC)}):
        with pytest.raises(NotFound, match="has no areas"):
            export(owner, path, **more)
    with pytest.raises(NotFound):
        export(owner, path, as_recorded=datetime(2020, 1, 1, tzinfo=UTC))


def shown(path: Path) -> Any:
    return geopandas.read_file(path).set_index("code").geometry


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp"])
@pytest.mark.parametrize("system", ["EPSG:4547", "EPSG:4490", "EPSG:3857", "gcj02", "bd09"])
def test_any_system(owner: Database, tmp_path: Path, ending: str, system: str) -> None:
    path = tmp_path / f"out.{ending}"
    done = export(owner, path, system=system, level="grid")
    corner = shapely.get_coordinates(live(owner)[CODES["D"]])[0]
    expected = from_wgs84(float(corner[0]), float(corner[1]), system)
    near = shapely.distance(shapely.points(expected), shown(path)[CODES["D"]].boundary)
    assert near < (1e-6 if abs(expected[0]) > 180 else 1e-11), "metres, degrees"
    crs = geopandas.read_file(path).crs
    if system.startswith("EPSG"):
        assert crs.to_epsg() == int(system[5:]) and not done.notes
    else:
        assert (crs is None) == (ending != "geojson"), "GDAL takes every GeoJSON for WGS 84"
        assert "500 m off" in done.notes[0]
        assert json.loads(path.read_text("utf-8"))["system"] == system if ending == "geojson" else True
    kept = "" if ending == "geojson" or system.startswith("EPSG") else system
    imported = import_boundaries(owner, order(path, network="again", ground="any", replace=True, crs=kept))
    assert imported.rows == 7
    with owner.transaction(EVERYTHING) as connection:
        off = connection.execute(
            text(
                "SELECT max(ST_HausdorffDistance(a.geom, b.geom)) FROM app.area_at(now()) AS a"
                " JOIN app.area_at(now()) AS b USING (code)"
                " WHERE a.network = 'base' AND b.network = 'again' AND a.level = 'grid'"
            )
        ).scalar_one()
    assert off < 1e-8, "a millimetre"


def test_a_shapefile_in_gbk(owner: Database, tmp_path: Path) -> None:
    path = tmp_path / "out.shp"
    done = export(owner, path, encoding="GBK")
    assert sorted(Path(file).suffix for file in done.files) == [".cpg", ".dbf", ".prj", ".shp", ".shx"]
    assert "网格".encode("gbk") in path.with_suffix(".dbf").read_bytes()
    assert path.with_suffix(".cpg").read_text() == "GBK"
    assert shown(path)[CODES["A"]].geom_type == "MultiPolygon"
    path.with_suffix(".cpg").unlink()
    imported = import_boundaries(owner, order(path, valid_from=LATER))
    assert (imported.grids, imported.above) == (0, 0), "also where the file does not say its encoding"


def test_text_that_a_shapefile_cannot_hold_is_refused(owner: Database, tmp_path: Path) -> None:
    areas = {f"{TOWN}001001": ("网格😀", draw("A")["A"]), f"{TOWN}001002": ("长" * 100, draw(".B")["B"])}
    source = tmp_path / "in.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for code, (name, shape) in areas.items()
    ]
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    import_boundaries(owner, order(source, network="odd", level="grid"))
    path = tmp_path / "out.shp"
    with pytest.raises(Refused, match="GBK cannot say '网格😀'.*UTF-8"):
        export(owner, path, network="odd", encoding="GBK")
    with pytest.raises(Refused, match="254 bytes"):
        export(owner, path, network="odd", level="grid")
    assert [file.name for file in tmp_path.iterdir()] == ["in.geojson"], "nothing is left half written"
    export(owner, tmp_path / "out.gpkg", network="odd")
    assert "网格😀" in set(geopandas.read_file(tmp_path / "out.gpkg")["name"])


def test_lineage_goes_along(owner: Database, tmp_path: Path) -> None:
    export(owner, tmp_path / "out.gpkg", lineage=True)
    assert pyogrio.list_layers(tmp_path / "out.gpkg").tolist() == [["area", "MultiPolygon"], ["lineage", None]]
    table = pyogrio.read_dataframe(tmp_path / "out.gpkg", layer="lineage")
    assert list(table.columns) == [
        "from_code", "to_code", "kind", "from_share", "to_share", "valid_from", "changeset_id", "network",
    ]  # fmt: skip
    split = table[table["from_code"] == CODES["B"]]
    assert set(split["to_code"]) == {CODES["B"], f"{TOWN}001006"} and set(split["kind"]) == {"split"}
    assert split["from_share"].sum() == pytest.approx(1, abs=1e-9)
    done = export(owner, tmp_path / "out.shp", lineage=True)
    beside = tmp_path / "out_lineage.csv"
    assert str(beside) in done.files and done.lineage == len(table)
    with beside.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["to_code"] for row in rows] == list(table["to_code"])
    assert rows[-1]["valid_from"] == "2024-01-01T08:00:00+08:00"
    then = export(owner, tmp_path / "out.geojson", lineage=True, at=datetime(2023, 6, 1, tzinfo=UTC))
    assert then.lineage == len(table) - 2


def test_what_cannot_be_written_is_refused(owner: Database, tmp_path: Path) -> None:
    for path, more, why in (
        (tmp_path / "out.dwg", {}, ".dwg is not known"),
        (tmp_path / "out", {}, "no ending"),
        (tmp_path / "out.gpkg", {"encoding": "GBK"}, "UTF-8"),
        (tmp_path / "out.shp", {"encoding": "klingon"}, "is unknown"),
        (tmp_path / "out.gpkg", {"system": "mars"}, "no known coordinate system"),
    ):
        with pytest.raises(Refused, match=why):
            export(owner, path, **more)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp"])
def test_the_lineage_of_a_network_that_was_never_redrawn_is_empty(
    new_database: Callable[[], str], tmp_path: Path, ending: str
) -> None:
    database = Database(new_database(), role=OWNER, statement_timeout_s=60)
    areas = {CODES["A"]: draw("A")["A"]}
    import_boundaries(database, order(write_geojson(tmp_path / "a.geojson", areas), level="grid"))
    done = export(database, tmp_path / f"out.{ending}", lineage=True)
    database.close()
    assert (done.areas > 0, done.lineage) == (True, 0)
    names = ["from_code", "to_code", "kind", "from_share", "to_share", "valid_from", "changeset_id", "network"]
    if ending == "gpkg":
        assert pyogrio.read_dataframe(tmp_path / "out.gpkg", layer="lineage").columns.tolist() == names
    else:
        with (tmp_path / "out_lineage.csv").open(encoding="utf-8-sig", newline="") as file:
            assert list(csv.reader(file)) == [names]


def test_the_codes_of_a_lineage_for_excel_are_text(owner: Database, tmp_path: Path) -> None:
    export(owner, tmp_path / "out.shp", lineage=True, program="excel")
    with (tmp_path / "out_lineage.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and all(row["to_code"].startswith(f'="{TOWN}') for row in rows)
