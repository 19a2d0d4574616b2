"""The clocks of tickets: reminders and escalations, each given once however many workers run."""

from sqlalchemy import text

from gisgrid.database import EVERYTHING, Database

TICK_BATCH = 500
TICK_TIMEOUT_S = 60


def tick_clocks(database: Database, *, batch: int = TICK_BATCH) -> int:
    """Write the reminders and escalations that are due, as the owner; returns how many tickets were looked at.

    In batches, each committed, by the database's clock. Workers at the same time take different tickets.
    """
    looked = 0
    while True:
        with database.transaction(EVERYTHING, timeout_s=TICK_TIMEOUT_S) as connection:
            done: int = connection.execute(text("SELECT app.tick_clocks(:batch)"), {"batch": batch}).scalar_one()
        looked += done
        if done < batch:
            return looked
