"""Housekeeping: erase contact and photos of reporters long after closing; clear files without a row."""

from sqlalchemy import text

from gisgrid.database import EVERYTHING, Database
from gisgrid.settings import Settings
from gisgrid.tickets.photo_files import clear_strays
from gisgrid.tickets.photos import photo_mark

BATCH = 200


def keep_house(database: Database, settings: Settings) -> tuple[int, int]:
    """Erase and clear what is due, as the owner; how many tickets and files. Any number of workers may run it."""
    return erase_reporters(database, settings.contact_days), clear_photos(database, settings)


def erase_reporters(database: Database, days: int, *, batch: int = BATCH) -> int:
    """Erase reporters and their photos so many days after closing; how many tickets. Each batch is committed."""
    erased = 0
    while True:
        with database.transaction(EVERYTHING) as connection:
            done: int = connection.execute(
                text("SELECT app.erase_reporters(:days, :batch)"), {"days": days, "batch": batch}
            ).scalar_one()
        erased += done
        if done < batch:
            return erased


def clear_photos(database: Database, settings: Settings) -> int:
    """Remove files of photos that have had no row for a day; how many. One query a folder of the 256."""

    def known(names: list[str]) -> set[str]:
        with database.transaction(EVERYTHING) as connection:
            rows = connection.execute(text("SELECT name FROM work.photo WHERE name = ANY(:names)"), {"names": names})
            return set(rows.scalars())

    with database.transaction() as connection:
        mark = photo_mark(connection)
    return clear_strays(settings.photos, mark, known)
