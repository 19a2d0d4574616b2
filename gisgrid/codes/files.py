"""Scheme files: the shipped ones by name, a city's own by path or from its folder of schemes."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gisgrid.codes.scheme import LEVELS, MAX_LENGTH, Scheme
from gisgrid.codes.segments import Segment
from gisgrid.errors import Fault, Refused, Unreadable

SHIPPED = Path(__file__).resolve().parent.parent / "schemes"
MAX_WIDTH = 18
_NAME = re.compile(r"([a-z][a-z0-9_-]*)(?::([0-9]+(?:\+[0-9]+)*))?")
_SCHEME_KEYS = {"title": str, "title_zh": str, "source": str, "segment": list}
_SEGMENT_KEYS = {
    **{"name": str, "level": str, "width": int, "from": int, "to": int},
    **{"ranges": dict, "values": dict, "default": str, "settable": bool},
}


def scheme_names(folder: Path | None = None) -> list[str]:
    """Which schemes are there: the shipped ones, and those of a city's folder?"""
    folders = [SHIPPED] if folder is None else [SHIPPED, folder]
    return sorted({path.stem for each in folders for path in each.glob("*.toml")})


def load_scheme(name_or_path: str | Path, folder: Path | None = None) -> Scheme:
    """What does this scheme allow? A name, a name with widths (`division12:2+4`), or a TOML file.

    Names are looked for among the shipped ones, then in `folder`. Raises Refused for an unknown
    name or a wrong file, naming the place in it, Unreadable for a file that is not TOML.
    """
    if isinstance(name_or_path, Path) or name_or_path.endswith(".toml"):
        return _own(Path(name_or_path))
    match = _NAME.fullmatch(name_or_path)
    if match and match[1] in scheme_names(folder):
        stem, widths = match[1], match[2]
        scheme = _shipped(stem) if stem in scheme_names() else _own(Path(folder or "", stem + ".toml"))
        return scheme if widths is None else _widen(scheme, [int(w) for w in widths.split("+")])
    known = ", ".join(scheme_names(folder))
    message = f"there is no scheme {name_or_path[:40]!r}"
    raise Refused(Fault("scheme", message, f"use one of {known}, or the path of a .toml file"))


@lru_cache
def _shipped(stem: str) -> Scheme:
    return _read(SHIPPED / f"{stem}.toml")


def _own(path: Path) -> Scheme:
    """A shipped name means the same grammar everywhere, so no other file may have it."""
    if path.resolve().parent != SHIPPED and path.stem in scheme_names():
        message = f"{path.name} bears the name of the shipped scheme {path.stem}"
        raise Refused(Fault("scheme", message, "give the file another name"))
    if not _NAME.fullmatch(path.stem) or ":" in path.stem:
        message = f"{path.name} is no name for a scheme"
        raise Refused(Fault("scheme", message, "use a-z, 0-9, _ and -, a letter first"))
    return _read(path)


def _read(path: Path) -> Scheme:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise Unreadable(Fault("scheme", message, "name a file that is there")) from error
    except ValueError as error:
        message = f"{path.name} is no TOML in UTF-8: {error}"
        raise Unreadable(Fault("scheme", message, "see docs/codes.md for an example")) from error
    where = path.name
    _check_keys(data, _SCHEME_KEYS, ("title",), where)
    tables = data.get("segment", [])
    segments = tuple(_segment(table, f"{where}, segment {i}") for i, table in enumerate(tables, 1))
    title = data["title"]
    title_zh, source = data.get("title_zh", title), data.get("source", "")
    return _checked(Scheme(path.stem, title, title_zh, source, segments), where)


def _segment(table: Any, where: str) -> Segment:
    if not isinstance(table, dict):
        raise _wrong(where, "is no table", "write [[segment]]")
    _check_keys(table, _SEGMENT_KEYS, ("name", "level", "width"), where)
    where, width = f"{where} ({table['name']})", table["width"]
    if not 1 <= width <= MAX_WIDTH:
        raise _wrong(where, f"width {width}", f"use 1 to {MAX_WIDTH}")
    if table["level"] not in LEVELS:
        raise _wrong(where, f"unknown level {table['level']!r}", f"use one of {', '.join(LEVELS)}")
    ranges = {key: _range(pair, f"{where}, {key}") for key, pair in table.get("ranges", {}).items()}
    segment = Segment(
        name=table["name"],
        level=table["level"],
        width=width,
        low=table.get("from", 0),
        high=table.get("to", 10**width - 1),
        ranges=MappingProxyType(ranges),
        values=MappingProxyType(table.get("values", {})),
        default=table.get("default", ""),
        settable=table.get("settable", False),
    )
    _check_contents(segment, where)
    return segment


