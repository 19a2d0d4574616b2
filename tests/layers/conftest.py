"""Things to show on any layer: as the example of its [load] says, or else `<layer>.sql` beside this file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import Connection, text

from gisgrid.layers import Layer, Load, all_layers
from gisgrid.things import Thing, save_things

HERE = Path(__file__).parent


class Place(Protocol):
    """Puts a thing of a layer at each point (lon, lat); things that have a size are side_m metres wide."""

    def __call__(self, layer: Layer, points: Sequence[tuple[float, float]], side_m: float = 40) -> None: ...


@pytest.fixture(params=list(all_layers()))
def layer(request: pytest.FixtureRequest) -> Layer:
    """Each layer in turn."""
    return all_layers()[request.param]


@pytest.fixture
def place(db: Connection) -> Place:
    """Puts things on the map without telling the change log."""

    def put(layer: Layer, points: Sequence[tuple[float, float]], side_m: float = 40) -> None:
        for table in noting(db):
            db.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER note_change"))
        if layer.load and layer.is_thing:
            save_things(db, layer, example_things(layer.load, points))
            return
        db.execute(text("CREATE TEMPORARY TABLE spot (n serial, lon float8, lat float8, side_m float8) ON COMMIT DROP"))
        rows = [{"lon": lon, "lat": lat, "side_m": side_m} for lon, lat in points]
        db.execute(text("INSERT INTO spot (lon, lat, side_m) VALUES (:lon, :lat, :side_m)"), rows)
        db.exec_driver_sql((HERE / f"{layer.id}.sql").read_text(encoding="utf-8"))

    return put


def example_things(load: Load, points: Sequence[tuple[float, float]]) -> list[Thing]:
    """A thing at each point (lon, lat), told apart by its code."""
    return [
        {**load.example, "code": f"{load.example['code']}-{n}", "geom": f"SRID=4326;POINT({lon!r} {lat!r})"}
        for n, (lon, lat) in enumerate(points)
    ]


def noting(db: Connection) -> list[str]:
    """The tables whose changes are noted row by row."""
    found = db.execute(
        text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'note_change' AND NOT tgisinternal")
    )
    return list(found.scalars())


def become(db: Connection, role: str, scope: str = "{0}") -> None:
    """Go on as one of the group roles, with this scope, until the end of the test's transaction."""
    for name in ("scope", "private"):
        db.execute(text("SELECT set_config(:name, :scope, true)"), {"name": f"gisgrid.{name}", "scope": scope})
    db.execute(text(f"SET LOCAL ROLE {role}"))
