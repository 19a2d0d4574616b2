"""Settings of a private server of a test's own."""

from collections.abc import Iterator

import pytest

from gisgrid.notices import mail
from gisgrid.notices.wire import post
from gisgrid.settings import Settings
from tests.sql.servers import private_settings
from tests.waiting import PATIENCE_S


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A data directory that a server of another user can reach, its cluster stopped afterwards."""
    with private_settings() as settings:
        yield settings


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No attempt fails because the machine is busy; a test that wants one to says so."""
    monkeypatch.setattr(post, "__kwdefaults__", {**(post.__kwdefaults__ or {}), "timeout_s": PATIENCE_S})
    monkeypatch.setattr(mail, "TIMEOUT_S", PATIENCE_S)
    monkeypatch.setattr(mail, "WHOLE_S", PATIENCE_S)
