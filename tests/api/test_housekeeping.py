"""What is no longer needed goes, and nothing else: files without a row, contact and photos of reporters."""

import os
import time
from pathlib import Path

from gisgrid.database import OWNER, Database
from gisgrid.settings import Settings
from gisgrid.tickets.housekeeping import clear_photos, erase_reporters
from tests.api.conftest import District
from tests.api.test_photos import JPEG, add, ask, look, new_ticket, settings_of
from tests.pictures import encode, plain


def test_files_without_a_row_are_cleared_away_after_a_day_and_nothing_else(district: District, tmp_path: Path) -> None:
    number, _ = new_ticket(district)
    settings = Settings(photo_dir=str(settings_of(district).photos))
    photo_id = add(district, "wang", number, encode(plain())).json()["photo_id"]
    [[name]] = ask(district, "SELECT name FROM work.photo WHERE photo_id = :id", id=photo_id)
    place = settings.photos / name[:2]
    young, old, others = f"{'0' * 24}{name[24:]}", f"{'1' * 24}{name[24:]}", f"{'2' * 32}"
    files = [f"{n}{e}" for n in (young, old, others) for e in (".jpg", ".small.jpg")] + [f".{old}.jpg.part", "cat.jpg"]
    for file in files:
        (place / file).write_bytes(b"x")
    for path in place.iterdir():
        if not path.name.startswith(young):
            os.utime(path, (time.time() - 90_000,) * 2)
    owner = Database(district.url, role=OWNER)
    assert clear_photos(owner, settings) == 3
    assert clear_photos(owner, Settings(photo_dir=str(tmp_path / "none"))) == 0
    owner.close()
    left = {path.name for path in place.iterdir()}
    gone = {f"{old}.jpg", f"{old}.small.jpg", f".{old}.jpg.part"}
    assert left >= {f"{name}.jpg", f"{name}.small.jpg", *files} - gone
    assert not left & gone


def test_contact_and_photos_of_reporters_are_erased_long_after_closing(district: District) -> None:
    old, secret = new_ticket(district, contact_name="周七(虚构)", contact_phone="000-0000-0007")
    own = {**JPEG, "X-Report-Secret": secret}
    district.client().post(f"/api/v1/reports/{old}/photos", content=encode(plain()), headers=own)
    add(district, "wang", old, encode(plain()))
    young, _ = new_ticket(district, contact_name="吴八(虚构)")
    is_open, _ = new_ticket(district, contact_name="郑九(虚构)")
    for number, days in ((old, 366), (young, 364)):
        ask(
            district,
            "UPDATE work.ticket SET closed_at = now() - :d * interval '1 day' WHERE number = :n",
            n=number,
            d=days,
        )
    owner = Database(district.url, role=OWNER)
    assert erase_reporters(owner, 365, batch=1) == 1
    assert erase_reporters(owner, 365) == 0
    owner.close()
    ticket = look(district, "boss", old).json()
    assert ticket["contact"] == {"name": None, "phone": None}
    assert [photo["kind"] for photo in ticket["photos"]] == ["work"]
    assert (ticket["history"][-1]["action"], ticket["history"][-1]["detail"]) == (
        "erased",
        {"contact": True, "photos": 1},
    )
    assert look(district, "boss", young).json()["contact"]["name"] == "吴八(虚构)"
    assert look(district, "boss", is_open).json()["contact"]["name"] == "郑九(虚构)"
