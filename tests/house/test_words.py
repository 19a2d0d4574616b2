"""Words that a reader has to guess at become fewer; a planted offender is caught, and so is a count too high."""

import json
from pathlib import Path

import pytest

from tests.house import words
from tests.house.tree import CHECKOUT, plant

SOMEBODY = "who" + "ever asks"
OFFENDERS = {
    "gisgrid/a.py": f'"""May {SOMEBODY} do it?"""\n',
    "sql/app/areas/a.sql": "-- Keeps it for\n-- one day.\nCOMMENT ON TABLE a IS 'Who is TOLD';\n",
    "tiles/a/tilejson.json": '{"code": "where it stands"}',
    "docs/a.md": "There is\nno such thing.\n",
    "viewer/src/a.ts": "// measured anew\n",
    "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n## [2]\n\n- Kept for ever.\n\n## [1]\n\n- Kept for ever.\n",
}


def test_tell_tale_words_become_fewer() -> None:
    assert words.tell_tale_words(CHECKOUT, json.loads(words.COUNTS.read_text("utf-8"))) == []


@pytest.mark.parametrize("name", OFFENDERS)
def test_an_offender_is_caught(name: str, tmp_path: Path) -> None:
    plant(tmp_path, {name: OFFENDERS[name]})
    assert words.counted(tmp_path) == {name: 1}
    assert [fault.partition(":")[0] for fault in words.tell_tale_words(tmp_path, {})] == [name]


def test_a_count_that_was_not_lowered_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, {"gisgrid/a.py": f'"""{SOMEBODY}"""\n'})
    assert len(words.tell_tale_words(tmp_path, {"gisgrid/a.py": 2})) == 1
    assert len(words.tell_tale_words(tmp_path, {"gisgrid/a.py": 1, "gisgrid/gone.py": 1})) == 1


def test_lowering_raises_no_count(tmp_path: Path) -> None:
    plant(tmp_path, {"gisgrid/a.py": f'"""{SOMEBODY}, {SOMEBODY}"""\n', "gisgrid/new.py": f'"""{SOMEBODY}"""\n'})
    assert words.lower(tmp_path, {"gisgrid/a.py": 1, "gisgrid/gone.py": 1}) == {"gisgrid/a.py": 1}


def test_names_copies_and_tests_are_not_counted(tmp_path: Path) -> None:
    plant(tmp_path, {"sql/a.sql": "SELECT app.is_told(clock_stands);\n", "tests/a.py": f"# {SOMEBODY}\n"})
    plant(tmp_path, dict.fromkeys(words.COPIES, SOMEBODY))
    assert words.counted(tmp_path) == {}
