"""What tiles hold: areas by size, tickets counted, view sectors, patrols by age. Long: it is four layers."""

from datetime import UTC, datetime
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import Connection, text

from gisgrid.cli.tile import describe, read_place, read_tile
from gisgrid.errors import NotFound, Refused
from gisgrid.geo import LonLat, TileCoord, tile_at
from gisgrid.layers import find_layers
from gisgrid.tiles import render
from tests.drawing import draw, publish_leaves, spot

JUNE = datetime(2024, 6, 1, tzinfo=UTC)
CENTRE = LonLat(*spot(2, 2))
TOWN = "TTTT\nTTTT\nTTTT\nTTTT"


def held(db: Connection, layer: str, z: int, place: LonLat = CENTRE, **more: Any) -> list[dict[str, Any]]:
    """The features of one layer at a place and zoom: id, type and properties."""
    body = render(db, find_layers(layer), tile_at(place, z), **more)
    tiles = mapbox_vector_tile.decode(body) if body else {}
    features = tiles.get(layer, {"features": []})["features"]
    return [{"id": f["id"], "type": f["geometry"]["type"], **f["properties"]} for f in features]


def shapes(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [f for f in features if f["type"] != "Point"]


def labels(features: list[dict[str, Any]]) -> dict[str, str]:
    return {f["code"]: f["label"] for f in features if f["type"] == "Point"}


def seconds(features: list[dict[str, Any]]) -> dict[str, str | None]:
    return {f["code"]: f.get("sub") for f in features if f["type"] == "Point"}


def report(db: Connection, number: str, at: tuple[float, float], received: str, closed: str | None = None) -> None:
    """A ticket straight into the table: its place and dates are all that a tile looks at."""
    db.execute(
        text(
            "INSERT INTO work.ticket (number, network, category, workflow, step, path, method, confidence, geom,"
            " reported_at, received_at, due_at, closed_at) VALUES (:number, 'base', 'hazard', 'six_step', 'handle',"
            " '{0}', 'none', 1, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :received, :received,"
            " CAST(:received AS timestamptz) + interval '1 day', :closed)"
        ),
        {"number": number, "lon": at[0], "lat": at[1], "received": received, "closed": closed},
    )


def network(db: Connection) -> None:
    db.execute(text("INSERT INTO core.network VALUES ('base', '基础网', 'base', 'free') ON CONFLICT DO NOTHING"))


def test_an_area_is_a_shape_and_a_label(db: Connection) -> None:
    publish_leaves(db, draw("AABB\nAABB"), special="B")
    features = held(db, "area", 15)
    assert {(f["code"], f["kind"], f["level"]) for f in shapes(features)} == {
        ("A", "base", "grid"),
        ("B", "special", "grid"),
    }
    assert labels(features) == {"A": "网格A", "B": "网格B"}
    assert seconds(features) == {"A": "A", "B": "B"}


def test_size_on_the_screen_decides_what_shows(db: Connection) -> None:
    publish_leaves(db, draw("A"))  # 200 m
    place = LonLat(*spot(0.5, 0.5))
    assert held(db, "area", 11, place) == []
    [outline] = held(db, "area", 12, place)
    assert "code" not in outline, "too small to be hit: an outline only"
    assert [f.get("code") for f in shapes(held(db, "area", 13, place))] == ["A"]
    assert labels(held(db, "area", 13, place)) == {}
    assert labels(held(db, "area", 14, place)) == {"A": "A"}


def test_a_label_is_a_short_code_until_the_name_fits_and_then_the_code_below_it(db: Connection) -> None:
    publish_leaves(db, {"360302001001007": draw(TOWN)["T"]}, parents={"360302001001007": "360302001001"})
    grid = "360302001001007"
    query = "SELECT ST_X(label_point), ST_Y(label_point) FROM core.area_version WHERE level = 'grid'"
    place = LonLat(*db.execute(text(query)).one())
    assert labels(held(db, "area", 12, place))[grid] == "007"
    assert seconds(held(db, "area", 12, place))[grid] is None
    assert labels(held(db, "area", 15, place))[grid] == f"网格{grid}"
    assert seconds(held(db, "area", 15, place))[grid] == grid


def test_levels_above_are_shown_with_a_tint_of_their_own(db: Connection) -> None:
    publish_leaves(db, draw("AABB\nAABB"), parents={"A": "X", "B": "X"})
    tints = {f["code"]: f.get("tint") for f in shapes(held(db, "area", 15))}
    assert tints["A"] is None
    assert tints["X"] in range(8)


def test_areas_of_the_date_that_is_asked_for(db: Connection) -> None:
    publish_leaves(db, draw("AAAA"), valid_from="2023-01-01T00:00:00+08:00")
    publish_leaves(db, draw("CCDD"), valid_from="2024-01-01T00:00:00+08:00")
    place = LonLat(*spot(2, 0.5))
    then = datetime(2023, 6, 1, tzinfo=UTC)
    assert {f["code"] for f in held(db, "area", 15, place)} == {"C", "D"}
    assert {f["code"] for f in held(db, "area", 15, place, at=then)} == {"A"}
    assert held(db, "area", 15, place, at=datetime(2022, 1, 1, tzinfo=UTC)) == []


def test_networks_lie_apart(db: Connection) -> None:
    publish_leaves(db, draw("AAAA"))
    publish_leaves(db, draw("PPQQ"), network="party")
    place = LonLat(*spot(2, 0.5))
    assert {f["code"] for f in held(db, "area", 15, place)} == {"A"}
    assert {f["code"] for f in held(db, "area", 15, place, args={"network": "party"})} == {"P", "Q"}


def test_an_area_keeps_its_id_when_its_shape_changes(db: Connection) -> None:
    publish_leaves(db, draw("AAAB"), valid_from="2023-01-01T00:00:00+08:00")
    publish_leaves(db, draw("AABB"), valid_from="2024-01-01T00:00:00+08:00")
    place = LonLat(*spot(2, 0.5))
    now = {f["code"]: f["id"] for f in shapes(held(db, "area", 15, place))}
    then = {f["code"]: f["id"] for f in shapes(held(db, "area", 15, place, at=datetime(2023, 6, 1, tzinfo=UTC)))}
    assert now == then


def test_an_open_ticket_says_when_it_is_due_and_a_closed_one_does_not(db: Connection) -> None:
    network(db)
    report(db, "T-1", spot(1, 1), "2024-05-01 08:00+08")
    report(db, "T-2", spot(1.1, 1), "2024-05-01 08:00+08", closed="2024-05-02 08:00+08")
    one, two = held(db, "ticket", 14, LonLat(*spot(1, 1)))
    due = int(datetime(2024, 5, 2, tzinfo=UTC).timestamp())
    assert one == {**one, "number": "T-1", "category": "hazard", "step": "handle", "closed": False, "due_at": due}
    assert (two["number"], two["closed"], "due_at" in two) == ("T-2", True, False)


def test_tickets_of_a_date_are_as_they_were(db: Connection) -> None:
    network(db)
    report(db, "T-1", spot(1, 1), "2024-05-01 08:00+08", closed="2024-07-01 08:00+08")
    report(db, "T-2", spot(3, 3), "2024-06-20 08:00+08")
    [ticket] = held(db, "ticket", 16, LonLat(*spot(1, 1)), at=JUNE)
    assert (ticket["number"], ticket["closed"]) == ("T-1", False)
    assert "step" not in ticket, "what step it was in then is not known here"


def test_tickets_near_each_other_are_counted_at_low_zooms(db: Connection) -> None:
    network(db)
    for n in range(5):
        report(db, f"T-{n}", spot(1 + n / 50, 1), "2024-05-01 08:00+08", closed="2024-05-09" if n % 2 else None)
    [count] = held(db, "ticket", 11)
    assert (count["count"], count["open"], count["closed"]) == (5, 3, False)
    assert "number" not in count
    close = LonLat(*spot(1.05, 1))
    at_14 = held(db, "ticket", 14, close)
    assert {f.get("number") for f in at_14 if not f["closed"]} == {"T-0", "T-2", "T-4"}, "an open one is always itself"
    assert sum(f.get("count", 1) for f in at_14) == 5
    assert {f["number"] for f in held(db, "ticket", 16, close)} == {f"T-{n}" for n in range(5)}


def test_two_tiles_at_a_border_count_the_same(db: Connection) -> None:
    """A cell is counted whole: what lies at the border is in both tiles, with one count."""
    network(db)
    tile = tile_at(CENTRE, 12)
    west = tile.x / 2**12 * 360 - 180
    for n in range(4):
        report(db, f"T-{n}", (west + (0.0001 if n < 3 else 0.002), CENTRE.lat), "2024-05-01 08:00+08")
    seen = [
        {f["id"]: f["count"] for f in _decoded(render(db, find_layers("ticket"), TileCoord(12, x, tile.y)))}
        for x in (tile.x - 1, tile.x)
    ]
    assert seen[1] == {min(seen[1]): 4}
    assert seen[0] in ({}, seen[1])


def test_a_ticket_beside_the_edge_is_in_both_tiles(db: Connection) -> None:
    """Else half of its symbol is cut off."""
    network(db)
    tile = tile_at(CENTRE, 16)
    west = tile.x / 2**16 * 360 - 180
    unit = 360 / 2**16 / 4096
    for number, units in (("near", 50), ("far", 80)):
        report(db, number, (west + units * unit, CENTRE.lat), "2024-05-01 08:00+08")
    seen = [
        {f["number"] for f in _decoded(render(db, find_layers("ticket"), TileCoord(16, x, tile.y)))}
        for x in (tile.x - 1, tile.x)
    ]
    assert seen == [{"near"}, {"near", "far"}]


def _decoded(body: bytes) -> list[dict[str, Any]]:
    if not body:
        return []
    return [{"id": f["id"], **f["properties"]} for f in mapbox_vector_tile.decode(body)["ticket"]["features"]]


def test_counts_of_all_tiles_make_the_whole(db: Connection) -> None:
    network(db)
    for n in range(60):
        report(db, f"T-{n}", spot(n % 8, n // 8), "2024-05-01 08:00+08")
    for z in (10, 12, 13):
        first = tile_at(LonLat(*spot(-1, -1)), z)
        last = tile_at(LonLat(*spot(9, 9)), z)
        found: dict[int, int] = {}
        for x in range(first.x, last.x + 1):
            for y in range(first.y, last.y + 1):
                features = _decoded(render(db, find_layers("ticket"), TileCoord(z, x, y)))
                found |= {f["id"]: f.get("count", 1) for f in features}
        assert sum(found.values()) == 60


def test_a_camera_and_what_it_sees_are_two_features(db: Connection) -> None:
    lon, lat = spot(1, 1)
    publish_leaves(db, draw(TOWN))
    db.execute(
        text(
            "INSERT INTO overlay.camera (code, name, area_id, path, bearing_deg, angle_deg, range_m, geom, sector)"
            " SELECT 'C1', '路口一', area_id, path, 90, 60, 80, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326),"
            " ST_MakeEnvelope(:lon, :lat, :lon + 0.0008, :lat + 0.0004, 4326) FROM app.area_now JOIN"
            " (SELECT area_id AS id, path FROM core.area_version) AS v ON v.id = area_id WHERE code = 'T'"
        ),
        {"lon": lon, "lat": lat},
    )
    point, sector = held(db, "camera", 15, LonLat(lon, lat))
    facts = {"code": "C1", "name": "路口一", "bearing": 90, "angle": 60, "range_m": 80, "grid": "T"}
    assert point == {"id": sector["id"] - 1, "type": "Point", **facts}
    assert sector == {"id": sector["id"], "type": "Polygon", **facts}
    assert [f["type"] for f in held(db, "camera", 13, LonLat(lon, lat))] == ["Point"]


def test_patrol_cells_are_squares_of_the_latest_visit_at_low_zooms(db: Connection) -> None:
    lon, lat = spot(1, 1)
    for n, seen in enumerate(("2024-05-01 08:00+08", "2024-05-03 08:00+08")):
        db.execute(
            text(
                "INSERT INTO overlay.patrol_cell (cell, path, seen_at, geom) VALUES (:cell, '{0}', :seen,"
                " ST_MakeEnvelope(:lon, :lat, :lon + 0.0002, :lat + 0.0002, 4326))"
            ),
            {"cell": (n + 1) << 12, "seen": seen, "lon": lon + n * 0.0003, "lat": lat},
        )
    close = {f["seen_at"] for f in held(db, "patrol", 16, LonLat(lon + 0.0002, lat + 0.0001))}
    first, last = (int(datetime(2024, 5, day, tzinfo=UTC).timestamp()) for day in (1, 3))
    assert close == {first, last}
    [square] = held(db, "patrol", 11, LonLat(lon, lat))
    assert square["seen_at"] == last
    [earlier] = held(db, "patrol", 16, LonLat(lon + 0.0002, lat + 0.0001), at=datetime(2024, 5, 2, tzinfo=UTC))
    assert earlier["seen_at"] == first


def test_several_layers_are_one_tile(db: Connection) -> None:
    publish_leaves(db, draw(TOWN))
    report(db, "T-1", spot(1, 1), "2024-05-01 08:00+08")
    body = render(db, find_layers("ticket,area,ticket"), tile_at(LonLat(*spot(1, 1)), 15))
    assert list(mapbox_vector_tile.decode(body)) == ["ticket", "area"]


def test_nothing_there_is_no_bytes(db: Connection) -> None:
    assert render(db, find_layers("area,ticket,camera,patrol"), TileCoord(14, 0, 0)) == b""


def test_an_unknown_layer_is_named(db: Connection) -> None:
    with pytest.raises(NotFound, match="no layer is called 'nix'"):
        find_layers("area,nix")


def test_a_tile_is_told_in_words(db: Connection) -> None:
    publish_leaves(db, draw(TOWN))
    body = render(db, find_layers("area"), tile_at(CENTRE, 14))
    words = describe(read_tile(body), len(body)).splitlines()
    assert words[0] == f"{len(body)} bytes"
    assert words[1].startswith("area: ")
    assert any("Polygon  level=grid  kind=base" in line and "code=T" in line for line in words)
    assert describe(read_tile(b""), 0) == "nothing"


@pytest.mark.parametrize("place", ["14", "14/1", "a/b/c", "1/2/0", "-1/0/0", "25/0/0", "14/1/1/1", ""])
def test_a_place_that_is_no_tile_is_refused(place: str) -> None:
    with pytest.raises(Refused, match="there is no tile"):
        read_place(place)
