"""The lines a reader finds the way by: streets between the blocks, and the river as a surface."""

from collections.abc import Iterator

from gisgrid.sample.chance import Dice
from gisgrid.sample.frame import Feature, Shape, feature, line_of, to_degrees
from gisgrid.sample.ground import Ground
from gisgrid.sample.mesh import Place

RIVER_ARCS = ("r1", "r2", "r3", "r4", "r5")
RIVER_NAME = "萍水河"
HALF_WIDTH_M = (20.0, 44.0)
"""Of the river where it comes in and where it leaves."""

ROADS = {"trunk": "trunk", "road": "arterial", "main": "main", "street": "street", "lane": "lane"}
ENDINGS = {"trunk": "公路", "road": "大道", "main": "路"}
DRAWN = ROADS | {"rail": "rail"}
NAMES = (
    "文昌 建设 跃进 朝阳 凤凰 昭萍 楚萍 滨河 站前 公园 广场 康庄 玉湖 安源 五峰 虎山 白云 金陵 秋收 "
    "环城 绿茵 迎宾 长兴 洪山 山下 龙泉 锦绣 鹅湖 登岸 通济 永安 平安 和平 民主 光明 新城 工业 矿山 "
    "花冲 跨越 翠湖 吉星 银河 星火 武功山 东源 南正 北桥 西苑 丰园 石门 双凤 莲花 青云 崇文 杏花 枫林"
).split()


def street_features(ground: Ground) -> list[Feature]:
    """Streets by class: trunk, arterial, main, street, lane, and a railway; in the hills only the ones that matter."""
    names = iter(Dice("streets").shuffled(NAMES))
    features = []
    for kind, line in ground.lines:
        if kind not in DRAWN or (kind == "lane" and ground.in_hills(line)):
            continue
        name = _named(kind, names)
        properties = {"class": DRAWN[kind], "name": name}
        features.append(feature(line_of(ground.mesh, line), **properties))
    return features


def _named(kind: str, names: Iterator[str]) -> str | None:
    if kind == "rail":
        return "萍安铁路"
    if kind not in ENDINGS:
        return None
    name = next(names, None)
    return name and name + ENDINGS[kind]


def river_course(ground: Ground) -> list[Place]:
    """The middle of the river, downstream, metres on the plane."""
    course: list[int] = []
    for name in RIVER_ARCS:
        course += ground.relief.arcs[name][bool(course) :]
    return ground.mesh.trace(course)


def banks(course: list[Place]) -> tuple[list[Place], list[Place]]:
    """The right and the left bank of the river along its course."""
    right, left = [], []
    for k, (x, y) in enumerate(course):
        (ax, ay), (bx, by) = course[max(0, k - 1)], course[min(len(course) - 1, k + 1)]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        half = HALF_WIDTH_M[0] + (HALF_WIDTH_M[1] - HALF_WIDTH_M[0]) * k / (len(course) - 1)
        dx, dy = (by - ay) / length * half, -(bx - ax) / length * half
        right.append((x + dx, y + dy))
        left.append((x - dx, y - dy))
    return right, left


def river_features(ground: Ground) -> list[Feature]:
    """The river as a surface and as its middle line."""
    course = river_course(ground)
    right, left = banks(course)
    ring = [to_degrees(place) for place in [*right, *left[::-1], right[0]]]
    surface: Shape = {"type": "Polygon", "coordinates": [ring]}
    middle: Shape = {"type": "LineString", "coordinates": [to_degrees(place) for place in course]}
    return [
        feature(surface, name=RIVER_NAME, kind="surface"),
        feature(middle, name=RIVER_NAME, kind="middle"),
    ]
