"""The project that is kept in the database, as QGIS reads it for an editor."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.boundaries.qgis.layers import read_layers
from gisgrid.boundaries.qgis.storage import write_file
from gisgrid.database import EVERYTHING
from tests.qgis.desk import CODES, URI, Clerk, TownHall

EDITABLE = {"gisgrid_changeset", "gisgrid_draft_base", "gisgrid_draft_special", "gisgrid_problem_area"}
DRAFTS = ["gisgrid_draft_base", "gisgrid_draft_special"]


@pytest.fixture
def layers(hua: Clerk) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = hua.open(uri=URI)["layers"]
    return found


def test_every_layer_is_valid_and_none_names_a_host_or_a_person(layers: dict[str, dict[str, Any]]) -> None:
    assert set(layers) == {layer.id for layer in read_layers()}
    for name, layer in layers.items():
        assert layer["valid"], name
        assert layer["crs"] in ("EPSG:4326", ""), name
        source = layer["source"]
        assert "service='gisgrid'" in source and not {"host=", "user=", "password="} & set(source.split("'")[0].split())
        assert "password" not in source and "host=" not in source


def test_only_drafts_can_be_edited_and_identities_never(layers: dict[str, dict[str, Any]]) -> None:
    assert {name for name, layer in layers.items() if not layer["read_only"]} == EDITABLE
    locked = {
        "draft_area_id", "changeset_id", "base_version_id", "origin_code", "is_changed", "parent_code", "revision",
    }  # fmt: skip
    for name in DRAFTS:
        assert locked <= set(layers[name]["locked"])
        assert not {"code", "name", "kind"} & set(layers[name]["locked"])
        assert layers[name]["widgets"]["kind"] == "ValueMap", "QGIS 3.40 merges lists of a table wrongly"
        assert layers[name]["aliases"]["code"] == "编码 code"
    assert layers["gisgrid_changeset"]["widgets"]["status"] == "ValueMap"
    assert {"published_at", "opened_by", "network"} <= set(layers["gisgrid_changeset"]["locked"])


def test_every_column_is_named_in_chinese_and_english(layers: dict[str, dict[str, Any]]) -> None:
    for name, layer in layers.items():
        if layer["hidden"]:
            continue
        assert layer["aliases"]
        for column, alias in layer["aliases"].items():
            assert any(letter > "\u2e80" for letter in alias) and any(letter.isascii() for letter in alias), (
                name,
                column,
            )


def test_drawing_keeps_neighbours_together(hua: Clerk, layers: dict[str, dict[str, Any]]) -> None:
    assert hua.settings() == {
        "crs": "EPSG:4326",
        "topological": True,
        "avoided": ["gisgrid_draft_base", "gisgrid_neighbour"],
        "snapping": True,
        "snapped": [*DRAFTS, "gisgrid_neighbour"],
        "transaction_groups": False,
        "defaults_by_provider": False,
        "selected": [255, 221, 0, 90],
    }
    for name in ("gisgrid_problem", "gisgrid_problem_area", "gisgrid_preview"):
        assert layers[name]["follows"] == DRAFTS


def test_lists_hold_what_can_be_chosen_and_stay_out_of_sight(hua: Clerk, layers: dict[str, dict[str, Any]]) -> None:
    assert {row["kind"] for row in hua.rows(layer="area_kind")} == {"base", "special"}
    for name, layer in layers.items():
        assert layer["hidden"] == (name in {"gisgrid_area_kind", "gisgrid_category", "gisgrid_upper_area"})


def test_an_editor_cannot_overwrite_it(hua: Clerk) -> None:
    assert not hua.overwrite()


@pytest.mark.parametrize("ending", ["qgs", "qgz"])
def test_the_file_is_the_same_project(hall: TownHall, hua: Clerk, tmp_path: Path, ending: str) -> None:
    path = hall.folder / f"boundaries.{ending}"
    write_file(hall.project(), path)
    opened = hua.open(uri=str(path))
    assert opened["read"] and all(layer["valid"] for layer in opened["layers"].values())


@pytest.mark.parametrize(
    ("typed", "valid_from"),
    [("", ""), ("2031-12-01", "2031-12-01T00:00:00"), ("2031年12月1日 8点30分", "2031-12-01T08:30:00")],
)
def test_the_form_opens_a_change_set(hua: Clerk, typed: str, valid_from: str) -> None:
    """Untouched, its date is not chosen; a typed one is the district's time."""
    before = {row["changeset_id"] for row in hua.rows(layer="changeset")}
    assert hua.fill(layer="changeset", texts={"title": "表单", **({"starts_on": typed} if typed else {})})
    assert hua.save(layer="changeset")["saved"]
    row = next(row for row in hua.rows(layer="changeset") if row["changeset_id"] not in before)
    assert (row["title"], row["status"], row["policy"], row["ground"]) == ("表单", "open", "move", "keep")
    assert row["is_dated"] == bool(typed) and row["valid_from"].startswith(valid_from)
    assert hua.sets(row["changeset_id"], "discarded")["saved"]


