"""What goes through the doors, in which order, to fill an empty database with the sample."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path

from gisgrid.sample.moments import materialise, materialise_pings
from gisgrid.settings import shipped

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
    yield Step("posts", folder / "posts.csv")
    yield Step("cameras", folder / "cameras.csv")
    yield Step("places", folder / "places.csv")
    yield Step("devices", folder / "devices.csv")
    yield Step("tickets", folder / "tickets.csv", rows=tickets)
    yield Step("pings", folder / "pings.csv", rows=pings)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file of the sample."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
