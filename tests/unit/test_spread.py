"""Over how many processes the tests go, and what stays together."""

from collections.abc import Sequence

import pytest

from gisgrid.cli.test import spread
from tests.conftest import Division
from tests.house.tree import CHECKOUT


@pytest.mark.parametrize(
    ("arguments", "processes"),
    [
        ([], "auto"),
        (["-q", "tests/unit"], "auto"),
        (["tests/unit/test_spread.py", "tests/unit/test_usage.py"], "auto"),
        (["-q", "tests/unit/test_spread.py"], "0"),
        (["tests/unit/test_spread.py::test_one", "-x"], "0"),
    ],
)
def test_a_process_a_core_unless_there_is_a_single_file(
    arguments: Sequence[str], processes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    assert spread(arguments)[:2] == ["-n", processes]


def test_a_file_stays_whole_and_so_does_a_folder_that_shares_a_server() -> None:
    division = object.__new__(Division)
    nodes = ("tests/sql/a.py::t[::]", "tests/qgis/a.py::t", "tests/qgis/b.py::t")
    units = [division._split_scope(node) for node in nodes]
    assert units == ["tests/sql/a.py", "tests/qgis", "tests/qgis"]
