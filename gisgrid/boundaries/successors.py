"""What became of a code: who holds its ground now, and figures of one piece of ground over many boundaries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Successor:
    """An area that holds ground of another one, and how much: `share` of that other's ground."""

    code: str
    name: str
    kind: str
    share: float


def find_successors(connection: Connection, area_id: int, at: datetime | None = None) -> tuple[list[Successor], float]:
    """Which areas hold the ground of this one at a date, most first? And the share that none does.

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
) -> dict[str, Any]:
    """Tickets received and closed from..to on the ground that an area holds at a date.

    `{received, closed, by_code: [{code, share, received, closed, own}]}`: of each code (and shape) that they were
    counted under all its tickets, and the share of its ground that lies in the area; the sums are by share. A code
    None: outside every grid. `own`: was it of this area's subtree?
    """
    rows = connection.execute(
        text("SELECT code, share, received, closed, is_own AS own FROM app.figures(:id, :from, :to, :at)"),
        {"id": area_id, "from": received_from, "to": received_to, "at": at},
    )
    by_code = [dict(row._mapping) for row in rows]
    return {
        "received": round(sum(row["received"] * row["share"] for row in by_code), 6),
        "closed": round(sum(row["closed"] * row["share"] for row in by_code), 6),
        "by_code": by_code,
    }
