"""A department's own codes over HTTP."""

from datetime import UTC, datetime

from gisgrid.boundaries.aliases import keep_aliases
from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import GRIDS, District
from tests.drawing import draw, publish_leaves


def test_a_departments_code_leads_to_the_grids_that_it_names(district: District) -> None:
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, {"P1": draw("AAB\nCCC")["A"]}, network="party")
        keep_aliases(connection, "base", "party", valid_from=datetime(2024, 2, 1, tzinfo=UTC))
    owner.close()
    answer = district.client().get("/api/v1/aliases/P1")
    assert answer.status_code == 200
    assert answer.json() == {
        "alias": "P1",
        "areas": [
            {
                "department": "party",
                "name": "网格P1",
                "share": 1,
                "valid_from": "2024-02-01T08:00:00+08:00",
                "valid_to": None,
                "network": "base",
                "code": GRIDS["A"],
                "level": "grid",
                "area_name": f"网格{GRIDS['A']}",
                "is_live": True,
            }
        ],
    }
    assert district.client().get("/api/v1/aliases/P1?network=party&at=2025-01-01").json() == answer.json()
    fields = {"P2": "alias", "P1?network=base": "alias", "P1?at=2024-01-15": "alias", "P1?network=police": "network"}
    for wrong, field in fields.items():
        gone = district.client().get(f"/api/v1/aliases/{wrong}")
        assert gone.status_code == 404
        assert gone.json()["errors"][0]["field"] == field
