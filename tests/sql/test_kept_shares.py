"""Shares of ground are kept at publish: of all shapes that ever stood, as geometry says; undo and corrections too."""

import itertools
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

import gisgrid
from gisgrid.boundaries.areas import area_id
from gisgrid.boundaries.successors import carry_figures
from gisgrid.counters import check_counters
from gisgrid.database import EVERYTHING, Database
from gisgrid.statistics import Cohort, rank
from tests.drawing import draw, publish_leaves
from tests.sql.test_kept_counters import report

TABLES = ("version_shape", "shared_ground")
PICTURES = ("AABBC.\nAABBC.", "ABBBCC\nAABBC.", "AAABCC\nDDDBCC", "AEEBC.\nADDBCC", "AA.BCC\nAAABC.")
SINCE = datetime.fromisoformat("2020-01-01T00:00:00+08:00")
_WRONG = """
WITH shape AS (
    SELECT v.* FROM core.area_version AS v JOIN core.version_shape AS s ON s.shape_id = v.area_version_id
    GROUP BY v.area_version_id
),
counted AS (
    SELECT a.area_version_id AS shape_id, b.area_version_id AS other_id,
        ST_Area(ST_CollectionExtract(ST_Intersection(a.geom, b.geom, app.lattice_deg()), 3)) / ST_Area(a.geom) AS share
    FROM shape AS a JOIN shape AS b ON a.network = b.network AND a.area_version_id <> b.area_version_id
        AND ST_Relate(a.geom, b.geom, '2********')
)
SELECT a.code, b.code, k.share AS kept, c.share AS counted
FROM counted AS c FULL JOIN core.shared_ground AS k USING (shape_id, other_id)
JOIN core.area_version AS a ON a.area_version_id = shape_id JOIN core.area_version AS b ON b.area_version_id = other_id
WHERE abs(coalesce(k.share, 0) - coalesce(c.share, 0)) > 1e-9
"""
_SHAPELESS = """
SELECT count(*) FROM core.area_version AS v
LEFT JOIN core.version_shape AS s ON s.area_version_id = v.area_version_id
LEFT JOIN core.area_version AS f ON f.area_version_id = s.shape_id
WHERE v.level = 'grid' AND (f.area_id = v.area_id AND f.geom = v.geom) IS NOT TRUE
"""


def assert_shares_are_right(db: Connection) -> None:
    assert db.execute(text(_WRONG)).all() == []
    assert db.execute(text("SELECT * FROM app.wrong_ground()")).all() == []
    assert db.execute(text(_SHAPELESS)).scalar() == 0, "every version of a grid has its shape"


def changed(db: Connection, picture: str, since: datetime, turn: int = 0, *, market: bool = False) -> int:
    """Publish a picture, with a special grid across its grids or not; the number of its change set.

    A, B and C live on; of the others each turn has its own, because a code is never used again.
    """
    leaves = {code if code in "ABC" else f"{code}{turn}": shape for code, shape in draw(picture).items()}
    if market:
        leaves[f"M{turn}"] = draw(".MM...\n.MM...")["M"]
    parents = dict(zip(leaves, itertools.cycle(("x", "y")), strict=False))
    summary = publish_leaves(db, leaves, special=f"M{turn}", parents=parents, valid_from=since.isoformat())
    number: int = summary["changeset_id"]
    return number


def take_back(db: Connection, number: int) -> None:
    opened = db.execute(text("SELECT app.undo_changeset(:id)"), {"id": number}).scalar_one()
    db.execute(text("SELECT app.publish_changeset(:id)"), {"id": opened})


def assert_ranking_is_measured(db: Connection, at: datetime) -> None:
    """The ranking of grids, of kept shares, beside the figures of each grid, whose shares are measured."""
    for row in rank(db, "grid", Cohort(at, "base")):
        carried = carry_figures(db, area_id(db, row.key or "", network="base"), SINCE - timedelta(days=3650), at, at)
        assert row.received == pytest.approx(carried.received, abs=1e-6), (row.key, at)


