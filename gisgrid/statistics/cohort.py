"""Which tickets are counted, and the words for the keys of statistics and rankings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, bindparam
from sqlalchemy.types import TypeEngine

from gisgrid.tables import INSTANT

PRIVATE = ("post", "department")
"""Keys that only signed-in callers may ask for, because they show whose tickets these are."""


@dataclass(frozen=True)
class Cohort:
    """Which tickets: received from..to (None: open) in an area's subtree (0: the network), counted `at` then."""

    at: datetime
    network: str
    area_id: int = 0
    received_from: datetime | None = None
    received_to: datetime | None = None
    category: str = ""
    zone: str = "Asia/Shanghai"


def asked(*names: str) -> list[ColumnElement[Any]]:
    """The parameters of a function that counts, by name; `cohort_values` gives their values."""
    return [bindparam(name, type_=_KINDS.get(name, Text())) for name in names]


def cohort_values(cohort: Cohort) -> dict[str, str | int | datetime | None]:
    """The values of a cohort, by the names of `asked`."""
    return {
        "area": cohort.area_id,
        "network": cohort.network,
        "category": cohort.category,
        "start": cohort.received_from,
        "stop": cohort.received_to,
        "at": cohort.at,
        "zone": cohort.zone,
    }


_KINDS: dict[str, TypeEngine[Any]] = {"area": BigInteger(), "start": INSTANT, "stop": INSTANT, "at": INSTANT}
