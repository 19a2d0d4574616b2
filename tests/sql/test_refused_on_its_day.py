"""A dated change set that another one contradicts: said as it is saved, told when it is refused on its day."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from gisgrid.access import add_account
from gisgrid.boundaries.changesets import ChangesetOrder, check, open_changeset, publish_changeset
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.worker import work
from tests.drawing import draw, publish_leaves
from tests.sql.endpoints import answer, listening
from tests.sql.notices import SETTINGS, sender_of, tell
from tests.waiting import PATIENCE_S

PARENTS = {"A": "west", "B": "west", "C": "east"}


@pytest.fixture
def url(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture
def owner(url: str) -> Iterator[Database]:
    database = Database(url, role=OWNER, statement_timeout_s=PATIENCE_S)
    with database.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AABBCC"), parents=PARENTS)
    work(database)
    yield database
    database.close()


def redraw(owner: Database, picture: str, area: str = "") -> int:
    with owner.transaction(EVERYTHING) as connection:
        number = open_changeset(connection, ChangesetOrder(area)).changeset_id
        for code, shape in draw(picture).items():
            connection.execute(
                text(
                    "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326)) WHERE changeset_id = :id"
                    " AND code = :code AND NOT ST_Equals(geom, ST_GeomFromText(:wkt, 4326))"
                ),
                {"wkt": shape.wkt, "id": number, "code": code},
            )
    return number


def warnings(owner: Database, number: int) -> dict[str | None, str]:
    with owner.transaction(EVERYTHING) as connection:
        return {p.code: p.message for p in check(connection, number) if p.kind == "waiting" and p.severity == "warning"}


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def let_its_date_come(url: str, number: int) -> None:
    superuser = Database(url, role="")
    with superuser.transaction() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger has a say
        connection.execute(
            text("UPDATE draft.changeset SET valid_from = clock_timestamp() WHERE changeset_id = :id"), {"id": number}
        )
    superuser.close()


def test_it_is_said_as_it_is_saved(owner: Database) -> None:
    waits = redraw(owner, "ABBBCC")
    assert warnings(owner, waits) == {}
    publish_changeset(owner, waits, valid_from=tomorrow())
    now = redraw(owner, "AAABCC")
    said = warnings(owner, now)
    assert set(said) == {"A", "B"}
    assert all(
        f"change set {waits}, which waits for " in line and "the later of the two" in line for line in said.values()
    )
    beside = redraw(owner, "AABBBC")
    assert set(warnings(owner, beside)) == {"B"}
    same = redraw(owner, "ABBBCC")
    assert set(warnings(owner, same)) == {"A", "B"}, "drawn alike or not, the second is refused as a conflict"
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("DELETE FROM draft.area WHERE changeset_id = :id AND code = 'A'"), {"id": same})
    assert "A" in warnings(owner, same), "ended here, drawn there"


def test_new_grids_on_the_same_ground_contradict_each_other_too(owner: Database) -> None:
    numbers = []
    for code in ("X", "Y"):
        number = redraw(owner, "AABBCC")
        with owner.transaction(EVERYTHING) as connection:
            connection.execute(
                text("UPDATE draft.changeset SET ground = 'gain' WHERE changeset_id = :id"), {"id": number}
            )
            connection.execute(
                text(
                    "INSERT INTO draft.area (changeset_id, code, name, parent_code, geom) VALUES (:id, :code, :code,"
                    " 'east', ST_Multi(ST_GeomFromText(:wkt, 4326)))"
                ),
                {"id": number, "code": code, "wkt": draw("......X")["X"].wkt},
            )
        numbers.append(number)
    publish_changeset(owner, numbers[0], valid_from=tomorrow())
    said = warnings(owner, numbers[1])
    assert set(said) == {"Y"} and "redraws X too" in said["Y"]


def test_its_author_and_the_supervisors_of_its_area_are_told(owner: Database, url: str) -> None:
    superuser = Database(url, role="")
    with superuser.transaction() as connection:
        for name, role, area in (
            ("watch", "supervisor", "west"), ("elsewhere", "supervisor", "east"), ("desk", "dispatcher", "west"),
        ):  # fmt: skip
            add_account(connection, name, role, area=area, login=False)
    superuser.close()
    with listening(answer(204)) as end_point, listening(answer(204)) as other, sender_of(url, SETTINGS) as sender:
        tell(owner, "west", f"{end_point.url}hook", area="west")
        tell(owner, "east", f"{other.url}hook", area="east")
        waits, first = redraw(owner, "ABBBCC", "west"), redraw(owner, "AAABCC", "west")
        publish_changeset(owner, waits, valid_from=tomorrow())
        publish_changeset(owner, first)
        let_its_date_come(url, waits)
        assert work(owner)
        assert dict(sender.send_once()) == {"delivered": 1}
        [request] = end_point.requests
        assert other.requests == []
    told = request.message
    assert told["type"] == "changeset.refused"
    data = told["data"]
    assert (data["changeset"], data["area"], data["supervisors"]) == (waits, "west", ["watch"])
    with owner.transaction(EVERYTHING) as connection:
        opened_by = connection.execute(
            text("SELECT opened_by FROM draft.changeset WHERE changeset_id = :id"), {"id": waits}
        ).scalar_one()
    assert data["opened_by"] == opened_by
    assert {(p["kind"], p["code"]) for p in data["problems"]} >= {("conflict", "A"), ("conflict", "B")}
    assert work(owner) == 0, "and told once"


def test_people_read_it_in_words(owner: Database, url: str) -> None:
    taken = answer(200, b'{"errcode":0,"errmsg":"ok"}')
    with listening(taken) as robot, sender_of(url, SETTINGS) as sender:
        tell(owner, "group", f"{robot.url}?access_token=a", kind="wecom")
        waits, first = redraw(owner, "ABBBCC"), redraw(owner, "AAABCC")
        publish_changeset(owner, waits, valid_from=tomorrow())
        publish_changeset(owner, first)
        let_its_date_come(url, waits)
        assert work(owner)
        assert dict(sender.send_once()) == {"delivered": 1}
        [request] = robot.requests
    shown = request.message["markdown"]["content"]
    assert f"【网格边界】待生效的变更集被拒绝 {waits}" in shown
    assert "问题：A：草稿建立后，A 已被他人改画" in shown and "建立人" in shown and "#ticket" not in shown
