"""In which order are the repeatable SQL files run? What a file names is built before it; rooms have floors."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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

    @property
    def makes(self) -> frozenset[str]:
        """The functions and views of schemas app and tile that it creates, as `app.name`."""
        return frozenset(_MADE.findall(self.text))

    @property
    def names(self) -> frozenset[str]:
        """The functions and views that it names outside comments and literals, its own left out."""
        return frozenset(_NAME.findall(_SILENT.sub(" ", self.text))) - self.makes

    @property
    def attaches(self) -> frozenset[tuple[str, str, str]]:
        """The triggers and policies that it creates: kind in small letters, name, table."""
        return frozenset((kind.lower(), name, table) for kind, name, table in _ATTACHED.findall(self.text))

    @property
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


def in_order(files: Iterable[SqlFile], rooms: list[str]) -> list[SqlFile]:
    """The files in an order where each comes after those that make what it names; else by room and path.

    Raises graphlib.CycleError where files name each other in a circle.
    """
    needs: Mapping[SqlFile, set[SqlFile]] = needs_of(files)
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    ordered: list[SqlFile] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda file: (rooms.index(file.room), str(file.path)))
        ordered.extend(ready)
        sorter.done(*ready)
    return ordered


def _read(path: Path, room: str) -> SqlFile:
    return SqlFile(path, room, path.read_text(encoding="utf-8"))
