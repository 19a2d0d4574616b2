"""A town's editor stops nobody: neither reports, nor publishing, nor another town's editor."""

import threading
from contextlib import closing

import pytest
from shapely import box
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.desk import NORTH, SOUTH, A, Desk
from tests.drawing import spot
from tests.house.tree import CHECKOUT
from tests.waiting import LOCKS, PATIENCE_S, until, who_wait_for

WALLS = CHECKOUT / "sql" / "walls.sql"
SET_PUBLISHED = "UPDATE draft.changeset SET status = 'published' WHERE changeset_id = :id"
WAITING = who_wait_for("draft.area")
BOUNDARY = f"{LOCKS} AND locktype = 'advisory' AND classid = 0 AND objid = app.boundary_lock()::oid"


def renamed(desk: Desk) -> int:
    """An open change set of the north's, with a grid of another name."""
    changeset = desk.open(desk.north, NORTH)
    desk.run(
        desk.north, "UPDATE draft.area SET name = '新名' WHERE changeset_id = :id AND code = :a", id=changeset, a=A
    )
    return changeset


def locks(desk: Desk) -> int:
    with desk.owner.transaction() as connection:
        return int(connection.execute(text(BOUNDARY)).scalar_one())


@pytest.mark.parametrize("names", ["ALL", "draft.flip_changeset"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_nobody_goes_live_before_his_commit(desk: Desk, names: str, when: str) -> None:
    """Else he has the lock that reports wait for, and keeps it as long as he likes."""
    changeset = renamed(desk)
    with pytest.raises(DBAPIError, match="at the commit"), desk.sit(desk.north) as connection:
        if when == "before":
            connection.execute(text(f"SET CONSTRAINTS {names} IMMEDIATE"))
        connection.execute(text(SET_PUBLISHED), {"id": changeset})
        assert locks(desk) == 0
        connection.execute(text(f"SET CONSTRAINTS {names} IMMEDIATE"))
        assert locks(desk) == 0
    desk.publish(desk.north, changeset)
    assert desk.one(desk.north, "SELECT published_at IS NOT NULL FROM draft.changeset WHERE changeset_id = :id",
                    id=changeset)  # fmt: skip


def test_going_live_is_the_last_thing_of_a_commit(desk: Desk) -> None:
    """What else the commit has to check, it checks before it takes the lock that reports wait for."""
    published, other = renamed(desk), desk.open(desk.north, NORTH)
    with desk.owner.transaction() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION draft.look() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
                f" IF ({BOUNDARY}) > 0 THEN RAISE EXCEPTION 'checked under the lock'; END IF; RETURN NULL; END $$"
            )
        )
        connection.execute(
            text(
                "CREATE CONSTRAINT TRIGGER look AFTER UPDATE ON draft.area DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION draft.look()"
            )
        )
    with desk.sit(desk.north) as connection:
        connection.execute(text(SET_PUBLISHED), {"id": published})
        connection.execute(text("UPDATE draft.area SET name = '后' WHERE changeset_id = :id"), {"id": other})
    assert desk.one(desk.north, "SELECT published_at IS NOT NULL FROM draft.changeset WHERE changeset_id = :id",
                    id=published)  # fmt: skip


@pytest.mark.parametrize("statement", ["CREATE TEMP TABLE t (x integer)", "CREATE FUNCTION pg_temp.f() RETURNS void"
                                       " LANGUAGE sql AS ''"])  # fmt: skip
def test_a_login_keeps_nothing_of_its_own_on_the_disk(desk: Desk, statement: str) -> None:
    """temp_file_limit does not count temporary tables; a deferred trigger on one would run within others' locks.

    A deploy says so to the database itself, which a clone does not inherit.
    """
    with closing(create_engine(desk.url, isolation_level="AUTOCOMMIT").connect()) as superuser:
        superuser.exec_driver_sql(WALLS.read_text(encoding="utf-8"), execution_options={"no_parameters": True})
    with pytest.raises(DBAPIError, match="permission denied"), desk.sit(desk.north) as connection:
        connection.execute(text(statement))


def as_a_person(desk: Desk) -> Connection:
    """By the login of the service, which is a person's for this test: others do not sign in over the socket."""
    with desk.owner.transaction() as connection:
        connection.execute(text("INSERT INTO core.login_scope (login, role) VALUES ('gisgrid_api', 'admin')"))
        connection.execute(text("GRANT DELETE ON draft.area TO gisgrid_service"))
    return create_engine(make_url(desk.url).set(username="gisgrid_api")).connect()


