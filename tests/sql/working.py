"""Everybody works on: a report through all its steps, a redraw and its undoing, an editor who draws in QGIS."""

from dataclasses import dataclass
from typing import Any

import shapely

from tests.drawing import spot
from tests.sql.doors import Doors
from tests.sql.lived_in import CODES, SHAPES, SOUTH


@dataclass
class Worker:
    """The people of the district that has lived, at work in its database."""

    doors: Doors

    def reports_and_closes(self) -> None:
        """A stranger reports, staff take every step, the reporter follows, rates and so closes it."""
        lon, lat = spot(2.5, 0.4)
        body = {"lon": lon, "lat": lat, "system": "wgs84", "category": "road", "description": "又一件(虚构)"}
        taken = self.doors.send("", "/reports", **body)
        assert (taken["grid"]["code"], taken["step"]) == (CODES["B"], "handle")
        number = taken["number"]
        self.doors.send("wang", f"/tickets/{number}/steps", step="inspect", note="看过(虚构)")
        self.doors.send("north", f"/tickets/{number}/steps", step="feedback")
        own = self.doors.client(**{"X-Report-Secret": taken["secret"]})
        assert own.get(f"/api/v1/reports/{number}").json()["may"]["rate"] is True
        assert own.post(f"/api/v1/reports/{number}/rating", json={"score": 5}).status_code == 201
        assert self.doors.client("boss").get(f"/api/v1/tickets/{number}").json()["closed_at"]

    def publishes_and_undoes(self) -> None:
        """The line between two grids moves and a ticket with it, and both come back."""
        lon, lat = spot(4.5, 4.5)
        body = {"lon": lon, "lat": lat, "system": "wgs84", "category": "road", "description": "在界上(虚构)"}
        number = self.doors.send("", "/reports", **body)["number"]
        changeset = self.doors.open("boss", SOUTH, "worked on")
        strip = shapely.box(*spot(4, 5), *spot(5, 4))
        self.doors.draw(changeset, CODES["N"], shapely.union(SHAPES["N"], strip), who="brush")
        self.doors.draw(changeset, CODES["O"], shapely.difference(SHAPES["O"], strip), who="brush")
        seen = self.doors.client("boss").get(f"/api/v1/changesets/{changeset}/preview").json()["features"]
        assert number in {move["properties"]["id"] for move in seen if move["properties"]["what"] == "ticket"}
        self.doors.send("boss", f"/changesets/{changeset}/publish")
        assert self._grid(number) == CODES["N"]
        self.doors.send("boss", f"/changesets/{changeset}/undo")
        assert self._grid(number) == CODES["O"]

    def draws_as_qgis_does(
        self, login: str, area: str, kept: str, grown: str, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        """An editor signs in to the database by scram, opens a draft, draws, sees no problem, publishes; all by SQL."""
        sql = self.doors.sql
        assert sql("SELECT session_user", who=login) == login
        changeset = sql(
            "INSERT INTO draft.changeset (area_code) VALUES (:area) RETURNING changeset_id", login, area=area
        )
        for code in (kept, grown):
            letter = next(name for name, known in CODES.items() if known == code)
            assert not after[letter].equals(before[letter])
            self.doors.draw(changeset, code, after[letter], who=login)
        errors = "SELECT string_agg(message, '; ') FROM draft.problem WHERE changeset_id = :id AND severity = 'error'"
        assert sql(errors, login, id=changeset) is None
        sql("UPDATE draft.changeset SET status = 'published' WHERE changeset_id = :id", login, id=changeset)
        found = sql("SELECT count(*) FROM draft.changeset WHERE changeset_id = :id AND published_at IS NOT NULL", login,
                    id=changeset)  # fmt: skip
        assert found == 1
        assert sql("SELECT count(*) FROM app.area_now WHERE code = :code", login, code=grown) == 1

    def _grid(self, number: str) -> str:
        return str(self.doors.client("boss").get(f"/api/v1/tickets/{number}").json()["grid"]["code"])
