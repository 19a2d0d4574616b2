"""Housekeeping: what was kept long enough goes; reporters are erased long after closing; files without a row go."""

from collections import Counter
from collections.abc import Callable

from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database
from gisgrid.homes import ask_home, require_own_photos
from gisgrid.settings import Settings
from gisgrid.tickets.photo_files import clear_strays
from gisgrid.tickets.photos import photo_mark

BATCH = 200
ROWS = 1000
"""So many rows of a log go in one transaction, which nobody has to wait for."""
KEPT_DAYS: dict[str, Callable[[Settings], int]] = {
    "change": lambda settings: settings.change_days,
    "ping": lambda settings: settings.ping_days,
    "client_ref": lambda settings: settings.client_ref_days,
    "notice": lambda settings: settings.notice_days,
    "photo": lambda settings: settings.photo_days,
    "audit": lambda settings: settings.audit_days,
}
"""For how many days each kind of row is kept, as `app.forget_old` names them; 0: all are kept."""


def keep_house(database: Database, settings: Settings) -> Counter[str]:
    """Erase, forget and clear what is due, as the owner; how many of each. Any number of workers may run it.

    In a copy of a database nothing is due.
    """
    with database.transaction() as connection:
        if not ask_home(connection).is_at_home:
            return Counter()
    done = Counter(reporter=erase_reporters(database, settings.contact_days)) + forget_old(database, settings)
    done["file"] = clear_photos(database, settings)
    return done


def forget_old(database: Database, settings: Settings, *, batch: int = ROWS) -> Counter[str]:
    """Delete what was kept for as long as the settings say, and sessions that have ended; how many rows of each."""
    days = {what: kept(settings) for what, kept in KEPT_DAYS.items() if kept(settings)} | {"session": 0}
    return Counter({what: _forget(database, what, kept, batch) for what, kept in days.items()})


def _forget(database: Database, what: str, days: int, batch: int) -> int:
    forget = text("SELECT app.forget_old(:what, make_interval(days => :days), :batch)")
    values = {"what": what, "days": days, "batch": batch}
    return _in_batches(database, batch, lambda connection: connection.execute(forget, values).scalar_one())


def erase_reporters(database: Database, days: int, *, batch: int = BATCH) -> int:
    """Erase reporters and their photos so many days after closing; how many tickets. Each batch is committed."""
    erase = text("SELECT app.erase_reporters(:days, :batch)")
    values = {"days": days, "batch": batch}
    return _in_batches(database, batch, lambda connection: connection.execute(erase, values).scalar_one())


def erase_by_wish(connection: Connection, number: str = "", contact: str = "") -> list[str]:
    """Erase the reporter of this ticket, or of all tickets with this telephone number or mailbox, open or closed.

    Returns the tickets' numbers; none: no ticket has it, or nothing of him is left.
    """
    rows = connection.execute(
        text("SELECT * FROM app.erase_by_wish(:number, :contact)"),
        {"number": number or None, "contact": contact or None},
    )
    return list(rows.scalars())


def _in_batches(database: Database, batch: int, act: Callable[[Connection], int]) -> int:
    """Do a batch, each in a transaction of its own, until one is not full; how much was done."""
    whole = 0
    while True:
        with database.transaction(EVERYTHING) as connection:
            done = act(connection)
        whole += done
        if done < batch:
            return whole


def clear_photos(database: Database, settings: Settings) -> int:
    """Remove files of photos that have had no row for a day; how many. One query a folder of the 256."""

    def known(names: list[str]) -> set[str]:
        with database.transaction(EVERYTHING) as connection:
            rows = connection.execute(text("SELECT name FROM work.photo WHERE name = ANY(:names)"), {"names": names})
            return set(rows.scalars())

    if not settings.photos.is_dir():
        return 0
    with database.transaction() as connection:
        mark = photo_mark(connection)
        require_own_photos(settings.photos, ask_home(connection))
    return clear_strays(settings.photos, mark, known)
