"""Every door shows each field of a ticket, or leaves it out with a reason; what is made of the list is up to date."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from gisgrid.ticket_fields import DOORS, FIELDS, SAME, Door, Field, Left, shown_at
from tests.house import doors
from tests.house.field_tables import WRITERS
from tests.house.tree import CHECKOUT

WHY = Left("a reason that somebody gave")
ROGUE = Field("rogue", "冒名", "Rogue", "text", "ticket.rogue", notice=WHY, reporter=WHY, tile=WHY, open311=WHY,
              load=WHY, page=WHY, list=WHY, export=WHY)  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_a_door_shows_what_the_list_says(door: Door) -> None:
    assert doors.faults(door) == []


@pytest.mark.parametrize("door", DOORS)
def test_a_field_that_a_door_lacks_is_caught(door: Door) -> None:
    assert doors.faults(door, (*FIELDS, ROGUE)) == []
    assert doors.faults(door, (*FIELDS, replace(ROGUE, **{door: SAME}))) == [  # type: ignore[arg-type]
        f"{door}: rogue is promised and not there"
    ]


@pytest.mark.parametrize("door", DOORS)
def test_a_field_that_nobody_has_decided_about_is_caught(door: Door) -> None:
    assert doors.faults(door, (*FIELDS, replace(ROGUE, **{door: None}))) == [  # type: ignore[arg-type]
        f"{door}: nobody has decided about rogue"
    ]
    assert doors.faults(door, (*FIELDS, replace(ROGUE, **{door: Left("no")}))) == [  # type: ignore[arg-type]
        f"{door}: no reason for rogue"
    ]


@pytest.mark.parametrize("door", DOORS)
def test_what_a_door_shows_beside_the_list_is_caught(door: Door) -> None:
    name, field = next(iter(shown_at(door)))
    fewer = tuple(one for one in FIELDS if one is not field)
    assert doors.faults(door, fewer) == [f"{door}: {name} is in no list"]


def test_names_are_used_once() -> None:
    for door in DOORS:
        names = [name for name, _ in shown_at(door)]
        assert len(set(names)) == len(names), door
    for names in ([one.name for one in FIELDS], [one.zh for one in FIELDS], [one.en for one in FIELDS]):
        assert len(set(names)) == len(names)


def test_no_open_door_shows_what_is_private() -> None:
    assert doors.open_faults() == []
    assert doors.open_faults((replace(ROGUE, is_private=True, tile=SAME),)) == ["tile: rogue is private"]
    assert doors.open_faults((replace(ROGUE, tells_point=True, open311=SAME),)) == ["open311: rogue is private"]


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_made_of_the_list_is_up_to_date(name: str) -> None:
    made = (CHECKOUT / name).read_text(encoding="utf-8")
    assert made == WRITERS[name](FIELDS), "renew it: .venv/bin/python -m tests.house.field_tables"
    assert made != WRITERS[name]((*FIELDS, replace(ROGUE, notice=SAME)))


def test_a_notice_carries_what_the_list_says(db: Connection) -> None:
    db.execute(text("INSERT INTO core.network VALUES ('base', '基础网', 'base', 'free') ON CONFLICT DO NOTHING"))
    ticket = db.execute(
        text(
            "INSERT INTO work.ticket (number, network, category, workflow, step, path, method, confidence, reported_at,"
            " received_at, due_at) VALUES ('T-1', 'base', 'hazard', 'six_step', 'assign', '{0}', 'none', 1, now(),"
            " now(), now()) RETURNING ticket_id"
        )
    ).scalar_one()
    facts = db.execute(text("SELECT app.public_facts(:id)"), {"id": ticket}).scalar_one()
    assert set(facts) == {name.partition(".")[0] for name, _ in shown_at("notice")}, json.dumps(facts)
