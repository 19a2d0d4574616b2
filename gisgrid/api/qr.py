"""QR codes to be printed, and the areas that a printed code means today."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import Field

from gisgrid.api.answers import Answer, Share, problems
from gisgrid.api.session import CurrentDatabase
from gisgrid.api.values import PlainText
from gisgrid.qr import draw_svg, find_placard
from gisgrid.tickets.naming import list_areas
from gisgrid.ways import home_of

router = APIRouter(prefix="/api/v1/qr", tags=["qr"])
SVG = "image/svg+xml"
Code = Annotated[PlainText, Path(description="of an area, or post- and the number of a post; also a retired one")]


class LiveArea(Answer):
    """A live area that a code means."""

    code: str
    name: str
    level: str = Field(description="district, town, community or grid")
    kind: str = Field(description="base or special")
    share: Share = Field(description="of the ground of the code's own area; 1 where it is that one")


class Leads(Answer):
    """The name of a printed code, and the live areas that it means: its own, or the successors of a retired one."""

    code: str
    name: str
    url: str = Field(description="the address that the QR code holds")
    areas: list[LiveArea] = Field(description="most ground first; several: let the person choose")


@router.get(
    "/{code}.svg",
    response_class=Response,
    responses={
        200: {"description": "SVG with the code and its name below", "content": {SVG: {"schema": {"type": "string"}}}},
        **problems(404),
    },
)
def get_qr(request: Request, database: CurrentDatabase, code: Code) -> Response:
    """The QR code of a grid, an area above or a post, to be printed; a report by it has the area filled in."""
    with database.transaction() as connection:
        network = request.app.state.settings.network
        placard = find_placard(connection, code, network=network, public_url=home_of(request.scope))
    return Response(draw_svg(placard), media_type=SVG)


@router.get("/{code}", responses=problems(404))
def get_placard(request: Request, database: CurrentDatabase, code: Code) -> Leads:
    """Which areas does a printed code mean today? After a redraw, the successors of its area."""
    network = request.app.state.settings.network
    with database.transaction() as connection:
        placard = find_placard(connection, code, network=network, public_url=home_of(request.scope))
        areas = list_areas(connection, code, network)
    live = [LiveArea(code=a.code, name=a.name, level=a.level, kind=a.kind, share=a.share) for a in areas]
    return Leads(code=placard.code, name=placard.name, url=placard.url, areas=live)
