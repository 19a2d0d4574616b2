"""Tickets out as a file, whole or not at all."""

import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import geopandas
import pyogrio
import shapely

from gisgrid.errors import Fault, Refused
from gisgrid.instants import write_instant
from gisgrid.ticket_fields import Facts
from gisgrid.tickets.exporting import WRITERS, Sheet

ENDINGS = (*WRITERS, "gpkg")


def write_tickets(path: Path, pages: Iterable[list[Facts]], sheet: Sheet) -> int:
    """Write tickets to a file by its ending; returns how many. Raises Refused for another ending or folder."""
    ending = path.suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        known = ", ".join(f".{name}" for name in ENDINGS)
        raise Refused(Fault(str(path), f"{path.suffix or 'no ending'} is not known here", f"one of {known}"))
    written = 0

    def counted() -> Iterable[list[Facts]]:
        nonlocal written
        for page in pages:
            written += len(page)
            yield page

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".tickets-") as folder:
            part = Path(folder) / path.name
            if ending == "gpkg":
                _write_gpkg(part, counted(), sheet)
            else:
                with part.open("wb") as out:
                    out.writelines(WRITERS[ending](counted(), sheet))
            os.replace(part, path)
    except (OSError, pyogrio.errors.DataSourceError) as error:
        raise Refused(Fault(str(path), f"this cannot be written: {error}", "name another file")) from error
    return written


def _write_gpkg(path: Path, pages: Iterable[list[Facts]], sheet: Sheet) -> None:
    """A layer `ticket` of points, the public locations; times as text with their offset, as in the other files."""
    for page in pages:
        columns = {
            column.name: [_plain(row.get(column.name), sheet) for row in page]
            for column in sheet.columns
            if column.name not in ("lon", "lat")
        }
        places = [None if row["lon"] is None else shapely.Point(row["lon"], row["lat"]) for row in page]
        frame = geopandas.GeoDataFrame(columns, geometry=places, crs=4326)
        for column in sheet.columns:
            if column.name in columns:
                frame[column.name] = frame[column.name].astype("float64" if column.field.is_number else "string")
        pyogrio.write_dataframe(
            frame,
            path,
            layer="ticket",
            driver="GPKG",
            geometry_type="Point",
            append=path.exists(),
            promote_to_multi=False,
        )


def _plain(value: object, sheet: Sheet) -> object:
    return write_instant(value, sheet.zone) if isinstance(value, datetime) else value
