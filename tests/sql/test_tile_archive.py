"""`gisgrid export OUT.mbtiles|.pmtiles`: every tile as the server draws it, after a break and while things change."""

import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pmtiles.reader import MemorySource, Reader
from sqlalchemy import text

from gisgrid import tile_archive
from gisgrid.changes import latest_transaction, read_changes, tiles_of
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.errors import NotFound, Refused
from gisgrid.geo import TileCoord
from gisgrid.layers import find_layers
from gisgrid.tile_archive import Archived, ArchiveOrder, write_archive
from gisgrid.tiles import arguments, render
from tests.drawing import draw, publish_leaves, spot

ZOOMS = (9, 14)
THEN = datetime(2024, 1, 1, tzinfo=UTC)
KINDS = ["mbtiles", "pmtiles"]


@pytest.fixture
def owner(new_database: Callable[[], str]) -> Iterator[Database]:
    database = Database(new_database(), role=OWNER)
    with database.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AABB"), valid_from="2023-01-01T00:00:00+08:00")
    with database.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("ABBB"), valid_from="2024-06-01T00:00:00+08:00")
    report(database, 0.5)
    yield database
    database.close()


def report(database: Database, column: float) -> None:
    lon, lat = spot(column, 0.5)
    body = {"network": "base", "zone": "Asia/Shanghai", "category": "hazard", "description": "x", "source": "app"}
    body |= {"lon_wgs84": str(lon), "lat_wgs84": str(lat), "lon": str(lon), "lat": str(lat), "system": "wgs84"}
    with database.transaction(EVERYTHING) as connection:
        connection.execute(text("SELECT * FROM app.receive_report(:r)"), {"r": json.dumps(body)})


def order(path: Path, **more: Any) -> ArchiveOrder:
    given: dict[str, Any] = {"min_zoom": ZOOMS[0], "max_zoom": ZOOMS[1]} | more
    return ArchiveOrder(path, find_layers(given.pop("layers", "area,ticket")), "base", **given)


def read(path: Path) -> Any:
    """A PMTiles, opened by its own reader, which says nothing of types."""
    source: Any = MemorySource
    reader: Any = Reader
    return reader(source(path.read_bytes()))


def held(path: Path) -> dict[tuple[int, int, int], bytes]:
    """Every tile of a file, unpacked."""
    if path.suffix == ".mbtiles":
        with closing(sqlite3.connect(path)) as source:
            rows = source.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles").fetchall()
        return {(z, x, (1 << z) - 1 - y): gzip.decompress(body) for z, x, y, body in rows}
    reader = read(path)
    wide = range(ZOOMS[0], ZOOMS[1] + 1)
    found = {place: reader.get(*place) for z in wide for place in around(z)}
    return {place: gzip.decompress(body) for place, body in found.items() if body}


def around(z: int) -> Iterator[tuple[int, int, int]]:
    """The tiles of the district and two beyond on every side."""
    lon, lat = spot(0, 0)
    middle = tiles_of(lon, lat, lon + 0.01, lat + 0.01, zooms=[z])[str(z)]
    for x in range(middle[0] - 2, middle[2] + 3):
        for y in range(middle[1] - 2, middle[3] + 3):
            if TileCoord(z, x, y).exists:
                yield z, x, y


def drawn(owner: Database, at: datetime | None = None) -> dict[tuple[int, int, int], bytes]:
    """Every tile there as the server draws it now."""
    layers = find_layers("area,ticket")
    with owner.transaction(EVERYTHING) as connection:
        bodies = {
            place: render(connection, layers, TileCoord(*place), at, arguments("base"))
            for z in range(ZOOMS[0], ZOOMS[1] + 1)
            for place in around(z)
        }
    return {place: body for place, body in bodies.items() if body}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", [None, THEN])
def test_every_tile_is_as_the_server_draws_it(owner: Database, tmp_path: Path, kind: str, at: datetime | None) -> None:
    path = tmp_path / f"out.{kind}"
    done = write_archive(owner, order(path, at=at))
    expected = drawn(owner, at)
    assert len(expected) >= 3
    assert held(path) == expected
    assert done == Archived(len(expected), 0)
    assert list(tmp_path.iterdir()) == [path]


