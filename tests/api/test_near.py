"""Who is about to report sees what lies near and says "me, too": public facts alone, and nobody learns who said it."""

import uuid
from typing import Any

import pytest

from tests.api.conftest import GRIDS, District
from tests.api.test_photos import ask, look
from tests.api.test_reports import body
from tests.drawing import spot

HERE = spot(0.5, 0.5)


def send(district: District, **more: Any) -> str:
    lon, lat = HERE
    answer = district.client().post("/api/v1/reports", json=body(**{"lon": lon, "lat": lat, **more}))
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["number"]
    return number


def near(district: District, who: str = "", **more: Any) -> list[dict[str, Any]]:
    lon, lat = HERE
    answer = district.client(who).get("/api/v1/nearby", params={"lon": lon, "lat": lat, "system": "wgs84", **more})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["tickets"]
    return found


def me_too(district: District, number: str, key: str, method: str = "PUT") -> Any:
    return district.client().request(method, f"/api/v1/tickets/{number}/followers/{key}")


def test_the_nearest_first_with_its_distance_and_nothing_private(district: District) -> None:
    lon, lat = HERE
    away = send(district, lat=lat + 50 / 111_000)
    here = send(district, description="王一家门口的井盖", contact_phone="000-0000-7777")
    far = send(district, lat=lat + 150 / 111_000)
    found = [one for one in near(district) if one["number"] in (away, here, far)]
    assert [one["number"] for one in found] == [here, away]
    assert found[0]["distance_m"] == pytest.approx(0, abs=0.1)
    assert found[1]["distance_m"] == pytest.approx(50, abs=1)
    assert (found[0]["followers"], found[0]["words"], found[0]["category"]) == (0, None, "hazard")
    assert "王一" not in str(found) and "7777" not in str(found)
    assert far in [one["number"] for one in near(district, within_m=200)]
    assert near(district, "boss") == near(district)  # the same for everybody


@pytest.mark.parametrize("lat", [90, -90, 85.5])
def test_at_the_pole_there_is_nothing_and_no_fault(district: District, lat: float) -> None:
    assert near(district, lon=0, lat=lat, within_m=1000) == []


def test_what_happens_at_home_is_not_found_and_not_followed(district: District) -> None:
    home = send(district, category="dispute")
    assert home not in [one["number"] for one in near(district, "boss", within_m=1000, limit=100)]
    answer = me_too(district, home, str(uuid.uuid4()))
    assert answer.status_code == 409
    assert "not public" in answer.json()["errors"][0]["message"]
    assert look(district, "", home).json()["followers"] == 0


def test_the_same_person_counts_once_and_may_take_it_back(district: District) -> None:
    number, one, other = send(district), str(uuid.uuid4()), str(uuid.uuid4())
    assert me_too(district, number, one).json() == {"number": number, "followers": 1}
    assert me_too(district, number, one.upper()).json()["followers"] == 1
    assert me_too(district, number, other).json()["followers"] == 2
    assert look(district, "", number).json()["followers"] == 2
    assert next(n for n in near(district) if n["number"] == number)["followers"] == 2
    assert me_too(district, number, one, "DELETE").json()["followers"] == 1
    assert me_too(district, number, one, "DELETE").json()["followers"] == 1
    assert me_too(district, "19990101-000001", one).status_code == 404
    assert me_too(district, number, "not-a-key").status_code == 422


def test_a_closed_ticket_is_followed_by_nobody_new(district: District) -> None:
    number, early = send(district), str(uuid.uuid4())
    me_too(district, number, early)
    ask(district, "UPDATE work.ticket SET closed_at = clock_timestamp() WHERE number = :n", n=number)
    assert me_too(district, number, str(uuid.uuid4())).status_code == 409
    assert number not in [one["number"] for one in near(district)]
    assert me_too(district, number, early, "DELETE").json()["followers"] == 0


