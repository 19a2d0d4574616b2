"""What happens to the tickets of the district that has lived: every state that a ticket can be in. Invented, all of it.

What is received here is due in ten years, and what is overdue was due years ago: none of it changes as a day passes.
"""

from typing import Any

from tests.drawing import spot
from tests.pictures import encode, plain
from tests.sql.doors import Doors
from tests.sql.lived_in import CODES, NORTH, Life, divide, leave_unfollowed, redraw, settle
from tests.sql.servers import ask

HISTORY = [  # number, category, received, due, closed, step, place in cells, words
    ("HX-1", "livelihood", "2023-05-02", "2023-05-05", "2023-05-04", "", 1.5, 0.5, "路灯不亮(虚构)"),
    ("HX-2", "hazard", "2023-06-10", "2023-06-11", "2023-06-13", "", 3.5, 1.5, "井盖松动(虚构)"),
    ("HX-3", "dispute", "2023-09-01", "2023-09-06", "", "inspect", 2.5, 0.7, "楼上漏水(虚构)"),
    ("HX-4", "livelihood", "2024-12-03", "2024-12-06", "2024-12-05", "", 6.5, 0.5, "垃圾堆放(虚构)"),
    ("HX-5", "hazard", "2025-02-28", "2025-03-02", "", "handle", 4.8, 1.8, "市场线路老化(虚构)"),
    ("HX-6", "consultation", "2025-07-01", "2025-07-03", "2025-07-02", "", 5.5, 2.5, "咨询公租房(虚构)"),
    ("HX-7", "livelihood", "2025-07-05", "2025-07-08", "", "assign", 0.5, 4.5, "=1+1 护栏破损(虚构)"),
    ("HX-8", "livelihood", "2025-08-01", "2025-08-03", "2025-08-02", "", 7.5, 3.5, "积水(虚构)"),
]
SET = ("parent", "duplicate", "category", "place", "clock")
LONG: dict[str, Any] = {"category": "road", "system": "wgs84"}


def live_there(doors: Doors) -> Life:
    """Make everything; what is needed to ask about it later."""
    life = Life()
    divide(doors)
    settle(doors)
    _load_history(doors)
    _add_targets_and_reports(doors, life)
    _receive(doors, life)
    _work(doors, life)
    redraw(doors, life)
    _work_on(doors, life)
    leave_unfollowed(doors, life)
    return life


def report(doors: Doors, life: Life, word: str, column: float, row: float, who: str = "", **body: Any) -> str:
    """A report at a place of the drawing; the ticket's number."""
    lon, lat = spot(column, row)
    body = {"lon": lon, "lat": lat, **LONG, "description": f"{word}(虚构)", **body}
    body = {name: value for name, value in body.items() if value is not None}
    life.receipts[word] = doors.send(who, "/reports", **body)
    return life.number(word)


def _load_history(doors: Doors) -> None:
    rows = ["external_id|source|category|received_at|due_at|closed_at|step|lon|lat|description"]
    for number, category, received, due, closed, step, column, row, words in HISTORY:
        lon, lat = spot(column, row)
        times = [f"{day}T10:00:00+08:00" if day else "" for day in (received, due, closed)]
        rows.append("|".join([number, "12345", category, *times, step, f"{lon:.7f}", f"{lat:.7f}", words]))
    doors.load("tickets", "\n".join(rows), "--system", "wgs84")


def _add_targets_and_reports(doors: Doors, life: Life) -> None:
    """A target that never answers, whose notices are parked; then others, for whom the rest waits."""
    doors.verb("notice", "target", "add", "lost", "https://lost.invalid/hook")
    report(doors, life, "told in vain", 2.5, 0.5)
    ask(doors.cluster.owner_url, "UPDATE work.delivery SET since = since - interval '80 hours'")  # tried since long ago
    assert doors.verb("notice", "send", "--once")["parked"] == 1
    chat = "https://chat.invalid/robot/send?access_token=invented"
    doors.verb("notice", "target", "add", "chat", chat, "--kind", "dingtalk", "--topic", "ticket.received")
    doors.verb(
        "notice", "target", "add", "desk", "desk@district.invalid", "--kind", "email", "--area", NORTH, "--words"
    )


