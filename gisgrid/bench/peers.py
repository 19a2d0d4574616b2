"""Peers: other programs that do the same work, as far as they are installed; each runs in a process of its own.

They live beside this program, never in its environment: Python packages in one of their own (`--peers FOLDER`, whose
`bin/python` has them), Martin as `bin/martin` there or in the PATH. docs/performance.md says how to install them.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import NullPool, create_engine, make_url, text

from gisgrid.bench.server import Service, started

TABLES = """
CREATE SCHEMA peer AUTHORIZATION gisgrid_owner;
SET ROLE gisgrid_owner;
CREATE TABLE peer.ticket (LIKE work.ticket INCLUDING ALL);
CREATE TABLE peer.ticket_private (LIKE work.ticket_private INCLUDING ALL);
CREATE TABLE peer.event (LIKE work.event INCLUDING ALL);
CREATE TABLE peer.outbox (LIKE work.outbox INCLUDING ALL);
CREATE TABLE peer.ping (LIKE overlay.ping INCLUDING ALL);
ALTER TABLE peer.ping ALTER COLUMN path SET DEFAULT '{0}', ALTER COLUMN cell SET DEFAULT 0;
CREATE TABLE peer.area AS
SELECT area_version_id::integer AS id, code, name, level, kind, geom FROM app.area_now
WHERE network = 'base' AND level = 'grid';
ALTER TABLE peer.area ADD PRIMARY KEY (id);
CREATE INDEX area_geom ON peer.area USING gist (geom);
ANALYZE peer.area;
CREATE TABLE peer.place (place_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lon float8, lat float8,
                         code text, version_id bigint, geom geometry(Point, 4326));
CREATE INDEX place_geom ON peer.place USING gist (geom);
CREATE INDEX place_code ON peer.place (code);
CREATE UNLOGGED TABLE peer.given (lon float8, lat float8);
"""
"""What they read and write, made by the owner in the bench's own database, which is dropped afterwards."""


UNCACHED = ", its cache off"
MARTIN = """
cache_size_mb: {most_mb}
postgres:
  connection_string: {url}
  auto_publish: false
  tables:
    area: {{schema: peer, table: area, srid: 4326, geometry_column: geom, geometry_type: MULTIPOLYGON,
            properties: {{code: text, name: text, level: text, kind: text}}}}
    ticket: {{schema: work, table: ticket, srid: 4326, geometry_column: geom, geometry_type: POINT,
              properties: {{number: text, category: text, step: text}}}}
"""
"""Which tables Martin shows: by itself it would show whichever `ticket` it finds first."""


@dataclass(frozen=True)
class Peers:
    """The folder of the peers; None: only those are there that need none."""

    folder: Path | None = None

    def python(self, module: str) -> str | None:
        """The Python that has this module; None: it is not installed."""
        path = self.folder / "bin" / "python" if self.folder else None
        if path is None or not path.exists():
            return None
        known = subprocess.run([path, "-c", f"import {module}"], capture_output=True, check=False)
        return str(path) if known.returncode == 0 else None

    def version(self, module: str) -> str:
        """The version of this package of theirs."""
        code = f"import importlib.metadata as m; print(m.version({module!r}))"
        return subprocess.check_output([str(self.python(module)), "-c", code], text=True).strip()

    def martin(self) -> str | None:
        """The program; None: it is not installed."""
        own = self.folder / "bin" / "martin" if self.folder else None
        return str(own) if own is not None and own.exists() else shutil.which("martin")


def make_tables(owner_url: str) -> None:
    """Make what the peers read and write; `owner_url`: the superuser's."""
    with create_engine(owner_url, poolclass=NullPool).begin() as connection:
        connection.execute(text(TABLES))


@contextmanager
def ten_lines(owner_url: str) -> Iterator[Service]:
    """The ten lines of FastAPI over these tables."""
    with started([sys.executable, "-m", "gisgrid.bench.ten_lines", "{port}"], "/healthz", owner_url) as service:
        yield service


@contextmanager
def _reader(owner_url: str) -> Iterator[str]:
    """The URL of a login that reads what tiles are drawn of, over TCP as these servers want it; gone afterwards.

    A superuser, because they read the catalogue, which the walls of this database keep from other logins.
    """
    engine = create_engine(owner_url, poolclass=NullPool)
    login, secret, own = f"bench_tiles_{os.getpid()}", secrets.token_urlsafe(16), make_url(owner_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {login} LOGIN SUPERUSER PASSWORD '{secret}'")
    try:
        port = own.query.get("port") or own.port
        yield f"postgresql://{login}:{secret}@127.0.0.1:{port}/{own.database}"
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP ROLE {login}")


@contextmanager
def tile_servers(owner_url: str, peers: Peers) -> Iterator[dict[str, tuple[Service, str]]]:
    """The tile servers that are installed over `peer.area`: the running service, and the path of a tile."""
    found: dict[str, tuple[Service, str]] = {}
    tipg, martin = peers.python("tipg"), peers.martin()
    with ExitStack() as stack:
        found["ST_AsMVT in ten lines"] = (stack.enter_context(ten_lines(owner_url)), "/tiles/{}/{}/{}.mvt")
        url = stack.enter_context(_reader(owner_url)) if tipg or martin else ""
        if tipg:
            command = [tipg, "-m", "uvicorn", "tipg.main:app", "--port", "{port}", "--log-level", "error"]
            given = {"DATABASE_URL": url, "TIPG_DB_SCHEMAS": '["peer","work"]', "TIPG_MAX_FEATURES_PER_TILE": "100000"}
            service = stack.enter_context(started(command, "/healthz", url, **given))
            path = "/collections/peer.area/tiles/WebMercatorQuad/{}/{}/{}"
            found[f"TiPg {peers.version('tipg')}"] = (service, path)
        if martin:
            said = subprocess.check_output([martin, "--version"], text=True).split()[-1]
            for name, most_mb in ((f"Martin {said}", 512), (f"Martin {said}{UNCACHED}", 0)):
                config = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "martin.yaml"
                config.write_text(MARTIN.format(url=url, most_mb=most_mb), encoding="utf-8")
                command = [martin, "--config", str(config), "--listen-addresses", "127.0.0.1:{port}"]
                found[name] = (stack.enter_context(started(command, "/health", url)), "/area/{}/{}/{}")
        yield found
