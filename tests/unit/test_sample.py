"""The sample district: the files are what the generator writes, and keep their promises. Long: they are many."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import settings as sparing
from hypothesis import strategies as st

from gisgrid.codes import load_scheme
from gisgrid.coordinates import to_wgs84
from gisgrid.sample.__main__ import main
from gisgrid.sample.files import sample_files
from gisgrid.sample.load import load_plan
from gisgrid.sample.moments import materialise, materialise_pings, moment
from gisgrid.settings import shipped

ZONE = ZoneInfo("Asia/Shanghai")
FOLDER = shipped("sample_geojson")
DIVISIONS = ("areas_2023", "areas")
PARENT_WIDTH = {"town": 6, "community": 9, "grid": 12}


def read_features(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.geojson").read_text("utf-8"))["features"]
    return found


def read_table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((FOLDER / f"{name}.csv").read_text("utf-8"))))


def shapes(name: str, level: str = "grid", kind: str = "base") -> dict[str, Any]:
    """Code to shape."""
    return {
        f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"]))
        for f in read_features(name)
        if (f["properties"]["level"], f["properties"]["kind"]) == (level, kind)
    }


def as_coverage(areas: Iterable[Any]) -> Any:
    return np.array(list(areas), dtype=object)


TICKETS = read_table("tickets")
LIVELY = [row for row in TICKETS if row["day"] == "0" or row["due_in_h"]]
"""What depends on the moment of loading."""


def test_the_committed_files_are_what_the_generator_writes() -> None:
    written = sample_files()
    kept = {path.name for path in FOLDER.iterdir()} - {"README.md"}
    assert set(written) == kept
    differing = [name for name, text in written.items() if (FOLDER / name).read_bytes() != text.encode()]
    assert not differing, "run: python -m gisgrid.sample sample_geojson"


def test_it_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 4_000_000
    assert (FOLDER / "pings.csv").stat().st_size < 600_000


def test_a_folder_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "OUT_DIR" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "base", "special"), [("areas_2023", 218, 0), ("areas", 359, 1)])
def test_levels_are_counted(name: str, base: int, special: int) -> None:
    found = Counter(f["properties"]["level"] for f in read_features(name))
    assert found == {"district": 1, "town": 11, "community": 115, "grid": base + special}
    assert len(shapes(name)) == base
    assert len(shapes(name, kind="special")) == special


@pytest.mark.parametrize("name", DIVISIONS)
def test_grids_cover_the_ground_once_and_the_levels_above_are_their_unions(name: str) -> None:
    leaves = shapes(name)
    coverage = as_coverage(leaves.values())
    assert shapely.is_valid(coverage).all()
    assert shapely.coverage_is_valid(coverage)
    assert shapely.is_empty(shapely.coverage_invalid_edges(coverage)).all()
    for level in ("district", "town", "community"):
        for code, shape in shapes(name, level).items():
            below = as_coverage(leaf for key, leaf in leaves.items() if key.startswith(code))
            together = shapely.coverage_union_all(below)
            assert shapely.equals_exact(shapely.normalize(together), shapely.normalize(shape)), code


def test_both_divisions_cover_the_same_ground() -> None:
    before, after = (shapes(name, "district")["360302"] for name in DIVISIONS)
    assert shapely.normalize(before) == shapely.normalize(after)
    assert 140e6 < shapely.area(after) * 98_700 * 110_800 < 160e6


@pytest.mark.parametrize("name", DIVISIONS)
def test_grids_are_drawn_with_care(name: str) -> None:
    for code, shape in shapes(name).items():
        assert 18 < shapely.get_num_coordinates(shape) <= 145, code
        metres = shapely.transform(shape, lambda xy: xy * (98_700, 110_800))
        roundness = 4 * np.pi * metres.area / metres.length**2
        assert roundness > 0.4, f"{code} is a sliver"


@pytest.mark.parametrize("name", DIVISIONS)
def test_codes_are_good(name: str) -> None:
    scheme = load_scheme("unit15")
    codes = [f["properties"]["code"] for f in read_features(name)]
    assert len(set(codes)) == len(codes)
    for properties in (f["properties"] for f in read_features(name)):
        code, level = properties["code"], properties["level"]
        parent = code[: PARENT_WIDTH[level]] if level in PARENT_WIDTH else None
        assert scheme.check(code, level, parent) == []
        assert parent is None or parent in codes


def test_a_code_stays_with_its_ground_and_is_never_used_for_other_ground() -> None:
    before, after = (shapes(name) for name in DIVISIONS)
    both = before.keys() & after.keys()
    assert 60 <= sum(before[code].equals(after[code]) for code in both) < len(both)
    for code in both:
        shared = before[code].intersection(after[code]).area
        assert 2 * shared > max(before[code].area, after[code].area), code
    for code in after.keys() - both:
        assert int(code[12:]) > max(int(old[12:]) for old in before if old[:12] == code[:12])


def test_there_were_splits_merges_and_reshapes() -> None:
    before, after = (shapes(name) for name in DIVISIONS)
    tree = shapely.STRtree(list(after.values()))
    sources: Counter[int] = Counter()
    kinds: Counter[str] = Counter()
    for shape in before.values():
        hits = [int(i) for i in tree.query(shape) if tree.geometries[i].intersection(shape).area > 1e-9]
        sources.update(hits)
        kinds["split" if len(hits) > 1 else "kept"] += 1
    assert kinds["split"] > 80
    assert sum(number > 1 for number in sources.values()) > 15
    then, now = (shapes(name, "community") for name in DIVISIONS)
    moved = [code for code in then if not then[code].equals(now[code])]
    assert len(moved) == 6, "three pairs of communities moved the border between them"


def test_the_market_stands_over_two_base_grids_without_cutting_them() -> None:
    market = next(iter(shapes("areas", kind="special").values()))
    under = [shape for shape in shapes("areas").values() if shape.intersection(market).area > 0]
    assert len(under) == 2
    assert shapely.union_all(under).covers(market)


def test_people_hold_the_posts_of_every_grid() -> None:
    posts = read_table("posts")
    assert {row["invented"] for row in posts} == {"yes"}
    assert all(row["phone"].startswith("000-") for row in posts)
    assert len({row["person"] for row in posts}) == len(posts)
    for name, day in zip(DIVISIONS, ("2023-06-01", "2025-06-01"), strict=True):
        on = [row for row in posts if row["from"] <= day and (not row["to"] or day < row["to"])]
        held = Counter((row["area_code"], row["role"]) for row in on)
        for properties in (f["properties"] for f in read_features(name)):
            roles = ("party", "instructor", "head", "worker") if properties["level"] == "grid" else ("centre",)
            assert all(held[properties["code"], role] for role in roles), properties
    roles_found = Counter(row["role"] for row in posts)
    assert (roles_found["building_head"], roles_found["unit_head"]) == (42, 101)


def test_building_and_unit_heads_live_in_their_grid() -> None:
    grids = shapes("areas")
    rows = [row for row in read_table("posts") if row["place"]]
    assert len({row["place"] for row in rows if "单元" not in row["place"]}) == 42
    assert len({(row["lon"], row["lat"]) for row in rows}) == 48
    for row in rows:
        assert grids[row["area_code"]].contains(shapely.Point(float(row["lon"]), float(row["lat"])))


def test_a_device_hangs_in_every_building_of_the_orange_garden() -> None:
    devices = read_table("devices")
    assert len({row["code"] for row in devices}) == 48
    assert {row["invented"] for row in devices} == {"yes"}
    heads = {(row["lon"], row["lat"]) for row in read_table("posts") if row["role"] == "building_head"}
    assert heads <= {(row["lon"], row["lat"]) for row in devices}


def test_cameras_stand_in_the_district_and_rescue_points_on_the_bank() -> None:
    cameras, places = read_table("cameras"), read_table("places")
    district = shapes("areas", "district")["360302"]
    assert len({row["code"] for row in cameras}) == 106
    assert all(len(row["code"]) == 20 and 0 <= float(row["bearing_deg"]) < 360 for row in cameras)
    assert Counter(row["state"] for row in cameras) == {"on": 96, "broken": 6, "off": 4}
    assert all(3 <= float(row["height_m"]) <= 10 and row["owner"] for row in cameras)
    for row in cameras + places:
        assert district.contains(shapely.Point(float(row["lon"]), float(row["lat"])))
    river = next(f["geometry"] for f in read_features("river") if f["properties"]["kind"] == "surface")
    edge = shapely.from_geojson(json.dumps(river)).exterior
    rescue = [row for row in places if row["kind"] == "rescue"]
    assert [int(row["chainage_m"]) for row in rescue] == [round(13_000 * k / 11) for k in range(12)]
    for row in rescue:
        assert edge.distance(shapely.Point(float(row["lon"]), float(row["lat"]))) * 110_800 < 1


def test_ten_minutes_from_each_kit_reach_no_farther_than_one_walks() -> None:
    places = {row["code"]: row for row in read_table("places")}
    found = read_features("reach")
    assert [f["properties"]["place"] for f in found] == [f"JSD-{k:02d}" for k in range(1, 13)]
    for circle in found:
        kit = places[circle["properties"]["place"]]
        shape = shapely.from_geojson(json.dumps(circle["geometry"]))
        metres = shapely.transform(shape, lambda xy: xy * (98_700, 110_800))
        stand = shapely.Point(float(kit["lon"]) * 98_700, float(kit["lat"]) * 110_800)
        assert shape.is_valid and 5e4 < metres.area < 1.2e6 and circle["properties"]["minutes"] == 10
        assert metres.hausdorff_distance(stand) < 800, "as the crow flies, no corner is farther than one walks"
        assert metres.distance(stand) < 300


def test_the_river_is_one_clean_surface() -> None:
    for feature in read_features("river"):
        assert shapely.from_geojson(json.dumps(feature["geometry"])).is_valid


def counters(tickets: list[dict[str, str]], now: datetime) -> dict[str, int]:
    """The counters of the HTTP contract, told anew in plain words."""
    at = datetime.fromisoformat
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    due = [at(row["due_at"]) for row in tickets if not row["closed_at"]]
    return {
        "total": len(tickets),
        "done": len(tickets) - len(due),
        "open": len(due),
        "today": sum(at(row["received_at"]) >= midnight for row in tickets),
        "due_soon": sum(now <= moment < now + timedelta(hours=24) for moment in due),
        "overdue": sum(moment < now for moment in due),
    }


EXPECTED = {"total": 559, "done": 538, "open": 21, "today": 12, "due_soon": 2, "overdue": 3}


@sparing(max_examples=25, deadline=None)
@given(st.datetimes(datetime(2025, 3, 1), datetime(2045, 1, 1)))
@example(datetime(2026, 11, 23, 0, 0, 0))
@example(datetime(2026, 11, 23, 0, 0, 10))
@example(datetime(2027, 1, 1, 0, 0, 0, 1))
@example(datetime(2028, 2, 29, 23, 59, 59, 999_999))
def test_counters_right_after_loading_are_the_same_at_any_time(local: datetime) -> None:
    now = local.replace(tzinfo=ZONE)
    tickets = materialise(TICKETS, now, ZONE)
    assert counters(tickets, now) == EXPECTED
    soon = now + timedelta(seconds=90)
    assert counters(tickets, soon) == EXPECTED | {"today": 12 if soon.date() == now.date() else 0}
    for row in tickets:
        times = {key: row[f"{key}_at"] for key in ("reported", "received", "due", "closed")}
        at = {key: datetime.fromisoformat(text) for key, text in times.items() if text}
        assert at["reported"] <= at["received"] <= at.get("closed", now) <= now, row
        assert at["received"] < at["due"], row


def test_counters_hold_at_every_minute_of_a_day() -> None:
    quiet = {"total": len(LIVELY), "done": len(LIVELY) - 21}
    for minute in range(24 * 60):
        now = datetime(2026, 11, 23, tzinfo=ZONE) + timedelta(minutes=minute)
        assert counters(materialise(LIVELY, now, ZONE), now) == EXPECTED | quiet


def test_a_day_of_the_past_is_cut_by_the_zone_of_the_district() -> None:
    now = datetime.fromisoformat("2026-11-22T20:00:00+00:00")  # 04:00 of the 23rd in Shanghai
    assert moment("0", "0.5", now, ZONE).isoformat() == "2026-11-23T02:00:00+08:00"
    assert moment("-1", "0.5", now, ZONE).isoformat() == "2026-11-22T12:00:00+08:00"
    assert moment("2023-04-05", "0.25", now, ZONE).isoformat() == "2023-04-05T06:00:00+08:00"


def test_every_ticket_lies_where_it_says() -> None:
    district = shapes("areas", "district")["360302"]
    first, later = shapes("areas_2023"), shapes("areas") | shapes("areas", kind="special")
    special = next(iter(shapes("areas", kind="special").values()))
    outside = 0
    for row in TICKETS:
        place = to_wgs84(float(row["lon"]), float(row["lat"]), row["system"])
        point = shapely.Point(place.lon, place.lat)
        if not row["grid"]:
            outside += 1
            assert row["step"] == "rate" and 0 < district.distance(point) * 110_800 < 500
            continue
        assert first[row["grid_2023"]].contains(point) and later[row["grid"]].contains(point)
        assert special.contains(point) == (later[row["grid"]] is special or later[row["grid"]] == special)
    assert outside == 3
    assert {row["grid"] for row in TICKETS if row["grid"]} == set(later)


def test_tickets_are_of_all_kinds() -> None:
    assert {row["category"] for row in TICKETS} == {"livelihood", "consultation", "dispute", "hazard"}
    assert {row["system"] for row in TICKETS} == {"wgs84", "gcj02"}
    assert len({row["description"] for row in TICKETS}) > 250
    assert len({row["external_id"] for row in TICKETS}) == 559


@pytest.mark.parametrize("clock", ["00:00:00", "00:00:10", "09:30:00", "23:59:59"])
def test_patrols_have_happened_and_nobody_is_in_two_places(clock: str) -> None:
    now = datetime.fromisoformat(f"2026-11-23T{clock}+08:00")
    pings = materialise_pings(read_table("pings"), now, ZONE)
    assert len({(row["worker"], row["at"]) for row in pings}) == len(pings)
    assert all(datetime.fromisoformat(row["at"]) <= now for row in pings)
    assert {row["shift"] for row in pings} == {"早班", "中班", "晚班"}


def test_the_plan_loads_boundaries_first_and_what_moves_last() -> None:
    steps = list(load_plan(datetime(2026, 11, 23, 9, tzinfo=ZONE), ZONE))
    doors = [
        "areas",
        "areas",
        "ground",
        "ground",
        "ground",
        "posts",
        "cameras",
        "places",
        "reach",
        "devices",
        "tickets",
        "pings",
    ]
    assert [step.door for step in steps] == doors
    assert all(step.path.is_file() for step in steps)
    assert len(steps[10].rows) == 559
