"""Boundary files that are text (GeoJSON, KML, GML, CSV): in UTF-8, with nothing in them that is lost on the way."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from gisgrid.encodings import find_encoding, known_encoding
from gisgrid.errors import Fault, Refused, Unreadable

WHOLE_JSON = (".geojson", ".json")
JSON = (*WHOLE_JSON, ".geojsonl", ".topojson")
XML = (".kml", ".gml")
TEXTS = (*JSON, *XML, ".csv")
UNSTORABLE = re.compile(
    rb"(?<!\\)(?:\\\\)*(?:\\u0000|\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]..)"
)
"""In JSON: an escaped NUL, a high surrogate without its low one, a low one without its high one."""
SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""Without one of these no line has to be looked at: that takes seconds a hundred megabytes."""
OWN_SYSTEM = re.compile(rb'^\{"type": "FeatureCollection",[^\[{]*"crs": null, "system": "([a-z0-9]+)"')
"""The key by which exporting.py names a system that has no EPSG code."""
LONG_NUMBER = re.compile(rb"(?<=[:\[,\s])-?[0-9]{19,}(?=[\s,}\]])")
"""A whole number that GDAL does not read; the attributes are read without it."""
XML_HEAD = re.compile(rb"""^(\s*<\?xml[^>]*?\sencoding\s*=\s*["'])([A-Za-z0-9_.-]+)""")
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class TextFile:
    """A text file: where GDAL may read it, its text, the system that a GeoJSON of our own names, what was guessed."""

    path: Path
    text: str
    own_system: str = ""
    notes: tuple[str, ...] = ()


def read_text(path: Path, encoding: str, folder: Path) -> TextFile:
    """This file's text. Raises Unreadable for an encoding that is not known, Refused for what cannot be stored."""
    raw = path.read_bytes()
    is_xml = path.suffix.lower() in XML
    if is_xml and raw.startswith(WIDE):
        return TextFile(path, "")  # XML may be UTF-16
    found = _encoding_of(path, raw, encoding)
    notes = () if found == "utf-8" or encoding else (f"{path.name} is not UTF-8: its text was read as {found}",)
    plain = raw.removeprefix(codecs.BOM_UTF8)
    if found != "utf-8":
        plain = _decode(path, raw, found).encode()
    named = None
    if is_xml:
        plain = XML_HEAD.sub(rb"\1UTF-8", plain)
        _check_xml(path, plain)
    if path.suffix.lower() in JSON:
        _check_lines(path, plain)
        named = OWN_SYSTEM.search(plain[:500])
    text = _decode(path, plain, "utf-8")
    readable = LONG_NUMBER.sub(b"0", plain) if path.suffix.lower() in JSON else plain
    if readable != raw:
        path = folder / path.name
        path.write_bytes(readable)
    return TextFile(path, text, named[1].decode() if named else "", notes)


def _encoding_of(path: Path, raw: bytes, encoding: str) -> str:
    if encoding:
        return known_encoding(encoding)
    sample = raw[:4]
    if sample.startswith(WIDE) or (len(sample) == 4 and sample.count(b"\0") == 2 and sample[0] != sample[1]):
        raise Unreadable(Fault(path.name, "its text is UTF-16", "save it as UTF-8"))
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        found = find_encoding(raw.split(b"\n"))
        if not found:
            message, remedy = "its text is neither UTF-8 nor GBK", "save it as UTF-8, or name it with --encoding"
            raise Unreadable(Fault(f"{path.name} byte {error.start}", message, remedy)) from error
        return found
    return "utf-8"


def _decode(path: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"its text is not {encoding}: byte {error.start} of the file"
        raise Unreadable(Fault(path.name, message, "name its encoding with --encoding")) from error


def _check_xml(path: Path, raw: bytes) -> None:
    """GDAL takes a GML that breaks off for one without rows."""
    try:
        expat.ParserCreate().Parse(raw, True)
    except expat.ExpatError as error:
        message = f"the file is damaged or cut short, at line {error.lineno}: {expat.ErrorString(error.code)}"
        raise Unreadable(Fault(path.name, message, "copy it again, or save the layer again")) from error


def _check_lines(path: Path, raw: bytes) -> None:
    """GDAL cuts text at a NUL and lets half a surrogate pair through: both are looked for before it reads."""
    if b"\0" not in raw and not SUSPICIOUS.search(raw):
        return
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if b"\0" in line or UNSTORABLE.search(line):
            message = "the text has a character that cannot be stored (NUL, half of a surrogate pair)"
            raise Refused(Fault(f"{path.name} line {number}", message, "remove it"))
