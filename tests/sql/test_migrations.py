"""The deploy transaction: changes what changed, refuses what would take a clerk's work with it."""

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text

from gisgrid.errors import Conflict
from gisgrid.migrations import migrate


def test_a_second_deploy_changes_nothing(new_database: Callable[[], str]) -> None:
    assert migrate(new_database()) is False


def test_a_view_of_a_clerk_stops_the_rebuild_and_survives(new_database: Callable[[], str]) -> None:
    url = new_database()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE VIEW public.clerk AS SELECT code FROM app.area_now"))
        connection.execute(text("UPDATE public.gisgrid_migration SET sha256 = '' WHERE name = 'app'"))
    with pytest.raises(Conflict, match=r"public\.clerk"):
        migrate(url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM public.clerk")).scalar() == 0
        connection.execute(text("DROP VIEW public.clerk"))
    assert migrate(url) is True
    engine.dispose()


def test_an_edited_released_migration_is_named(new_database: Callable[[], str]) -> None:
    url = new_database()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE public.gisgrid_migration SET sha256 = 'x' WHERE name LIKE '0001%'"))
    engine.dispose()
    with pytest.raises(Conflict, match="0001_core"):
        migrate(url)
