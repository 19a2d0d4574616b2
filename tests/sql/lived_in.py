"""A small district that has lived: everything that gisgrid keeps, made through its own doors. All of it is invented.

Two towns with sixteen grids and a special one over them, redrawn in every way; people, rules, rosters; a second
network. What happens to its tickets is in `tickets_lived`. Long because it is one story.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import shapely

from tests.drawing import draw, spot, write_geojson
from tests.sql.doors import LOGIN, Doors

DISTRICT, NORTH, SOUTH = "360302", "360302001", "360302002"
PICTURE = """
AABBCCDD
AABBCCDD
EEFFGGHH
IIJJKKLL
MMNNOOPP
"""
COMMUNITIES = {f"{NORTH}001": "ABEF", f"{NORTH}002": "CDGH", f"{SOUTH}001": "IJMN", f"{SOUTH}002": "KLOP"}
CODES = {
    letter: f"{community}{number:03}"
    for community, letters in COMMUNITIES.items()
    for number, letter in enumerate(letters, 1)
}
SHAPES = draw(PICTURE)
MARKET = f"{NORTH}002009"
OLD, NEW, LATE = "2023-01-01", "2024-11-01", "2025-06-01"
FAR = "2099-01-01"
"""A date that this test will not live to see."""

ACCOUNTS = {
    "boss": ("admin",),
    "north": ("dispatcher", "--area", NORTH),
    "south": ("dispatcher", "--area", SOUTH),
    "wang": ("worker", "--area", CODES["B"], "--person", "王一(虚构)"),
    "watch": ("supervisor", "--area", DISTRICT),
    "chengguan": ("department", "--department", "城管"),
    "zhujian": ("department", "--department", "住建"),
    LOGIN: ("editor", "--area", NORTH),
    "brush": ("editor", "--area", SOUTH),
}

POSTS = f"""
area_code|role|person|phone|title|department|from|to|public
{DISTRICT}|centre|钱四(虚构)|000-0000-0004|区中心||2023-01-01||yes
{NORTH}|centre|孙五(虚构)|000-0000-0005|街道分中心||2023-01-01||
{SOUTH}|centre|李六(虚构)|000-0000-0006|街道分中心||2023-01-01||
{NORTH}001|centre|周七(虚构)|000-0000-0007|社区工作站||2024-11-01||
{SOUTH}001|centre|赵三(虚构)|000-0000-0003|城管中队|城管|2024-11-01||
{DISTRICT}|instructor|吴八(虚构)|000-0000-0008|消防指导|消防|2024-11-01||
{CODES["A"]}|head|李二(虚构)|000-0000-0002|网格长||2023-01-01||yes
{CODES["B"]}|worker|王一(虚构)|000-0000-0001|网格员||2024-11-01||
{CODES["B"]}|building_head|郑九(虚构)|000-0000-0009|3栋楼长||2024-11-01||
{CODES["B"]}|worker|冯十(虚构)|000-0000-0010|网格员||2023-01-01|2024-11-01|
{CODES["C"]}|worker|陈十一(虚构)|000-0000-0011|网格员||2024-11-01||
{CODES["C"]}|worker|褚十二(虚构)|000-0000-0012|网格员||2024-11-01||
{CODES["G"]}|head|卫十三(虚构)|000-0000-0013|网格长||2024-11-01||
{CODES["I"]}|worker|蒋十四(虚构)|000-0000-0014|网格员||2024-11-01||
{MARKET}|worker|沈十五(虚构)|000-0000-0015|专属网格员||2024-11-01||
"""
ROSTERS = f"""
area_code|role|person|shift|starts|ends|from|to|every_days|weekdays
{CODES["C"]}|worker|陈十一(虚构)|early|||2024-11-01|||
{CODES["C"]}|worker|褚十二(虚构)|夜市|18:30|23:30|2024-11-01||2|
{CODES["I"]}|worker|蒋十四(虚构)|late|||2024-11-01|2025-11-01||1-5
"""
CATEGORIES = """
id|parent|name_zh|name_en|due|unit|public_place|workflow
road|livelihood|道路设施(虚构)|road|87600|calendar|point|
pothole|road|路面坑洼(虚构)|pothole|80000|calendar||
quarrel|dispute|邻里纠纷(虚构)|quarrel|87600|calendar|grid|
wire|hazard|线缆垂落(虚构)|wire|9000|working|point|write_off
lift|livelihood|电梯维修(虚构)|lift|87600|calendar|point|repair
"""
RULES = f"""
rule|category|area_code|kind|days|weekdays|from|to|shift|role|department|person|priority|due|unit|note
wires to the yard|wire|||||||||城管||2|||线缆归城管
potholes by day|pothole|{NORTH}||working||08:00|18:00||head|||3|70000|calendar|
market first|||special||||||worker||||||
quarrels at night|quarrel|{CODES["B"]}||||22:00|06:00||||李二(虚构)|1|||
"""
HOLIDAYS = """
date|working|name
2025-03-05|no|街道活动日(虚构)
2025-03-08|yes|
"""
WORKFLOW = """
workflow = "repair"
name_zh = "维修闭环(虚构)"
name_en = "repair loop (invented)"
step = [
  { step = "waits", name_zh = "待派", name_en = "waits", begins = "unrouted", due_hours = 80000 },
  { step = "work", name_zh = "维修", name_en = "work", begins = "routed" },
  { step = "asked", name_zh = "等待住户", name_en = "asked" },
  { step = "done", name_zh = "完成", name_en = "done", closes = true },
]
transition = [
  { from = "waits", to = "work", roles = ["dispatcher", "admin"] },
  { from = "work", to = "asked", roles = ["worker", "admin"], needs = ["note"], clock = "stop" },
  { from = "asked", to = "work", roles = ["worker", "admin"], clock = "start" },
  { from = "work", to = "done", roles = ["worker", "admin"], needs = ["note"] },
]
"""


@dataclass
class Life:
    """What the district's story left: receipts of reports by a word, change sets by title, a device's token."""

    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    changesets: dict[str, int] = field(default_factory=dict)
    token: str = ""

    def number(self, word: str) -> str:
        """The number of the ticket that is called so in the story."""
        return str(self.receipts[word]["number"])


def divide(doors: Doors) -> None:
    """The boundaries: eight coarse grids from 2023 on, sixteen and a special one from 2024-11 on; another network."""
    coarse = draw(PICTURE.translate(str.maketrans("BFDHJNLP", "AECGIMKO")))
    old = write_geojson(doors.folder / "old.geojson", {CODES[k]: v for k, v in coarse.items()}, level="grid")
    doors.verb("import", str(old), "--scheme", "unit15", "--valid-from", OLD)
    fine = json.loads(write_geojson(doors.folder / "new.geojson", {CODES[k]: v for k, v in SHAPES.items()}).read_text())
    for feature in fine["features"]:
        feature["properties"] |= {"level": "grid", "kind": "base"}
    west, north = spot(4.5, 1.5)
    market = shapely.box(west, north - 0.002, west + 0.003, north)
    properties = {"code": MARKET, "name": "大市场专属网格(虚构)", "level": "grid", "kind": "special"}
    geometry = json.loads(shapely.to_geojson(market))
    fine["features"].append({"type": "Feature", "properties": properties, "geometry": geometry})
    new = doors.folder / "new.geojson"
    new.write_text(json.dumps(fine, ensure_ascii=False))
    doors.verb("import", str(new), "--valid-from", NEW, "--replace")
    party = draw("XXXXYYYY\nXXXXYYYY\nXXXXYYYY\nZZZZZZZZ\nZZZZZZZZ")
    path = write_geojson(doors.folder / "party.geojson", {f"DJ-{k}": v for k, v in party.items()})
    doors.verb("import", str(path), "--network", "party", "--scheme", "free", "--level", "grid", "--valid-from", NEW)
    doors.verb("network", "alias", "--from", "party", "--valid-from", NEW)


def settle(doors: Doors) -> None:
    """People, what they go by, and what stands on the ground."""
    doors.load("posts", POSTS)
    doors.load("workflow", WORKFLOW, ending="toml")
    doors.load("categories", CATEGORIES)
    doors.load("rosters", ROSTERS)
    doors.load("rules", RULES)
    doors.load("holidays", HOLIDAYS)
    for name, words in ACCOUNTS.items():
        doors.secrets[name] = doors.verb("user", "add", name, "--role", *words)["secret"]
    doors.load(
        "cameras",
        "code|name|lon|lat|bearing_deg|angle_deg|range_m\n"
        + _points("CAM-1|桥头枪机(虚构)", 1.2, 0.4, "90|60|120")
        + _points("CAM-2|街角球机(虚构)", 6.5, 3.5, "||")
        + _points("CAM-3|市场枪机(虚构)", 4.8, 1.8, "250|90|80"),
        "--system", "wgs84",
    )  # fmt: skip
    places = _points("JSD-1|救生点1(虚构)", 0.5, 4.5, "rescue") + _points("LD-3|3栋(虚构)", 2.5, 0.5, "building")
    doors.load("places", "code|name|lon|lat|kind\n" + places, "--system", "wgs84")
    devices = _points("YG-1|楼道烟感(虚构)", 2.6, 0.6, "烟感|wire") + _points("YG-2|井盖(虚构)", 5.5, 4.5, "井盖|road")
    doors.load("devices", "code|name|lon|lat|kind|category\n" + devices, "--system", "wgs84")
    walk = [_points(f"w-1|2025-05-01T09:{m:02}:00+08:00", 2 + m / 25, 0.5, "8") for m in range(0, 50, 2)]
    doors.load("pings", "worker|at|lon|lat|accuracy_m\n" + "".join(walk), "--system", "wgs84")
    street = {"type": "LineString", "coordinates": [spot(0, 2), spot(8, 2)]}
    pond = json.loads(shapely.to_geojson(shapely.Point(spot(5, 4)).buffer(0.001, quad_segs=4)))
    features = [
        {
            "type": "Feature",
            "properties": {"kind": "street", "class": "primary", "name": "解放路(虚构)"},
            "geometry": street,
        },
        {"type": "Feature", "properties": {"kind": "water", "name": "荷塘(虚构)"}, "geometry": pond},
    ]
    drawing = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    doors.load("ground", drawing, ending="geojson")


def redraw(doors: Doors, life: Life) -> None:
    """A correction of the past, split, merge, renumber; one undone, one waiting, one with problems, one discarded."""
    titles = life.changesets
    titles["correction"] = past = _shift(doors, LOGIN, "correction", {"EEFFGGHH": "EEFFGHHH"}, valid_from=LATE)
    doors.send(LOGIN, f"/changesets/{past}/publish")
    titles["split"] = split = doors.open(LOGIN, NORTH, "split")
    left, right = (box.intersection(SHAPES["A"]) for box in draw("VW\nVW").values())
    doors.draw(split, CODES["A"], left)
    doors.sql(
        "INSERT INTO draft.area (changeset_id, code, name, level, kind, parent_code, base_version_id, geom)"
        " SELECT changeset_id, code, name, level, kind, parent_code, base_version_id,"
        " ST_Multi(ST_GeomFromText(:wkt, 4326)) FROM draft.area WHERE changeset_id = :id AND code = :code",
        wkt=right.wkt, id=split, code=CODES["A"],
    )  # fmt: skip
    doors.send(LOGIN, f"/changesets/{split}/publish")
    titles["merge"] = merge = doors.open(LOGIN, NORTH, "merge")
    doors.sql("DELETE FROM draft.area WHERE changeset_id = :id AND code = :code", id=merge, code=CODES["D"])
    doors.draw(merge, CODES["C"], shapely.union(SHAPES["C"], SHAPES["D"]))
    doors.send("boss", f"/changesets/{merge}/publish")
    titles["renumber"] = renumber = doors.open("boss", NORTH, "renumber")
    doors.sql(
        "UPDATE draft.area SET code = :new WHERE changeset_id = :id AND code = :old",
        id=renumber, old=CODES["E"], new=f"{NORTH}001077",
    )  # fmt: skip
    doors.send("boss", f"/changesets/{renumber}/publish")
    titles["reshape"] = reshape = _shift(doors, LOGIN, "reshape", {"AABBCCDD\nEEFF": "AAFFCCDD\nEEFF"})
    doors.send(LOGIN, f"/changesets/{reshape}/publish")
    titles["undo"] = int(doors.send(LOGIN, f"/changesets/{reshape}/undo")["changeset_id"])
    titles["waiting"] = waiting = _shift(doors, LOGIN, "waiting", {"EEFFGGHH": "EEFFGGGH"})
    doors.send(LOGIN, f"/changesets/{waiting}/publish", valid_from=FAR)
    titles["discarded"] = doors.open("brush", SOUTH, "discarded")
    doors.send("brush", f"/changesets/{titles['discarded']}/discard")
    titles["open"] = _shift(doors, "brush", "open", {"MMNNOOPP": "MMNNOOOP"})
    titles["problems"] = problems = doors.open("brush", SOUTH, "problems")
    doors.draw(problems, CODES["M"], draw("...\n...\n...\n...\nMMM")["M"], who="brush")
    doors.draw(problems, CODES["L"], draw("........\n" * 3 + "......L.")["L"], who="brush")
    doors.send("brush", f"/changesets/{problems}/check")


def leave_unfollowed(doors: Doors, life: Life) -> None:
    """The last redraw is published by SQL, as QGIS does it, while no worker runs: tickets have not followed yet."""
    life.changesets["unfollowed"] = last = _shift(doors, "brush", "unfollowed", {"IIJJKKLL": "IJJJKKLL"})
    doors.sql("UPDATE draft.changeset SET status = 'published' WHERE changeset_id = :id", who="brush", id=last)


def _shift(doors: Doors, who: str, title: str, change: dict[str, str], **order: Any) -> int:
    """A change set in which lines of the picture are drawn otherwise; its number."""
    picture = PICTURE.strip()
    for before, after in change.items():
        assert before in picture
        picture = picture.replace(before, after)
    drawn = draw(picture)
    moved = [letter for letter, shape in drawn.items() if not shape.equals(SHAPES[letter])]
    changeset = doors.open(who, CODES[moved[0]][:9], title, **order)
    for letter in moved:
        doors.draw(changeset, CODES[letter], drawn[letter], who=who)
    return changeset


def _points(first: str, column: float, row: float, last: str) -> str:
    """A line of a table with a place in cells of the drawing between its first cells and its last."""
    lon, lat = spot(column, row)
    return f"{first}|{lon:.7f}|{lat:.7f}|{last}\n"
