"""The overlays of the sample: cameras on streets, with one blind spot, and places to visit."""

import math

import shapely

from gisgrid.sample.chance import Dice
from gisgrid.sample.division import Divisions
from gisgrid.sample.frame import to_degrees
from gisgrid.sample.ground import Ground
from gisgrid.sample.mesh import Place
from gisgrid.sample.plan import ORANGE_GARDEN
from gisgrid.sample.spots import Spots
from gisgrid.sample.streets import banks, river_course
from gisgrid.sample.words import PATROL_PLACES

CAMERA_COLUMNS = (
    "code", "name", "lon", "lat", "system", "bearing_deg", "angle_deg", "range_m", "height_m", "state", "owner",
    "invented",
)  # fmt: skip
PLACE_COLUMNS = ("code", "name", "kind", "visit_hours", "lon", "lat", "system", "chainage_m", "invented")
CAMERAS, RESCUE_POINTS, BANK_M = 106, 12, 13_000.0
BANK_FROM_M = 3_000.0
KIT_HOURS = 48
"""How often a rescue kit is to be looked at."""
WATCHING = 6
"""So many cameras stand in each grid that is watched."""
FURTHEST_M = 165.0
"""No camera of the sample sees farther than this from its corner."""
HEIGHTS_M = {"road": (6.5, 8.0, 9.5), "main": (4.5, 6.0, 6.5), "street": (3.0, 3.5, 4.5)}
OWNERS = {
    "路口": ("交警大队",),
    "街面": ("公安分局", "城市管理局"),
    "桥头": ("水利局", "公安分局"),
    "小区门": ("物业公司",),
}
BROKEN_EACH, OFF_EACH = 17, 23
"""The state of every so manieth camera: what fails is dispersed, and no ground of the story is lost."""
COMPASS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
STEEPS = (0.1989, 0.6682, 1.4966, 5.0273)
"""Tangents of 11.25, 33.75, 56.25 and 78.75 degrees: between the sixteen points of the compass."""

Row = dict[str, object]


def camera_rows(divisions: Divisions) -> list[Row]:
    """106 cameras at the roadside, in general none within 90 m of another, looking along their street.

    Some see each grid of 柑子园 but the last, which none sees: a blind spot to find.
    """
    ground, dice = divisions.ground, Dice("cameras")
    spots = [
        (line[k], line[k + 1], kind)
        for kind, line in ground.lines
        if kind in ("road", "main", "street") and not ground.in_hills(line)
        for k in range(len(line) - 1)
    ]
    dry = Spots(ground, dice).dry
    *watched, blind = (leaf for leaf in divisions.later if leaf.community == ORANGE_GARDEN)
    hidden = shapely.union_all([shapely.Polygon(ground.mesh.trace(ground.blocks[b])) for b in sorted(blind.blocks)])
    shapely.prepare(hidden)
    rows: list[Row] = []
    taken: list[Place] = []

    def stand(a: int, b: int, kind: str, apart_m: float) -> bool:
        place = ground.mesh.places[a]
        if not dry(place) or any(_apart(place, other) <= apart_m for other in taken):
            return False
        if hidden.distance(shapely.Point(place)) < FURTHEST_M:
            return False
        taken.append(place)
        rows.append(_camera(ground, dice, (a, b), kind, len(rows) + 1))
        return True

    spots = dice.shuffled(spots)
    for leaf in watched:
        corners = {v for block in leaf.blocks for v in ground.blocks[block]}
        before = len(rows)
        for a, b, kind in spots:
            if a in corners and b in corners and len(rows) < before + WATCHING:
                stand(a, b, kind, 25.0)
    for a, b, kind in spots:
        if len(rows) < CAMERAS:
            stand(a, b, kind, 90.0)
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
    own = Dice(f"camera-{number}")  # what was thrown before it stays as it was
    return {
        "code": f"36030200001320{number:06d}", "name": f"{where}{number:03d}号{looks}",
        "lon": lon, "lat": lat, "system": "wgs84", "bearing_deg": (bearing + dice.whole(-9, 9)) % 360,
        "angle_deg": 360 if all_round else dice.pick((55, 62, 70, 90)),
        "range_m": dice.pick((60, 80, 80, 100, 120)) if kind != "road" else 150,
        "height_m": own.pick(HEIGHTS_M[kind]), "state": _state(number), "owner": own.pick(OWNERS[where]),
        "invented": "yes",
    }  # fmt: skip


def _state(number: int) -> str:
    if number % BROKEN_EACH == 0:
        return "broken"
    return "off" if number % OFF_EACH == 0 else "on"


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
        "code": code, "name": name, "kind": kind,
        "visit_hours": KIT_HOURS if kind == "rescue" else "", "lon": lon, "lat": lat, "system": "wgs84",
        "chainage_m": chainage, "invented": "yes",
    }  # fmt: skip


def _apart(a: Place, b: Place) -> float:
    return math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)
