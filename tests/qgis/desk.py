"""A town hall for the tests: a server reached with passwords, two towns, their editors at QGIS, the service."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import text

from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.boundaries.publishing import relocate
from gisgrid.boundaries.qgis.storage import make_project, project_uri, service_file, store
from gisgrid.cli.people import make_account
from gisgrid.cluster import Cluster
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.geo import LonLat, tile_at
from tests.drawing import draw, write_geojson
from tests.waiting import PATIENCE_S

TOP, NORTH, SOUTH = "360302", "360302001", "360302002"
DRAWN = {
    letter: shapely.set_precision(shape, 1e-9)  # corners that grids share are the same to the last digit
    for letter, shape in draw("AABB\nAABB\nEEFF\nEEFF\nCCDD").items()
}
CODES = {letter: f"{NORTH}00100{n}" for n, letter in enumerate("ABEF", start=1)}
CODES |= {letter: f"{SOUTH}00100{n}" for n, letter in enumerate("CD", start=1)}
URI = project_uri("gisgrid", "gisgrid")
WORKER = Path(__file__).with_name("clerk.py")
ZOOM = 16


@dataclass
class Clerk:
    """A person at QGIS in a process of its own; every method is one order to it."""

    process: "subprocess.Popen[str]"

    def __getattr__(self, name: str) -> Any:
        def order(**given: Any) -> Any:
            assert self.process.stdin and self.process.stdout
            self.process.stdin.write(json.dumps({"do": name, **given}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            assert line, f"QGIS ended with {self.process.poll()} while it did {name}"
            answer = json.loads(line)
            assert "error" not in answer, answer["error"]
            return answer["is"]

        return order

    def opens(self, area: str = "", title: str = "") -> int:
        """Open a change set as the form does; its number."""
        before = {row["changeset_id"] for row in self.rows(layer="changeset")}
        self.add(layer="changeset", values={"title": title, **({"area_code": area} if area else {})})
        assert self.save(layer="changeset")["saved"]
        after = {row["changeset_id"] for row in self.rows(layer="changeset")}
        number: int = max(after - before)
        return number

    def sets(self, changeset: int, status: str) -> dict[str, Any]:
        """Save another status of a change set."""
        self.change(layer="changeset", key=changeset, column="status", value=status)
        outcome: dict[str, Any] = self.save(layer="changeset")
        self.drop(layer="changeset")
        return outcome

    def saves(self) -> dict[str, Any]:
        """Save the draft of base grids."""
        outcome: dict[str, Any] = self.save(layer="draft_base")
        return outcome

    def draft(self) -> dict[str, dict[str, Any]]:
        """The draft's base grids by code, without how often each was saved."""
        rows = self.rows(layer="draft_base")
        return {row["code"]: {name: row[name] for name in row if name != "revision"} for row in rows}

    def key(self, code: str) -> int:
        """The row's number of a code in the draft."""
        number: int = self.draft()[code]["draft_area_id"]
        return number

    def problems(self) -> set[tuple[str, str]]:
        """Kind and code of every error that the problem layer shows."""
        return {(row["kind"], row["code"]) for row in self.rows(layer="problem") if row["severity"] == "error"}


@dataclass
class TownHall:
    """The server, the service over it, and how clerks come in."""

    cluster: Cluster
    client: TestClient
    owner: Database
    folder: Path
    python: str
    secrets: dict[str, str]
    clerks: list[Clerk] = field(default_factory=list)

    def environ(self, name: str) -> dict[str, str]:
        """The environment of an editor's QGIS: a home of its own, and the service file that says where and who."""
        home = self.folder / f"{name}-{len(self.clerks)}"
        runtime = home / "run"
        runtime.mkdir(parents=True, mode=0o700, exist_ok=True)
        services = home / "pg_service.conf"
        words = service_file("127.0.0.1", self.cluster.db_port, self.cluster.database, name)
        services.write_text(f"{words}password={self.secrets[name]}\n")
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "PYTHON", "VIRTUAL_ENV"))}
        # The window's Python looks for its library beside the first python3 on PATH: let that be the one of PyQGIS.
        env["PATH"] = f"{Path(self.python).parent}{os.pathsep}{env['PATH']}"
        env |= {"PGSERVICEFILE": str(services), "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)}
        return env | {
            "QT_QPA_PLATFORM": "offscreen",
            "QGIS_CUSTOM_CONFIG_PATH": str(home),
            "PYTHONIOENCODING": "utf-8",
        }

    def seat(self, name: str) -> Clerk:
        """Start QGIS for an editor."""
        env = self.environ(name)
        command = [self.python, str(WORKER)]
        with (Path(env["HOME"]) / "qgis.log").open("w") as log:
            pipe = subprocess.PIPE
            process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True, env=env)
        clerk = Clerk(process)
        self.clerks.append(clerk)
        return clerk

    def project(self) -> bytes:
        """The project's XML, as the verb writes it."""
        with self.owner.transaction(EVERYTHING) as connection:
            return make_project(connection)

    def report_at(self, lon: float, lat: float) -> dict[str, Any]:
        """A report of that place, through the service."""
        given = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": "井盖松动"}
        answer = self.client.post("/api/v1/reports", json=given)
        assert answer.status_code == 201, answer.text
        ticket: dict[str, Any] = answer.json()
        return ticket

    def tile_at(self, lon: float, lat: float) -> tuple[bytes, dict[str, Any]]:
        """The tile of that place: its bytes, and the shape of every grid in it by code, in tile units."""
        coord = tile_at(LonLat(lon, lat), ZOOM)
        answer = self.client.get(f"/tiles/area/{coord.z}/{coord.x}/{coord.y}.mvt")
        assert answer.status_code == 200
        features = mapbox_vector_tile.decode(answer.content)["area"]["features"]
        shapes = [feature for feature in features if feature["geometry"]["type"].endswith("Polygon")]
        grids = [feature for feature in shapes if feature["properties"]["level"] == "grid"]
        return answer.content, {feature["properties"]["code"]: feature["geometry"] for feature in grids}

    def relocate(self, changeset: int) -> int:
        """Let tickets follow, as the worker does."""
        return relocate(self.owner, changeset)

    def holder(self, number: str) -> str:
        """Which area holds this ticket?"""
        with self.owner.transaction(EVERYTHING) as connection:
            code: str = connection.execute(
                text("SELECT a.code FROM work.ticket AS t JOIN core.area AS a USING (area_id) WHERE t.number = :n"),
                {"n": number},
            ).scalar_one()
        return code

    def close(self) -> None:
        """Send everybody home."""
        for clerk in self.clerks:
            clerk.process.communicate(timeout=PATIENCE_S)


def build(cluster: Cluster, folder: Path) -> dict[str, str]:
    """Fill an empty, migrated database: two towns, the project, editors of each town and of both; their secrets."""
    owner = Database(cluster.owner_url, role=OWNER)
    path = write_geojson(folder / "areas.geojson", {CODES[letter]: shape for letter, shape in DRAWN.items()})
    import_boundaries(owner, ImportOrder(path, datetime(2023, 1, 1, tzinfo=UTC), level="grid"))
    with owner.transaction(EVERYTHING) as connection:
        store(connection, make_project(connection), "gisgrid")
    owner.close()
    towns = {"hua": NORTH, "mei": NORTH, "lan": SOUTH, "wei": TOP}
    return {name: make_account(cluster, name, "editor", area) for name, area in towns.items()}
