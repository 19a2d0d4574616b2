"""What goes through the doors, in which order, to fill an empty database with the sample."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from gisgrid.loading import Sheet
from gisgrid.sample.moments import materialise, materialise_pings
from gisgrid.settings import shipped

RELATIVE = {"tickets": materialise, "pings": materialise_pings}
"""Doors whose files hold times relative to the moment of loading."""
LATER_FROM = "2024-11-01"
"""From when the present division is valid, in the district's zone."""


@dataclass(frozen=True)
class Step:
    """One door and what goes through it: a file as it is, or rows with their times made absolute."""

    door: str
    path: Path
    valid_from: str = ""
    replace: bool = False
    rows: list[dict[str, str]] = field(default_factory=list)


def load_plan(now: datetime, zone: tzinfo, folder: Path | None = None) -> Iterator[Step]:
    """The steps that load the sample as of now (aware), in order.

    `areas` steps are for the import (scheme unit15, all levels in the file), the others for `load`:
    `rows` are filled only where times are relative (tickets, pings), else the file goes as it is.
    """
    folder = folder or shipped("sample_geojson")
    tickets = materialise(read_rows(folder / "tickets.csv"), now, zone)
    pings = materialise_pings(read_rows(folder / "pings.csv"), now, zone)
    yield Step("areas", folder / "areas_2023.geojson", valid_from="2023-01-01")
    yield Step("areas", folder / "areas.geojson", valid_from=LATER_FROM, replace=True)
    yield Step("ground", folder / "streets.geojson")
    yield Step("ground", folder / "river.geojson")
    yield Step("ground", folder / "buildings.geojson")
    yield Step("posts", folder / "posts.csv")
    yield Step("cameras", folder / "cameras.csv")
    yield Step("places", folder / "places.csv")
    yield Step("reach", folder / "reach.geojson")
    yield Step("devices", folder / "devices.csv")
    yield Step("tickets", folder / "tickets.csv", rows=tickets)
    yield Step("pings", folder / "pings.csv", rows=pings)


def in_absolute_times(door: str, path: Path, zone: tzinfo) -> Path | Sheet:
    """A file as it is; one of the sample with its relative times (`day`, `fraction`) counted from now."""
    if door not in RELATIVE or path.suffix.lower() != ".csv" or not path.is_file():
        return path
    with path.open("rb") as file:
        header = file.readline(2000).decode("utf-8", "replace").strip().split(",")
    if not {"day", "fraction", "invented"} <= set(header):
        return path
    return as_sheet(path, RELATIVE[door](read_rows(path), datetime.now(UTC), zone))


def as_sheet(path: Path, rows: list[dict[str, str]]) -> Sheet:
    """Rows as a sheet, numbered as in their file."""
    header = tuple(rows[0])
    cells = tuple(tuple(row[name] for name in header) for row in rows)
    return Sheet(path.name, header, cells, tuple(f"row {number}" for number in range(2, len(cells) + 2)))


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file of the sample."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
