"""A recorded track of any format as rows of points; what was recorded apart stays apart."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from gisgrid.errors import Fault, Refused, Unreadable
from gisgrid.loading import Sheet

Point = tuple[str, str, str]
"""lon, lat and instant, as the file writes them; an empty instant: it has none."""
HEADER = ("lon", "lat", "at", "system", "is_start")


class _DocumentType(Exception):
    """The file declares a document type."""


@dataclass
class Walker:
    """Walks an XML file once; names are compared without their namespace, since versions differ in it alone.

    A format is a subclass that says what it does where an element begins and where it ends.
    """

    segments: list[list[Point]] = field(default_factory=list)
    root: str = ""
    trail: list[str] = field(default_factory=list)
    written: str = ""
    """The text of the element so far, without that of elements in it."""

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def begin(self, attributes: dict[str, str]) -> None:
        """An element begins, the last one of `trail`."""

    def end(self, text: str) -> None:
        """An element ends, the last one of `trail`; `text` is its content."""

    def _refuse(self, *_: object) -> None:
        raise _DocumentType

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self.root = self.root or local
        self.trail.append(local)
        self.written = ""
        self.begin(attributes)

    def _characters(self, text: str) -> None:
        self.written += text

    def _end(self, _: str) -> None:
        self.end(self.written.strip())
        self.written = ""
        self.trail.pop()


def walk(path: Path, walker: Walker, kind: str) -> None:
    """Let the walker go over the file; `kind` is its root element.

    Raises Unreadable for a file that is not XML, is of another kind, or has a document type (no track needs one, and
    it can be hostile).
    """
    if not path.is_file():
        raise Unreadable(Fault(str(path), "this file does not exist", "name a GPX, KML or CSV file"))
    again = f"save the track again as {kind.upper()}"
    try:
        walker.parser.Parse(path.read_bytes(), True)
    except _DocumentType as error:
        raise Unreadable(Fault(path.name, "it carries a document type", "remove the DOCTYPE")) from error
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable(Fault(path.name, f"this is not XML: {error}", again)) from error
    if walker.root != kind:
        raise Unreadable(Fault(path.name, f"this is {walker.root or 'empty'}, not {kind}", again))


def sheet_of(name: str, segments: Sequence[Sequence[Point]], notes: tuple[str, ...] = ()) -> Sheet:
    """The points as rows; their places name the segment and the point in it. Raises Refused without points or times."""
    if not any(segments):
        raise Refused(Fault(name, "it has no track point", "save the recorded track, not waypoints"))
    _refuse_timeless(name, segments)
    rows = [
        (f"segment {s} point {p}", (*point, "wgs84", "1" if p == 1 else ""))
        for s, points in enumerate(segments, start=1)
        for p, point in enumerate(points, start=1)
    ]
    return Sheet(name, HEADER, tuple(row for _, row in rows), tuple(place for place, _ in rows), notes=notes)


def _refuse_timeless(name: str, segments: Sequence[Sequence[Point]]) -> None:
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
