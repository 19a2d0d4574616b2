"""Aliases: a department's own codes, dated, for the areas that its own areas are made of."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal, literal_column, select, text

from gisgrid import tables
from gisgrid.boundaries.audit import LEAF, LiveArea, read_live
from gisgrid.boundaries.comparing import Overlap, find_overlaps
from gisgrid.errors import Conflict, Fault, NotFound, Refused
from gisgrid.terms import ALIAS_SHARE


@dataclass(frozen=True)
class Alias:
    """One code of a department that names (a part of) an area: `share` of that area's ground is the code's."""

    alias: str
    name: str
    code: str
    area_id: int
    share: float


@dataclass(frozen=True)
class Kept:
    """Aliases new or changed, unchanged, and ended; and the codes that whole areas do not make up, with why."""

    made: int
    kept: int
    ended: int
    aliases: list[Alias]
    left: list[Fault]


@dataclass(frozen=True)
class NamedArea:
    """An area that a department's own code names, from-to (None: without end); `is_live`: at the date."""

    department: str
    name: str | None
    share: float
    valid_from: datetime
    valid_to: datetime | None
    network: str
    code: str
    level: str
    area_name: str | None
    is_live: bool


def keep_aliases(
    connection: Connection, base: str, other: str, *, valid_from: datetime, threshold: float = ALIAS_SHARE
) -> Kept:
    """Record for each leaf of `base` the code of `other` that it lies in, from a date on, if the match is clean.

    Clean: the leaves that have at least `threshold` of their ground in a code's area make up at least as much of
    that. Other codes are left out, with the reason. Raises NotFound, Refused, Conflict if later aliases exist.
    """
    if base == other or not 0.5 < threshold <= 1:
        raise Refused(Fault("network", "two networks, and a threshold above 0.5 up to 1, are needed", "name two"))
    ours, theirs = (_leaves(connection, network, valid_from) for network in (base, other))
    shapes = ({area.code: area.geom for area in areas.values()} for areas in (ours, theirs))
    overlaps: dict[str, list[Overlap]] = defaultdict(list)
    for overlap in find_overlaps(*shapes):
        overlaps[overlap.code].append(overlap)
    wanted, left = [], []
    for code, area in theirs.items():
        whole = [overlap for overlap in overlaps[code] if overlap.base_share >= threshold]
        held = sum(overlap.share for overlap in whole)
        if held >= threshold:
            wanted += [Alias(code, area.name, o.base, ours[o.base].area_id, min(o.base_share, 1.0)) for o in whole]
        else:
            left.append(_reason(code, overlaps[code], held))
    return record_aliases(connection, other, wanted, ours.values(), left, valid_from=valid_from)


def record_aliases(
    connection: Connection,
    network: str,
    wanted: list[Alias],
    areas: Iterable[LiveArea],
    left: list[Fault],
    *,
    valid_from: datetime,
) -> Kept:
    """From a date on these areas have exactly these aliases of a network; their earlier aliases end then."""
    ids = [area.area_id for area in areas]
    values = {"network": network, "at": valid_from, "ids": ids}
    standing = {
        row.area_id: row
        for row in connection.execute(
            text(
                "SELECT alias_id, alias, area_id, valid_from FROM core.alias"
                " WHERE network = :network AND area_id = ANY(:ids) AND valid_to > :at"
            ),
            values,
        )
    }
    later = sorted(row.alias for row in standing.values() if row.valid_from > valid_from)
    if later:
        message = f"aliases of {network} that begin later are kept already: {', '.join(later[:5])}"
        raise Conflict(Fault("valid_from", message, "choose a later date"))
    named = {alias.area_id: alias for alias in wanted}
    gone = [r for i, r in standing.items() if i not in named or named[i].alias != r.alias]
    made = [a for i, a in named.items() if i not in standing or standing[i].alias != a.alias]
    _end(connection, gone, valid_from)
    if made:
        connection.execute(
            text(
                "INSERT INTO core.alias (network, alias, name, area_id, share, valid_from)"
                " VALUES (:network, :alias, :name, :area_id, :share, :at)"
            ),
            [{"network": network, "at": valid_from, **vars(alias)} for alias in made],
        )
    return Kept(len(made), len(named) - len(made), len(gone), wanted, left)


def find_alias(connection: Connection, name: str, *, network: str = "", at: datetime | None = None) -> list[NamedArea]:
    """Which areas does a department's code name at a date? `network` is the department's. Raises NotFound."""
    live = tables.area_at(literal(at, tables.INSTANT), None, alias="v")
    instant = func.coalesce(literal(at, tables.INSTANT), func.now())
    query = (
        select(
            tables.alias.c.network.label("department"),
            tables.alias.c.name,
            tables.alias.c.share,
            tables.alias.c.valid_from,
            func.nullif(tables.alias.c.valid_to, literal_column("'infinity'")).label("valid_to"),
            tables.area.c.network,
            tables.area.c.code,
            tables.area.c.level,
            live.c.name.label("area_name"),
            live.c.area_id.is_not(None).label("is_live"),
        )
        .join(tables.area, tables.area.c.area_id == tables.alias.c.area_id)
        .join(live, live.c.area_id == tables.area.c.area_id, isouter=True)
        .where(tables.alias.c.alias == name, tables.alias.c.valid_from <= instant, tables.alias.c.valid_to > instant)
        .order_by(tables.alias.c.network, tables.area.c.network, tables.area.c.code)
    )
    if network:
        query = query.where(tables.alias.c.network == network)
    found = [NamedArea(**row._mapping) for row in connection.execute(query)]
    if not found:
        where = f"in network {network}" if network else "in any network"
        message = f"no area goes by {name[:64]!r} {where} at that date"
        raise NotFound(Fault("alias", message, "look the code up on the map"))
    return found


def _end(connection: Connection, rows: list[Any], at: datetime) -> None:
    """End aliases at a date; an alias that began at that very date is deleted."""
    values = {"ids": [row.alias_id for row in rows], "at": at}
    connection.execute(text("DELETE FROM core.alias WHERE alias_id = ANY(:ids) AND valid_from >= :at"), values)
    connection.execute(text("UPDATE core.alias SET valid_to = :at WHERE alias_id = ANY(:ids)"), values)


def _leaves(connection: Connection, network: str, at: datetime) -> dict[str, LiveArea]:
    areas = {
        area.code: area for area in read_live(connection, network, at) if (area.level, area.kind) == (LEAF, "base")
    }
    if not areas:
        raise NotFound(Fault("network", f"network {network!r} has no grids at that date", "import them first"))
    return areas


def _reason(code: str, overlaps: list[Overlap], held: float) -> Fault:
    most = sorted(overlaps, key=lambda overlap: -overlap.share)[:3]
    parts = ", ".join(f"{o.base} ({o.base_share:.1%} of it)" for o in most) or "no grid"
    message = f"whole grids make up {held:.1%} of it; most of it lies in {parts}"
    return Fault(code, message, "see gisgrid network compare; redraw one of them, or lower --threshold")
