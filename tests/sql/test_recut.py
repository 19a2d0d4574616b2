"""Two real divisions of one city as before and after of a many-to-many re-cut: all ground is accounted for.

The data lies outside the project; where it is absent these tests are skipped, naming the setting.
"""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from gisgrid.boundaries.areas import area_id
from gisgrid.boundaries.cleaning import Fields
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.boundaries.successors import carry_figures, find_successors
from gisgrid.database import EVERYTHING, OWNER, Database
from tests import data

BEFORE, AFTER = datetime(2016, 7, 1, tzinfo=UTC), datetime(2016, 8, 1, tzinfo=UTC)


def order(layer: str, valid_from: datetime, **more: Any) -> ImportOrder:
    path = data.test_data(f"dc2016/boundaries/{layer}.geojson")
    fields = Fields(code="key")
    return ImportOrder(path, valid_from, level="grid", network="recut", scheme="free", fields=fields, **more)


@pytest.fixture(scope="module")
def owner(new_database: Callable[[], str]) -> Iterator[Database]:
    data.test_data("dc2016")
    database = Database(new_database(), role=OWNER, statement_timeout_s=300)
    import_boundaries(database, order("anc", BEFORE))
    with database.transaction(EVERYTHING, timeout_s=120) as connection:
        told = [report(row, number) for number, row in enumerate(incidents())]
        connection.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        connection.execute(
            text(
                "SELECT count(*) FROM jsonb_array_elements(CAST(:reports AS jsonb)) AS r, app.receive_report(r.value)"
            ),
            {"reports": json.dumps(told)},
        )
    import_boundaries(database, order("tract", AFTER, replace=True, ground="any"))
    yield database
    database.close()


def incidents() -> list[dict[str, str]]:
    with data.test_data("dc2016/incidents.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def is_closed(number: int) -> bool:
    """Every other incident was dealt with before the re-cut."""
    return number % 2 == 0


def report(row: dict[str, str], number: int) -> dict[str, Any]:
    lon, lat = float(row["lon"]), float(row["lat"])
    told = {
        "network": "recut", "zone": "UTC", "category": "hazard", "lon_wgs84": lon, "lat_wgs84": lat, "lon": lon,
        "lat": lat, "system": "wgs84", "description": "", "external_id": str(number), "at": "2016-07-20T00:00:00Z",
    }  # fmt: skip
    closed = {"closed_at": "2016-07-21T00:00:00Z", "step": "rate"}
    return {**told, **closed} if is_closed(number) else told


def rows(owner: Database, sql: str, **values: Any) -> list[Any]:
    with owner.transaction(EVERYTHING, timeout_s=120) as connection:
        return list(connection.execute(text(sql), values).all())


def shapes(owner: Database, at: datetime) -> dict[str, Any]:
    found = rows(owner, "SELECT code, ST_AsBinary(geom) AS g FROM app.area_at(:at) WHERE network = 'recut'", at=at)
    return {row.code: shapely.from_wkb(bytes(row.g)) for row in found}


def shares(owner: Database) -> dict[tuple[str, str], float]:
    found = rows(
        owner,
        "SELECT f.code AS old, o.code AS new, l.from_share, l.to_share FROM core.lineage AS l"
        " JOIN core.area AS f ON f.area_id = l.from_area_id JOIN core.area AS o ON o.area_id = l.to_area_id",
    )
    return {(row.old, row.new): row.from_share for row in found}


def test_shares_and_ground_lost_are_all_of_every_old_area(owner: Database) -> None:
    """Lost ground is measured here by another program, from the shapes alone."""
    old, new = shapes(owner, BEFORE), shapes(owner, AFTER)
    assert (len(old), len(new)) == (40, 179)
    whole = shapely.union_all(list(new.values()), grid_size=1e-13)
    lineage = shares(owner)
    for code, shape in old.items():
        lost = shapely.difference(shape, whole, grid_size=1e-13).area / shape.area
        given = sum(share for (giver, _), share in lineage.items() if giver == code)
        assert given + lost == pytest.approx(1, abs=1e-9), code
    kinds = dict(rows(owner, "SELECT kind, count(*) FROM core.lineage GROUP BY 1"))
    assert set(kinds) <= {"recut", "split", "merge", "renumber", "reshape"} and kinds["recut"] > 100


def test_every_old_code_resolves(owner: Database) -> None:
    lineage = shares(owner)
    with owner.transaction(EVERYTHING, timeout_s=120) as connection:
        for code in shapes(owner, BEFORE):
            found, lost = find_successors(connection, area_id(connection, code, network="recut"), AFTER)
            assert sum(heir.share for heir in found) + lost == pytest.approx(1, abs=1e-9)
            one_step = {new: share for (old, new), share in lineage.items() if old == code and share > 1e-9}
            assert {heir.code: heir.share for heir in found if heir.share > 1e-9} == pytest.approx(one_step, abs=1e-9)


def test_every_incident_is_explained(owner: Database) -> None:
    """Its label before and its label after are a pair of the lineage, or one of them is none: and it is held there."""
    lineage = shares(owner)
    found = rows(
        owner,
        "SELECT p.external_id AS id, a.code, (l.detail ->> 'from') AS moved_from, l.detail IS NOT NULL AS moved"
        " FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)"
        " LEFT JOIN core.area AS a ON a.area_id = t.area_id"
        " LEFT JOIN work.event AS l ON l.ticket_id = t.ticket_id AND l.action = 'moved'",
    )
    held = {row.id: row for row in found}
    reports = incidents()
    assert len(held) == len(reports) == 2898
    unexplained = [
        (row["id"], row["anc"], row["tract"])
        for row in reports
        if row["anc"] and row["tract"] and (row["anc"], row["tract"]) not in lineage
    ]
    assert unexplained == []
    for number, row in enumerate(reports):
        ticket = held[str(number)]
        if is_closed(number):
            assert ((ticket.code or ""), ticket.moved) == (row["anc"], False), "what is closed stays"
        else:
            assert (ticket.code or "") == row["tract"], "what is open has followed"
            assert ticket.moved and (ticket.moved_from or "") == row["anc"], "and its history says from where"


def test_figures_of_the_old_division_are_carried_over_to_the_new_one(owner: Database) -> None:
    """By share of ground; what nobody holds any more is all that is missing."""
    closed_in: dict[str, int] = {}
    for number, row in enumerate(incidents()):
        if is_closed(number) and row["anc"]:
            closed_in[row["anc"]] = closed_in.get(row["anc"], 0) + 1
    with owner.transaction(EVERYTHING, timeout_s=120) as connection:
        ids = {
            code: area_id(connection, code, network="recut") for code in {*shapes(owner, BEFORE), *shapes(owner, AFTER)}
        }
        carried = sum(
            carry_figures(connection, ids[code], BEFORE, AFTER, AFTER).closed for code in shapes(owner, AFTER)
        )
        kept = {code: 1 - find_successors(connection, ids[code], AFTER)[1] for code in closed_in}
    assert sum(closed_in.values()) > 1400
    assert carried == pytest.approx(sum(count * kept[code] for code, count in closed_in.items()), abs=1e-3)
