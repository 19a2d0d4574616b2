"""The models of statistics and rankings in /openapi.json."""

from typing import Any

from pydantic import Field

from gisgrid.api.answers import Answer, Instant, Share
from gisgrid.statistics import By, Of, Order

CLOSING = "closed / received; null where nothing was received"
ON_TIME = "closed in time / (closed + overdue): of those that had to be closed; null where there are none"
SOLVED = "solved_in_grid / those closed of which it is known; null where there are none"
HOURS = "hours from received to closed on average; null where nothing is closed"


def unless_other(what: str) -> Any:
    """A key that only rows of some kinds have."""
    return Field(default_factory=lambda: None, description=what)


class FigureCounts(Answer):
    """How many tickets of a cohort are in which state at the instant."""

    received: int
    closed: int
    open: int = Field(description="received - closed")
    overdue: int = Field(description="open, and due by then")
    on_time: int = Field(description="closed by its due time")
    solved_in_grid: int = Field(description="closed without ever having been with anybody above the grid")
    rated: int = Field(description="rated by their reporter, of those that the caller may see")
    closing_rate: Share | None = Field(description=CLOSING)
    on_time_rate: Share | None = Field(description=ON_TIME)
    solved_in_grid_rate: Share | None = Field(description=SOLVED)
    hours_to_close: float | None = Field(description=HOURS)
    rating: float | None = Field(description="1 bad to 5 good, the average of `rated`; null where that is 0")


class FiguresRow(FigureCounts):
    """The statistics of one area, category, source, post, department, day or month."""

    key: str = Field(description="code, id, name, or date in the district's zone")
    name: str | None = unless_other("by area, category and source (in Chinese), and post (of the person)")
    name_en: str | None = unless_other("by category and source")
    level: str = unless_other("by area")
    kind: str = unless_other("by area: base or special")
    role: str | None = unless_other("by post")
    area: str | None = unless_other("by post: the code of its area")
    area_name: str | None = unless_other("by post: what its area is called; of one that has ended, what it was called")


class FiguresBy(Answer):
    """Statistics of the tickets received from..to, by one key; rows and rest add up to total."""

    by: By
    area: str = Field(description="the code asked for; empty: the whole network")
    network: str
    from_: Instant | None = Field(alias="from")
    to: Instant | None
    at: Instant = Field(description="as tickets and boundaries stood then")
    total: FigureCounts
    rows: list[FiguresRow]
    rest: FigureCounts = Field(description="the area's own that no row holds; without a post; of the category itself")


class RankedRow(Answer):
    """A record and its place among those of its kind."""

    rank: int | None = Field(description="ties share one; null where there is nothing to rank by")
    apart: str = Field(description="the group that it is ranked in: base, special; of posts role/level/kind")
    key: str | None = Field(description="code of the area; of posts the person, null where nobody holds it")
    name: str | None
    level: str
    kind: str
    role: str = unless_other("of posts")
    areas: list[str] = unless_other("of posts: codes of the areas where it is held now")
    received: float = Field(description="fractions, where a part was carried over")
    closed: float
    overdue: float
    on_time: float
    closing_rate: Share | None = Field(description=CLOSING)
    on_time_rate: Share | None = Field(description=ON_TIME)
    hours_to_close: float | None = Field(description=HOURS)
    carried: float = Field(description="of received: counted under another code, or another post of the person")
    carried_share: Share | None


class Ranking(Answer):
    """Records of the areas of a level, or of the holders of posts, the best of each group first."""

    of: Of
    order: Order
    area: str
    network: str
    from_: Instant | None = Field(alias="from")
    to: Instant | None
    at: Instant
    rows: list[RankedRow]
