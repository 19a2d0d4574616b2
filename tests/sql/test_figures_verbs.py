"""`gisgrid figures` and `gisgrid ranking` as a user types them: a table, CSV or JSON."""

import csv
import io
import json
from pathlib import Path

import pytest

from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, Database
from tests.drawing import draw, publish_leaves
from tests.sql.test_figures import take


@pytest.fixture(scope="module", autouse=True)
def division(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AABB"), parents={"A": "all", "B": "all"})
        take(connection, 0.5, "2024-03-01T00:00:00Z", 3, closed_at="2024-03-01T10:00:00Z")
        take(connection, 0.5, "2024-03-01T00:00:00Z")


@pytest.fixture(autouse=True)
def settings(owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))


def test_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["figures", "--by", "area", "--level", "grid", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [(row["key"], row["received"]) for row in answer["rows"]] == [("A", 4), ("B", 0)]
    assert run(["figures", "--by", "month", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["key"] for row in rows] == ["2024-03", "(rest)", "(total)"]
    assert rows[0]["closing_rate"] == "0.75"
    assert run(["figures", "--by", "month", "--csv", "--for", "excel"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("\ufeff") and '"=""2024-03""",' in said
    assert run(["figures", "--level", "grid"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["key", "name", "received"]
    assert "75.0%" in lines[1]
    assert run(["figures", "--by", "colour"]) == 2


def test_ranking(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ranking", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [(row["key"], row["rank"], row["closing_rate"]) for row in rows] == [("A", 1, 0.75), ("B", None, None)]
    assert run(["ranking", "--of", "community", "--order", "received", "--csv"]) == 0
    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["key"], row["received"], row["carried"]) == ("all", "4.0", "0.0")
    assert run(["ranking", "--area", "Z"]) == 1
    assert "no area" in capsys.readouterr().err
