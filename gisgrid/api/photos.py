"""Photos of tickets in and out, for staff. The photo is the body itself: one file, no form around it to be parsed."""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field
from starlette.requests import ClientDisconnect

from gisgrid.api.answers import Answer, Answers, LonLat, Photo, problems
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute
from gisgrid.api.values import PlainText, tell
from gisgrid.disks import require_room_for_photos
from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.settings import Settings
from gisgrid.tickets.photos import PhotoOrder, add_photo, find_photo, list_photos, read_photo, seen_ticket
from gisgrid.trail import note_reading

router = APIRouter(prefix="/api/v1", tags=["photos"], route_class=SignedInRoute)
DOORS = re.compile(r"/api/v1/(tickets|reports)/[^/]+/photos")
"""Routes whose bodies may be as large as photos."""
AS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The bytes of a JPEG, PNG or WebP; its type is found by content",
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}
JPEG: Answers = {
    200: {"description": "The photo", "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "It is the one that you have"},
}
PhotoId = Annotated[int, Path(ge=1, le=2**62)]
Size = Annotated[Literal["large", "small"], Query(description="small: at most 400 pixels a side")]


class GpsHint(LonLat):
    """The camera's location; a hint to the sender of the photo, kept nowhere."""

    system: Literal["wgs84"]
    distance_m: float | None = Field(description="from the ticket's point, geodesic")


class PhotoReceipt(Photo):
    """A photo that was added."""

    gps_hint: GpsHint | None = Field(description="null: the camera did not say where it was")


class Photos(Answer):
    """Photos, the oldest first."""

    photos: list[Photo]


TAKEN: Answers = {
    **problems(400, 401, 403, 404, 409, 413, 503),
    200: {"description": "The same photo again: the one there is", "model": PhotoReceipt},
}


async def read_body(request: Request) -> bytes:
    """The photo that was sent. Raises NoSpace before it is read where photos have no room."""
    require_room_for_photos(request.app.state.disks)
    return await sent_bytes(request, "--data-binary @photo.jpg -H 'Content-Type: image/jpeg'")


async def sent_bytes(request: Request, example: str) -> bytes:
    """A file that is the body itself. Raises Refused for a form, Unreadable where the client went away."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        raise Refused(
            Fault("Content-Type", "a form is not taken here", f"send the file's bytes as the body: {example}")
        )
    try:
        return await request.body()
    except ClientDisconnect as error:
        raise Unreadable(Fault("body", "it broke off", "send it again")) from error


SentPhoto = Annotated[bytes, Depends(read_body)]


@router.post(
    "/tickets/{number}/photos",
    status_code=201,
    response_model=PhotoReceipt,
    responses=TAKEN,
    openapi_extra=AS_BODY,
)
def create_photo(
    request: Request,
    response: Response,
    number: PlainText,
    caller: CurrentCaller,
    database: CurrentDatabase,
    photo: SentPhoto,
) -> PhotoReceipt:
    """Add a photo to a ticket whose words you see. It is encoded again; the answer holds the camera's location."""
    settings: Settings = request.app.state.settings
    order = PhotoOrder(number, "work", settings.photos_per_ticket, caller.name, caller.scope)
    facts, is_new = add_photo(database, settings.photos, order, photo)
    if not is_new:
        response.status_code = 200
    return tell(PhotoReceipt, facts, settings.timezone)


@router.get("/tickets/{number}/photos", response_model=Photos, responses=problems(401, 403, 404))
def get_photos(request: Request, number: PlainText, caller: CurrentCaller, database: CurrentDatabase) -> Photos:
    """The photos of a ticket whose words you see."""
    with database.transaction(caller.scope) as connection:
        found = list_photos(connection, seen_ticket(connection, number))
    return tell(Photos, {"photos": found}, request.app.state.settings.timezone)


@router.get(
    "/tickets/{number}/photos/{photo_id}",
    response_class=Response,
    responses={**problems(401, 403, 404), **JPEG},
)
def get_photo(
    request: Request,
    number: PlainText,
    photo_id: PhotoId,
    caller: CurrentCaller,
    database: CurrentDatabase,
    size: Size = "large",
) -> Response:
    """One photo, as JPEG."""
    with database.transaction(caller.scope) as connection:
        name, sha256 = find_photo(connection, number, photo_id)
        if not _has(request, sha256, size):
            note_reading(connection, "photo", [f"{number}/{photo_id}"])
    return jpeg(request, name, sha256, size)


def _tag(sha256: str, size: str) -> str:
    return f'"{sha256[:32]}-{size}"'


def _has(request: Request, sha256: str, size: str) -> bool:
    """Has the caller this picture already?"""
    return _tag(sha256, size) in request.headers.get("if-none-match", "")


def jpeg(request: Request, name: str, sha256: str, size: str) -> Response:
    """The photo as an answer: never run as a page; cached by the caller alone, who asks again each time."""
    headers = {
        "ETag": _tag(sha256, size),
        "Cache-Control": "private, no-cache",
        "Vary": "Cookie, Authorization, X-Report-Secret",
    }
    if _has(request, sha256, size):
        return Response(status_code=304, headers=headers)
    content = read_photo(request.app.state.settings.photos, name, size)
    headers["Content-Disposition"] = f'inline; filename="{name[:8]}.jpg"'
    return Response(content, media_type="image/jpeg", headers=headers)
