"""Is the process alive, is the service ready, how is it doing, what is it set to?"""

import time

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, text

from gisgrid import __version__
from gisgrid.access import list_roles
from gisgrid.api.answers import Config, LevelName, Role, Status, problems
from gisgrid.api.session import CurrentDatabase
from gisgrid.changes import unread_for_s
from gisgrid.disks import faults_of as disk_faults
from gisgrid.errors import Fault, Unavailable
from gisgrid.heartbeats import faults_of
from gisgrid.migrations.catalogue import find_differences

LOOK_AGAIN_S = 10
"""How long an answer about the catalogue holds: it costs some 50 ms, and probes come every second."""
SHOWN = 20

router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=Status)
async def get_health() -> dict[str, str]:
    """Alive: no I/O."""
    return {"status": "ok"}


@router.get("/readyz", response_model=Status, responses=problems(503))
def get_readiness(request: Request, database: CurrentDatabase) -> dict[str, str]:
    """Ready: migrated, sample loaded, the database answers and holds what it should, every part of the service runs,
    and the disks have room.

    503 with the reasons until then.
    """
    if not request.app.state.ready():
        raise Unavailable(Fault("service", "starting: migration or sample not finished", "try again in a moment"))
    if full := disk_faults(request.app.state.disks):
        raise Unavailable(*full)
    with database.transaction() as connection:
        connection.execute(text("SELECT 1 FROM core.level LIMIT 1"))
        stopped = [fault for fault in request.app.state.watch.ask(connection).values() if fault]
        if faults := [*faults_of(request.app.state.feed.hearts), *stopped, *_catalogue_faults(request, connection)]:
            raise Unavailable(*faults)
    return {"status": "ready"}


def _catalogue_faults(request: Request, connection: Connection) -> list[Fault]:
    """Which functions, triggers, policies, grants and roles differ from what the last deploy made?"""
    state = request.app.state
    if time.monotonic() - getattr(state, "catalogue_seen", float("-inf")) > LOOK_AGAIN_S:
        state.catalogue_faults = [
            Fault("database", one.sentence, "gisgrid migrate") for one in find_differences(connection)[:SHOWN]
        ]
        state.catalogue_seen = time.monotonic()
    faults: list[Fault] = state.catalogue_faults
    return faults


@router.get("/metrics", include_in_schema=False)
def get_metrics(request: Request, database: CurrentDatabase) -> Response:
    """Metrics of the service in Prometheus's text format; no people, no locations."""
    with database.transaction() as connection:
        lag_s = unread_for_s(connection)
        parts = request.app.state.watch.ask(connection)
    parts |= {heart.part: heart.fault for heart in request.app.state.feed.hearts}
    gauges = (
        ("info", "Which version answers", f'{{version="{__version__}"}} 1'),
        ("ready", "1 once migrated and loaded", f" {int(request.app.state.ready())}"),
        ("change_lag_seconds", "Age of the oldest change that a running transaction hides from maps", f" {lag_s:.3f}"),
        ("event_listeners", "Maps that follow /api/v1/events", f" {request.app.state.feed.listeners}"),
    )
    lines = [
        f"# HELP gisgrid_{n} {words}\n# TYPE gisgrid_{n} gauge\ngisgrid_{n}{sample}\n" for n, words, sample in gauges
    ]
    lines.append(
        "# HELP gisgrid_part_up 0 while this part of the service is silent or fails\n# TYPE gisgrid_part_up gauge\n"
    )
    lines.append(
        "# HELP gisgrid_free_bytes Room left for the database, its log, photos\n# TYPE gisgrid_free_bytes gauge\n"
    )
    lines += [f'gisgrid_free_bytes{{of="{d.what}"}} {d.free}\n' for d in request.app.state.disks if d.free is not None]
    lines += [f'gisgrid_part_up{{part="{part}"}} {int(fault is None)}\n' for part, fault in sorted(parts.items())]
    return Response("".join(lines), media_type="text/plain; version=0.0.4")


@router.get("/api/v1/config")
def get_config(request: Request, database: CurrentDatabase) -> Config:
    """What a client needs to know of this server."""
    settings = request.app.state.settings
    with database.transaction() as connection:
        sample = connection.execute(text("SELECT sample_loaded FROM core.deployment")).scalar()
        roles = list_roles(connection)
        levels = connection.execute(text("SELECT level, name_zh, name_en FROM core.level ORDER BY rank")).all()
    return Config(
        zone=settings.zone,
        due_soon_hours=settings.due_soon_hours,
        network=settings.network,
        version=__version__,
        sample=bool(sample),
        roles=[Role(role=one.role, name_zh=one.name_zh, name_en=one.name_en) for one in roles],
        levels=[LevelName(level=one.level, name_zh=one.name_zh, name_en=one.name_en) for one in levels],
    )
