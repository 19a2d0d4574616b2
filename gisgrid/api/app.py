"""The app: made from settings and a database, nothing global. Long because every door is put together here."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import Depends, FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from gisgrid import __version__
from gisgrid.api import (
    accounts,
    alarms,
    areas,
    basemap,
    batch,
    changesets,
    cooperation,
    events,
    exports,
    figures,
    following,
    health,
    history,
    imports,
    networks,
    openid,
    osmand,
    overlays,
    patrols,
    photos,
    posts,
    presence,
    qr,
    reach,
    reports,
    routing,
    rules,
    search,
    selections,
    session,
    targets,
    tickets,
    tiles,
    tracking,
    trail,
    worklists,
)
from gisgrid.api.answers import problems
from gisgrid.api.counts import Counts
from gisgrid.api.document import describe, name_operation
from gisgrid.api.drawing import Drawing
from gisgrid.api.feed import ChangeFeed
from gisgrid.api.gathering import PingGatherer
from gisgrid.api.guards import Guards, Heads
from gisgrid.api.kept_tiles import KeptTiles, drawing_lane
from gisgrid.api.lanes import SPARE, Lane, Lanes
from gisgrid.api.limits import AlarmLimits, BasemapLimits, RefusalLimits, ReportLimits, SecretLimits, StreamLimits
from gisgrid.api.look_ups import LookUps, PresentGrids
from gisgrid.api.lookout import Lookout
from gisgrid.api.metrics import Measured, Meters, State
from gisgrid.api.news import News
from gisgrid.api.parameters import refuse_unknown
from gisgrid.api.problems import add_problem_handlers
from gisgrid.api.proxies import Origins, Proxies, find_ways, read_origins
from gisgrid.api.report_gathering import ReportGatherer
from gisgrid.api.shares import FIXED, PING_WRITERS, PINGS_AT_ONCE, REPORTS_AT_ONCE, WRITERS, share_places
from gisgrid.api.short_way import ShortWay
from gisgrid.api.sweeping import Sweeper
from gisgrid.api.viewer import add_viewer
from gisgrid.basemaps import open_basemap
from gisgrid.database import SERVICE, Database
from gisgrid.disks import disks_of
from gisgrid.migrations import program
from gisgrid.open311.app import PREFIX, create_open311
from gisgrid.openid import Provider
from gisgrid.patrol import Extent, Memory
from gisgrid.processes import ALONE, Shift
from gisgrid.search import Names
from gisgrid.settings import PACKAGE, Settings

OWN_RULES = (
    session.router,
    session.own,
    openid.router,
    openid.groups,
    accounts.router,
    posts.router,
    rules.router,
    targets.router,
    trail.router,
    reports.router,
    batch.router,
    alarms.router,
    tracking.router,
    tracking.acting,
    following.acting,
    tickets.acting,
    routing.acting,
    cooperation.acting,
    photos.router,
    changesets.router,
    imports.router,
    tiles.router,
    patrols.router,
    presence.router,
    reach.router,
    overlays.router,
    selections.router,
    health.router,
)
"""Routes that check the caller themselves."""
FACTS = (
    basemap.router,
    areas.router,
    history.router,
    networks.router,
    qr.router,
    exports.router,
    worklists.router,
    tickets.router,
    figures.router,
    search.router,
    following.router,
    following.own,
    routing.router,
    events.router,
)
"""Public facts: open to everybody, unless a setting closes them to strangers."""
HOT = (tiles.router, reports.router, areas.router, patrols.router, overlays.router)
"""What is asked most comes first, because one route after the other is tried."""
COUNTS = "counts.sqlite"
SWITCH_S = 0.0005
"""So long a thread that makes a long answer keeps the event loop waiting, each time that both want to run; Python's own
5 ms, for each of its turns, made a refusal take seconds."""
REFUSALS_PER_HOUR = 600
"""Of a stranger's address, in the audit trail."""


