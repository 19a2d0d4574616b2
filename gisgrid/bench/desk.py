"""An editor at work, timed: what QGIS sends with a login of its own, each save a transaction."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import shapely
from sqlalchemy import Connection, Engine, text

from gisgrid.bench.redraw import take_bites

CHANGED = 5
"""How many grids a redraw changes."""


@contextmanager
def editor(superuser: Engine, login: str) -> Iterator[None]:
    """A login that may draw everywhere, gone afterwards; the roles of a server are shared by its databases."""
    with superuser.begin() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{login}" LOGIN IN ROLE gisgrid_editor')
        connection.execute(
            text("INSERT INTO core.login_scope (login, role) VALUES (:login, 'admin')"), {"login": login}
        )
    try:
        yield
    finally:
        with superuser.begin() as connection:
            connection.execute(text("DELETE FROM core.login_scope WHERE login = :login"), {"login": login})
            connection.exec_driver_sql(f'DROP ROLE "{login}"')


@dataclass(frozen=True)
class Desk:
    """The editor's seat at one database; `superuser` must not pool, so that no session keeps his login."""

    superuser: Engine
    login: str

    @contextmanager
    def sit(self) -> Iterator[Connection]:
        """A transaction as he would have it."""
        with self.superuser.begin() as connection:
            connection.exec_driver_sql(f'SET SESSION AUTHORIZATION "{self.login}"')
            yield connection

    def open(self, area: str) -> tuple[int, float]:
        """A change set on an area, and the seconds that opening it took."""
        began = time.monotonic()
        with self.sit() as connection:
            number: int = connection.execute(
                text("INSERT INTO draft.changeset (area_code) VALUES (:area) RETURNING changeset_id"), {"area": area}
            ).scalar_one()
        return number, time.monotonic() - began

    def redraw(self, changeset_id: int, seed: int) -> dict[str, shapely.Geometry]:
        """New shapes by code for some neighbouring base grids of the draft, not yet saved."""
        with self.sit() as connection:
            rows = connection.execute(
                text(
                    "SELECT code, ST_AsBinary(geom) AS shape FROM draft.area WHERE changeset_id = :id AND kind = 'base'"
                ),
                {"id": changeset_id},
            ).all()
        shapes = {row.code: shapely.from_wkb(bytes(row.shape)) for row in rows}
        single = {code: shape.geoms[0] for code, shape in shapes.items() if len(shape.geoms) == 1}
        return take_bites(single, CHANGED, seed=seed)

    def save(self, changeset_id: int, shapes: Mapping[str, shapely.Geometry]) -> float:
        """Save them row by row in one transaction, as QGIS does; seconds, with the check and preview of the save."""
        began = time.monotonic()
        with self.sit() as connection:
            for code, shape in shapes.items():
                connection.execute(
                    text(
                        "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromWKB(:shape, 4326))"
                        " WHERE changeset_id = :id AND code = :code"
                    ),
                    {"shape": shapely.to_wkb(shape), "id": changeset_id, "code": code},
                )
        return time.monotonic() - began

    def run(self, function: str, changeset_id: int) -> float:
        """One of the owner's functions on a draft, taken back afterwards; seconds."""
        with self.superuser.connect() as connection:
            began = time.monotonic()
            connection.execute(text(f"SELECT app.{function}(:id)"), {"id": changeset_id})
            took = time.monotonic() - began
            connection.rollback()
        return took

    def publish(self, changeset_id: int) -> float:
        """Save the status; seconds until the commit is through."""
        began = time.monotonic()
        with self.sit() as connection:
            connection.execute(
                text("UPDATE draft.changeset SET status = 'published' WHERE changeset_id = :id"), {"id": changeset_id}
            )
        return time.monotonic() - began

    def relocate(self, changeset_id: int) -> tuple[int, float]:
        """Let tickets follow; how many moved, and seconds."""
        began, moved = time.monotonic(), 0
        while True:
            with self.superuser.begin() as connection:
                batch: int = connection.execute(
                    text("SELECT app.relocate_changeset(:id)"), {"id": changeset_id}
                ).scalar_one()
            moved += batch
            if not batch:
                return moved, time.monotonic() - began
