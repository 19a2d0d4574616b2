"""The deploy transaction: changes what changed, refuses what would take a clerk's work with it."""

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, make_url, text

from gisgrid import migrations
from gisgrid.errors import Conflict
from gisgrid.migrations import migrate
from tests.conftest import url_of
from tests.sql.servers import ask


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


OLDER = "UPDATE public.gisgrid_migration SET sha256 = '' WHERE name = 'app'"
"""As if the last deploy was one of another version."""


@pytest.mark.parametrize(
    ("program", "user", "is_other"),
    [
        ("gisgrid service 0123456789ab", None, True),
        ("gisgrid worker 0123456789ab", None, True),
        ("gisgrid", "gisgrid_api", True),  # a version that did not tell which it is
        (f"gisgrid {migrations.program('service')}", None, False),
        ("gisgrid", None, False),  # a verb
        ("QGIS", None, False),
    ],
)
def test_no_schema_changes_under_a_service_of_another_version(
    new_database: Callable[[], str], program: str, user: str | None, is_other: bool
) -> None:
    url = new_database()
    ask(url, OLDER)
    service = create_engine(url_of(url, str(make_url(url).database), user), connect_args={"application_name": program})
    with service.connect() as connection:
        connection.execute(text("SELECT 1"))
        if is_other:
            with pytest.raises(Conflict, match=rf"{program}.*gisgrid down"):
                migrate(url)
            assert ask(url, "SELECT sha256 FROM public.gisgrid_migration WHERE name = 'app'") == ""
        else:
            assert migrate(url) is True
    service.dispose()
    assert migrate(url) is is_other


def test_what_is_repaired_is_repaired_under_any_service(new_database: Callable[[], str]) -> None:
    url = new_database()
    ask(url, "DROP FUNCTION app.next_code(text, text, text)")
    service = create_engine(url, connect_args={"application_name": "gisgrid service 0123456789ab"})
    with service.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert migrate(url) is True
    service.dispose()


def test_a_schema_of_a_newer_version_is_left_alone(new_database: Callable[[], str]) -> None:
    url = new_database()
    ask(url, "INSERT INTO public.gisgrid_migration (name, sha256) VALUES ('9999_of_tomorrow.sql', 'x')", OLDER)
    with pytest.raises(Conflict, match=r"9999_of_tomorrow.*another version.*or a newer one"):
        migrate(url)
    assert ask(url, "SELECT sha256 FROM public.gisgrid_migration WHERE name = 'app'") == ""
