"""Loads take turns, and no boundaries change while a load runs."""

from sqlalchemy import Connection, text


def take_turn(connection: Connection) -> None:
    """Wait until no other load runs, then hold off every publish; both until the transaction ends.

    Two loads of one file at once would both find no rows yet. Each lock is a statement of its own, so that
    later statements see what was committed before.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('gisgrid load', 7147))"))
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(app.boundary_lock())"))
