"""Vector tiles, what they promise, and the map's style: `/tiles/...`, `/style/...`."""

import gzip
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from datetime import time as dt_time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from gisgrid import tiles
from gisgrid.access import STRANGER, Caller
from gisgrid.api.answers import MapStyle, TileJson, problems
from gisgrid.api.areas import Instant, Network
from gisgrid.api.session import CurrentCaller, CurrentDatabase, require_caller
from gisgrid.api.tile_filters import AskedFilter
from gisgrid.api.values import PlainText, read_instant, read_span
from gisgrid.database import Database
from gisgrid.errors import Fault, NotAllowed, Refused
from gisgrid.geo import TileCoord
from gisgrid.layers import Layer, all_layers, find_layers
from gisgrid.networks import find_network
from gisgrid.ways import home_of

router = APIRouter(tags=["tiles"])
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
GZIP_FROM = 1000
"""Smaller tiles travel as they are, bytes."""
GZIP_LEVEL = 5


def visible_layers(caller: Caller, public_facts: bool = True) -> list[Layer]:
    """Which layers may this caller see?"""
    return [layer for layer in all_layers().values() if _is_visible(layer, caller, public_facts)]


def _is_visible(layer: Layer, caller: Caller, public_facts: bool) -> bool:
    if layer.scoped:
        return layer.action in caller.may
    return public_facts or caller.signed_in


def _require_visible(layers: Sequence[Layer], caller: Caller, public_facts: bool) -> None:
    """Raises NotSignedIn for a stranger, NotAllowed for a role that may not see one of the layers."""
    hidden = [layer for layer in layers if not _is_visible(layer, caller, public_facts)]
    if hidden:
        require_caller(caller)
        raise NotAllowed(*(_hidden(layer, caller) for layer in hidden))


def _hidden(layer: Layer, caller: Caller) -> Fault:
    return Fault("layers", f"the role {caller.role} may not see {layer.id}", "ask somebody whose role may")


@router.get(
    "/tiles/{layers}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: {}}, "description": "A vector tile"},
        204: {"description": "Nothing there"},
        304: {"description": "The same bytes as before (If-None-Match)"},
        **problems(401, 403, 404),
    },
)
def get_tile(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    network: Network,
    asked: AskedFilter,
    layers: str,
    z: str,
    x: str,
    y: str,
    at: Instant = None,
    as_recorded: Instant = None,
    worker: Annotated[PlainText, Query(description="Whose track a tile of `patrol` shows too")] = "",
    walked_from: Annotated[str | None, Query(max_length=40, description="From when. Default: today 00:00")] = None,
    walked_to: Annotated[str | None, Query(max_length=40, description="Until when; a date: through that day")] = None,
) -> Response:
    """One vector tile of one or several layers (`area,ticket`), now or at a date; areas also as known at a date.

    Tickets may be filtered; their states are those of now, or of the date. Tiles of `patrol` show the track of a
    `worker` too.
    """
    settings = request.app.state.settings
    wanted = find_layers(layers)
    _require_visible(wanted, caller, settings.public_facts)
    asked.check(wanted, settings.timezone)
    tile = read_tile(z, x, y)
    instant = read_instant("at", at, settings.timezone)
    recorded = read_instant("as_recorded", as_recorded, settings.timezone)
    track = _read_track(worker, walked_from, walked_to, settings.timezone)
    args = tiles.arguments(network or settings.network, recorded, track)
    with database.reading(caller.scope) as connection:
        args |= asked.arguments(request, connection, instant)
        started = time.perf_counter()
        body = tiles.render(connection, wanted, tile, instant, args)
        sql_ms = (time.perf_counter() - started) * 1000
    public = settings.public_facts and not any(layer.scoped for layer in wanted)
    headers = _headers(body, sql_ms, public=public)
    if same_as_held(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return _answer(body, headers, is_packed="gzip" in request.headers.get("accept-encoding", ""))


def draw_plain(
    database: Database, network: str, layers: Sequence[str], tile: TileCoord, at: datetime | None = None
) -> Response:
    """What `get_tile` answers to a stranger who asks for a tile of public layers, gzipped where that pays.

    Past the app's routing, for what is kept in memory: a tile that many maps wait for costs what its statement costs.
    """
    with database.reading(STRANGER.scope) as connection:
        started = time.perf_counter()
        body = tiles.render(connection, find_layers(",".join(layers)), tile, at, tiles.arguments(network))
        sql_ms = (time.perf_counter() - started) * 1000
    return answer_plain(body, sql_ms)


def answer_plain(body: bytes, sql_ms: float) -> Response:
    """The answer with this tile of public layers, which took the database so long."""
    return _answer(body, _headers(body, sql_ms, public=True), is_packed=True)


def _headers(body: bytes, sql_ms: float, *, public: bool) -> dict[str, str]:
    return {
        "ETag": tiles.etag(body),
        "Cache-Control": "public, no-cache" if public else "private, no-cache",
        "Vary": "Accept-Encoding" if public else "Accept-Encoding, Authorization, Cookie",
        "Server-Timing": f"sql;dur={sql_ms:.1f}",
    }


def _read_track(worker: str, since: str | None, until: str | None, zone: ZoneInfo) -> tiles.Track | None:
    """Whose track, and of which time? None: nobody's. Raises Refused for a wrong time, also without a worker."""
    first, last = read_span(since, until, zone)
    last = last or datetime.now(UTC)
    first = first or datetime.combine(last.astimezone(zone).date(), dt_time(), zone)
    return tiles.Track(worker, first, last) if worker else None


def _answer(body: bytes, headers: dict[str, str], *, is_packed: bool) -> Response:
    """204 if the tile is empty, else the tile, compressed if that pays and the client takes it.

    Compressed in this handler's thread, not on the loop that serves all requests.
    """
    if not body:
        return Response(status_code=204, headers=headers)
    if len(body) >= GZIP_FROM and is_packed:
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, GZIP_LEVEL, mtime=0)
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


