"""What the sources tell of, walked over HTTP by whoever does it there: 江南区's six steps, 灌南's write-off loop."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.database import EVERYTHING, OWNER, Database
from tests.api.conftest import GRIDS, NORTH, District
from tests.api.test_reports import body
from tests.drawing import spot

TICKETS, CLOSED = 250, 247


@pytest.fixture(scope="module")
def owner(district: District) -> Iterator[Database]:
    database = Database(district.url, role=OWNER)
    yield database
    database.close()


def report(district: District, **more: Any) -> tuple[str, str]:
    """A resident reports; the ticket's number, and the step that it is in."""
    answer = district.client().post("/api/v1/reports", json=body(**more))
    assert answer.status_code == 201, answer.text
    return answer.json()["number"], answer.json()["step"]


def step(district: District, who: str, number: str, name: str, note: str) -> int:
    """Somebody takes a step; the answer's status."""
    client = district.client(who)
    status: int = client.post(f"/api/v1/tickets/{number}/steps", json={"step": name, "note": note}).status_code
    return status


def counted(district: District, area: str) -> dict[str, int]:
    """The counters of an area."""
    figures: dict[str, int] = district.client().get("/api/v1/counters", params={"area": area}).json()
    return figures


SIX_STEPS = [
    ("handle", "north", "分流到网格", ["", "south", "wang"]),
    ("inspect", "wang", "井盖已更换", ["", "south"]),
    ("feedback", "north", "现场复查合格", ["", "south", "wang"]),
    ("rate", "wang", "居民满意", ["", "south", "chengguan"]),
]
"""Which step, who takes it, with which words, and who may not."""


def test_the_six_steps_of_jiangnan(district: District, owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:  # nobody is on duty, so that a person hands it out
        connection.execute(text("UPDATE core.post SET valid_to = now() WHERE valid_to = 'infinity'"))
    before = counted(district, GRIDS["A"])
    number, first = report(district, description="井盖松动")
    now = counted(district, GRIDS["A"])
    assert [now[key] - before[key] for key in ("total", "open", "today", "done")] == [1, 1, 1, 0]
    states = [first]
    for name, who, note, others in SIX_STEPS:
        refused = [step(district, other, number, name, "不行") for other in others]
        assert refused == [401 if other == "" else 403 for other in others], name
        assert step(district, who, number, "rate" if name != "rate" else "handle", "跳过") == 409
        assert step(district, who, number, name, note) == 201
        states.append(district.client().get(f"/api/v1/tickets/{number}").json()["step"])
    assert states == ["assign", "handle", "inspect", "feedback", "rate"]
    done = district.client("north").get(f"/api/v1/tickets/{number}").json()
    walked = [(e["action"], e["from_step"], e["to_step"], e["actor"], e["note"]) for e in done["history"]]
    steps = zip(states, states[1:], SIX_STEPS, strict=False)
    assert [event[1:] for event in walked if event[0] == "step"] == [(a, b, s[1], s[2]) for a, b, s in steps]
    assert walked[0][0] == "received"
    times = [event["at"] for event in done["history"]]
    assert times == sorted(times) and done["closed_at"] >= times[-2]
    after = counted(district, GRIDS["A"])
    assert (after["done"], after["open"]) == (before["done"] + 1, before["open"])
    assert step(district, "north", number, "rate", "再评") == 409


def test_the_write_off_loop_of_guannan_and_its_closing_rate(district: District, owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("UPDATE work.category SET workflow = 'write_off' WHERE category = 'livelihood'"))
    before = {code: counted(district, code) for code in ("360302", NORTH, *GRIDS.values())}
    places = [spot(0.5, 0.5), spot(2.5, 0.5), spot(1.5, 1.5)]
    reported = []
    for n in range(TICKETS):
        lon, lat = places[n % 3]
        reported.append(report(district, category="livelihood", lon=lon, lat=lat, description=f"楼道堆物 {n}"))
    for n, (number, first) in enumerate(reported[:CLOSED]):
        if first == "assign":
            assert step(district, "watch", number, "handle", "指派") == 201
        _write_off(district, number, is_sent_back=n % 50 == 0)
    after = {code: counted(district, code) for code in before}
    new = {code: {k: after[code][k] - before[code][k] for k in ("total", "done", "open")} for code in before}
    assert new["360302"] == {"total": TICKETS, "done": CLOSED, "open": TICKETS - CLOSED}
    assert new["360302"]["done"] / new["360302"]["total"] == pytest.approx(0.988)
    for key in ("total", "done", "open"):
        assert sum(new[code][key] for code in GRIDS.values()) == new["360302"][key]
        assert new[GRIDS["A"]][key] + new[GRIDS["B"]][key] == new[NORTH][key]
    listed = district.client("watch").get("/api/v1/tickets", params={"category": "livelihood", "limit": 1000})
    still = {ticket["number"]: ticket["step"] for ticket in listed.json()["tickets"] if not ticket["closed_at"]}
    assert set(still) == {number for number, _ in reported[CLOSED:]}


def _write_off(district: District, number: str, *, is_sent_back: bool) -> None:
    """处理, 督查 (who may send it back), 销号, which a supervisor alone does."""
    if is_sent_back:
        assert step(district, "watch", number, "supervise", "已处理") == 201
        assert step(district, "watch", number, "handle", "督查不合格") == 201
    assert step(district, "watch", number, "supervise", "已处理") == 201
    assert not is_sent_back or step(district, "north", number, "write_off", "销号") == 403
    assert step(district, "watch", number, "write_off", "销号") == 201
