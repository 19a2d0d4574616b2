"""Is the process alive, is the service ready, how is it doing, what is it set to?"""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from gisgrid import __version__
from gisgrid.access import list_roles
from gisgrid.api.answers import Config, LevelName, Role, Status, problems
from gisgrid.api.lookout import Lookout
from gisgrid.api.session import CurrentDatabase
from gisgrid.errors import Unavailable

router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=Status)
async def get_health() -> dict[str, str]:
    """Alive: no I/O."""
    return {"status": "ok"}


@router.get("/readyz", response_model=Status, responses=problems(503))
async def get_readiness(request: Request) -> dict[str, str]:
    """Ready: migrated, sample loaded, the database answers and holds what it should; 503 with the reason until then.

    Answers within 0.1 s: a thread looks (`api.lookout`).
    """
    lookout: Lookout = request.app.state.lookout
    if faults := await lookout.ask():
        raise Unavailable(*faults)
    return {"status": "ready"}


@router.get("/metrics", include_in_schema=False)
async def get_metrics(request: Request) -> Response:
    """Metrics of the service in Prometheus's text format; no people, no locations."""
    state = request.app.state
    await state.lookout.ask()
    return Response(state.meters.render(state.measured), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/v1/config", response_model_exclude_unset=True)
def get_config(request: Request, database: CurrentDatabase) -> Config:
    """What a client needs to know of this server."""
    settings = request.app.state.settings
    with database.transaction() as connection:
        sample = connection.execute(text("SELECT sample_loaded FROM core.deployment")).scalar()
        roles = list_roles(connection)
        levels = connection.execute(text("SELECT level, name_zh, name_en FROM core.level ORDER BY rank")).all()
    oidc = {"oidc": settings.oidc_name} if settings.oidc_issuer and settings.oidc_client_id else {}
    return Config(
        **oidc,
        zone=settings.zone,
        due_soon_hours=settings.due_soon_hours,
        network=settings.network,
        version=__version__,
        sample=bool(sample),
        roles=[Role(role=one.role, name_zh=one.name_zh, name_en=one.name_en) for one in roles],
        levels=[LevelName(level=one.level, name_zh=one.name_zh, name_en=one.name_en) for one in levels],
    )
