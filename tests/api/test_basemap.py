"""The base map over HTTP: a peer's tiles through this service, the peer's key and the peer itself seen by nobody."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from gisgrid.api.app import create_app
from gisgrid.basemaps.pictures import Picture, read_pixels
from gisgrid.cli.main import run
from gisgrid.geo import LonLat, TileCoord, tile_at
from tests.api.conftest import District
from tests.conftest import url_of
from tests.drawing import spot
from tests.tileservers import GREEN, RED, TileServer, serving_tiles, square, write_pmtiles

KEY = "key-of-the-district"
WMTS = (
    "{url}/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
)
HERE = tile_at(LonLat(*spot(0.5, 0.5)), 15)


@contextmanager
def with_basemap(district: District, tmp_path: Path, text: str, **settings: Any) -> Iterator[TestClient]:
    """A client of the district's service with this base map."""
    url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    own = replace(district.app.state.settings, data_dir=tmp_path, basemap=text, **settings)
    with TestClient(create_app(own, url), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def peer() -> Iterator[TileServer]:
    with serving_tiles(lambda _: square(RED), key=KEY) as server:
        yield server


def path(tile: TileCoord = HERE) -> str:
    return f"/basemap/{tile.z}/{tile.x}/{tile.y}"


def colour(body: bytes) -> tuple[int, ...]:
    return tuple(int(part) for part in read_pixels(Picture(body, "image/png"))[128, 128][:3])


def test_without_the_setting_there_is_none(district: District) -> None:
    answer = district.client().get(path())
    assert answer.status_code == 404 and answer.json()["errors"][0]["message_zh"] == "这里没有配置底图"
    style = district.client().get("/style/day.json").json()
    assert "basemap" not in style["sources"] and style["state"]["basemap"] == {"default": False}


def test_a_wmts_with_a_key_is_asked_once_and_its_key_is_told_nobody(
    district: District, tmp_path: Path, peer: TileServer
) -> None:
    said = {"basemap_key": KEY, "basemap_attribution": "© <b>地图</b> 审图号 GS(0)"}
    with with_basemap(district, tmp_path, WMTS.format(url=peer.url), **said) as client:
        style = client.get("/style/day.json")
        source = style.json()["sources"]["basemap"]
        assert source["attribution"] == "© &lt;b&gt;地图&lt;/b&gt; 审图号 GS(0)", "it is shown as HTML"
        assert source["tiles"][0].startswith("http://testserver/basemap/{z}/{x}/{y}?v=")
        names = [layer["id"] for layer in style.json()["layers"]]
        assert names.index("ground-street") < names.index("basemap") < names.index("area-fill")
        first = client.get(path())
        assert first.status_code == 200 and first.headers["content-type"] == "image/png", first.text
        assert first.content == square(RED) and "max-age" in first.headers["cache-control"]
        again = client.get(path(), headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304 and len(peer.asked) == 1
        assert f"TILEROW={HERE.y}&TILECOL={HERE.x}&tk={KEY}" in peer.asked[0]
        for answer in (style, first, again, client.get("/"), client.get("/api/v1/config"), client.get("/openapi.json")):
            assert KEY not in answer.text + str(answer.headers) and peer.url not in answer.text
            assert "connect-src 'self'" in answer.headers["content-security-policy"]


def test_two_layers_lie_one_over_the_other(district: District, tmp_path: Path) -> None:
    with serving_tiles(lambda _: square(RED)) as below, serving_tiles(lambda _: square((*GREEN, 128))) as above:
        addresses = f"{below.url}/{{z}}/{{x}}/{{y}}.png {above.url}/{{z}}/{{x}}/{{y}}.png"
        with with_basemap(district, tmp_path, addresses) as client:
            mixed = colour(client.get(path()).content)
            assert all(abs(part - (red + green) / 2) < 2 for part, red, green in zip(mixed, RED, GREEN, strict=True))
            above.status = 404
            far = replace(HERE, x=HERE.x + 1)
            assert colour(client.get(path(far)).content) == RED, "a layer that has nothing there hides nothing"


def test_a_file_of_tiles(district: District, tmp_path: Path) -> None:
    file = write_pmtiles(tmp_path / "own.pmtiles", {HERE: square(GREEN)}, attribution="测绘院")
    with with_basemap(district, tmp_path, str(file), basemap_maxzoom=17) as client:
        source = client.get("/style/wall.json").json()["sources"]["basemap"]
        assert (source["maxzoom"], source["attribution"]) == (15, "测绘院")
        assert colour(client.get(path()).content) == GREEN
        assert client.get(path(replace(HERE, x=HERE.x + 1))).status_code == 204


def test_tiles_of_gcj02_are_cut_anew(district: District, tmp_path: Path) -> None:
    def paint(tile: TileCoord) -> bytes:
        return square(RED if tile.x % 2 else GREEN)

    with serving_tiles(paint) as peer:
        address = f"{peer.url}/{{z}}/{{x}}/{{y}}.png"
        with with_basemap(district, tmp_path, address, basemap_system="gcj02") as client:
            pixels = read_pixels(Picture(client.get(path()).content, "image/png"))
            assert len(peer.asked) == 4
            row = pixels[128, :, 0].astype(int)
            assert {int(row[0]), int(row[-1])} == {RED[0], GREEN[0]}, "the edge of the peer's tiles runs through ours"
            assert client.get(path()).status_code == 200 and len(peer.asked) == 4


def test_far_from_the_district_nobody_is_asked(district: District, tmp_path: Path, peer: TileServer) -> None:
    with with_basemap(district, tmp_path, WMTS.format(url=peer.url), basemap_key=KEY) as client:
        assert client.get(path(tile_at(LonLat(121.47, 31.23), 15))).status_code == 204
        assert client.get(path(tile_at(LonLat(121.47, 31.23), 8))).status_code == 200
        assert len(peer.asked) == 1
        for wrong in ("/basemap/15/x/1", "/basemap/3/8/1", "/basemap/15/1/1?at=now"):
            assert client.get(wrong).status_code == 422


def test_a_stranger_fetches_so_many_and_what_is_kept_does_not_count(
    district: District, tmp_path: Path, peer: TileServer
) -> None:
    limits = {"basemap_tiles_per_hour": 2, "trusted_proxies": "127.0.0.1", "basemap_key": KEY}
    with with_basemap(district, tmp_path, WMTS.format(url=peer.url), **limits) as client:
        client.headers["X-Forwarded-For"] = "203.0.113.9"
        tiles = [replace(HERE, x=HERE.x + step) for step in (0, 1, 0, 1, 2)]
        assert [client.get(path(tile)).status_code for tile in tiles] == [200, 200, 200, 200, 429]
        client.headers["Authorization"] = f"Bearer {district.secrets['wang']}"
        assert client.get(path(tiles[-1])).status_code == 200


@pytest.mark.parametrize("failure", ["down", "403", "page"])
def test_a_peer_that_fails_is_said_without_its_key(
    district: District, tmp_path: Path, peer: TileServer, failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    address = WMTS.format(url="http://127.0.0.1:1" if failure == "down" else peer.url)
    peer.status = 403 if failure == "403" else 200
    peer.body = b"<script>alert(1)</script>" if failure == "page" else None
    with caplog.at_level(logging.INFO), with_basemap(district, tmp_path, address, basemap_key=KEY) as client:
        answers = [client.get(path()) for _ in range(3)]
    for answer in answers:
        assert answer.status_code == 503 and answer.headers["retry-after"]
        assert "GISGRID_BASEMAP" in answer.json()["errors"][0]["remedy_zh"]
        assert KEY not in answer.text and "script" not in answer.text
    lines = [record.getMessage() for record in caplog.records if record.name == "gisgrid"]
    assert len([line for line in lines if "127.0.0.1" in line]) == 1, "once, not a line a tile"
    assert KEY not in caplog.text


def test_closed_facts_close_the_base_map(district: District, tmp_path: Path, peer: TileServer) -> None:
    closed = {"basemap_key": KEY, "public_facts": False}
    with with_basemap(district, tmp_path, WMTS.format(url=peer.url), **closed) as client:
        assert client.get(path()).status_code == 401 and peer.asked == []
        assert client.get("/style/day.json").json()["sources"] == {}
        client.headers["Authorization"] = f"Bearer {district.secrets['wang']}"
        answer = client.get(path())
        assert answer.status_code == 200 and answer.headers["cache-control"].startswith("private")
        assert "basemap" in client.get("/style/day.json").json()["sources"]


def test_config_masks_the_key(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GISGRID_BASEMAP", "tianditu")
    monkeypatch.setenv("GISGRID_BASEMAP_KEY", KEY)
    assert run(["config", "--json"]) == 0
    shown = capsys.readouterr().out
    assert (
        KEY not in shown
        and {"value": "***"}.items()
        <= next(one for one in json.loads(shown) if one["name"] == "GISGRID_BASEMAP_KEY").items()
    )