def _receive(doors: Doors, life: Life) -> None:
    """Reports by every way: on an edge, unsure, outside, without a point, for somebody else, twice, by a device."""
    report(doors, life, "plain", 2.4, 0.4, contact_name="何若溪(虚构)", contact_phone="000-0001-0001")
    report(doors, life, "in chinese system", 4.6, 3.4, system="gcj02", who="wang", source="patrol")
    report(doors, life, "on an edge", 4.0, 3.5)
    report(doors, life, "unsure", 1.95, 3.5, accuracy_m=60)
    report(doors, life, "nearest", -0.02, 2.5, accuracy_m=30)
    report(doors, life, "outside", -2.0, 2.5)
    report(doors, life, "in the market", 4.8, 1.8, category="wire")
    report(doors, life, "private place", 2.6, 0.6, category="quarrel")
    report(doors, life, "pothole", 0.5, 2.5, category="pothole", client_ref="3e1c55f2-7a0e-4c39-9e0b-2f1f7c1f5a01")
    report(doors, life, "its own way", 1.5, 2.5, category="lift")
    nowhere: dict[str, Any] = {"lon": None, "lat": None, "system": None}
    report(doors, life, "by area", 0, 0, area=CODES["D"], **nowhere)
    report(doors, life, "by place", 0, 0, who="north", place="3栋(虚构)", **nowhere)
    report(doors, life, "somewhere", 0, 0, place_unknown=True, **nowhere)
    behalf = {"name": "施十六(虚构)", "phone": "000-0001-0002"}
    report(doors, life, "for another", 6.5, 0.5, who="north", source="hotline", on_behalf_of=behalf)
    report(doors, life, "would move", 6.5, 4.5)
    for word, column in (("split left", 0.5), ("split right", 1.5), ("corrected", 5.5), ("undone", 2.5)):
        report(doors, life, word, column, 2.5 if word == "corrected" else 1.5)
    life.token = doors.verb("device", "token", "YG-1")["token"]
    alarm = doors.client(Authorization=f"Bearer {life.token}").post(
        "/api/v1/alarms", json={"kind": "smoke", "value": 7}
    )
    assert alarm.status_code == 201, alarm.text
    life.receipts["alarm"] = alarm.json()
    lon, lat = spot(7.5, 4.5)
    form = {
        "service_code": "road",
        "lat": lat,
        "long": lon,
        "description": "井盖(虚构)",
        "api_key": doors.secrets["boss"],
    }
    sent = doors.client().post("/open311/v2/requests.json", data=form)
    assert sent.status_code == 201, sent.text


def _work(doors: Doors, life: Life) -> None:
    """Steps, notes, clocks, and who else works on it."""

    def do(who: str, word: str, what: str, **body: Any) -> dict[str, Any]:
        method = "PUT" if what in SET else "POST"
        return doors.send(who, f"/tickets/{life.number(word)}/{what}", method, **body)

    for word, column in (("closed", 2.2), ("rated", 2.3), ("reopened", 2.5), ("returned", 2.7), ("paused", 2.8),
                         ("answered", 2.9), ("handed over", 3.1), ("given away", 3.2), ("passed up", 3.3),
                         ("whole", 3.4), ("part", 3.5), ("first", 3.6), ("again", 3.61), ("whistled", 3.7),
                         ("elsewhere", 3.8), ("another thing", 3.9)):  # fmt: skip
        report(doors, life, word, column, 0.3)
    for word in ("closed", "reopened", "rated"):
        do("wang", word, "steps", step="inspect", note="现场看过(虚构)")
        do("north", word, "steps", step="feedback")
    for word in ("closed", "reopened"):
        do("north", word, "steps", step="rate")
    do("north", "reopened", "steps", step="handle", note="又坏了(虚构)")
    do("wang", "returned", "steps", step="assign", note="不归网格管(虚构)")
    for word in ("paused", "answered"):
        do("wang", word, "clock", state="paused", reason="请问几栋(虚构)")
    secret = {"X-Report-Secret": str(life.receipts["answered"]["secret"])}
    for path, word, body in (
        ("answers", "answered", {"text": "3栋(虚构)"}),
        ("rating", "rated", {"score": 4, "words": "好"}),
    ):
        headers = secret if word == "answered" else {"X-Report-Secret": str(life.receipts[word]["secret"])}
        answer = doors.client(**headers).post(f"/api/v1/reports/{life.number(word)}/{path}", json=body)
        assert answer.status_code == 201, answer.text
    do("wang", "closed", "answers", text="已经修好(虚构)")
    posts = doors.client("wang").get(f"/api/v1/tickets/{life.number('handed over')}/assignees").json()["posts"]
    head = next(post["post"] for post in posts if post["role"] == "building_head")
    do("wang", "handed over", "assignment", post=head, note="请楼长看看(虚构)")
    do("north", "given away", "assignment", department="城管")
    do("wang", "passed up", "escalation", note="网格解决不了(虚构)")
    do("north", "part", "parent", parent=life.number("whole"))
    do("north", "again", "duplicate", of=life.number("first"), note="同一件事(虚构)")
    called = do(
        "north", "whistled", "whistles", departments=["城管", "住建", "消防"], due_hours=87_000, note="一起来(虚构)"
    )
    whistles = {whistle["department"]: whistle["whistle"] for whistle in called["whistles"]}
    do("chengguan", "whistled", f"whistles/{whistles['城管']}", state="reported_in")
    do("chengguan", "whistled", f"whistles/{whistles['城管']}", state="done", note="清理完(虚构)")
    do("zhujian", "whistled", f"whistles/{whistles['住建']}", state="reported_in")
    do("north", "whistled", f"whistles/{whistles['消防']}", state="withdrawn")
    lon, lat = spot(6.5, 2.5)
    do("north", "elsewhere", "place", lon=lon, lat=lat, system="wgs84", note="地点说错(虚构)")
    do("north", "another thing", "category", category="wire", note="是线缆(虚构)")
    photo = doors.client("wang").post(f"/api/v1/tickets/{life.number('answered')}/photos", content=encode(plain()))
    assert photo.status_code == 201, photo.text


def _work_on(doors: Doors, life: Life) -> None:
    """After the redraws: one on new ground is closed, one comes in where an old grid was."""
    number = life.number("split right")
    doors.send("north", f"/tickets/{number}/steps", step="inspect", note="新网格处理(虚构)")
    report(doors, life, "on merged ground", 6.5, 0.6)
    report(doors, life, "will follow", 1.5, 3.5)
