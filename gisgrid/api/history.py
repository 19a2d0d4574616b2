"""The history of boundaries: when they changed, and what changed between two dates."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gisgrid.api.answers import BoundaryComparison, BoundaryHistory, GeoJson, problems
from gisgrid.api.areas import Network
from gisgrid.api.session import CurrentDatabase
from gisgrid.api.values import read_span, tell
from gisgrid.boundaries.history import compare_boundaries, list_changes

router = APIRouter(prefix="/api/v1/boundaries", tags=["areas"])
_EVER = datetime(1, 1, 2, tzinfo=UTC)
Since = Annotated[str, Query(alias="from", max_length=40, description="The earlier date")]
Until = Annotated[str | None, Query(max_length=40, description="Until then; a date: through that day; default: now")]


@router.get("/history", responses=problems(404))
def get_boundary_history(request: Request, database: CurrentDatabase, network: Network) -> BoundaryHistory:
    """When the grids of a network changed, and how many there were from then on; oldest first."""
    settings = request.app.state.settings
    name = network or settings.network
    with database.reading() as connection:
        changes = list_changes(connection, name)
    return tell(BoundaryHistory, {"network": name, "changes": changes}, settings.timezone)


@router.get("/changes", response_model=BoundaryComparison, response_class=GeoJson, responses=problems(404))
def compare_boundaries_of_dates(
    request: Request, database: CurrentDatabase, network: Network, from_: Since, to: Until = None
) -> Response:
    """The grids that ended between two dates, those that began, and a line from each to what became of it."""
    settings = request.app.state.settings
    first, last = read_span(from_, to, settings.timezone)
    with database.reading() as connection:
        return GeoJson(
            compare_boundaries(connection, network or settings.network, first or _EVER, last or datetime.now(UTC))
        )
