"""A measurement written into a page: the part between `<!-- bench NAME -->` and `<!-- /bench NAME -->` is renewed."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from gisgrid import __version__
from gisgrid.errors import Fault, NotFound
from gisgrid.instants import say_instant

LIBRARIES = ("numpy", "shapely", "geopandas")


@dataclass(frozen=True)
class Setting:
    """On what it was measured, as it was when the measurement began and ended."""

    command: str
    versions: str
    load: tuple[float, float]


def describe_versions(connection: Connection | None = None) -> str:
    """This program, Python, the database, the libraries that compute."""
    said = [f"gisgrid {__version__}", f"Python {platform.python_version()}"]
    if connection is not None:
        row = connection.execute(
            text("SELECT current_setting('server_version') AS server, postgis_lib_version() AS lib")
        )
        found = row.one()
        said += [f"PostgreSQL {found.server.split()[0]}", f"PostGIS {found.lib}"]
    for name in LIBRARIES:
        try:
            said.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(said)


def describe_machine() -> str:
    """The processor and how many cores this process may use."""
    model = platform.processor() or platform.machine()
    try:
        found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        model = found[1] if found else model
    except OSError:
        pass
    return f"{model}, {len(os.sched_getaffinity(0))} cores"


def write_page(path: Path, name: str, found: Sequence[Any], setting: Setting) -> None:
    """Renew the part of the page. Raises NotFound where the page has no such part."""
    page = path.read_text("utf-8") if path.exists() else ""
    begin, end = f"<!-- bench {name} -->\n", f"<!-- /bench {name} -->\n"
    before, has_begin, rest = page.partition(begin)
    _, has_end, after = rest.partition(end)
    if not (has_begin and has_end):
        message = f"the page has no part for the measurement {name}"
        raise NotFound(
            Fault(
                str(path),
                message,
                f"add the lines <!-- bench {name} --> and <!-- /bench {name} --> where the table is to stand",
            )
        )
    path.write_text(before + begin + render(found, setting) + end + after, "utf-8")


def render(found: Sequence[Any], setting: Setting) -> str:
    """The measurement as Markdown: how, when and on what; then a table."""
    at = say_instant(datetime.now(UTC), UTC)
    began, ended = setting.load
    said = [
        f"`{setting.command}`, {at} UTC, load {began:.1f} at the beginning and {ended:.1f} at the end.",
        f"{describe_machine()}; {setting.versions}.",
        "",
    ]
    names = [each.name for each in fields(found[0]) if any(_cell(getattr(row, each.name)) != "" for row in found)]
    said += [_line(name.replace("_", " ") for name in names), _line("---" for _ in names)]
    said += [_line(_cell(getattr(row, name)) for name in names) for row in found]
    return "\n".join(said) + "\n"


def _line(cells: Any) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if value == 0 else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