def same_as_held(request: Request, etag: str) -> bool:
    """Does the client hold these bytes already?"""
    return etag in _etags(request.headers.get("if-none-match", ""))


def _etags(header: str) -> set[str]:
    """The validators that a client holds, all as weak ones, because a client may send them with or without W/."""
    return {f"W/{tag}" for tag in re.findall(r'"[^"]*"', header)}


def read_tile(z: str, x: str, y: str) -> TileCoord:
    """The tile of three numbers in a URL. Raises Refused for a number that is wrong or out of range."""
    given = {"z": z, "x": x, "y": y}
    bad = [name for name, word in given.items() if not re.fullmatch(r"[0-9]{1,9}", word)]
    if bad:
        raise Refused(*(Fault(name, f"{given[name][:40]!r} is not a whole number", "0 or more") for name in bad))
    tile = TileCoord(int(z), int(x), int(y))
    if not tile.exists:
        raise Refused(Fault("z/x/y", f"there is no tile {z}/{x}/{y}", "z from 0 to 24, x and y below 2 to the z"))
    return tile


@router.get("/tiles/{layers}.json", response_model=TileJson, responses=problems(401, 403, 404))
def get_tilejson(
    request: Request, caller: CurrentCaller, layers: str, network: Network, asked: AskedFilter
) -> JSONResponse:
    """What the tiles of these layers promise: TileJSON 3.0, with the tiles' address for a network and a filter."""
    wanted = find_layers(layers)
    _require_visible(wanted, caller, request.app.state.settings.public_facts)
    asked.check(wanted, request.app.state.settings.timezone)
    promise = tiles.tilejson(wanted, home_of(request.scope), network)
    return _own(promise | {"tiles": [asked.address(address) for address in promise["tiles"]]})


@router.get("/style/{theme}.json", response_model=MapStyle, responses=problems(401, 404))
def get_style(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, network: Network, theme: str
) -> JSONResponse:
    """The map of a network as a MapLibre style; layers that the caller may not see are left out."""
    settings = request.app.state.settings
    visible = visible_layers(caller, settings.public_facts)
    named = None
    if network:
        with database.transaction() as connection:
            named = find_network(connection, network)
    now, due_soon_s = int(time.time()), settings.due_soon_hours * 3600
    home, basemap = home_of(request.scope), request.app.state.basemap.basemap
    style = tiles.style(theme, visible, home, now, due_soon_s, named)
    return _own(basemap.under(style, home) if basemap and (settings.public_facts or caller.signed_in) else style)


def _own(document: dict[str, object]) -> JSONResponse:
    """A document with this host's name and this caller's layers, so no shared cache may keep it."""
    headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
    return JSONResponse(document, headers=headers)
