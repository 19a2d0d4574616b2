"""A tile of WGS 84 cut out of tiles that are drawn in GCJ-02, so that a street lies where it is."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gisgrid.basemaps.pictures import Pixels
from gisgrid.coordinates import from_wgs84_array
from gisgrid.geo import TileCoord

Floats = NDArray[np.float64]
NODES = 17
"""So many places along a side are computed; between them the offset is a straight line to a thousandth of a pixel."""


def warp(tile: TileCoord, system: str, read: Callable[[TileCoord], Pixels | None]) -> Pixels | None:
    """The tile as it would be in WGS 84, from tiles in `system` of the same zoom; None: none of these is there.

    Each pixel is mixed of the four that lie round its place. Asks for four tiles mostly, nine at most; about 50 ms.
    """
    columns, rows = _places(tile, system)  # of the pyramid in `system`, in tiles
    found = {at: read(TileCoord(tile.z, *at)) for at in _neighbours(tile.z, columns, rows)}
    size = next((len(pixels) for pixels in found.values() if pixels is not None), 0)
    if size == 0:
        return None
    west, north = min(x for x, _ in found), min(y for _, y in found)
    east, south = max(x for x, _ in found), max(y for _, y in found)
    ground = np.zeros(((south - north + 1) * size, (east - west + 1) * size, 4), np.float32)
    for (x, y), pixels in found.items():
        if pixels is not None and len(pixels) == size:
            ground[(y - north) * size :, (x - west) * size :][:size, :size] = pixels
    ground[..., :3] *= ground[..., 3:] / 255  # else what cannot be seen would colour what is beside it
    return _sample(ground, *(_spread(nodes, size) * size - 0.5 for nodes in (columns - west, rows - north)))


def _places(tile: TileCoord, system: str) -> tuple[Floats, Floats]:
    """Column and row, in tiles of `system`, of NODES x NODES places of the tile, from corner to corner."""
    n = 1 << tile.z
    along = np.linspace(0, 1, NODES)
    x, y = np.meshgrid(tile.x + along, tile.y + along)
    lon = x / n * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y / n))))
    drawn_lon, drawn_lat = from_wgs84_array(lon.ravel(), lat.ravel(), system)
    columns = (drawn_lon + 180) / 360 * n
    rows = (1 - np.arcsinh(np.tan(np.radians(drawn_lat))) / np.pi) / 2 * n
    return columns.reshape(x.shape), rows.reshape(y.shape)


def _neighbours(z: int, columns: Floats, rows: Floats) -> list[tuple[int, int]]:
    """The tiles of which pixels are needed; beyond the edge of the pyramid there are none."""
    half_pixel = 1 / 512
    last = (1 << z) - 1
    (west, east), (north, south) = (
        [int(np.clip(np.floor(edge), 0, last)) for edge in (one.min() - half_pixel, one.max() + half_pixel)]
        for one in (columns, rows)
    )
    return [(x, y) for y in range(north, south + 1) for x in range(west, east + 1)]


def _spread(nodes: Floats, size: int) -> Floats:
    """The value at the middle of each of size x size pixels, between the nodes."""
    at = (np.arange(size) + 0.5) / size * (NODES - 1)
    below = np.minimum(at.astype(int), NODES - 2)
    weights = np.zeros((size, NODES))
    weights[np.arange(size), below] = 1 - (at - below)
    weights[np.arange(size), below + 1] = at - below
    spread: Floats = weights @ nodes @ weights.T
    return spread


def _sample(ground: NDArray[np.float32], x: Floats, y: Floats) -> Pixels:
    """The ground at these places, between its four nearest pixels; the colours come multiplied by their alpha."""
    height, width = ground.shape[:2]
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    x0, y0 = np.minimum(x.astype(int), width - 2), np.minimum(y.astype(int), height - 2)
    dx, dy = ((x - x0)[..., None].astype(np.float32), (y - y0)[..., None].astype(np.float32))
    upper = ground[y0, x0] * (1 - dx) + ground[y0, x0 + 1] * dx
    lower = ground[y0 + 1, x0] * (1 - dx) + ground[y0 + 1, x0 + 1] * dx
    mixed = upper * (1 - dy) + lower * dy
    mixed[..., :3] *= 255 / np.maximum(mixed[..., 3:], 1 / 255)
    sampled: Pixels = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return sampled
