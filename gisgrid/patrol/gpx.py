"""GPX tracks (topografix.com/GPX/1/0 and 1/1) as rows of points; segments stay apart."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.loading import Sheet

Point = tuple[str, str, str, str]
HEADER = ("lon", "lat", "at", "system", "is_start")


def read_gpx(path: Path) -> Sheet:
    """The track points of a file with their times as written; their places name the segment and the point in it.

    GPX is WGS 84 and UTC by its standard. Waypoints and routes are no patrol and are left aside.
    Raises Unreadable for a file that is not GPX, or has a document type (no track needs one, and it can be hostile).
    """
    if not path.is_file():
        raise Unreadable(Fault(str(path), "there is no such file", "name a GPX or CSV file"))
    reader = _Reader()
    try:
        reader.parser.Parse(path.read_bytes(), True)
    except _DocumentType as error:
        raise Unreadable(Fault(path.name, "it carries a document type", "remove the DOCTYPE")) from error
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable(Fault(path.name, f"this is no XML: {error}", "save the track again as GPX")) from error
    if reader.root != "gpx":
        raise Unreadable(Fault(path.name, f"this is {reader.root or 'empty'}, not gpx", "save the track as GPX"))
    if not any(reader.segments):
        raise Refused(Fault(path.name, "there is no track point in it", "save the recorded track, not waypoints"))
    _refuse_timeless(path.name, reader.segments)
    rows = [
        (f"segment {s} point {p}", (*row, "1" if p == 1 else ""))
        for s, rows in enumerate(reader.segments, start=1)
        for p, row in enumerate(rows, start=1)
    ]
    return Sheet(path.name, HEADER, tuple(row for _, row in rows), tuple(place for place, _ in rows))


def _refuse_timeless(name: str, segments: list[list[Point]]) -> None:
    """One fault a segment: a track that was drawn, or exported without times, has no times at all."""
    faults = [
        Fault(
            f"{name} segment {n}",
            f"{sum(not point[2] for point in points)} of its {len(points)} points have no time",
            "export the track with its times; when somebody was there cannot be guessed",
        )
        for n, points in enumerate(segments, start=1)
        if not all(point[2] for point in points)
    ]
    if faults:
        raise Refused(*faults)


class _DocumentType(Exception):
    """The file declares a document type."""


@dataclass
class _Reader:
    """Walks the file once; names are compared without their namespace, since versions differ in it alone."""

    segments: list[list[Point]] = field(default_factory=list)
    root: str = ""
    trail: list[str] = field(default_factory=list)
    point: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _refuse(self, *_: object) -> None:
        raise _DocumentType

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self.root = self.root or local
        self.trail.append(local)
        if local == "trkseg":
            self.segments.append([])
        if self.trail[-2:] == ["trkseg", "trkpt"]:
            self.point = {"lon": attributes.get("lon", ""), "lat": attributes.get("lat", ""), "at": ""}

    def _characters(self, text: str) -> None:
        if self.trail[-2:] == ["trkpt", "time"]:
            self.point["at"] += text

    def _end(self, _: str) -> None:
        if self.trail[-2:] == ["trkseg", "trkpt"]:
            point = self.point
            self.segments[-1].append((point["lon"], point["lat"], point["at"].strip(), "wgs84"))
        self.trail.pop()
