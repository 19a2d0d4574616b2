"""What do these words name? Areas, streets, water, places, cameras, posts, a ticket's number, coordinates."""

import re
import threading
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, text

from gisgrid.coordinates import to_wgs84
from gisgrid.errors import Refused
from gisgrid.names import Spoken, plain, rank, spoken

Kind = Literal["area", "ground", "place", "camera", "device", "post", "ticket", "point"]
SCOPED = ("place", "camera", "device")
"""Layers of things that only some callers see; those are read in the caller's scope."""
MOST = 50
FRESH_S = 1.0

_MARK = """
SELECT (SELECT count(*)::text || '/' || coalesce(sum(v.area_version_id), 0) FROM app.area_at(now()) AS v
        WHERE v.network = :network),
       (SELECT count(*)::text || '/' || coalesce(sum(hashtext(g.name)), 0) FROM overlay.ground AS g)
"""
_AREAS = """
SELECT 'area' AS kind, v.code, v.name, v.level, p.name AS within,
       ST_X(v.label_point) AS lon, ST_Y(v.label_point) AS lat
FROM app.area_at(now()) AS v LEFT JOIN app.area_at(now()) AS p ON v.parent_id = p.area_id
WHERE v.network = :network
UNION ALL
SELECT 'ground', g.kind, g.name, NULL, NULL, ST_X(g.at), ST_Y(g.at)
FROM (SELECT DISTINCT ON (name, kind) name, kind, ST_ClosestPoint(geom, ST_Centroid(geom)) AS at
      FROM overlay.ground WHERE name IS NOT NULL ORDER BY name, kind, ST_Length(geom) DESC) AS g
"""
_THINGS = """
SELECT :layer AS kind, t.code, t.name, NULL AS level, v.name AS within, ST_X(t.geom) AS lon, ST_Y(t.geom) AS lat
FROM overlay.{layer} AS t LEFT JOIN app.area_at(now()) AS v ON t.area_id = v.area_id
WHERE strpos(lower(t.name), :words) > 0 OR starts_with(lower(t.code), :words) LIMIT :most
"""
_POSTS = """
WITH titled AS MATERIALIZED (
    SELECT area_id, title, geom FROM core.post
    WHERE title IS NOT NULL AND strpos(lower(title), :words) > 0 AND valid_from <= now() AND valid_to > now()
    LIMIT :most)
SELECT DISTINCT ON (v.code, p.title)
    'post' AS kind, v.code, p.title AS name, NULL AS level, v.name AS within,
    ST_X(coalesce(p.geom, v.label_point)) AS lon, ST_Y(coalesce(p.geom, v.label_point)) AS lat
FROM titled AS p JOIN app.area_at(now()) AS v ON p.area_id = v.area_id
WHERE v.network = :network
ORDER BY v.code, p.title
"""
"""A post is public, who holds it is not looked at."""
_TICKET = """
SELECT 'ticket' AS kind, t.number AS code, t.category AS name FROM work.ticket AS t
WHERE t.number = :number
   OR t.ticket_id = CAST(:spoken AS bigint) AND t.number ~ ('-0*' || CAST(CAST(:spoken AS bigint) AS text) || '$')
ORDER BY t.number <> :number LIMIT 1
"""
_SPOKEN = re.compile(r"\s*(?:20[0-9]{6}(?:[-\s]+|(?=[0-9]{6})))?0*([1-9][0-9]{0,11})\s*号?\s*")
"""The end of a ticket's number, as it is said on the telephone: no other ticket has it, so the day may be left out."""


@dataclass(frozen=True)
class Hit:
    """What was found: `code` finds it again (an area's or thing's code, a ticket's number); lon, lat are WGS 84.

    `within`: the name of the area above; `system`: as which coordinates the words were read; `name` of a ticket is
    its category.
    """

    kind: Kind
    code: str
    name: str
    level: str | None = None
    within: str | None = None
    lon: float | None = None
    lat: float | None = None
    system: str | None = None


