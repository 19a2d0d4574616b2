"""Checks that read any text: addresses of other hosts, paths of a machine, JSON that does not parse, sizes."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from tests.house.tree import files, lines

HOSTS = {
    "127.0.0.1",
    "localhost",
    "www.w3.org",  # names of XML namespaces
    "www.apache.org",
    "keepachangelog.com",
    "wiki.open311.org",  # the name of a standard
    "semver.org",
}
"""Hosts that a file may name. Whoever adds one answers for it: the program itself reaches for none."""
FUNDING = {"github.com", "opencollective.com", "tidelift.com"}
"""Hosts that npm notes for every package's donors."""
# In pieces, so that this file does not name them.
INDEXES = [
    ".".join(pieces)
    for pieces in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("npmmirror", "com"),
        ("debian", "org"), ("ubuntu", "com"), ("crates", "io"), ("mirrors", "aliyun"), ("tuna", "tsinghua"),
        ("unpkg", "com"), ("jsdelivr", "net"),
    )
]  # fmt: skip
GLYPHS = [
    ".".join(pieces)
    for pieces in (
        ("openmaptiles", "org"), ("demotiles", "maplibre"), ("mapbox", "com"), ("openfreemap", "org"),
        ("maptiler", "com"), ("protomaps", "github"), ("fonts", "googleapis"), ("stadiamaps", "com"),
    )
]  # fmt: skip
ADDRESS = re.compile(r"(?:https?|wss?)://(?:[^\s/@]*@)?([A-Za-z0-9.-]+\.[A-Za-z0-9-]+|localhost)")
MACHINE_PATH = re.compile(r"(?<![\w.$}~-])(?<!\w/)/(?:home|root|Users|work|mnt|srv|private)/|[A-Z]:\\\\?Users\b")
SIZES = {".py": 250, ".sql": 120, ".ts": 200, ".tsx": 200}
SAYS_WHY = re.compile(r"(?i)\b(long|alarm|because|generated)\b")
DUMP = "sql/schema.sql"
FIXTURES = "tests/fixtures/"
TIMED = re.compile(r"\b(time\.sleep|monotonic|perf_counter)\(")
TIMED_WAITS = {
    "tests/api/test_open311.py": 2,  # a second of the clock has to pass
    "tests/sql/endpoints.py": 1,  # a server that drips
    "tests/sql/mailservers.py": 1,
    "tests/sql/test_cluster.py": 1,  # a process that is killed meanwhile
    "tests/sql/test_kills.py": 2,  # figures that are printed
    "tests/sql/test_publish_race.py": 5,
}
"""How often a test sleeps or reads a clock, and why no outcome hangs on it. The numbers only fall."""


def other_hosts(root: Path) -> list[str]:
    """Which files name a host that is not on the list? Names of examples (RFC 2606) are nobody's."""
    faults = []
    for place, line in lines(root):
        known = HOSTS | FUNDING if "package-lock.json" in place else HOSTS
        for host in ADDRESS.findall(line):
            if host not in known and not host.endswith((".example", ".invalid")):
                faults.append(f"{place}: names the host {host}")
    return faults


def package_indexes(root: Path) -> list[str]:
    """Which files name a package index or its mirrors, with or without http? The machine's own setting says those."""
    return [f"{place}: {name}" for place, line in lines(root) for name in INDEXES if name in line]


def glyph_servers(root: Path) -> list[str]:
    """Which files name another project's server of glyphs, sprites or tiles? The browser draws our text."""
    return [f"{place}: {name}" for place, line in lines(root) for name in GLYPHS if name in line]


def machine_paths(root: Path) -> list[str]:
    """Which files name a path that only one machine has?"""
    return [f"{place}: {line.strip()[:80]}" for place, line in lines(root) if MACHINE_PATH.search(line)]


def broken_json(root: Path) -> list[str]:
    """Which JSON files do not parse, hold NaN, or name a key twice?"""
    faults = []
    for path in files(root, ".json", ".geojson"):
        if FIXTURES in path.relative_to(root).as_posix():
            continue  # broken on purpose
        try:
            json.loads(path.read_text("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_twins)
        except ValueError as error:
            faults.append(f"{path.relative_to(root)}: {error}")
    return faults


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) < len(pairs):
        raise ValueError(f"a key stands twice among {sorted(name for name, _ in pairs)[:10]}")
    return held


def sizes(root: Path) -> list[str]:
    """Which files are past their alarm without saying so, and why, in their first three lines?"""
    faults = []
    for path in files(root, *SIZES):
        text = path.read_text("utf-8").splitlines()
        reason = SAYS_WHY.search(" ".join(text[:3]))
        if len(text) > SIZES[path.suffix] and not reason and path.relative_to(root).as_posix() != DUMP:
            faults.append(f"{path.relative_to(root)}: {len(text)} lines, and the first ones do not say why")
    return faults


def timed_waits(root: Path) -> list[str]:
    """Which tests sleep or read a clock oftener than they are known to? `tests/waiting.py` waits for conditions."""
    found = Counter(
        place.partition(":")[0]
        for place, line in lines(root, ".py")
        if place.startswith("tests/") and not place.startswith("tests/waiting.py:") and TIMED.search(line)
    )
    known = {name: count for name, count in TIMED_WAITS.items() if (root / name).exists()}
    return [
        f"{name}: {found[name]} waits or looks at a clock, {known.get(name, 0)} are known; see tests/waiting.py"
        for name in sorted(found | Counter(known))
        if found[name] != known.get(name, 0)
    ]
