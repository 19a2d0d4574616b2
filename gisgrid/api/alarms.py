"""Alarms of devices: each comes with the device's own token, which opens nothing else."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from gisgrid.api.answers import Receipt, problems
from gisgrid.api.reports import told
from gisgrid.api.session import CurrentDatabase, database_of
from gisgrid.api.values import Coordinate, LongText, PlainText, read_instant
from gisgrid.devices import Device, find_device
from gisgrid.errors import Fault, NotSignedIn, Refused
from gisgrid.tickets.alarms import Alarm, receive_alarm


def device_of(request: Request) -> Device:
    """Which device asks? Raises NotSignedIn, the same for every wrong token."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    with database_of(request).transaction() as connection:
        device = find_device(connection, token.strip()) if kind.lower() == "bearer" else None
    if device is None:
        raise NotSignedIn(
            Fault(
                "Authorization", "this is not a device's token, or the device is disabled", "gisgrid device token CODE"
            )
        )
    return device


class DeviceRoute(APIRoute):
    """A route that answers 401 to a caller who is not a device before it reads anything else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler, run once the device is known."""
        handler = super().get_route_handler()

        async def device_first(request: Request) -> Response:
            await run_in_threadpool(device_of, request)
            return await handler(request)

        return device_first


router = APIRouter(prefix="/api/v1/alarms", tags=["reports"], route_class=DeviceRoute)


class AlarmBody(BaseModel):
    """What a device noticed; every field is optional, because the device's location is known."""

    model_config = ConfigDict(extra="forbid")

    kind: PlainText | None = Field(None, description="what, as smoke, water, button")
    value: Coordinate | PlainText | None = Field(None, description="how much, in the device's own unit")
    at: PlainText | None = Field(None, description="when it noticed; default now")
    description: LongText | None = Field(None, description="in words; default its name, code, kind and value")
    camera: PlainText | None = Field(
        None,
        description="code of the camera that saw it, in the area that the device watches; then it is there",
    )
    client_ref: PlainText | None = Field(None, description="the same key with the same body is the same alarm")


class AlarmReceipt(Receipt):
    """The result of an alarm: its ticket, a new one or the one that was open."""

    alarms: int = Field(description="how many alarms the ticket has with this one")


AGAIN = {"description": "A further alarm of an open ticket, or the same alarm again", "model": AlarmReceipt}


@router.post(
    "",
    status_code=201,
    response_model=AlarmReceipt,
    response_model_exclude_unset=True,
    responses={**problems(400, 401, 409, 413, 429), 200: AGAIN},
)
def create_alarm(
    body: AlarmBody,
    device: Annotated[Device, Depends(device_of)],
    database: CurrentDatabase,
    request: Request,
    response: Response,
) -> AlarmReceipt:
    """An alarm becomes a ticket at its device; while that ticket is open and young, a further alarm is an event on it.

    Committed when answered.
    """
    settings = request.app.state.settings
    request.app.state.alarm_limits.check(device.device_id)
    if body.client_ref == "":
        raise Refused(Fault("client_ref", "the key is empty", "leave it out, or give each alarm its own"))
    alarm = Alarm(
        kind=body.kind,
        value=body.value,
        at=read_instant("at", body.at, settings.timezone),
        description=body.description,
        client_ref=body.client_ref or "",
        camera=body.camera,
    )
    with database.transaction() as connection:
        received = receive_alarm(connection, device.device_id, device.code, alarm, settings)
    if not received.is_new:
        response.status_code = 200
    return told(AlarmReceipt, received.facts, settings)
