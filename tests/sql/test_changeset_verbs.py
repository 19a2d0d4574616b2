"""`gisgrid changeset` and `gisgrid export` as a user types them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, OWNER, Database
from tests.drawing import draw, publish_leaves, spot


@pytest.fixture
def owner(new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    url = new_database()
    monkeypatch.setenv("GISGRID_DATABASE_URL", url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    database = Database(url, role=OWNER)
    with database.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AABB"))
        lon, lat = spot(1.5, 0.5)
        connection.execute(
            text(
                "SELECT app.receive_report(jsonb_build_object('network', 'base', 'zone', 'UTC', 'category', 'hazard',"
                " 'lon_wgs84', :lon, 'lat_wgs84', :lat, 'lon', :lon, 'lat', :lat, 'system', 'wgs84',"
                " 'description', ''))"
            ),
            {"lon": lon, "lat": lat},
        )
    yield database
    database.close()


class Terminal:
    """Types verbs; what they answer."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def type(self, *words: str, code: int = 0) -> str:
        assert run(list(words)) == code
        said = self.capsys.readouterr()
        self.talk = said.err
        return said.out

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.type(*words, "--json", code=code))


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def redraw(owner: Database, number: int, picture: str) -> None:
    with owner.transaction(EVERYTHING) as connection:
        for code, shape in draw(picture).items():
            connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                    " WHERE changeset_id = :id AND code = :code"
                ),
                {"wkt": shape.wkt, "id": number, "code": code},
            )


def test_from_open_to_undo(owner: Database, terminal: Terminal) -> None:
    opened = terminal.json("changeset", "open", "--title", "调整", "--ground", "gain")
    number = str(opened["changeset_id"])
    assert (opened["state"], opened["title"], opened["ground"]) == ("open", "调整", "gain")
    redraw(owner, int(number), "ABBB")
    assert terminal.type("changeset", "check", number) == "nothing is wrong with it\n"
    [move] = terminal.json("changeset", "preview", number)
    assert (move["what"], move["from_code"], move["to_code"], move["arrow"]["type"]) == (
        "ticket",
        "A",
        "B",
        "LineString",
    )
    table = terminal.type("changeset", "preview", number).splitlines()
    assert table[0].split() == ["what", "id", "from", "to"]
    assert table[1].split() == ["ticket", move["id"], "A", "B"]
    assert terminal.talk.endswith("1 ticket\n")
    said = terminal.type("changeset", "publish", number)
    assert said == (
        f"change set {number} is live: 2 grids new or changed, 0 ended, 0 areas above follow, 1 open tickets moved\n"
    )
    undone = terminal.json("changeset", "undo", number)
    assert (undone["undoes"], undone["summary"]["tickets_moved"]) == (int(number), 1)
    listed = terminal.json("changeset", "list", "--status", "published")
    assert [row["changeset_id"] for row in listed][:2] == [undone["changeset_id"], int(number)]
    assert listed[0]["published_at"].endswith("+08:00"), "in the district's zone"
    assert "调整" in terminal.type("changeset", "list")


def test_conflicts_are_solved(owner: Database, terminal: Terminal) -> None:
    mine, theirs = (str(terminal.json("changeset", "open")["changeset_id"]) for _ in range(2))
    redraw(owner, int(mine), "ABBB")
    redraw(owner, int(theirs), "AAAB")
    terminal.type("changeset", "publish", theirs)
    assert "gisgrid changeset resolve" in terminal.type("changeset", "check", mine, code=1)
    assert terminal.type("changeset", "resolve", mine, "--take", "yours", code=1) == ""
    assert "take mine, theirs or both" in terminal.talk
    said = terminal.json("changeset", "resolve", mine, "--take", "mine", "--code", "A", code=1)
    assert said == {"solved": 1, "errors": 1}, "the other grid"
    assert terminal.type("changeset", "resolve", mine, "--take", "mine") == "1 conflict solved, 0 errors left\n"
    assert "is live" in terminal.type("changeset", "publish", mine)


