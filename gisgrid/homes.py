"""Is this the district's database, or a copy of it? And whose is a folder of photos?

A dump restored anywhere, a cloned database, a copied data directory: each holds notices that were sent already and
names of photos that another database still has. So a copy is quiet until somebody says that it is the district now.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from gisgrid.errors import Conflict, Fault
from gisgrid.settings import Settings

OWNER_FILE = ".gisgrid-database"
"""In a folder of photos: the identity of the database to which it belongs."""
COPIED, RESTORED = "a copy", "restored"
QUIET = "this database is a copy: it sends no notices, takes no photos and erases nothing"
ADOPT = "if it is the district now, say so: gisgrid restore --adopt"
_MACHINE = Path("/etc/machine-id")


@dataclass(frozen=True)
class Home:
    """What a database says of itself."""

    identity: str
    is_at_home: bool


def ask_home(connection: Connection) -> Home:
    """Who is this database, and is it the district's own?"""
    row = connection.execute(text("SELECT identity, app.is_at_home() AS is_at_home FROM core.deployment")).one()
    return Home(str(row.identity), row.is_at_home)


def settle_home(connection: Connection, settings: Settings) -> bool:
    """Before it is served: a database that has no home yet gets this one; is it at home? As the owner.

    A data directory that was copied as a whole is known by its path and its folder's number, which are both others.
    """
    here = None if settings.database_url else _place(settings)
    row = connection.execute(text("SELECT home, place, app.here() AS here FROM core.deployment")).one()
    if row.home not in (None, row.here):
        return False
    if here and row.place and not _is_same(here, row.place):
        connection.execute(text("UPDATE core.deployment SET home = :home"), {"home": COPIED})
        return False
    connection.execute(text("UPDATE core.deployment SET home = app.here(), place = :place"), {"place": here})
    return True


def make_quiet(connection: Connection) -> None:
    """It was just restored: another database, with another identity, that is not at home anywhere."""
    connection.execute(
        text("UPDATE core.deployment SET home = :home, place = NULL, identity = gen_random_uuid()"), {"home": RESTORED}
    )


def adopt(connection: Connection, settings: Settings) -> int:
    """This database is the district from now on; how many notices from before stay unsent until they are retried.

    Raises Conflict where its folder of photos belongs to another database.
    """
    before = ask_home(connection)
    owner = _owner(settings.photos)
    is_own = connection.execute(text("SELECT home FROM core.deployment")).scalar() == RESTORED  # with its own identity
    if owner and (owner != before.identity or not (is_own or settings.photos.is_relative_to(settings.data_dir))):
        raise _foreign(settings.photos)
    parked = connection.execute(
        text(
            "UPDATE work.delivery SET parked_at = clock_timestamp(), said = 'from before the restore'"
            " WHERE delivered_at IS NULL AND parked_at IS NULL"
        )
    ).rowcount
    identity = connection.execute(
        text(
            "UPDATE core.deployment SET home = app.here(), place = :place, identity = gen_random_uuid()"
            " RETURNING identity"
        ),
        {"place": None if settings.database_url else _place(settings)},
    ).scalar_one()
    if settings.photos.is_dir():
        _write_owner(settings.photos, str(identity))
    return parked


def require_own_photos(place: Path, home: Home) -> None:
    """Raises Conflict where a photo may not be written or cleared here; a folder of nobody becomes this database's."""
    if not home.is_at_home:
        raise Conflict(Fault("photos", QUIET, ADOPT))
    owner = _owner(place)
    if not owner:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_owner(place, home.identity)
    elif owner != home.identity:
        raise _foreign(place)


def give_photos(place: Path, identity: str) -> None:
    """These photos were just restored for this database."""
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_owner(place, identity)


def _foreign(place: Path) -> Conflict:
    message = f"the folder of photos {place} belongs to another database, or may"
    remedy = f"give this one a copy of it (GISGRID_PHOTO_DIR), or remove {place / OWNER_FILE} if no other uses it"
    return Conflict(Fault("GISGRID_PHOTO_DIR", message, remedy))


def _owner(place: Path) -> str:
    try:
        return (place / OWNER_FILE).read_text().strip()
    except FileNotFoundError:
        return ""


def _write_owner(place: Path, identity: str) -> None:
    part = place / f"{OWNER_FILE}.part"
    part.write_text(f"{identity}\n")
    part.replace(place / OWNER_FILE)


def _place(settings: Settings) -> str:
    machine = _MACHINE.read_text().strip() if _MACHINE.exists() else ""
    folder = settings.data_dir.resolve()
    return f"{machine} {os.stat(folder).st_ino} {folder}"


def _is_same(here: str, noted: str) -> bool:
    """One data directory: on the same machine, and moved within a disk or at its old path."""
    machine, number, path = here.split(" ", 2)
    noted_machine, noted_number, noted_path = noted.split(" ", 2)
    return machine == noted_machine and (number == noted_number or path == noted_path)
