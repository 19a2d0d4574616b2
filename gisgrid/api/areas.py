"""Areas, points in them, and the lineage of codes."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from gisgrid.api.answers import AreaCollection, AreaFeature, Figures, GeoJson, Lineage, Located, problems
from gisgrid.api.session import CurrentDatabase
from gisgrid.api.values import UNTIL, PlainText, QueryAccuracy, QueryNumber, read_bbox, read_instant, read_span, tell
from gisgrid.assignment import locate_given
from gisgrid.boundaries.areas import AreaFilter, area_id_at, check_filter, get_area, list_areas, list_lineage
from gisgrid.boundaries.successors import carry_figures
from gisgrid.database import Database
from gisgrid.networks import require_network

router = APIRouter(prefix="/api/v1", tags=["areas"])
GEOJSON = GeoJson.media_type
Instant = Annotated[str | None, Query(max_length=40, description="ISO 8601 with offset, or a date")]


async def known_network(
    database: CurrentDatabase,
    network: Annotated[PlainText, Query(description="The network; default is the one of /api/v1/config")] = "",
) -> str:
    """The network that a request names, empty where it names none. Raises NotFound naming the networks there are."""
    if network:
        await run_in_threadpool(_require_network, database, network)
    return network


def _require_network(database: Database, network: str) -> None:
    with database.reading() as connection:
        require_network(connection, network)


Network = Annotated[str, Depends(known_network)]
"""Taken by every door that asks for a network: an unknown one is 404, before anything else is answered."""


@router.get("/locate", responses=problems(404))
def locate_point(
    request: Request,
    database: CurrentDatabase,
    network: Network,
    lon: QueryNumber,
    lat: QueryNumber,
    system: PlainText,
    accuracy_m: QueryAccuracy | None = None,
    at: Instant = None,
    as_recorded: Instant = None,
) -> Located:
    """Which grid holds this point, and where is it in WGS 84? Always an answer; `grid` is null outside every grid."""
    settings = request.app.state.settings
    network = network or settings.network
    with database.reading() as connection:
        point, found = locate_given(
            connection,
            lon,
            lat,
            system,
            network=network,
            at=read_instant("at", at, settings.timezone),
            accuracy_m=accuracy_m,
            as_recorded=read_instant("as_recorded", as_recorded, settings.timezone),
        )
    how = {**vars(found.assignment), "system": system}
    facts = {"grid": found.grid, "assignment": how, "point": point, "doubt": found.doubt}
    return tell(Located, facts, settings.timezone)


@router.get("/areas", response_model=AreaCollection, response_class=GeoJson, responses=problems(404))
def get_areas(
    request: Request,
    database: CurrentDatabase,
    network: Network,
    level: PlainText = "",
    parent: PlainText = "",
    bbox: str | None = None,
    at: Instant = None,
    as_recorded: Instant = None,
    geometry: Annotated[bool, Query(description="false: properties only, geometry is null")] = True,
) -> Response:
    """The areas of a network at a date: one GeoJSON FeatureCollection, not paged."""
    settings = request.app.state.settings
    wanted = AreaFilter(
        network=network or settings.network,
        level=level,
        parent=parent,
        bbox=read_bbox(bbox),
        at=read_instant("at", at, settings.timezone),
        as_recorded=read_instant("as_recorded", as_recorded, settings.timezone),
        shapes=geometry,
    )
    with database.transaction() as connection:
        check_filter(connection, wanted)
        return GeoJson(list_areas(connection, wanted))


@router.get(
    "/areas/{code}", name="get_area", response_model=AreaFeature, response_class=GeoJson, responses=problems(404)
)
def get_one_area(
    request: Request,
    database: CurrentDatabase,
    network: Network,
    code: PlainText,
    at: Instant = None,
    as_recorded: Instant = None,
) -> Response:
    """The area of a code at a date, as GeoJSON; 404 names the successors of a retired code."""
    settings = request.app.state.settings
    with database.transaction() as connection:
        feature = get_area(
            connection,
            code,
            network=network or settings.network,
            at=read_instant("at", at, settings.timezone),
            as_recorded=read_instant("as_recorded", as_recorded, settings.timezone),
        )
    return GeoJson(feature)


@router.get("/areas/{code}/lineage", responses=problems(404))
def get_lineage(
    request: Request, database: CurrentDatabase, network: Network, code: PlainText, at: Instant = None
) -> Lineage:
    """What an area came from and became, with shares of its ground, and which areas hold its ground at a date."""
    settings = request.app.state.settings
    instant = read_instant("at", at, settings.timezone)
    with database.transaction() as connection:
        lineage = list_lineage(connection, code, network=network or settings.network, at=instant)
    return tell(Lineage, lineage, settings.timezone)


@router.get("/areas/{code}/figures", responses=problems(404))
def get_area_figures(
    request: Request,
    database: CurrentDatabase,
    network: Network,
    code: PlainText,
    from_: Annotated[str | None, Query(alias="from", max_length=40, description="Default: a year before `to`")] = None,
    to: Annotated[str | None, Query(max_length=40, description=f"{UNTIL}. Default: now")] = None,
    at: Instant = None,
) -> Figures:
    """Tickets received and closed on the ground that an area holds at a date, carried over from older codes by share.

    So the statistics of one piece of ground can be compared over years of redrawing.
    """
    settings = request.app.state.settings
    network, instant = network or settings.network, read_instant("at", at, settings.timezone)
    since, until = read_span(from_, to, settings.timezone)
    until = until or datetime.now(settings.timezone)
    since = since or until - timedelta(days=365)
    with database.transaction() as connection:
        found = area_id_at(connection, code, network=network, at=instant, as_recorded=None)
        figures = carry_figures(connection, found, since, until, instant)
    asked = {"code": code, "network": network, "from": since, "to": until}
    return tell(Figures, {**asked, **vars(figures)}, settings.timezone)
