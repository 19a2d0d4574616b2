"""What is kept of tickets before they change: due then, on former paths, out of the events of older databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from gisgrid.settings import shipped
from tests.drawing import draw, publish_leaves, spot

MIGRATION = "0020_remember_where_tickets_stood.sql"


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


def test_a_database_that_has_no_such_tables_yet_reads_them_out_of_events(db: Connection) -> None:
    """What the migration makes of the events is what triggers would have kept."""
    publish_leaves(db, draw("AABB"), valid_from="2024-01-01T00:00:00+08:00")
    ticket = report(db, 1.5)
    publish_leaves(db, draw("ABBB"), valid_from="2024-02-01T00:00:00+08:00")
    db.execute(text("SELECT app.relocate_changeset(max(changeset_id)) FROM draft.changeset"))
    db.execute(text("UPDATE work.ticket SET step = 'rate', closed_at = now() WHERE ticket_id = :id"), {"id": ticket})
    db.execute(text("SELECT app.reopen(:id, 'handle', 'x', '(测试)')"), {"id": ticket})
    paths = text("SELECT ticket_id, path FROM work.former_path ORDER BY former_path_id")
    closings = text("SELECT ticket_id, closed_at FROM work.former_state WHERE closed_at IS NOT NULL")
    kept = db.execute(paths).all(), db.execute(closings).all()
    assert [len(rows) for rows in kept] == [1, 1]
    db.execute(text("TRUNCATE work.former_path, work.former_state"))
    migration = (shipped("sql") / "migrations" / MIGRATION).read_text("utf-8")
    for statement in migration.split(";"):
        if statement.strip().startswith(("INSERT", "-- What history")):
            db.exec_driver_sql(statement)
    assert (db.execute(paths).all(), db.execute(closings).all()) == kept
