"""A notification reaches every login that listens, whatever its scope, so it carries nothing."""

import re

import psycopg2
from sqlalchemy import Connection, make_url, text

from gisgrid.database import EVERYTHING
from gisgrid.tickets.intake import Report, receive
from tests.drawing import spot
from tests.waiting import until
from tests.walls.conftest import PHONE, WORDS, Walls

EMPTY = re.compile(r"pg_notify\('\w+', ''\)")
DEFINED = """
SELECT p.oid::regprocedure::text AS name, pg_get_functiondef(p.oid) AS body
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = ANY('{core,draft,work,overlay,app,tile}')
"""


def talkative(connection: Connection) -> list[str]:
    """Which functions notify of anything but that something changed?"""
    functions = connection.execute(text(DEFINED)).all()
    return [one.name for one in functions if re.search(r"(?i)\b(pg_)?notify\b", EMPTY.sub("", one.body))]


def test_a_notification_is_empty(walls: Walls) -> None:
    url = make_url(walls.url)
    listener = psycopg2.connect(
        dbname=url.database, user=url.username, host=str(url.query["host"]), port=str(url.query["port"])
    )
    listener.autocommit = True
    with listener.cursor() as cursor:
        cursor.execute("LISTEN gisgrid_change")
    lon, lat = spot(0.4, 0.4)
    with walls.owner.transaction(EVERYTHING) as connection:
        report = Report(lon, lat, "wgs84", "dispute", WORDS, contact_phone=PHONE)
        receive(connection, report, network="base", zone="UTC")

    def arrived() -> bool:
        listener.poll()
        return bool(listener.notifies)

    until(arrived)
    assert {one.payload for one in listener.notifies} == {""}
    listener.close()


def test_no_function_notifies_of_anything_else(walls: Walls) -> None:
    with walls.owner.transaction() as connection:
        assert talkative(connection) == []
        connection.execute(
            text("CREATE FUNCTION app.planted() RETURNS void LANGUAGE sql AS $$SELECT pg_notify('x', 'words')$$")
        )
        assert talkative(connection) == ["app.planted()"]
        connection.rollback()
