"""Real QGIS without a window, at a real server over TCP."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from gisgrid.api.app import create_app
from gisgrid.cluster import ensure_cluster, stop_cluster
from gisgrid.database import OWNER, Database
from gisgrid.migrations import migrate
from gisgrid.pyqgis import REMEDY, SYSTEM, has_qgis, missing_programs
from gisgrid.settings import Settings, read_settings
from tests.qgis.desk import URI, Clerk, TownHall, build
from tests.sql.servers import free_port, ignore
from tests.waiting import PATIENCE_S

SETTING = "GISGRID_TEST_QGIS_PYTHON"


@pytest.fixture(scope="session")
def qgis_python() -> str:
    """The Python that has QGIS: the setting's, which must, else the system's."""
    named = os.environ.get(SETTING)
    if has_qgis(Path(named or SYSTEM)):
        return named or str(SYSTEM)
    remedy = f"{REMEDY}, or name a Python that has QGIS 3.22 or later in {SETTING}"
    if named:
        pytest.fail(f"{SETTING}={named} has no QGIS: {remedy}")
    pytest.skip(f"no QGIS here: {remedy}")


@pytest.fixture(scope="session")
def hall(qgis_python: str) -> Iterator[TownHall]:
    """A server of its own, because QGIS comes in as people do: over TCP, with a password."""
    with open_hall(qgis_python) as found:
        yield found


@pytest.fixture(scope="module")
def own_hall(qgis_python: str) -> Iterator[TownHall]:
    """A file's own, as it was built, for windows."""
    if missing_programs():
        pytest.skip(f"no window of QGIS here, without {', '.join(missing_programs())}: {REMEDY}")
    with open_hall(qgis_python) as found:
        yield found


@contextmanager
def open_hall(python: str) -> Iterator[TownHall]:
    """A town hall as it was built, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gisgrid-qgis-", dir="/tmp"))
    folder.chmod(0o711)  # root's server runs as another user
    (folder / "debs").symlink_to(read_settings().data_dir / "debs")
    settings = replace(read_settings({}, data_dir=folder), db_port=free_port())
    cluster = ensure_cluster(settings, say=ignore, fsync=False, install=False)
    try:
        migrate(cluster.owner_url)
        secrets = build(cluster, folder)
        owner = Database(cluster.owner_url, role=OWNER)
        with TestClient(
            create_app(
                Settings(pool_size=4, wait_s=PATIENCE_S, statement_timeout_s=round(PATIENCE_S)), cluster.service_url
            )
        ) as client:
            found = TownHall(cluster, client, owner, folder, python, secrets)
            yield found
            found.close()
        owner.close()
    finally:
        stop_cluster(cluster, force=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def seats(hall: TownHall) -> Callable[[str], Clerk]:
    """Who sits at QGIS: started when first asked for, with the project opened anew for every test."""
    taken: dict[str, Clerk] = {}

    def seat(name: str) -> Clerk:
        if name not in taken:
            taken[name] = hall.seat(name)
        assert taken[name].open(uri=URI)["read"]
        return taken[name]

    return seat


@pytest.fixture
def hua(seats: Callable[[str], Clerk]) -> Clerk:
    """The editor of the northern town."""
    return seats("hua")


@pytest.fixture
def mei(seats: Callable[[str], Clerk]) -> Clerk:
    """Another editor of the northern town."""
    return seats("mei")


@pytest.fixture
def lan(seats: Callable[[str], Clerk]) -> Clerk:
    """The editor of the southern town."""
    return seats("lan")