def create_app(
    settings: Settings, service_url: str, *, ready: Callable[[], bool] = lambda: True, shift: Shift = ALONE
) -> FastAPI:
    """The HTTP service over one database. `ready` says whether /readyz may answer 200.

    `shift`: with which other processes this one serves.
    """
    shares = share_places(settings, shift.count)
    intake = Lane(shares[0], settings.wait_s)
    files, lists, reading = (Lane(places, settings.wait_s, sure=2) for places in shares[1:])
    reports, pings = Lane(REPORTS_AT_ONCE, settings.wait_s), Lane(PINGS_AT_ONCE, settings.wait_s)
    drawing = drawing_lane(settings.wait_s, shift.count)
    places = sum(shares) + drawing.places
    counts = Counts(shift.folder / COUNTS if shift.folder else None)
    database = Database(
        service_url,
        role=SERVICE,
        pool_size=places + WRITERS + PING_WRITERS + 1 + SPARE + FIXED,
        statement_timeout_s=settings.statement_timeout_s,
        zone=settings.zone,
        program=program("service"),
    )
    feed = ChangeFeed(database, settings)
    news, drawings = News(database), Drawing(database, settings, drawing.places)
    grids = PresentGrids(database, news, settings.network)
    lookout = Lookout(database, ready, feed.hearts, lambda: app.state.disks, shift.faults_of_others)
    meters = Meters()
    streams = frozenset({f"{events.router.prefix}/events"})

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # A thread for each place: no handler waits for one, or for a connection, that it cannot get.
        to_thread.current_default_thread_limiter().total_tokens = places + REPORTS_AT_ONCE + PING_WRITERS + 1 + SPARE
        sys.setswitchinterval(SWITCH_S)
        feed.start()
        lookout.start()
        await lookout.first()
        if settings.public_facts:
            news.start()
        grids.start()
        yield
        app.state.sweeper.stop()
        grids.stop()
        news.stop()
        drawings.close()
        feed.stop()
        lookout.stop()
        database.close()

    app = FastAPI(
        title="gisgrid",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=name_operation,
        redirect_slashes=False,  # to an address that a Host says
    )
    app.state.settings = settings
    app.state.database = database
    app.state.feed = feed
    app.state.names = Names()
    app.state.ready = ready
    app.state.disks = disks_of(settings)
    app.state.lookout = lookout
    app.state.meters = meters
    app.state.grids = grids
    finder, origins = find_ways(settings), read_origins(settings)
    app.state.short_way = ShortWay(news, meters, finder, is_open="*" in origins)
    app.state.gatherer = ReportGatherer(
        database, network=settings.network, zone=settings.zone, writers=WRITERS, shelf=grids
    )
    lanes = {"reports": reports, "pings": pings, "intake": intake, "files": files, "lists": lists, "reading": reading}
    lanes["drawing"] = drawing
    app.state.sweeper = Sweeper(lambda: not any(lane.taken for lane in lanes.values()))
    app.state.measured = State(lookout, database, lanes, lambda: feed.listeners, shift)
    app.state.openid = Provider(settings)
    app.state.basemap = basemap.BasemapDoor(open_basemap(settings), settings.network)
    app.state.basemap_limits = BasemapLimits(settings.basemap_tiles_per_hour, counts)
    app.state.limits = ReportLimits(settings.reports_per_hour, counts)
    app.state.alarm_limits = AlarmLimits(settings.alarms_per_hour, counts)
    app.state.patrol_extent = Extent()
    app.state.ping_gatherer = PingGatherer(database, app.state.patrol_extent, writers=PING_WRITERS)
    app.state.coverage_memory = Memory()
    app.state.secret_limits = SecretLimits(settings.tries_per_hour, counts)
    app.state.stream_limits = StreamLimits(settings.streams_per_address, counts)
    add_problem_handlers(app)
    app.add_middleware(Lanes, reports=reports, pings=pings, intake=intake, files=files, lists=lists, reading=reading)
    app.add_middleware(  # level 9: 4 % smaller, thrice as dear; what is long is compressed in a thread
        GZipMiddleware, minimum_size=1000, compresslevel=5, thread_minimum_size=16_000
    )
    app.add_middleware(
        Guards,
        max_body_bytes=settings.max_body_bytes,
        other_limits={photos.DOORS: settings.photo_max_bytes, imports.DOORS: settings.import_max_bytes},
    )
    app.add_middleware(trail.Refusals, database=database, limits=RefusalLimits(REFUSALS_PER_HOUR, counts))
    app.add_middleware(
        KeptTiles,
        news=news,
        drawing=drawing,
        draw=drawings.draw,
    )
    app.add_middleware(Heads, streams=streams)
    app.add_middleware(LookUps, grids=grids)
    app.add_middleware(Origins, others=origins)
    app.add_middleware(Measured, meters=meters, streams=streams)
    app.add_middleware(Proxies, finder=finder)
    for router in sorted((*OWN_RULES, *FACTS), key=lambda router: router not in HOT):
        if router in FACTS:
            checks = [Depends(session.require_facts), Depends(refuse_unknown)]
            app.include_router(router, dependencies=checks, responses=problems(401))
        else:
            app.include_router(router, dependencies=[Depends(refuse_unknown)])
    app.include_router(osmand.router)  # which ignores what it does not know
    describe(app, OWN_RULES, FACTS)
    app.mount(PREFIX, create_open311(settings, database))
    add_viewer(app, PACKAGE / "static")
    return app
