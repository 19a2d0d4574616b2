"""A district with something of everybody's in it, each with a mark of its own, and what each account must not read."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, create_engine, text

from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.layers import all_layers, thing_layers
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.api.probes import PREFIX, Pools, Thing
from tests.drawing import spot

SPOTS = {"A": (0.31, 0.52), "B": (2.53, 0.44), "C": (0.27, 1.36), "nowhere": (1.51, 3.07)}
CODES = {**GRIDS, "nowhere": "360302"}
WHO = {"north": NORTH, "wang": GRIDS["A"], "chengguan": "no area", "south": SOUTH, "painter": NORTH, "": "no area"}


@dataclass(frozen=True)
class Marked:
    """The district with something of everybody's in it, each with its marks, and the tickets' secrets by number."""

    things: list[Thing]
    secrets: dict[str, str]

    def hidden(self, name: str) -> list[Thing]:
        """What this account must not read."""
        area, department = WHO[name], "城管" if name == "chengguan" else "nobody's"
        return [
            t
            for t in self.things
            if not (t.code.startswith(area) and (t.is_on_map or name != "painter")) and t.department != department
        ]

    def pools(self, name: str, chance: random.Random) -> Pools:
        """Values that this account would try."""
        numbers = [t.number for t in self.things if t.number]
        codes = ["360302", NORTH, SOUTH, f"{SOUTH}001", *GRIDS.values(), "360302999"]
        times = ["2026-01-01", "2030-01-01T00:00:00+08:00", ""]
        pools: dict[str, list[Any]] = dict.fromkeys(("code", "area", "parent", "alias"), codes)
        pools |= dict.fromkeys(("at", "as_recorded", "from", "to"), times)
        pools |= {
            "number": guesses(numbers, chance),
            "secret": [*self.secrets.values(), "0" * 32],
            "name": ["south", "boss", "watch"],
            "role": ["worker", "supervisor", "admin"],
            "category": ["hazard", "dispute"],
            "layers": layer_names(chance),
            "network": ["base"],
            "system": ["wgs84"],
            "theme": ["day"],
            "step": ["handle", "inspect", "feedback", ""],
            "bbox": ["113,27,115,29"],
            "limit": [1000, 1],
        }
        lon_lat = [spot(*place) for place in SPOTS.values()]
        return Pools(pools, lon_lat, [mark for thing in self.hidden(name) for mark in thing.marks])


def mark(district: District) -> Marked:
    """Reports in every grid and outside, with a step each; cameras, places, devices, pings, cells; posts."""
    made = [_report(district, key, kind, n) for n, (key, kind) in enumerate(_kinds(), start=1)]
    things = [thing for thing, _ in made]
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        things += [one for n, key in enumerate(SPOTS, start=50) for one in _overlay(connection, key, n)]
        things += list(_people(connection))
    owner.close()
    superuser = create_engine(district.url, isolation_level="AUTOCOMMIT")
    with superuser.connect() as plain:
        plain.exec_driver_sql("ANALYZE")  # so that what the planner keeps of values would show
    superuser.dispose()
    return Marked(things, {thing.number: secret for thing, secret in made})


def _kinds() -> list[tuple[str, str]]:
    return [(key, kind) for key in SPOTS for kind in ("hazard", "dispute") for _ in range(3)]


def _report(district: District, key: str, category: str, n: int) -> tuple[Thing, str]:
    mark = f"{PREFIX}{n:04}W"
    lon, lat = spot(*SPOTS[key])
    lon = round(lon + n * 1.234567e-6, 12)
    body = {"lon": lon, "lat": lat, "system": "wgs84", "category": category, "description": f"井盖 {mark}"}
    body |= {"contact_name": f"{mark}(虚构)", "contact_phone": f"000-{mark}"}
    told = district.client("boss").post("/api/v1/reports", json=body).json()
    step = district.client("boss").post(
        f"/api/v1/tickets/{told['number']}/steps", json={"step": "inspect", "note": f"到场 {mark}"}
    )
    assert step.status_code in (201, 409), step.text
    marks = (mark, str(lon)) if category == "dispute" else (mark,)
    department = told["assignee"].get("department", "")
    return Thing(marks, CODES[key], department, told["number"]), told["secret"]


SOURCE = " FROM ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS p, app.area_at(now()) AS v WHERE v.code = :code_of_area"


def _overlay(connection: Connection, key: str, n: int) -> tuple[Thing, Thing]:
    """A thing of each kind, and the trail of a worker."""
    lon, lat = spot(*SPOTS[key])
    mark, worker, cell = f"{PREFIX}{n:04}W", f"{PREFIX}{n + 10:04}W", 617_000_000_000_000_000 + n
    values = {"worker": worker, "cell": cell, "lon": lon, "lat": lat, "code_of_area": CODES[key]}
    loads = [(layer.table, layer.load.example) for layer in thing_layers().values() if layer.load]
    for table, example in loads:
        columns = ", ".join(example)
        chosen = ", ".join(f":{name}" for name in example)
        sql = f"INSERT INTO {table} ({columns}, area_id, path, geom) SELECT {chosen}, v.area_id, v.path, p"
        connection.execute(text(sql + SOURCE), {**values, **example, "code": mark, "name": mark})
    for sql in (
        "INSERT INTO overlay.ping (worker, at, path, cell, geom) SELECT :worker, now(), v.path, :cell, p",
        "INSERT INTO overlay.patrol_cell (cell, path, seen_at, geom) SELECT :cell, v.path, now(), ST_Expand(p, 0.0002)",
    ):
        connection.execute(text(sql + SOURCE), values)
    return Thing((mark,), CODES[key], is_on_map=True), Thing((worker, str(cell)), CODES[key])


def _people(connection: Connection) -> Iterator[Thing]:
    rows = connection.execute(
        text(
            "SELECT p.person_id, a.code, coalesce(department, '') AS department,"
            " row_number() OVER (ORDER BY p.person_id) + 80 AS n FROM core.person AS p"
            " JOIN core.post USING (person_id) JOIN core.area AS a USING (area_id)"
        )
    )
    for row in rows.all():
        mark = f"{PREFIX}{row.n:04}W"
        connection.execute(
            text("UPDATE core.person SET name = :mark, phone = '000-' || :mark WHERE person_id = :id"),
            {"mark": mark, "id": row.person_id},
        )
        yield Thing((mark,), row.code, row.department)


def layer_names(chance: random.Random) -> list[str]:
    """Every layer, alone and with others."""
    names = list(all_layers())
    return [*names, ",".join(names), *(",".join(chance.sample(names, 2)) for _ in range(6))]


def guesses(numbers: list[str], chance: random.Random) -> list[str]:
    """The numbers, and numbers like them."""
    near: list[str] = []
    for number in numbers:
        place = chance.randrange(len(number))
        near.append(number[:place] + chance.choice("0123456789") + number[place + 1 :])
    return numbers + near
