"""Search: one question for everything that has a name, a code, a number or coordinates."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from gisgrid.api.answers import SearchHits, problems
from gisgrid.api.areas import Network
from gisgrid.api.session import CurrentCaller, CurrentDatabase, zone_of
from gisgrid.api.tiles import visible_layers
from gisgrid.api.values import PlainText, tell
from gisgrid.search import MOST, Names, search

router = APIRouter(prefix="/api/v1", tags=["search"])


@router.get("/search", responses=problems(401, 404))
def get_search(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    network: Network,
    q: Annotated[PlainText, Query(description="Characters, pinyin or its initials, a code, a number, coordinates")],
    limit: Annotated[int, Query(ge=1, le=MOST)] = 12,
) -> SearchHits:
    """Areas, streets, water, posts, a ticket by its number, coordinates; places, cameras, devices for who sees them."""
    settings = request.app.state.settings
    names: Names = request.app.state.names
    things = [layer.id for layer in visible_layers(caller, settings.public_facts)]
    with database.reading(caller.scope) as connection:
        hits = search(connection, names, q, network=network or settings.network, things=things, limit=limit)
    return tell(SearchHits, {"hits": [vars(hit) for hit in hits]}, zone_of(request))
