"""How much of an area lies within some minutes of a place, and which grids do not?"""

import json
from typing import Annotated

import shapely
from fastapi import APIRouter, Query
from pydantic import Field

from gisgrid.api.answers import Answer, Share, problems
from gisgrid.api.overlays import NETWORK
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute
from gisgrid.api.values import PlainText
from gisgrid.boundaries.areas import area_id_at
from gisgrid.layers import Json
from gisgrid.reach import LONGEST_MIN, measure_reach

router = APIRouter(prefix="/api/v1/places", tags=["overlays"], route_class=SignedInRoute, responses=problems(401))


class ReachShare(Answer):
    """A grid, and how much of it is within reach."""

    code: str
    share: Share


class ReachAnswer(Answer):
    """How much of an area is within reach, and of each of its grids."""

    polygons: int = Field(description="how many polygons answer; 0: none is loaded for what was asked")
    share: Share
    by: list[ReachShare]
    without: list[str] = Field(description="the codes of the grids of which nothing is within reach")
    outline: Json | None = Field(
        description="the ground within reach, a GeoJSON geometry; null: none, or not asked for"
    )


@router.get("/reach", responses=problems(404))
def get_reach(
    caller: CurrentCaller,
    database: CurrentDatabase,
    area: PlainText = "",
    kind: Annotated[PlainText, Query(description="Only of places of this kind, as rescue")] = "",
    minutes: Annotated[
        float | None, Query(gt=0, le=LONGEST_MIN, description="Only polygons of at most so many minutes")
    ] = None,
    outline: Annotated[bool, Query(description="The ground itself too")] = False,
) -> ReachAnswer:
    """Which share of an area, and of each of its grids of today, lies within reach of places, by the polygons that were
    loaded for them? Of places of the caller's areas; without an area: the caller's own.
    """
    with database.transaction(caller.scope) as connection:
        code = area or caller.area
        found = area_id_at(connection, code, network=NETWORK, at=None, as_recorded=None, field="area") if code else 0
        reach = measure_reach(connection, found, kind=kind, minutes=minutes)
    return ReachAnswer(
        polygons=reach.polygons,
        share=reach.share,
        by=[ReachShare(code=code, share=share) for code, share in reach.by],
        without=[code for code, share in reach.by if share == 0],
        outline=json.loads(shapely.to_geojson(reach.outline)) if outline and reach.outline is not None else None,
    )
