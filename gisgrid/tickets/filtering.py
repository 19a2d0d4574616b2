"""Which tickets are meant: by area, category, time, state, and the work list that they are on.

A work list is of open tickets, the most urgent first. Whoever is signed in has those of his scope on it.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from gisgrid.access import STRANGER, Caller
from gisgrid.database import EVERYTHING
from gisgrid.errors import Fault, Refused

WorkList = Literal["mine", "area", "no_grid", "near_edge", "due_soon", "overdue", "waiting", "reporter"]
WORK_LISTS: tuple[WorkList, ...] = get_args(WorkList)
PERSONAL: tuple[WorkList, ...] = ("mine", "area", "waiting")
"""Lists that a stranger has none of."""

TABLES = """
FROM work.ticket AS t
LEFT JOIN core.area_version AS g ON g.area_version_id = t.area_version_id
LEFT JOIN core.area AS a ON a.area_id = t.area_id
LEFT JOIN work.ticket_private AS p ON p.ticket_id = t.ticket_id
"""
_OPEN = "(t.closed_at <= :now) IS NOT TRUE"
STATES = {
    "": "true",
    "open": _OPEN,
    "done": "t.closed_at <= :now",
    "due_soon": f"{_OPEN} AND t.due_at > :now AND t.due_at <= :now ::timestamptz + :due_soon",
    "overdue": f"{_OPEN} AND t.due_at <= :now",
    "today": "(t.received_at AT TIME ZONE :zone)::date = (:now ::timestamptz AT TIME ZONE :zone)::date",
    "unplaced": """NOT EXISTS (SELECT FROM core.area WHERE area_id = :area AND level = 'grid')
        AND (t.path[1 + (SELECT c.depth FROM app.counted_place(coalesce(:area ::bigint, 0), :now) AS c)] IN (
            SELECT unnest(c.children) FROM app.counted_place(coalesce(:area ::bigint, 0), :now) AS c)) IS NOT TRUE""",
}
"""How a ticket stands, by the words and the rules of `app.counters`; a test holds the two together."""
_COUNTED = """coalesce(t.path[1:(SELECT c.depth FROM app.counted_place(coalesce(:area ::bigint, 0), :now) AS c)]
        = (SELECT c.path FROM app.counted_place(coalesce(:area ::bigint, 0), :now) AS c), true)"""
"""Said of whatever is asked for by how it stands: the counter of the area, where the area has one now, holds it."""

_SEEN = "(NOT :scoped OR p.ticket_id IS NOT NULL)"
LISTED = f"t.closed_at IS NULL AND {_SEEN}"
LISTS: dict[WorkList, str] = {
    "mine": """((:person ::bigint IS NOT NULL OR :own_area ::bigint IS NOT NULL)
            AND p.post_id IN (SELECT app.my_posts(:person, :own_area, :role))
        OR :department <> '' AND (:person ::bigint IS NULL AND p.department = :department OR t.ticket_id IN (
            SELECT w.ticket_id FROM work.whistle AS w
            WHERE w.department = :department AND w.done_at IS NULL AND w.withdrawn_at IS NULL)))""",
    "area": "(:own_area ::bigint IS NULL OR t.path @> ARRAY[:own_area ::bigint])",
    "no_grid": "(t.area_version_id IS NULL OR a.level <> 'grid')",
    "near_edge": "(t.method IN ('edge', 'nearest') OR t.confidence < :confidence)",
    "due_soon": "t.due_at > :now AND t.due_at <= :now ::timestamptz + :due_soon",
    "overdue": "t.due_at <= :now",
    "waiting": """(t.workflow, t.step) IN
        (SELECT r.workflow, r.from_step FROM work.transition AS r WHERE :role = ANY(r.roles))""",
    "reporter": "t.ticket_id IN (SELECT c.ticket_id FROM work.clock AS c WHERE c.paused_at IS NOT NULL)",
}
"""Which open tickets are on a list; `LISTED` is said of all of them."""

_WHERE = """
    (:area ::bigint IS NULL OR t.path @> ARRAY[:area ::bigint])
    AND (:category = '' OR t.category IN (SELECT c.category FROM work.category AS c WHERE c.path @> ARRAY[:category]))
    AND (:step = '' OR t.step = :step) AND (:method = '' OR t.method = :method)
    AND (:start ::timestamptz IS NULL OR t.received_at >= :start)
    AND (:stop ::timestamptz IS NULL OR t.received_at < :stop)
"""
_CURSOR = re.compile(r"(-?[0-9]{1,17})_([0-9]{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class TicketFilter:
    """Which tickets: of an area's subtree, of a category with those below it, in a step or state, received from-to,
    by the method that found their area, on a work list of the caller's.

    `now` is the instant as of which states are told, `zone` cuts today, `due_soon` is how long before its due time a
    ticket counts as that; less than `confidence` is near an edge.
    """

    area_id: int | None = None
    category: str = ""
    step: str = ""
    method: str = ""
    state: str = ""
    work_list: WorkList | None = None
    caller: Caller = STRANGER
    confidence: float = 1
    due_soon: timedelta = timedelta(hours=24)
    zone: str = "Asia/Shanghai"
    received_from: datetime | None = None
    received_to: datetime | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def condition(self) -> str:
        """The SQL of it, over `TABLES`."""
        listed = f"AND {LISTED} AND {LISTS[self.work_list]}" if self.work_list else ""
        counted = f"AND {_COUNTED}" if self.state else ""
        return f"{_WHERE} AND ({STATES[self.state]}) {counted} {listed}"

    @property
    def parameters(self) -> dict[str, Any]:
        """What its SQL asks for."""
        return {
            "area": self.area_id,
            "category": self.category,
            "step": self.step,
            "method": self.method,
            "start": self.received_from,
            "stop": self.received_to,
            "due_soon": self.due_soon,
            "zone": self.zone,
            "now": self.now,
            "confidence": self.confidence,
            "scoped": self.caller.signed_in and self.caller.scope != EVERYTHING,
            "role": self.caller.role,
            "person": self.caller.person_id,
            "own_area": self.caller.area_id,
            "department": self.caller.department,
        }


@dataclass(frozen=True)
class Place:
    """Where a page of a long list ended: the time that it is sorted by, and the ticket."""

    at: datetime
    ticket_id: int

    def __str__(self) -> str:
        microseconds = (self.at - _EPOCH) // timedelta(microseconds=1)
        return f"{microseconds}_{self.ticket_id}"


def read_place(cursor: str) -> Place | None:
    """Where does the next page begin? None for an empty cursor. Raises Refused for one that was not given out here."""
    if not cursor:
        return None
    match = _CURSOR.fullmatch(cursor)
    try:
        if match:
            return Place(_EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
    except OverflowError:
        pass
    raise Refused(Fault("after", "this is no place in a list", "the `next` of the page before"))
