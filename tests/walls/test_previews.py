"""A preview shows what its reader's own redraw would move, and nothing else."""

import json
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from shapely import box
from sqlalchemy import make_url, text

from gisgrid.access import add_account
from gisgrid.api.app import create_app
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, Database
from gisgrid.settings import Settings
from gisgrid.tickets.intake import Report, receive
from tests.conftest import url_of
from tests.desk import NORTH, A, B, C, D, Desk
from tests.drawing import draw, spot, write_geojson


def test_a_preview_shows_nothing_of_another_town_that_is_on_the_wrong_grid(desk: Desk, tmp_path: Path) -> None:
    """A camera of the south's, recorded on the wrong one of its grids, within the box of what the north draws."""
    shapes = dict(zip((A, B, C, D), map(draw("AABB\nACBB\nCCDD").get, "ABCD"), strict=True))
    file = write_geojson(tmp_path / "bay.geojson", shapes)
    import_boundaries(desk.owner, ImportOrder(file, datetime(2024, 1, 1, tzinfo=UTC), level="grid"))
    lon, lat = spot(1.5, 1.5)
    with desk.owner.transaction(EVERYTHING) as connection:
        connection.execute(
            text(
                "INSERT INTO overlay.camera (code, name, area_id, path, geom)"
                " SELECT 'stray', 'camera', v.area_id, v.path, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"
                " FROM app.area_at(now()) AS v WHERE v.code = :code"
            ),
            {"lon": lon, "lat": lat, "code": D},
        )
    changeset = desk.open(desk.north, NORTH)
    later = draw("ABBB\nACBB\nCCDD")
    with desk.sit(desk.north) as connection:
        for code, shape in ((A, later["A"]), (B, later["B"])):
            connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                    " WHERE changeset_id = :id AND code = :code"
                ),
                {"wkt": shape.wkt, "id": changeset, "code": code},
            )
    assert desk.problems(desk.north, changeset) == []
    sql = "SELECT what, id FROM draft.preview WHERE changeset_id = :id AND what = 'camera'"
    assert desk.rows(desk.north, sql, id=changeset) == []
    desk.publish(desk.north, changeset)


HOME = (1.5, 1.0)
"""In grid A, between the lines that are tried."""
LINES = (1.2, 1.4, 1.6, 1.8)
"""Columns; the home lies left of some of them, right of others."""


def report(desk: Desk, category: str, place: tuple[float, float] = HOME) -> str:
    lon, lat = spot(*place)
    with desk.owner.transaction(EVERYTHING) as connection:
        told = Report(lon, lat, "wgs84", category, "x", accuracy_m=1)
        return str(receive(connection, told, network="base", zone="UTC").facts["number"])


def draw_line(desk: Desk, changeset: int, column: float) -> None:
    """The line between A and B of the north, saved in one go, as QGIS saves what its vertex tool moved."""
    (x, y), (line, v), (u, _) = spot(0, 0), spot(column, 2), spot(4, 0)
    with desk.sit(desk.north) as connection:
        for code, shape in ((A, box(x, v, line, y)), (B, box(line, v, u, y))):
            connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
                    " WHERE changeset_id = :id AND code = :code"
                ),
                {"wkt": shape.wkt, "id": changeset, "code": code},
            )
    assert desk.problems(desk.north, changeset) == []


@dataclass(frozen=True)
class Board:
    """Two towns, a service before them, and accounts: `drawer`, the north's editor; `boss`, who may read all."""

    desk: Desk
    client: dict[str, TestClient]

    def told(self, login: str, who: str, changeset: int) -> tuple[list[str], str]:
        """What a login and an account are shown of a draft; the keys of rows as steps from the first one."""
        rows = self.desk.rows(login, "SELECT * FROM draft.preview WHERE changeset_id = :id ORDER BY 1", id=changeset)
        first = rows[0].preview_id if rows else 0
        shown = [str((row.preview_id - first, *row[1:])) for row in rows]
        answer = self.client[who].get(f"/api/v1/changesets/{changeset}/preview")
        assert answer.status_code == 200, answer.text
        return shown, answer.text

    def drawn(self, sql: str = "SELECT last_value + is_called::int FROM draft.preview_id_seq") -> int:
        with self.desk.owner.transaction(EVERYTHING) as connection:
            return int(connection.execute(text(sql)).scalar_one())


@pytest.fixture
def board(desk: Desk, tmp_path: Path) -> Iterator[Board]:
    with closing(Database(desk.url, role="")) as superuser, superuser.transaction() as connection:
        secrets = {
            "drawer": add_account(connection, "drawer", "editor", NORTH, login=False),
            "boss": add_account(connection, "boss", "admin"),
        }
    settings = replace(Settings(pool_size=4, statement_timeout_s=120), data_dir=tmp_path / "data")
    app = create_app(settings, url_of(desk.url, str(make_url(desk.url).database), "gisgrid_api"))
    with TestClient(app):
        yield Board(
            desk, {name: TestClient(app, headers={"Authorization": f"Bearer {s}"}) for name, s in secrets.items()}
        )


