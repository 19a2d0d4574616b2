"""559 tickets of the sample: 538 done, 21 open; 12 of the day of loading, 2 due soon."""

from collections.abc import Iterator

from gisgrid.coordinates import from_wgs84
from gisgrid.sample.chance import Dice
from gisgrid.sample.division import Divisions, Leaf
from gisgrid.sample.frame import to_degrees
from gisgrid.sample.mesh import Place
from gisgrid.sample.names import People, grid_names
from gisgrid.sample.spots import Spots
from gisgrid.sample.words import DESCRIPTIONS

TICKET_COLUMNS = (
    "external_id", "category", "lon", "lat", "system", "description", "step", "source", "day",
    "fraction", "reported_min_before", "due_in_h", "due_after_h", "closed_after_h", "contact_name",
    "contact_phone", "grid", "grid_2023", "invented",
)  # fmt: skip
TOTAL, OPEN, OF_TODAY, OUTSIDE, HISTORY = 559, 21, 12, 3, 190
OPEN_OF_TODAY = 7
DUE_IN_H = [6.5, 17.25, -5.5, -26.0, -71.5] + [30.0 + 5.5 * k for k in range(OPEN - 5)]
"""Of the open ones, from now: two soon, three overdue, the others later."""
DUE_AFTER_H = {"livelihood": 72, "consultation": 48, "dispute": 120, "hazard": 24}
CATEGORIES = ("livelihood",) * 9 + ("consultation",) * 3 + ("dispute",) * 4 + ("hazard",) * 5
SOURCES = {"app": "wgs84", "wechat": "gcj02", "hotline": "wgs84", "worker": "wgs84"}
LATELY_DAYS = 22 * 30

Row = dict[str, object]


class _Clerk:
    """Writes one ticket after the other, each with words, a place and times of its own."""

    def __init__(self, divisions: Divisions) -> None:
        self.dice = Dice("tickets")
        self.people = People("callers", 1)
        self.divisions = divisions
        self.ground = divisions.ground
        self.spots = Spots(self.ground, self.dice)
        self.later = _owners(divisions.later)
        self.first = _owners(divisions.first)
        self.number = 0

    def ticket(self, leaf: Leaf) -> Row:
        """A ticket in this grid, without its times."""
        block = self.dice.pick(sorted(leaf.blocks))
        row = self._words(leaf.community) | self._place(self.spots.inside(block))
        return row | {"grid": self.later[block], "grid_2023": self.first[block]}

    def ticket_outside(self, place: Place) -> Row:
        """A ticket beyond the district's border."""
        return self._words("360302101200") | self._place(place)

    def _words(self, community: str) -> Row:
        self.number += 1
        category = self.dice.pick(CATEGORIES)
        lane = self.dice.pick(grid_names(community)).removesuffix("网格")
        building = f"{lane}{self.dice.whole(1, 28)}号"
        words = self.dice.pick(DESCRIPTIONS[category]).format(lane=lane, building=building)
        source = self.dice.pick(("app", "app", "app", "wechat", "hotline", "worker", "worker"))
        name, phone = self.people.next_person()
        row: Row = dict.fromkeys(TICKET_COLUMNS, "")
        return row | {
            "external_id": f"SAMPLE-{self.number:04d}", "category": category, "source": source,
            "description": words, "system": SOURCES[source], "contact_name": name,
            "contact_phone": phone, "invented": "yes", "due_after_h": DUE_AFTER_H[category],
            "reported_min_before": self.dice.whole(0, 9),
        }  # fmt: skip

    def _place(self, place: Place) -> Row:
        return dict(zip(("lon", "lat"), to_degrees(place), strict=True))


