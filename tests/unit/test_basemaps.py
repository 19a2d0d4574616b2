"""Base maps: what the settings may say, whose address is asked, and that a street of GCJ-02 lies where it is."""

import io
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pyproj import Geod

from gisgrid.basemaps import open_basemap
from gisgrid.basemaps.keeping import Kept
from gisgrid.basemaps.pictures import Picture, Pixels, lay_over, read_pixels, write_picture
from gisgrid.basemaps.sources import WebSource, addresses_of
from gisgrid.basemaps.warping import warp
from gisgrid.coordinates import from_wgs84
from gisgrid.errors import Refused, Unavailable
from gisgrid.geo import LonLat, TileCoord, tile_at
from gisgrid.settings import Settings, read_settings
from tests.tileservers import GREEN, RED, square, write_pmtiles

WGS84 = Geod(ellps="WGS84")
TILE = TileCoord(16, 53495, 27457)
CITIES = {"Pingxiang": (113.8546, 27.6229), "Suzhou": (120.62, 31.32), "Beijing": (116.4, 39.9), "Urumqi": (87.6, 43.8)}


def refused(**named: str) -> dict[str, str]:
    """The remedies in Chinese by the setting."""
    with pytest.raises(Refused) as found:
        read_settings({f"GISGRID_{name.upper()}": value for name, value in named.items()})
    return {fault.field: fault.in_both().remedy_zh for fault in found.value.faults}


@pytest.mark.parametrize(
    "text",
    [
        "osm",
        "https://tiles.example/{z}/{x}.png",
        "ftp://tiles.example/{z}/{x}/{y}",
        "https://{z}/{x}/{y}x y",
        " ",
        "tiandi",
    ],
)
def test_what_is_no_base_map_is_refused_with_what_would_be_one(text: str) -> None:
    assert "tianditu" in refused(basemap=text)["GISGRID_BASEMAP"]


@pytest.mark.parametrize("text", ["tianditu", "tianditu-imagery", "https://tiles.example/{z}/{x}/{y}?k={key}"])
def test_a_base_map_with_a_key_wants_one(text: str) -> None:
    assert "密钥" in refused(basemap=text)["GISGRID_BASEMAP_KEY"]
    assert open_basemap(read_settings({"GISGRID_BASEMAP": text, "GISGRID_BASEMAP_KEY": "k"})) is not None


def test_another_system_is_refused() -> None:
    assert refused(basemap="x.pmtiles", basemap_system="bd09") == {"GISGRID_BASEMAP_SYSTEM": "请填 wgs84 或 gcj02"}
    assert open_basemap(Settings()) is None


def test_addresses_of_tiles() -> None:
    assert WebSource("http://h/{z}/{x}/{-y}.png").url(TileCoord(2, 1, 0)) == "http://h/2/1/3.png"
    wmts = "http://h/wmts?TileMatrix=EPSG:3857:{TileMatrix}&TileRow={TileRow}&TileCol={TileCol}"
    assert WebSource(wmts).url(TileCoord(5, 6, 7)) == "http://h/wmts?TileMatrix=EPSG:3857:5&TileRow=7&TileCol=6"
    streets, names = (WebSource(address, "a b") for address in addresses_of("tianditu"))
    assert streets.url(TILE).partition(".")[2] == (
        "tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec&STYLE=default"
        "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX=16&TILEROW=27457&TILECOL=53495&tk=a%20b"
    )
    assert "LAYER=cva" in names.url(TILE) and "a b" not in repr(names)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    empty, other = tmp_path / "empty.pmtiles", tmp_path / "other.pmtiles"
    empty.touch()
    other.write_bytes(b"GeoJSON" * 100)
    vector = write_pmtiles(tmp_path / "vector.pmtiles", {TileCoord(0, 0, 0): b"x"}, pictures=False)
    said = {}
    for path in (empty, other, vector, tmp_path / "gone.pmtiles"):
        with pytest.raises(Refused) as found:
            open_basemap(Settings(basemap=str(path)))
        (fault,) = found.value.faults
        assert fault.field == "GISGRID_BASEMAP" and fault.in_both().message_zh and fault.in_both().remedy_zh
        said[path.name] = fault.message
    assert said["vector.pmtiles"] == "vector.pmtiles does not hold pictures"
    assert said["other.pmtiles"] == "other.pmtiles is not a PMTiles file"
    assert "cannot be read" in said["gone.pmtiles"]


def test_tiles_of_a_file(tmp_path: Path) -> None:
    tiles = {TileCoord(0, 0, 0): square(RED), TileCoord(1, 1, 0): square(GREEN)}
    basemap = open_basemap(Settings(basemap=str(write_pmtiles(tmp_path / "a.pmtiles", tiles, attribution="©<b>"))))
    assert basemap is not None and basemap.maxzoom == 1 and basemap.attribution == "©<b>"
    assert basemap.tile(TileCoord(1, 1, 0)) == Picture(square(GREEN), "image/png")
    assert basemap.tile(TileCoord(1, 0, 0)) is None and basemap.tile(TileCoord(2, 0, 0)) is None
    assert basemap.has(TileCoord(1, 0, 0)), "a file asks nobody"


