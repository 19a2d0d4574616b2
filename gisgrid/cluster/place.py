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
    """Where is (or will be) the cluster of a data directory? Raises Refused if the directory is not ours.

    Root's server runs as another user; if that user cannot reach the data directory (in root's
    home, say) the data lies in a system folder.
    """
    mark = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    for folder in (data_dir / "postgres", SYSTEM_FOLDER / mark / "postgres"):
        if _exists(folder / "PG_VERSION"):
            user = owner_of(folder)
            if user is None:
                raise foreign(data_dir, folder)
            return Place(folder, _socket_dir(folder.parent, mark), user)
    user = _server_user()
    home = data_dir if _reaches(user, data_dir) else SYSTEM_FOLDER / mark
    return Place(home / "postgres", _socket_dir(home, mark), user)


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


def _socket_dir(home: Path, mark: str) -> Path:
    folder = home / "run"
    if len(str(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    return Path(f"/tmp/gisgrid-{mark}")  # noqa: S108  # its owner is checked before use
