"""A redraw of everything costs as many comparisons as there are neighbours, never the square of the leaves."""

from datetime import UTC, datetime
from pathlib import Path

import shapely
from sqlalchemy import text

from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import Database
from tests.drawing import write_geojson

SIDE = 24
CALLS_A_LEAF = 200  # of one function of PostGIS: 113 at most, for 144 leaves as for 576; all with all would be 576
COUNTED = ("geometry_overlaps", "st_relate", "st_isvalid", "st_intersection", "st_difference", "st_dwithin")


def cells(folder: Path, name: str, shift: float) -> Path:
    """Columns and rows in one outline; `shift` moves every line within it by a part of a cell."""

    def line(number: int) -> float:
        return (number + shift * (0 < number < SIDE)) / 500

    return write_geojson(
        folder / f"{name}.geojson",
        {
            f"{row * SIDE + column:06d}": shapely.box(
                113 + line(column), 27 + line(row), 113 + line(column + 1), 27 + line(row + 1)
            )
            for row in range(SIDE)
            for column in range(SIDE)
        },
    )


def test_a_redraw_of_every_leaf_compares_neighbours_alone(owner: Database, owner_url: str, tmp_path: Path) -> None:
    def draw(name: str, shift: float, year: int, is_draft: bool = False) -> int:
        valid_from = datetime(year, 1, 1, tzinfo=UTC)
        path = cells(tmp_path, name, shift)
        order = ImportOrder(path, valid_from, "grid", network="wide", scheme="free", draft=is_draft)
        return import_boundaries(owner, order).changeset_id

    draw("first", 0, 2024)
    draw("waits", 0.2, 2190)
    change_set = draw("second", 0.4, 2025, is_draft=True)
    superuser = Database(owner_url, role="")
    with superuser.transaction(timeout_s=600) as connection:
        connection.execute(text("SET LOCAL track_functions = 'all'"))
        connection.execute(text("SELECT app.publish_changeset(:id)"), {"id": change_set})
        connection.execute(text("SELECT app.relocate_changeset(:id)"), {"id": change_set})
        calls = connection.execute(
            text("SELECT funcname, calls FROM pg_stat_xact_user_functions WHERE funcname = ANY(:names)"),
            {"names": list(COUNTED)},
        )
        counts = {row.funcname: row.calls for row in calls}
    superuser.close()
    assert counts["st_relate"] > SIDE * SIDE, "neighbours are compared"
    assert max(counts.values()) < CALLS_A_LEAF * SIDE * SIDE, counts
