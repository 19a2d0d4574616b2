"""Real boundaries with really labelled reports: every label must be met, no tolerance.

The data lies outside the project; where it is absent these tests are skipped, naming the setting.
"""

import csv
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from gisgrid.boundaries.cleaning import Fields
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Refused
from tests import data

FROM = datetime(2016, 7, 1, tzinfo=UTC)
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


@pytest.mark.parametrize(("network", "places"), [("cluster", 34), ("precinct", 27)])
def test_boundaries_that_overlap_themselves_are_refused_and_nothing_changes(
    networks: Database, network: str, places: int
) -> None:
    def state() -> list[object]:
        with networks.transaction(EVERYTHING) as connection:
            versions = text(
                "SELECT network, count(*), max(area_version_id) FROM core.area_version GROUP BY 1 ORDER BY 1"
            )
            return [*connection.execute(versions), *connection.execute(text("SELECT count(*) FROM draft.changeset"))]

    before = state()
    with pytest.raises(Refused) as caught:
        import_boundaries(networks, order(network))
    overlaps = [fault for fault in caught.value.faults if "overlap" in fault.message]
    assert len(overlaps) == len(caught.value.faults) == places
    assert all(" and " in fault.field and " at -7" in fault.message for fault in overlaps)
    assert state() == before
