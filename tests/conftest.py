"""One PostGIS a process, one template database, a clone for whoever commits, a rolled-back transaction for the rest.

Roles, connections and the server's own figures belong to a whole server, so processes do not share one.
"""

import gc
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from xdist.scheduler import LoadScopeScheduling

from gisgrid.cluster import test_cluster
from gisgrid.database import OWNER, SERVICE, Database
from gisgrid.migrations import migrate
from tests.speaking import UNSAID, listen
from tests.waiting import PATIENCE_S

TEMPLATE = "gisgrid_template"
TOGETHER = ("tests/browser", "tests/qgis")
"""Folders whose files share what is dear to start: a server with the sample, a QGIS."""
DEAR = (
    *TOGETHER,
    *(
        f"tests/{name}.py"
        for name in (
            "sql/test_restore",
            "api/test_naughty",
            "sql/test_bench",
            "walls/test_facts",
            "sql/test_kills",
            "house/test_tools",
            "sql/test_upgrade",
            "house/test_recipes",
            "sql/test_backup",
            "sql/test_year",
            "sql/test_processes",
            "api/test_contract",
            "house/test_viewer",
            "api/test_probes",
            "sql/test_ping_kills",
        )
    ),
)
"""What takes longest, the longest first: it begins first, so that no process is alone with a long file at the end."""
THROW_AWAY = "gisgrid-test-"
"""In the name of the folder of a server that goes as a whole (`cluster.test_cluster`)."""
_numbers = itertools.count()


listen()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays: 440,000 objects are not looked through for garbage, now or while the tests run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test in which a fault was shown without its Chinese."""
    UNSAID.clear()
    yield
    assert not UNSAID, f"gisgrid/chinese.toml lacks: {UNSAID}"


class Division(LoadScopeScheduling):  # type: ignore[misc]  # xdist says nothing of types
    """What one process does: a file, or a folder where its files share something."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if path.startswith(f"{folder}/")), path)

    def _assign_work_unit(self, node: Any) -> None:
        self.workqueue.move_to_end(dearest(self.workqueue), last=False)
        super()._assign_work_unit(node)


def dearest(waiting: Mapping[str, Any]) -> str:
    """Which of these begins next: the dearest that is known to be dear, or what has the most tests (xdist's order)."""
    return next((scope for scope in DEAR if scope in waiting), next(iter(waiting)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Division:
    """xdist asks how to divide the tests among processes."""
    return Division(config, log)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The superuser's URL of a real PostGIS: the test command's for the first process, or one started here."""
    given = os.environ.get("GISGRID_TEST_DATABASE_URL")
    if given and os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        yield given
    else:
        with test_cluster() as url:
            yield url


@pytest.fixture(scope="session")
def new_database(server_url: str) -> Iterator[Callable[[], str]]:
    """Make a migrated, empty database; its superuser URL. A clone, 0.2 s; gone with the server, or dropped here.

    Its files are copied: block by block through the log, as PostgreSQL 15 does by itself, takes more than twice that.
    """
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def run(sql: str) -> None:
        with admin.connect() as connection:
            connection.execute(text(sql))

    with admin.connect() as connection:
        newer = connection.execute(text("SELECT current_setting('server_version_num')::integer >= 150000")).scalar_one()
    copied = "STRATEGY file_copy" if newer else ""  # PostgreSQL 14 knows no other way
    run(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
    run(f"CREATE DATABASE {TEMPLATE}")
    migrate(url_of(server_url, TEMPLATE))

    def make() -> str:
        name = f"gisgrid_test_{os.getpid()}_{next(_numbers)}"
        run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} {copied}")
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            run(f"ALTER ROLE gisgrid_api IN DATABASE {name} SET {limit} = '{PATIENCE_S:.0f}s'")
        made.append(name)
        return url_of(server_url, name)

    yield make
    if THROW_AWAY not in server_url:  # each drop is a checkpoint: a second, of which there are dozens
        for name in [*made, TEMPLATE]:
            run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    admin.dispose()


def url_of(url: str, database: str, user: str | None = None) -> str:
    """The same server, another database, another login."""
    changed = make_url(url).set(database=database)
    if user:
        changed = changed.set(username=user)
    return changed.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def shared_url(new_database: Callable[[], str]) -> str:
    """A database for tests that roll back."""
    return new_database()


@pytest.fixture
def db(shared_url: str) -> Iterator[Connection]:
    """A transaction as the owner, rolled back at the end."""
    database = Database(shared_url, role=OWNER)
    with database.engine.connect() as connection:
        yield connection
        connection.rollback()
    database.close()


@pytest.fixture(scope="module")
def owner_url(new_database: Callable[[], str]) -> str:
    """A database of this test module's own, for tests that commit."""
    return new_database()


@pytest.fixture(scope="module")
def owner(owner_url: str) -> Iterator[Database]:
    """The module's database as its owner."""
    database = Database(owner_url, role=OWNER, statement_timeout_s=PATIENCE_S)
    yield database
    database.close()


@pytest.fixture(scope="module")
def service(owner_url: str) -> Iterator[Database]:
    """The module's database as the service sees it: its own login, least privilege."""
    url = url_of(owner_url, str(make_url(owner_url).database), "gisgrid_api")
    database = Database(url, role=SERVICE, statement_timeout_s=PATIENCE_S)
    yield database
    database.close()