def _check_contents(segment: Segment, where: str) -> None:
    top = 10**segment.width - 1
    for low, high in [(segment.low, segment.high), *segment.ranges.values()]:
        if not 0 <= segment.low <= low <= high <= segment.high <= top:
            raise _wrong(where, f"{low}-{high} does not fit", f"stay in {segment.low}-{top}")
    if not all(isinstance(meaning, str) for meaning in segment.values.values()):
        raise _wrong(where, "values must have texts as meanings", 'write { J = "base" }')
    for text in (*segment.values, *filter(None, [segment.default])):
        right = len(text) == segment.width and text.isprintable() and not segment.check(text, 1)
        if not right:
            raise _wrong(where, f"{text!r} is no text of it", f"use {segment.width} characters")


def _range(pair: Any, where: str) -> tuple[int, int]:
    if isinstance(pair, list) and [type(number) for number in pair] == [int, int]:
        return pair[0], pair[1]
    raise _wrong(where, "is no pair of numbers", "write [1, 99]")


def _check_keys(table: Mapping[str, object], kinds: Mapping[str, type], needed: Iterable[str], where: str) -> None:
    for key in needed:
        if key not in table:
            raise _wrong(where, f"{key} is missing", f"add {key} = ...")
    for key, value in table.items():
        if key not in kinds:
            raise _wrong(where, f"unknown key {key!r}", f"use {', '.join(kinds)}")
        if type(value) is not kinds[key]:
            raise _wrong(where, f"key {key} is no {kinds[key].__name__}", "see docs/codes.md")


def _checked(scheme: Scheme, where: str) -> Scheme:
    """Every level needs a code length of its own, to be recognised, and a number at its end, to count."""
    names = [segment.name for segment in scheme.segments]
    if len(set(names)) < len(names):
        raise _wrong(where, "two segments bear one name", "rename one")
    if sum(segment.width for segment in scheme.segments) > MAX_LENGTH:
        raise _wrong(where, "codes are too long", f"stay within {MAX_LENGTH} characters")
    cannot = [segment for segment in scheme.segments if segment.values and segment.name in _counted(scheme)]
    if cannot:
        raise _wrong(where, f"{cannot[0].name} cannot count", f"end level {cannot[0].level} with digits")
    return scheme


def _counted(scheme: Scheme) -> list[str]:
    """The last segment of each level: the segment whose numbers are given out."""
    return [[s.name for s in scheme.segments if s.level == level][-1] for level in scheme.levels]


def _widen(scheme: Scheme, widths: list[int]) -> Scheme:
    """The scheme with its settable segments at these widths, in order; 0 leaves one out."""
    settable = [segment for segment in scheme.segments if segment.settable]
    if len(widths) != len(settable):
        names = ", ".join(segment.name for segment in settable) or "nothing"
        raise _wrong(scheme.name, f"{len(widths)} widths given", f"settable is {names}")
    wanted = dict(zip((segment.name for segment in settable), widths, strict=True))
    name = f"{scheme.name}:{'+'.join(map(str, widths))}"
    if max(widths) > MAX_WIDTH:
        raise _wrong(name, f"width {max(widths)}", f"use 0 to {MAX_WIDTH}")
    segments = [
        replace(s, width=wanted[s.name], high=10 ** wanted[s.name] - 1) if s.name in wanted else s
        for s in scheme.segments
        if wanted.get(s.name, s.width)
    ]
    for segment in segments:
        _check_contents(segment, name)
    widened = replace(scheme, name=name, segments=tuple(segments))
    if _counted(widened) != _counted(scheme):
        raise _wrong(name, "a level is left with nothing to count", "give its last segment a width")
    return _checked(widened, name)


def _wrong(where: str, message: str, remedy: str) -> Refused:
    return Refused(Fault("scheme", f"scheme {where}: {message}", remedy))
