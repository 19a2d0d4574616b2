"""New codes: free ones, never used before, and numbered over the map as a page is read."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.codes import load_scheme, reading_order
from gisgrid.errors import Refused
from gisgrid.geo import LonLat

UNIT15 = load_scheme("unit15")
SERVICE20 = load_scheme("service20")
PARENT = "360302001001"
coarse = st.integers(0, 9).map(float)

quick = settings(deadline=None, max_examples=20)


def test_the_lowest_free_codes_come_first_and_leave_gaps() -> None:
    taken = [f"{PARENT}001", f"{PARENT}003", "450105001001002"]
    assert UNIT15.allocate(PARENT, taken, 3) == [f"{PARENT}002", f"{PARENT}004", f"{PARENT}005"]
    assert UNIT15.allocate(PARENT, taken, 0) == []


@quick
@given(used=st.sets(st.integers(1, 999), max_size=60), count=st.sampled_from([0, 1, 7, 60, 939, 999]))
def test_a_code_is_never_given_twice(used: set[int], count: int) -> None:
    taken = {f"{PARENT}{number:03}" for number in used}
    if count > 999 - len(used):
        with pytest.raises(Refused, match="segment sequence, characters 13-15"):
            UNIT15.allocate(PARENT, taken, count)
        return
    codes = UNIT15.allocate(PARENT, taken, count)
    assert len(set(codes)) == len(codes) == count
    assert codes == sorted(codes)
    assert taken.isdisjoint(codes)
    assert all(UNIT15.check(code, "grid", PARENT) == [] for code in codes)


def test_a_full_segment_is_told() -> None:
    taken = {f"{PARENT}{number:03}" for number in range(1, 999)}
    assert UNIT15.allocate(PARENT, taken, 1) == [f"{PARENT}999"]
    with pytest.raises(Refused, match="1 of 001-999 are free, 2 needed") as refusal:
        UNIT15.allocate(PARENT, taken, 2)
    assert "cut 360302001001 in two" in refusal.value.faults[0].remedy


def test_towns_and_communities_are_counted_in_their_ranges() -> None:
    assert UNIT15.allocate("360302", [], 1) == ["360302001"]
    assert UNIT15.allocate("360302", [], 1, within="town") == ["360302100"]
    assert UNIT15.allocate("360302001", [], 1, within="village") == ["360302001200"]
    assert SERVICE20.allocate("360302001", ["360302001601"], 2, within="merged") == [
        "360302001602",
        "360302001603",
    ]


def test_what_the_parent_does_not_tell_must_be_given() -> None:
    given_object = {"object": "010200"}
    assert SERVICE20.allocate(PARENT, [], 1, given=given_object) == [f"010200{PARENT}01"]
    division12 = load_scheme("division12:2+4")
    assert division12.allocate(PARENT, [], 1, given={"type": "07"}) == [f"{PARENT}070001"]


@pytest.mark.parametrize(
    ("scheme", "parent", "options", "said"),
    [
        ("free", "ANC 1A", {}, "scheme free cannot make codes"),
        ("unit15", f"{PARENT}001", {}, "nothing lies below 360302001001001"),
        ("unit15", "36030200x", {}, "segment town, characters 7-9"),
        ("unit15", PARENT, {"within": "merged"}, "segment sequence has no range 'merged'"),
        ("unit15", "360302", {"within": "merged"}, "its ranges: street, town, township, enterprise"),
        ("service20", PARENT, {}, "segment object is told neither by the parent nor"),
        ("service20", PARENT, {"given": {"object": "0102"}}, "'0102' has 4 characters"),
        ("service20", PARENT, {"given": {"object": "01020x"}}, "given as object: "),
    ],
)
def test_a_scheme_that_cannot_make_the_code_says_why(
    scheme: str, parent: str, options: dict[str, dict[str, str] | str], said: str
) -> None:
    with pytest.raises(Refused, match=said) as refusal:
        load_scheme(scheme).allocate(parent, [], 1, **options)  # type: ignore[arg-type]
    assert all(fault.remedy for fault in refusal.value.faults)


def lattice(rows: int, columns: int, noise_m: float, seed: int) -> list[LonLat]:
    """Cells of 300 m in reading order from the north-west, each point off by up to noise_m."""
    scatter = random.Random(seed)  # noqa: S311
    shift = [(scatter.uniform(-1, 1) * noise_m, scatter.uniform(-1, 1) * noise_m) for _ in range(rows * columns)]
    return [
        LonLat(113.85 + (300 * (i % columns) + east) / 98_600, 27.7 - (300 * (i // columns) - north) / 111_000)
        for i, (east, north) in enumerate(shift)
    ]


@quick
@given(rows=st.integers(1, 6), columns=st.integers(1, 6), seed=st.integers(0, 999))
def test_rows_are_numbered_from_north_to_south_each_from_west_to_east(rows: int, columns: int, seed: int) -> None:
    points = lattice(rows, columns, noise_m=45, seed=seed)
    shuffled = random.Random(seed).sample(points, len(points))  # noqa: S311
    codes = UNIT15.number(PARENT, shuffled, [f"{PARENT}001"])
    found = dict(zip(shuffled, codes, strict=True))
    assert [found[point] for point in points] == [f"{PARENT}{2 + i:03}" for i in range(len(points))]


@quick
@given(
    places=st.lists(st.tuples(coarse, coarse) | st.tuples(st.floats(0, 9), st.floats(0, 9)), max_size=30),
    seed=st.integers(0, 999),
)
def test_the_order_of_the_points_does_not_matter(places: list[tuple[float, float]], seed: int) -> None:
    points = [LonLat(*place) for place in places]
    shuffled = random.Random(seed).sample(points, len(points))  # noqa: S311
    order = reading_order(points)
    assert sorted(order) == list(range(len(points)))
    assert [points[i] for i in order] == [shuffled[i] for i in reading_order(shuffled)]


def test_points_in_one_place_keep_their_order() -> None:
    twice = [LonLat(113.85, 27.6)] * 3
    assert UNIT15.number(PARENT, twice, []) == [f"{PARENT}00{i}" for i in (1, 2, 3)]
    assert reading_order([]) == []
