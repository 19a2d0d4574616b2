"""Which devices stand inside a drawn polygon; their list is handed to other programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from gisgrid.api.answers import Answer, Instant, problems
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute, zone_of
from gisgrid.api.values import Coordinate, PlainText, tell
from gisgrid.coordinates import check_point
from gisgrid.devices import MOST_CORNERS, hand_over, note_selection, read_ring, select_devices
from gisgrid.errors import Fault, NotAllowed
from gisgrid.loading import district_extent

NETWORK = "base"
SEE = "see_device"
router = APIRouter(prefix="/api/v1/devices", tags=["overlays"], route_class=SignedInRoute, responses=problems(401, 403))
Corner = Annotated[list[Coordinate], Field(min_length=2, max_length=2)]


class SelectionBody(BaseModel):
    """What was drawn, and what becomes of the devices inside."""

    model_config = ConfigDict(extra="forbid")

    polygon: Annotated[list[Corner], Field(min_length=3, max_length=MOST_CORNERS + 1)] = Field(
        description="its corners in order, each [lon, lat] (easting, northing); the first need not come again"
    )
    system: PlainText
    kind: PlainText = Field("", description="only devices of this kind, as loudspeaker; empty: of any")
    hand_over: bool = Field(False, description="send the list to the targets of topic device.selected")
    words: PlainText = Field("", description="what the other programs are to do, in words; empty: nothing is said")


class DeviceSelected(Answer):
    """A device inside the polygon."""

    code: str
    name: str
    kind: str = Field(description="what it is, in the words of the file that it came in by")
    grid: str | None
    lon: float
    lat: float
    last_seen_at: Instant | None = Field(description="when it last raised an alarm; null: never")
    off: bool = Field(description="is its token refused?")


class HandedOverTo(Answer):
    """A list that went to other programs."""

    notice_id: UUID = Field(description="the id under which every target gets it")
    targets: int = Field(description="how many targets it goes to; 0: nobody wants devices of all this ground")


class Selection(Answer):
    """The devices inside the polygon, and what became of their list."""

    devices: list[DeviceSelected] = Field(description="by code")
    handed_over: HandedOverTo | None = Field(description="null: it was not asked for, or there are none")


@router.post("/selections")
def create_selection(
    body: SelectionBody, request: Request, caller: CurrentCaller, database: CurrentDatabase
) -> Selection:
    """Which devices of the caller's areas stand inside this polygon? With `hand_over` their list is sent to the targets
    of topic `device.selected` whose area holds all of them. At most 1,000.
    """
    if SEE not in caller.may:
        message = f"the role {caller.role} may not see devices"
        raise NotAllowed(Fault("Authorization", message, "ask somebody whose role may"))
    with database.transaction(caller.scope) as connection:
        extent = district_extent(connection, NETWORK)
        points = [check_point(lon, lat, body.system, extent) for lon, lat in body.polygon]
        if len(points) > 3 and points[0] == points[-1]:
            points.pop()
        drawn = read_ring([(point.lon, point.lat) for point in points])
        found = select_devices(connection, drawn, kind=body.kind)
        handed = hand_over(connection, drawn, found, body.words) if body.hand_over else None
        note_selection(connection, body.kind, found, handed)
    devices = [{name: value for name, value in vars(one).items() if name != "device_id"} for one in found]
    return tell(Selection, {"devices": devices, "handed_over": handed and vars(handed)}, zone_of(request))
