"""Every old code resolves: who holds its ground now, and which figures come with it."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gisgrid.boundaries.areas import area_id, get_area, list_lineage
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.boundaries.successors import CarriedFigures, carry_figures, find_successors
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import NotFound
from tests.drawing import draw, publish_leaves, spot

FIXTURES = Path(__file__).parents[1] / "fixtures" / "boundaries"
LONG_AGO, NOW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


def year(number: int) -> str:
    return f"{number}-01-01T00:00:00+08:00"


def heirs(db: Connection, code: str, at: str | None = None, network: str = "base") -> tuple[dict[str, float], float]:
    """Shares by code, and the lost one."""
    instant = datetime.fromisoformat(at) if at else None
    found, lost = find_successors(db, area_id(db, code, network=network), instant)
    assert sum(heir.share for heir in found) + lost == pytest.approx(1, abs=1e-9)
    return {heir.code: round(heir.share, 9) for heir in found}, round(lost, 9)


def test_ground_is_followed_over_several_redraws(db: Connection) -> None:
    """A gives half to E; E, half of it B's, is cut into F (that was A's) and G (that was B's)."""
    publish_leaves(db, draw("AABB\nCCCC"), valid_from=year(2021))
    publish_leaves(db, draw("AEEB\nCCCC"), valid_from=year(2022))
    publish_leaves(db, draw("AFGB\nCCCC"), valid_from=year(2023))
    publish_leaves(db, draw("DFGB\nCC.C"), valid_from=year(2024))
    assert heirs(db, "A") == ({"D": 1}, 0), "what it had given to E before was not its any more"
    assert heirs(db, "A", year(2022)) == ({"A": 1}, 0), "a live area is its own"
    assert heirs(db, "E") == ({"F": 0.5, "G": 0.5}, 0)
    assert heirs(db, "E", year(2022)) == ({"E": 1}, 0)
    assert heirs(db, "C") == ({"C": 1}, 0)


def test_lost_ground_is_said(db: Connection) -> None:
    publish_leaves(db, draw("AABB"), valid_from=year(2021))
    publish_leaves(db, draw("CBBB"), valid_from=year(2022))
    publish_leaves(db, draw("C.BB"), valid_from=year(2023))
    assert heirs(db, "A") == ({"C": 0.5}, 0.5)
    publish_leaves(db, draw("..BB"), valid_from=year(2024))
    assert heirs(db, "A") == ({}, 1)


def test_what_was_taken_back_was_never_there(db: Connection) -> None:
    publish_leaves(db, draw("AABB"), valid_from=year(2021))
    number = publish_leaves(db, draw("EEEB"), valid_from=year(2022))["changeset_id"]
    assert heirs(db, "A") == ({"E": 1}, 0)
    opened = db.execute(text("SELECT app.undo_changeset(:id)"), {"id": number}).scalar_one()
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": opened})
    assert heirs(db, "A") == ({"A": 1}, 0)
    shares, lost = heirs(db, "E")
    assert shares == pytest.approx({"A": 2 / 3, "B": 1 / 3}), "and its code still resolves"
    assert lost == 0


def test_a_special_grid_leaves_its_ground_to_the_base_grids_below(db: Connection) -> None:
    base = draw("AABB")
    publish_leaves(db, {**base, "M": draw(".MM.")["M"]}, special="M", valid_from=year(2021))
    assert heirs(db, "M") == ({"M": 1}, 0)
    publish_leaves(db, {**base, "S": draw(".S..")["S"]}, special="S", valid_from=year(2022))
    assert heirs(db, "M") == ({"S": 0.5, "B": 0.5}, 0)
    publish_leaves(db, base, valid_from=year(2023))
    assert heirs(db, "M") == ({"A": 0.5, "B": 0.5}, 0)


def test_a_community_that_ended_resolves_to_communities(db: Connection) -> None:
    parents = {"A": "north", "B": "north", "C": "south"}
    publish_leaves(db, draw("AAB\nCCC"), parents=parents, valid_from=year(2021))
    publish_leaves(db, draw("AAB\nCCC"), parents={**parents, "A": "south", "B": "south"}, valid_from=year(2022))
    assert heirs(db, "north") == ({"south": 1}, 0)


def test_lineage_and_404_name_the_successors(db: Connection) -> None:
    publish_leaves(db, draw("AABB"), valid_from=year(2021))
    publish_leaves(db, draw("CCCD"), valid_from=year(2022))
    with pytest.raises(NotFound, match=r"its ground went to C \(50%\), D \(50%\)"):
        get_area(db, "B", network="base")
    lineage = list_lineage(db, "B", network="base")
    assert [(heir.code, heir.share) for heir in lineage.successors] == [("C", 0.5), ("D", 0.5)]
    assert lineage.lost_share == 0
    assert [entry.code for entry in lineage.to] == ["C", "D"]
    with pytest.raises(NotFound, match="search for its name"):
        get_area(db, "Z", network="base")


def take(db: Connection, column: float, at: str, count: int, closed_at: str | None = None) -> None:
    lon, lat = spot(column, 0.5)
    report: dict[str, Any] = {
        "network": "base", "zone": "UTC", "category": "hazard", "lon_wgs84": lon, "lat_wgs84": lat, "lon": lon,
        "lat": lat, "system": "wgs84", "description": "", "at": at,
    }  # fmt: skip
    if closed_at:
        report |= {"closed_at": closed_at, "step": "rate"}
    db.execute(
        text(
            "SELECT app.receive_report(jsonb_strip_nulls(CAST(:report AS jsonb))) FROM generate_series(1, :count)"
        ).bindparams(count=count),
        {"report": json.dumps(report)},
    )


def figures(db: Connection, code: str, since: datetime = LONG_AGO) -> CarriedFigures:
    return carry_figures(db, area_id(db, code, network="base"), since, NOW)


def test_figures_of_old_codes_are_carried_over_by_share(db: Connection) -> None:
    publish_leaves(db, draw("AABB"), valid_from=year(2021), parents={"A": "all", "B": "all"})
    take(db, 0.5, "2021-06-01T00:00:00Z", 10, closed_at="2021-06-02T00:00:00Z")
    take(db, 3.5, "2021-06-01T00:00:00Z", 4, closed_at="2021-06-02T00:00:00Z")
    publish_leaves(db, draw("ACCB"), valid_from=year(2022), parents={"A": "all", "B": "all", "C": "all"})
    take(db, 1.5, "2022-06-01T00:00:00Z", 2, closed_at="2022-06-02T00:00:00Z")
    assert (figures(db, "A").received, figures(db, "A").closed) == (5, 5)
    assert figures(db, "B").received == 2
    assert asdict(figures(db, "C")) == {
        "received": 9,
        "closed": 9,
        "by_code": [
            {"code": "A", "share": 0.5, "received": 10, "closed": 10, "own": False},
            {"code": "B", "share": 0.5, "received": 4, "closed": 4, "own": False},
            {"code": "C", "share": 1, "received": 2, "closed": 2, "own": True},
        ],
    }
    assert figures(db, "C", datetime(2022, 1, 1, tzinfo=UTC)).received == 2
    total = sum(figures(db, code).received for code in "ABC")
    assert total == figures(db, "all").received == 16, "nothing is counted twice, nothing left out"


def test_lines_that_all_but_coincide_do_not_lose_ground(owner: Database) -> None:
    """Their difference, laid over each other as they are, is a whole grid: GEOS takes a wrong way there."""

    def order(name: str, ground: str) -> ImportOrder:
        path = FIXTURES / f"lines_that_all_but_coincide_{name}.geojson"
        valid_from = datetime(2024 + (name == "after"), 1, 1, tzinfo=UTC)
        return ImportOrder(path, valid_from, level="grid", network="hair", scheme="free", ground=ground)

    import_boundaries(owner, order("before", "any"))
    done = import_boundaries(owner, order("after", "keep"))
    with owner.transaction(EVERYTHING) as connection:
        shares = connection.execute(
            text(
                "SELECT a.code, sum(l.from_share) FROM core.lineage AS l JOIN core.area AS a"
                " ON a.area_id = l.from_area_id WHERE l.changeset_id = :id GROUP BY 1"
            ),
            {"id": done.changeset_id},
        ).all()
        assert {row.code: pytest.approx(row.sum, abs=1e-9) for row in shares} == {"g013012": 1, "g014012": 1}
        assert heirs(connection, "g014012", network="hair") == ({"g014012": 1}, 0)
