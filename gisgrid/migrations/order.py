"""In which order are the repeatable SQL files run? What a file names is built before it; rooms have floors."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

from gisgrid.settings import shipped

LAYERS = "tile"
_SILENT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_NAME = re.compile(r"\b((?:app|tile)\.\w+)\b")
_MADE = re.compile(r"^CREATE (?:FUNCTION|VIEW) ((?:app|tile)\.\w+)\b", re.MULTILINE)
_SHOWN = re.compile(r"^CREATE VIEW ((?:core|draft|work|overlay)\.\w+)\b", re.MULTILINE)
_ATTACHED = re.compile(
    r"^CREATE (?:CONSTRAINT )?(TRIGGER|POLICY) (\w+)\b[^;]*?\sON (\w+\.\w+)\b", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class SqlFile:
    """A repeatable file: its room, the objects it makes, the objects of schemas app and tile it names."""

    path: Path
    room: str
    text: str

    @cached_property
    def makes(self) -> frozenset[str]:
        """The functions and views of schemas app and tile that it creates, as `app.name`."""
        return frozenset(_MADE.findall(self.text))

    @cached_property
    def names(self) -> frozenset[str]:
        """The functions and views that it names outside comments and literals, its own left out."""
        return frozenset(_NAME.findall(_SILENT.sub(" ", self.text))) - self.makes

    @cached_property
    def attaches(self) -> frozenset[tuple[str, str, str]]:
        """The triggers and policies that it creates: kind in small letters, name, table."""
        return frozenset((kind.lower(), name, table) for kind, name, table in _ATTACHED.findall(self.text))

    @cached_property
    def shows(self) -> frozenset[str]:
        """The views that it creates in schemas with data, as `draft.name`."""
        return frozenset(_SHOWN.findall(self.text))


def read_rooms() -> list[str]:
    """The rooms of `sql/app`, the lowest first; the layers are above all of them."""
    listed = tomllib.loads((shipped("sql") / "app" / "rooms.toml").read_text(encoding="utf-8"))
    return [*listed["rooms"], LAYERS]


def read_files() -> list[SqlFile]:
    """Every repeatable file: `sql/app/<room>/*.sql` and `tiles/<layer>/*.sql`, in any order."""
    rooms = sorted((shipped("sql") / "app").glob("*/*.sql"))
    layers = sorted(shipped("tiles").glob("*/*.sql"))
    return [_read(path, path.parent.name) for path in rooms] + [_read(path, LAYERS) for path in layers]


def needs_of(files: Iterable[SqlFile]) -> dict[SqlFile, set[SqlFile]]:
    """For each file the files that make the objects it names."""
    known = list(files)
    makers = {made: file for file in known for made in file.makes}
    return {file: {makers[name] for name in file.names if name in makers} - {file} for file in known}


def in_order(files: Iterable[SqlFile], rooms: Sequence[str]) -> list[SqlFile]:
    """The files in an order where each comes after those that make what it names; else by room and path.

    Found once for the same files: a deploy, and a verb in a process that has run one, asks again.
    Raises graphlib.CycleError where files name each other in a circle.
    """
    return list(_order(tuple(files), tuple(rooms)))


@lru_cache(maxsize=2)
def _order(files: tuple[SqlFile, ...], rooms: tuple[str, ...]) -> tuple[SqlFile, ...]:
    needs: Mapping[SqlFile, set[SqlFile]] = needs_of(files)
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    ordered: list[SqlFile] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda file: (rooms.index(file.room), str(file.path)))
        ordered.extend(ready)
        sorter.done(*ready)
    return tuple(ordered)


def _read(path: Path, room: str) -> SqlFile:
    """As the file is now: one that was changed is another."""
    found = path.stat()
    return _read_once(path, room, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(maxsize=2000)
def _read_once(path: Path, room: str, *_stamp: int) -> SqlFile:
    return SqlFile(path, room, path.read_text(encoding="utf-8"))
