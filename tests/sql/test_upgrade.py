"""The last landed state with data is upgraded: every answer is the same, and everybody works on.

Long because everything that changed on purpose since is said here, and compared all the same.
The files in `tests/fixtures/landed` are what a user has; its README says how they were made. One story, in order.
"""

import lzma
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gisgrid.cluster import Cluster
from gisgrid.database import OWNER, Database
from gisgrid.migrations import migrate
from gisgrid.settings import Settings
from gisgrid.worker import work
from tests.drawing import draw, spot
from tests.fixtures.landed.make import DATABASE, read_answers
from tests.sql.asking import Case, ask_everything, differences, read_case
from tests.sql.doors import LOGIN, Doors, serving
from tests.sql.dumping import restore
from tests.sql.lived_in import CODES, NORTH, SHAPES
from tests.sql.servers import ask, ensure, free_port, private_settings
from tests.sql.working import Worker

LOST = ("app.stage_leaves", "app.to_follow")
"""Functions that a dump of the landed state does not bring back: their bodies compare geometries in BEGIN ATOMIC."""


@dataclass
class Landed:
    """A private server with the landed database in it, as far as a restore brings it."""

    settings: Settings
    cluster: Cluster
    errors: list[str]
    case: Case
    answers: dict[str, Any]


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    path = tmp_path_factory.mktemp("landed") / "database.sql"
    path.write_bytes(lzma.decompress(DATABASE.read_bytes()))
    case, answers = read_answers()
    with private_settings() as settings:
        cluster = ensure(settings)
        yield Landed(settings, cluster, restore(cluster, path), read_case(case), answers)


