"""Lines and polygons that the map lies on: they come in whole or not at all, twice without harm, and are told of."""

import json
from pathlib import Path
from typing import Any

import geopandas
import pytest
from sqlalchemy import text

from gisgrid.database import Database
from gisgrid.errors import Refused, Unreadable
from gisgrid.ground import load_ground
from gisgrid.loading import Loaded, ReadOptions

STREET = {"type": "LineString", "coordinates": [[113.87, 27.62], [113.88, 27.63]]}
POND = {"type": "Polygon", "coordinates": [[[113.87, 27.62], [113.88, 27.62], [113.88, 27.63], [113.87, 27.62]]]}
BOW_TIE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}


def drawing(path: Path, *rows: tuple[Any, dict[str, Any]]) -> Path:
    features = [{"type": "Feature", "geometry": shape, "properties": said} for shape, said in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def empty(owner: Database) -> None:
    with owner.transaction() as connection:
        connection.execute(text("DELETE FROM overlay.ground"))
        connection.execute(text("DELETE FROM core.change"))


def held(owner: Database) -> list[tuple[Any, ...]]:
    with owner.transaction() as connection:
        rows = connection.execute(
            text("SELECT kind, class, name, GeometryType(geom) FROM overlay.ground ORDER BY ground_id")
        )
        return [tuple(row) for row in rows]


def test_a_class_says_its_kind_and_a_kind_may_hold_the_class(owner: Database, tmp_path: Path) -> None:
    path = drawing(
        tmp_path / "g.geojson",
        (STREET, {"class": "lane", "name": "小巷"}),
        (POND, {"kind": "surface"}),
        (POND, {"kind": "green", "class": "park", "name": None}),
        ({"type": "LineString", "coordinates": [[113.8, 27.6], [113.9, 27.7]]}, {"class": "rail"}),
    )
    assert load_ground(owner, path) == Loaded(4)
    assert held(owner) == [
        ("street", "lane", "小巷", "LINESTRING"),
        ("water", "surface", None, "POLYGON"),
        ("green", "park", None, "POLYGON"),
        ("rail", "rail", None, "LINESTRING"),
    ]


def test_a_file_twice_does_no_harm_and_a_new_name_is_taken_over(owner: Database, tmp_path: Path) -> None:
    rows: list[Any] = [
        (STREET, {"class": "lane", "name": "小巷"}),
        (POND, {"kind": "water", "class": "surface", "name": ""}),
    ]
    path = drawing(tmp_path / "g.geojson", *rows)
    assert load_ground(owner, path) == Loaded(2)
    assert load_ground(owner, path) == Loaded(0, 0, 2)
    rows[0][1]["name"] = "新巷"
    assert load_ground(owner, drawing(path, *rows)) == Loaded(0, 1, 1)
    assert held(owner)[0][:3] == ("street", "lane", "新巷")


def test_projected_files_come_into_degrees(owner: Database, tmp_path: Path) -> None:
    degrees = geopandas.read_file(drawing(tmp_path / "g.geojson", (STREET, {"class": "street"})))
    degrees.to_crs(4547).to_file(tmp_path / "g.gpkg")
    load_ground(owner, tmp_path / "g.gpkg")
    with owner.transaction() as connection:
        off = connection.execute(
            text("SELECT ST_HausdorffDistance(geom, ST_GeomFromGeoJSON(:street)) FROM overlay.ground"),
            {"street": json.dumps(STREET)},
        ).scalar_one()
    assert off < 1e-8


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(STREET, {}), (STREET, {"kind": "sky"})], ["kind: its kind is not said", "there is no kind 'sky'"]),
        ([(STREET, {"class": "lane"}), (STREET, {"class": "lane"})], ["feature 2, shape: this shape is in feature 1"]),
        ([({"type": "Point", "coordinates": [1, 2]}, {"kind": "water"})], ["feature 1: is a Point"]),
        ([(BOW_TIE, {"kind": "water"})], ["feature 1: is invalid: Self-intersection"]),
        ([(None, {"kind": "water"})], ["feature 1: has no shape"]),
        ([({"type": "LineString", "coordinates": [[200, 1], [2, 3]]}, {"kind": "rail"})], ["feature 1: lon: "]),
        ([(STREET, {"class": "lane", "name": "a\ud800"})], ["feature 1, name: a character that cannot be stored"]),
    ],
)
def test_what_is_wrong_is_told_with_its_row_and_nothing_changes(
    owner: Database, tmp_path: Path, rows: list[Any], said: list[str]
) -> None:
    with pytest.raises(Refused) as caught:
        load_ground(owner, drawing(tmp_path / "g.geojson", *rows))
    assert all(words in str(caught.value) for words in said), str(caught.value)
    assert all(fault.remedy for fault in caught.value.faults)
    assert held(owner) == []


def test_what_is_no_drawing_cannot_be_read(owner: Database, tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text("class\nlane\n")
    for name in ("g.csv", "none.geojson"):
        with pytest.raises(Unreadable, match="name a file with lines or polygons"):
            load_ground(owner, tmp_path / name, ReadOptions(values={"kind": "street"}))


def test_a_load_is_one_change_on_the_map(owner: Database, tmp_path: Path) -> None:
    load_ground(owner, drawing(tmp_path / "g.geojson", (STREET, {"class": "lane"}), (POND, {"kind": "water"})))
    with owner.transaction() as connection:
        changes = connection.execute(
            text("SELECT layer, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM core.change")
        ).all()
    assert [tuple(change) for change in changes] == [("ground", 113.87, 27.62, 113.88, 27.63)]
