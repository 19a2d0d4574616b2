"""Ranking: whose record is best, of areas or of holders of posts, each among those of its kind."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    FromClause,
    Numeric,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    select,
)

from gisgrid.statistics.cohort import Cohort, asked, cohort_values
from gisgrid.tables import area_records, post_records
from gisgrid.terms import Of, Order

SURE, NEAR = 1e5, 1e-4
"""Below the first, fifteen digits say a value to half of the second, in units of the last digit that is left."""
_SMALL_IS_GOOD = ("overdue", "hours_to_close")


@dataclass(frozen=True)
class RankedKey:
    """An area, or a person's post, and its rank in its group; None if there is nothing to rank by."""

    rank: int | None
    key: str | None
    name: str | None
    level: str
    kind: str


@dataclass(frozen=True)
class PostKey(RankedKey):
    """The key of a post, and the codes of the areas where it is held now."""

    role: str
    areas: list[str]


@dataclass(frozen=True)
class Record:
    """What was done with the tickets received; counts are fractions where a part was carried over.

    `apart` names the group of the rank; the rates are shares of 1, None if there is nothing to divide by.
    """

    apart: str
    received: float
    closed: float
    overdue: float
    on_time: float
    carried: float
    closing_rate: float | None
    on_time_rate: float | None
    hours_to_close: float | None
    carried_share: float | None


@dataclass(frozen=True)
class RankedRow(Record, RankedKey):
    """The record of an area."""


@dataclass(frozen=True)
class RankedPost(Record, PostKey):
    """The record of a person in a role, or of a post that nobody holds."""


Ranked = RankedRow | RankedPost


def rank(connection: Connection, of: Of, cohort: Cohort, order: Order = "closing_rate") -> list[Ranked]:
    """Whose record is best, of the areas of a level or of the holders of posts, each among those of its kind?

    Statistics of older boundaries are carried over by share of ground; a person's also when the post is transferred.
    Ties share a rank.
    """
    kind, query = _query(of == "post", order)
    return [kind(**row._mapping) for row in connection.execute(query, {**cohort_values(cohort), "of": of})]


@cache
def _query(of_posts: bool, order: Order) -> tuple[type[Ranked], Select[Any]]:
    kind, labels, records, origin = _posts() if of_posts else _areas()
    record = select(*labels, *_rates(records)).select_from(origin).cte("record")
    by = record.c[order] if order in _SMALL_IS_GOOD else -record.c[order]
    value = case((record.c.received > 0, by))
    place = func.rank().over(partition_by=record.c.apart, order_by=value.nulls_last())
    placed = case((value.is_not(None), place)).label("rank")
    return kind, select(placed, *record.c).order_by(record.c.apart, placed.nulls_last(), record.c.key)


Source = tuple[type[Ranked], tuple[ColumnElement[Any], ...], Any, FromClause]
"""The type of a row, its key's columns, the function's rows, and the tables of both."""


def _areas() -> Source:
    r = area_records(*asked("of", "area", "network", "start", "stop", "at"), alias="r")
    level = bindparam("of", type_=Text).label("level")
    return RankedRow, (r.c.code.label("key"), r.c.name, level, r.c.kind, r.c.kind.label("apart")), r, r


def _posts() -> Source:
    r = post_records(*asked("area", "network", "start", "stop", "at"), alias="r")
    apart = func.concat_ws("/", r.c.role, r.c.level, r.c.kind).label("apart")
    labels = (cast(r.c.person_id, Text).label("key"), r.c.name, r.c.level, r.c.kind, r.c.role, r.c.areas, apart)
    return RankedPost, labels, r, r


def _rates(r: Any) -> list[ColumnElement[Any]]:
    rates = {
        "closing_rate": _share(r.c.closed, r.c.received),
        "on_time_rate": _share(r.c.on_time, cast(r.c.closed, Double) + r.c.overdue),
        "hours_to_close": _share(r.c.hours, r.c.closed),
        "carried_share": _share(r.c.carried, r.c.received),
    }
    counts = {name: r.c[name] for name in ("received", "closed", "overdue", "on_time", "carried")}
    digits = {"hours_to_close": 3}
    return [round_as_numeric(value, digits.get(name, 6)).label(name) for name, value in (counts | rates).items()]


def _share(part: ColumnElement[Any], whole: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(part, Double) / func.nullif(cast(whole, Double), 0, type_=Double)


def round_as_numeric(value: ColumnElement[Any], digits: int) -> ColumnElement[Any]:
    """To so many digits, halves away from zero, as `numeric` has it, which alone takes ten times as long.

    Whole numbers are round; of others a double says what the next multiple is, unless it is all but a half.
    """
    scaled = value * 10.0**digits
    is_sure = and_(value >= 0, value < SURE, func.abs(scaled - func.floor(scaled) - 0.5) > NEAR)
    return case(
        (value == func.trunc(value), value),
        (is_sure, func.floor(scaled + 0.5) / 10.0**digits),
        else_=cast(func.round(cast(value, Numeric), digits), Double),
    )
