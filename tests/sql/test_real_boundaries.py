"""Real boundaries with really labelled reports: every label must be met, no tolerance.

The data lies outside the project; where it is absent these tests are skipped, naming the setting.
"""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import geopandas
import pytest
from sqlalchemy import text

from gisgrid.boundaries.cleaning import Fields
from gisgrid.boundaries.finding import Faulty
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, Database
from tests import data

FROM = datetime(2016, 7, 1, tzinfo=UTC)
OVERLAPPING = {"cluster": 34, "precinct": 27}
"""Networks that overlap themselves, and in how many pairs of areas."""
LABELLED = {"anc": 2898, "tract": 2895, "block_group": 2895}


def order(network: str) -> ImportOrder:
    return ImportOrder(
        data.test_data(f"dc2016/boundaries/{network}.geojson"),
        FROM,
        level="grid",
        network=network,
        scheme="free",
        fields=Fields(code="key"),
    )


@pytest.fixture(scope="module")
def networks(owner: Database) -> Database:
    for network in LABELLED:
        import_boundaries(owner, order(network))
    return owner


@pytest.mark.parametrize("network", LABELLED)
def test_every_labelled_report_gets_exactly_its_label(networks: Database, network: str) -> None:
    with data.test_data("dc2016/incidents.csv").open(encoding="utf-8") as file:
        incidents = list(csv.DictReader(file))
    with networks.transaction(EVERYTHING, timeout_s=120) as connection:
        found = connection.execute(
            text(
                "SELECT l.code FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[]))"
                " WITH ORDINALITY AS p (x, y, n),"
                " app.locate(ST_SetSRID(ST_MakePoint(p.x, p.y), 4326), :network, '2016-08-01') AS l ORDER BY n"
            ),
            {
                "lon": [float(row["lon"]) for row in incidents],
                "lat": [float(row["lat"]) for row in incidents],
                "network": network,
            },
        ).scalars()
        codes = list(found)
    wrong = [
        (row["id"], row[network], code)
        for row, code in zip(incidents, codes, strict=True)
        if row[network] != (code or "")
    ]
    assert wrong == []
    assert sum(code is not None for code in codes) == LABELLED[network]


@pytest.mark.parametrize("network", OVERLAPPING)
def test_boundaries_that_overlap_themselves_are_refused_and_nothing_changes(networks: Database, network: str) -> None:
    def state() -> list[object]:
        with networks.transaction(EVERYTHING) as connection:
            versions = text(
                "SELECT network, count(*), max(area_version_id) FROM core.area_version GROUP BY 1 ORDER BY 1"
            )
            return [*connection.execute(versions), *connection.execute(text("SELECT count(*) FROM draft.changeset"))]

    before = state()
    with pytest.raises(Faulty) as caught:
        import_boundaries(networks, order(network))
    assert all("overlap in" in fault.message or "more of this kind" in fault.message for fault in caught.value.faults)
    assert state() == before


@pytest.mark.parametrize(("network", "pairs"), OVERLAPPING.items())
def test_they_come_in_as_a_draft_with_every_place(networks: Database, network: str, pairs: int, tmp_path: Path) -> None:
    """Each pair that overlaps is told: as a dispute, or as ground narrower than the tolerance that changed hands."""
    out = tmp_path / "faults.gpkg"
    done = import_boundaries(networks, replace(order(network), draft=True, out=out))
    shapes = geopandas.read_file(order(network).path).set_index("key").geometry
    common = {
        tuple(sorted((one, other)))
        for one, other in combinations(shapes.index, 2)
        if shapes[one].relate_pattern(shapes[other], "2********")
    }
    moved = geopandas.read_file(out, layer="moved")
    told = {tuple(sorted(pair)) for pair in moved[["from_code", "to_code"]].dropna().values.tolist()}
    told |= {(f.code, f.other_code) for f in done.findings if f.kind == "overlap"}
    assert len(common) == pairs
    assert {pair for pair in common - told if shapes[pair[0]].intersection(shapes[pair[1]]).area > 1e-15} == set()
    with networks.transaction(EVERYTHING) as connection:
        problems = connection.execute(
            text("SELECT DISTINCT code, other_code FROM draft.problem WHERE changeset_id = :id AND kind = 'overlap'"),
            {"id": done.changeset_id},
        ).all()
    assert {(row.code, row.other_code) for row in problems} == {
        (f.code, f.other_code) for f in done.findings if f.kind == "overlap"
    }
