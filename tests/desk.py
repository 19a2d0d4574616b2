"""Two towns and an editor's login for each: the draft workspace as QGIS and psql meet it, each save a transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url, text

from gisgrid.access import add_account
from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.database import EVERYTHING, OWNER, SERVICE, Database
from tests.drawing import draw, spot, write_geojson

NORTH, SOUTH = "360302001", "360302002"
A, B, C, D = f"{NORTH}001001", f"{NORTH}001002", f"{SOUTH}001001", f"{SOUTH}001002"
START = draw("AABB\nAABB\nCCDD")


@dataclass(frozen=True)
class Desk:
    """One database with an editor for each town."""

    url: str
    owner: Database
    api: Database
    """As the service serves: its own login, least privilege."""
    north: str
    south: str
    engine: Engine

    @contextmanager
    def sit(self, login: str) -> Iterator[Connection]:
        """A transaction of this editor's, committed at the end, as one save is."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f'SET SESSION AUTHORIZATION "{login}"')
            yield connection

    def one(self, login: str, sql: str, **values: Any) -> Any:
        with self.sit(login) as connection:
            return connection.execute(text(sql), values).scalar_one_or_none()

    def rows(self, login: str, sql: str, **values: Any) -> list[Any]:
        with self.sit(login) as connection:
            return list(connection.execute(text(sql), values).all())

    def run(self, login: str, sql: str, **values: Any) -> None:
        with self.sit(login) as connection:
            connection.execute(text(sql), values)

    def open(self, login: str, area: str, **more: Any) -> int:
        columns = {"area_code": area, **more}
        names = ", ".join(columns)
        values = ", ".join(f":{name}" for name in columns)
        changeset: int = self.one(
            login, f"INSERT INTO draft.changeset ({names}) VALUES ({values}) RETURNING changeset_id", **columns
        )
        return changeset

    def redraw(self, login: str, changeset: int, code: str, shape: Any) -> None:
        self.run(
            login,
            "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
            " WHERE changeset_id = :id AND code = :code",
            wkt=shape.wkt,
            id=changeset,
            code=code,
        )

    def split(self, login: str, changeset: int, code: str, kept: Any, part: Any) -> str:
        """As QGIS does: shrink the row in one transaction, insert the copied part in another."""
        self.redraw(login, changeset, code, kept)
        new: str = self.one(
            login,
            "INSERT INTO draft.area (changeset_id, code, name, level, kind, parent_code, base_version_id, geom)"
            " SELECT changeset_id, code, name, level, kind, parent_code, base_version_id,"
            " ST_Multi(ST_GeomFromText(:wkt, 4326)) FROM draft.area WHERE changeset_id = :id AND code = :code"
            " RETURNING code",
            wkt=part.wkt,
            id=changeset,
            code=code,
        )
        return new

    def add(self, login: str, changeset: int, shape: Any, kind: str = "special", code: str | None = None) -> str:
        """Draw a new grid, as QGIS does; its code."""
        new: str = self.one(
            login,
            "INSERT INTO draft.area (changeset_id, code, name, kind, geom) VALUES (:id, :code, '新画', :kind,"
            " ST_Multi(ST_GeomFromText(:wkt, 4326))) RETURNING code",
            id=changeset,
            code=code,
            kind=kind,
            wkt=shape.wkt,
        )
        return new

    def problems(self, login: str, changeset: int, severity: str = "error") -> list[tuple[str, str]]:
        rows = self.rows(
            login,
            "SELECT kind, code FROM draft.problem WHERE changeset_id = :id AND severity = :severity ORDER BY 1, 2",
            id=changeset,
            severity=severity,
        )
        return [(row.kind, row.code) for row in rows]

    def publish(self, login: str, changeset: int) -> None:
        self.run(login, "UPDATE draft.changeset SET status = 'published' WHERE changeset_id = :id", id=changeset)

    def located(self, column: float, row: float, **more: Any) -> str | None:
        lon, lat = spot(column, row)
        with self.owner.transaction(EVERYTHING) as connection:
            found: str | None = connection.execute(
                text(
                    "SELECT code FROM app.locate(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 'base',"
                    " CAST(:at AS timestamptz), NULL, CAST(:seen AS timestamptz))"
                ),
                {"lon": lon, "lat": lat, "at": more.get("at"), "seen": more.get("as_recorded")},
            ).scalar()
        return found

    def map(self, **more: Any) -> list[str | None]:
        """Whose every cell of the drawing is, row by row."""
        return [self.located(c + 0.5, r + 0.5, **more) for r in range(3) for c in range(4)]


@contextmanager
def open_desk(new_database: Callable[[], str], folder: Path, start: dict[str, Any] = START) -> Iterator[Desk]:
    """A database of two towns, north and south, of two grids each, and their editors' logins; gone afterwards."""
    url = new_database()
    owner = Database(url, role=OWNER, statement_timeout_s=60)
    codes = {"A": A, "B": B, "C": C, "D": D}
    path = write_geojson(folder / "start.geojson", {codes[k]: v for k, v in start.items()})
    import_boundaries(owner, ImportOrder(path, datetime(2023, 1, 1, tzinfo=UTC), level="grid"))
    superuser = Database(url, role="")
    tail = str(make_url(url).database).rsplit("_", 2)
    north, south = f"north{tail[-2]}x{tail[-1]}", f"south{tail[-2]}x{tail[-1]}"
    with superuser.transaction() as connection:
        add_account(connection, north, "editor", area=NORTH)
        add_account(connection, south, "editor", area=SOUTH)
    api = Database(str(make_url(url).set(username="gisgrid_api").render_as_string(hide_password=False)), role=SERVICE)
    engine = create_engine(url)
    yield Desk(url, owner, api, north, south, engine)
    engine.dispose()
    api.close()
    owner.close()
    with superuser.transaction() as connection:
        connection.exec_driver_sql(f'DROP ROLE "{north}"')
        connection.exec_driver_sql(f'DROP ROLE "{south}"')
    superuser.close()
