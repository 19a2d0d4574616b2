"""Scheme files: the shipped ones, a city's own, and what is said of a wrong one."""

from pathlib import Path

import pytest

from gisgrid.codes import load_scheme, scheme_names
from gisgrid.codes.files import SHIPPED
from gisgrid.errors import GisgridError, Unreadable

CITY = """
title = "A city's own: letter for the kind, dash, four digits"
[[segment]]
name = "district"
level = "district"
width = 6
[[segment]]
name = "community"
level = "community"
width = 6
[[segment]]
name = "kind"
level = "grid"
width = 1
values = { J = "base", Z = "special" }
default = "J"
[[segment]]
name = "dash"
level = "grid"
width = 1
values = { "-" = "" }
default = "-"
[[segment]]
name = "sequence"
level = "grid"
width = 4
from = 1
"""


def city(folder: Path, text: str = CITY, name: str = "city.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_schemes() -> None:
    assert scheme_names() == ["division12", "free", "service20", "unit15"]
    for name in scheme_names():
        scheme = load_scheme(name)
        assert scheme.name == name
        assert scheme.title and scheme.title_zh and scheme.source
        assert load_scheme(SHIPPED / f"{name}.toml") == scheme
        assert hash(scheme) == hash(load_scheme(name))


def test_a_city_adds_its_own_scheme_in_a_file(tmp_path: Path) -> None:
    scheme = load_scheme(str(city(tmp_path)))
    assert load_scheme("city", tmp_path) == scheme
    assert scheme_names(tmp_path) == ["city", *scheme_names()]
    assert scheme.levels == ("district", "community", "grid")
    assert scheme.parent("360302001001J-0001") == "360302001001"
    assert scheme.parent("360302001001") == "360302"
    assert scheme.parse("360302001001Z-0001").parts == {"kind": "special"}
    assert scheme.allocate("360302001001", ["360302001001J-0001"], 1) == ["360302001001J-0002"]
    assert scheme.allocate("360302001001", [], 1, given={"kind": "Z"}) == ["360302001001Z-0001"]
    (fault,) = scheme.check("360302001001Q-0001")
    assert str(fault) == "code: segment kind, character 13: 'Q' is not allowed -> use one of J, Z"


def test_a_scheme_is_frozen() -> None:
    with pytest.raises(AttributeError):
        load_scheme("unit15").name = "mine"  # type: ignore[misc]
    with pytest.raises(TypeError):
        load_scheme("unit15").segments[1].ranges["street"] = (1, 2)  # type: ignore[index]


SEGMENT = '[[segment]]\nname = "a"\nlevel = "grid"\nwidth = 3\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "title is missing"),
        ("title = 3", "title is no str"),
        ('title = "t"\nsegments = 1', "unknown key 'segments'"),
        ('title = "t"\nsegment = [1]', "segment 1: is no table"),
        ('title = "t"\n[[segment]]\nname = "a"', "segment 1: level is missing"),
        ('title = "t"\n' + SEGMENT.replace("3", "true"), "width is no int"),
        ('title = "t"\n' + SEGMENT.replace("3", "19"), "segment 1 (a): width 19"),
        ('title = "t"\n' + SEGMENT.replace("3", "0"), "width 0"),
        ('title = "t"\n' + SEGMENT.replace("grid", "street"), "unknown level 'street'"),
        ('title = "t"\n' + SEGMENT + "from = 1000", "1000-999 does not fit"),
        ('title = "t"\n' + SEGMENT + "to = 1000", "0-1000 does not fit"),
        ('title = "t"\n' + SEGMENT + "from = -1", "-1-999 does not fit"),
        ('title = "t"\n' + SEGMENT + "ranges = { a = [2, 1] }", "2-1 does not fit"),
        ('title = "t"\n' + SEGMENT + "ranges = { a = [0, 1], b = 3 }", "(a), b: is no pair of numbers"),
        ('title = "t"\n' + SEGMENT + 'default = "12"', "'12' is no text of it"),
        ('title = "t"\n' + SEGMENT + 'values = { abcd = "" }', "'abcd' is no text of it"),
        ('title = "t"\n' + SEGMENT + "values = { abc = 1 }", "must have texts"),
        ('title = "t"\n' + SEGMENT + 'values = { abc = "" }', "a cannot count"),
        ('title = "t"\n' + SEGMENT * 2, "two segments bear one name"),
        ('title = "t"\n' + "".join(SEGMENT.replace('"a"', f'"a{i}"') for i in range(22)), "codes are too long"),
    ],
)
def test_a_wrong_file_is_told_by_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(GisgridError) as refusal:
        load_scheme(city(tmp_path, text))
    (fault,) = refusal.value.faults
    assert fault.field == "scheme"
    assert said in fault.message
    assert fault.message.startswith("scheme city.toml")
    assert fault.remedy


@pytest.mark.parametrize(
    "name", ["nope", "", "../unit15", "unit15:3", "division12:2", "division12:2+", "division12:2+0"]
)
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(GisgridError) as refusal:
        load_scheme(name)
    assert refusal.value.faults[0].remedy


def test_what_is_no_scheme_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be read"):
        load_scheme(tmp_path / "absent.toml")
    with pytest.raises(Unreadable, match="no TOML in UTF-8"):
        load_scheme(city(tmp_path, "title = "))
    (tmp_path / "gbk.toml").write_bytes('title = "网格"'.encode("gbk"))
    with pytest.raises(Unreadable, match="no TOML in UTF-8"):
        load_scheme(tmp_path / "gbk.toml")


def test_a_file_must_not_bear_a_shipped_name_or_none(tmp_path: Path) -> None:
    with pytest.raises(GisgridError, match="bears the name of the shipped scheme unit15"):
        load_scheme(city(tmp_path, name="unit15.toml"))
    with pytest.raises(GisgridError, match="is no name for a scheme"):
        load_scheme(city(tmp_path, name="网格.toml"))
