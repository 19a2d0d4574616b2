"""PostgreSQL's programs with PostGIS: found on the machine, installed, or unpacked without root."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from gisgrid import debian
from gisgrid.errors import Fault, Unavailable
from gisgrid.steps import Say, StepFailed

OLDEST = 15
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/gisgrid.conf")
"""Tells Debian not to start a server of its own on port 5432 when the package comes in."""


BY_HAND = {"psql", "pg_dump", "pg_dumpall", "pg_restore", "pg_basebackup", "pg_isready"}
FIXED_ZONES, NEAR_ZONES = b"/usr/share/zoneinfo", b".//////////zoneinfo"


@dataclass(frozen=True)
class Programs:
    """PostgreSQL's programs of one major version, and the variables that they need to run."""

    bin_dir: Path
    major: int
    environ: dict[str, str] = field(default_factory=dict)
    zones: Path | None = None
    """Time zones that the server must find as `zoneinfo` in its data; None = the machine's."""


def find_programs(roots: list[Path], major: int | None = None) -> Programs | None:
    """The newest PostgreSQL with PostGIS below these roots (`/` or unpacked); None without one.

    With `major` only that version counts: a data directory can be opened by no other.
    """
    for root in roots:
        found = sorted(root.glob("usr/lib/postgresql/*/bin/postgres"), key=_major, reverse=True)
        for program in found:
            number = _major(program)
            control = root / f"usr/share/postgresql/{number}/extension/postgis.control"
            if number >= OLDEST and control.exists() and major in (None, number):
                return Programs(program.parent, number, _variables(root), _zones(root))
    return None


def ensure_programs(debs: Path, *, major: int | None, install: bool, say: Say) -> Programs:
    """The PostgreSQL with PostGIS to use. Installs it, or unpacks it below `debs`.

    Raises Unavailable with the remedy where neither is possible.
    """
    roots = [Path("/"), debs / "root"]
    found = find_programs(roots, major)
    if found is None and install and debian.is_there():
        try:
            _fetch(debian.Apt(debs, say), debs / "root", major, say)
        except StepFailed as failure:
            raise Unavailable(Fault("postgresql", str(failure), _remedy(major))) from failure
        found = find_programs(roots, major)
    if found is None:
        version = str(major) if major else f"{OLDEST} or newer"
        message = f"no PostgreSQL {version} with PostGIS on this machine"
        raise Unavailable(Fault("postgresql", message, _remedy(major)))
    return found


def _remedy(major: int | None) -> str:
    package = f"postgresql-{major or OLDEST}-postgis-3"
    return (
        f"install PostgreSQL with PostGIS (Debian, Ubuntu: {package}), "
        "or name a server of your own in GISGRID_DATABASE_URL"
    )


def _fetch(apt: debian.Apt, root: Path, major: int | None, say: Say) -> None:
    say("PostgreSQL with PostGIS is not here yet")
    number = str(major) if major else r"\d+"
    names = apt.names(rf"postgresql-{number}-postgis-3")
    names = [name for name in names if int(name.split("-")[1]) >= OLDEST]
    if not names:
        return
    postgis = max(names, key=lambda name: int(name.split("-")[1]))
    server = postgis.removesuffix("-postgis-3")
    if apt.prefix is None:
        say(f"  no root here: unpacking {server} and PostGIS without installing them")
        apt.unpack([server, postgis], root)
        if not any(root.glob("usr/lib/postgresql/*/bin/postgres")):  # installed, but without PostGIS
            for name in (server, server.replace("-", "-client-")):
                apt.fetch(name, root)
        _redirect_zones(root)
        _write_starts(root)
        _link_controls(root)  # last: it marks the unpacked server as whole
        return
    say(f"  installing {server} and {postgis}")
    _write_as(apt.prefix, NO_CLUSTER, "create_main_cluster = false\n")
    try:
        apt.install([server, postgis])
    finally:  # later servers of the machine are started as before
        subprocess.run([*apt.prefix, "rm", "-f", str(NO_CLUSTER)], check=False)


def _write_as(prefix: list[str], file: Path, text: str) -> None:
    subprocess.run([*prefix, "mkdir", "-p", str(file.parent)], check=True)
    tee = [*prefix, "tee", str(file)]
    subprocess.run(tee, input=text, text=True, check=True, stdout=subprocess.DEVNULL)


def _link_controls(root: Path) -> None:
    """Debian's alternatives by hand: `postgis-3.control` is what `postgis.control` means."""
    for control in root.glob("usr/share/postgresql/*/extension/*-3.control"):
        link = control.with_name(control.name.replace("-3.control", ".control"))
        if not link.exists():
            link.symlink_to(control.name)


def _write_starts(root: Path) -> None:
    """`bin/pg_dump` and the like beside the unpacked ones: started by hand these would not find their libraries."""
    place = root.parent / "bin"
    place.mkdir(exist_ok=True)
    for program in root.glob("usr/lib/postgresql/*/bin/*"):
        if program.name in BY_HAND:
            start = place / program.name
            inner = program.relative_to(root.parent)
            paths = ":".join(f"$here/{folder.relative_to(root.parent)}" for folder in debian.library_folders(root))
            start.write_text(
                '#!/bin/sh\nhere=$(cd "$(dirname "$0")/.." && pwd)\n'
                f'LD_LIBRARY_PATH="{paths}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}" exec "$here/{inner}" "$@"\n'
            )
            start.chmod(0o755)


def _redirect_zones(root: Path) -> None:
    """Let the unpacked server look for time zones in its data folder.

    Debian's server has the absolute path of the machine's tzdata compiled in, which a bare machine
    lacks and only root could fill; no variable or setting moves it. Same length, so nothing shifts.
    """
    if _zones(root):
        for program in root.glob("usr/lib/postgresql/*/bin/postgres"):
            code = program.read_bytes()
            program.write_bytes(code.replace(FIXED_ZONES + b"\0", NEAR_ZONES + b"\0"))


def _zones(root: Path) -> Path | None:
    """The unpacked tzdata, which is there when the machine has none."""
    zones = root / "usr/share/zoneinfo"
    return zones if root != Path("/") and zones.is_dir() else None


def _variables(root: Path) -> dict[str, str]:
    if root == Path("/"):
        return {}
    paths = [str(folder) for folder in debian.library_folders(root)]
    if "LD_LIBRARY_PATH" in os.environ:
        paths.append(os.environ["LD_LIBRARY_PATH"])
    return {
        "LD_LIBRARY_PATH": ":".join(paths),
        "PROJ_DATA": str(root / "usr/share/proj"),
        "GDAL_DATA": str(root / "usr/share/gdal"),
    }


def _major(program: Path) -> int:
    match = re.search(r"postgresql/(\d+)/bin", str(program))
    return int(match.group(1)) if match else 0
