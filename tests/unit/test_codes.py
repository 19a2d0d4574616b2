"""Codes taken apart: level, parent, named ranges, and what is said of a wrong one."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.codes import LEVELS, Scheme, load_scheme
from gisgrid.errors import Refused
from tests import data

UNIT15 = load_scheme("unit15")
SERVICE20 = load_scheme("service20")
DIVISION12 = load_scheme("division12")
FREE = load_scheme("free")
TREES = (UNIT15, SERVICE20, DIVISION12)
PLACES = [("district", 1, 6), ("town", 7, 9), ("community", 10, 12), ("sequence", 13, 15)]

KINDS = {"村委会": "village", "拟社区": "like_community", "生活区": "like_village"}

quick = settings(deadline=None, max_examples=20)
division = st.integers(110000, 829999)
town = community = sequence = st.integers(1, 999)
unit15_codes = st.builds("{:06}{:03}{:03}{:03}".format, division, town, community, sequence)


def said(scheme: Scheme, code: object, level: str | None = None, parent: str | None = None) -> str:
    faults = scheme.check(code, level, parent)
    assert all(fault.message and fault.remedy for fault in faults)
    return " | ".join(map(str, faults))


def line_up(scheme: Scheme, code: str) -> list[str | None]:
    """The code and those of all areas above it."""
    return [code, *line_up(scheme, above)] if (above := scheme.parent(code)) else [code]


def test_unit15_from_the_grid_to_the_district() -> None:
    codes = ["360302001001001", "360302001001", "360302001", "360302"]
    assert line_up(UNIT15, codes[0]) == codes
    assert [UNIT15.level(code) for code in codes] == ["grid", "community", "town", "district"]
    assert UNIT15.parent("360302") is None
    assert dict(UNIT15.parse(codes[0]).segments) == {
        "district": "360302",
        "town": "001",
        "community": "001",
        "sequence": "001",
    }


def test_service20_has_an_object_code_before_the_tree() -> None:
    code = "01020036030200160107"
    assert line_up(SERVICE20, code) == [code, "360302001601", "360302001", "360302"]
    parsed = SERVICE20.parse(code)
    assert (parsed.segments["object"], parsed.segments["sequence"]) == ("010200", "07")
    assert parsed.parts == {"town": "street", "community": "merged", "sequence": "cut"}
    assert SERVICE20.parse("01020036030200100100").parts["sequence"] == "whole"


@pytest.mark.parametrize(("name", "width"), [("division12", 16), ("division12:2+4", 18), ("division12:0+3", 15)])
def test_division12_has_the_widths_that_are_set(name: str, width: int) -> None:
    scheme = load_scheme(name)
    assert scheme.name == name
    assert [scheme.level_width(level) for level in LEVELS] == [6, 9, 12, width]
    code = "360302001001".ljust(width - 1, "0") + "7"
    assert line_up(scheme, code) == [code, "360302001001", "360302001", "360302"]


def test_free_has_no_tree() -> None:
    assert not FREE.has_tree
    assert FREE.level("ANC 1A") is None
    assert FREE.parent("ANC 1A") is None
    assert FREE.level_width("grid") is None
    assert FREE.parse("网格 ７").segments == {"text": "网格 ７"}
    assert FREE.check("ANC 1A", "grid", "ANC") == []


@pytest.mark.parametrize("scheme", TREES)
@quick
@given(code=unit15_codes)
def test_a_valid_code_is_the_sum_of_its_segments(scheme: Scheme, code: str) -> None:
    written = {"unit15": code, "service20": "010200" + code[:12] + code[13:], "division12": code[:12] + "1" + code[12:]}
    whole = written[scheme.name]
    assert scheme.check(whole) == scheme.check(whole, "grid") == []
    assert "".join(scheme.parse(whole).segments.values()) == whole
    assert line_up(scheme, whole) == [whole, code[:12], code[:9], code[:6]]
    assert scheme.check(whole, "grid", code[:12]) == []


@quick
@given(code=unit15_codes, at=st.integers(0, 14), char=st.characters(exclude_characters="0123456789"))
def test_one_strange_character_is_one_fault_of_its_segment(code: str, at: int, char: str) -> None:
    (fault,) = UNIT15.check(code[:at] + char + code[at + 1 :])
    name, first, last = next(place for place in PLACES if place[1] <= at + 1 <= place[2])
    assert fault.message.startswith(f"segment {name}, characters {first}-{last}: ")
    fault.message.encode()


@quick
@given(length=st.integers(0, 40).filter(lambda n: n not in (6, 9, 12, 15)))
def test_a_wrong_length_names_the_segment_that_is_cut(length: int) -> None:
    message = said(UNIT15, "360302001001001".ljust(40, "1")[:length])
    cut = [place for place in PLACES if place[1] <= length + 1 <= place[2]] or [("sequence", 0, 0)]
    assert f"segment {cut[0][0]}," in message
    assert "6 (district), 9 (town), 12 (community), 15 (grid)" in message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("360302000", "segment town, characters 7-9: 000 is not in 001-999 -> use 001 to 999"),
        ("990302", "segment district, characters 1-6: 990302 is not in 110000-829999"),
        ("360302001001000", "segment sequence, characters 13-15: 000 is not in"),
        ("３６０３０２", "fullwidth digit three), not digits alone -> write plain ASCII digits: 360302"),
        ("36030200１", "segment town, characters 7-9: '00１' holds U+FF11"),
        ("٣٦٠٣٠٢", "write plain ASCII digits: 360302"),
        (" 360302", "segment district, characters 1-6: ' 36030' holds U+0020 (space)"),
        ("360302\u3000", "-> remove the spaces"),
        ("360302001001\x0001", r"segment sequence, characters 13-15: '\x0001' holds U+0000"),
        ("36030200\udcff", r"'00\udcff' holds U+DCFF (no printable character)"),
        ("360302001001001x", "'x' follows segment sequence, from character 16 on"),
        ("", "segment district, characters 1-6: 0 of 6 are there"),
        (360302001, "is of type int, not text -> read the column as text"),
        (None, "is of type NoneType, not text"),
    ],
)
def test_a_wrong_code_is_told_by_segment_and_place(code: object, message: str) -> None:
    assert message in said(UNIT15, code)


def test_every_wrong_segment_is_told() -> None:
    faults = UNIT15.check("990302000001000")
    assert [fault.message.split(",")[0] for fault in faults] == [
        "segment district",
        "segment town",
        "segment sequence",
    ]
    with pytest.raises(Refused) as refusal:
        UNIT15.parse("990302000001000")
    assert list(refusal.value.faults) == faults


def test_level_and_parent_are_checked_where_they_are_told() -> None:
    assert "segment community, characters 10-12: 0 of 3 are there" in said(UNIT15, "360302001", "grid")
    assert "'001' follows segment town, from character 10 on" in said(UNIT15, "360302001001", "town")
    assert "'street' is no level of scheme unit15" in said(UNIT15, "360302001", "street")
    message = said(UNIT15, "360302001001001", "grid", "360302001002")
    assert "'360302001001001' lies below 360302001001, not below '360302001002'" in message
    assert "lies below nothing" in said(UNIT15, "360302", "district", "360300")


@quick
@given(text=st.text(max_size=70))
def test_free_takes_printable_text_that_can_be_seen_whole(text: str) -> None:
    right = 1 <= len(text) <= 64 and text.isprintable() and text == text.strip()
    assert (FREE.check(text) == []) == right


@pytest.mark.parametrize("code", ["", " 1", "1 ", "\u30001", "a" * 65, "a\x00", "a\nb", "\ud800", "a\u200bb", 7])
def test_free_refuses_what_cannot_be_seen(code: object) -> None:
    assert said(FREE, code).startswith("code: ")


@pytest.mark.parametrize(
    "name", ["320724_guannan", "360302_pingxiang_anyuan", "450105_nanning_jiangnan", "630104_xining_chengxi"]
)
@pytest.mark.parametrize("scheme", TREES)
def test_official_codes_are_codes_and_know_their_place(scheme: Scheme, name: str) -> None:
    district = json.loads(data.test_data(f"china_codes/{name}.json").read_text(encoding="utf-8"))
    assert scheme.check(district["code"], "district") == []
    for town in district["towns"]:
        assert scheme.check(town["code"], "town", district["code"]) == []
        for community in town["communities"]:
            assert scheme.check(community["code"], "community", town["code"]) == []
            part = scheme.parse(community["code"]).parts["community"]
            assert part == KINDS.get(community["name"][-3:], "community")
