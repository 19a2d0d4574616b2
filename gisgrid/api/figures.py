"""Statistics of tickets by area, category, time and more, and the ranking of areas and posts."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from gisgrid.api.answers import problems
from gisgrid.api.areas import Network
from gisgrid.api.figure_answers import FiguresBy, Ranking
from gisgrid.api.session import CurrentCaller, CurrentDatabase, require_caller
from gisgrid.api.values import UNTIL, PlainText, read_instant, read_span, write
from gisgrid.boundaries.areas import area_id_at
from gisgrid.codes import Level
from gisgrid.networks import require_network
from gisgrid.statistics import PRIVATE, By, Cohort, Of, Order, count_by, rank
from gisgrid.tickets.intake import category_id

router = APIRouter(prefix="/api/v1", tags=["figures"])
From = Annotated[str | None, Query(alias="from", max_length=40, description="Received from then. Default: ever")]
To = Annotated[str | None, Query(max_length=40, description=f"{UNTIL}. Default: until `at`")]
At = Annotated[str | None, Query(max_length=40, description="As the tickets and boundaries stand then. Default: now")]


@router.get("/figures", response_model=FiguresBy, response_model_exclude_unset=True, responses=problems(401, 404))
def get_figures(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    network: Network,
    by: By = "area",
    area: PlainText = "",
    level: Annotated[Level | None, Query(description="By area: rows of this level. Default: its children")] = None,
    from_: From = None,
    to: To = None,
    at: At = None,
    category: PlainText = "",
) -> Response:
    """Of the tickets received from..to: how many are closed, open, overdue, closed in time?

    One row for each key of `by`; `rest` holds the tickets without a key; rows and rest always add up to `total`.
    """
    if by in PRIVATE:
        require_caller(caller)
    when = _read_times(request, from_, to, at)
    with database.transaction(caller.scope) as connection:
        cohort = _cohort(request, connection, when, area, network, category)
        found = count_by(connection, by, cohort, level=level or "")
    facts = {"by": by, "area": area, **_span(cohort), **vars(found)}
    return write(FiguresBy, facts, "rows", request.app.state.settings.timezone)


@router.get("/ranking", response_model=Ranking, response_model_exclude_unset=True, responses=problems(401, 404))
def get_ranking(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    network: Network,
    of: Of = "grid",
    area: PlainText = "",
    order: Order = "closing_rate",
    from_: From = None,
    to: To = None,
    at: At = None,
) -> Response:
    """Whose record is best? Statistics of older boundaries are carried over to those of `at` by share of ground."""
    if of == "post":
        require_caller(caller)
    when = _read_times(request, from_, to, at)
    with database.transaction(caller.scope) as connection:
        cohort = _cohort(request, connection, when, area, network)
        rows = rank(connection, of, cohort, order)
    facts = {"of": of, "order": order, "area": area, **_span(cohort), "rows": rows}
    return write(Ranking, facts, "rows", request.app.state.settings.timezone)


Times = tuple[datetime | None, datetime | None, datetime]


def _read_times(request: Request, start: str | None, stop: str | None, at: str | None) -> Times:
    zone = request.app.state.settings.timezone
    instant = read_instant("at", at, zone) or datetime.now(zone)
    return *read_span(start, stop, zone), instant


def _cohort(
    request: Request, connection: Connection, when: Times, area: str, network: str, category: str = ""
) -> Cohort:
    settings = request.app.state.settings
    network = network or settings.network
    require_network(connection, network)
    start, stop, at = when
    return Cohort(
        at,
        network,
        area_id_at(connection, area, network=network, at=at, as_recorded=None) if area else 0,
        start,
        stop,
        category_id(connection, category) if category else "",
        settings.zone,
    )


def _span(cohort: Cohort) -> dict[str, str | datetime | None]:
    """The part of an answer that says which tickets it counts."""
    return {"network": cohort.network, "from": cohort.received_from, "to": cohort.received_to, "at": cohort.at}
