"""Which tickets are counted, and the words that say by what they are told apart and ranked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

By = Literal["area", "category", "source", "post", "department", "day", "month"]
Level = Literal["district", "town", "community", "grid"]
Of = Literal["grid", "community", "town", "post"]
Order = Literal["closing_rate", "on_time_rate", "received", "closed", "overdue", "hours_to_close"]
PRIVATE = ("post", "department")
"""Whose tickets these are is for whoever may see it: without a login nobody."""


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
