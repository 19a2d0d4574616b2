"""The doors of a running gisgrid, as its users go through them: verbs, HTTP, and SQL of an editor's own login."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from gisgrid.api.app import create_app
from gisgrid.cli.main import run
from gisgrid.cluster import Cluster
from gisgrid.settings import Settings
from tests.clients import begun, client_of
from tests.sql.servers import ensure, over_tcp
from tests.waiting import PATIENCE_S

MANY = 100_000
LOGIN = "pen"
"""The account of the editor who draws: his name in the database too."""


@dataclass
class Doors:
    """A private server with its service, files for the verbs, and who may sign in by which secret."""

    settings: Settings
    cluster: Cluster
    folder: Path
    app: FastAPI
    secrets: dict[str, str] = field(default_factory=dict)

    def verb(self, *words: str) -> Any:
        """What `gisgrid WORDS --json` answers."""
        where = ["--data-dir", str(self.settings.data_dir), "--db-port", str(self.settings.db_port)]
        said = io.StringIO()
        with redirect_stdout(said):
            code = run([*words, *where, "--json"])
        assert code == 0, (words, code, said.getvalue())
        return json.loads(said.getvalue())

    def load(self, what: str, table: str, *words: str, ending: str = "csv") -> None:
        """Bring in a table: lines of cells with `|` between them, or a file's text."""
        path = self.folder / f"{what}.{ending}"
        if ending == "csv":
            lines = [line.strip().split("|") for line in table.strip().splitlines()]
            table = "\n".join(",".join(cell.strip() for cell in line) for line in lines) + "\n"
        path.write_text(table, encoding="utf-8")
        self.verb("load", what, str(path), *words)

    def client(self, who: str = "", **headers: str) -> TestClient:
        """HTTP as somebody, by bearer secret; a stranger without a name."""
        return client_of(self.app, self.secrets[who] if who else "", **headers)

    def send(self, who: str, path: str, method: str = "POST", /, **body: Any) -> dict[str, Any]:
        """Something sent below /api/v1: the answer, which is no refusal."""
        answer = self.client(who).request(method, f"/api/v1{path}", json=body)
        assert answer.status_code in (200, 201), (path, body, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    def sql(self, statement: str, /, who: str = LOGIN, **values: Any) -> Any:
        """A statement as QGIS sends it: the editor's login over TCP by scram, committed; the first value."""
        engine = create_engine(over_tcp(self.cluster, who, self.secrets[who]))
        try:
            with engine.begin() as connection:
                result = connection.execute(text(statement), values)
                return result.scalar() if result.returns_rows else result.rowcount
        finally:
            engine.dispose()

    def draw(self, changeset: int, code: str, shape: Any, who: str = LOGIN) -> None:
        """Redraw an area of a draft."""
        assert self.sql(
            "UPDATE draft.area SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326))"
            " WHERE changeset_id = :id AND code = :code",
            who=who,
            wkt=shape.wkt,
            id=changeset,
            code=code,
        )

    def open(self, who: str, area: str, title: str, **order: Any) -> int:
        """Open a change set; its number."""
        return int(self.send(who, "/changesets", area=area, title=title, **order)["changeset_id"])


@contextmanager
def open_doors(settings: Settings, folder: Path) -> Iterator[Doors]:
    """The doors of the private server of these settings, which is made and started where it is not yet."""
    cluster = ensure(settings)
    with serving(settings, cluster) as app:
        yield Doors(settings, cluster, folder, app)


@contextmanager
def serving(settings: Settings, cluster: Cluster) -> Iterator[FastAPI]:
    """The service over a cluster's database; it counts nobody's requests."""
    generous = replace(settings, reports_per_hour=MANY, tries_per_hour=MANY, pool_size=4, wait_s=PATIENCE_S)
    app = create_app(generous, cluster.service_url)
    with begun(app):
        yield app