def test_a_line_through_a_home_is_previewed_the_same_wherever_it_is(board: Board) -> None:
    """What an editor is shown, by SQL and HTTP, to the byte; who may read the home is shown where it goes."""
    desk, told, listed, steps, kept = board.desk, [], [], [], []
    home, closed = report(desk, "dispute"), report(desk, "dispute")
    with desk.owner.transaction(EVERYTHING) as connection:
        connection.execute(text("UPDATE work.ticket SET closed_at = now() WHERE number = :n"), {"n": closed})
    changeset = desk.open(desk.north, NORTH)
    for column in LINES:
        before = board.drawn()
        draw_line(desk, changeset, column)
        steps.append(board.drawn() - before)
        told.append(board.told(desk.north, "drawer", changeset))
        kept.append(board.drawn("SELECT count(*) FROM draft.preview_row"))
        listed.append(board.client["boss"].get(f"/api/v1/changesets/{changeset}/preview").json()["features"])
    assert all(one == told[0] for one in told) and len(set(steps)) == 1
    assert kept == [1] * len(LINES), "nothing hidden is even written, so no plan and no log of the server counts it"
    rows, body = told[0]
    (feature,) = json.loads(body)["features"]
    assert feature["properties"] == {"what": "tickets", "id": "1", "from_code": A, "to_code": None}
    assert len(rows) == 1 and home not in body
    moved = [[one["properties"]["id"] for one in features] for features in listed]
    assert moved == [[home, "1"], [home, "1"], ["1"], ["1"]], "a line left of the home gives it to the neighbour"
    listed_last = board.client["drawer"].get(f"/api/v1/changesets/{changeset}/preview").text
    assert listed_last == told[0][1], "after somebody was shown it, too"


def test_a_ticket_at_a_public_place_is_listed_to_who_draws(board: Board) -> None:
    desk = board.desk
    known = report(desk, "hazard")
    changeset = desk.open(desk.north, NORTH)
    draw_line(desk, changeset, 1.2)
    rows, body = board.told(desk.north, "drawer", changeset)
    (feature,) = json.loads(body)["features"]
    assert feature["properties"] == {"what": "ticket", "id": known, "from_code": A, "to_code": B} and len(rows) == 1


def test_random_homes_and_lines_are_told_by_their_number_alone(board: Board) -> None:
    """Homes anywhere in both grids, grids that end and grids that are new: only how many there are is told."""
    desk, chance, shown = board.desk, random.Random(14), []
    homes = [report(desk, "dispute", (chance.uniform(0.1, 1.9), chance.uniform(0.1, 1.9))) for _ in range(4)]
    for _ in range(4):
        for number in homes:
            lon, lat = spot(chance.uniform(0.1, 1.9), chance.uniform(0.1, 1.9))
            with desk.owner.transaction(EVERYTHING) as connection:
                connection.execute(
                    text(
                        "UPDATE work.ticket_private AS p SET geom = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"
                        " FROM work.ticket AS t WHERE t.ticket_id = p.ticket_id AND t.number = :n"
                    ),
                    {"lon": lon, "lat": lat, "n": number},
                )
        changeset = desk.open(desk.north, NORTH)
        draw_line(desk, changeset, 1.0)
        (x, y), (u, v) = spot(0.2, 0.5), spot(0.8, 1.5)
        desk.add(desk.north, changeset, box(x, v, u, y))
        _, body = board.told(desk.north, "drawer", changeset)
        shown.append(body)
        desk.run(desk.north, "DELETE FROM draft.changeset WHERE changeset_id = :id", id=changeset)
    assert len(set(shown)) == 1 and not any(number in shown[0] for number in homes)
    counted = {f["properties"]["from_code"]: f["properties"]["id"] for f in json.loads(shown[0])["features"]}
    assert counted == {A: "4"}


def test_no_login_hears_how_much_was_written(board: Board) -> None:
    """The log of the server grows with each hidden row; the numbers of hidden rows are drawn apart."""
    for statement in (
        "SELECT pg_current_wal_insert_lsn()",
        "SELECT pg_current_wal_lsn()",
        "SELECT pg_current_wal_flush_lsn()",
        "SELECT last_value FROM draft.preview_id_seq",
        "SELECT last_value FROM draft.preview_private_id_seq",
        "SELECT * FROM draft.preview_row",
        "SELECT app.preview_changeset(1)",
        "EXPLAIN (ANALYZE, BUFFERS, WAL) SELECT app.check_saved(1)",
        "EXPLAIN (ANALYZE, BUFFERS, WAL) SELECT app.solve_conflicts(1, 'mine')",
        "SELECT * FROM app.private_tickets(1)",
    ):
        with pytest.raises(Exception, match="permission denied"), board.desk.sit(board.desk.north) as connection:
            connection.execute(text(statement))
