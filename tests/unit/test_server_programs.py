"""Which PostgreSQL is taken, and what an unpacked one needs to run."""

import os
from pathlib import Path

import pytest

from gisgrid.chromium import PLACE, SHELL, _write_start, ensure_headless
from gisgrid.cli.test import _environ, _reaches
from gisgrid.cluster.programs import _link_controls, _redirect_zones, find_programs


def install(root: Path, version: int, *, postgis: bool = True, code: bytes = b"") -> Path:
    """The files by which a PostgreSQL is recognised."""
    program = root / f"usr/lib/postgresql/{version}/bin/postgres"
    program.parent.mkdir(parents=True)
    program.write_bytes(code)
    extension = root / f"usr/share/postgresql/{version}/extension"
    extension.mkdir(parents=True)
    if postgis:
        (extension / "postgis.control").touch()
    return program


def test_the_newest_with_postgis_is_taken(tmp_path: Path) -> None:
    for version in (9, 14, 15, 16):
        install(tmp_path, version)
    install(tmp_path, 17, postgis=False)
    found = find_programs([tmp_path])
    assert found is not None and found.major == 16
    assert found.bin_dir == tmp_path / "usr/lib/postgresql/16/bin"


def test_data_is_opened_by_its_own_version(tmp_path: Path) -> None:
    for version in (15, 16):
        install(tmp_path, version)
    found = find_programs([tmp_path], 15)
    assert found is not None and found.major == 15
    assert find_programs([tmp_path], 17) is None


def test_one_that_is_too_old_or_has_no_postgis_is_none(tmp_path: Path) -> None:
    install(tmp_path, 14)
    install(tmp_path, 18, postgis=False)
    assert find_programs([tmp_path]) is None


def test_an_unpacked_one_is_told_where_its_parts_are(tmp_path: Path) -> None:
    install(tmp_path, 15)
    libraries = tmp_path / "usr/lib/x86_64-linux-gnu"
    (libraries / "blas").mkdir(parents=True)
    found = find_programs([tmp_path])
    assert found is not None and found.zones is None
    paths = found.environ["LD_LIBRARY_PATH"].split(":")
    assert {str(libraries), str(libraries / "blas"), str(tmp_path / "usr/lib")} <= set(paths)
    assert found.environ["PROJ_DATA"] == str(tmp_path / "usr/share/proj")


def test_unpacked_time_zones_are_found_in_the_data_and_nothing_shifts(tmp_path: Path) -> None:
    code = b"\x7fELF before\0/usr/share/zoneinfo\0after /usr/share/zoneinfo.tab\0"
    program = install(tmp_path, 15, code=code)
    (tmp_path / "usr/share/zoneinfo").mkdir(parents=True)
    _redirect_zones(tmp_path)
    changed = program.read_bytes()
    assert len(changed) == len(code)
    assert changed == code.replace(b"/usr/share/zoneinfo\0", b".//////////zoneinfo\0")
    found = find_programs([tmp_path])
    assert found is not None and found.zones == tmp_path / "usr/share/zoneinfo"


def test_the_alternatives_of_the_package_are_made_by_hand(tmp_path: Path) -> None:
    install(tmp_path, 15, postgis=False)
    (tmp_path / "usr/share/postgresql/15/extension/postgis-3.control").write_text("default_version = '3.3.2'")
    _link_controls(tmp_path)
    _link_controls(tmp_path)
    assert find_programs([tmp_path]) is not None


def test_an_unpacked_chromium_is_started_with_its_own_libraries(tmp_path: Path) -> None:
    program = tmp_path / "root/usr/lib/chromium/chromium"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$LD_LIBRARY_PATH $FONTCONFIG_FILE $1"\n')
    program.chmod(0o755)
    _write_start(tmp_path)
    start = (tmp_path / "bin/chromium").read_text()
    assert str(tmp_path / "root/usr/lib") in start and str(tmp_path / "bin/fonts.conf") in start


def program(place: Path, says: str) -> None:
    """A script that says this."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{says}\n")
    place.chmod(0o755)


@pytest.mark.parametrize(
    ("offered", "taken"),
    [("156.0.1.2", SHELL), ("157.0.1.2", "chromium"), ("", "chromium")],
    ids=["of the same build", "of another build", "not to be had"],
)
def test_the_shell_is_fetched_once_and_taken_if_it_is_of_the_same_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offered: str, taken: str
) -> None:
    debs, log = tmp_path / "debs", tmp_path / "log"
    program(debs / "root" / PLACE / "chromium", "echo Chromium 156.0.1.2 built on Debian")
    program(tmp_path / "offered", f"echo Chromium {offered}")
    program(tmp_path / "path/apt-cache", f"echo {SHELL}")
    program(tmp_path / "path/apt-get", f'echo "$@" >> {log}; ' + ("touch one.deb" if offered else "exit 100"))
    program(tmp_path / "path/dpkg-deb", f'mkdir -p "$3/{PLACE}" && cp {tmp_path / "offered"} "$3/{PLACE}/{SHELL}"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:{os.environ['PATH']}")
    _write_start(debs)
    found = ensure_headless(debs / "bin/chromium", debs, say=lambda line: None)
    assert found == debs / "bin" / taken
    if taken == SHELL:
        asked = log.read_text()
        assert ensure_headless(debs / "bin/chromium", debs, say=lambda line: None) == found
        assert log.read_text() == asked, "it is there"


def test_what_is_not_debians_is_taken_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "bin/google-chrome"
    program(other, "echo Google Chrome 156.0.1.2")
    assert ensure_headless(other, tmp_path / "debs", say=lambda line: None) == other
    assert not (tmp_path / "debs").exists()


@pytest.mark.parametrize(
    ("arguments", "reached"),
    [
        ([], True),
        (["-q", "-x"], True),
        (["tests"], True),
        (["tests/browser"], True),
        (["tests/unit"], False),
        (["-k", "map", "tests/unit", "tests/browser"], True),
    ],
)
def test_a_browser_is_brought_only_for_tests_that_need_one(arguments: list[str], reached: bool) -> None:
    assert _reaches("browser", arguments) is reached


def test_tests_do_not_see_the_settings_of_whoever_runs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_PORT", "9")
    monkeypatch.setenv("GISGRID_TEST_DATA", "/data")
    environ = _environ()
    assert "GISGRID_PORT" not in environ and environ["GISGRID_TEST_DATA"] == "/data"