class Street:
    """Tiles in GCJ-02 on which a disc stands at one place, drawn where GCJ-02 has it; 256 px or more."""

    def __init__(self, place: LonLat, z: int, size: int = 256) -> None:
        self.z, self.size = z, size
        self.centre = pixel(*from_wgs84(place.lon, place.lat, "gcj02"), z, size)

    def read(self, tile: TileCoord) -> Pixels:
        x, y = self.centre[0] - tile.x * self.size, self.centre[1] - tile.y * self.size
        rows, columns = np.mgrid[0 : self.size, 0 : self.size]
        disc = np.clip(6.5 - np.hypot(columns + 0.5 - x, rows + 0.5 - y), 0, 1)
        pixels = np.full((self.size, self.size, 4), 255, np.uint8)
        pixels[..., :3] = np.rint(255 * (1 - disc))[..., None]
        return pixels


def pixel(lon: float, lat: float, z: int, size: int = 256) -> tuple[float, float]:
    """Where a place lies in the pyramid, in pixels."""
    n = (1 << z) * size
    return (lon + 180) / 360 * n, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n


def place_of(x: float, y: float, z: int, size: int = 256) -> tuple[float, float]:
    n = (1 << z) * size
    return x / n * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / n))))


@pytest.mark.parametrize(("city", "size"), [*((city, 256) for city in CITIES), ("Suzhou", 512)])
def test_a_street_of_gcj02_lies_where_it_is(city: str, size: int) -> None:
    lon, lat = CITIES[city]
    errors = []
    for step in range(3):
        tile = tile_at(LonLat(lon + step * 0.013, lat + step * 0.017), 16)
        along = 0.2 + step * 0.3
        place = LonLat(*place_of((tile.x + along) * size, (tile.y + along) * size, 16, size))
        street = Street(place, 16, size)
        drawn = warp(tile, "gcj02", street.read)
        assert drawn is not None and drawn.shape == (size, size, 4) and (drawn[..., 3] == 255).all()
        dark = 255.0 - drawn[..., 0]
        rows, columns = np.mgrid[0:size, 0:size]
        x, y = ((dark * (part + 0.5)).sum() / dark.sum() for part in (columns, rows))
        found = place_of(tile.x * size + x, tile.y * size + y, 16, size)
        errors.append(WGS84.inv(place.lon, place.lat, *found)[2])
        unmoved = place_of(*street.centre, 16, size)
        assert WGS84.inv(place.lon, place.lat, *unmoved)[2] > 200, "as it is drawn, it is far off"
    assert max(errors) < 0.5, (city, errors)


def test_outside_china_and_at_the_edge_of_the_world_nothing_moves() -> None:
    red = read_pixels(Picture(square(RED), "image/png"))
    for tile in (TileCoord(3, 0, 3), TileCoord(0, 0, 0), TileCoord(3, 7, 7)):
        drawn = warp(tile, "gcj02", lambda _: red)
        assert drawn is not None and (drawn == red).all()
    assert warp(TileCoord(3, 0, 3), "gcj02", lambda _: None) is None


def test_one_layer_over_another() -> None:
    below, above = (read_pixels(Picture(square(colour), "image/png")) for colour in (RED, (*GREEN, 0)))
    assert (lay_over([below, above]) == below).all()
    half = lay_over([below, read_pixels(Picture(square((*GREEN, 128), 128), "image/png"))])
    assert half[0, 0, 3] == 255 and half[0, 0, 1] > 80
    assert write_picture(half, like="image/jpeg").media_type == "image/jpeg"
    assert write_picture(above, like="image/jpeg").media_type == "image/png", "what shows what is below stays so"


def test_what_is_no_picture_or_too_large_is_not_handed_on() -> None:
    source = io.BytesIO()
    Image.new("RGB", (1025, 4)).save(source, "PNG")
    for body in (source.getvalue(), b"\x89PNG broken"):
        with pytest.raises(Unavailable):
            read_pixels(Picture(body, "image/png"))


def test_what_is_kept_stays_within_its_bytes_and_outlives_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, made = Kept(3_000), []

    def make(name: int) -> Picture:
        made.append(name)
        return Picture(bytes(600), "image/png")

    for name in (1, 2, 1, 3, 4, 1, 2):  # two fit, then three; the one asked for longest ago goes
        kept.find(name, lambda name=name: make(name))  # type: ignore[misc]
    assert made == [1, 2, 3, 4, 2]
    monkeypatch.setattr("gisgrid.basemaps.keeping.KEPT_S", 0.0)

    def fail() -> Picture:
        raise Unavailable()

    assert kept.find(1, fail) == Picture(bytes(600), "image/png"), "the one of yesterday"
    with pytest.raises(Unavailable):
        kept.find(9, fail)
