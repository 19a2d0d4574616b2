"""A person acts as himself whatever his session sets, in change sets and in the audit trail, which is closed to him."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.walls.conftest import NORTH, Walls

NOTED = "SELECT DISTINCT who FROM core.audit_note WHERE what = 'changeset' AND subject = :id"


def test_nobody_acts_as_somebody_else(walls: Walls) -> None:
    login = walls.login("north")
    with walls.sit(login) as connection:
        connection.execute(text("SELECT set_config('gisgrid.actor', 'boss', true)"))
        assert connection.execute(text("SELECT app.actor()")).scalar() == login
        added = "INSERT INTO draft.changeset (area_code) VALUES (:area) RETURNING changeset_id, opened_by"
        opened = connection.execute(text(added), {"area": NORTH}).one()
    assert opened.opened_by == login
    assert walls.one(NOTED, id=str(opened.changeset_id)) == login
    with pytest.raises(DBAPIError, match="permission denied"), walls.sit(login) as connection:
        connection.execute(text("UPDATE draft.changeset SET published_by = 'boss'"))
    with walls.sit(login) as connection:
        connection.execute(text("SELECT set_config('gisgrid.actor', 'boss', true)"))
        ended = "UPDATE draft.changeset SET status = 'discarded' WHERE changeset_id = :id"
        connection.execute(text(ended), {"id": opened.changeset_id})
    assert walls.one(NOTED, id=str(opened.changeset_id)) == login


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM core.audit",
        "SELECT * FROM core.audit_note",
        "SELECT app.audit_rows(NULL, NULL, NULL, NULL, NULL, 1)",
        "SELECT app.note('test', 'x')",
        "SELECT app.note_reading('ticket', '{x}')",
        "SELECT app.seal_audit()",
        "INSERT INTO core.audit_note (who, what, subject, facts) VALUES ('boss', 'read', '', '{}')",
    ],
)
def test_no_login_reaches_the_trail(walls: Walls, statement: str) -> None:
    for kind in ("north", "whole"):
        with pytest.raises(DBAPIError, match="permission denied"), walls.sit(walls.login(kind)) as connection:
            connection.execute(text(statement))
