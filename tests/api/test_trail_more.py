"""What else the audit trail tells of: photos that were looked at, days of the calendar, sign-ins to the database."""

from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from gisgrid.access import add_account
from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import NORTH, District
from tests.api.test_photos import add, ask, look, new_ticket
from tests.pictures import encode, plain


def noted(district: District, what: str) -> list[Any]:
    columns = "note_id, who, what, subject, facts"
    return ask(
        district,
        f"SELECT who, subject, facts FROM (SELECT {columns} FROM core.audit_note UNION ALL"
        f" SELECT {columns} FROM core.audit) AS n WHERE what = :w ORDER BY note_id",
        w=what,
    )


def test_a_photo_that_is_looked_at(district: District) -> None:
    number, _ = new_ticket(district)
    photo_id = add(district, "wang", number, encode(plain())).json()["photo_id"]
    seen = look(district, "boss", f"{number}/photos/{photo_id}?size=small")
    assert seen.status_code == 200
    told = ("boss", "photo", {"of": [f"{number}/{photo_id}"]})
    assert noted(district, "read").count(told) == 1
    again = look(district, "boss", f"{number}/photos/{photo_id}?size=small", **{"If-None-Match": seen.headers["etag"]})
    assert again.status_code == 304 and noted(district, "read").count(told) == 1
    assert look(district, "", f"{number}/photos/{photo_id}").status_code == 401


def test_a_day_of_the_calendar(district: District) -> None:
    before = len(noted(district, "calendar"))
    day = (
        "INSERT INTO core.calendar_day (date, is_working, name, source) VALUES ('2061-03-05', false, '停工', 'library')"
    )
    ask(district, day)
    assert len(noted(district, "calendar")) == before, "the shipped calendar is not anybody's doing"
    ask(district, "UPDATE core.calendar_day SET source = 'local', is_working = true WHERE date = '2061-03-05'")
    ask(district, "DELETE FROM core.calendar_day WHERE date = '2061-03-05'")
    did = [(subject, facts["did"]) for _, subject, facts in noted(district, "calendar")[before:]]
    assert did == [("2061-03-05", "update"), ("2061-03-05", "delete")]


def test_a_sign_in_to_the_database(district: District) -> None:
    owner, drawer = Database(district.url, role=OWNER), f"drawer_{uuid4().hex[:12]}"
    with owner.transaction(EVERYTHING) as connection:
        secret = add_account(connection, drawer, "editor", NORTH)
    at = make_url(district.url)
    look_for = text("SELECT app.note_logins()")
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(look_for)
    engine = create_engine(at.set(username=drawer, password=secret), connect_args={"application_name": "qgis"})
    try:
        with engine.connect() as session:
            session.execute(text("SELECT 1"))
            with owner.transaction(EVERYTHING) as connection:
                assert connection.execute(look_for).scalar_one() == 1
                assert connection.execute(look_for).scalar_one() == 0
    finally:
        engine.dispose()
    owner.close()
    who, subject, facts = noted(district, "sign_in")[-1]
    assert (who, subject, facts["database"], facts["sessions"]) == (drawer, drawer, True, 1)
    assert facts["programs"] == ["qgis"]
