"""A department's own codes: which areas they name."""

from fastapi import APIRouter, Request

from gisgrid.api.answers import AliasAnswer, problems
from gisgrid.api.areas import Instant, Network
from gisgrid.api.session import CurrentDatabase
from gisgrid.api.values import PlainText, read_instant, tell
from gisgrid.boundaries.aliases import find_alias

router = APIRouter(prefix="/api/v1", tags=["areas"])


@router.get("/aliases/{alias}", responses=problems(404))
def get_alias(
    request: Request, database: CurrentDatabase, alias: PlainText, network: Network = "", at: Instant = None
) -> AliasAnswer:
    """Which areas does a department's own code name at a date? `network` is the department's; default any."""
    settings = request.app.state.settings
    with database.transaction() as connection:
        found = find_alias(connection, alias, network=network, at=read_instant("at", at, settings.timezone))
    return tell(AliasAnswer, {"alias": alias, "areas": found}, settings.timezone)
