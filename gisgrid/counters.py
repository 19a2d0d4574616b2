"""Counters of an area: how many of its tickets are in which state at an instant?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Connection, Interval, Select, Text, bindparam, func, select, text

from gisgrid.tables import INSTANT, counters, counters_then

_WRONG = """
SELECT network, code AS area, counter, kept, counted, 'recount_tickets' AS recount FROM app.wrong_counter()
UNION ALL
SELECT network, NULL, counter, kept, counted, 'recount_tickets' FROM app.wrong_bin()
UNION ALL (
    SELECT s.network, a.code, s.counter, s.kept, s.counted, s.recount
    FROM (SELECT w.*, 'recount_tickets' AS recount FROM app.wrong_sum() AS w
          UNION ALL SELECT w.*, 'recount_tickets' FROM app.wrong_post_sum() AS w
          UNION ALL SELECT w.*, 'recount_overlays' FROM app.wrong_overlay_bin() AS w
          UNION ALL SELECT w.*, 'recount_ground' FROM app.wrong_ground() AS w) AS s
    LEFT JOIN core.area AS a ON a.area_id = s.area_id
    ORDER BY s.recount DESC, s.network, a.code COLLATE "C", s.counter)
"""


@dataclass(frozen=True)
class WrongCounter:
    """A kept counter that a recount contradicts, a sum of figures, whose stretch of time its name says, a cell, or a
    share of ground.

    area: its code, None for the top, above all areas of the network, and for a cell of the map. recount: the function
    of schema app that puts it right.
    """

    network: str
    area: str | None
    counter: str
    kept: int
    counted: int
    recount: str


def count_tickets(
    connection: Connection,
    area_id: int,
    *,
    at: datetime | None,
    as_recorded: datetime | None,
    zone: str,
    due_soon: timedelta,
    network: str | None = None,
) -> dict[str, int]:
    """total, done, open, today, due_soon, overdue, unplaced of an area's subtree; area 0 is all of a network,
    without a network everything.

    total = the children's totals + unplaced, always. Now: a few milliseconds, from kept counters, however many tickets
    there are. At another instant, or as recorded by then: a pass over the subtree's tickets and all changes of tickets
    since (docs/boundaries.md).
    """
    query = _now() if at is None and as_recorded is None else _then()
    values = {"area": area_id, "network": network, "zone": zone, "due_soon": due_soon, "at": at}
    values["as_recorded"] = as_recorded
    row = connection.execute(query, values).one()
    return {key: int(value) for key, value in row._mapping.items()}


def add_up_counters(connection: Connection, most: int | None = None) -> int:
    """Add at most so many changes to the kept counters, as the owner; how many. Readers count what is not added up."""
    added: int = connection.execute(text("SELECT app.add_up_counters(:most)"), {"most": most}).scalar_one()
    return added


def add_up_posts(connection: Connection, most: int | None = None) -> int:
    """Add some so many changes to the kept sums of posts and departments, as the owner; how many, at least `most`
    while more is left."""
    added: int = connection.execute(text("SELECT app.add_up_posts(:most)"), {"most": most}).scalar_one()
    return added


def renew_bins(connection: Connection, most: int | None = None) -> int:
    """Count kept cells of tickets again, whole ones until so many changes are done, as the owner; how many were."""
    renewed: int = connection.execute(text("SELECT app.renew_bins(:most)"), {"most": most}).scalar_one()
    return renewed


def check_counters(connection: Connection) -> list[WrongCounter]:
    """Which kept counters, sums of figures, cells of the map and shares of ground are not what a recount says, as the
    owner?

    Four passes over all tickets of all networks, one over cameras, places, cells of patrols and shapes of grids.
    """
    return [WrongCounter(**row._mapping) for row in connection.execute(text(_WRONG))]


def _asked() -> tuple[BindParameter[Any], ...]:
    kinds = {"area": BigInteger, "zone": Text, "due_soon": Interval}
    return tuple(bindparam(name, type_=kind) for name, kind in kinds.items())


def _network() -> BindParameter[Any]:
    return bindparam("network", type_=Text)


@cache
def _now() -> Select[Any]:
    area, zone, due_soon = _asked()
    return select(*counters(area, func.now(), zone, due_soon, _network(), alias="c").c)


@cache
def _then() -> Select[Any]:
    area, zone, due_soon = _asked()
    at, as_recorded = bindparam("at", type_=INSTANT), bindparam("as_recorded", type_=INSTANT)
    instant = func.coalesce(at, func.now())
    return select(*counters_then(area, instant, zone, due_soon, as_recorded, _network(), alias="c").c)
