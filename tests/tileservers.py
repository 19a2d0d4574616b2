"""Servers of tiles as others run them, for base maps: real ones over HTTP, whose tiles say which they are by colour."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from gisgrid.geo import TileCoord

Paint = Callable[[TileCoord], bytes | None]
RED, GREEN = (200, 30, 40), (20, 150, 60)
_Writer: Any = Writer


def square(colour: tuple[int, ...], size: int = 256) -> bytes:
    """A tile of one colour, PNG."""
    written = io.BytesIO()
    Image.new("RGBA", (size, size), colour).save(written, "PNG")
    return written.getvalue()


@dataclass
class TileServer:
    """Where it listens, what it was asked, and what it shall do: answer this status, or these bytes, to everybody."""

    url: str
    asked: list[str] = field(default_factory=list)
    status: int = 200
    body: bytes | None = None


@contextmanager
def serving_tiles(paint: Paint, key: str = "") -> Iterator[TileServer]:
    """Serve tiles as XYZ at `/z/x/y.png`, as WMTS by its words at `/LAYER/wmts?...`; with a key only to who has it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802  # the library's word
            known.asked.append(self.path)
            body = known.body or (self._paint() if known.status == 200 else None)
            status = known.status if known.status != 200 or body else 404
            self.send_response(status)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def _paint(self) -> bytes | None:
            parts = urlsplit(self.path)
            asked = {name.lower(): values[0] for name, values in parse_qs(parts.query).items()}
            if key and asked.get("tk") != key:
                return None
            if asked.get("request") == "GetTile":
                if asked["service"] != "WMTS" or asked["tilematrixset"] != "w":
                    return None
                return paint(TileCoord(*(int(asked[name]) for name in ("tilematrix", "tilecol", "tilerow"))))
            return paint(TileCoord(*(int(part) for part in parts.path.removesuffix(".png").split("/")[-3:])))

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known = TileServer(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield known
        server.shutdown()


def write_pmtiles(path: Path, tiles: dict[TileCoord, bytes], *, attribution: str = "", pictures: bool = True) -> Path:
    """A PMTiles file of these tiles."""
    with path.open("wb") as file:
        writer = _Writer(file)
        for tile in sorted(tiles, key=lambda one: zxy_to_tileid(one.z, one.x, one.y)):
            writer.write_tile(zxy_to_tileid(tile.z, tile.x, tile.y), tiles[tile])
        zooms = [tile.z for tile in tiles]
        writer.finalize(
            {
                "tile_type": TileType.PNG if pictures else TileType.MVT,
                "tile_compression": Compression.NONE,
                "min_zoom": min(zooms),
                "max_zoom": max(zooms),
                "min_lon_e7": -1800000000,
                "min_lat_e7": -850000000,
                "max_lon_e7": 1800000000,
                "max_lat_e7": 850000000,
                "center_zoom": min(zooms),
                "center_lon_e7": 0,
                "center_lat_e7": 0,
            },
            {"attribution": attribution},
        )
    return path