@dataclass
class Names:
    """The public names of each network, kept until an area or a street changes; one looks once a second."""

    _held: dict[str, tuple[float, Any, list[tuple[Hit, Spoken, str]]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, connection: Connection, network: str) -> list[tuple[Hit, Spoken, str]]:
        """Each public name with how it is said and its plain code."""
        now = time.monotonic()
        with self._lock:
            held = self._held.get(network)
            if held is not None and now - held[0] < FRESH_S:
                return held[2]
            mark = tuple(connection.execute(text(_MARK), {"network": network}).one())
            if held is not None and held[1] == mark:
                self._held[network] = now, mark, held[2]
            else:
                rows = connection.execute(text(_AREAS), {"network": network})
                hits = [Hit(**row._mapping) for row in rows]
                found = [(hit, spoken(hit.name), plain(hit.code) if hit.kind == "area" else "") for hit in hits]
                self._held[network] = now, mark, found
            return self._held[network][2]


def search(
    connection: Connection, names: Names, words: str, *, network: str, things: Sequence[str] = (), limit: int = 12
) -> list[Hit]:
    """What these words may mean, the likeliest first; at most `limit`.

    `things`: layers that the caller may see, read in the connection's scope. Costs one pass over the names of a
    network, 10 to 20 ms at 10,000 grids; how they are said is worked out once a name.
    """
    wanted = plain(words)
    if not wanted:
        return []
    points = list(read_point(words))
    exact = [*points, *_tickets(connection, words)]
    ranked = [
        (order, len(hit.code), len(hit.name), hit.code, hit)
        for hit, said, code in names.of(connection, network)
        if (order := rank(wanted, said, code)) is not None
    ]
    ranked += _others(connection, wanted, network, things, limit)
    ranked.sort(key=lambda found: found[:4])
    return [*exact, *(hit for *_, hit in ranked)][:limit]


def _tickets(connection: Connection, words: str) -> list[Hit]:
    """The ticket of this number, whole or as it is said."""
    said = _SPOKEN.fullmatch(words)
    if not said and not words.strip()[-1:].isdigit():
        return []
    given = {"number": words.strip().upper(), "spoken": said[1] if said else None}
    return [Hit(**row._mapping) for row in connection.execute(text(_TICKET), given)]


def _others(
    connection: Connection, wanted: str, network: str, things: Sequence[str], limit: int
) -> list[tuple[int, int, int, str, Hit]]:
    given = {"words": wanted, "most": limit}
    found = [
        Hit(**row._mapping)
        for layer in SCOPED
        if layer in things
        for row in connection.execute(text(_THINGS.format(layer=layer)), {**given, "layer": layer})
    ]
    posts = connection.execute(text(_POSTS), {**given, "network": network})
    found += [Hit(**row._mapping) for row in posts]
    orders = ((rank(wanted, spoken(hit.name), plain(hit.code)), hit) for hit in found)
    return [(2 if order is None else order, len(hit.code), len(hit.name), hit.code, hit) for order, hit in orders]


_NUMBERS = re.compile(r"(?<![A-Za-z0-9.-])(-?\d+(?:\.\d+)?)\s*[°度]?\s*[,，;；\s]\s*(-?\d+(?:\.\d+)?)\s*[°度]?")
_CALLED = {
    "wgs84": "wgs84", "gps": "wgs84", "cgcs2000": "cgcs2000", "2000": "cgcs2000", "gcj02": "gcj02", "gcj-02": "gcj02",
    "高德": "gcj02", "腾讯": "gcj02", "bd09": "bd09", "bd-09": "bd09", "百度": "bd09",
}  # fmt: skip
_ANGLE = re.compile(
    r"""(\d+)\s*[°度]\s*(\d+(?:\.\d+)?)\s*['′’分](?:\s*(\d+(?:\.\d+)?)\s*(?:''|′′|["″”秒]))?""",
)
_AXES = re.compile(
    r"(?i)[东東]经|北纬|经度|纬度|(?<![a-z])(?:longitude|latitude|lon|lng|lat|point|[ne])(?![a-z])|[():=]",
)
_EPSG = re.compile(r"\bEPSG:?\s?(\d{4,5})\b", re.IGNORECASE)
_ZONES = range(25, 46)


def _in_degrees(words: str) -> str:
    """These words with decimal degrees for degrees, minutes and seconds, and without what only names the axes."""
    plain_width = unicodedata.normalize("NFKC", words).replace("、", ",")
    epsg = [found[0] for found in _EPSG.finditer(plain_width)]
    rest = _ANGLE.sub(lambda angle: f" {_decimal(*angle.groups()):.8f} ", _EPSG.sub(" ", plain_width))
    return " ".join([*epsg, _AXES.sub(" ", rest)])


def _decimal(degrees: str, minutes: str, seconds: str | None) -> float:
    return int(degrees) + float(minutes) / 60 + float(seconds or 0) / 3600


def read_point(words: str) -> Iterator[Hit]:
    """The point that words say: two numbers, in either order, after or before a system's name (else WGS 84).

    Degrees with minutes and seconds, N and E, 东经 and 北纬, and full-width digits are read, too.

    An easting of eight digits begins with the zone of CGCS2000 of three degrees, and needs no name.
    """
    said = _in_degrees(words)
    epsg = _EPSG.search(said)
    numbers = _EPSG.sub("", said)
    found = _NUMBERS.search(numbers)
    if not found:
        return
    named = plain(numbers[: found.start()] + numbers[found.end() :])
    x, y = float(found[1]), float(found[2])
    if named and (epsg or named not in _CALLED):
        return
    system = f"EPSG:{epsg[1]}" if epsg else _CALLED.get(named, "wgs84")
    zones = [int(first // 1_000_000) for first in (x, y)]
    if not named and not epsg and any(zone in _ZONES for zone in zones):
        x, y = (x, y) if zones[0] in _ZONES else (y, x)
        system = f"EPSG:{4513 + int(x // 1_000_000) - _ZONES.start}"
    elif not epsg and abs(x) <= 90 < abs(y):
        x, y = y, x
    try:
        place = to_wgs84(x, y, system)
    except Refused:
        return
    yield Hit("point", words.strip(), f"{place.lon:.6f}, {place.lat:.6f}", lon=place.lon, lat=place.lat, system=system)
