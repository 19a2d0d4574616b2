"""Settings of a private server of a test's own."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gisgrid.cluster import find_running, stop_cluster
from gisgrid.notices import mail
from gisgrid.notices.wire import post
from gisgrid.settings import Settings, read_settings
from tests.sql.servers import free_port
from tests.waiting import PATIENCE_S


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A data directory that a server of another user can reach, its cluster stopped afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gisgrid-cluster-", dir="/tmp"))
    folder.chmod(0o711)
    (folder / "debs").symlink_to(read_settings().data_dir / "debs")  # where a user without root has PostgreSQL
    settings = replace(read_settings({}, data_dir=folder), db_port=free_port())
    yield settings
    if left := find_running(settings):
        stop_cluster(left, force=True)
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No attempt fails because the machine is busy; a test that wants one to says so."""
    monkeypatch.setattr(post, "__kwdefaults__", {**(post.__kwdefaults__ or {}), "timeout_s": PATIENCE_S})
    monkeypatch.setattr(mail, "TIMEOUT_S", PATIENCE_S)
    monkeypatch.setattr(mail, "WHOLE_S", PATIENCE_S)
