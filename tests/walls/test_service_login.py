"""The service signs in as itself, whatever login migrates."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from gisgrid.cli.serve import service_url_of
from gisgrid.cluster import Cluster
from gisgrid.errors import Refused
from gisgrid.migrations.logins import make_service_url
from gisgrid.settings import Settings


def given(url: str) -> Cluster:
    """What GISGRID_DATABASE_URL makes: a server of the user's own."""
    return Cluster(Path(), 0, Path(), Path(), given_url=url)


def test_with_a_superusers_url_alone_the_service_is_gisgrid_api(owner_url: str) -> None:
    url = service_url_of(Settings(database_url=owner_url), given(owner_url))
    assert make_url(url).username == "gisgrid_api"
    engine = create_engine(url)
    with engine.connect() as connection:
        who = connection.execute(
            text("SELECT session_user AS name, rolsuper FROM pg_roles WHERE rolname = session_user")
        ).one()
    engine.dispose()
    assert (who.name, who.rolsuper) == ("gisgrid_api", False)


def test_every_process_gives_it_the_same_password(owner_url: str) -> None:
    first, second = make_service_url(owner_url), make_service_url(owner_url)
    assert first == second and first is not None and make_url(first).password


def test_a_url_of_its_own_wins(owner_url: str) -> None:
    settings = Settings(database_url=owner_url, service_url="postgresql://api:x@db.example/gisgrid")
    assert service_url_of(settings, given(owner_url)) == "postgresql+psycopg2://api:x@db.example/gisgrid"
    with pytest.raises(Refused, match="GISGRID_SERVICE_URL"):
        service_url_of(Settings(service_url="mysql://x"), given(owner_url))
