"""The overlays of the sample: cameras on streets, places to visit, patrols on foot."""

import math

import shapely

from gisgrid.sample.chance import Dice
from gisgrid.sample.division import Divisions, Leaf
from gisgrid.sample.frame import to_degrees
from gisgrid.sample.ground import Ground
from gisgrid.sample.mesh import Place
from gisgrid.sample.spots import Spots
from gisgrid.sample.streets import ROADS, banks, river_course
from gisgrid.sample.words import PATROL_PLACES, SHIFTS

CAMERA_COLUMNS = (
    "code", "name", "lon", "lat", "system", "bearing_deg", "angle_deg", "range_m", "invented",
)  # fmt: skip
PLACE_COLUMNS = ("code", "name", "kind", "lon", "lat", "system", "chainage_m", "invented")
PING_COLUMNS = ("worker", "shift", "day", "fraction", "lon", "lat", "accuracy_m", "invented")
CAMERAS, RESCUE_POINTS, BANK_M = 106, 12, 13_000.0
BANK_FROM_M = 3_000.0
WALKERS, PINGS_A_WALK = 20, 95
COMPASS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
STEEPS = (0.1989, 0.6682, 1.4966, 5.0273)
"""Tangents of 11.25, 33.75, 56.25 and 78.75 degrees: between the sixteen points of the compass."""

Row = dict[str, object]


def camera_rows(divisions: Divisions) -> list[Row]:
    """106 cameras at the roadside, none within 90 m of another, looking along their street."""
    ground, dice = divisions.ground, Dice("cameras")
    spots = [
        (line[k], line[k + 1], kind)
        for kind, line in ground.lines
        if kind in ("road", "main", "street") and not ground.in_hills(line)
        for k in range(len(line) - 1)
    ]
    dry = Spots(ground, dice).dry
    rows: list[Row] = []
    taken: list[Place] = []
    for a, b, kind in dice.shuffled(spots):
        place = ground.mesh.places[a]
        if len(rows) < CAMERAS and dry(place) and all(_apart(place, other) > 90.0 for other in taken):
            taken.append(place)
            rows.append(_camera(ground, dice, (a, b), kind, len(rows) + 1))
    return rows


def _camera(ground: Ground, dice: Dice, edge: tuple[int, int], kind: str, number: int) -> Row:
    (ax, ay), (bx, by) = ground.mesh.trace(edge)
    bearing = bearing_deg(bx - ax, by - ay)
    length = _apart((ax, ay), (bx, by))
    roadside = 5.0 if kind == "street" else 9.0
    lon, lat = to_degrees((ax + (by - ay) / length * roadside, ay - (bx - ax) / length * roadside))
    all_round = dice.unit() < 0.08
    where = dice.pick(("路口", "街面", "桥头", "小区门"))
    looks = "球机" if all_round else f"枪机朝{COMPASS[round(bearing / 45.0) % 8]}"
    return {
        "code": f"36030200001320{number:06d}", "name": f"{where}{number:03d}号{looks}",
        "lon": lon, "lat": lat, "system": "wgs84", "bearing_deg": (bearing + dice.whole(-9, 9)) % 360,
        "angle_deg": 360 if all_round else dice.pick((55, 62, 70, 90)),
        "range_m": dice.pick((60, 80, 80, 100, 120)) if kind != "road" else 150,
        "invented": "yes",
    }  # fmt: skip


def bearing_deg(dx: float, dy: float) -> float:
    """Degrees clockwise from north, to the nearest 22.5: no arc tangent, so the same everywhere."""
    steep = abs(dx) / max(abs(dy), 1e-9)
    quarter = 22.5 * sum(steep > tangent for tangent in STEEPS)
    if dx >= 0:
        return quarter if dy >= 0 else 180.0 - quarter
    return (360.0 - quarter) % 360.0 if dy >= 0 else 180.0 + quarter


def place_rows(divisions: Divisions) -> list[Row]:
    """12 rescue points along 13 km of the right bank, and a patrol place in every community."""
    ground = divisions.ground
    right, _ = banks(river_course(ground))
    bank = shapely.LineString(right)
    rows: list[Row] = []
    for k in range(RESCUE_POINTS):
        chainage = round(BANK_M * k / (RESCUE_POINTS - 1))
        point = bank.interpolate(BANK_FROM_M + chainage)
        name = f"{k + 1:02d}号救生点"
        rows.append(_place(f"JSD-{k + 1:02d}", name, "rescue", (point.x, point.y), chainage))
    spots = Spots(ground, Dice("places"))
    for k, community in enumerate(ground.communities):
        dice = Dice(f"place-{community.code}")
        blocks = [b for plot in community.plots for part in plot for b in part]
        name = f"{community.name[:4].removesuffix('居委').removesuffix('村委')}{dice.pick(PATROL_PLACES)}"
        rows.append(_place(f"XCD-{k + 1:03d}", name, "patrol", spots.inside(dice.pick(blocks)), ""))
    return rows


def _place(code: str, name: str, kind: str, place: Place, chainage: object) -> Row:
    lon, lat = to_degrees(place)
    return {
        "code": code, "name": name, "kind": kind, "lon": lon, "lat": lat, "system": "wgs84",
        "chainage_m": chainage, "invented": "yes",
    }  # fmt: skip


def ping_rows(divisions: Divisions) -> list[Row]:
    """Three shifts of the day before loading and a round of the day itself, 20 workers each."""
    ground, dice = divisions.ground, Dice("pings")
    arms = _arms(ground)
    busy = [leaf for leaf in divisions.later if leaf.code[9] == "0" and leaf.code[6] == "0"]
    rows: list[Row] = []
    for shift, (begins, ends) in SHIFTS.items():
        for leaf in dice.shuffled(busy)[:WALKERS]:
            rows += _walk(ground, dice, arms, leaf, ("-1", shift, begins / 24, ends / 24))
    for leaf in dice.shuffled(busy)[: WALKERS // 2]:
        rows += _walk(ground, dice, arms, leaf, ("0", "早班", 0.2, 0.98))
    return rows


def _arms(ground: Ground) -> dict[int, list[int]]:
    arms: dict[int, list[int]] = {}
    for kind, line in ground.lines:
        if kind in ROADS and kind != "trunk":
            for a, b in zip(line, line[1:], strict=False):
                arms.setdefault(a, []).append(b)
                arms.setdefault(b, []).append(a)
    return arms


def _walk(
    ground: Ground, dice: Dice, arms: dict[int, list[int]], leaf: Leaf,
    times: tuple[str, str, float, float],
) -> list[Row]:  # fmt: skip
    """A worker's round from vertex to vertex along the streets, turning back only at dead ends."""
    day, shift, begins, ends = times
    block = dice.pick(sorted(leaf.blocks))
    here = next(v for v in ground.blocks[block] if v in arms)
    before, rows = -1, []
    for k in range(PINGS_A_WALK):
        x, y = ground.mesh.places[here]
        lon, lat = to_degrees((x + dice.between(-4, 4), y + dice.between(-4, 4)))
        fraction = begins + (ends - begins) * (k + dice.between(0, 0.8)) / PINGS_A_WALK
        rows.append({
            "worker": f"w-{leaf.code}", "shift": shift, "day": day, "fraction": round(fraction, 5),
            "lon": round(lon, 6), "lat": round(lat, 6), "accuracy_m": dice.whole(4, 15),
            "invented": "yes",
        })  # fmt: skip
        ahead = sorted(v for v in arms[here] if v != before) or [before]
        before, here = here, dice.pick(ahead)
    return rows


def _apart(a: Place, b: Place) -> float:
    return math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)