@pytest.mark.parametrize("seed", range(3))
def test_shares_are_those_of_the_ground(db: Connection, seed: int) -> None:
    """Redraws one after the other and into the past, a special grid above them, undone ones: each time all pairs."""
    dice = random.Random(seed)
    day = latest = SINCE
    for turn in range(6):
        day = max(day + timedelta(days=dice.choice((30, 30, -10))), SINCE)
        number = changed(db, dice.choice(PICTURES), day, turn, market=dice.random() < 0.6)
        for column in (0.5, 2.5, 4.5):
            received, closed = (day + timedelta(days=days) for days in (1, 2))
            report(db, column, at=received.isoformat(), closed_at=closed.isoformat(), step="rate")
        assert_shares_are_right(db)
        if day > latest and dice.random() < 0.4:
            take_back(db, number)
            assert_shares_are_right(db)
        latest = max(latest, day)
        for at in (SINCE + timedelta(days=5), day + timedelta(days=3), datetime.now(day.tzinfo)):
            assert_ranking_is_measured(db, at)


def test_an_undo_measures_nothing_again(db: Connection) -> None:
    """Shapes that come back are the ones that were."""
    changed(db, PICTURES[0], SINCE)
    number = changed(db, PICTURES[1], SINCE + timedelta(days=30))
    before = db.execute(text("SELECT count(*) FROM core.shared_ground")).scalar()
    assert before, "the second picture cuts the first one"
    take_back(db, number)
    assert db.execute(text("SELECT count(*) FROM core.shared_ground")).scalar() == before
    assert_shares_are_right(db)


def test_a_wrong_share_is_named_and_measured_again(db: Connection) -> None:
    """What a hand did: gone, another number, a shape too many."""

    def wrong() -> list[str]:
        return [one.counter.split()[0] for one in check_counters(db) if one.recount == "recount_ground"]

    for turn, picture in enumerate(PICTURES):
        changed(db, picture, SINCE + timedelta(days=30 * turn), turn, market=turn % 2 > 0)
    kept = {name: set(db.execute(text(f"SELECT * FROM core.{name}")).all()) for name in TABLES}  # noqa: S608
    first = "(SELECT min(shape_id) FROM core.shared_ground)"
    for act, kinds in (
        ("DELETE FROM core.shared_ground WHERE ctid = (SELECT min(ctid) FROM core.shared_ground)", ["ground"]),
        (f"UPDATE core.shared_ground SET share = share * 0.999 WHERE shape_id = {first}", ["ground"]),
        (f"DELETE FROM core.version_shape WHERE area_version_id = {first}", ["ground", "shape"]),
    ):
        assert wrong() == []
        assert db.execute(text(act)).rowcount, act
        assert sorted(set(wrong())) == kinds, act
        db.execute(text("SELECT app.recount_ground()"))
    assert wrong() == []
    assert set(db.execute(text("SELECT * FROM core.version_shape")).all()) == kept["version_shape"]
    again = db.execute(text("SELECT shape_id, other_id FROM core.shared_ground")).all()
    assert {tuple(row) for row in again} == {tuple(row)[:2] for row in kept["shared_ground"]}


def test_the_migration_fills_what_publishes_kept(owner: Database) -> None:
    """The same rows, by the file of the migration, of everything that was published before."""
    sql = (Path(gisgrid.__file__).parents[1] / "sql/migrations/0038_kept_shares.sql").read_text("utf-8")
    fills = sql[sql.index("INSERT INTO core.version_shape") :]
    with owner.transaction(EVERYTHING) as db:
        for turn, picture in enumerate(PICTURES):
            changed(db, picture, SINCE + timedelta(days=30 * turn), turn, market=turn % 3 > 0)
        kept = [db.execute(text(f"SELECT * FROM core.{name} ORDER BY 1, 2")).all() for name in TABLES]  # noqa: S608
        db.execute(text("TRUNCATE core.version_shape, core.shared_ground"))
        db.exec_driver_sql(fills, execution_options={"no_parameters": True})
        again = [db.execute(text(f"SELECT * FROM core.{name} ORDER BY 1, 2")).all() for name in TABLES]  # noqa: S608
        assert again[0] == kept[0]
        assert [row[:2] for row in again[1]] == [row[:2] for row in kept[1]]
        assert [row.share for row in again[1]] == pytest.approx([row.share for row in kept[1]], abs=1e-9)
        db.rollback()
