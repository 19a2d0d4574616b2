"""Tickets of any filter as a file: sent in pieces, no connection held while the client reads."""

import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from gisgrid.api.answers import GeoJson, TicketFeatures, problems
from gisgrid.api.session import CurrentDatabase
from gisgrid.api.worklists import Asked, Question
from gisgrid.cells import Program
from gisgrid.database import Database
from gisgrid.terms import Lang
from gisgrid.tickets.columns import choose_columns, read_pages
from gisgrid.tickets.exporting import WRITERS, Sheet

router = APIRouter(prefix="/api/v1", tags=["tickets"])
CSV, GEOJSON = "text/csv", GeoJson.media_type
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GZIP_LEVEL = 4
Language = Annotated[Lang, Query(description="Of the header, the names of categories and steps")]
For = Annotated[
    Program,
    Query(
        alias="for",
        description='excel: codes as ="007", times of the district\'s zone without offset, as Excel reads them',
    ),
]
FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


def _described(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: FILE}}, **problems(401, 404)}


@router.get("/tickets.csv", response_class=StreamingResponse, responses=_described(CSV))
def get_csv(
    request: Request, database: CurrentDatabase, asked: Asked, lang: Language = "zh", for_: For = "programs"
) -> StreamingResponse:
    """Tickets as a table for spreadsheets: UTF-8 with its mark; text that looks like a formula is made harmless."""
    return _send(request, database, asked, lang, "csv", CSV, for_)


@router.get("/tickets.xlsx", response_class=StreamingResponse, responses=_described(XLSX))
def get_xlsx(request: Request, database: CurrentDatabase, asked: Asked, lang: Language = "zh") -> StreamingResponse:
    """Tickets as a workbook."""
    return _send(request, database, asked, lang, "xlsx", XLSX)


@router.get("/tickets.geojson", response_model=TicketFeatures, response_class=GeoJson, responses=problems(401, 404))
def get_geojson(request: Request, database: CurrentDatabase, asked: Asked, lang: Language = "zh") -> StreamingResponse:
    """Tickets as one FeatureCollection at their public locations."""
    return _send(request, database, asked, lang, "geojson", GEOJSON)


def _send(
    request: Request,
    database: Database,
    asked: Question,
    lang: Lang,
    ending: str,
    media_type: str,
    program: Program = "programs",
) -> StreamingResponse:
    """The first page is read before anything is sent, so that a wrong request gets a problem and not half a file."""
    settings = request.app.state.settings
    with database.transaction() as connection:
        wanted = asked.read(request, connection)
    columns = choose_columns(private=asked.caller.signed_in)
    pages = read_pages(database, wanted, columns, lang)
    pages = chain([next(pages)], pages)
    body = WRITERS[ending](pages, Sheet(columns, lang, settings.timezone, program))
    name = f"tickets-{wanted.network}-{wanted.now.astimezone(settings.timezone):%Y%m%d-%H%M%S}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "Vary": "Accept-Encoding, Authorization, Cookie",
    }
    if ending != "xlsx" and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = _compress(body)
    return StreamingResponse(body, media_type=media_type, headers=headers)


def _compress(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Compresses in the thread that makes the pieces, not on the loop that serves all requests."""
    packer = zlib.compressobj(GZIP_LEVEL, wbits=zlib.MAX_WBITS | 16)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()
