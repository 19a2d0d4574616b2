"""Posts by 1+1+1+N: party body, instructor, head and workers of every grid, and what is below it."""

from collections.abc import Iterator

from gisgrid.sample.chance import Dice
from gisgrid.sample.division import FIRST_FROM, LATER_FROM, Divisions, Leaf, by_code
from gisgrid.sample.frame import to_degrees
from gisgrid.sample.ground import official
from gisgrid.sample.names import People, short_name
from gisgrid.sample.plan import ORANGE_GARDEN

POST_COLUMNS = (
    "area_code", "role", "title", "person", "phone", "department", "from", "to", "lon", "lat", "system",
    "place", "invented",
)  # fmt: skip
DEPARTMENTS = (
    "区民政局 区城管局 区卫健委 区应急局 区住建局 区司法局 区人社局 区教育局 区水利局 区农业农村局 "
    "区市场监管局 区医保局 区信访局 区文旅局 区财政局"
).split()
BUILDINGS, BUILDING_HEADS = 48, 42

Row = dict[str, object]


def post_rows(divisions: Divisions) -> list[Row]:
    """Every post of both divisions: a grid that keeps its code keeps its people."""
    people = People("people")
    first, later = by_code(divisions.first), by_code(divisions.later)
    rows = [*_centres(people)]
    for code in sorted({*first, *later}):
        leaf = later.get(code) or first[code]
        since = FIRST_FROM if code in first else LATER_FROM
        until = "" if code in later else LATER_FROM
        rows += _grid_posts(leaf, people, since, until)
    return rows + _house_posts(divisions, people)


def _post(area_code: str, role: str, title: str, people: People, since: str, **more: object) -> Row:
    person, phone = people.next_person()
    row: Row = dict.fromkeys(POST_COLUMNS, "")
    row |= {"area_code": area_code, "role": role, "title": title, "person": person, "phone": phone}
    return row | {"from": since, "invented": "yes"} | more


def _centres(people: People) -> Iterator[Row]:
    district = official()
    title = f"{district['name']}网格化管理中心"
    yield _post(district["code"], "centre", title, people, FIRST_FROM)
    for town in district["towns"]:
        yield _post(town["code"], "centre", f"{town['name']}网格化管理分中心", people, FIRST_FROM)
        for member in town["communities"]:
            title = f"{short_name(member['name'])}网格化管理站"
            yield _post(member["code"], "centre", title, people, FIRST_FROM)


def _grid_posts(leaf: Leaf, people: People, since: str, until: str) -> Iterator[Row]:
    dice = Dice(f"posts-{leaf.code}")
    crew = dice.pick((1, 1, 1, 2, 2, 3)) + (leaf.kind == "special")
    sent_by = dice.pick(DEPARTMENTS)
    yield _post(leaf.code, "party", f"{leaf.name}党支部书记", people, since, to=until)
    yield _post(leaf.code, "instructor", f"{leaf.name}指导员", people, since, to=until, department=sent_by)
    yield _post(leaf.code, "head", f"{leaf.name}网格长", people, since, to=until)
    for _ in range(crew):
        yield _post(leaf.code, "worker", f"{leaf.name}网格员", people, since, to=until)


def _house_posts(divisions: Divisions, people: People) -> list[Row]:
    """The buildings of 柑子园: 48, with 42 building heads (six look after two) and 101 unit heads."""
    rows: list[Row] = []
    for number, (leaf, lon, lat) in enumerate(buildings(divisions), 1):
        spot = {"lon": lon, "lat": lat, "system": "wgs84", "place": f"柑子园{number}栋"}
        if number <= BUILDING_HEADS:
            twin = BUILDING_HEADS + number
            also = f"、{twin}栋" if twin <= BUILDINGS else ""
            title = f"{number}栋{also}楼栋长"
            rows.append(_post(leaf.code, "building_head", title, people, FIRST_FROM, **spot))
        for unit in range(1, _units(number) + 1):
            spot["place"] = f"柑子园{number}栋{unit}单元"
            title = f"{number}栋{unit}单元长"
            rows.append(_post(leaf.code, "unit_head", title, people, FIRST_FROM, **spot))
    return rows


def _units(number: int) -> int:
    """2 units in most buildings, 3 in five of them: 101 in all."""
    return 3 if number % 10 == 3 else 2


def buildings(divisions: Divisions) -> Iterator[tuple[Leaf, float, float]]:
    """Where the 48 buildings of 柑子园 stand: in rows inside the blocks, the same number in each grid."""
    ground = divisions.ground
    grids = [leaf for leaf in divisions.later if leaf.community == ORANGE_GARDEN]
    for leaf in grids:
        blocks = sorted(leaf.blocks)
        for k in range(BUILDINGS // len(grids)):
            block = blocks[k % len(blocks)]
            cx, cy = ground.middle(block)
            ring = ground.blocks[block]
            vx, vy = ground.mesh.places[ring[(k // len(blocks)) * len(ring) // 4 % len(ring)]]
            t = 0.5 if k >= len(blocks) else 0.12
            lon, lat = to_degrees((cx + (vx - cx) * t, cy + (vy - cy) * t))
            yield leaf, lon, lat
