"""Where tiles of a base map come from: addresses of other servers, or a file of tiles."""

import logging
import mmap
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import TileType

from gisgrid import __version__
from gisgrid.basemaps.pictures import Picture, as_picture
from gisgrid.errors import Fault, Refused, Unavailable
from gisgrid.geo import TileCoord

log = logging.getLogger("gisgrid")
TIMEOUT_S = 8
LARGEST_BYTES = 2_000_000
SILENT_S = 3.0
UNREACHABLE = "the base map's server cannot be reached"
REMEDY = "the operator should look at GISGRID_BASEMAP and its key"
QUIET_S = 60.0
"""Between two lines about the same failure."""
TIANDITU = (
    "https://t{{0-7}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
)
"""In Web Mercator (`_w`); CGCS2000, which lies within a metre of WGS 84."""
NAMED = {"tianditu": ("vec", "cva"), "tianditu-imagery": ("img", "cia"), "tianditu-terrain": ("ter", "cta")}
"""Base maps that a word names: their layers, the names of places on top."""
_Reader: Any = Reader
_MmapSource: Any = MmapSource
"""The package says nothing of types here."""
PICTURES = (TileType.PNG, TileType.JPEG, TileType.WEBP)


class Source(Protocol):
    """Gives tiles as pictures."""

    def fetch(self, tile: TileCoord) -> Picture | None:
        """The tile; None: there is none here. Raises Unavailable. May be asked by several threads."""


@dataclass
class WebSource:
    """Another server's tiles by an address with places for z, x, y (or the WMTS's words for them) and a key.

    The key is in no message, no line of a log and no answer.
    """

    address: str
    key: str = field(default="", repr=False)
    _said_at: float = field(default=-QUIET_S, repr=False)
    _silent_until: float = field(default=0.0, repr=False)

    def url(self, tile: TileCoord) -> str:
        """Where the tile is; rows also from the south ({-y}), hosts {0-7} by turns."""
        named = {"TileMatrix": tile.z, "TileCol": tile.x, "TileRow": tile.y, "z": tile.z, "x": tile.x, "y": tile.y}
        values = named | {"-y": (1 << tile.z) - 1 - tile.y, "0-7": (tile.x + tile.y) % 8, "key": quote(self.key, "")}
        url = self.address
        for name, value in values.items():
            url = url.replace(f"{{{name}}}", str(value))
        return url

    def fetch(self, tile: TileCoord) -> Picture | None:
        """Ask the server; one that could not be reached just now is left alone for a moment."""
        if time.monotonic() < self._silent_until:
            raise Unavailable(Fault("basemap", UNREACHABLE, REMEDY))
        agent = {"User-Agent": f"gisgrid/{__version__}", "Accept": "image/*"}
        request = urllib.request.Request(self.url(tile), headers=agent)  # noqa: S310  # http(s): settings.RULES
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                body = answer.read(LARGEST_BYTES + 1)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (404, 410):
                return None
            raise self._unavailable(f"the base map's server answers {error.code}") from None
        except (OSError, HTTPException, ValueError):
            self._silent_until = time.monotonic() + SILENT_S
            raise self._unavailable(UNREACHABLE) from None
        if not body:
            return None
        try:
            return as_picture(body)
        except Unavailable as error:
            raise self._unavailable(error.faults[0].message) from None

    def _unavailable(self, message: str) -> Unavailable:
        if time.monotonic() - self._said_at >= QUIET_S:
            self._said_at = time.monotonic()
            log.warning("%s (%s)", message, urlsplit(self.address).hostname)
        return Unavailable(Fault("basemap", message, REMEDY))


class FileSource:
    """A PMTiles file of pictures. Long lived: its index is read through the system's memory of files."""

    def __init__(self, path: Path) -> None:
        """Raises Refused for a file that is not there, cannot be read as PMTiles, or holds no pictures."""
        try:
            with path.open("rb") as file:
                # mapped here, because a file of no bytes cannot be
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ).close()
                self._reader = _Reader(_MmapSource(file))
                header = self._reader.header()
        except OSError as error:
            raise _refused(f"{path.name} cannot be read: {error.strerror}", "name a file that is there") from error
        except Exception as error:  # what the package says of bytes that are something else
            raise _refused(f"{path.name} is not a PMTiles file", "name a PMTiles file, version 3") from error
        if header["tile_type"] not in PICTURES:
            remedy = "a file of pictures (PNG, JPEG, WebP); own streets of vector tiles come in by gisgrid load ground"
            raise _refused(f"{path.name} does not hold pictures", remedy)
        self.maxzoom: int = header["max_zoom"]
        self.attribution = str(self._reader.metadata().get("attribution", ""))
        self._lock = threading.Lock()

    def fetch(self, tile: TileCoord) -> Picture | None:
        """Look it up."""
        with self._lock:
            body = self._reader.get(tile.z, tile.x, tile.y)
        return as_picture(bytes(body)) if body else None


def _refused(message: str, remedy: str) -> Refused:
    return Refused(Fault("GISGRID_BASEMAP", message, remedy))


def addresses_of(text: str) -> tuple[str, ...]:
    """The addresses that the setting means: those of a named base map, or the setting's own, the lowest first."""
    if text in NAMED:
        return tuple(TIANDITU.format(layer=layer) for layer in NAMED[text])
    return tuple(text.split())