def test_one_of_several_areas_is_opened(terminal: Terminal, owner: Database) -> None:
    said = terminal.type("changeset", "open", "--area", "A", "--with", "B")
    assert said.endswith("is open on A, B\n")
    opened = terminal.json("changeset", "list")[0]
    assert (opened["area_code"], opened["together_with"]) == ("A", ["B"])
    assert "no first one" in (terminal.type("changeset", "open", "--with", "B", code=1) + terminal.talk)


def test_what_is_wrong_is_shown_and_refused(owner: Database, terminal: Terminal) -> None:
    number = str(terminal.json("changeset", "open")["changeset_id"])
    redraw(owner, int(number), "AABB\nA...")
    [problem] = [p for p in terminal.json("changeset", "check", number, code=1) if p["severity"] == "error"]
    assert (problem["code"], problem["kind"]) == ("A", "ground_gained")
    assert problem["remedy"] and problem["lon"] > 113 and problem["lat"] > 27
    table = terminal.type("changeset", "check", number, code=1)
    assert "将划入 A" in table and "would come to A" in table and f"{problem['lon']:.6f}, {problem['lat']:.6f}" in table
    for verb in ("preview", "publish"):
        assert terminal.type("changeset", verb, number, code=1) == ""
        assert "would come to A" in terminal.talk and "->" in terminal.talk
        assert "将划入 A" in terminal.talk
    assert terminal.json("changeset", "discard", number)["status"] == "discarded"
    assert terminal.type("changeset", "publish", number, code=1) == ""
    assert "is discarded already" in terminal.talk


def test_a_date_to_come(owner: Database, terminal: Terminal) -> None:
    number = str(terminal.json("changeset", "open", "--valid-from", "2090-01-01", "--policy", "stay")["changeset_id"])
    said = terminal.type("changeset", "publish", number)
    assert said == f"change set {number} waits for 2090-01-01T00:00:00+08:00\n"
    assert "2091-01-01" in terminal.type("changeset", "publish", number, "--at", "2091-01-01")
    assert terminal.json("changeset", "list")[0]["state"] == "waiting"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["open", "--area", "Z"], "no area has the code 'Z'"),
        (["open", "--network", "party"], "there is no network 'party'"),
        (["open", "--policy", "fly"], "one of move, stay"),
        (["open", "--ground", "fly"], "one of keep, gain, any"),
        (["publish", "99"], "there is no change set 99"),
        (["check", "99"], "there is no change set 99"),
        (["undo", "99"], "there is no change set 99"),
    ],
)
def test_what_cannot_be_is_said(owner: Database, terminal: Terminal, words: list[str], why: str) -> None:
    assert terminal.type("changeset", *words, code=1) == ""
    assert why in terminal.talk


def test_export(owner: Database, terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "out.geojson"
    said = terminal.type("export", str(path), "--crs", "gcj02", "--lineage")
    assert said == f"{path}: 2 areas of base, 0 entries of lineage\n"
    assert "500 m off" in terminal.talk
    done = terminal.json("export", str(tmp_path / "out.gpkg"), "--level", "grid")
    assert (done["areas"], done["files"]) == (2, [str(tmp_path / "out.gpkg")])
    assert terminal.type("export", str(path), "--at", "2020-01-01", code=1) == ""
    assert "has no areas at that date" in terminal.talk


def test_an_import_without_a_date_comes_after_what_was_published_today(
    owner: Database, terminal: Terminal, tmp_path: Path
) -> None:
    """Dated from midnight it would bring the morning's shapes back over the afternoon's."""
    number = str(terminal.json("changeset", "open")["changeset_id"])
    redraw(owner, int(number), "ABBB")
    terminal.type("changeset", "publish", number)
    out = tmp_path / "out.geojson"
    terminal.type("export", str(out))
    again = terminal.type("import", str(out), "--level", "grid")
    assert again == "base: 2 areas, all as they were\n"
    out.write_text(out.read_text(encoding="utf-8").replace("网格A", "新名"), encoding="utf-8")
    assert "1 grids new or changed" in terminal.type("import", str(out), "--level", "grid")
    lon, lat = spot(1.5, 0.5)
    assert terminal.json("locate", str(lon), str(lat))["grid"]["code"] == "B"
