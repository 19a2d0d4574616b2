"""Loads take turns, and boundaries stand still while one runs."""

from sqlalchemy import Connection, text


def take_turn(connection: Connection) -> None:
    """Wait until no other load runs, then hold the live boundaries as they are; both until the transaction ends.

    Two loads of one file at once would each find nothing there yet. Each lock is a statement of its own, so that
    what follows sees what was committed before.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('gisgrid load', 7147))"))
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(app.boundary_lock())"))
