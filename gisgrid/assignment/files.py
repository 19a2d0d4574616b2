"""Tables with points, read and written a part at a time: columns as Arrow has them, their order and the rows' kept."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gisgrid.errors import Fault, Refused
from gisgrid.loading import WORKBOOKS

ENDINGS = (".csv", ".gpkg", ".parquet", ".geojson", ".shp", ".xlsx")
"""The kinds of file that are written."""
READ = (*ENDINGS, ".json", ".txt", ".tsv", *WORKBOOKS)


@dataclass(frozen=True)
class Rows:
    """Some rows of a file, in its order: columns as Arrow has them, and the place of the n-th of them in the file."""

    table: Any
    place: Callable[[int], str]


@dataclass(frozen=True)
class PointFile:
    """A table as Arrow has it, a part after the other. `geometry` names its column of WKB ("" without), `crs` its
    system (None: not said); `key` names the column with a GeoPackage's own row numbers;
    `document`: a GeoJSON as it was read, so that its copy has every member unchanged.
    """

    name: str
    schema: Any
    rows: Iterator[Rows]
    geometry: str
    crs: Any
    key: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)


def check_ending(path: Path, known: tuple[str, ...] = ENDINGS) -> str:
    """The kind of file, by its ending. Raises Refused for one that is not known."""
    ending = path.suffix.lower()
    if ending not in known:
        raise Refused(Fault(str(path), f"{ending or 'no ending'} is not known here", f"one of {', '.join(known)}"))
    return ending
