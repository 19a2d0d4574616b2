"""What is kept of tickets before they change: due then, on former paths, out of the events of older databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from tests.drawing import draw, publish_leaves, spot


def report(db: Connection, column: float, due_at: str = "NULL") -> int:
    lon, lat = spot(column, 0.5)
    ticket: int = db.execute(
        text(
            "SELECT ticket_id FROM app.receive_report(jsonb_build_object('network', 'base', 'zone', 'UTC', 'category',"
            " 'hazard', 'lon_wgs84', CAST(:lon AS float8), 'lat_wgs84', CAST(:lat AS float8), 'lon', 0, 'lat', 0,"
            f" 'system', 'wgs84', 'description', '', 'due_at', {due_at}))"
        ),
        {"lon": lon, "lat": lat},
    ).scalar_one()
    return ticket


def test_what_was_due_then(db: Connection) -> None:
    """That it got more time later does not change that it was overdue."""
    publish_leaves(db, draw("AB"))
    ticket = report(db, 0.5, "clock_timestamp()")
    then = db.execute(text("SELECT clock_timestamp()")).scalar_one()
    db.execute(
        text("UPDATE work.ticket SET due_at = now() + interval '1 hour' WHERE ticket_id = :id"),
        {"id": ticket},
    )
    ask = text("SELECT overdue, due_soon FROM app.counters_then(0, :at, 'UTC', '1 day')")
    assert tuple(db.execute(ask, {"at": then}).one()) == (1, 0)
    assert tuple(db.execute(ask, {"at": then + timedelta(minutes=1)}).one()) == (0, 1)


def test_where_tickets_stood_is_only_appended(db: Connection) -> None:
    for sql in ("DELETE FROM work.former_path", "UPDATE work.former_state SET due_at = now()"):
        with pytest.raises(Exception, match="history only grows"), db.begin_nested():
            db.execute(text(sql))
