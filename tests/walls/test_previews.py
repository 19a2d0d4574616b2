"""A preview shows what its reader's own redraw would move, and nothing else."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING
from tests.desk import NORTH, A, B, C, D, Desk
from tests.drawing import draw, spot, write_geojson


def test_a_preview_shows_nothing_of_another_town_that_is_on_the_wrong_grid(desk: Desk, tmp_path: Path) -> None:
    """A camera of the south's, recorded on the wrong one of its grids, within the box of what the north draws."""
    shapes = dict(zip((A, B, C, D), map(draw("AABB\nACBB\nCCDD").get, "ABCD"), strict=True))
    file = write_geojson(tmp_path / "bay.geojson", shapes)
    import_boundaries(desk.owner, ImportOrder(file, datetime(2024, 1, 1, tzinfo=UTC), level="grid"))
    lon, lat = spot(1.5, 1.5)
    with desk.owner.transaction(EVERYTHING) as connection:
        connection.execute(
            text(
                "INSERT INTO overlay.camera (code, name, area_id, path, geom)"
                " SELECT 'stray', 'camera', v.area_id, v.path, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"
                " FROM app.area_at(now()) AS v WHERE v.code = :code"
            ),
            {"lon": lon, "lat": lat, "code": D},
        )
    changeset = desk.open(desk.north, NORTH)
    later = draw("ABBB\nACBB\nCCDD")
    with desk.sit(desk.north) as connection:
        for code, shape in ((A, later["A"]), (B, later["B"])):
            connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                    " WHERE changeset_id = :id AND code = :code"
                ),
                {"wkt": shape.wkt, "id": changeset, "code": code},
            )
    assert desk.problems(desk.north, changeset) == []
    sql = "SELECT what, id FROM draft.preview WHERE changeset_id = :id AND what = 'camera'"
    assert desk.rows(desk.north, sql, id=changeset) == []
    desk.publish(desk.north, changeset)
