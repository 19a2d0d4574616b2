"""A load of the sample that was broken off is finished by the next start, and nothing is in twice."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gisgrid.boundaries.areas import area_id
from gisgrid.cli import sample
from gisgrid.counters import count_tickets
from gisgrid.database import Database
from gisgrid.loading import Loaded
from gisgrid.settings import Settings

PUBLISHED = "SELECT title FROM draft.changeset WHERE published_at IS NOT NULL ORDER BY changeset_id"
FIGURES = {"total": 559, "done": 538, "open": 21, "today": 12, "due_soon": 2}
DAY = timedelta(hours=24)
DOORS = ("posts", "cameras", "places", "reach", "devices", "tickets", "pings")


def test_a_broken_off_load_is_finished_without_publishing_again(
    owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_given: Any) -> Loaded:
        raise KeyboardInterrupt

    def pass_by(*_given: Any) -> Loaded:
        return Loaded(0)

    tickets = sample.LOADERS["tickets"]
    for door in DOORS:  # what is behind the other doors is loaded once by doors' own tests
        monkeypatch.setitem(sample.LOADERS, door, break_off if door == "posts" else pass_by)
    with pytest.raises(KeyboardInterrupt):
        sample.load_sample(owner, Settings(), say=lambda _line: None)

    monkeypatch.setitem(sample.LOADERS, "posts", pass_by)
    monkeypatch.setitem(sample.LOADERS, "tickets", tickets)
    assert sample.load_sample(owner, Settings(), say=lambda _line: None), "it goes on"
    with owner.transaction() as connection:
        assert connection.execute(text(PUBLISHED)).scalars().all() == [
            "sample: areas_2023.geojson",
            "sample: areas.geojson",
        ]
        grids = connection.execute(text("SELECT count(*) FROM app.area_now WHERE level = 'grid'")).scalar()
        assert grids == 360
        streets, water = connection.execute(
            text(
                "SELECT count(*) FILTER (WHERE kind = 'street'), count(*) FILTER (WHERE kind = 'water')"
                " FROM overlay.ground"
            )
        ).one()
        assert (streets, water) == (2136, 2)
        assert _counted(connection, "360302") == FIGURES, "the figures of the sources, counted in the database"
        towns = connection.execute(text("SELECT code FROM app.area_now WHERE level = 'town'")).scalars().all()
        by_town = [_counted(connection, code) for code in towns]
        unplaced = FIGURES["total"] - sum(town["total"] for town in by_town)
        assert (len(towns), _counted(connection, "360302", ["unplaced"])) == (11, {"unplaced": unplaced})
    assert not sample.load_sample(owner, Settings(), say=lambda _line: None), "it is in"


def _counted(connection: Connection, code: str, names: Iterable[str] = FIGURES) -> dict[str, int]:
    area = area_id(connection, code, network="base")
    counted = count_tickets(connection, area, at=None, as_recorded=None, zone="Asia/Shanghai", due_soon=DAY)
    return {name: counted[name] for name in names}
