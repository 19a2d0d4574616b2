"""The base map that the settings name: its tiles in WGS 84, and how a style draws it."""

import hashlib
import html
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from gisgrid.basemaps.keeping import Kept
from gisgrid.basemaps.pictures import Picture, Pixels, lay_over, read_pixels, write_picture
from gisgrid.basemaps.sources import NAMED, FileSource, Source, WebSource, addresses_of
from gisgrid.basemaps.warping import warp
from gisgrid.geo import TileCoord
from gisgrid.layers import OWN, Json
from gisgrid.settings import Settings

LAYER = "basemap"
"""Its id in a style, as source and as layer."""
TITLE = {"zh": "底图", "en": "Base map"}
ORDER = 7
DIMMED = {"raster-brightness-max": 0.45, "raster-saturation": -0.55, "raster-contrast": 0.1}
"""How a dark theme draws a map that was made for paper."""
TILE_PX = 256


class Basemap:
    """Tiles of one or several sources, the first one at the bottom, as pictures in WGS 84. Asked by several threads."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        name: str,
        system: str = "wgs84",
        attribution: str = "",
        maxzoom: int = 18,
        most_bytes: int = 64_000_000,
    ) -> None:
        self.sources, self.system = sources, system
        self.attribution, self.maxzoom = attribution, maxzoom
        self.version = hashlib.blake2b(f"{name} {system}".encode(), digest_size=4).hexdigest()
        self._kept = Kept(most_bytes)

    def tile(self, tile: TileCoord) -> Picture | None:
        """The tile; None: there is none here. Raises Unavailable."""
        if tile.z > self.maxzoom or not tile.exists:
            return None
        if self._is_plain:
            return self._fetched(0, tile)
        return self._kept.find(("made", tile), partial(self._make, tile))

    def has(self, tile: TileCoord) -> bool:
        """Can this tile be given without asking anybody?"""
        local = all(isinstance(source, FileSource) for source in self.sources)
        return local or self._kept.has((0, tile) if self._is_plain else ("made", tile))

    @property
    def _is_plain(self) -> bool:
        """Are its tiles those of its source, byte for byte?"""
        return len(self.sources) == 1 and self.system == "wgs84"

    def _fetched(self, source: int, tile: TileCoord) -> Picture | None:
        return self._kept.find((source, tile), partial(self.sources[source].fetch, tile))

    def _make(self, tile: TileCoord) -> Picture | None:
        kinds: list[str] = []
        layers = [self._pixels(source, tile, kinds) for source in range(len(self.sources))]
        there = [pixels for pixels in layers if pixels is not None]
        return write_picture(lay_over(there), like=kinds[0]) if there else None

    def _pixels(self, source: int, tile: TileCoord, kinds: list[str]) -> Pixels | None:
        """The pixels of one source's tile, in WGS 84; notes what kinds of pictures they came from."""

        def read(at: TileCoord) -> Pixels | None:
            picture = self._fetched(source, at)
            if picture is None:
                return None
            kinds.append(picture.media_type)
            return read_pixels(picture)

        return read(tile) if self.system == "wgs84" else warp(tile, self.system, read)

    def under(self, style: Json, home: str) -> Json:
        """The style with this base map: above the streets of our own, which show where it has no tile, below the rest.

        `home`: the URL of this service, which alone a browser asks.
        """
        source = {
            "type": "raster",
            "tiles": [f"{home}/basemap/{{z}}/{{x}}/{{y}}?v={self.version}"],
            "tileSize": TILE_PX,
            "maxzoom": self.maxzoom,
            "attribution": html.escape(self.attribution),
        }
        dimmed = style["name"].split()[1] != "day"
        layer = {"id": LAYER, "type": "raster", "source": LAYER, "paint": DIMMED if dimmed else {}}
        lowest = [one for one in style["layers"] if one["type"] == "background" or _is_street(one)]
        others = [one for one in style["layers"] if one not in lowest]
        words = style["metadata"][f"{OWN}layers"] | {LAYER: {"name": TITLE, "order": ORDER}}
        return style | {
            "metadata": style["metadata"] | {f"{OWN}layers": words},
            "state": style["state"] | {LAYER: {"default": True}},
            "sources": {LAYER: source} | style["sources"],
            "layers": [*lowest, layer, *others],
        }


def _is_street(part: Json) -> bool:
    return part.get("source") == "ground" and part["type"] != "symbol"


def open_basemap(settings: Settings) -> Basemap | None:
    """The base map of these settings; None: there is none. Raises Refused for a file that cannot be used."""
    text = settings.basemap.strip()
    if not text:
        return None
    maxzoom, attribution = settings.basemap_maxzoom, settings.basemap_attribution
    sources: list[Source]
    if text.lower().endswith(".pmtiles"):
        file = FileSource(Path(text))
        sources, maxzoom, attribution = [file], min(maxzoom, file.maxzoom), attribution or file.attribution
    else:
        sources = [WebSource(address, settings.basemap_key) for address in addresses_of(text)]
        attribution = attribution or ("© 天地图" if text in NAMED else "")
    return Basemap(
        sources,
        name=text,
        system=settings.basemap_system,
        attribution=attribution,
        maxzoom=maxzoom,
        most_bytes=settings.basemap_cache_bytes // settings.processes,
    )
