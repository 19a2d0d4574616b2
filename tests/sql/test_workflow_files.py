"""A template of steps from a file: it works at once; one in which a ticket could be lost changes nothing."""

import json
from pathlib import Path

import pytest

from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import GisgridError, Refused, Unreadable
from gisgrid.tickets.workflows import load_workflow
from tests.refusing import refusal
from tests.sql.notices import ask, make_district, report

GOOD = """
workflow = "repair"
name_zh = "维修闭环"
name_en = "repair loop"

[[step]]
step = "waits"
name_zh = "待派"
name_en = "waits"
begins = "unrouted"
due_hours = 2
due_unit = "working"

[[step]]
step = "work"
name_zh = "维修"
name_en = "work"
begins = "routed"

[[step]]
step = "asked"
name_zh = "等待住户"
name_en = "asked"

[[step]]
step = "done"
name_zh = "完成"
name_en = "done"
closes = true

[[transition]]
from = "waits"
to = "work"
roles = ["dispatcher", "admin"]

[[transition]]
from = "work"
to = "asked"
roles = ["worker", "admin"]
needs = ["note"]
clock = "stop"

[[transition]]
from = "asked"
to = "work"
roles = ["worker", "admin"]
clock = "start"

[[transition]]
from = "work"
to = "done"
roles = ["worker", "admin"]
needs = ["note"]
"""


@pytest.fixture(scope="module", autouse=True)
def district(owner: Database) -> None:
    make_district(owner)


def write(folder: Path, body: str) -> Path:
    path = folder / "flow.toml"
    path.write_text(body, encoding="utf-8")
    return path


def take(owner: Database, number: str, step: str, note: str | None = None) -> str | None:
    with owner.transaction(EVERYTHING) as connection:
        return refusal(connection, "SELECT app.take_step(:n, :s, 'boss', 'admin', :note)", n=number, s=step, note=note)


def test_a_template_works_with_what_it_needs_and_the_clocks_it_turns(owner: Database, tmp_path: Path) -> None:
    assert load_workflow(owner, write(tmp_path, GOOD)) == "repair"
    ask(
        owner,
        "INSERT INTO work.category (category, name_zh, name_en, workflow, due_hours)"
        " VALUES ('lift', '电梯(测试)', 'lift', 'repair', 24)",
    )
    [number] = report(owner, category="lift")
    assert take(owner, number, "work") is None
    assert take(owner, number, "asked") == "needs_note"
    assert take(owner, number, "asked", "住户不在家") is None
    paused = "SELECT paused_at IS NOT NULL FROM work.clock JOIN work.ticket USING (ticket_id) WHERE number = :n"
    assert ask(owner, paused, n=number) == [(True,)]
    assert take(owner, number, "work") is None
    assert ask(owner, paused, n=number) == [(False,)]
    with pytest.raises(Refused, match="tickets are in work"):
        load_workflow(owner, write(tmp_path, GOOD.replace('"work"', '"mend"')))
    with pytest.raises(Refused, match="tickets are in work"):
        load_workflow(owner, write(tmp_path, GOOD.replace('begins = "routed"', 'begins = "routed"\ncloses = true')))
    assert load_workflow(owner, write(tmp_path, GOOD.replace('needs = ["note"]\nclock', "clock"))) == "repair"
    assert take(owner, number, "asked") is None
    assert take(owner, number, "work") is None
    assert take(owner, number, "done", "已修好") is None


def test_a_step_can_want_a_photo_that_was_taken_in_it(owner: Database, tmp_path: Path) -> None:
    body = GOOD.replace("repair", "proof")
    head, _, tail = body.rpartition('needs = ["note"]')
    load_workflow(owner, write(tmp_path, f'{head}needs = ["photo"]{tail}'))
    ask(
        owner,
        "INSERT INTO work.category (category, name_zh, name_en, workflow, due_hours)"
        " VALUES ('wall', '围墙(测试)', 'wall', 'proof', 24)",
    )
    [number] = report(owner, category="wall")
    photo = (
        "INSERT INTO work.photo (ticket_id, kind, name, sha256, width, height, bytes, media_type)"
        " SELECT ticket_id, 'work', md5(:name), sha256(:name ::bytea), 1, 1, 1, 'image/jpeg' FROM work.ticket"
        " WHERE number = :n"
    )
    ask(owner, photo, n=number, name="before")
    assert take(owner, number, "work") is None
    assert take(owner, number, "done") == "needs_photo", "the one that is there is of the step before"
    ask(owner, photo, n=number, name="after")
    assert take(owner, number, "done") is None


BAD = [
    ("workflow = ", "= no", "no TOML"),
    ('"repair"', '"Repair Loop"', "workflow"),
    ('begins = "routed"', 'begins = "yes"', "step 2 begins"),
    ("due_hours = 2", 'due_hours = "2"', "step 1 due_hours"),
    ("due_hours = 2", "due_hours = 0", "step 1 due_hours"),
    ('name_zh = "维修"', "", "step 2 name_zh"),
    ("closes = true", "closed = true", "step 4 closed"),
    ('to = "asked"', 'to = "nowhere"', "there is no step nowhere"),
    ('step = "asked"', 'step = "work"', "it is there twice"),
    ('needs = ["note"]\nclock', 'needs = ["coffee"]\nclock', "transition 2 needs"),
    ('roles = ["dispatcher", "admin"]', "roles = []", "transition 1 roles"),
    ('roles = ["dispatcher", "admin"]', 'roles = ["mayor"]', "a role that nobody can have"),
    ("closes = true", "", "no step closes a ticket"),
    ('begins = "unrouted"', "", "one step must be where a report waits"),
    ('to = "done"', 'to = "waits"', "no step closes a ticket"),
]


@pytest.mark.parametrize(("old", "new", "why"), BAD)
def test_a_file_that_is_wrong_changes_nothing(owner: Database, tmp_path: Path, old: str, new: str, why: str) -> None:
    before = ask(owner, "SELECT to_jsonb(t) FROM work.transition AS t ORDER BY 1::text")
    body = GOOD.replace("repair", "other").replace(old.replace("repair", "other"), new, 1)
    with pytest.raises(GisgridError) as refused:
        load_workflow(owner, write(tmp_path, body))
    assert isinstance(refused.value, Refused | Unreadable)
    assert why in str(refused.value)
    assert ask(owner, "SELECT to_jsonb(t) FROM work.transition AS t ORDER BY 1::text") == before


def test_the_verb(
    owner_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))
    path = str(write(tmp_path, GOOD.replace("repair", "mending")))
    assert run(["load", "workflow", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"workflow": "mending"}
    assert run(["load", "workflow", str(tmp_path / "none.toml")]) != 0
    assert "name a file that is there" in capsys.readouterr().err
