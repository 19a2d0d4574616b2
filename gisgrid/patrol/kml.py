"""KML tracks (OGC 07-147r2, 12-007r2; gx: of Google) as rows of points; what was recorded apart stays apart."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from pyproj import Geod

from gisgrid.errors import Fault, Refused
from gisgrid.instants import write_instant
from gisgrid.loading import BadCell, InstantReader, Sheet
from gisgrid.patrol.tracks import Point, Walker, sheet_of, walk

STEP = timedelta(seconds=60)
"""A line of a known time has a point at least so often, so that it does not break where corners are rare."""
LONGEST = timedelta(hours=24)
_GROUND = Geod(ellps="WGS84")


@dataclass(frozen=True)
class InstantOfKml:
    """The reader of a point's time: with its offset, or in the zone that the options name; a bare date is refused."""

    read: InstantReader

    def __call__(self, text: str) -> datetime:
        """The instant. Raises BadCell."""
        if "T" not in text:
            raise BadCell(f"{text[:40]!r} is not a time of a point", "date and time, as 2026-11-23T08:00:00Z")
        return self.read(text)


def read_kml(path: Path, read_time: InstantOfKml) -> Sheet:
    """The points of a file's `gx:Track`s, of its points with a `TimeStamp`, and of its lines with a `TimeSpan`.

    KML is WGS 84 by its standard. A line (`LineString`) says when it was begun and ended, and no more: its corners get
    the times of an even pace, and a note says so. Without a time it is refused, and so is a file without any track.
    """
    reader = _Reader()
    walk(path, reader, "kml")
    segments, faults = list(reader.segments), list[Fault]()
    for number, line in enumerate(reader.lines, start=1):
        try:
            segments.append(_spread(line, read_time))
        except (BadCell, ValueError) as error:
            message, remedy = (error.message, error.remedy) if isinstance(error, BadCell) else _no_number()
            faults.append(Fault(f"{path.name} line {number}", message, remedy))
    for number, (whens, coords) in enumerate(reader.uneven, start=1):
        message = f"a track has {whens} times (when) and {coords} points (coord)"
        faults.append(Fault(f"{path.name} track {number}", message, "save the track again as KML"))
    if faults:
        raise Refused(*faults)
    if reader.stamped:
        segments.append(reader.stamped)
    notes = (f"{len(reader.lines)} lines have the times of an even pace",) if reader.lines else ()
    return sheet_of(path.name, segments, notes)


def _no_number() -> tuple[str, str]:
    return "a corner is not a pair of numbers", "save the track again as KML"


@dataclass
class _Line:
    """The corners of a line as written, and when it was begun and ended."""

    corners: list[tuple[str, str]]
    begin: str
    end: str


@dataclass
class _Reader(Walker):
    whens: list[str] = field(default_factory=list)
    coords: list[tuple[str, str]] = field(default_factory=list)
    uneven: list[tuple[int, int]] = field(default_factory=list)
    stamped: list[Point] = field(default_factory=list)
    """The points that have a time each; they are one segment."""
    lines: list[_Line] = field(default_factory=list)
    placemark: dict[str, str] = field(default_factory=dict)
    drawn: list[list[tuple[str, str]]] = field(default_factory=list)
    dots: list[tuple[str, str]] = field(default_factory=list)

    def begin(self, attributes: dict[str, str]) -> None:
        match self.trail[-1]:
            case "Placemark":
                self.placemark, self.drawn, self.dots = {}, [], []
            case "Track":
                self.whens, self.coords = [], []

    def end(self, text: str) -> None:
        match self.trail[-2:]:
            case ["Track", "when"]:
                self.whens.append(text)
            case ["Track", "coord"]:
                lon, lat, *_ = [*text.split(), "", ""]
                self.coords.append((lon, lat))
            case [_, "Track"]:
                self._end_track()
            case ["TimeSpan", "begin" | "end" as word] | ["TimeStamp", "when" as word]:
                self.placemark[word] = text
            case ["LineString", "coordinates"]:
                self.drawn.append([_lon_lat(corner) for corner in text.split()])
            case ["Point", "coordinates"]:
                self.dots += [_lon_lat(corner) for corner in text.split()]
            case [_, "Placemark"]:
                self._end_placemark()

    def _end_track(self) -> None:
        if len(self.whens) != len(self.coords):
            self.uneven.append((len(self.whens), len(self.coords)))
        pairs = zip(self.coords, self.whens, strict=False)
        self.segments.append([(lon, lat, at) for (lon, lat), at in pairs if lon])

    def _end_placemark(self) -> None:
        """A point without a time is a waypoint and no patrol."""
        begin, end = self.placemark.get("begin", ""), self.placemark.get("end", "")
        self.lines += [_Line(corners, begin, end) for corners in self.drawn if corners]
        if at := self.placemark.get("when"):
            self.stamped += [(lon, lat, at) for lon, lat in self.dots]


def _lon_lat(corner: str) -> tuple[str, str]:
    lon, lat, *_ = [*corner.split(","), ""]
    return lon, lat


def _spread(line: _Line, read_time: InstantOfKml) -> list[Point]:
    """The line's corners, and points between them, at an even pace from when it was begun until it was ended."""
    if not (line.begin and line.end):
        message = f"a line of {len(line.corners)} corners does not say when it was walked"
        remedy = "save it as a track with times (gx:Track), or give its Placemark a TimeSpan with begin and end"
        raise BadCell(message, remedy)
    begin, end = read_time(line.begin), read_time(line.end)
    if not timedelta(0) < end - begin <= LONGEST:
        message = f"a line is walked from {line.begin[:40]} to {line.end[:40]}"
        raise BadCell(message, "begin has to come before end, by 24 hours at most")
    corners = [(float(lon), float(lat)) for lon, lat in line.corners]
    if not all(math.isfinite(number) for corner in corners for number in corner):
        raise ValueError
    ways = [(a, b, _GROUND.line_length((a[0], b[0]), (a[1], b[1]))) for a, b in pairwise(corners)]
    whole = sum(length for *_, length in ways)
    points, gone = [(corners[0], begin)], 0.0
    for a, b, length in ways:
        took = (end - begin) * (length / whole) if whole else timedelta(0)
        parts = max(1, math.ceil(took / STEP))
        for part in range(1, parts + 1):
            on = part / parts
            at = begin + (end - begin) * ((gone + on * length) / whole) if whole else end
            points.append(((a[0] + on * (b[0] - a[0]), a[1] + on * (b[1] - a[1])), at))
        gone += length
    once = {at: point for point, at in reversed(points)}
    return [(repr(lon), repr(lat), write_instant(at)) for at, (lon, lat) in sorted(once.items())]
