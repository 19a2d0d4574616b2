"""Statistics: of the tickets received in a time, how many are closed, in time, overdue, by a key."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, FromClause, Select, Text, cast, func, select

from gisgrid.statistics.cohort import Cohort, asked, cohort_values
from gisgrid.tables import area, area_at, category, last_version, person, post, source, statistics_by
from gisgrid.terms import By

_BY_KEY = ("area", "category", "day", "month")
"""Keys whose rows are in the order of the key; other rows are in the order of most received."""


@dataclass(frozen=True)
class Key:
    """The key of a row: the code of an area, an id, a name, or a date."""

    key: str


@dataclass(frozen=True)
class AreaKey(Key):
    """An area by its code."""

    name: str | None
    level: str
    kind: str


@dataclass(frozen=True)
class NamedKey(Key):
    """A category or a source by its id, with its names in Chinese and English."""

    name: str | None
    name_en: str | None


@dataclass(frozen=True)
class PostKey(Key):
    """A post by its number, with the person who holds it, its role, and its area, which may have ended."""

    name: str | None
    role: str | None
    area: str | None
    area_name: str | None


@dataclass(frozen=True)
class Counts:
    """The counts of a cohort. The rates are shares of 1, None if there is nothing to divide by."""

    received: int = 0
    closed: int = 0
    open: int = 0
    overdue: int = 0
    on_time: int = 0
    solved_in_grid: int = 0
    rated: int = 0
    closing_rate: float | None = None
    on_time_rate: float | None = None
    solved_in_grid_rate: float | None = None
    hours_to_close: float | None = None
    rating: float | None = None


@dataclass(frozen=True)
class FiguresRow(Counts, Key):
    """The statistics of one department, day or month; other keys have rows with more columns."""


@dataclass(frozen=True)
class AreaFigures(FiguresRow, AreaKey):
    """The statistics of one area."""


@dataclass(frozen=True)
class NamedFigures(FiguresRow, NamedKey):
    """The statistics of one category or source."""


@dataclass(frozen=True)
class PostFigures(FiguresRow, PostKey):
    """The statistics of one post."""


@dataclass(frozen=True)
class Figures:
    """Statistics by a key; `rest` counts the tickets without a key, and rows and rest add up to `total`."""

    total: Counts
    rows: list[FiguresRow]
    rest: Counts


class _Grouping(NamedTuple):
    """The type of a row, its key's columns, and the tables that the columns come from."""

    row: type[FiguresRow]
    labels: tuple[ColumnElement[Any], ...]
    source: FromClause


def count_by(connection: Connection, by: By, cohort: Cohort, *, level: str = "") -> Figures:
    """How many tickets of a cohort are in which state, by area, category, source, post, department, day or month?

    By area or category: one row for each child (by area with `level`: for each area of that level), also if nothing
    was received. One statement.
    """
    kind, query = _query(by)
    width = len(fields(kind)) - len(fields(Counts))
    total, rest, rows = Counts(), Counts(), []
    for row in connection.execute(query, {**cohort_values(cohort), "by": by, "level": level}):
        values = row[:-2]
        if row.is_total:
            total = Counts(*values[width:])
        elif row.is_rest:
            rest = Counts(*values[width:])
        else:
            rows.append(kind(*values))
    return Figures(total, rows, rest)


@cache
def _query(by: By) -> tuple[type[FiguresRow], Select[Any]]:
    """The type of a row and the statement: its key, its counts, is it the rest, is it the total."""
    f = statistics_by(*asked("by", "area", "network", "level", "category", "start", "stop", "at", "zone"), alias="f")
    grouping = _GROUPINGS.get(by, _by_key)(f)
    counts = [f.c[field.name] for field in fields(Counts)]
    key = grouping.labels[0]
    order = [key.nulls_last()] if by in _BY_KEY else [f.c.received.desc(), key.nulls_last()]
    query = select(*grouping.labels, *counts, f.c.key.is_(None).label("is_rest"), f.c.is_total)
    return grouping.row, query.select_from(grouping.source).order_by(*order)


def _by_key(f: Any) -> _Grouping:
    return _Grouping(FiguresRow, (f.c.key,), f)


def _by_area(f: Any) -> _Grouping:
    v = area_at(*asked("at"), alias="v")
    labels = (v.c.code.label("key"), v.c.name, v.c.level, v.c.kind)
    return _Grouping(AreaFigures, labels, f.outerjoin(v, cast(v.c.area_id, Text) == f.c.key))


def _by_category(f: Any) -> _Grouping:
    labels = (f.c.key, category.c.name_zh.label("name"), category.c.name_en)
    return _Grouping(NamedFigures, labels, f.outerjoin(category, category.c.category == f.c.key))


def _by_source(f: Any) -> _Grouping:
    labels = (f.c.key, source.c.name_zh.label("name"), source.c.name_en)
    return _Grouping(NamedFigures, labels, f.outerjoin(source, source.c.source == f.c.key))


def _by_post(f: Any) -> _Grouping:
    joined = f.outerjoin(post, post.c.post_id == cast(f.c.key, BigInteger))  # by its index, however many rows
    joined = joined.outerjoin(person, person.c.person_id == post.c.person_id)
    joined = joined.outerjoin(area, area.c.area_id == post.c.area_id)
    then = area_at(*asked("at"), alias="v")
    joined = joined.outerjoin(then, then.c.area_id == post.c.area_id)
    former = last_version(post.c.area_id, *asked("at"), alias="l")  # of the few that are not there then
    name = func.coalesce(then.c.name, select(former.c.name).scalar_subquery())
    labels = (f.c.key, person.c.name, post.c.role, area.c.code.label("area"), name.label("area_name"))
    return _Grouping(PostFigures, labels, joined)


_GROUPINGS: dict[str, Callable[[Any], _Grouping]] = {
    "area": _by_area,
    "category": _by_category,
    "source": _by_source,
    "post": _by_post,
}
