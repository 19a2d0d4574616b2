"""Where the private PostgreSQL lies, and which user of the operating system it belongs to."""

import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gisgrid.errors import Fault, Refused

SYSTEM_FOLDER = Path("/var/lib/gisgrid")
LONGEST_SOCKET_FOLDER = 85
"""A socket's whole name may have 107 characters."""
LIVED = "users.lock"
"""In a data directory whose database was running once."""
NOTE = "data_directory"
"""In a system folder: the path of the data directory whose database lies there."""


@dataclass(frozen=True)
class Place:
    """Where a cluster lies, and the user of the operating system that its server runs as."""

    pgdata: Path
    socket_dir: Path
    user: str

    @property
    def version(self) -> int | None:
        """Major version of PostgreSQL that made it; None before it is made."""
        try:
            return int((self.pgdata / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None


def owner_of(path: Path) -> str | None:
    """The owner of a folder if we may act as him: ourselves, or anybody if we are root; None: somebody else."""
    owner = path.stat().st_uid
    if os.geteuid() not in (0, owner):
        return None
    return _name(owner)


def make_data_dir(folder: Path) -> None:
    """Make the data directory if it is missing. Raises Refused where we may not write in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{folder} cannot be made: {error.strerror}"
        raise Refused(Fault("data_dir", message, "choose another --data-dir")) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise foreign(folder, folder)


def place_of(data_dir: Path) -> Place:
    """Where is (or will be) the cluster of a data directory? Changes nothing. Raises Refused if it is not ours.

    In the data directory itself; where root's server, which runs as another user, cannot reach that (root's home,
    say), in a system folder, to which a link `postgres` in the data directory leads.
    """
    own = data_dir / "postgres"
    for folder in (own, *(home / "postgres" for home in _unlinked(data_dir))):
        if _exists(folder / "PG_VERSION"):
            if _is_systems(folder.resolve()):
                folder = folder.resolve()  # the server's user cannot come through the link
            user = owner_of(folder)
            if user is None:
                raise foreign(data_dir, folder)
            return Place(folder, _socket_dir(folder.parent), user)
    user = _server_user()
    home = data_dir if _reaches(user, data_dir) else SYSTEM_FOLDER / _mark(data_dir)
    return Place(home / "postgres", _socket_dir(home), user)


def settle(data_dir: Path, place: Place) -> None:
    """Tie a data directory and its database together, before the server starts. Raises Refused, changing nothing.

    A database in a system folder gets links from its data directory and a note of where that is. So a data directory
    may be moved; a copy of it is refused, because both would write to one database.
    """
    if place.version is None and (data_dir / LIVED).exists():
        raise _lost(data_dir)
    if place.version and place.user and not _reaches(place.user, place.pgdata.parent):
        message = f"the user {place.user}, who runs the database, cannot reach {place.pgdata.parent}"
        remedy = "move the data directory to where he can, or open the folders above it to him: chmod o+x"
        raise Refused(Fault("data_dir", message, remedy))
    if not _is_systems(place.pgdata):
        return
    home, note = place.pgdata.parent, place.pgdata.parent / NOTE
    noted = Path(note.read_text().strip()) if note.exists() else data_dir
    if noted.absolute() != data_dir.absolute() and (noted / "postgres").resolve() == place.pgdata:
        message = f"{data_dir} is a copy of {noted}, and would share its database"
        remedy = "a copy with a database of its own is made by gisgrid backup and gisgrid restore"
        raise Refused(Fault("data_dir", message, remedy))
    for folder in (SYSTEM_FOLDER, home):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)  # a strict umask aside, the server's user comes through
    note.write_text(f"{data_dir.absolute()}\n")
    for name in ("postgres", "run"):
        link = data_dir / name
        if not link.is_symlink() and not link.exists():
            link.symlink_to(home / name)


def _is_systems(folder: Path) -> bool:
    return folder.is_relative_to(SYSTEM_FOLDER.resolve())


def _lost(data_dir: Path) -> Refused:
    """The refusal to begin with an empty one where a district lived."""
    message = f"a district lived in {data_dir}, and its database is not there any more"
    known = [home for home in sorted(SYSTEM_FOLDER.glob("*")) if (home / "postgres").is_dir()]
    free = " or ".join(str(home / "postgres") for home in known if not (home / NOTE).exists())
    link = f"ln -s that to {data_dir / 'postgres'} if it is {free}" if free else "no folder that gisgrid knows has it"
    remedy = f"{link}; else bring it back (gisgrid restore), or remove {data_dir / LIVED} to begin with an empty one"
    return Refused(Fault("data_dir", message, remedy))


def _unlinked(data_dir: Path) -> list[Path]:
    """The system folder that belongs to a data directory by its path alone, as before there were links."""
    home = SYSTEM_FOLDER / _mark(data_dir)
    note = home / NOTE
    try:
        is_others = note.exists() and note.read_text().strip() != str(data_dir.absolute())
    except PermissionError:
        is_others = True
    return [] if is_others else [home]


def _mark(data_dir: Path) -> str:
    """A name for a system folder: of the path, and of the times when another folder has it already."""
    path, number = str(data_dir.resolve()), 0
    while True:
        mark = hashlib.sha256(f"{path}{number or ''}".encode()).hexdigest()[:12]
        note = SYSTEM_FOLDER / mark / NOTE
        if os.geteuid() != 0 or not note.exists() or note.read_text().strip() == str(data_dir.absolute()):
            return mark
        number += 1


def _server_user() -> str:
    if os.geteuid() != 0:
        return _name(os.geteuid())
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return ""  # the package that makes this user may be installed next


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError as error:
        message, remedy = f"user number {uid} has no name", "PostgreSQL needs one in /etc/passwd"
        raise Refused(Fault("user", message, remedy)) from error


def foreign(data_dir: Path, folder: Path) -> Refused:
    """The refusal of a data directory that belongs to another user."""
    message = f"{data_dir} belongs to user {_name(folder.stat().st_uid)}"
    return Refused(Fault("data_dir", message, "run as that user, or choose another --data-dir"))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError as error:
        folder = path.parent
        raise foreign(folder.parent, folder) from error


def _reaches(user: str, folder: Path) -> bool:
    """Can that user go into the folder?"""
    if os.geteuid() != 0:
        return True
    if not user:
        return False
    entry = pwd.getpwnam(user)
    done = subprocess.run(
        ["test", "-x", str(folder)],
        check=False,
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=[],
    )
    return done.returncode == 0


def _socket_dir(home: Path) -> Path:
    folder = home / "run"
    if len(str(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    mark = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    return Path(f"/tmp/gisgrid-{mark}")  # noqa: S108  # its owner is checked before use
