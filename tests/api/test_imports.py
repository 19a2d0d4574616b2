"""A boundary file into an open change set over HTTP: drawn and checked, not live; whose it is not may not."""

from pathlib import Path
from typing import Any

import shapely

from tests.api.conftest import GRIDS
from tests.api.test_changesets import NEW, Town, town
from tests.drawing import write_geojson

__all__ = ["town"]
A, B, C = GRIDS["A"], GRIDS["B"], GRIDS["C"]


def send(town: Town, changeset: int, path: Path, who: str = "north_editor", **more: Any) -> Any:
    door = f"/api/v1/changesets/{changeset}/import"
    return town.client(who).post(door, params={"name": path.name, **more}, content=path.read_bytes())


def named(shapes: dict[str, Any]) -> dict[str, Any]:
    return {GRIDS[letter]: shape for letter, shape in shapes.items() if letter in "AB"}


def test_a_file_is_drawn_and_checked_and_not_live(town: Town, tmp_path: Path) -> None:
    changeset, before = town.open(), town.grid_at(1.5, 0.5)
    answer = send(town, changeset, write_geojson(tmp_path / "new.geojson", named(NEW)))
    assert answer.status_code == 200, answer.text
    drawn = answer.json()
    assert (drawn["status"], drawn["changed"], drawn["errors"]) == ("open", 2, 0)
    assert (drawn["moved"], drawn["file_faults"]) == ([], [])
    assert town.grid_at(1.5, 0.5) == before
    assert town.act(changeset, "publish").status_code == 200
    assert town.grid_at(1.5, 0.5) == B
    assert town.act(changeset, "undo").status_code == 201


def test_lines_are_made_the_same_and_it_is_told(town: Town, tmp_path: Path) -> None:
    apart = NEW | {"A": shapely.transform(NEW["A"], lambda places: places - [3e-6, 0])}
    path = write_geojson(tmp_path / "apart.geojson", named(apart))
    drawn = send(town, changeset := town.open(), path, snap_m=1).json()
    assert {row["code"] for row in drawn["moved"]} == {B}, "the gap goes to it"
    assert 0.1 < max(row["width_m"] for row in drawn["moved"]) < 0.7
    assert any("were made the same" in note for note in drawn["notes"])
    assert any("的已合为一条" in note for note in drawn["notes_zh"])
    assert town.act(changeset, "discard").status_code == 200


def test_what_overlaps_stays_in_the_draft_with_its_place(town: Town, tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "both.geojson", named({"A": shapely.union(NEW["A"], NEW["B"]), "B": NEW["B"]}))
    drawn = send(town, changeset := town.open(), path).json()
    assert {(f["kind"], f["code"], f["other_code"]) for f in drawn["file_faults"]} == {("overlap", A, B)}
    assert drawn["file_faults"][0]["lon"] is not None
    assert ("overlap", A, B) in [(p["kind"], p["code"], p["other_code"]) for p in drawn["problems"]]
    assert town.act(changeset, "publish").status_code == 422
    assert town.act(changeset, "discard").status_code == 200


def test_whose_it_is_not_may_not(town: Town, tmp_path: Path) -> None:
    path, changeset = write_geojson(tmp_path / "new.geojson", named(NEW)), town.open()
    assert send(town, changeset, path, who="").status_code == 401
    assert send(town, changeset, path, who="south_editor").status_code == 404
    other = send(town, changeset, write_geojson(tmp_path / "c.geojson", {C: NEW["C"]})).json()
    assert {p["code"] for p in other["problems"] if p["severity"] == "error"} >= {C}
    assert town.act(changeset, "publish").status_code == 422
    assert town.act(changeset, "discard").status_code == 200
    assert send(town, changeset, path).status_code == 409


def test_what_cannot_be_read_changes_nothing(town: Town, tmp_path: Path) -> None:
    changeset = town.open()
    for name, content, status in [
        ("grids.exe", b"MZ", 422),
        ("grids.geojson", b"{", 400),
        ("grids.gpkg", b"", 400),
        ("../../grids.geojson", b"[]", 400),
    ]:
        door = f"/api/v1/changesets/{changeset}/import"
        answer = town.client("north_editor").post(door, params={"name": name}, content=content)
        assert answer.status_code == status, (name, answer.text)
        assert answer.json()["errors"][0]["remedy"]
    checked = town.act(changeset, "check").json()
    assert (checked["changed"], checked["errors"]) == (0, 0)
    assert town.act(changeset, "discard").status_code == 200