def ended(desk: Desk, *times: str) -> int:
    with desk.owner.transaction() as connection:
        asked = ", ".join(f"'{one}'" for one in times)
        return int(connection.execute(text(f"SELECT app.end_idle_logins({asked})")).scalar_one())


def test_a_transaction_that_is_kept_busy_is_ended_all_the_same(desk: Desk) -> None:
    with closing(as_a_person(desk)) as person:
        person.execute(text("SELECT pg_sleep(1.2)"))
        person.execute(text("SELECT 1"))
        assert ended(desk, "1 h", "1 h") == 0
        assert ended(desk, "1 h", "1 s") == 1
        with pytest.raises(OperationalError):
            person.execute(text("SELECT 1"))


def test_who_keeps_others_waiting_is_ended_sooner(desk: Desk) -> None:
    with closing(as_a_person(desk)) as person:
        person.execute(text("LOCK TABLE draft.area IN ACCESS EXCLUSIVE MODE"))
        person.execute(text("SELECT pg_sleep(1.2)"))
        assert ended(desk, "1 s", "1 h") == 0, "nobody waits"
        waits = threading.Thread(target=lambda: desk.rows(desk.south, "SELECT 1 FROM draft.area"))
        waits.start()
        until(lambda: person.execute(text(WAITING)).scalar() == 1)
        assert ended(desk, "1 h", "1 h") == 0
        assert ended(desk, "1 s", "1 h") == 1
        with pytest.raises(OperationalError):
            person.execute(text("SELECT 1"))
        waits.join(PATIENCE_S)
        assert not waits.is_alive()


def test_numbers_of_another_town_are_not_used_up(desk: Desk) -> None:
    community = f"{SOUTH}001"
    drawn, theirs = desk.open(desk.north, NORTH), desk.open(desk.south, SOUTH)
    desk.run(
        desk.north,
        "INSERT INTO draft.area (changeset_id, code, name, kind)"
        " SELECT :id, :parent || lpad(n::text, 3, '0'), 'x', 'special' FROM generate_series(3, 999) AS n",
        id=drawn, parent=community,
    )  # fmt: skip
    (x, y), (u, v) = spot(1, 2.2), spot(2, 2.8)
    assert desk.add(desk.south, theirs, box(x, v, u, y)) == f"{community}003"
    assert desk.add(desk.south, theirs, box(x, v, u, y)) == f"{community}004", "those of one's own town are used"


FEW = (
    "CREATE OR REPLACE FUNCTION app.most_drafts(OUT grids integer, OUT changesets integer)"
    " LANGUAGE sql AS 'SELECT 4, 3'"
)


def test_a_login_fills_no_network_with_its_drafts(desk: Desk) -> None:
    """Where codes have no tree, a draft's codes are those of the whole network. Whatever it sets, a row at a time."""
    with desk.owner.transaction() as connection:
        connection.execute(text(FEW))
    first, other = desk.open(desk.north, NORTH), desk.open(desk.north, NORTH)
    insert = (
        "INSERT INTO draft.area (changeset_id, code, name, kind)"
        " SELECT :id, :parent || lpad(n::text, 3, '0'), 'x', 'special' FROM generate_series(:low, :high) AS n"
    )
    desk.run(desk.north, insert, id=first, parent=f"{NORTH}001", low=900, high=902)
    with pytest.raises(DBAPIError, match="more than 4 new grids"), desk.sit(desk.north) as connection:
        connection.execute(text(insert), {"id": other, "parent": f"{NORTH}001", "low": 903, "high": 905})
        connection.execute(text("SET LOCAL gisgrid.saved = ''"))
    desk.run(desk.north, insert, id=other, parent=f"{NORTH}001", low=903, high=903)
    desk.run(desk.south, insert, id=desk.open(desk.south, SOUTH), parent=f"{SOUTH}001", low=900, high=903)
    desk.open(desk.north, NORTH)
    with pytest.raises(DBAPIError, match="you have 3 open change sets"):
        desk.open(desk.north, NORTH)
    desk.run(desk.north, "UPDATE draft.changeset SET status = 'discarded' WHERE changeset_id = :id", id=first)
    desk.run(desk.north, insert, id=desk.open(desk.north, NORTH), parent=f"{NORTH}001", low=910, high=912)
