"""The reporter follows by number and secret: what he sees, says, is told, and how he rates it; and nobody else does.

Long because it is his whole way through one report.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from gisgrid.api.app import create_app
from gisgrid.settings import Settings
from tests.api.conftest import GRIDS, District
from tests.api.test_photos import JPEG, add, ask, look, new_ticket
from tests.conftest import url_of
from tests.drawing import spot
from tests.pictures import encode, plain

NAMES = ("王一", "赵三", "钱四", "000-0000-0001", "周七")


def follow(district: District, own: tuple[str, str], path: str = "", **sent: Any) -> Any:
    """The reporter asks, or sends JSON."""
    headers = {"X-Report-Secret": own[1]}
    url = f"/api/v1/reports/{own[0]}{path}"
    if sent:
        return district.client().post(url, json=sent, headers=headers)
    return district.client().get(url, headers=headers)


def send_photo(district: District, own: tuple[str, str], photo: bytes) -> Any:
    headers = {**JPEG, "X-Report-Secret": own[1]}
    return district.client().post(f"/api/v1/reports/{own[0]}/photos", content=photo, headers=headers)


def act(district: District, who: str, number: str, path: str, **sent: Any) -> int:
    method = "PUT" if path in ("clock", "place", "category") else "POST"
    status: int = district.client(who).request(method, f"/api/v1/tickets/{number}/{path}", json=sent).status_code
    return status


def to_feedback(district: District, number: str) -> None:
    for step in ("inspect", "feedback"):
        ask(district, "SELECT app.take_step(:n, :s, 'boss', 'admin')", n=number, s=step)


def test_he_sees_facts_his_words_and_who_has_it_but_no_people(district: District) -> None:
    own = new_ticket(district, contact_name="周七(虚构)", contact_phone="000-0000-7777")
    act(district, "wang", own[0], "steps", step="inspect", note="只给同事看")
    answer = follow(district, own)
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["number"], report["category"], report["description"]) == (own[0], "hazard", "井盖松动")
    assert report["grid"]["code"] == GRIDS["A"]
    assert report["step"] == "inspect"
    steps = [step["step"] for step in report["steps"]]
    assert steps == ["report", "assign", "handle", "inspect", "feedback", "rate"]
    assert (report["assignee"]["role_zh"], report["assignee"]["area"]) == ("网格员", GRIDS["A"])
    assert report["due_at"].endswith("+08:00") and report["closed_at"] is None
    assert report["may"] == {"add_photos": True, "answer": False, "rate": False}
    assert (report["talk"], report["photos"], report["rating"]) == ([], [], None)
    assert not [name for name in (*NAMES, "只给同事看", "7777") if name in answer.text]


def test_a_public_post_gives_its_name_and_a_department_its_own(district: District) -> None:
    lon, lat = spot(0.5, 1.5)
    own = new_ticket(district, lon=lon, lat=lat)
    assignee = follow(district, own).json()["assignee"]
    assert (assignee["role"], assignee["department"], assignee["name"]) == ("centre", "城管", None)
    ask(district, "UPDATE core.post SET is_public = true, title = '城管窗口' WHERE department = '城管'")
    shown = follow(district, own).json()["assignee"]
    assert (shown["name"], shown["title"]) == ("赵三(虚构)", "城管窗口")
    ask(district, "UPDATE core.post SET is_public = false WHERE department = '城管'")


def test_a_wrong_secret_is_like_an_unknown_number_at_every_door(district: District) -> None:
    own, other = new_ticket(district), new_ticket(district)
    photo_id = send_photo(district, own, encode(plain())).json()["photo_id"]
    unknown = follow(district, ("20260101-999999", own[1])).json()
    for wrong in ("", "x", other[1], own[1][:-1], own[1].upper() + "é", own[1] + " x"):
        sent = wrong.encode("latin-1").decode("latin-1")
        for path, body in (
            ("", {}),
            (f"/photos/{photo_id}", {}),
            ("/answers", {"text": "x"}),
            ("/rating", {"score": 5}),
        ):
            headers = {b"X-Report-Secret": sent.encode("latin-1")}
            url = f"/api/v1/reports/{own[0]}{path}"
            client = district.client()
            answer: Any = client.post(url, json=body, headers=headers) if body else client.get(url, headers=headers)
            assert (answer.status_code, answer.json()) == (404, unknown), (wrong, path)
        assert (
            send_photo(district, (own[0], wrong.encode("ascii", "ignore").decode()), encode(plain())).status_code == 404
        )
    assert follow(district, other, f"/photos/{photo_id}").status_code == 404, "a photo of somebody else's report"


def test_secrets_are_guessed_so_often_and_no_more(district: District) -> None:
    own = new_ticket(district)
    url = url_of(district.url, str(make_url(district.url).database), "gisgrid_api")
    app = create_app(Settings(pool_size=2, tries_per_hour=3), url)
    right, wrong = {"X-Report-Secret": own[1]}, {"X-Report-Secret": "0" * 32}
    path = f"/api/v1/reports/{own[0]}"
    with TestClient(app, client=("192.0.2.7", 4)) as guesser:
        other = TestClient(app, client=("192.0.2.8", 4))
        assert guesser.get(path, headers=right).status_code == 200
        assert [guesser.get(path, headers=wrong).status_code for _ in range(5)] == [404, 404, 404, 429, 429]
        assert guesser.get(path, headers=right).status_code == 429, "else the right one would be told"
        assert other.get(path, headers=right).status_code == 200


def test_his_photos_are_his_for_a_day_and_while_he_is_asked(district: District) -> None:
    own = new_ticket(district)
    photo = send_photo(district, own, encode(plain()))
    assert photo.status_code == 201, photo.text
    assert (photo.json()["kind"], photo.json()["actor"], photo.json()["gps_hint"]) == ("report", None, None)
    add(district, "wang", own[0], encode(plain()))
    report = follow(district, own).json()
    assert [p["photo_id"] for p in report["photos"]] == [photo.json()["photo_id"]], "what staff added is theirs"
    shown = follow(district, own, f"/photos/{photo.json()['photo_id']}?size=small")
    assert shown.headers["content-type"] == "image/jpeg"
    [theirs] = [p["photo_id"] for p in look(district, "boss", own[0]).json()["photos"] if p["kind"] == "work"]
    assert follow(district, own, f"/photos/{theirs}").status_code == 404
    ask(district, "UPDATE work.ticket SET received_at = received_at - interval '25 h' WHERE number = :n", n=own[0])
    late = send_photo(district, own, encode(plain(left=(1, 2, 3))))
    assert (late.status_code, follow(district, own).json()["may"]["add_photos"]) == (409, False)
    assert act(district, "north", own[0], "clock", state="paused", reason="请补充照片") in (200, 201)
    assert send_photo(district, own, encode(plain(left=(1, 2, 3)))).status_code == 201


def test_he_answers_while_the_clock_waits_for_him(district: District) -> None:
    own = new_ticket(district)
    assert follow(district, own, "/answers", text="早了").status_code == 409
    due = follow(district, own).json()["due_at"]
    assert act(district, "south", own[0], "answers", text="您好") == 403
    assert act(district, "wang", own[0], "answers", text="请问井盖在路的哪一侧？") == 201
    assert act(district, "north", own[0], "clock", state="paused", reason="等上报人") in (200, 201)
    asked = follow(district, own)
    assert asked.json()["waits_for_you"] and asked.json()["may"]["answer"]
    assert "等上报人" not in asked.text, "the reason is for staff"
    ask(
        district,
        "WITH p AS (UPDATE work.pause SET paused_at = paused_at - interval '2 h' FROM work.ticket AS t"
        " WHERE t.ticket_id = pause.ticket_id AND t.number = :n RETURNING pause.ticket_id)"
        " UPDATE work.clock AS c SET paused_at = c.paused_at - interval '2 h' FROM p WHERE p.ticket_id = c.ticket_id",
        n=own[0],
    )
    answer = follow(district, own, "/answers", text="  在北侧  ")
    assert answer.status_code == 201, answer.text
    report = answer.json()
    said = [(one["is_yours"], one["text"]) for one in report["talk"]]
    assert said == [(False, "请问井盖在路的哪一侧？"), (True, "在北侧")]
    assert not report["waits_for_you"]
    later = datetime.fromisoformat(report["due_at"]) - datetime.fromisoformat(due)
    assert timedelta(hours=2) <= later < timedelta(hours=2, minutes=1)
    assert follow(district, own, "/answers", text="再说一句").status_code == 409
    history = look(district, "boss", own[0]).json()["history"]
    assert [e["action"] for e in history] == ["received", "told", "paused", "answered"]
    assert history[-1]["actor"] is None
    topics = ask(
        district,
        "SELECT o.topic, o.payload FROM work.outbox AS o JOIN work.ticket USING (ticket_id) WHERE number = :n"
        " AND topic IN ('ticket.told', 'ticket.answered') ORDER BY outbox_id",
        n=own[0],
    )
    assert [topic for topic, _ in topics] == ["ticket.told", "ticket.answered"]
    assert "北侧" not in json.dumps(topics, ensure_ascii=False) and "井盖" not in json.dumps(topics, ensure_ascii=False)


def test_in_feedback_his_rating_closes_the_ticket(district: District) -> None:
    own = new_ticket(district)
    early = follow(district, own, "/rating", score=5)
    assert (early.status_code, early.json()["errors"][0]["message"]) == (409, "it is not done yet")
    to_feedback(district, own[0])
    assert follow(district, own).json()["may"]["rate"]
    rated = follow(district, own, "/rating", score=4, words="很快，就是有点吵")
    assert rated.status_code == 201, rated.text
    report = rated.json()
    assert (report["step"], report["closed_at"] is not None, report["rating"]["score"]) == ("rate", True, 4)
    again = follow(district, own, "/rating", score=1)
    assert (again.status_code, again.json()["errors"][0]["message"]) == (409, "it has been rated")
    ticket = look(district, "north", own[0]).json()
    assert (ticket["rating"]["score"], ticket["rating"]["words"]) == (4, "很快，就是有点吵")
    assert [(e["action"], e["to_step"], e["actor"]) for e in ticket["history"][-2:]] == [
        ("step", "rate", None), ("rated", "rate", None),
    ]  # fmt: skip
    told = ask(
        district,
        "SELECT app.public_payload(o.payload) FROM work.outbox AS o JOIN work.ticket USING (ticket_id)"
        " WHERE number = :n AND topic = 'ticket.rated'",
        n=own[0],
    )
    assert told == [({"score": 4},)]


def test_a_closed_one_is_rated_for_thirty_days(district: District) -> None:
    for days, status in ((29, 201), (31, 409)):
        own = new_ticket(district)
        to_feedback(district, own[0])
        assert act(district, "north", own[0], "steps", step="rate") == 201
        ask(
            district,
            "UPDATE work.ticket SET closed_at = now() - :d * interval '1 day' WHERE number = :n",
            d=days,
            n=own[0],
        )
        assert follow(district, own, "/rating", score=2).status_code == status, days


def test_one_that_was_opened_again_is_rated_again(district: District) -> None:
    own = new_ticket(district)
    to_feedback(district, own[0])
    assert follow(district, own, "/rating", score=1).status_code == 201
    ask(district, "UPDATE work.ticket SET step = 'feedback', closed_at = NULL WHERE number = :n", n=own[0])
    assert follow(district, own, "/rating", score=5).json()["rating"]["score"] == 5


def test_he_is_no_role_that_staff_could_use(district: District) -> None:
    own = new_ticket(district)
    to_feedback(district, own[0])
    assert act(district, "chengguan", own[0], "steps", step="rate") == 403
    steps = look(district, "boss", own[0]).json()["next_steps"]
    assert [s["roles"][-1] for s in steps if s["step"] == "rate"] == ["reporter"]


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/rating", {"score": 0}),
        ("/rating", {"score": 6}),
        ("/rating", {"score": "5"}),
        ("/rating", {"score": 3, "words": "\0"}),
        ("/rating", {"score": 3, "stars": 1}),
        ("/answers", {"text": "   "}),
        ("/answers", {"text": 7}),
    ],
)
def test_what_is_wrong_is_refused_with_the_field(district: District, path: str, sent: dict[str, Any]) -> None:
    answer = follow(district, new_ticket(district), path, **sent)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in {*sent, "body"}


def test_staff_tell_him_also_after_closing(district: District) -> None:
    own = new_ticket(district)
    ask(district, "UPDATE work.ticket SET closed_at = now() WHERE number = :n", n=own[0])
    assert act(district, "wang", own[0], "answers", text="已经换了新井盖") == 201
    assert follow(district, own).json()["talk"][0]["text"] == "已经换了新井盖"
    assert act(district, "wang", "none-such", "answers", text="x") == 404
    assert datetime.fromisoformat(follow(district, own).json()["talk"][0]["at"]) <= datetime.now(UTC)
