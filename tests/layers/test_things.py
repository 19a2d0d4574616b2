"""What every layer of things promises: it follows redraws, is previewed, audited, loaded, shown in QGIS."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gisgrid.boundaries.qgis.layers import read_layers
from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, Database
from gisgrid.layers import Layer, Load, thing_layers
from gisgrid.things import save_things
from tests.drawing import draw, publish_leaves, spot
from tests.layers.conftest import become, example_things

PARENTS = {"A": "north", "B": "north"}
STAYS, MOVES = spot(0.5, 0.5), spot(1.5, 0.5)
TAKEN = {"ticket", "post", "special"}
"""What else a preview names as moving."""


@pytest.fixture(params=list(thing_layers()))
def layer(request: pytest.FixtureRequest) -> Layer:
    """Each layer of things in turn."""
    return thing_layers()[request.param]


@pytest.fixture
def load(layer: Layer) -> Load:
    """How its files are loaded."""
    assert layer.load is not None
    return layer.load


def test_tables_that_inherit_thing_are_the_layers_of_things(db: Connection) -> None:
    found = db.execute(
        text(
            "SELECT 'overlay.' || relname FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid"
            " WHERE inhparent = 'overlay.thing'::regclass ORDER BY 1"
        )
    )
    assert list(found.scalars()) == [layer.table for layer in thing_layers().values()]
    assert not TAKEN & set(thing_layers())


def test_the_owner_alone_reads_through_the_parent(db: Connection) -> None:
    granted = db.execute(
        text(
            "SELECT r.rolname FROM pg_roles AS r, unnest(ARRAY['overlay.thing', 'app.thing']) AS t"
            " WHERE r.rolname LIKE 'gisgrid%' AND r.rolname <> 'gisgrid_owner' AND NOT r.rolsuper"
            " AND has_table_privilege(r.oid, t, 'SELECT, INSERT, UPDATE, DELETE, REFERENCES, TRIGGER')"
        )
    )
    assert list(granted.scalars()) == []


def test_its_rows_are_scoped_and_what_is_asked_has_an_index(layer: Layer, db: Connection) -> None:
    facts = db.execute(
        text(
            "SELECT c.relrowsecurity, (SELECT string_agg(pg_get_expr(p.polqual, p.polrelid), ' ') FROM pg_policy AS p"
            " WHERE p.polrelid = c.oid) AS policy, (SELECT array_agg(pg_get_indexdef(i.indexrelid)) FROM pg_index AS i"
            " WHERE i.indrelid = c.oid) AS indexes, col_description(c.oid, 0) IS NULL AS plain"
            " FROM pg_class AS c WHERE c.oid = CAST(:table AS regclass)"
        ),
        {"table": layer.table},
    ).one()
    areas = "scope" if layer.id == "place" else "path"  # a line is of several grids
    assert facts.relrowsecurity and facts.policy == f"({areas} && app.service_scope())"
    for method in ("gist (geom)", "btree (area_id)", "gin (path)"):
        assert [index for index in facts.indexes if method in index], f"{layer.table} has no index {method}"
    assert [index for index in facts.indexes if index.startswith("CREATE UNIQUE") and "(code)" in index]


def test_what_a_publish_asks_goes_through_its_indexes(layer: Layer, db: Connection) -> None:
    db.execute(text("SET LOCAL enable_seqscan = off"))  # where no index can be used it scans in spite of this
    plan = list(db.execute(text("EXPLAIN (COSTS OFF) SELECT * FROM app.relocatable_point(1)")).scalars())
    read = [line for line in plan if re.search(rf" on {layer.id}\b", line)]
    assert len(read) == 2, "by its area and by its point"
    assert not [line for line in read if "Seq Scan" in line]


def test_it_follows_a_redraw_and_the_preview_says_so_before(layer: Layer, load: Load, db: Connection) -> None:
    publish_leaves(db, draw("AAB"), parents=PARENTS)
    save_things(db, layer, example_things(load, [STAYS, MOVES]))
    moving = f"{load.example['code']}-1"
    changeset = _redraw(db, "ABB")
    db.execute(text("SELECT app.preview_changeset(:id)"), {"id": changeset})
    said = db.execute(
        text("SELECT what, id, from_code, to_code FROM draft.preview WHERE changeset_id = :id"), {"id": changeset}
    )
    assert [tuple(row) for row in said] == [(layer.id, moving, "A", "B")]
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": changeset})
    strays = "SELECT kind, code, message FROM app.stray('base') WHERE kind <> 'staff'"
    [stray] = db.execute(text(strays)).all()
    assert stray == (layer.id, "A", f"{layer.id} {moving} is assigned to A, and lies in B")
    db.execute(text("SELECT app.relocate_changeset(:id)"), {"id": changeset})
    assert _holders(db, layer) == [("A", True), ("B", True)]
    assert db.execute(text(strays)).all() == []


def _redraw(db: Connection, drawing: str) -> int:
    changeset: int = db.execute(
        text("INSERT INTO draft.changeset (valid_from, ground) VALUES ('2025-01-01', 'any') RETURNING changeset_id")
    ).scalar_one()
    for code, shape in draw(drawing).items():
        db.execute(
            text(
                "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                " WHERE changeset_id = :id AND code = :code"
            ),
            {"wkt": shape.wkt, "id": changeset, "code": code},
        )
    return changeset


def _holders(db: Connection, layer: Layer) -> list[tuple[Any, ...]]:
    rows = db.execute(
        text(
            f"SELECT a.code, t.path = v.path FROM {layer.table} AS t JOIN core.area AS a USING (area_id)"
            " JOIN app.area_at(now()) AS v ON v.area_id = t.area_id ORDER BY t.code"
        )
    )
    return [tuple(row) for row in rows]


def test_a_change_is_noted_under_its_name(layer: Layer, load: Load, db: Connection) -> None:
    publish_leaves(db, draw("AAB"), parents=PARENTS)
    db.execute(text("DELETE FROM core.change"))
    save_things(db, layer, example_things(load, [STAYS]))
    assert list(db.execute(text("SELECT layer FROM core.change")).scalars()) == [layer.id]


def test_a_file_of_it_is_loaded(
    layer: Layer,
    load: Load,
    owner: Database,
    owner_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with owner.transaction(EVERYTHING) as connection:
        if connection.execute(text("SELECT NOT EXISTS (SELECT FROM core.area)")).scalar():
            publish_leaves(connection, draw("AAB"), parents=PARENTS)
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    path = tmp_path / "things.csv"
    cells = {**load.example, "lon": STAYS[0], "lat": STAYS[1], "system": "wgs84"}
    path.write_text(f"{','.join(cells)}\n{','.join(map(str, cells.values()))}\n", encoding="utf-8")
    counts = []
    for _ in range(2):
        assert run(["load", load.verb, str(path), "--json"]) == 0
        counts.append(json.loads(capsys.readouterr().out))
    assert [(done["loaded"], done["changed"], done["skipped"]) for done in counts] == [(1, 0, 0), (0, 0, 1)]
    with owner.transaction(EVERYTHING) as connection:
        assert _holders(connection, layer) == [("A", True)]


def test_what_qgis_shows_of_it_is_there(layer: Layer, db: Connection) -> None:
    shown = [one for one in read_layers() if one.table == layer.view]
    assert len(shown) == len(layer.facts.get("qgis", {}).get("layer", []))
    for one in shown:
        assert one.geometry is not None and one.style is not None and one.style.is_file()
        columns = [one.key, one.geometry[0], *(field.name for field in one.fields)]
        with db.begin_nested() as back:
            become(db, "gisgrid_editor")
            db.execute(text(f"SELECT {', '.join(columns)} FROM {one.table} LIMIT 0"))
            back.rollback()


def test_the_preview_in_qgis_names_it(layer: Layer) -> None:
    [preview] = [one for one in read_layers() if one.id == "gisgrid_preview"]
    [what] = [field for field in preview.fields if field.name == "what"]
    named = layer.facts["thing"]
    assert (f"{named['zh']} {named['en']}", layer.id) in what.values
