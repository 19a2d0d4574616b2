"""Successors of a code: which areas hold its ground, and statistics of one piece of ground over many boundaries."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Successor:
    """An area that holds `share` of another area's ground."""

    code: str
    name: str
    kind: str
    share: float


@dataclass(frozen=True)
class CodeFigures:
    """All tickets of one code (None: outside every grid) and shape; `share` of its ground lies in the asked area.

    `own`: was the shape of this area's subtree?
    """

    code: str | None
    share: float
    received: int
    closed: int
    own: bool


@dataclass(frozen=True)
class CarriedFigures:
    """Tickets on the ground of an area, under old and new codes; the sums are by share of ground."""

    received: float
    closed: float
    by_code: list[CodeFigures]


def find_successors(connection: Connection, area_id: int, at: datetime | None = None) -> tuple[list[Successor], float]:
    """Which areas hold this area's ground at a date, the largest share first? And the share that no area holds.

    A live area is its own successor. Measured on the ground, so the shares and the lost one add up to 1.
    """
    rows = connection.execute(
        text("SELECT code, name, kind, share FROM app.successors(:id, :at)"), {"id": area_id, "at": at}
    )
    found = [Successor(**row._mapping) for row in rows]
    lost = 1 - sum(successor.share for successor in found)
    return found, round(max(lost, 0.0), 9)


def carry_figures(
    connection: Connection, area_id: int, received_from: datetime, received_to: datetime, at: datetime | None = None
) -> CarriedFigures:
    """How many tickets were received and closed from..to on the ground that an area holds at a date, by code?"""
    rows = connection.execute(
        text("SELECT code, share, received, closed, is_own AS own FROM app.statistics(:id, :from, :to, :at)"),
        {"id": area_id, "from": received_from, "to": received_to, "at": at},
    )
    by_code = [CodeFigures(**row._mapping) for row in rows]
    return CarriedFigures(
        received=round(sum(each.received * each.share for each in by_code), 6),
        closed=round(sum(each.closed * each.share for each in by_code), 6),
        by_code=by_code,
    )
