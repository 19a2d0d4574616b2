"""How much room is left where the district keeps its data, and what is said when there is none."""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gisgrid.errors import Fault, NoSpace
from gisgrid.settings import Settings

DATABASE_NEEDS = 48 << 20
"""Bytes: three segments of PostgreSQL's log, without which it neither starts nor stops in order."""
PHOTOS_NEED = 1 << 20
FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class Disk:
    """A place that has to have room: `what` for people (database, wal, photos), how many bytes it needs."""

    what: str
    path: Path
    needs: int

    @property
    def free(self) -> int | None:
        """Bytes that a user without privileges may still write; None where nobody can say."""
        try:
            found = os.statvfs(self._there)
        except OSError:
            return None
        return found.f_bavail * found.f_frsize

    @property
    def device(self) -> int | None:
        """The number of its file system."""
        try:
            return self._there.stat().st_dev
        except OSError:
            return None

    @property
    def _there(self) -> Path:
        """The path, or the nearest folder above it that exists."""
        path = self.path
        while not os.path.exists(path) and path != path.parent:  # False also where we may not look
            path = path.parent
        return path

    @property
    def fault(self) -> Fault | None:
        """It is full, or so nearly that the next write may fail; None: there is room."""
        free = self.free
        return None if free is None or free >= self.needs else no_space(self.path).faults[0]


def disks_of(settings: Settings) -> tuple[Disk, ...]:
    """The places of these settings; of a server of the user's own only the photos."""
    photos = Disk("photos", settings.photos, PHOTOS_NEED)
    return (photos,) if settings.database_url else (*disks_of_database(settings.data_dir / "postgres"), photos)


def disks_of_database(pgdata: Path) -> tuple[Disk, ...]:
    """The places of a private server."""
    return Disk("database", pgdata, DATABASE_NEEDS), Disk("wal", pgdata / "pg_wal", DATABASE_NEEDS)


def faults_of(disks: Iterable[Disk]) -> list[Fault]:
    """Which places are full?"""
    return [fault for disk in disks if (fault := disk.fault)]


def require_room_for_photos(disks: tuple[Disk, ...]) -> None:
    """Raises NoSpace where a photo would take the last room, of photos or of a database on the same disk."""
    photos = next(disk for disk in disks if disk.what == "photos")
    for disk in disks:
        if (disk is photos or disk.device == photos.device) and (fault := disk.fault):
            raise NoSpace(fault)


def no_space(path: Path | str) -> NoSpace:
    """The error of a full disk."""
    message = f"the disk of {path} is full"
    return NoSpace(Fault("disk", message, "make room there; what was refused can be sent again then, nothing is lost"))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Write files here; a full disk is said as such."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise no_space(path) from error
