"""Tiles, TileJSON and the style over HTTP: answers, validators, who sees what."""

import gzip
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import make_url, text

from gisgrid.api import tiles
from gisgrid.api.app import create_app
from gisgrid.database import OWNER, Database
from gisgrid.geo import LonLat, tile_at
from gisgrid.layers import all_layers
from gisgrid.settings import Settings
from tests.api.conftest import District
from tests.conftest import url_of
from tests.drawing import spot

TILE = tile_at(LonLat(*spot(0.5, 0.5)), 15)
HERE = f"{TILE.z}/{TILE.x}/{TILE.y}.mvt"
EMPTY = "14/0/0.mvt"


@pytest.fixture(scope="module", autouse=True)
def cameras(district: District) -> Iterator[None]:
    """One camera in A (north), one in C (south)."""
    owner = Database(district.url, role=OWNER)
    with owner.transaction() as connection:
        for code, place in (("N1", spot(0.5, 0.5)), ("S1", spot(0.5, 1.5))):
            connection.execute(
                text(
                    "INSERT INTO overlay.camera (code, name, area_id, path, geom) SELECT :code, :code, l.area_id,"
                    " l.path, p FROM ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS p, app.locate(p) AS l"
                ),
                {"code": code, "lon": place[0], "lat": place[1]},
            )
    yield
    owner.close()


@pytest.fixture(scope="module")
def closed_app(district: District) -> FastAPI:
    """The same district, whose facts are for those who sign in."""
    service_url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    return create_app(Settings(pool_size=2, public_facts=False), service_url)


def features(body: bytes, layer: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(body)[layer]["features"]
    return found


def test_a_tile_with_its_headers(district: District) -> None:
    answer = district.client().get(f"/tiles/area,ticket/{HERE}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["cache-control"] == "public, no-cache"
    assert answer.headers["server-timing"].startswith("sql;dur=")
    assert {f["properties"]["level"] for f in features(answer.content, "area")} >= {"grid", "district"}


def test_who_has_these_bytes_gets_304(district: District) -> None:
    client = district.client()
    tag = client.get(f"/tiles/area/{HERE}").headers["etag"]
    for held in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        answer = client.get(f"/tiles/area/{HERE}", headers={"If-None-Match": held})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert client.get(f"/tiles/area/{HERE}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_nothing_there_is_204(district: District) -> None:
    answer = district.client().get(f"/tiles/area/{EMPTY}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert district.client().get(f"/tiles/area/{HERE}?at=2020-01-01").status_code == 204


def test_it_travels_compressed_where_that_pays(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    client = district.client("boss")  # to strangers it comes from memory
    plain = client.get(f"/tiles/area/{HERE}", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for size, encoding in ((len(plain.content), "gzip"), (len(plain.content) + 1, None)):
        monkeypatch.setattr(tiles, "GZIP_FROM", size)
        with client.stream("GET", f"/tiles/area/{HERE}", headers={"Accept-Encoding": "gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers.get("content-encoding") == encoding
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.headers["etag"] == plain.headers["etag"]
        assert (gzip.decompress(raw) if encoding else raw) == plain.content


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        (f"/tiles/nix/{HERE}", 404, "layers"),
        (f"/tiles/area,/{HERE}", 404, "layers"),
        ("/tiles/area/15/a/1.mvt", 422, "x"),
        ("/tiles/area/15/1.5/1.mvt", 422, "x"),
        ("/tiles/area/-1/0/0.mvt", 422, "z"),
        ("/tiles/area/1/2/0.mvt", 422, "z/x/y"),
        ("/tiles/area/25/0/0.mvt", 422, "z/x/y"),
        ("/tiles/area/99999999999999999999/0/0.mvt", 422, "z"),
        ("/tiles/area/１/0/0.mvt", 422, "z"),
        (f"/tiles/area/{HERE}?at=yesterday", 422, "at"),
        (f"/tiles/area/{HERE}?network=%00", 422, "network"),
        ("/tiles/nix.json", 404, "layers"),
        ("/style/noon.json", 404, "theme"),
    ],
)
def test_what_is_wrong_is_named(district: District, path: str, status: int, field: str) -> None:
    answer = district.client().get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("path", [f"/tiles/camera/{HERE}", f"/tiles/area,patrol/{HERE}", "/tiles/patrol.json"])
def test_a_stranger_must_sign_in_for_a_scoped_layer(district: District, path: str) -> None:
    assert district.client().get(path).status_code == 401


def test_patrols_are_not_for_departments(district: District) -> None:
    assert district.client("chengguan").get(f"/tiles/patrol/{HERE}").status_code == 403
    assert district.client("chengguan").get("/tiles/camera,patrol.json").status_code == 403
    assert district.client("wang").get(f"/tiles/patrol/{HERE}").status_code == 204


def test_cameras_are_seen_by_area_and_kept_private(district: District) -> None:
    def codes(name: str) -> set[str]:
        answer = district.client(name).get(f"/tiles/camera,area/{HERE}")
        assert answer.headers["cache-control"] == "private, no-cache"
        held = mapbox_vector_tile.decode(answer.content).get("camera", {"features": []})
        return {f["properties"]["code"] for f in held["features"]}

    assert codes("north") == {"N1"}
    assert codes("south") == {"S1"}
    assert codes("boss") == {"N1", "S1"}


def test_public_layers_are_the_same_for_everybody(district: District) -> None:
    assert (
        district.client().get(f"/tiles/area,ticket/{HERE}").content
        == district.client("boss").get(f"/tiles/area,ticket/{HERE}").content
    )


def test_the_style_has_what_the_caller_may_see(district: District) -> None:
    owner = Database(district.url, role=OWNER)

    def sources(name: str) -> set[str]:
        answer = district.client(name).get("/style/day.json")
        assert answer.headers["cache-control"] == "private, no-cache"
        return set(answer.json()["sources"])

    def allowed(role: str) -> set[str]:
        with owner.transaction() as connection:
            rows = connection.execute(text("SELECT action FROM core.permission WHERE role = :role"), {"role": role})
            may = set(rows.scalars())
        return {layer.id for layer in all_layers().values() if not layer.scoped or f"see_{layer.id}" in may}

    assert sources("") == allowed("") >= {"area", "ground", "ticket"}
    assert sources("chengguan") == allowed("department") >= {"camera", "device"}
    assert sources("wang") == allowed("worker") >= {"camera", "device", "patrol"}
    assert "patrol" not in sources("chengguan") and "camera" not in sources("")
    owner.close()


def test_addresses_are_of_the_host_that_was_asked(district: District) -> None:
    client = district.client()
    promise = client.get("/tiles/area.json").json()
    assert promise["tiles"] == ["http://testserver/tiles/area/{z}/{x}/{y}.mvt"]
    address = client.get("/style/day.json").json()["sources"]["ticket"]["tiles"][0]
    assert address == "http://testserver/tiles/ticket/{z}/{x}/{y}.mvt"


def test_a_setting_closes_even_public_facts(closed_app: FastAPI, district: District) -> None:
    stranger = TestClient(closed_app)
    for path in (f"/tiles/area/{HERE}", "/tiles/ticket.json"):
        assert stranger.get(path).status_code == 401
    assert stranger.get("/style/day.json").json()["sources"] == {}
    wang = TestClient(closed_app, headers={"Authorization": f"Bearer {district.secrets['wang']}"})
    answer = wang.get(f"/tiles/area/{HERE}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")
    closed_app.state.database.close()