def ticket_rows(divisions: Divisions) -> list[Row]:
    """All tickets, the oldest first; what the time columns mean says `moments.materialise`."""
    clerk = _Clerk(divisions)
    rows = [clerk.ticket(leaf) for leaf in _every_grid_then_busy_ones(divisions, clerk.dice)]
    rows += [clerk.ticket_outside(place) for place in _beyond(divisions)]
    closed, still_open = rows[OPEN:], rows[:OPEN]
    closed = clerk.dice.shuffled(closed)
    today_closed = OF_TODAY - OPEN_OF_TODAY
    for k, row in enumerate(closed):
        _date_closed(row, k, today_closed, clerk.dice)
    for due_in_h, row in zip(DUE_IN_H, still_open, strict=True):
        _date_open(row, due_in_h, clerk.dice)
    for row in rows:
        if row["system"] != "wgs84":
            lon, lat = from_wgs84(row["lon"], row["lat"], str(row["system"]))
            row["lon"], row["lat"] = round(lon, 7), round(lat, 7)
    return sorted(rows, key=lambda row: str(row["external_id"]))


def _every_grid_then_busy_ones(divisions: Divisions, dice: Dice) -> Iterator[Leaf]:
    """One ticket for each grid, the rest where most people live."""
    yield from dice.shuffled(divisions.later)
    busy = [leaf for leaf in divisions.later if leaf.code[9] == "0"]
    for _ in range(TOTAL - OUTSIDE - len(divisions.later)):
        yield dice.pick(busy)


def _owners(leaves: list[Leaf]) -> dict[int, str]:
    """Block to grid code; a special grid comes before the base grid it lies on."""
    ordered = sorted(leaves, key=lambda leaf: leaf.kind == "special")
    return {block: leaf.code for leaf in ordered for block in leaf.blocks}


def _date_closed(row: Row, k: int, today: int, dice: Dice) -> None:
    row["step"] = "rate"
    due_after_h = int(str(row["due_after_h"]))
    row["closed_after_h"] = round(dice.between(0.05, 1.08) * due_after_h, 1)
    row["fraction"] = _hour(dice)
    if k < today:
        row["day"], row["fraction"] = "0", round(0.1 + 0.15 * k, 4)
        row["closed_after_h"] = round(dice.between(0.5, 3.0), 1)
    elif k < today + HISTORY:
        month = dice.whole(0, 21)
        row["day"] = f"{2023 + month // 12}-{month % 12 + 1:02d}-{dice.whole(3, 28):02d}"
    else:
        row["day"] = str(-dice.whole(6, LATELY_DAYS))


def _date_open(row: Row, due_in_h: float, dice: Dice) -> None:
    row["due_in_h"] = due_in_h
    row["due_after_h"] = ""
    later = DUE_IN_H.index(due_in_h) - (OPEN - OPEN_OF_TODAY)
    row["step"] = dice.pick(("handle", "handle", "handle", "inspect", "feedback"))
    row["day"], row["fraction"] = str(-dice.whole(1, 2)), _hour(dice)
    if later >= 0:
        row["step"] = "assign" if later == 0 else "handle"
        row["day"], row["fraction"] = "0", round(0.17 + 0.12 * later, 4)
    elif due_in_h < 0:
        row["day"] = str(-dice.whole(5, 8))


def _hour(dice: Dice) -> float:
    """A time of day as a fraction: people report by day."""
    return round((7.0 + 7.5 * (dice.unit() + dice.unit())) / 24.0, 4)


def _beyond(divisions: Divisions) -> Iterator[Place]:
    """Three places outside every grid, within 500 m of the border."""
    mesh, relief = divisions.ground.mesh, divisions.ground.relief
    for name, gap in (("o2", 180.0), ("o5", 260.0), ("o7", 330.0)):
        arc = relief.arcs[name]
        middle = len(arc) // 2
        (ax, ay), (bx, by) = mesh.places[arc[middle - 1]], mesh.places[arc[middle + 1]]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        x, y = mesh.places[arc[middle]]
        yield x - (by - ay) / length * gap, y + (bx - ax) / length * gap
