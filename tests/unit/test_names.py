"""A name is found by its characters, parts of them, its pinyin, their initials, its code."""

import pytest

from gisgrid.names import plain, rank, spoken
from gisgrid.search import read_point

CODE = "360302001"


def found(words: str, name: str = "凤凰街街道", code: str = CODE) -> int | None:
    return rank(plain(words), spoken(name), code)


def test_better_matches_come_first() -> None:
    words = ["凤凰街街道", "凤凰", "街街", "fhj", "huangjie", "02001", "凤凰街道"]
    ranks = [found(one) for one in words]
    assert ranks == [0, 1, 2, 3, 4, 5, 6]
    assert found(CODE) == 0
    assert found("360302") == 1


def test_what_is_something_else_is_not_found() -> None:
    assert [found(one) for one in ("街凤", "凤凰山", "zj", "8", "f")] == [None] * 5


def test_a_character_of_two_sounds_is_said_as_in_its_word() -> None:
    assert spoken("重庆路").initials == "cql"
    assert found("cql", "重庆路", "") == 3


def test_width_case_and_spaces_do_not_count() -> None:
    assert found(" ＦＨＪ ") == 3
    assert found("凤凰 街") == 1


@pytest.mark.parametrize(
    ("words", "system"),
    [
        ("113.86, 27.62", "wgs84"),
        ("27.62 113.86", "wgs84"),
        ("113.86，27.62", "wgs84"),
        ("高德 113.8649 27.6163", "gcj02"),
        ("113.8713,27.6227 bd09", "bd09"),
        ("38486180, 3056000", "EPSG:4526"),
        ("gcj02 113.8649 27.6163", "gcj02"),
        ("GCJ-02 113.8649 27.6163", "gcj02"),
        ("高德113.8649 27.6163", "gcj02"),
        ("CGCS2000 113.86 27.62", "cgcs2000"),
        ("EPSG:4547 486180 3056000", "EPSG:4547"),
    ],
)
def test_coordinates_are_read_in_each_system(words: str, system: str) -> None:
    (hit,) = read_point(words)
    assert hit.system == system
    assert hit.lon is not None and hit.lat is not None
    assert hit.lon == pytest.approx(113.86, abs=0.1)
    assert hit.lat == pytest.approx(27.62, abs=0.1)


@pytest.mark.parametrize(
    "words",
    [
        "１１３．８６０２，２７．６２４３",
        "113°51'36.72\"E 27°37'27.48\"N",
        "东经113°51′36.72″，北纬27°37′27.48″",
        "113度51.612分 27度37.458分",
        "N27.6243 E113.8602",
        "113.8602E,27.6243N",
        "东经113.8602 北纬27.6243",
        "经度：113.8602、纬度：27.6243",
        "lat=27.6243 lng=113.8602",
        "POINT(113.8602 27.6243)",
    ],
)
def test_coordinates_are_read_as_people_write_them(words: str) -> None:
    (hit,) = read_point(words)
    assert hit.lon == pytest.approx(113.8602)
    assert hit.lat == pytest.approx(27.6243)
    assert hit.system == "wgs84"


@pytest.mark.parametrize("words", ["凤凰街", "20261127-000021", "12", "3 4 x", "999 999", "EPSG:1 5 5", "1e999 2"])
def test_other_words_are_no_coordinates(words: str) -> None:
    assert list(read_point(words)) == []
