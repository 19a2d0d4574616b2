"""Counters of an area: how many of its tickets are in which state at an instant?"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Connection, Interval, Select, Text, bindparam, func, select

from gisgrid.tables import INSTANT, counters, counters_then


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

    total = the children's totals + unplaced, always. Now: one pass over the subtree's tickets. At another instant, or
    as recorded by then: also over all changes of tickets since, which costs more (docs/boundaries.md).
    """
    query = _now() if at is None and as_recorded is None else _then()
    values = {"area": area_id, "network": network, "zone": zone, "due_soon": due_soon, "at": at}
    values["as_recorded"] = as_recorded
    row = connection.execute(query, values).one()
    return {key: int(value) for key, value in row._mapping.items()}


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
