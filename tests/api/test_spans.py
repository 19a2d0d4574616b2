"""A time from..to: a date as `to` means through that day, at every door, and an end before its beginning is refused."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gisgrid.api.values import read_span
from gisgrid.cli.main import run
from gisgrid.errors import Refused
from gisgrid.loading.sheets import CHINA
from tests.api.conftest import NORTH, District
from tests.api.test_reports import body
from tests.drawing import spot

TODAY = datetime.now(CHINA).date()
DAY = {"from": TODAY.isoformat(), "to": TODAY.isoformat()}
BACK = {"from": TODAY.isoformat(), "to": (TODAY - timedelta(days=1)).isoformat()}
DOORS = [
    "coverage",
    "patrols/crossings",
    "patrols/presence",
    "tickets",
    "tickets.csv",
    "tickets.geojson",
    "tickets.xlsx",
    "figures",
    "ranking",
    f"areas/{NORTH}/figures",
    "audit",
    "boundaries/changes",
]
TILES = {
    "/tiles/ticket/14/0/0.mvt": "/tiles/{layers}/{z}/{x}/{y}.mvt",
    "/tiles/ticket.json": "/tiles/{layers}.json",
}


@pytest.fixture(scope="module", autouse=True)
def ticket(district: District) -> None:
    lon, lat = spot(0.5, 0.5)
    assert district.client().post("/api/v1/reports", json=body(lon=lon, lat=lat)).status_code == 201


def ask(district: District, door: str, **params: Any) -> Any:
    """Ask as an administrator, who may read the audit trail too."""
    return district.client("boss").get(door if door in TILES else f"/api/v1/{door}", params=params)


def test_the_last_day_counts(district: District) -> None:
    assert len(ask(district, "tickets", **DAY).json()["tickets"]) == 1
    assert len(ask(district, "tickets.geojson", **DAY).json()["features"]) == 1
    assert len(ask(district, "tickets.csv", **DAY).text.splitlines()) == 2
    assert ask(district, "figures", by="category", **DAY).json()["total"]["received"] == 1
    assert ask(district, f"areas/{NORTH}/figures", **DAY).json()["received"] == 1
    whole = ask(district, "ranking", of="town", **DAY).json()["rows"]
    assert sum(row["received"] for row in whole) == 1


@pytest.mark.parametrize("door", [*DOORS, *TILES])
def test_an_end_before_its_beginning_is_refused(district: District, door: str) -> None:
    answer = ask(district, door, **BACK)
    assert answer.status_code == 422, answer.text
    fault = answer.json()["errors"][0]
    assert (fault["field"], fault["remedy"]) == ("to", "put the earlier one into from")


def test_every_door_with_a_time_is_asked(district: District) -> None:
    """A new door with from and to has to be written down above."""
    paths = district.client().get("/openapi.json").json()["paths"]
    found = {
        path.removeprefix("/api/v1/").replace("{code}", NORTH)
        for path, doors in paths.items()
        if {"from", "to"} <= {one["name"] for one in doors.get("get", {}).get("parameters", [])}
    }
    assert found == {*DOORS, *TILES.values()}


@pytest.mark.parametrize("verb", [["figures", "--by", "category"], ["ranking", "--of", "town"], ["tickets"]])
def test_verbs_too(
    district: District, verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("GISGRID_DATABASE_URL", district.url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    out = [str(tmp_path / "out.csv")] if verb == ["tickets"] else []
    assert run([*verb, *out, "--from", DAY["from"], "--to", DAY["to"], "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    counts = [said["tickets"]] if out else [row["received"] for row in said["rows"]]
    assert sum(counts) == 1
    assert run([*verb, *out, "--from", BACK["from"], "--to", BACK["to"]]) == 1
    assert "--to: the time ends at" in capsys.readouterr().err


def test_an_instant_as_an_end_is_that_instant() -> None:
    start, stop = read_span("2026-11-26", "2026-11-26T12:00:00+08:00", CHINA)
    assert start and stop and stop - start == timedelta(hours=12)
    for wrong in ("2026-11-25", "2026-11-26T00:00:00+08:00", "9999-12-31"):
        with pytest.raises(Refused):
            read_span("2026-11-26", wrong, CHINA)
