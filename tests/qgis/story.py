"""The picture story of docs/qgis.md: two towns and somebody above them move a common border, collide, and solve it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from tests.qgis.desk import URI, TownHall
from tests.qgis.hands import choose, drag, latest, live, publish, row, set_row, shows
from tests.qgis.window import Window
from tests.waiting import until

MAP = ["problem", "problem_area", "draft_base", "live_town", "neighbour", "ground_line", "ground_area"]
STEPS = [(0.001, 0.0), (-0.001, 0.0), (0.0, 0.0008), (0.0, -0.0008)]
Shapes = dict[str, Any]
Corner = tuple[float, float]


def draw_story(hall: TownHall, one: str, two: str, images: Path) -> None:
    """Five pictures. li draws in town `one`, wang in town `two`, zhao is above both."""
    was = {code: shape for code, shape in live(hall, one[:6]).items() if code.startswith((one, two))}
    corner, to = a_move(was, lambda codes: {code[: len(one)] for code in codes} == {one, two})
    grid = min(code for code in holding(was, corner) if code.startswith(two))
    own, theirs = a_move(was, lambda codes: grid in codes and all(code.startswith(two) for code in codes))
    zhao, wang = hall.seat("zhao"), hall.seat("wang")
    assert zhao.open(uri=URI)["read"]

    def picture(name: str) -> None:
        west, south, east, north = shapely.union_all([was[code] for code in holding(was, corner) | {grid}]).bounds
        box = [west - 0.002, south - 0.001, east + 0.002, north + 0.001]
        assert zhao.render(path=str(images / name), layers=MAP, box=box, width=800, height=560)

    with Window(hall, "zhao") as above, Window(hall, "li") as li:
        above.edit("changeset")
        above.press("mActionAddFeature")
        above.fill("title", "common border")
        above.pick("area_code", f"{one} ")
        above.tick(f"{two} ")
        above.ask("dialog", path=str(images / "qgis-together-1.png"))
        before = latest(hall)
        above.answer("Ok")
        above.save("changeset")
        until(lambda: latest(hall) > before)
        joint = latest(hall)

        shows(li, joint)
        li.look([corner[0] - 0.004, corner[1] - 0.003, corner[0] + 0.004, corner[1] + 0.003])
        drag(li, corner, to)
        li.save("draft_base")
        picture("qgis-together-2.png")

        assert wang.open(uri=URI)["read"]
        number = wang.opens(area=two, title="own")
        for code, shape in moved(was, own, theirs).items():
            wang.reshape(layer="draft_base", key=wang.key(code), wkt=shape.wkt)
        assert wang.saves()["saved"] and wang.sets(number, "published")["saved"]

        set_row(above, joint, status="发布")
        above.click(above.sees("knob", words="Show more"))
        until(lambda: "HINT" in above.ask("said"))
        above.ask("dialog", path=str(images / "qgis-together-3.png"))
        above.shut()
        row(above, "changeset", f"{joint} ")
        choose(above, f"{joint} ", "status", "进行中")
        choose(above, f"{joint} ", "solution", "两者都画")
        above.ask("dialog", path=str(images / "qgis-together-4.png"))
        above.click(above.sees("knob", words="mActionSaveEdits"))
        until(lambda: not above.ask("is_modified", layer="changeset"))
        above.shut()
        picture("qgis-together-5.png")
        publish(hall, above, joint)


def holding(shapes: Shapes, corner: Corner) -> set[str]:
    """Which grids have this corner?"""
    return {code for code, shape in shapes.items() if near(shapely.get_coordinates(shape), corner).any()}


def near(points: Any, corner: Corner) -> Any:
    return (np.abs(points - np.array(corner)) < 1e-9).all(axis=1)


def moved(shapes: Shapes, corner: Corner, to: Corner) -> Shapes:
    """The grids that have this corner, once it lies there."""
    return {
        code: shapely.transform(shapes[code], lambda points: np.where(near(points, corner)[:, None], to, points))
        for code in holding(shapes, corner)
    }


def a_move(shapes: Shapes, wanted: Callable[[set[str]], bool]) -> tuple[Corner, Corner]:
    """A corner of grids that are wanted, far from the next one, and where it can go: the same ground is covered."""
    points = np.unique(np.concatenate([shapely.get_coordinates(shape) for shape in shapes.values()]), axis=0)

    def room(corner: Corner) -> float:
        return float(np.sort(np.hypot(*(points - corner).T))[1])

    corners = [(x, y) for x, y in points.tolist() if wanted(holding(shapes, (x, y)))]
    for x, y in sorted(corners, key=room, reverse=True):
        for dx, dy in STEPS:
            drawn = moved(shapes, (x, y), (x + dx, y + dy))
            if len(drawn) > 1 and is_sound([shapes[code] for code in drawn], list(drawn.values())):
                return (x, y), (x + dx, y + dy)
    raise AssertionError("no corner can be moved")


def is_sound(before: list[Any], drawn: list[Any]) -> bool:
    """Is the same ground covered, once?"""
    if not all(shape.is_valid for shape in drawn):
        return False
    old, new = shapely.union_all(before), shapely.union_all(drawn)
    return bool(old.symmetric_difference(new).area + abs(sum(shape.area for shape in drawn) - new.area) < 1e-12)
