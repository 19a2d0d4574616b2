"""The recipe "Add a role" of CONTRIBUTING.md, followed to the letter in a copy of the checkout: one file is new."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url, text

from gisgrid.api.app import create_app
from tests.api.conftest import GRIDS, NORTH, PATIENT, District, add_people, import_areas
from tests.conftest import url_of
from tests.drawing import spot
from tests.house.tree import CHECKOUT

COPIED = ("gisgrid", "sql", "tiles", "sample_geojson")
DATABASE = "gisgrid_new_role"
NAME = "guanjia"


def read_recipe() -> str:
    """The lines of SQL that CONTRIBUTING.md gives under "Add a role"."""
    words = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipe = words.partition("**Add a role.**")[2].partition("\n**")[0]
    return "\n".join(line[4:] for line in recipe.splitlines() if line.startswith("    ")) + "\n"


def follow_recipe(folder: Path) -> Path:
    """A copy of what runs, with the migration that the recipe asks for."""
    for name in COPIED:
        shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("static", "__pycache__"))
    last = max(int(path.name[:4]) for path in (folder / "sql" / "migrations").glob("*.sql"))
    (folder / "sql" / "migrations" / f"{last + 1:04}_add_steward.sql").write_text(read_recipe(), encoding="utf-8")
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    found = (path for name in COPIED for path in (folder / name).rglob("*") if path.is_file())
    kept = (path for path in found if not {"static", "__pycache__"} & set(path.parts))
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept}


def run(copy: Path, url: str, *arguments: str) -> str:
    """What a program of the copy says, run over this database."""
    env = {**os.environ, "GISGRID_DATABASE_URL": url, "GISGRID_DATA_DIR": str(copy / "data")}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return follow_recipe(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def district(server_url: str, copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """The district of the other tests over a database that the copy made, with a steward in its northern town."""
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {DATABASE}"))
    url = url_of(server_url, DATABASE)
    run(copy, url, "-c", "import sys; from gisgrid.migrations import migrate; migrate(sys.argv[1])", url)
    import_areas(url, tmp_path_factory)
    secrets = add_people(url)
    said = run(copy, url, "-m", "gisgrid", "user", "add", NAME, "--role", "steward", "--area", NORTH)
    secrets[NAME] = said.split()[-1]
    app = create_app(
        replace(PATIENT, data_dir=tmp_path_factory.mktemp("data")),
        url_of(url, str(make_url(url).database), "gisgrid_api"),
    )
    with TestClient(app):
        yield District(app, secrets, url)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {DATABASE} WITH (FORCE)"))
    admin.dispose()


def test_one_file_is_new_and_none_is_changed(copy: Path) -> None:
    before, after = files_of(CHECKOUT), files_of(copy)
    assert [name for name in after if after[name] != before.get(name)] == sorted(set(after) - set(before))
    assert [name.split("/")[:2] for name in set(after) - set(before)] == [["sql", "migrations"]]
    assert set(before) <= set(after)


def test_the_new_role_signs_in_and_is_told_what_it_may(district: District) -> None:
    answer = district.client().post("/api/v1/sessions", json={"name": NAME, "secret": district.secrets[NAME]})
    assert answer.status_code == 201
    assert (answer.json()["role"], answer.json()["may"]) == (
        "steward",
        ["hand_over", "hand_to_department", "read_private"],
    )


def test_its_names_are_told_to_everybody(district: District) -> None:
    roles = district.client().get("/api/v1/config").json()["roles"]
    assert {"role": "steward", "name_zh": "街区管家", "name_en": "street steward"} in roles
    assert {"role": "building_head", "name_zh": "楼栋长", "name_en": "building head"} in roles
    assert len({one["role"] for one in roles}) == len(roles)


def test_it_hands_a_ticket_over_and_may_not_whistle(district: District) -> None:
    lon, lat = spot(0.5, 0.5)
    report = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": "井盖松动"}
    received = district.client().post("/api/v1/reports", json=report).json()
    assert received["grid"]["code"] == GRIDS["A"]
    steward, door = district.client(NAME), f"/api/v1/tickets/{received['number']}"
    handed = steward.post(f"{door}/assignment", json={"department": "城管", "note": "转城管"})
    assert (handed.status_code, handed.json()["department"]) == (201, "城管")
    refused = steward.post(f"{door}/whistles", json={"departments": ["城管"]})
    assert refused.status_code == 403
    (fault,) = refused.json()["errors"]
    assert "steward" in fault["message"] and fault["remedy"]
    assert "街区管家" in fault["message_zh"] and fault["remedy_zh"]


def test_a_layer_that_its_rows_do_not_name_is_shut(district: District) -> None:
    assert district.client(NAME).get("/tiles/camera/14/13479/6866.mvt").status_code == 403
