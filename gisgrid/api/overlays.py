"""Which cameras see this point, what is in no camera's view, which places are nearest and which are overdue?"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlalchemy import Connection

from gisgrid.access import Caller
from gisgrid.api.answers import Answer, CameraSeen, Instant, Share, problems
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import PlainText, QueryNumber, send, tell
from gisgrid.boundaries.areas import area_id_at
from gisgrid.cameras import find_cameras, measure_view
from gisgrid.coordinates import check_point
from gisgrid.errors import Fault, NotAllowed, Refused
from gisgrid.geo import LonLat
from gisgrid.patrol import Extent
from gisgrid.places import divide, find_places

NETWORK = "base"
SEE_CAMERAS = "see_camera"
router = APIRouter(prefix="/api/v1", tags=["overlays"], route_class=SignedInRoute, responses=problems(401))
Limit = Annotated[int, Query(ge=1, le=1000)]


class Cameras(Answer):
    """The cameras that see a point, the nearest first."""

    cameras: list[CameraSeen] = Field(description="the nearest first")


class ViewShare(Answer):
    """A grid, and how much of it is in view."""

    code: str
    share: Share


class ViewAnswer(Answer):
    """How much of an area some camera sees, and of each of its grids; what is near 0 is a blind spot."""

    share: Share
    by: list[ViewShare]


class PlaceNear(Answer):
    """A place to visit."""

    code: str
    name: str
    kind: str = Field(description="what it is, in the words of the file that it came in by: rescue, patrol ...")
    grid: str | None
    lon: float
    lat: float
    distance_m: float | None = Field(description="geodesic, from the point that was asked; null: none was")
    visit_hours: float | None = Field(description="it is overdue so many hours after its last visit; null: never")
    visited_at: Instant | None = Field(
        description="when a patrol last passed within 30 m, of a linear place that position of it which waits longest;"
        " null: never"
    )
    overdue: bool = Field(description="of a linear place: some of it is, within `area` where one was asked")
    starts_at: Instant | None = Field(description="from when it is a place to visit; null: it always was")
    ends_at: Instant | None = Field(description="from when it is not one any more; null: open")
    length_m: float | None = Field(description="of a linear place its geodesic length; null: it is a point")
    chainage_m: float | None = Field(
        description="of a linear place the chainage nearest to the point that was asked, without one where it begins;"
        " of another place its own; null: none is known"
    )


class PlaceStretch(Answer):
    """The part of a linear place that one grid has."""

    grid: str | None
    from_m: float = Field(description="the chainage at which the part begins")
    to_m: float = Field(description="the chainage at which it ends")
    visited_at: Instant | None = Field(
        description="when a patrol last passed that position of it which waits longest; null: it never passed one"
    )
    overdue_m: float = Field(description="how many metres of it are overdue")


class DividedPlace(Answer):
    """A linear place, divided among the grids of now."""

    code: str
    name: str
    length_m: float = Field(description="geodesic")
    stretches: list[PlaceStretch] = Field(description="in the direction of the chainage")


class Places(Answer):
    """Places, the nearest first; without a point by code."""

    places: list[PlaceNear] = Field(description="the nearest first; without a point by code")


def _require_cameras(caller: Caller) -> None:
    if SEE_CAMERAS not in caller.may:
        message = f"the role {caller.role} may not see cameras"
        raise NotAllowed(Fault("Authorization", message, "ask somebody whose role may"))


def _area(connection: Connection, code: str) -> int:
    return area_id_at(connection, code, network=NETWORK, at=None, as_recorded=None, field="area") if code else 0


@router.get("/cameras", response_model=Cameras, responses=problems(403))
def get_cameras(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    lon: QueryNumber,
    lat: QueryNumber,
    system: PlainText,
    limit: Limit = 20,
) -> Response:
    """Which cameras of the caller's areas see this point, the nearest first? Buildings cut the views if loaded."""
    _require_cameras(caller)
    extent: Extent = request.app.state.patrol_extent
    with database.reading(caller.scope) as connection:
        point = check_point(lon, lat, system, extent.find(connection))
        found = find_cameras(connection, point, limit=limit)
    return send(Cameras(cameras=[CameraSeen(**vars(one)) for one in found]), 200)


@router.get("/cameras/view", responses=problems(403, 404))
def get_camera_view(caller: CurrentCaller, database: CurrentDatabase, area: PlainText = "") -> ViewAnswer:
    """How much of an area, and of each of its grids, do cameras see? Those of the caller's areas; without an area all
    of them.
    """
    _require_cameras(caller)
    with database.transaction(caller.scope) as connection:
        view = measure_view(connection, _area(connection, area or caller.area))
    return ViewAnswer(share=view.share, by=[ViewShare(code=code, share=share) for code, share in view.by])


@router.get("/places", responses=problems(404))
def get_places(
    request: Request,
    caller: CurrentCaller,
    database: CurrentDatabase,
    lon: QueryNumber | None = None,
    lat: QueryNumber | None = None,
    system: PlainText = "",
    kind: Annotated[PlainText, Query(description="Only those of this kind, as rescue")] = "",
    area: PlainText = "",
    overdue: Annotated[bool, Query(description="Only those whose visit is overdue")] = False,
    limit: Limit = 10,
) -> Places:
    """Which places to visit are nearest to this point, in the caller's areas? Without a point: by code.

    Those that have not begun yet, or have ended, are left out.
    """
    with database.transaction(caller.scope) as connection:
        point: LonLat | None = None
        if lon is not None or lat is not None:
            if lon is None or lat is None:
                raise Refused(Fault("lon", "a point needs both lon and lat", "give both, or leave both out"))
            point = check_point(lon, lat, system, request.app.state.patrol_extent.find(connection))
        area_id = _area(connection, area) if area else None
        found = find_places(connection, point, kind=kind, area_id=area_id, overdue=overdue, limit=limit)
    return tell(Places, {"places": found}, zone_of(request))


@router.get("/places/{code}/stretches", responses=problems(404))
def get_place_stretches(
    request: Request, caller: CurrentCaller, database: CurrentDatabase, code: PlainText
) -> DividedPlace:
    """Which grid has which metres of this linear place (a bank), by the boundaries of now, and which are overdue?"""
    with database.transaction(caller.scope) as connection:
        found = divide(connection, code)
    return tell(DividedPlace, found, zone_of(request))
