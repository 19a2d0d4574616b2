"""The tables and functions that Python writes to or queries, as GeoAlchemy2 sees them.

The SQL files are the source; a test compares every column here with the real one.
"""

from gisgrid.tables.boundaries import (
    alias,
    area,
    area_at,
    area_version,
    changeset,
    draft_area,
    last_version,
    level,
    lineage,
    network,
    problem,
)
from gisgrid.tables.figures import (
    area_records,
    counters,
    counters_then,
    person,
    post,
    post_records,
    source,
    statistics_by,
)
from gisgrid.tables.mapping import FORM, INSTANT, metadata
from gisgrid.tables.notices import delivery, outbox, service_request, target
from gisgrid.tables.tickets import (
    category,
    clock,
    post_role,
    step,
    ticket,
    ticket_private,
    transition,
    whistle,
)

__all__ = [
    "FORM",
    "INSTANT",
    "alias",
    "area",
    "area_at",
    "area_records",
    "area_version",
    "category",
    "clock",
    "changeset",
    "counters",
    "counters_then",
    "delivery",
    "draft_area",
    "statistics_by",
    "last_version",
    "level",
    "lineage",
    "metadata",
    "network",
    "outbox",
    "person",
    "post",
    "post_records",
    "post_role",
    "problem",
    "service_request",
    "source",
    "step",
    "target",
    "ticket",
    "ticket_private",
    "transition",
    "whistle",
]
