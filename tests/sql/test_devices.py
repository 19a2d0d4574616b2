"""Devices move grid with the boundary, and the preview says so before."""

from sqlalchemy import Connection, text

from tests.drawing import draw, publish_leaves, spot

PARENTS = {"A": "north", "B": "north"}


def test_a_device_follows_its_ground(db: Connection) -> None:
    publish_leaves(db, draw("AAB"), parents=PARENTS)
    for code, column in (("D-1", 0.5), ("D-2", 1.5)):
        lon, lat = spot(column, 0.5)
        db.execute(
            text(
                "INSERT INTO overlay.device (code, name, kind, category, area_id, path, geom)"
                " SELECT :code, '烟感(虚构)', 'smoke', 'hazard', l.area_id, l.path, p.geom"
                " FROM (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geom) AS p, app.locate(p.geom) AS l"
            ),
            {"code": code, "lon": lon, "lat": lat},
        )
    changeset = db.execute(
        text("INSERT INTO draft.changeset (valid_from, ground) VALUES ('2025-01-01', 'any') RETURNING changeset_id")
    ).scalar_one()
    for code, shape in draw("ABB").items():
        db.execute(
            text(
                "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                " WHERE changeset_id = :id AND code = :code"
            ),
            {"wkt": shape.wkt, "id": changeset, "code": code},
        )
    db.execute(text("SELECT app.preview_changeset(:id)"), {"id": changeset})
    said = db.execute(
        text("SELECT what, id, from_code, to_code FROM draft.preview WHERE changeset_id = :id"), {"id": changeset}
    )
    assert [tuple(row) for row in said] == [("device", "D-2", "A", "B")]
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})
    strays = "SELECT kind, code FROM app.stray('base') WHERE kind = 'device'"
    assert db.execute(text(strays)).all() == [("device", "A")]
    db.execute(text("SELECT app.follow_changeset(:id)"), {"id": changeset})
    held = db.execute(
        text(
            "SELECT d.code, a.code, d.path = v.path FROM overlay.device AS d JOIN core.area AS a USING (area_id)"
            " JOIN app.area_at(now()) AS v ON v.area_id = d.area_id ORDER BY d.code"
        )
    )
    assert [tuple(row) for row in held] == [("D-1", "A", True), ("D-2", "B", True)]
    assert db.execute(text(strays)).all() == []
