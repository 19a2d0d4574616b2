"""`gisgrid load` and `gisgrid assign` as a user types them: results on stdout, talk on stderr, faults with a remedy."""

import json
from pathlib import Path

import pytest

from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, Database
from tests.drawing import draw, publish_leaves, spot


@pytest.fixture(scope="module", autouse=True)
def division(owner: Database) -> None:
    with owner.transaction(EVERYTHING) as connection:
        publish_leaves(connection, draw("AB"))


@pytest.fixture(autouse=True)
def settings(owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner_url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path))


def write(folder: Path, body: str, name: str = "file.csv") -> str:
    path = folder / name
    path.write_text(body, encoding="utf-8")
    return str(path)


LON, LAT = spot(0.5, 0.5)
FILES = {
    "posts": "area_code,role,person\nA,worker,吴一\n",
    "tickets": f"external_id,category,lon,lat,system,received_at\n1,hazard,{LON},{LAT},wgs84,2024-05-01\n",
    "cameras": f"code,name,lon,lat,system\n1,a,{LON},{LAT},wgs84\n",
    "places": f"code,name,kind,lon,lat,system\n1,a,gate,{LON},{LAT},wgs84\n",
    "pings": f"worker,at,lon,lat,system\nw1,2024-05-01T08:00:00Z,{LON},{LAT},wgs84\n",
}


@pytest.mark.parametrize("what", FILES)
def test_every_kind_of_file(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, FILES[what])
    assert run(["load", what, path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["loaded"] == 1
    assert run(["load", what, path]) == 0
    assert capsys.readouterr().out == f"{what}: 0 loaded, 0 changed, 1 there before\n"


def test_columns_are_mapped_and_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, f"nr,x,y,word,other\n7,{LON},{LAT},a=b,1\n")
    options = ["--map", "code=nr", "--map", "lon=x", "--map", "lat=y", "--map", "name=word"]
    assert run(["load", "cameras", path, *options, "--set", "system=wgs84", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {
        **{"loaded": 1, "changed": 0, "skipped": 0, "notes": ["columns not used: other"]},
        **{"set_aside": 0, "reasons": {}},
    }
    assert "columns not used: other" in said.err


@pytest.mark.parametrize("option", [["--map", "code"], ["--set", "=x"], ["--map", "a=b", "--map", "a=c"]])
def test_wrong_pairs_are_refused(option: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["load", "cameras", write(tmp_path, FILES["cameras"]), *option]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{option[0]}: " in said.err


def test_faults_go_to_stderr_with_their_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, FILES["tickets"].replace("hazard", "fire").replace("wgs84", "mars"))
    assert run(["load", "tickets", path]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split(":")[0].strip() for line in said.err.splitlines() if "file.csv" in line] == [
        "file.csv row 2, system",
        "file.csv row 2, category",
    ]
    assert "-> one of consultation (政策咨询)" in said.err


def test_assign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = write(tmp_path, f"id,x,y\n007,{LON},{LAT}\n008,0,0\n"), tmp_path / "out.csv"
    order = ["assign", source, "-o", str(target), "--lon", "x", "--lat", "y", "--system", "wgs84"]
    assert run([*order, "--at", "2024-05-01", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"rows": 2, "inside": 1, "edge": 0, "none": 1, "skipped": 0, "notes": []}
    assert "2 rows" in said.err
    assert target.read_text(encoding="utf-8").splitlines()[1].startswith(f"007,{LON},{LAT},A,网格A,inside,")
    assert run(["assign", source, "-o", str(tmp_path / "out.xls")]) == 1
    assert "one of .csv, .gpkg, .parquet" in capsys.readouterr().err
