"""`gisgrid qgis` as a user types it, and what the project asks of the database."""

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from gisgrid.boundaries.qgis.layers import ProjectLayer, read_layers
from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, Database
from tests.drawing import draw, publish_leaves


@pytest.fixture(scope="module", autouse=True)
def division(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AB"))


@pytest.fixture(autouse=True)
def settings(owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))


def kept(owner: Database) -> dict[str, bytes]:
    with owner.transaction() as connection:
        rows = connection.execute(text("SELECT name, content FROM draft.qgis_projects"))
        return {row.name: bytes(row.content) for row in rows}


def test_a_file_and_the_databases_own(owner: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "boundaries.qgz"
    for _ in range(2):  # the second time takes the place of the first
        assert run(["qgis", "--out", str(path), "--json"]) == 0
    said = capsys.readouterr()
    answer = json.loads(said.out.splitlines()[-1])
    assert answer["file"] == str(path)
    assert answer["project"].startswith("postgresql://?service=gisgrid&dbname=")
    assert "[gisgrid]" in said.err and "password" not in said.err
    stored = zipfile.ZipFile(BytesIO(kept(owner)["gisgrid"]))
    assert stored.read("gisgrid.qgs") == zipfile.ZipFile(path).read("boundaries.qgs")


def test_a_file_alone(owner: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = kept(owner)
    assert run(["qgis", "--out", str(tmp_path / "a.qgs"), "--no-store"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'a.qgs'}\n"
    assert kept(owner) == before


def test_an_unknown_network_and_a_wrong_ending_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["qgis", "--out", str(tmp_path / "a.qgz"), "--network", "nobody"]) == 1
    assert "there is no network nobody" in capsys.readouterr().err
    assert run(["qgis", "--out", str(tmp_path / "a.pdf")]) == 1
    assert ".qgz" in capsys.readouterr().err
    assert not list(tmp_path.glob("a.*"))


@pytest.mark.parametrize("layer", read_layers(), ids=lambda layer: layer.id)
def test_an_editor_may_ask_what_a_layer_asks(db: Connection, layer: ProjectLayer) -> None:
    """Every table, key, column and filter of the project is there, for a login under gisgrid_editor."""
    columns = ", ".join([layer.key, *(column.name for column in layer.fields), *(layer.geometry or ())[:1]])
    db.execute(text("SET LOCAL ROLE gisgrid_editor"))
    db.exec_driver_sql(f"SELECT {columns} FROM {layer.table} AS t WHERE {layer.filter or 'true'} LIMIT 1")


@pytest.mark.parametrize(
    ("column", "rule"),
    [("status", "open_published_or_discarded"), ("policy", "move_or_stay"), ("ground", "keep_gain_or_any")],
)
def test_a_form_offers_what_the_database_allows(db: Connection, column: str, rule: str) -> None:
    fields = next(layer.fields for layer in read_layers() if layer.id == "gisgrid_changeset")
    offered = [value for field in fields if field.name == column for _, value in field.values]
    sql = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"
    allowed = db.execute(text(sql), {"name": f"{column}_is_{rule}"}).scalar_one()
    kept = [value for value in offered if value != "undone"]  # publishes another change set, and is kept nowhere
    assert re.findall(r"'(\w+)'", allowed) == kept