def test_both_kinds_say_what_they_hold(owner: Database, tmp_path: Path) -> None:
    write_archive(owner, order(tmp_path / "out.mbtiles"))
    with closing(sqlite3.connect(tmp_path / "out.mbtiles")) as source:
        said = dict(source.execute("SELECT name, value FROM metadata"))
        tables = {row[0] for row in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"metadata", "tiles"}
    assert (said["format"], said["minzoom"], said["maxzoom"]) == ("pbf", str(ZOOMS[0]), str(ZOOMS[1]))
    assert [layer["id"] for layer in json.loads(said["json"])["vector_layers"]] == ["area", "ticket"]
    write_archive(owner, order(tmp_path / "out.pmtiles"))
    reader = read(tmp_path / "out.pmtiles")
    header = reader.header()
    assert (header["min_zoom"], header["max_zoom"], header["clustered"]) == (*ZOOMS, True)
    west, south, east, north = map(float, said["bounds"].split(","))
    assert header["min_lon_e7"] == round(west * 1e7) and header["max_lat_e7"] == round(north * 1e7)
    assert west < spot(0.5, 0.5)[0] < east and south < spot(0.5, 0.5)[1] < north
    assert reader.metadata()["vector_layers"] == json.loads(said["json"])["vector_layers"]


class Broken(Exception):
    """Somebody pulled the plug."""


def break_off(owner: Database, path: Path, after: int) -> None:
    heard: list[str] = []

    def say(line: str) -> None:
        heard.append(line)
        if len(heard) == after:
            raise Broken

    with pytest.raises(Broken):
        write_archive(owner, order(path), say=say)
    assert not path.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_goes_on_after_a_break(
    owner: Database, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tile_archive, "BATCH", 2)
    path = tmp_path / f"out.{kind}"
    break_off(owner, path, 3)
    done = write_archive(owner, order(path))
    assert done.kept == 6
    assert held(path) == drawn(owner)
    assert list(tmp_path.iterdir()) == [path]


def test_what_changed_in_the_break_is_drawn_again(
    owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tile_archive, "BATCH", 2)
    path = tmp_path / "out.mbtiles"
    break_off(owner, path, 3)
    report(owner, 2.5)
    assert write_archive(owner, order(path)).kept < 6
    assert held(path) == drawn(owner)


def test_what_changes_while_it_draws_is_drawn_again(
    owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tile_archive, "BATCH", 2)
    path, heard = tmp_path / "out.pmtiles", []

    def say(line: str) -> None:
        heard.append(line)
        if len(heard) == 4:
            report(owner, 1.5)

    write_archive(owner, order(path), say=say)
    assert held(path) == drawn(owner)


def test_only_what_shows_a_change_is_drawn_again(
    owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ticket in a small area, and the figure of that area: not every tile beside theirs."""
    monkeypatch.setattr(tile_archive, "BATCH", 2)
    path = tmp_path / "out.mbtiles"
    break_off(owner, path, 3)
    with closing(sqlite3.connect(tmp_path / ".out.mbtiles.part")) as part:
        part.executemany("INSERT OR IGNORE INTO done VALUES (?, ?, ?)", every())
        part.commit()
    with owner.transaction(EVERYTHING) as connection:
        since = latest_transaction(connection)
    report(owner, 3.9)
    with owner.transaction(EVERYTHING) as connection:
        (change,) = read_changes(connection, since, latest_transaction(connection)) or []
    ranges = {z: change.tiles[str(z)] for z in range(ZOOMS[0], ZOOMS[1] + 1)}
    kept = [(z, x, y) for z, x, y in every() if not is_within(ranges[z], x, y)]
    assert write_archive(owner, order(path)).kept == len(kept)


def every() -> list[tuple[int, int, int]]:
    return [tile for z in range(ZOOMS[0], ZOOMS[1] + 1) for tile in around(z)]


def is_within(span: Sequence[int], x: int, y: int) -> bool:
    west, north, east, south = span
    return west <= x <= east and north <= y <= south


def test_another_order_takes_nothing_over(owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tile_archive, "BATCH", 2)
    path = tmp_path / "out.mbtiles"
    break_off(owner, path, 3)
    assert write_archive(owner, order(path, at=THEN)).kept == 0
    assert held(path) == drawn(owner, THEN)


def test_what_cannot_be_drawn_is_refused(owner: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nothing to draw from zoom 3 to 30"):
        write_archive(owner, order(tmp_path / "out.mbtiles", min_zoom=3, max_zoom=30))
    with pytest.raises(NotFound):
        write_archive(owner, ArchiveOrder(tmp_path / "out.mbtiles", find_layers("area"), "none"))
    with pytest.raises(Refused, match="a PMTiles holds a tile at least"):
        write_archive(owner, order(tmp_path / "out.pmtiles", layers="camera"))
    assert write_archive(owner, order(tmp_path / "out.mbtiles", layers="camera")) == Archived(0, 0)
    with pytest.raises(Refused, match="this cannot be written"):
        write_archive(owner, order(tmp_path / "out.mbtiles" / "out.mbtiles"))
