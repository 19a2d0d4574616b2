"""The base map through this service: no browser asks its server, so nobody sees its key, and it sees no reader."""

import asyncio
import hashlib
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gisgrid.api.answers import problems
from gisgrid.api.limits import BasemapLimits
from gisgrid.api.session import CurrentCaller, CurrentDatabase
from gisgrid.api.tiles import read_tile, same_as_held
from gisgrid.api.values import PlainText
from gisgrid.basemaps import Basemap, Picture
from gisgrid.database import Database
from gisgrid.errors import Fault, NotFound, Unavailable
from gisgrid.geo import BBox, TileCoord
from gisgrid.loading.points import district_extent

router = APIRouter(tags=["tiles"])
KINDS = ("image/png", "image/jpeg", "image/webp")
PICTURE = {"type": "string", "format": "binary"}
FETCHERS = 8
"""Threads of their own: a base map that is slow takes no place from reports and readers."""
MOST_WAITING = 200
WHOLE_WORLD = 8
"""Up to this zoom every tile is given; closer ones only round the district, or this were everybody's way to them."""
ROUND_DEG = 0.2
FOUND_S = 300.0
KEPT_BY_BROWSERS = "max-age=86400"


class BasemapDoor:
    """The base map, who waits for its tiles, and which tiles are this district's."""

    def __init__(self, basemap: Basemap | None, network: str) -> None:
        self.basemap, self._network = basemap, network
        self._threads = ThreadPoolExecutor(FETCHERS, "basemap")
        self._waiting = 0
        self._lock = threading.Lock()
        self._box: BBox | None = None
        self._found_at = -math.inf

    async def give(self, tile: TileCoord, basemap: Basemap, database: Database) -> Picture | None:
        """The tile. Raises Unavailable: its server does not answer, or too many wait for it."""
        if self._waiting >= MOST_WAITING:
            raise Unavailable(Fault("basemap", "too many wait for the base map", "try again in a moment"))
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._find, tile, basemap, database)
        finally:
            self._waiting -= 1

    def _find(self, tile: TileCoord, basemap: Basemap, database: Database) -> Picture | None:
        return basemap.tile(tile) if self._is_near(tile, database) else None

    def _is_near(self, tile: TileCoord, database: Database) -> bool:
        """Does the tile lie in the district, or as far around as the district is large?"""
        if tile.z <= WHOLE_WORLD:
            return True
        with self._lock:
            if time.monotonic() - self._found_at > FOUND_S:
                with database.reading() as connection:
                    self._box = district_extent(connection, self._network)
                self._found_at = time.monotonic()
        if self._box is None:  # no areas yet
            return True
        wide = max(self._box.east - self._box.west, ROUND_DEG)
        high = max(self._box.north - self._box.south, ROUND_DEG)
        west, south, east, north = _box_of(tile)
        return (
            west <= self._box.east + wide
            and east >= self._box.west - wide
            and south <= self._box.north + high
            and north >= self._box.south - high
        )


def _box_of(tile: TileCoord) -> tuple[float, float, float, float]:
    """West, south, east, north of a tile, degrees."""
    n = 1 << tile.z
    lat = [math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / n)))) for row in (tile.y + 1, tile.y)]
    return tile.x / n * 360 - 180, lat[0], (tile.x + 1) / n * 360 - 180, lat[1]


@router.get(
    "/basemap/{z}/{x}/{y}",
    response_class=Response,
    responses={
        200: {"content": {kind: {"schema": PICTURE} for kind in KINDS}, "description": "A picture"},
        204: {"description": "Nothing there, or too far from the district"},
        304: {"description": "The same bytes as before (If-None-Match)"},
        **problems(404, 429, 503),
    },
)
async def get_basemap_tile(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    z: str,
    x: str,
    y: str,
    v: Annotated[PlainText, Query(description="Which base map, so that a browser forgets the one before")] = "",
) -> Response:
    """A tile of the base map that the settings name, in WGS 84 (Web Mercator); 404 where they name none."""
    del v
    door: BasemapDoor = request.app.state.basemap
    limits: BasemapLimits = request.app.state.basemap_limits
    if door.basemap is None:
        raise NotFound(Fault("basemap", "this service has none", "the operator sets GISGRID_BASEMAP"))
    tile = read_tile(z, x, y)
    if not door.basemap.has(tile):
        limits.check(request, caller)
    picture = await door.give(tile, door.basemap, database)
    public = request.app.state.settings.public_facts
    headers = {
        "Cache-Control": f"{'public' if public else 'private'}, {KEPT_BY_BROWSERS}",
        **({} if public else {"Vary": "Authorization, Cookie"}),
    }
    if picture is None:
        return Response(status_code=204, headers=headers)
    headers["ETag"] = f'W/"{hashlib.blake2b(picture.body, digest_size=12).hexdigest()}"'
    if same_as_held(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(picture.body, media_type=picture.media_type, headers=headers)
