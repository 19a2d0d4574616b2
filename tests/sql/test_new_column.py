"""A ticket's new column is a migration and an entry of the list: tried in a copy of the checkout, as CONTRIBUTING says.

The copy is changed by nothing but these two texts and the command that renews what is made of the list.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.house.tree import CHECKOUT, plant

MIGRATION = (
    "ALTER TABLE work.ticket ADD COLUMN weather text;\nCOMMENT ON COLUMN work.ticket.weather IS 'On that day';\n"
)
ENTRY = """\
    Field("weather", "天气", "Weather", "text", "ticket.weather", is_optional=True, note="on that day", notice=SAME,
          reporter=PLAIN, tile=SMALL, open311=PROTOCOL, load=LATER, page=SAME),
"""
LAST = '    Field("description", '
TRIED = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from sqlalchemy import text
from gisgrid.access import STRANGER
from gisgrid.api import answers
from gisgrid.api.tracking import FollowedReport
from gisgrid.instants import in_zone
from gisgrid.database import EVERYTHING, Database
from gisgrid.migrations import migrate
from gisgrid.notices.queue import Notice
from gisgrid.notices.wording import lines
from gisgrid.tickets.columns import choose_columns, read_pages
from gisgrid.tickets.exporting import Sheet, write_csv
from gisgrid.tickets.filtering import TicketFilter
from gisgrid.tickets.tracking import track_report
from gisgrid.tickets.listing import get_ticket, list_tickets
from tests.house import catalogue, doors
from gisgrid.tables import metadata
from gisgrid.settings import Settings

url, told = sys.argv[1], {}
migrate(url)
database = Database(url, role="")
with database.transaction(EVERYTHING) as connection:
    connection.execute(text("INSERT INTO core.network VALUES ('base', '基础网', 'base', 'free')"))
    report = {"network": "base", "zone": "UTC", "category": "hazard", "description": "x", "contact_name": None}
    row = connection.execute(text("SELECT * FROM app.receive_report(:r)"), {"r": json.dumps(report)}).one()
    connection.execute(text("UPDATE work.ticket SET weather = '=rain'"))
    told["list"] = list_tickets(connection, TicketFilter())[0][0]["weather"]
    told["detail"] = get_ticket(connection, row.number, STRANGER)["weather"]
    facts = connection.execute(text("SELECT app.public_facts(:id)"), {"id": row.ticket_id}).scalar_one()
    told["notice"] = facts["weather"]
    told["reporter"] = FollowedReport.model_validate(in_zone(track_report(connection, row.number), UTC)).step
    told["mapping"] = catalogue.unreal_columns(connection, metadata)
columns = choose_columns(private=False)
sheet = Sheet(columns, "zh", Settings().timezone)
pages = read_pages(database, TicketFilter(), columns)
told["file"] = b"".join(write_csv(pages, sheet)).decode("utf-8-sig").splitlines()
unknown = dict.fromkeys(Notice.__annotations__)
said = lines(Notice(**unknown | {"facts": facts, "topic": "ticket.step"}), Settings().timezone)
told["words"] = [[zh, value, en] for zh, value, en, _ in said][-1]
told["promise"] = answers.TicketSummary.model_json_schema()["properties"]["weather"]
told["faults"] = [fault for door in doors.DOORS for fault in doors.faults(door)]
told["viewer"] = "weather" in doors.page_names()
database.close()
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout's program, SQL, tiles and house checks, with the migration and the entry."""
    root = tmp_path_factory.mktemp("copy")
    leave = shutil.ignore_patterns("__pycache__", "static", "node_modules")
    for folder in ("gisgrid", "sql", "tiles", "tests/house", "viewer/src/i18n"):
        shutil.copytree(CHECKOUT / folder, root / folder, ignore=leave)
    fields = root / "gisgrid" / "ticket_fields.py"
    text = fields.read_text(encoding="utf-8")
    assert text.count(LAST) == 1
    fields.write_text(text.replace(LAST, ENTRY + LAST), encoding="utf-8")
    plant(root, {"sql/migrations/9999_add_weather.sql": MIGRATION, "tests/__init__.py": "", "tried.py": TRIED})
    run(root, "-m", "tests.house.field_tables")
    return root


def run(root: Path, *arguments: str) -> str:
    """What Python says in this copy, which it imports everything of the house from."""
    env = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, *arguments], cwd=root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_door_has_it(copy: Path, new_database: Callable[[], str]) -> None:
    told: dict[str, Any] = json.loads(run(copy, "tried.py", new_database()))
    assert (told["list"], told["detail"], told["notice"]) == ("=rain", "=rain", "=rain")
    header, row = (line.split(",") for line in told["file"])
    assert dict(zip(header, row, strict=True))["天气"] == "'=rain"
    assert told["words"] == ["天气", "=rain", "weather"]
    assert told["promise"] == {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "on that day",
                               "title": "Weather"}  # fmt: skip
    assert told["viewer"] is True
    assert told["reporter"] == "assign", "what a notice carries is left out where the reporter is not told it"
    assert told["mapping"] == told["faults"] == []


def test_what_is_touched_by_hand_is_two_files(copy: Path) -> None:
    """Beside them: what a command renews. The viewer's types and the schema dump are renewed by theirs."""
    made = {"viewer/src/i18n/fields.ts", "sql/app/notices/public_facts.sql"}
    changed = {
        name
        for path in copy.rglob("*")
        if path.is_file() and path.suffix in (".py", ".sql", ".ts", ".json", ".toml")
        for name in [path.relative_to(copy).as_posix()]
        if not (CHECKOUT / name).exists() or (CHECKOUT / name).read_bytes() != path.read_bytes()
    }
    assert changed - made - {"tests/__init__.py", "tried.py"} == {
        "gisgrid/ticket_fields.py",
        "sql/migrations/9999_add_weather.sql",
    }
