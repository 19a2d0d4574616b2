"""A boundary file into an open change set over HTTP. The file is the body itself."""

import re
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from gisgrid.api.answers import Answer, problems
from gisgrid.api.changesets import ChangesetId, CheckedChangeset, Editor, editing_caller
from gisgrid.api.photos import sent_bytes
from gisgrid.api.session import CurrentDatabase, SignedInRoute
from gisgrid.api.values import PlainText, tell
from gisgrid.boundaries.changesets import get_changeset
from gisgrid.boundaries.cleaning import Fields
from gisgrid.boundaries.drafting import import_into
from gisgrid.boundaries.files import FileOrder, won_and_lost
from gisgrid.boundaries.publishing import PUBLISH_TIMEOUT_S
from gisgrid.boundaries.reviewing import list_problems
from gisgrid.chinese import in_chinese
from gisgrid.errors import Fault, Refused

DOORS = re.compile(r"/api/v1/changesets/[^/]+/import")
"""The route whose body may be as large as a boundary file."""
ENDINGS = (".geojson", ".json", ".gpkg", ".zip", ".kml", ".kmz", ".fgb")
FOUND_SHOWN = 500
AS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The bytes of a boundary file: GeoJSON, GeoPackage, KML, FlatGeobuf, or a zipped Shapefile",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
router = APIRouter(
    prefix="/api/v1/changesets",
    tags=["changesets"],
    route_class=SignedInRoute,
    dependencies=[Depends(editing_caller)],
    responses=problems(401, 403),
)


class FileFault(Answer):
    """What is wrong with the file: its row, a sentence with the next step, a point of its place in WGS 84."""

    kind: str
    severity: str
    code: str | None
    other_code: str | None
    message: str
    remedy: str
    message_zh: str = Field(description="the same in Chinese")
    remedy_zh: str
    lon: float | None
    lat: float | None
    where: str


class MovedLine(Answer):
    """What a grid won and lost when lines of neighbours were made the same."""

    code: str
    won_m2: float
    lost_m2: float
    width_m: float = Field(description="the widest strip")


class DrawnChangeset(CheckedChangeset):
    """The change set with the file's areas drawn, its problems, and what was found and done in the file."""

    notes: list[str]
    notes_zh: list[str] = Field(description="the same in Chinese")
    file_faults: list[FileFault] = Field(description=f"the first {FOUND_SHOWN}")
    tolerance_m: float = Field(description="lines that differ by less were made the same")
    moved: list[MovedLine]


async def read_body(request: Request) -> bytes:
    """The file that was sent."""
    return await sent_bytes(request, "--data-binary @grids.gpkg -H 'Content-Type: application/octet-stream'")


@router.post("/{changeset_id}/import", responses=problems(400, 404, 409, 413), openapi_extra=AS_BODY)
def import_file(
    request: Request,
    caller: Editor,
    database: CurrentDatabase,
    changeset_id: ChangesetId,
    file: Annotated[bytes, Depends(read_body)],
    name: Annotated[PlainText, Query(description="of the file; its ending says the format", min_length=1)],
    code_field: Annotated[PlainText, Query(description="column with the codes")] = "",
    name_field: Annotated[PlainText, Query(description="column with the names")] = "",
    kind_field: Annotated[PlainText, Query(description="column that says base or special")] = "",
    layer: Annotated[PlainText, Query(description="of a file with several")] = "",
    crs: Annotated[PlainText, Query(description="coordinate system, where the file does not say it")] = "",
    encoding: Annotated[PlainText, Query(description="of the text, as gbk")] = "",
    dissolve: Annotated[bool, Query(description="rows of one code are parts of one grid")] = False,
    snap_m: Annotated[
        float | None, Query(ge=0, le=20, description="neighbours' lines that differ by less become one line")
    ] = None,
) -> DrawnChangeset:
    """Draw the grids of a boundary file in an open change set: they replace its grids of the same codes.

    Nothing goes live. What is wrong with the file's lines stays in the draft, to be finished in QGIS, with problems.
    """
    settings = request.app.state.settings
    with tempfile.TemporaryDirectory() as folder:
        order = FileOrder(
            _kept(file, name, Path(folder)),
            "grid",
            Fields(code_field, name_field, "", kind_field),
            crs,
            encoding,
            dissolve,
            snap_m,
            layer,
        )
        with database.transaction(caller.scope, timeout_s=PUBLISH_TIMEOUT_S) as connection:
            found, notes = import_into(connection, changeset_id, order, schemes=settings.data_dir / "schemes")
            facts = vars(get_changeset(connection, changeset_id))
            facts |= {"problems": list_problems(connection, changeset_id)}
    facts |= {
        "notes": notes,
        "notes_zh": [in_chinese(note) or note for note in notes],
        "file_faults": [fault.facts() for fault in found.findings[:FOUND_SHOWN]],
        "tolerance_m": found.tolerance_m,
        "moved": [
            {"code": code, "won_m2": won, "lost_m2": lost, "width_m": wide}
            for code, won, lost, wide in won_and_lost(found.transfers)
        ],
    }
    return tell(DrawnChangeset, facts, settings.timezone)


def _kept(file: bytes, name: str, folder: Path) -> Path:
    """The file under a name of ours with its ending, so that no name leads anywhere."""
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        message = f"the format {ending or name!r} cannot be taken here"
        raise Refused(Fault("name", message, f"one of {', '.join(ENDINGS)}; zip a Shapefile"))
    path = folder / f"file{ending}"
    path.write_bytes(file)
    return path
