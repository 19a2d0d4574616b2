"""Networks of areas, and a department's own codes: which areas they name."""

from fastapi import APIRouter, Request

from gisgrid.api.answers import AliasAnswer, NetworkAnswer, problems
from gisgrid.api.areas import Instant, Network
from gisgrid.api.session import CurrentDatabase
from gisgrid.api.values import PlainText, read_instant, tell
from gisgrid.boundaries.aliases import find_alias
from gisgrid.networks import list_networks

router = APIRouter(prefix="/api/v1", tags=["areas"])


@router.get("/networks")
def get_networks(request: Request, database: CurrentDatabase) -> list[NetworkAnswer]:
    """Which networks of areas are there: the unified grid first, then the departments' own."""
    settings = request.app.state.settings
    with database.transaction() as connection:
        networks = list_networks(connection)
    return [
        tell(NetworkAnswer, {**vars(one), "is_default": one.network == settings.network}, settings.timezone)
        for one in networks
    ]


@router.get("/aliases/{alias}", responses=problems(404))
def get_alias(
    request: Request, database: CurrentDatabase, network: Network, alias: PlainText, at: Instant = None
) -> AliasAnswer:
    """Which areas does a department's own code name at a date? `network` is the department's; default any."""
    settings = request.app.state.settings
    with database.transaction() as connection:
        found = find_alias(connection, alias, network=network, at=read_instant("at", at, settings.timezone))
    return tell(AliasAnswer, {"alias": alias, "areas": found}, settings.timezone)