def test_nobody_can_tell_who_follows_or_that_one_person_follows_two(district: District) -> None:
    first, second, key = send(district), send(district), str(uuid.uuid4())
    for number in (first, second):
        me_too(district, number, key)
    rows = ask(
        district,
        "SELECT f.follower_sha256 FROM work.follower AS f JOIN work.ticket AS t USING (ticket_id)"
        " WHERE t.number IN (:first, :second)",
        first=first,
        second=second,
    )
    kept = [bytes(row[0]) for row in rows]
    assert len(set(kept)) == 2
    assert not [one for one in kept if uuid.UUID(key).bytes in one or key.encode() in one]
    assert key not in look(district, "boss", first).text


def test_staff_write_for_everybody_and_never_the_reporters_name(district: District) -> None:
    number = send(district, contact_name="周七(虚构)", contact_phone="000-0000-7777")

    def write(who: str, words: str | None) -> Any:
        return district.client(who).put(f"/api/v1/tickets/{number}/public_words", json={"words": words})

    assert write("", "x").status_code == 401
    assert write("south", "x").status_code == 403
    assert write("boss", "   ").status_code == 422
    assert write("boss", "x" * 401).status_code == 422
    answer = write("boss", " 井盖缺失，周七(虚构) 000-0000-7777 已报，明日修复 ")
    assert answer.status_code == 200, answer.text
    said = look(district, "", number).json()["public_words"]
    assert said.startswith("井盖缺失") and "明日修复" in said
    assert "7777" not in said and "周七(虚构)" not in said
    assert next(n for n in near(district) if n["number"] == number)["words"] == said
    assert look(district, "boss", number).json()["history"][-1]["action"] == "said_publicly"
    assert write("boss", None).json()["public_words"] is None
    assert look(district, "", number).json()["public_words"] is None


def test_words_are_optional_where_the_category_says_so(district: District) -> None:
    told = {one["id"]: one["needs_words"] for one in district.client().get("/api/v1/categories").json()}
    assert (told["hazard"], told["livelihood"], told["dispute"], told["consultation"]) == (False, False, True, True)
    lon, lat = HERE
    bare = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard"}
    answer = district.client().post("/api/v1/reports", json=bare)
    assert answer.status_code == 201, answer.text
    assert answer.json()["grid"]["code"] == GRIDS["A"]
    assert look(district, "boss", answer.json()["number"]).json()["description"] == ""
    for words in ({}, {"description": " \n "}):
        refused = district.client().post("/api/v1/reports", json={**bare, "category": "dispute", **words})
        assert refused.status_code == 422
        fault = refused.json()["errors"][0]
        assert (fault["field"], fault["message_zh"]) == ("description", "dispute 类上报要写明情况")


def test_a_category_takes_the_flag_from_above_unless_it_has_one(district: District) -> None:
    ask(
        district,
        "INSERT INTO work.category (category, parent, name_zh, name_en, due_hours, needs_words) VALUES"
        " ('hazard.gas', 'hazard', '燃气(测试)', 'gas', 24, NULL),"
        " ('hazard.other', 'hazard', '其他(测试)', 'other', 24, true)",
    )
    told = {one["id"]: one["needs_words"] for one in district.client().get("/api/v1/categories").json()}
    assert (told["hazard.gas"], told["hazard.other"]) == (False, True)
    ask(district, "DELETE FROM work.category WHERE parent = 'hazard' AND name_zh LIKE '%(测试)'")


def test_a_number_is_found_as_it_is_said_on_the_telephone(district: District) -> None:
    number = send(district)
    day, _, end = number.partition("-")
    said = end.lstrip("0")

    def hits(words: str) -> list[str]:
        found = district.client().get("/api/v1/search", params={"q": words}).json()["hits"]
        return [one["code"] for one in found if one["kind"] == "ticket"]

    for words in (number, said, f"{said}号", f" {said} 号 ", f"{day} {said}", f"{day}{end}", end):
        assert hits(words) == [number], words
    assert hits("999999999999") == []
    assert hits(f"A-{said}") == []
