"""Is the process alive, is the service ready, what is it set to?"""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import text

from gisgrid import __version__
from gisgrid.api.answers import Config, Status, problems
from gisgrid.api.session import CurrentDatabase
from gisgrid.errors import Fault, Unavailable

router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=Status)
async def get_health() -> dict[str, str]:
    """Alive: no I/O."""
    return {"status": "ok"}


@router.get("/readyz", response_model=Status, responses=problems(503))
def get_readiness(request: Request, database: CurrentDatabase) -> dict[str, str]:
    """Ready: migrated, sample loaded, the database answers; 503 with the reason until then."""
    if not request.app.state.ready():
        raise Unavailable(Fault("service", "starting: migration or sample not finished", "try again in a moment"))
    with database.transaction() as connection:
        connection.execute(text("SELECT 1 FROM core.level LIMIT 1"))
    return {"status": "ready"}


@router.get("/api/v1/config", response_model=Config)
def get_config(request: Request, database: CurrentDatabase) -> dict[str, Any]:
    """What a client needs to know of this server."""
    settings = request.app.state.settings
    with database.transaction() as connection:
        sample = connection.execute(text("SELECT sample_loaded FROM core.deployment")).scalar()
    return {
        "zone": settings.zone,
        "due_soon_hours": settings.due_soon_hours,
        "network": settings.network,
        "version": __version__,
        "sample": bool(sample),
    }
