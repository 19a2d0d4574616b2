"""A town's editor stops nobody: neither reports, nor publishing, nor another town's editor."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.desk import NORTH, A, Desk

SET_PUBLISHED = "UPDATE draft.changeset SET status = 'published' WHERE changeset_id = :id"
BOUNDARY = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = app.boundary_lock()::oid"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


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
