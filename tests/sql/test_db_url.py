"""`gisgrid db-url` for who has no database login says what gives him one: another role, or an account at all."""

from pathlib import Path

import pytest

from gisgrid.access import add_account
from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, Database


def test_who_has_no_login_learns_how_to_get_one(
    owner_url: str, owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with owner.transaction(EVERYTHING) as connection:
        add_account(connection, "wang", "auditor")
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    for name, verb in (("wang", "change"), ("nobody", "add")):
        assert run(["db-url", "--user", name]) == 1
        said = capfd.readouterr().err
        assert f"gisgrid user {verb} {name} --role analyst|editor --area CODE" in said
        assert f"请运行 gisgrid user {verb} {name}" in said
