"""Figures and ranking: of the tickets received in a time, how many are closed, in time, overdue; whose record is best.

A rate is a share of 1, and None where there is nothing to divide by.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, text

By = Literal["area", "category", "source", "post", "department", "day", "month"]
Level = Literal["district", "town", "community", "grid"]
Of = Literal["grid", "community", "town", "post"]
Order = Literal["closing_rate", "on_time_rate", "received", "closed", "overdue", "hours_to_close"]
ORDERS: tuple[str, ...] = get_args(Order)
PRIVATE = ("post", "department")
"""Whose tickets these are is for whoever may see it: without a login nobody."""

_COUNTS = (
    "received, closed, open, overdue, on_time, solved_in_grid, rated,"
    " closing_rate, on_time_rate, solved_in_grid_rate, hours_to_close, rating"
)
_NAMES = [name.strip() for name in _COUNTS.split(",")]
_LABELS = {
    "area": (
        "v.code AS key, v.name, v.level, v.kind",
        "LEFT JOIN app.area_at(:at) AS v ON v.area_id::text = f.key",
    ),
    "category": (
        "f.key, c.name_zh AS name, c.name_en",
        "LEFT JOIN work.category AS c ON c.category = f.key",
    ),
    "source": (
        "f.key, s.name_zh AS name, s.name_en",
        "LEFT JOIN work.source AS s ON s.source = f.key",
    ),
    "post": (
        "f.key, h.name, p.role, a.code AS area",
        "LEFT JOIN core.post AS p ON p.post_id::text = f.key LEFT JOIN core.person AS h ON h.person_id = p.person_id"
        " LEFT JOIN core.area AS a ON a.area_id = p.area_id",
    ),
}
_BY_NAME = "1 NULLS LAST"
_BY_NUMBER = "f.received DESC, 1 NULLS LAST"
_ORDER = {"area": _BY_NAME, "category": _BY_NAME, "day": _BY_NAME, "month": _BY_NAME}

_RECORDS = {
    "area": (
        "v.code AS key, v.name, v.level, v.kind, v.kind AS apart",
        "app.area_records(:of, :area, :network, :start, :stop, :at) AS r"
        " INNER JOIN app.area_at(:at) AS v ON v.area_id = r.area_id",
    ),
    "post": (
        "r.person_id::text AS key, r.name, r.level, r.kind, r.role, r.areas,"
        " concat_ws('/', r.role, r.level, r.kind) AS apart",
        "app.post_records(:area, :network, :start, :stop, :at) AS r",
    ),
}
_SMALL_IS_GOOD = ("overdue", "hours_to_close")


@dataclass(frozen=True)
class Cohort:
    """Which tickets: received from..to (None: open) in an area's subtree (0: the network), as they stand `at` then."""

    at: datetime
    network: str
    area_id: int = 0
    received_from: datetime | None = None
    received_to: datetime | None = None
    category: str = ""
    zone: str = "Asia/Shanghai"


def count_by(connection: Connection, by: By, cohort: Cohort, *, level: str = "") -> dict[str, Any]:
    """How do they stand, told apart by area, category, source, post, department, day or month?

    `{total, rows, rest}`: of area and category one row for each child (of area with `level`: for each of that level),
    also where nothing was received; `rest` holds those of no row. Rows and rest add up to total: one statement.
    """
    labels, joins = _LABELS.get(by, ("f.key", ""))
    found = connection.execute(
        text(
            f"SELECT {labels}, f.key IS NULL AS is_rest, f.is_total, {_COUNTS}"  # noqa: S608  # constants
            " FROM app.figures_by(:by, :area, :network, :level, :category, :start, :stop, :at, :zone) AS f"
            f" {joins} ORDER BY {_ORDER.get(by, _BY_NUMBER)}"
        ),
        _parameters(cohort) | {"by": by, "level": level},
    )
    total: dict[str, Any] = {}
    rest = {name: None if name.endswith(("_rate", "_close", "rating")) else 0 for name in _NAMES}
    rows = []
    for row in found:
        facts = dict(row._mapping)
        is_rest, is_total = facts.pop("is_rest"), facts.pop("is_total")
        if is_total:
            total = _counts(facts)
        elif is_rest:
            rest = _counts(facts)
        else:
            rows.append(facts)
    return {"total": total, "rows": rows, "rest": rest}


def rank(connection: Connection, of: Of, cohort: Cohort, order: Order = "closing_rate") -> list[dict[str, Any]]:
    """Whose record is best, of the areas of a level or of whoever holds a post, each among those of its kind?

    Figures of older boundaries are carried over by share of ground, so counts are fractions; a person's go along when
    the post is handed over. `apart` names the group, `rank` is None where there is nothing to rank by; ties share one.
    """
    labels, source = _RECORDS["post" if of == "post" else "area"]
    sign = "" if order in _SMALL_IS_GOOD else "-"
    value = f"CASE WHEN received > 0 THEN {sign}{order} END"
    found = connection.execute(
        text(
            "WITH record AS ("  # noqa: S608  # constants
            f"  SELECT {labels}, round(r.received::numeric, 6)::float8 AS received,"
            "   round(r.closed::numeric, 6)::float8 AS closed, round(r.overdue::numeric, 6)::float8 AS overdue,"
            "   round(r.on_time::numeric, 6)::float8 AS on_time, round(r.carried::numeric, 6)::float8 AS carried,"
            "   round((r.closed / nullif(r.received::float8, 0))::numeric, 6)::float8 AS closing_rate,"
            "   round((r.on_time / nullif(r.closed::float8 + r.overdue, 0))::numeric, 6)::float8 AS on_time_rate,"
            "   round((r.hours / nullif(r.closed::float8, 0))::numeric, 3)::float8 AS hours_to_close,"
            "   round((r.carried / nullif(r.received::float8, 0))::numeric, 6)::float8 AS carried_share"
            f"  FROM {source})"
            f" SELECT CASE WHEN {value} IS NOT NULL"
            f"  THEN rank() OVER (PARTITION BY apart ORDER BY {value} NULLS LAST) END AS rank, record.*"
            " FROM record ORDER BY apart, 1 NULLS LAST, key"
        ),
        _parameters(cohort) | {"of": of},
    )
    return [dict(row._mapping) for row in found]


def _counts(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in _NAMES}


def _parameters(cohort: Cohort) -> dict[str, Any]:
    return {
        "area": cohort.area_id,
        "network": cohort.network,
        "category": cohort.category,
        "start": cohort.received_from,
        "stop": cohort.received_to,
        "at": cohort.at,
        "zone": cohort.zone,
    }
