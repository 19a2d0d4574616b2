"""The sample's own files load by `gisgrid load` as they are."""

import re
from collections.abc import Callable

import pytest

from gisgrid.cli.main import run
from gisgrid.settings import shipped

EXPECTED = {"posts": 2156, "cameras": 106, "places": 127, "reach": 12, "devices": 48, "tickets": 559, "pings": 6460}


@pytest.fixture(scope="module")
def areas(new_database: Callable[[], str]) -> str:
    """The URL of a database with the present areas of the sample and nothing on them."""
    url = new_database()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GISGRID_DATABASE_URL", url)
        for name in ("areas_2023", "areas"):
            since = "2023-01-01" if name == "areas_2023" else "2024-11-01"
            file = str(shipped("sample_geojson") / f"{name}.geojson")
            assert run(["import", file, "--valid-from", since, *(["--replace"] if name == "areas" else [])]) == 0
    return url


@pytest.mark.parametrize("what", EXPECTED)
def test_a_file_of_the_sample_loads_as_it_is(
    what: str, areas: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", areas)
    (file,) = shipped("sample_geojson").glob(f"{what}.*")
    code = run(["load", what, str(file)])
    said = capsys.readouterr()
    assert code == 0, said.err[-2000:]
    loaded = re.search(r"(\d+) loaded", said.out)
    assert loaded and int(loaded[1]) > 0.9 * EXPECTED[what]
