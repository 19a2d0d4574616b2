"""docs/loading.md is true: its stories are followed to the letter, and answer what the page says."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from gisgrid.cli.sample import load_sample
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.settings import read_settings
from tests import data
from tests.hotline import ROWS, write_hotline
from tests.house.tree import CHECKOUT
from tests.sql.servers import ignore
from tests.story import commands_of, fill_in, follow

PAGE = (CHECKOUT / "docs" / "loading.md").read_text(encoding="utf-8")


def enter(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(folder / "data"))
    monkeypatch.chdir(folder)


def test_a_hotline_export_comes_in_by_the_documented_steps(
    new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database()
    database = Database(url, role=OWNER, statement_timeout_s=600)
    load_sample(database, read_settings({}), say=ignore)
    enter(url, tmp_path, monkeypatch)
    write_hotline(tmp_path)
    for command in commands_of(PAGE, "A city's hotline export"):
        answer = follow(command)
        assert answer.code == (1 if "there are 2 sheets" in answer.said else 0), answer.said
        for line in command.answer:
            assert line in answer.said, answer.said
        if "--values-skeleton" in command.words:
            fill_in(tmp_path / "words.xlsx")
    with database.transaction(EVERYTHING) as connection:
        found = connection.execute(
            text(
                "SELECT count(*) AS n, count(*) FILTER (WHERE p.geom IS NULL) AS pointless,"
                " count(DISTINCT t.category) AS categories, count(area_version_id) AS placed FROM work.ticket AS t"
                " JOIN work.ticket_private AS p USING (ticket_id) WHERE t.source = '12345'"
            )
        ).one()
    database.close()
    assert (found.n, found.pointless, found.categories) == (ROWS - 35, 120, 4)
    assert found.placed > 2_500


def test_real_requests_come_in_by_the_documented_steps(
    new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = data.test_data("dc2016")
    for path in (folder / "boundaries" / "tract.geojson", folder / "service_requests.csv"):
        (tmp_path / path.name).symlink_to(path)
    enter(new_database(), tmp_path, monkeypatch)
    for command in commands_of(PAGE, "Requests into a network of their own"):
        answer = follow(command)
        assert answer.code == 0, answer.said
        if "--values-skeleton" in command.words:
            fill_in(tmp_path / "services.csv")
    assert "1068 loaded" in answer.said
    assert not (tmp_path / "left.csv").exists()
