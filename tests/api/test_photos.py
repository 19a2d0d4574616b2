"""Photos of tickets through the doors: who may add and see them, what is kept, what is refused."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.settings import Settings
from gisgrid.tickets import darkroom
from tests.api.conftest import District
from tests.api.test_reports import INSIDE_A, body
from tests.drawing import spot
from tests.pictures import encode, plain, taken_at

JPEG = {"Content-Type": "image/jpeg"}


def new_ticket(district: District, **more: Any) -> tuple[str, str]:
    """Number and secret of a new report in grid A."""
    receipt = district.client().post("/api/v1/reports", json=body(**more)).json()
    return receipt["number"], receipt["secret"]


def add(district: District, who: str, number: str, photo: bytes, **headers: str) -> Any:
    return district.client(who).post(f"/api/v1/tickets/{number}/photos", content=photo, headers={**JPEG, **headers})


def look(district: District, who: str, path: str, **headers: str) -> Any:
    return district.client(who).get(f"/api/v1/tickets/{path}", headers=headers)


def settings_of(district: District) -> Settings:
    settings: Settings = district.app.state.settings
    return settings


def files_of(district: District) -> list[Path]:
    return sorted(path for path in settings_of(district).photos.rglob("*") if path.is_file())


def ask(district: District, sql: str, **values: Any) -> list[Any]:
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        result = connection.execute(text(sql), values)
        rows = [tuple(row) for row in result] if result.returns_rows else []
    owner.close()
    return rows


def test_a_photo_is_kept_without_its_exif_and_its_place_is_a_hint(district: District) -> None:
    number, _ = new_ticket(district)
    lon, lat = INSIDE_A
    answer = add(district, "wang", number, encode(plain(), exif=taken_at(lon, lat + 0.001, orientation=6)))
    assert answer.status_code == 201, answer.text
    photo = answer.json()
    hint = photo.pop("gps_hint")
    assert (hint["lon"], hint["lat"], hint["system"]) == (pytest.approx(lon), pytest.approx(lat + 0.001), "wgs84")
    assert hint["distance_m"] == pytest.approx(110.8, abs=0.5)
    assert (photo["kind"], photo["actor"], photo["width"], photo["height"]) == ("work", "wang", 40, 64)
    shown = look(district, "north", f"{number}/photos/{photo['photo_id']}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"].startswith("private")
    assert shown.headers["content-disposition"].startswith("inline; filename=")
    assert len(shown.content) == photo["bytes"]
    assert b"geheim" not in shown.content and not Image.open(io.BytesIO(shown.content)).getexif()
    again = look(district, "north", f"{number}/photos/{photo['photo_id']}", **{"If-None-Match": shown.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    small = look(district, "north", f"{number}/photos/{photo['photo_id']}?size=small")
    assert Image.open(io.BytesIO(small.content)).size == (40, 64)
    ticket = look(district, "boss", number).json()
    assert ticket["photos"] == look(district, "boss", f"{number}/photos").json()["photos"] == [photo]
    event = ticket["history"][-1]
    assert (event["action"], event["actor"]) == ("photographed", "wang")
    assert event["detail"] == {"photo_id": photo["photo_id"], "kind": "work"}
    held = ask(
        district, "SELECT f::text FROM work.photo AS f JOIN work.ticket USING (ticket_id) WHERE number = :n", n=number
    )
    assert "113.8" not in held[0][0], "its place is not kept"


SEES = {"boss": True, "north": True, "wang": True, "watch": True, "south": False, "chengguan": False}


def test_photos_are_seen_and_added_exactly_where_the_words_are(district: District) -> None:
    number, _ = new_ticket(district)
    photo_id = add(district, "wang", number, encode(plain())).json()["photo_id"]
    paths = (f"{number}/photos", f"{number}/photos/{photo_id}", f"{number}/photos/{photo_id}?size=small")
    assert [look(district, "", path).status_code for path in paths] == [401] * 3
    for shade, (who, sees) in enumerate(SEES.items()):
        ticket = look(district, who, number).json()
        assert ("photos" in ticket, "rating" in ticket, "description" in ticket) == (sees,) * 3
        assert [look(district, who, path).status_code for path in paths] == [200 if sees else 403] * 3, who
        photo = encode(plain(left=(shade * 20, 0, 0)))
        assert add(district, who, number, photo).status_code == (201 if sees else 403), who
    assert "photos" not in look(district, "", number).json()
    assert look(district, "boss", "none-such/photos").status_code == 404
    other, _ = new_ticket(district)
    assert look(district, "boss", f"{other}/photos/{photo_id}").status_code == 404, "it is another ticket's"


def test_photos_go_with_a_ticket_that_moves(district: District) -> None:
    number, _ = new_ticket(district)
    add(district, "wang", number, encode(plain()))
    lon, lat = spot(0.5, 1.5)
    place = {"lon": lon, "lat": lat, "system": "wgs84"}
    assert district.client("boss").put(f"/api/v1/tickets/{number}/place", json=place).status_code == 200
    assert len(look(district, "south", f"{number}/photos").json()["photos"]) == 1
    assert len(look(district, "chengguan", f"{number}/photos").json()["photos"]) == 1, "a department that has it"
    assert look(district, "north", f"{number}/photos").status_code == 403


def test_without_a_login_nothing_else_is_looked_at(district: District) -> None:
    for number, photo in (("none-such", b""), (new_ticket(district)[0], b"x" * 100)):
        assert add(district, "", number, photo).status_code == 401


def test_the_same_photo_again_is_the_one_there_is(district: District) -> None:
    number, _ = new_ticket(district)
    photo = encode(plain())
    before = len(files_of(district))
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: add(district, "wang", number, photo), range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert len({answer.json()["photo_id"] for answer in answers}) == 1
    assert len(files_of(district)) == before + 2
    assert len([e for e in look(district, "boss", number).json()["history"] if e["action"] == "photographed"]) == 1


def test_a_ticket_has_so_many_photos_and_the_refused_one_leaves_no_file(district: District) -> None:
    number, _ = new_ticket(district)
    ask(
        district,
        "INSERT INTO work.photo (ticket_id, kind, name, sha256, width, height, bytes)"
        " SELECT ticket_id, 'work', md5(number || i), sha256(convert_to(i::text, 'UTF8')), 1, 1, 1"
        " FROM work.ticket, generate_series(1, :most) AS i WHERE number = :n",
        n=number,
        most=settings_of(district).photos_per_ticket,
    )
    before = files_of(district)
    answer = add(district, "wang", number, encode(plain()))
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["message"] == "it has 12 photos"
    assert files_of(district) == before


def test_a_closed_ticket_takes_no_more(district: District) -> None:
    number, _ = new_ticket(district)
    ask(district, "UPDATE work.ticket SET closed_at = now() WHERE number = :n", n=number)
    assert add(district, "wang", number, encode(plain())).status_code == 409


def test_a_file_that_is_missing_is_said_to_be(district: District) -> None:
    number, _ = new_ticket(district)
    photo_id = add(district, "wang", number, encode(plain())).json()["photo_id"]
    [[name]] = ask(district, "SELECT name FROM work.photo WHERE photo_id = :id", id=photo_id)
    (settings_of(district).photos / name[:2] / f"{name}.jpg").unlink()
    answer = look(district, "wang", f"{number}/photos/{photo_id}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    [fault] = answer.json()["errors"]
    assert "missing" in fault["message"] and "GISGRID_PHOTO_DIR" in fault["remedy"]


REFUSED: dict[str, tuple[bytes, dict[str, str], str]] = {
    "nothing": (b"", {}, "no photo in it"),
    "a page": (b"<script>alert(1)</script>", {}, "no JPEG, PNG or WebP"),
    "a form": (b"--x\r\n", {"Content-Type": "multipart/form-data; boundary=x"}, "a form"),
    "cut short": (encode(plain())[:-40], {}, "cut short"),
    "HEIC by another name": (b"\0\0\0\x18ftypheic" + b"\0" * 64, {}, "HEIC"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_422_with_place_and_remedy(district: District, name: str) -> None:
    photo, headers, told = REFUSED[name]
    answer = add(district, "boss", new_ticket(district)[0], photo, **headers)
    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    assert told in fault["message"] and fault["remedy"] and fault["field"] in ("body", "Content-Type")


def test_too_many_at_once_are_told_to_come_again(district: District) -> None:
    number, _ = new_ticket(district)
    for _ in range(darkroom.WAITING):
        assert darkroom._places.acquire(blocking=False)
    try:
        answer = add(district, "wang", number, encode(plain()))
    finally:
        darkroom._places.release(darkroom.WAITING)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert add(district, "wang", number, encode(plain())).status_code == 201


def test_the_name_of_the_type_does_not_matter(district: District) -> None:
    for sent in ("application/x-www-form-urlencoded", "application/json"):
        answer = add(district, "boss", new_ticket(district)[0], encode(plain(), "PNG"), **{"Content-Type": sent})
        assert answer.status_code == 201, (sent, answer.text)


def test_bodies_are_long_at_these_doors_only(district: District) -> None:
    number, secret = new_ticket(district)
    noise = Image.effect_noise((900, 900), 90).convert("RGB")
    photo = encode(noise, "PNG", compress_level=0)
    assert settings_of(district).max_body_bytes < len(photo) < settings_of(district).photo_max_bytes
    assert add(district, "wang", number, photo).status_code == 201
    own = {**JPEG, "X-Report-Secret": secret}
    sent = district.client().post(f"/api/v1/reports/{number}/photos", content=photo, headers=own)
    assert sent.status_code == 201
    other = district.client("wang").post(f"/api/v1/tickets/{number}/steps", content=photo, headers=JPEG)
    assert other.status_code == 413
    too_long = add(district, "wang", number, b"\xff" * (settings_of(district).photo_max_bytes + 1))
    assert too_long.status_code == 413
    assert "15000000" in too_long.json()["errors"][0]["remedy"]
