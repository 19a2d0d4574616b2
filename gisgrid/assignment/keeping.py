"""Covering indexes kept in files, by the digest of the shapes they are of: made once, mapped into memory after.

Each array is a file of its own. Another digest is an index of other shapes; what is not whole is made again.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from gisgrid.assignment.covering import Covering, Lattice
from gisgrid.assignment.edges import Edges

FORMAT = "1"
"""Changes with what an index holds."""
MOST = 6
"""So many are kept; those not used for the longest time go."""
Parts = tuple[tuple[int, Covering], ...]
"""Indexes, each with the number of its first grid."""
_EDGES = ("line", "left", "right", "member", "start")
_ARRAYS = ("cell", "start", "listed", "label", "held")


def kept_indexes(folder: Path, digest: str, make: Callable[[], Parts]) -> Parts:
    """The indexes of this digest, made where the folder lacks them; each time, where nothing can be written to it."""
    place = folder / f"{FORMAT}-{digest}"
    with suppress(OSError, ValueError):
        parts = tuple(_read(place))
        os.utime(place)
        return parts
    parts = make()
    with suppress(OSError):
        _write(place, parts)
        _tidy(folder)
    return parts


def _read(place: Path) -> Iterator[tuple[int, Covering]]:
    for first in np.load(place / "first.npy").tolist():

        def array(name: str, part: Path = place / str(first)) -> Any:
            return np.asarray(np.load(part / f"{name}.npy", mmap_mode="r"))

        edges = Edges(*(array(f"edges-{name}") for name in _EDGES))
        west, south, width, height, columns, rows = array("lattice").tolist()
        lattice = Lattice(west, south, width, height, int(columns), int(rows))
        yield first, Covering(edges, lattice, *(array(name) for name in _ARRAYS))


def _write(place: Path, parts: Parts) -> None:
    """Written beside its place and put there as a whole."""
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".index-") as name:
        folder = Path(name) / place.name
        folder.mkdir()
        for first, index in parts:
            part = folder / str(first)
            part.mkdir()
            np.save(part / "lattice.npy", np.array(astuple(index.lattice)))
            for each in _EDGES:
                np.save(part / f"edges-{each}.npy", getattr(index.edges, each))
            for each in _ARRAYS:
                np.save(part / f"{each}.npy", getattr(index, each))
        np.save(folder / "first.npy", np.array([first for first, _ in parts], dtype=np.int64))
        os.rename(folder, place)


def _tidy(folder: Path) -> None:
    known = sorted(
        (one for one in folder.iterdir() if not one.name.startswith(".")), key=lambda one: one.stat().st_mtime
    )
    for old in known[:-MOST]:
        shutil.rmtree(old, ignore_errors=True)
