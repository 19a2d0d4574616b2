"""Drawing the areas of a file in an open change set."""

from collections.abc import Callable, Sequence
from pathlib import Path

import shapely
from sqlalchemy import Connection, text

from gisgrid.boundaries.changesets import get_changeset
from gisgrid.boundaries.drawn import DrawnArea, first_of
from gisgrid.boundaries.files import FileAreas, FileOrder, read_areas
from gisgrid.boundaries.networks import network_scheme
from gisgrid.boundaries.reviewing import review
from gisgrid.codes import LEVELS, Scheme
from gisgrid.database import asking

ROWS = 2000
"""So many areas are drawn by one statement."""
KINDS = ("base", "special")


def import_into(
    connection: Connection, changeset_id: int, order: FileOrder, *, schemes: Path | None = None
) -> tuple[FileAreas, list[str]]:
    """Draw the areas of a file in an open change set and check it. Returns what the file holds, and notes.

    Raises Unreadable, Refused, NotFound, Conflict.
    """
    network = get_changeset(connection, changeset_id).network
    scheme = network_scheme(connection, network, schemes=schemes)
    found = read_areas(order, scheme)
    notes = found.notes + draw_file(connection, changeset_id, found, scheme, snap_m=order.snap_m)
    review(connection, changeset_id)
    return found, notes


def draw_file(
    connection: Connection,
    changeset_id: int,
    found: FileAreas,
    scheme: Scheme,
    *,
    snap_m: float | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Draw the areas of a file in an open change set: they replace its rows of the same codes. Returns notes.

    With `snap_m` their lines settle on live neighbours' lines that differ by less. Raises Refused, NotFound, Conflict.
    """
    drawn = [area for area in found.sound if area.level in LEVELS and area.kind in KINDS]
    with asking(connection):
        _draw(connection, changeset_id, drawn, scheme, say)
        missing = _missing_above(connection, changeset_id, drawn, scheme)
        above = [DrawnArea(0, code, "", scheme.level(code) or "", "base", None) for code in missing]
        _draw(connection, changeset_id, above, scheme, say)
        settled = 0
        if snap_m is not None:
            settled = connection.execute(
                text("SELECT app.snap_changeset(:id, :snap_m)"), {"id": changeset_id, "snap_m": snap_m}
            ).scalar_one()
    notes = first_of(
        [f"{code} was not there yet: made as the union of its grids, named by its code" for code in missing]
    )
    if settled:
        notes.append(f"{settled} grids took over lines of live neighbours that differed by less than {snap_m:g} m")
    if len(drawn) < len(found.areas):
        notes.append(f"{len(found.areas) - len(drawn)} areas of the file could not be drawn: see its faults")
    return notes


def _draw(
    connection: Connection, changeset_id: int, areas: Sequence[DrawnArea], scheme: Scheme, say: Callable[[str], None]
) -> None:
    statement = text(
        "SELECT app.draw_areas(:id, CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:levels AS text[]),"
        " CAST(:kinds AS text[]), CAST(:parents AS text[]), CAST(:shapes AS bytea[]))"
    )
    for start in range(0, len(areas), ROWS):
        some = areas[start : start + ROWS]
        connection.execute(
            statement,
            {
                "id": changeset_id,
                "codes": [area.code or None for area in some],
                "names": [area.name or None for area in some],
                "levels": [area.level for area in some],
                "kinds": [area.kind for area in some],
                "parents": [scheme.parent(area.code) if area.code else None for area in some],
                "shapes": [None if area.geom is None else shapely.to_wkb(area.geom) for area in some],
            },
        )
        if len(areas) > ROWS:
            say(f"  {start + len(some)} of {len(areas)} areas drawn")


def _missing_above(connection: Connection, changeset_id: int, areas: Sequence[DrawnArea], scheme: Scheme) -> list[str]:
    """Areas above the drawn ones that are neither live nor drawn. None for a change set with an area of its own."""
    above: set[str] = set()
    for area in areas:
        code = scheme.parent(area.code)
        while code and code not in above:
            above.add(code)
            code = scheme.parent(code)
    found = connection.execute(
        text(
            "SELECT v.code FROM draft.changeset AS c, app.area_at(c.valid_from) AS v WHERE c.changeset_id = :id"
            " AND v.network = c.network AND v.code = ANY(:codes)"
            " UNION ALL SELECT code FROM unnest(CAST(:codes AS text[])) AS code, draft.changeset AS c"
            " WHERE c.changeset_id = :id AND c.path <> '{0}'"
        ),
        {"id": changeset_id, "codes": sorted(above)},
    ).scalars()
    return sorted(above - {area.code for area in areas} - set(found))
