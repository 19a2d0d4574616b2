"""How is a district's machinery doing: what waits, what is late, how old is the backup? Nothing of people."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Machinery:
    """What a database knows of its own service."""

    notices_waiting: int
    notices_parked: int
    notice_oldest_s: float
    """Age of the oldest notice that waits; 0: none does."""
    clocks_late: int
    """Reminders that a worker should have seen a minute ago."""
    changesets_behind: int
    """Change sets whose date has come, and that are not live or not followed yet."""
    boundary_version: int
    boundary_at: datetime | None
    change_lag_s: float
    """How long the oldest committed change has waited for a transaction that still runs."""
    backup_finished_at: datetime | None


def read_machinery(connection: Connection) -> Machinery:
    """The figures of now, by one statement of a few milliseconds."""
    return Machinery(**connection.execute(text("SELECT * FROM app.machinery()")).one()._mapping)