def test_nonsense_for_a_date_is_refused_in_both_languages(hua: Clerk) -> None:
    assert hua.fill(layer="changeset", texts={"title": "表单", "starts_on": "morgen"})
    outcome = hua.save(layer="changeset")
    hua.drop(layer="changeset")
    said = "\n".join(outcome["errors"])
    assert not outcome["saved"] and "“morgen”不是日期" in said and "'morgen' cannot be read as a date" in said


def test_the_ground_and_the_neighbours_lie_below_the_draft(hua: Clerk, hall: TownHall) -> None:
    with hall.owner.transaction(EVERYTHING) as connection:
        for kind, shape in (
            ("street", "LINESTRING(113.85 27.65, 113.86 27.64)"),
            ("water", "POLYGON((0 0, 1 0, 1 1, 0 0))"),
        ):
            connection.execute(
                text("INSERT INTO overlay.ground (kind, geom) VALUES (:k, ST_GeomFromText(:w, 4326))"),
                {"k": kind, "w": shape},
            )
    assert [row["kind"] for row in hua.rows(layer="ground_line")] == ["street"]
    assert [row["kind"] for row in hua.rows(layer="ground_area")] == ["water"]
    number = hua.opens(title="邻居")
    beside = {row["code"] for row in hua.rows(layer="neighbour")}
    assert beside == {CODES["C"], CODES["D"]}, "what lies beside the change set's area, and nothing of it"
    assert hua.sets(number, "discarded")["saved"]


def test_of_two_open_change_sets_the_clerk_chooses(hua: Clerk) -> None:
    older, newer = hua.opens(title="甲"), hua.opens(title="乙")
    assert {row["changeset_id"] for row in hua.rows(layer="draft_base")} == {newer}, "the latest, until one is chosen"
    hua.act(layer="changeset", key=older)
    hua.change(layer="draft_base", key=hua.key(CODES["A"]), column="name", value="甲的")
    assert hua.saves()["saved"]
    for layer in ("draft_base", "problem", "preview"):
        assert {row["changeset_id"] for row in hua.rows(layer=layer)} <= {older}
    hua.drop(layer="draft_base")
    hua.change(layer="draft_base", key=hua.key(CODES["A"]), column="name", value="又改")
    hua.act(layer="changeset", key=newer)
    assert {row["changeset_id"] for row in hua.rows(layer="draft_base")} == {older}, "not while something is unsaved"
    assert hua.saves()["saved"]
    assert hua.edit(layer="draft_base")
    hua.act(layer="changeset", key=newer)
    assert {row["changeset_id"] for row in hua.rows(layer="draft_base")} == {newer}, "edited, but nothing to lose"
    assert hua.change(layer="draft_base", key=hua.key(CODES["A"]), column="name", value="乙的")
    hua.drop(layer="draft_base")
    for number in (older, newer):
        assert hua.sets(number, "discarded")["saved"]