@pytest.fixture(scope="module")
def upgraded(landed: Landed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """The doors of the upgraded database."""
    assert migrate(landed.cluster.owner_url) is True
    with serving(landed.settings, landed.cluster) as app:
        folder: Path = tmp_path_factory.mktemp("files")
        yield Doors(landed.settings, landed.cluster, folder, app, dict(landed.case.secrets))


def test_the_fixture_is_the_landed_state(landed: Landed) -> None:
    ledger = "SELECT string_agg(left(name, 4), ' ' ORDER BY name) FROM public.gisgrid_migration WHERE name <> 'app'"
    assert ask(landed.cluster.owner_url, ledger) == " ".join(f"{number:04}" for number in range(1, 21))
    assert landed.errors, "a dump that restores whole is not what users have"
    assert [error for error in landed.errors if not _is_expected(error)] == []


def _is_expected(error: str) -> bool:
    return any(name in error for name in LOST) or error.startswith("operator is not unique: public.geometry")


@pytest.mark.timeout(900)  # 4,800 answers; 40 s on two free cores
def test_every_answer_is_the_same(upgraded: Doors, landed: Landed) -> None:
    landed.answers |= {question: outside_is_unsure(question, answer) for question, answer in landed.answers.items()}
    now = {
        question: without_networks(answer, landed.answers.get(question))
        for question, answer in ask_everything(upgraded, landed.case).items()
    }
    assert len(now) > 4000
    before = {question: without_points(answer, now.get(question)) for question, answer in landed.answers.items()}
    before = as_a_stranger(without_former_grids(before, now), "pen")
    now = {question: answer for question, answer in now.items() if question in before}
    assert before != landed.answers
    found = differences(*({q: without_words(q, one) for q, one in side.items()} for side in (before, now)), words=False)
    assert not found, f"{len(found)} of {len(now)} answers differ:\n" + "\n".join(found[:40])


def without_words(question: str, answer: Any) -> Any:  # noqa: C901  # a case a door
    """An answer without what describes it to a reader: a tile's fields by name, a style without its metadata.

    Of a preview's arrows without their ends, of a draft's problems without their points: these lie within a drawn grid,
    and move a little where a slit of the last digit between two of its parts is closed.
    """
    body = answer["body"] if isinstance(answer, dict) else None
    if not isinstance(body, dict):
        return answer
    if "/style/" in question:
        body = {key: value for key, value in body.items() if key not in ("metadata", "layers", "state")}
    elif "/tiles/camera/" in question and "camera" in body:  # below zoom 15 they are squares of other places now
        dots = [one["properties"] for one in body["camera"]["features"] if one["geometry"]["type"] == "Point"]
        body = {"cameras": sum(one.get("count") or 1 for one in dots)}
    elif "/tiles/" in question and "area" in body:  # the name comes before the code now
        named = [one | {"properties": _unlabelled(one["properties"])} for one in body["area"]["features"]]
        body = body | {"area": body["area"] | {"features": named}}
    elif "vector_layers" in body:  # and the code has a field of its own
        plain = {"description": None}
        layers = [one | plain | {"fields": sorted(set(one["fields"]) - {"sub"})} for one in body["vector_layers"]]
        body = body | {"vector_layers": layers, "description": None}
    elif "/worklists" in question:
        body = body | {"near_edge": body["near_edge"] and True}
    elif question.endswith("/preview"):
        arrows = [(one, one["geometry"]) for one in body.get("features", [])]
        body = body | {"features": [one | {"geometry": arrow and arrow["coordinates"][0]} for one, arrow in arrows]}
    elif "/changesets/" in question and "problems" in body:
        body = body | {"problems": [one | {"lon": None, "lat": None} for one in body["problems"]]}
    elif "/lineage" in question:  # entries of one date come by code now, not as they were written
        sides = {side: sorted(body[side], key=lambda e: (e["valid_from"], e["code"])) for side in ("from", "to")}
        body = body | sides
    elif (
        "/locate" in question
    ):  # the foot of the distance is found in degrees now: half a millimetre in a hundred metres
        distance = body["assignment"]["distance_to_edge_m"]
        near = None if distance is None else round(distance, 2)
        body = body | {"assignment": body["assignment"] | {"distance_to_edge_m": near}}
    elif "vector_layers" in body:
        body = body | {"vector_layers": [one | {"fields": sorted(one["fields"])} for one in body["vector_layers"]]}
    return answer | {"body": body}


def outside_is_unsure(question: str, before: Any) -> Any:
    """The same where no grid holds a point: its confidence is 0, and a ticket there is on the list `no_grid` only."""
    if isinstance(before, dict) and "list=near_edge" in question:
        kept = [one for one in before["body"].get("tickets", []) if one["assignment"]["method"] != "none"]
        return before | {"body": before["body"] | {"tickets": kept}} if "tickets" in before["body"] else before
    if question.startswith("sql locate") and isinstance(before, list):
        return [_unsure(row) for row in before]
    if "/api/v1/locate" in question and "assignment" in before["body"]:
        return before | {"body": before["body"] | {"assignment": _unsure(before["body"]["assignment"])}}
    return before


def _unsure(found: Any) -> Any:
    return found | {"confidence": 0.0} if isinstance(found, dict) and found.get("method") == "none" else found


def _unlabelled(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in ("label", "sub")}


def without_points(before: Any, now: Any) -> Any:
    """An answer of the landed state as it would be today, where one thing has changed on purpose.

    How the grid of a private point was found, and how surely, is empty for whoever does not see the private half.
    """
    if isinstance(before, dict) and isinstance(now, dict):
        told = {key: without_points(value, now.get(key)) for key, value in before.items()}
        if "description" not in now and {"method", "confidence"} <= now.keys() and now["method"] is None:
            told |= {"method": None, "confidence": None}
        return told
    if not isinstance(before, list) or not isinstance(now, list) or len(before) != len(now):
        return before
    for method, confidence in (("method", "confidence"), ("Method", "Confidence"), ("落格方式", "把握")):
        if before and isinstance(before[0], list) and method in before[0]:
            empty = {before[0].index(name) for name in (method, confidence)}
            return [
                [value if n not in empty or shown[n] else "" for n, value in enumerate(row)]
                for row, shown in zip(before, now, strict=True)
            ]
    return [without_points(*pair) for pair in zip(before, now, strict=True)]


ADDED = {
    "network", "together_with", "published_by", "cameras", "doubt", "oidc", "followers", "public_words", "last_patrol",
    "nearest_patrols", "home", "filters", "needs_words", "place", "area_name", "name",
}  # fmt: skip
COLUMNS = ("网", "Network", "位置存疑", "Location in doubt")
"""What answers say since: whose network it is; the further areas of a change set; who published it."""
OF_PEOPLE = ("/api/v1/tickets", "/api/v1/figures", "/api/v1/ranking", "/style/", "/tiles/patrol/")
"""Where an editor is answered like a stranger now: who draws sees no words, contacts, exact places and trails."""


def without_networks(now: Any, before: Any) -> Any:
    """An answer of today without what the landed state did not say yet."""
    if isinstance(now, dict) and isinstance(before, dict):
        return {
            key: without_networks(value, before.get(key))
            for key, value in now.items()
            if key in before or key not in ADDED
        }
    if not isinstance(now, list) or not isinstance(before, list) or not now or not before:
        return now
    if isinstance(now[0], list) and isinstance(before[0], list):
        later = {now[0].index(name) for name in COLUMNS if name in now[0] and name not in before[0]}
        if later:
            return [[value for place, value in enumerate(row) if place not in later] for row in now]
    return [without_networks(*pair) for pair in zip(now, before, strict=True)] if len(now) == len(before) else now


def without_former_grids(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The same where another thing has changed on purpose: one home came to B with ground of A.

    It is counted in B at every date, and Open311 does not say when it came.
    """
    told = dict(before)
    for question in before:
        there = question.replace(f"area={CODES['A']}", f"area={CODES['B']}").replace('{"area": 1,', '{"area": 16,')
        if "counters" in question and there != question:
            left, came = _counted(before[question], now[question]), _counted(now[there], before[there])
            if left and came:  # both areas were there at that date
                assert left == came and set(left.values()) <= {0, 1}, question
                told |= {question: now[question], there: now[there]}
        elif question.endswith("/open311/v2/requests.json"):
            known = {one["service_request_id"]: one for one in now[question]["body"]}
            shown = [one | _earlier(one, known[one["service_request_id"]]) for one in before[question]["body"]]
            told[question] = before[question] | {"body": shown}
    return told


def as_a_stranger(before: dict[str, Any], editor: str) -> dict[str, Any]:
    """The same where an editor asks for what tells of people: a stranger's answer, and none where that is refused."""
    told = dict(before)
    for question in before:
        asker, _, path = question.partition(" ")
        if asker == editor and path.startswith(OF_PEOPLE):
            strange = before.get(f"stranger {path}")
            own = ".csv" in path or "list=" in path or path.startswith("/style/")  # his columns, lists and layers
            if isinstance(strange, dict) and strange.get("status") == 200 and not own:
                told[question] = strange
            else:
                del told[question]
    return told


def _counted(more: Any, fewer: Any) -> dict[str, int]:
    """How many more does one answer of a counter count than another?"""
    one, other = (side["body"] if isinstance(side, dict) else side[0] if side else {} for side in (more, fewer))
    return {key: value - other[key] for key, value in one.items()} if "total" in one and "total" in other else {}


def _earlier(before: Any, now: Any) -> dict[str, str]:
    then, today = before["updated_datetime"], now["updated_datetime"]
    return {"updated_datetime": today} if today < then else {}


def test_the_service_is_ready_and_a_second_upgrade_changes_nothing(upgraded: Doors, landed: Landed) -> None:
    ready = upgraded.client().get("/readyz")
    assert ready.status_code == 200, ready.text
    assert migrate(landed.cluster.owner_url) is False


def test_the_migrations_have_filled_the_kept_sums(upgraded: Doors, landed: Landed) -> None:
    url = landed.cluster.owner_url
    kept = "SELECT count(DISTINCT (post_id, department)) > 2 AND sum(received) FILTER (WHERE span = 'year') > 9"
    assert ask(url, f"{kept} FROM work.post_sum")
    assert ask(url, "SELECT sum(received) FILTER (WHERE span = 'year') FROM work.post_sum") == ask(
        url, "SELECT count(*) - (SELECT count(*) FROM work.post_change WHERE NOT was_there) FROM work.ticket"
    )
    assert (
        ask(url, "SELECT count(*) FROM (SELECT FROM app.wrong_sum() UNION ALL SELECT FROM app.wrong_post_sum()) x") == 0
    )


def test_tickets_follow_what_was_published_before_the_upgrade(upgraded: Doors, landed: Landed) -> None:
    """The last redraw was published while no worker ran."""
    lon, lat = spot(1.5, 3.5)
    there = upgraded.client().get(f"/api/v1/locate?lon={lon}&lat={lat}&system=wgs84").json()["grid"]["code"]
    number = _number_of(upgraded, "will follow")
    assert (_grid(upgraded, number), there) == (CODES["I"], CODES["J"])
    owner = Database(landed.cluster.owner_url, role=OWNER, statement_timeout_s=60)
    assert work(owner) > 0
    owner.close()
    assert _grid(upgraded, number) == there


def test_work_goes_on(upgraded: Doors) -> None:
    staff = Worker(upgraded)
    staff.reports_and_closes()
    staff.publishes_and_undoes()


def test_an_editor_signs_in_with_his_old_secret_and_publishes(upgraded: Doors) -> None:
    Worker(upgraded).draws_as_qgis_does(LOGIN, NORTH, CODES["B"], CODES["F"], SHAPES, draw("..BB\n..BF\n..FF"))


def test_up_starts_over_the_upgraded_data_directory(upgraded: Doors) -> None:
    where = ["--data-dir", str(upgraded.settings.data_dir), "--db-port", str(upgraded.settings.db_port)]
    command = [sys.executable, "-m", "gisgrid", "up", "--smoke", "--no-sample", "--port", str(free_port()), *where]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    assert "every door answers" in done.stderr


def _number_of(doors: Doors, word: str) -> str:
    tickets = doors.client("boss").get("/api/v1/tickets?limit=1000").json()["tickets"]
    return next(str(ticket["number"]) for ticket in tickets if ticket["description"] == f"{word}(虚构)")


def _grid(doors: Doors, number: str) -> str:
    return str(doors.client("boss").get(f"/api/v1/tickets/{number}").json()["grid"]["code"])
