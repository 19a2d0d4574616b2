"""Which tickets does a tile hold? The filter in its address: category, state, and when they were received."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request
from sqlalchemy import Connection

from gisgrid.api.values import UNTIL, PlainText, read_span
from gisgrid.errors import Fault, Refused
from gisgrid.instants import write_instant
from gisgrid.layers import Json, Layer
from gisgrid.tickets.intake import category_id

TileState = Literal["open", "done", "due_soon", "overdue", "today"]


class TileFilter:
    """The filter of a tile's address as it came."""

    def __init__(
        self,
        category: Annotated[PlainText, Query(description="Id or Chinese name; with those below it")] = "",
        state: Annotated[
            TileState | None, Query(description="Those that this counter counts, now or at the tile's date")
        ] = None,
        from_: Annotated[str | None, Query(alias="from", max_length=40, description="Received from then on")] = None,
        to: Annotated[str | None, Query(max_length=40, description=UNTIL)] = None,
    ) -> None:
        self.category, self.state, self.from_, self.to = category, state, from_, to

    @property
    def given(self) -> dict[str, str]:
        """The parameters that say something, in the order of an address that is kept."""
        said = {"category": self.category, "state": self.state, "from": self.from_, "to": self.to}
        return {name: value for name, value in said.items() if value}

    def check(self, layers: list[Layer], zone: ZoneInfo) -> None:
        """Raises Refused naming each parameter that none of the layers has, and for a time that cannot be."""
        read_span(self.from_, self.to, zone)
        known = {name for layer in layers for name in layer.filters}
        names = ",".join(layer.id for layer in layers)
        if unknown := [name for name in self.given if name not in known]:
            remedy = "ask for ticket tiles, or leave it out"
            raise Refused(*(Fault(name, f"tiles of {names} have no such filter", remedy) for name in unknown))

    def arguments(self, request: Request, connection: Connection, at: datetime | None) -> Json:
        """What the layer's function takes: `{filter: ...}`, empty without a filter. Raises Refused for a wrong name."""
        if not self.given:
            return {}
        settings = request.app.state.settings
        zone = settings.timezone
        begins, ends = read_span(self.from_, self.to, zone)
        now = at or datetime.now(UTC)
        found: dict[str, datetime | None] = {"received_from": begins, "received_to": ends}
        if self.state == "today":
            day = now.astimezone(zone).date()
            midnight = datetime.combine(day, time(), zone)
            after = datetime.combine(day + timedelta(days=1), time(), zone)
            found["received_from"] = max(begins, midnight) if begins else midnight
            found["received_to"] = min(ends, after) if ends else after
        if self.state == "overdue":
            found["due_by"] = now
        if self.state == "due_soon":
            found |= {"due_after": now, "due_by": now + timedelta(hours=settings.due_soon_hours)}
        asked: Json = {name: write_instant(value) for name, value in found.items() if value}
        if self.state in ("open", "done", "due_soon", "overdue"):
            asked["open"] = self.state != "done"
        if self.category:
            asked["category"] = category_id(connection, self.category)
        return {"filter": asked}

    def address(self, given: str) -> str:
        """The tiles' address with this filter."""
        if not self.given:
            return given
        return f"{given}{'&' if '?' in given else '?'}{urlencode(self.given)}"


AskedFilter = Annotated[TileFilter, Depends()]
