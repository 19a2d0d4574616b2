"""Photos are files outside the database, under random names that only the server makes.

A file is whole and on the disk before its row is committed, so a row has its file; files without a row are cleared.
A name ends in a mark of its database, so that two databases with one folder leave each other's files alone.
"""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gisgrid.disks import writing
from gisgrid.tickets.darkroom import Picture

ENDINGS = {"large": ".jpg", "small": ".small.jpg"}
OURS = re.compile(r"^\.?([0-9a-f]{24}([0-9a-f]{8}))(\.small)?\.jpg(\.part)?$")
"""Names of files that may be cleared, with the mark of this database; other files in the folder are left alone."""
KEPT_WITHOUT_A_ROW_S = 24 * 3600


def mark_of(key: bytes) -> str:
    """How do names of this database's files end? `key`: one that no other database has."""
    return hashlib.sha256(b"photos" + key).hexdigest()[:8]


def keep_picture(place: Path, picture: Picture, mark: str) -> str:
    """Write both sizes below `place`; returns their name. Both are on the disk when this returns. Raises NoSpace."""
    name = secrets.token_hex(12) + mark
    try:
        with writing(place):
            _keep(place, name, picture)
    except BaseException:  # nothing stays half written, least of all on a full disk
        discard_picture(place, name)
        raise
    return name


def _keep(place: Path, name: str, picture: Picture) -> None:
    folder = place / name[:2]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(folder / f"{name}{ENDINGS['large']}", picture.large)
    _write(folder / f"{name}{ENDINGS['small']}", picture.small)
    for written in (folder, place):  # the names too
        descriptor = os.open(written, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_picture(place: Path, name: str, size: str) -> bytes | None:
    """The JPEG of this name, `large` or `small`; None where the file is gone."""
    try:
        return (place / name[:2] / f"{name}{ENDINGS[size]}").read_bytes()
    except FileNotFoundError:
        return None


def discard_picture(place: Path, name: str) -> None:
    """Remove a picture that was kept but got no row."""
    for ending in ENDINGS.values():
        (place / name[:2] / f"{name}{ending}").unlink(missing_ok=True)


def clear_strays(place: Path, mark: str, known: Callable[[list[str]], set[str]]) -> int:
    """Remove files with this mark that have lain here for a day without a row; how many. `known`: who has a row?"""
    cleared = 0
    for folder in sorted(place.glob("[0-9a-f][0-9a-f]")):
        old = list(_old(folder, mark))
        kept = known(sorted({name for name, _ in old})) if old else set()
        for name, path in old:
            if name not in kept:
                path.unlink(missing_ok=True)
                cleared += 1
    return cleared


def _old(folder: Path, mark: str) -> Iterator[tuple[str, Path]]:
    before = time.time() - KEPT_WITHOUT_A_ROW_S
    for path in folder.iterdir():
        match = OURS.match(path.name)
        if match and match[2] == mark and path.stat().st_mtime < before:
            yield match[1], path


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
