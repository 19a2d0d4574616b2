"""Rooms of SQL have floors: no file names what a higher room makes, no files name each other in a circle."""

import re
from graphlib import CycleError
from pathlib import Path

import pytest

from gisgrid.migrations.order import LAYERS, SqlFile, _read, in_order, needs_of, read_files, read_rooms
from gisgrid.settings import shipped

MOST_BODIES = 0
"""Functions whose body stands in a migration, where it could never be changed."""


def climbing(files: list[SqlFile], rooms: list[str]) -> list[str]:
    """Which files name an object of a room above their own?"""
    return sorted(
        f"{file.room}/{file.path.name} -> {need.room}/{need.path.name}"
        for file, needs in needs_of(files).items()
        for need in needs
        if rooms.index(need.room) > rooms.index(file.room)
    )


def unknown(files: list[SqlFile]) -> list[str]:
    """Which files name an object of schemas app and tile that no file makes?"""
    made = {name for file in files for name in file.makes}
    return sorted(f"{file.room}/{file.path.name}: {name}" for file in files for name in file.names - made)


def sql(room: str, name: str, text: str) -> SqlFile:
    return SqlFile(Path(f"{room}/{name}.sql"), room, text)


def function(name: str, body: str = "SELECT 1") -> str:
    return f"CREATE FUNCTION {name}() RETURNS integer LANGUAGE sql BEGIN ATOMIC {body}; END;\n"


def test_every_folder_is_a_room_on_the_list_and_every_room_a_folder() -> None:
    folders = {path.name for path in (shipped("sql") / "app").iterdir() if path.is_dir()}
    assert folders | {LAYERS} == set(read_rooms())
    assert len(read_rooms()) == len(set(read_rooms()))


def test_no_file_names_what_a_higher_room_makes() -> None:
    assert climbing(read_files(), read_rooms()) == []


def test_every_name_is_made_by_a_file() -> None:
    assert unknown(read_files()) == []


def test_files_have_an_order() -> None:
    ordered = in_order(read_files(), read_rooms())
    seen: set[str] = set()
    for file in ordered:
        known = {name for other in ordered for name in other.makes}
        assert file.names & known <= seen, file.path
        seen |= file.makes


def test_a_file_makes_one_object_or_is_named_after_its_table() -> None:
    for file in read_files():
        if file.room == LAYERS:
            continue
        if file.makes:
            assert file.makes == {f"app.{file.path.stem}"}, file.path
        else:
            assert "." in file.path.stem or file.path.stem == "schemas", file.path


def test_no_function_has_its_body_in_a_migration() -> None:
    bodies = [
        path.name
        for folder in ("migrations", "upgrade")
        for path in (shipped("sql") / folder).glob("*.sql")
        for _ in re.findall(r"CREATE (?:OR REPLACE )?FUNCTION", path.read_text(encoding="utf-8"))
    ]
    assert len(bodies) <= MOST_BODIES, bodies


def test_a_call_upwards_is_caught() -> None:
    low = sql("lib", "low", function("app.low", "SELECT app.high()"))
    high = sql("areas", "high", function("app.high"))
    assert climbing([low, high], ["lib", "areas"]) == ["lib/low.sql -> areas/high.sql"]
    assert climbing([low, high], ["areas", "lib"]) == []


def test_a_circle_is_caught() -> None:
    one = sql("lib", "one", function("app.one", "SELECT app.two()"))
    two = sql("lib", "two", function("app.two", "SELECT app.one()"))
    with pytest.raises(CycleError):
        in_order([one, two], ["lib"])


def test_a_name_that_nobody_makes_is_caught() -> None:
    assert unknown([sql("lib", "one", function("app.one", "SELECT app.gone()"))]) == ["lib/one.sql: app.gone"]


def test_comments_and_literals_name_nothing() -> None:
    text = "-- as app.gone says\n" + function("app.one", "SELECT 'app.gone()'::text")
    assert unknown([sql("lib", "one", text)]) == []


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    """What was read is kept for the next deploy of a process; the same name with another text is another file."""
    path = tmp_path / "one.sql"
    path.write_text("CREATE VIEW app.one AS SELECT 1;")
    first = _read(path, "lib")
    assert _read(path, "lib") is first, "it is as it was"
    path.write_text("CREATE VIEW app.two AS SELECT 2;")
    assert _read(path, "lib").makes == {"app.two"}
    assert first.makes == {"app.one"}
