"""Reports whose grid was looked up in memory: each is where app.locate has it in the transaction that writes it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from sqlalchemy import Connection, text

from gisgrid.assignment import dated
from gisgrid.assignment.present import Present, read_present
from gisgrid.bench.coverage import Plan, draw_district
from gisgrid.bench.hard_points import hard_points
from gisgrid.database import EVERYTHING, NOTHING, Database
from gisgrid.errors import GisgridError
from gisgrid.ticket_fields import Facts
from gisgrid.tickets.insides import add_dated_insides
from gisgrid.tickets.intake import Report, receive, receive_many
from gisgrid.tickets.receipts import Received
from tests.drawing import draw, publish_leaves, spot

LON, LAT = spot(1.5, 0.5)
LOCATED = """
SELECT t.ticket_id, t.area_version_id = l.area_version_id AS is_right, t.method, l.method AS its_method, t.confidence,
    l.confidence AS its_confidence, t.area_version_id, l.area_version_id AS its
FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)
CROSS JOIN LATERAL app.locate(p.geom, t.network, t.received_at) AS l ORDER BY t.ticket_id
"""


class Kept:
    """A shelf with an index that was made some time ago; `meanwhile` happens between look-up and write."""

    def __init__(self, present: Present, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.present, self.meanwhile = present, meanwhile
        self.asked: list[tuple[str, int | None]] = []

    def read_now(self, network: str, redrawn: int | None) -> Present | None:
        self.asked.append((network, redrawn))
        self.meanwhile()
        return self.present


def report(lon: float, lat: float, **facts: Any) -> Report:
    return Report(lon, lat, "wgs84", "hazard", "x", **facts)


def grids_of(outcomes: Sequence[Received | GisgridError]) -> list[str | None]:
    found = []
    for one in outcomes:
        assert isinstance(one, Received), one
        grid = one.facts["grid"]
        found.append(grid and grid["code"])
    return found


def take(db: Connection, reports: Sequence[Report], shelf: Kept | None) -> list[str | None]:
    return grids_of(receive_many(db, reports, network="base", zone="Asia/Shanghai", shelf=shelf))


def forget_locate(db: Connection) -> None:
    """Nobody may ask app.locate from here on: what is answered was in the index."""
    db.execute(text("ALTER FUNCTION app.locate RENAME TO locate_of_old"))
    db.execute(
        text(
            "CREATE FUNCTION app.locate(point geometry, network text, at timestamptz, accuracy_m float8) RETURNS TABLE"
            " (area_version_id bigint, area_id bigint, code text, name text, kind text, path bigint[], method text,"
            " confidence float8, distance_to_edge_m float8, candidates jsonb) LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'asked'; END $$"
        )
    )


@pytest.mark.parametrize("count", [1, 40])
def test_a_grid_that_was_looked_up_is_taken(db: Connection, count: int) -> None:
    """The whole receipt is what it would be without the index."""
    publish_leaves(db, draw("AABB"))
    kept = Kept(read_present(db, "base"))
    reports = [report(LON + n * 1e-6, LAT) for n in range(count)]
    before = receive_many(db, reports, network="base", zone="Asia/Shanghai")
    forget_locate(db)
    now = receive_many(db, reports, network="base", zone="Asia/Shanghai", shelf=kept)
    alone = receive(db, reports[0], network="base", zone="Asia/Shanghai", shelf=kept)
    assert grids_of(now) == ["A"] * count
    for one, other in zip([*before, before[0]], [*now, alone], strict=True):
        assert isinstance(one, Received) and isinstance(other, Received)
        how, its = one.facts["assignment"], other.facts["assignment"]
        assert how["distance_to_edge_m"] == pytest.approx(its["distance_to_edge_m"], abs=1e-7)
        assert {**how, "distance_to_edge_m": 0} == {**its, "distance_to_edge_m": 0}
        assert (one.facts["grid"], one.facts["area"]) == (other.facts["grid"], other.facts["area"])


def test_hard_points_are_where_app_locate_has_them(db: Connection) -> None:
    """On edges and corners, beside them, outside, on special ground; with an accuracy."""
    shapes: dict[str, Any] = draw_district(Plan(4, 3))
    special = {"z": shapely.Point(*shapely.get_coordinates(shapes[min(shapes)])[30]).buffer(0.0015, 3)}
    publish_leaves(db, {**shapes, **special}, special="z")
    x, y = hard_points([*shapes.values(), *special.values()], 400)
    reports = [report(lon, lat) for lon, lat in zip(x.tolist(), y.tolist(), strict=True)]
    reports += [report(one.lon or 0, one.lat or 0, accuracy_m=40) for one in reports[:40]]
    shelf = Kept(read_present(db, "base"))
    assert take(db, reports, shelf) == take(db, reports, None)
    versions, _ = shelf.present.find_many(x, y)
    assert 0.3 < np.count_nonzero(versions) / len(x) < 1
    one_by_one = [shelf.present.find(lon, lat) for lon, lat in zip(x.tolist(), y.tolist(), strict=True)]
    assert versions.tolist() == [found.version if found else 0 for found in one_by_one]


def test_a_publish_between_look_up_and_write_is_seen(owner: Database, service: Database) -> None:
    """It commits by another connection, after the index was asked and before the report is written."""
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AABB"))
        present = read_present(connection, "base")

    def redraw() -> None:
        with owner.transaction(EVERYTHING) as connection:
            publish_leaves(connection, draw("ABBB"), valid_from="2024-02-01T00:00:00+08:00")

    def add_special() -> None:
        with owner.transaction(EVERYTHING) as connection:
            publish_leaves(
                connection,
                {**draw("ABBB"), **draw(".Z..")},
                special="Z",
                valid_from="2024-03-01T00:00:00+08:00",
            )

    kept = Kept(present, redraw)
    for meanwhile, code in ((redraw, "B"), (add_special, "Z")):
        kept.meanwhile = meanwhile
        with service.transaction(NOTHING) as connection:
            assert take(connection, [report(LON, LAT), report(LON + 1e-5, LAT)], kept) == [code] * 2
        with service.transaction() as connection:
            kept.present = read_present(connection, "base")
        kept.meanwhile = lambda: None
        with service.transaction(NOTHING) as connection:
            assert take(connection, [report(LON, LAT)], kept) == [code]
    assert len({redrawn for _, redrawn in kept.asked}) == 3


def test_an_index_of_another_time_is_not_believed(db: Connection) -> None:
    """Grids that apply from a day on, published before: nothing is redrawn on that day."""
    publish_leaves(db, draw("AABB"))
    present = read_present(db, "base")
    db.execute(text("ALTER TABLE core.area_version DISABLE TRIGGER USER"))
    db.execute(text("UPDATE core.area_version SET valid_to = now() WHERE code = 'A'"))
    apply = "UPDATE core.area_version SET geom = ST_Multi(ST_GeomFromWKB(:shape, 4326)), valid_from = now() WHERE code"
    db.execute(text(f"{apply} = 'B'"), {"shape": draw(".BBB")["B"].wkb})
    later = Kept(read_present(db, "base"))
    assert take(db, [report(LON, LAT)], later) == ["B"]
    for since, until in (("-infinity", "now"), ("now", "infinity")):
        moment = db.execute(text("SELECT now() + CAST(:d AS interval)"), {"d": "0" if until == "now" else "1 us"})
        at = moment.scalar_one().isoformat()
        holds = {"since": at if since == "now" else since, "until": at if until == "now" else until}
        old = Kept(_held(present, **holds))
        assert take(db, [report(LON, LAT)], old) == ["B"], holds


def _held(present: Present, since: str, until: str) -> Present:
    return replace(present, holds=replace(present.holds, since=since, until=until))


def load(db: Connection, x: Sequence[float], y: Sequence[float], at: Sequence[datetime]) -> list[Facts]:
    """Write tickets of the past as `gisgrid load tickets` does; what was written."""
    reports: list[Facts] = [
        {
            "network": "base",
            "zone": "Asia/Shanghai",
            "category": "hazard",
            "description": "x",
            **{"lon": lon, "lat": lat, "system": "wgs84", "lon_wgs84": lon, "lat_wgs84": lat},
            "at": moment.isoformat(),
        }
        for lon, lat, moment in zip(x, y, at, strict=True)
    ]
    add_dated_insides(db, reports, "base")
    db.execute(text("SELECT app.receive_reports(CAST(:reports AS jsonb))"), {"reports": json.dumps(reports)})
    return reports


def test_tickets_of_the_past_are_where_they_were_then(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each at its own date, over several redraws, also at the very instant of one, a microsecond before, and before all
    of them; a span with few tickets is left to app.locate.
    """
    monkeypatch.setattr(dated, "MOST_SHARE", 3)
    shapes: dict[str, Any] = draw_district(Plan(4, 3))
    moments = []
    for month in (3, 5, 7):
        publish_leaves(db, shapes, valid_from=f"2024-{month:02}-01T00:00:00+08:00")
        edge = datetime(2024, month, 1, tzinfo=UTC) - timedelta(hours=8)
        moments += [edge, edge - timedelta(microseconds=1), edge + timedelta(days=9)]
        shapes = {code: shapely.affinity.translate(shape, 0.0007, 0.0004) for code, shape in shapes.items()}
    x, y = hard_points(list(shapes.values()), 300)
    dice = np.random.default_rng(3)
    at = [moments[n] for n in dice.integers(0, len(moments), len(x) - 4)] + [datetime(2024, 7, 20, tzinfo=UTC)] * 4
    reports = load(db, x.tolist(), y.tolist(), at)
    rows = db.execute(text(LOCATED)).all()
    assert len(rows) == len(x)
    assert [row for row in rows if row.its is not None and not row.is_right] == []
    assert all(row.area_version_id is None for row in rows if row.its is None)
    assert [row for row in rows if (row.method, row.confidence) != (row.its_method, row.its_confidence)] == []
    held = [report for report in reports if "inside" in report]
    assert 0.2 < len(held) / len(reports) < 1
    assert len({str(report["inside"]) for report in held}) > 1
    since = {report["inside"]["since"] for report in held}  # type: ignore[index]
    assert len(since) == 3


def test_where_few_are_loaded_no_index_is_made(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_leaves(db, draw("AABB"))
    monkeypatch.setattr(dated, "read_grids", None)
    reports = load(db, [LON] * 5, [LAT] * 5, [datetime(2024, 6, 1, tzinfo=UTC)] * 5)
    assert not any("inside" in report for report in reports)
    with pytest.raises(TypeError):
        load(db, [LON] * 9, [LAT] * 9, [datetime(2024, 6, 1, tzinfo=UTC)] * 9)
