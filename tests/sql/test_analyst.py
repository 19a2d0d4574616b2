"""A login that only reads, through the programs that people use: psql, GDAL, QGIS' project; and every statement of its
page.
"""

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from gisgrid.cli.main import run
from gisgrid.cli.people import make_account
from gisgrid.cli.psql import cluster_environment
from gisgrid.cluster import Cluster
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.migrations import migrate
from gisgrid.settings import Settings
from gisgrid.tickets.intake import Report, receive
from tests.drawing import draw, publish_leaves, spot
from tests.house.tree import CHECKOUT
from tests.sql.servers import ensure, over_tcp, private_settings

NAME = "shu"
PAGE = (CHECKOUT / "docs" / "reading.md").read_text(encoding="utf-8")
STATEMENTS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
WRITABLE = """
SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY('{core,draft,work,overlay,app,tile,public}') AND CASE c.relkind
    WHEN 'S' THEN has_sequence_privilege(:login, c.oid, 'USAGE, UPDATE')
    WHEN 'r' THEN has_any_column_privilege(:login, c.oid, 'INSERT, UPDATE')
        OR has_table_privilege(:login, c.oid, 'DELETE, TRUNCATE, TRIGGER')
    WHEN 'v' THEN has_any_column_privilege(:login, c.oid, 'INSERT, UPDATE') ELSE false END
"""
VOLATILE = """
SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = ANY('{core,draft,work,overlay,app,tile}') AND p.provolatile = 'v'
  AND has_function_privilege(:login, p.oid, 'EXECUTE')
"""


