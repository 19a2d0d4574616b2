"""GPX tracks (topografix.com/GPX/1/0 and 1/1) as rows of points; segments stay apart."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gisgrid.loading import BadCell, Sheet
from gisgrid.patrol.tracks import Walker, sheet_of, walk


def read_gpx(path: Path) -> Sheet:
    """The track points of a file with their times as written; their places name the segment and the point in it.

    GPX is WGS 84 and UTC by its standard. Waypoints and routes are no patrol and are left aside.
    Raises Unreadable for a file that is not GPX, Refused for one without track points or times.
    """
    reader = _Reader()
    walk(path, reader, "gpx")
    return sheet_of(path.name, reader.segments)


def instant_of_gpx(text: str) -> datetime:
    """A time without offset is UTC by the standard; a bare date is refused."""
    remedy = "date and time, as 2026-11-23T08:00:00Z"
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadCell(f"{text[:40]!r} is no time", remedy) from error
    if "T" not in text or not 1 < found.year < 9999:
        raise BadCell(f"{text[:40]!r} is not a time of a point", remedy)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass
class _Reader(Walker):
    point: dict[str, str] = field(default_factory=dict)

    def begin(self, attributes: dict[str, str]) -> None:
        if self.trail[-1] == "trkseg":
            self.segments.append([])
        if self.trail[-2:] == ["trkseg", "trkpt"]:
            self.point = {"lon": attributes.get("lon", ""), "lat": attributes.get("lat", ""), "at": ""}

    def end(self, text: str) -> None:
        if self.trail[-2:] == ["trkpt", "time"]:
            self.point["at"] = text
        if self.trail[-2:] == ["trkseg", "trkpt"]:
            self.segments[-1].append((self.point["lon"], self.point["lat"], self.point["at"]))
