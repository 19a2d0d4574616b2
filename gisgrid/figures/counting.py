"""Figures: of the tickets received in a time, how many are closed, in time, overdue, told apart by what one likes."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Text, cast, select

from gisgrid.figures.cohort import By, Cohort, asked, cohort_values
from gisgrid.tables import area, area_at, category, figures_by, person, post, source

_BY_KEY = ("area", "category", "day", "month")
"""What is told in the order of its keys; the rest with most received first."""


@dataclass(frozen=True)
class Key:
    """What a row of figures is about: the code of an area, an id, a name, or a date."""

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
    """A post by its number, with the person who holds it, its role, and the code of its area."""

    name: str | None
    role: str | None
    area: str | None


@dataclass(frozen=True)
class Counts:
    """How the tickets of a cohort stand. The rates are shares of 1, None where there is nothing to divide by."""

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
    """The figures of one department, day or month; of the others there is more to say."""


@dataclass(frozen=True)
class AreaFigures(FiguresRow, AreaKey):
    """The figures of one area."""


@dataclass(frozen=True)
class NamedFigures(FiguresRow, NamedKey):
    """The figures of one category or source."""


@dataclass(frozen=True)
class PostFigures(FiguresRow, PostKey):
    """The figures of one post."""


@dataclass(frozen=True)
class Figures:
    """Figures told apart; `rest` holds the tickets of no row, and rows and rest add up to `total`."""

    total: Counts
    rows: list[FiguresRow]
    rest: Counts


class _Told(NamedTuple):
    """A row's type, the columns that say what it is about, and where those come from."""

    row: type[FiguresRow]
    labels: tuple[ColumnElement[Any], ...]
    source: FromClause


def count_by(connection: Connection, by: By, cohort: Cohort, *, level: str = "") -> Figures:
    """How do they stand, told apart by area, category, source, post, department, day or month?

    Of area and category one row for each child (of area with `level`: for each of that level), also where nothing
    was received. One statement.
    """
    kind, query = _query(by)
    told = len(fields(kind)) - len(fields(Counts))
    total, rest, rows = Counts(), Counts(), []
    for row in connection.execute(query, {**cohort_values(cohort), "by": by, "level": level}):
        values = row[:-2]
        if row.is_total:
            total = Counts(*values[told:])
        elif row.is_rest:
            rest = Counts(*values[told:])
        else:
            rows.append(kind(*values))
    return Figures(total, rows, rest)


@cache
def _query(by: By) -> tuple[type[FiguresRow], Select[Any]]:
    """The type of a row and the statement: what it is about, its counts, is it the rest, is it the total."""
    f = figures_by(*asked("by", "area", "network", "level", "category", "start", "stop", "at", "zone"), alias="f")
    told = _TOLD.get(by, _by_key)(f)
    counts = [f.c[field.name] for field in fields(Counts)]
    key = told.labels[0]
    order = [key.nulls_last()] if by in _BY_KEY else [f.c.received.desc(), key.nulls_last()]
    query = select(*told.labels, *counts, f.c.key.is_(None).label("is_rest"), f.c.is_total)
    return told.row, query.select_from(told.source).order_by(*order)


def _by_key(f: Any) -> _Told:
    return _Told(FiguresRow, (f.c.key,), f)


def _by_area(f: Any) -> _Told:
    v = area_at(*asked("at"), alias="v")
    labels = (v.c.code.label("key"), v.c.name, v.c.level, v.c.kind)
    return _Told(AreaFigures, labels, f.outerjoin(v, cast(v.c.area_id, Text) == f.c.key))


def _by_category(f: Any) -> _Told:
    labels = (f.c.key, category.c.name_zh.label("name"), category.c.name_en)
    return _Told(NamedFigures, labels, f.outerjoin(category, category.c.category == f.c.key))


def _by_source(f: Any) -> _Told:
    labels = (f.c.key, source.c.name_zh.label("name"), source.c.name_en)
    return _Told(NamedFigures, labels, f.outerjoin(source, source.c.source == f.c.key))


def _by_post(f: Any) -> _Told:
    joined = f.outerjoin(post, cast(post.c.post_id, Text) == f.c.key)
    joined = joined.outerjoin(person, person.c.person_id == post.c.person_id)
    joined = joined.outerjoin(area, area.c.area_id == post.c.area_id)
    return _Told(PostFigures, (f.c.key, person.c.name, post.c.role, area.c.code.label("area")), joined)


_TOLD: dict[str, Callable[[Any], _Told]] = {
    "area": _by_area,
    "category": _by_category,
    "source": _by_source,
    "post": _by_post,
}