@dataclass(frozen=True)
class Office:
    """A server reached with passwords, and an analyst of the north."""

    cluster: Cluster
    settings: Settings
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        return {**cluster_environment(self.cluster), "PGPASSWORD": self.secret}

    def psql(self, *words: str) -> subprocess.CompletedProcess[str]:
        where = [
            "-h",
            "127.0.0.1",
            "-p",
            str(self.cluster.db_port),
            "-U",
            NAME,
            "-d",
            self.cluster.database,
            "-X",
            "-A",
        ]
        program = str(self.cluster.bin_dir / "psql")
        given = [program, *where, "-v", "ON_ERROR_STOP=1", *words]
        return subprocess.run(given, env=self.environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with private_settings() as settings:
        cluster = ensure(settings)
        migrate(cluster.owner_url)
        owner = Database(cluster.owner_url, role=OWNER)
        with owner.transaction(EVERYTHING) as connection:
            publish_leaves(connection, draw("AB"))
        for place, category in (((0.5, 0.5), "hazard"), ((0.2, 0.5), "dispute")):
            lon, lat = spot(*place)
            with owner.transaction(EVERYTHING) as connection:
                receive(connection, Report(lon, lat, "wgs84", category, "话"), network="base", zone="UTC")
        with owner.transaction() as connection:
            area = (
                connection.execute(text("SELECT code FROM core.area WHERE level = 'grid' ORDER BY 1")).scalars().first()
            )
        owner.close()
        yield Office(cluster, settings, make_account(cluster, NAME, "analyst", str(area)))


@pytest.fixture
def reader(office: Office) -> Iterator[Connection]:
    engine = create_engine(over_tcp(office.cluster, NAME, office.secret))
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.mark.parametrize("number", range(len(STATEMENTS)))
def test_each_statement_of_the_page_runs(reader: Connection, number: int) -> None:
    assert reader.exec_driver_sql(STATEMENTS[number], execution_options={"no_parameters": True}).returns_rows


def test_each_relation_of_the_page_is_read(reader: Connection) -> None:
    named = re.findall(r"`((?:app|core|work|overlay)\.\w+)`", PAGE)
    assert len(named) > 6 and len(STATEMENTS) == 4
    for name in named:
        reader.execute(text(f"SELECT * FROM {name} LIMIT 1"))
    assert reader.execute(text("SELECT count(*) FROM app.ticket_fact")).scalar_one() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM work.ticket_private",
        "SELECT * FROM work.event",
        "SELECT * FROM core.post",
        "SELECT * FROM overlay.camera",
        "SELECT * FROM draft.changeset",
        "SELECT * FROM draft.area",
        "INSERT INTO draft.changeset (area_code) VALUES (NULL)",
        "UPDATE core.area_version SET name = 'x'",
        "DELETE FROM work.ticket",
        "SELECT app.check_saved(1)",
        "SELECT app.publish_changeset(1)",
        "SELECT nextval('draft.changeset_id_seq')",
        "CREATE TABLE public.x (x int)",
        "CREATE TEMP TABLE x (x int)",
    ],
)
def test_it_draws_publishes_and_writes_nothing(reader: Connection, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        reader.execute(text(statement))


def test_the_catalogue_says_the_same(office: Office, reader: Connection) -> None:
    assert set(reader.execute(text(VOLATILE), {"login": NAME}).scalars()) == set()
    assert set(reader.execute(text(WRITABLE), {"login": NAME}).scalars()) == set()
    limit = reader.execute(text("SELECT rolconnlimit FROM pg_roles WHERE rolname = :n"), {"n": NAME}).scalar_one()
    assert 1 <= limit <= 50
    assert reader.execute(text("SHOW statement_timeout")).scalar_one() == "2min"


@pytest.mark.parametrize("asked", [r"\d", r"\d work.ticket", r"\d+ core.area_version", r"\dt *.*", r"\dv", r"\df app.*",
                                   r"\dn+", r"\dp work.*", r"\di work.*", r"\ds *.*", r"\l", r"\du", r"\dx",
                                   r"\sv app.ticket_fact"])  # fmt: skip
def test_psql_describes(office: Office, asked: str) -> None:
    done = office.psql("-c", asked)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


@pytest.mark.skipif(not shutil.which("ogr2ogr"), reason="ogr2ogr is not here")
def test_ogr2ogr_takes_what_it_reads(office: Office, tmp_path: Path) -> None:
    source = f"PG:host=127.0.0.1 port={office.cluster.db_port} dbname={office.cluster.database} user={NAME}"
    for table, count in (("app.area_now", None), ("app.ticket_fact", 2)):
        out = tmp_path / f"{table}.geojson"
        given = ["ogr2ogr", "-f", "GeoJSON", str(out), source, table]
        done = subprocess.run(given, env=office.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        features = json.loads(out.read_text(encoding="utf-8"))["features"]
        assert features and (count is None or len(features) == count) and features[0]["geometry"]
    closed = ["ogrinfo", "-so", source, "work.ticket_private"]
    done = subprocess.run(closed, env=office.environment, capture_output=True, text=True, check=False)
    assert "permission denied" in done.stdout + done.stderr and "话" not in done.stdout


def project(path: Path) -> dict[str, tuple[str, str]]:
    """The layers of a project: source, and whether QGIS lets nobody edit it."""
    found = ET.parse(path).getroot().iter("maplayer")  # noqa: S314  # our own file
    return {str(one.findtext("id")): (str(one.findtext("datasource")), str(one.get("readOnly"))) for one in found}


def test_his_project_of_qgis_has_no_draft(
    office: Office,
    reader: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GISGRID_DATA_DIR", str(office.settings.data_dir))
    monkeypatch.setenv("GISGRID_DB_PORT", str(office.settings.db_port))
    mine, all_of_it = tmp_path / "mine.qgs", tmp_path / "all.qgs"
    assert run(["qgis", "--out", str(mine), "--user", NAME]) == 0
    assert f"user={NAME}" in capsys.readouterr().err
    assert run(["qgis", "--out", str(all_of_it)]) == 0
    layers, everything = project(mine), project(all_of_it)
    assert 8 < len(layers) < len(everything) and layers.items() <= everything.items()
    for name, (source, read_only) in layers.items():
        table = re.search(r'table="((?:[^"\\]|\\.|"\.")+)"', source)
        assert table and read_only == "1" and "draft." not in source, name
        relation = table[1].replace('\\"', '"').replace('"."', ".")
        reader.execute(text(f"SELECT * FROM {relation} AS x LIMIT 1".replace(":", "\\:")))
    kept = set(reader.execute(text("SELECT name FROM draft.qgis_projects")).scalars())
    assert kept == {"gisgrid", "gisgrid_read"}
    assert run(["qgis", "--out", str(mine), "--user", "nobody"]) == 1
    assert "no account has a database login" in capsys.readouterr().err
