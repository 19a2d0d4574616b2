"""What the sample has to find is found by the API: a blind spot, an overdue kit, a market with three shifts."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url, text

from gisgrid.access import add_account
from gisgrid.api.app import create_app
from gisgrid.cli.sample import load_sample
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.patrol import follow_patrols
from gisgrid.settings import Settings
from tests.api.conftest import PATIENT
from tests.conftest import url_of

GARDEN, MARKET = "360302004010", "360302002005"
DISTRICT, RIVERSIDE = "360302", "360302002"


@pytest.fixture(scope="module")
def url(new_database: Callable[[], str]) -> str:
    found = new_database()
    owner = Database(found, role=OWNER, statement_timeout_s=300)
    load_sample(owner, Settings(), say=lambda _line: None)
    with owner.transaction(EVERYTHING) as connection:
        follow_patrols(connection)
    owner.close()
    return found


@pytest.fixture(scope="module")
def boss(url: str) -> Iterator[TestClient]:
    superuser = Database(url, role="")
    with superuser.transaction() as connection:
        secret = add_account(connection, "story", "admin", login=False)
    superuser.close()
    app = create_app(PATIENT, url_of(url, str(make_url(url).database), "gisgrid_api"))
    with TestClient(app, headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


def ask(boss: TestClient, path: str, **asked: Any) -> Any:
    answer = boss.get(f"/api/v1/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_one_grid_of_the_garden_is_a_blind_spot(boss: TestClient) -> None:
    shares = {one["code"]: one["share"] for one in ask(boss, "cameras/view", area=GARDEN)["by"]}
    blind = [code for code, share in shares.items() if share == 0]
    assert len(blind) == 1 and min(share for code, share in shares.items() if code not in blind) > 0.01, shares


def test_one_kit_of_twelve_is_overdue(boss: TestClient) -> None:
    kits = ask(boss, "places", kind="rescue", limit=20)["places"]
    assert len(kits) == 12 and {kit["visit_hours"] for kit in kits} == {48}
    assert [kit["code"] for kit in kits if kit["overdue"]] == ["JSD-08"]
    assert [kit["code"] for kit in ask(boss, "places", kind="rescue", overdue=True)["places"]] == ["JSD-08"]


def test_ten_minutes_from_a_kit_reach_both_banks_and_leave_grids_out(boss: TestClient) -> None:
    whole = ask(boss, "places/reach", area=DISTRICT, kind="rescue", minutes=10, outline=True)
    assert whole["polygons"] == 12 and 0.03 < whole["share"] < 0.1 and whole["outline"]["type"] == "MultiPolygon"
    town = ask(boss, "places/reach", area=RIVERSIDE, minutes=10)
    assert 0.1 < town["share"] < 0.9 and 0 < len(town["without"]) < len(town["by"])


def test_the_market_is_walked_in_three_shifts(boss: TestClient) -> None:
    today = datetime.now(UTC).astimezone(Settings().timezone).date()
    yesterday = {"from": (today - timedelta(days=1)).isoformat(), "to": (today - timedelta(days=1)).isoformat()}
    found = {one["worker"]: one for one in ask(boss, "patrols/presence", **yesterday)["presence"]}
    market = sorted(worker for worker in found if worker.startswith(f"w-{MARKET}") and worker.count("-") == 2)
    assert len(market) == 3
    begun = sorted(datetime.fromisoformat(found[worker]["first_at"]) for worker in market)
    assert [b.astimezone(Settings().timezone).hour for b in begun] == [7, 13, 18]
    grid = market[0].split("-")[1]
    assert {one["code"]: one["share"] for one in ask(boss, "coverage", area=MARKET, **yesterday)["by"]}[grid] > 0.3


def test_patrols_follow_the_streets_at_walking_speed(url: str) -> None:
    owner = Database(url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        rows = connection.execute(
            text(
                "WITH step AS (SELECT worker, at - lag(at) OVER w AS took,"
                " ST_Distance(geom::geography, lag(geom::geography) OVER w) AS far,"
                " ST_MakeLine(lag(geom) OVER w, geom) AS line FROM overlay.ping"
                " WHERE worker <> 'w-bank' WINDOW w AS (PARTITION BY worker ORDER BY at))"
                " SELECT worker, far / extract(EPOCH FROM took)::float8 AS speed, (SELECT min(ST_Distance("
                " ST_LineInterpolatePoint(s.line, 0.5)::geography, g.geom::geography)) FROM overlay.ground AS g"
                " WHERE g.kind = 'street' AND g.geom && ST_Expand(s.line, 0.0005)) AS off"
                " FROM step AS s WHERE took <= '120 s' AND far > 15"
            )
        ).all()
    owner.close()
    assert len(rows) > 4000
    assert all(0.6 < row.speed < 2.0 for row in rows), [row for row in rows if not 0.6 < row.speed < 2.0][:3]
    off = [row for row in rows if row.off is None or row.off > 8]
    assert len(off) < 0.01 * len(rows), off[:5]


def test_buildings_cut_some_views(url: str) -> None:
    owner = Database(url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        cut = connection.execute(
            text("SELECT count(*) FROM overlay.camera WHERE angle_deg < 360 AND ST_Area(sector::geography)"
                 " < 0.95 * range_m * range_m * radians(angle_deg) / 2")
        ).scalar_one()  # fmt: skip
        seen = connection.execute(
            text("SELECT count(*) FROM overlay.camera AS c JOIN overlay.ground AS g ON g.kind = 'building'"
                 " AND ST_Distance(g.geom, c.geom) > 2e-5"
                 " AND ST_Area(ST_Intersection(g.geom, c.sector)::geography) > 1")
        ).scalar_one()  # fmt: skip
    owner.close()
    assert cut >= 5 and seen == 0


def test_ten_are_out_while_it_is_loaded(boss: TestClient) -> None:
    assert len(ask(boss, "patrols")["patrols"]) == 10
