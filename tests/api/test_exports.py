"""Tickets of any filter as CSV, XLSX, GeoJSON and GeoPackage: what is in them, for whom, and whom they hold up.

Long: it is one promise, asked of four kinds of file.
"""

import csv
import io
import json
import select
import socket
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import httpx2 as httpx
import pytest
import uvicorn
from python_calamine import CalamineWorkbook
from sqlalchemy import make_url, text

from gisgrid.api.app import create_app
from gisgrid.cells import unmarked
from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.settings import Settings
from gisgrid.tickets import columns, exporting
from tests.api.conftest import GRIDS, NORTH, SOUTH, District
from tests.api.test_reports import body
from tests.drawing import spot
from tests.waiting import PATIENCE_S, until

WORDS = ['=HYPERLINK("x")', "+86", "-1", "@a", '井盖松动,\n"第二行"', "<b>&\x02"]
PLACES = [spot(0.5, 0.5), spot(2.5, 0.5), spot(0.5, 1.5), spot(1.5, 3), spot(0.5, 0.6), spot(0.5, 0.7)]
ONE_MORE = (
    "SELECT app.receive_report(jsonb_build_object('network', 'base', 'zone', 'UTC', 'category', 'hazard',"
    " 'lon_wgs84', :lon, 'lat_wgs84', :lat, 'lon', :lon, 'lat', :lat, 'system', 'wgs84', 'description', 'more'))"
)


@pytest.fixture(scope="module", autouse=True)
def numbers(district: District) -> list[str]:
    """Six tickets, each with words of another kind; three of them in the grid A."""
    client = district.client("boss")
    return [
        client.post("/api/v1/reports", json=body(lon=lon, lat=lat, description=words)).json()["number"]
        for words, (lon, lat) in zip(WORDS, PLACES, strict=True)
    ]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "PAGE", 2)


def fetch(district: District, ending: str, who: str = "", **params: Any) -> Any:
    answer = district.client(who).get(f"/api/v1/tickets.{ending}", params=params)
    assert answer.status_code == 200, answer.text
    return answer


def table(district: District, who: str = "", **params: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(fetch(district, "csv", who, **params).content.decode("utf-8-sig"))))


def workbook(content: bytes) -> list[list[str]]:
    """The cells of the first sheet, as another program reads them."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml"), "no formula"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return [[str(cell) for cell in row] for row in rows]


def test_csv_opens_in_a_spreadsheet(district: District, numbers: list[str]) -> None:
    answer = fetch(district, "csv", "boss")
    assert answer.content.startswith(b"\xef\xbb\xbf"), "or Excel reads it as GBK"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"].endswith('.csv"')
    rows = table(district, "boss")
    assert [row["编号"] for row in rows] == numbers[::-1], "the newest first, over several pages"
    said = [row["描述"] for row in rows[::-1]]
    assert said == ["'" + words for words in WORDS[:4]] + WORDS[4:], "formulas are defused, nothing else is touched"
    assert rows[-1]["受理时间"].endswith("+08:00")
    assert rows[-1]["经办人"] == "王一(虚构)"
    assert rows[-1]["环节"] == "服务处置"
    assert rows[0]["状态"] == "在办"


def test_the_csv_for_excel_keeps_codes_and_has_plain_times(district: District, numbers: list[str]) -> None:
    plain, excel = table(district, "boss"), table(district, "boss", **{"for": "excel"})
    for one, other in zip(plain, excel, strict=True):
        assert other["区域编码"] == f'="{one["区域编码"]}"'
        assert other["编号"] == f'="{one["编号"]}"'
        at = datetime.fromisoformat(one["受理时间"])
        assert other["受理时间"] == f"{at:%Y-%m-%d %H:%M:%S}"
        assert unmarked(other["描述"]) == unmarked(one["描述"])
        assert other["实际经度(WGS84)"] == one["实际经度(WGS84)"], "a number stays a number"
    assert fetch(district, "csv", "boss", **{"for": "excel"}).content.startswith(b"\xef\xbb\xbf")
    assert district.client().get("/api/v1/tickets.csv", params={"for": "word"}).status_code == 422


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_takes_for_a_formula_is_defused(mark: str) -> None:
    column = replace(columns.choose_columns(private=False)[0], name="words")
    sheet = exporting.Sheet((column,), "en", UTC)
    written = b"".join(exporting.write_csv([[{"words": f"{mark}1+1"}, {"words": f"1{mark}1"}]], sheet))
    lines = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert lines[1:] == [[f"'{mark}1+1"], [f"1{mark}1"]]


def test_the_header_is_in_either_language(district: District) -> None:
    row = table(district, lang="en")[0]
    assert (row["Category"], row["Step"], row["State"]) == ("safety hazard", "handle", "open")
    assert district.client().get("/api/v1/tickets.csv", params={"lang": "fr"}).status_code == 422


def test_who_gets_which_columns(district: District) -> None:
    private = {column.zh for column in columns.COLUMNS if column.is_private}
    assert private.isdisjoint(table(district)[0]), "a stranger gets facts"
    rows = table(district, "north")
    assert len(rows) == 6
    for row in rows:
        seen = row["区域编码"].startswith(NORTH)
        assert bool(row["描述"]) == bool(row["实际经度(WGS84)"]) == seen, "others' words stay with others"
    features = fetch(district, "geojson", "north").json()["features"]
    assert {("description" in f["properties"]) == f["properties"]["area_code"].startswith(NORTH) for f in features} == {
        True
    }


def test_every_filter_and_list(district: District, numbers: list[str]) -> None:
    def got(who: str = "boss", **params: Any) -> set[str]:
        return {row["编号"] for row in table(district, who, **params)}

    assert got(area=GRIDS["A"]) == {numbers[0], numbers[4], numbers[5]}
    assert got(area=f"{SOUTH}001", state="unplaced") == got(list="no_grid") == {numbers[3]}
    assert got("wang", list="mine") == {numbers[0], numbers[4], numbers[5]}
    assert got(category="livelihood") == set()
    assert got(to="2020-01-01") == set()
    answer = district.client().get("/api/v1/tickets.csv", params={"list": "mine"})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert district.client().get("/api/v1/tickets.xlsx", params={"area": "999"}).status_code == 404
    assert district.client().get("/api/v1/tickets.geojson", params={"from": "soon"}).status_code == 422


def test_xlsx_is_a_workbook(district: District, numbers: list[str]) -> None:
    rows = workbook(fetch(district, "xlsx", "boss").content)
    header = rows[0]
    assert header[0] == "编号" and len(header) == len(columns.COLUMNS)
    assert [row[0] for row in rows[1:]] == numbers[::-1]
    assert WORDS[0] in rows[-1], "text, and so not defused"
    assert workbook(fetch(district, "xlsx", to="2020-01-01", lang="en").content)[0][0] == "Number"


def test_geojson_is_one_collection(district: District, numbers: list[str]) -> None:
    answer = fetch(district, "geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    features = answer.json()["features"]
    assert [feature["id"] for feature in features] == numbers[::-1]
    assert features[-1]["geometry"]["coordinates"] == pytest.approx(PLACES[0])
    assert features[-1]["properties"]["grid_code"] == GRIDS["A"]
    assert fetch(district, "geojson", to="2020-01-01").json() == {"type": "FeatureCollection", "features": []}


def test_what_comes_in_meanwhile_is_left_out(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is as of the instant that it was asked for, and no ticket comes twice, also when due times move."""
    owner = Database(district.url, role=OWNER)
    original = Database.transaction
    pages = []

    @contextmanager
    def disturbed(self: Database, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with original(self, *args, **kwargs) as connection:
            yield connection
        if args == (EVERYTHING,) and threading.current_thread().name.startswith("AnyIO"):  # a page, not the feed
            pages.append(1)
            with original(owner, EVERYTHING) as connection:
                connection.execute(text("UPDATE work.ticket SET due_at = due_at - interval '1 minute'"))
                connection.execute(text(ONE_MORE), dict(zip(("lon", "lat"), PLACES[0], strict=True)))

    before = len(table(district))
    monkeypatch.setattr(Database, "transaction", disturbed)
    rows = table(district, "boss", list="area")
    monkeypatch.undo()
    owner.close()
    assert len(pages) >= 4
    assert len({row["编号"] for row in rows}) == len(rows) == before


def test_the_verb_writes_every_kind_of_file(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", district.url)
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path / "data"))
    north = len(table(district, "boss", area=NORTH))
    for ending in ("csv", "xlsx", "geojson", "gpkg"):
        assert run(["tickets", str(tmp_path / f"t.{ending}"), "--area", NORTH, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["tickets"] == north
    frame = geopandas.read_file(tmp_path / "t.gpkg")
    assert len(frame) == north and set(frame["grid_code"]) == {GRIDS["A"], GRIDS["B"]}
    assert frame.geometry.iloc[-1].coords[0] == pytest.approx(PLACES[0])
    assert "描述" in (tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert run(["tickets", str(tmp_path / "p.csv"), "--public", "--list", "no_grid"]) == 0
    assert "描述" not in (tmp_path / "p.csv").read_text(encoding="utf-8-sig")
    for wrong in (["t.doc"], ["t.csv", "--state", "lost"], ["t.csv", "--list", "mine"], ["t.csv", "--area", "9"]):
        assert run(["tickets", str(tmp_path / wrong[0]), *wrong[1:]]) == 1
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".tickets")]


@contextmanager
def serving(district: District, pool_size: int) -> Iterator[tuple[int, Database]]:
    """The app behind a real socket: its port and its database."""
    service_url = make_url(district.url).set(username="gisgrid_api").render_as_string(hide_password=False)
    app = create_app(Settings(pool_size=pool_size, wait_s=PATIENCE_S), service_url)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        try:
            yield listening.getsockname()[1], app.state.database
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


def ask_and_not_read(port: int, path: str, secret: str) -> socket.socket:
    """A client that asks for a file and then does nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\n\r\n".encode())
    return client


def test_who_does_not_read_holds_up_nobody(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two connections, six clients that ask for 15 MB each and do not read; then they vanish."""
    monkeypatch.undo()  # pages as they are
    owner, before = Database(district.url, role=OWNER), len(table(district))
    with owner.transaction(EVERYTHING, timeout_s=60) as connection:
        connection.execute(
            text(
                "UPDATE work.ticket_private SET description = repeat(md5(ticket_id::text), 300);"
                " SELECT app.receive_report(jsonb_build_object('network', 'base', 'zone', 'UTC', 'category', 'hazard',"
                " 'lon_wgs84', :lon, 'lat_wgs84', :lat, 'lon', :lon, 'lat', :lat, 'system', 'wgs84',"
                " 'description', repeat(md5(n::text), 300))) FROM generate_series(1, 1500) AS n"
            ),
            dict(zip(("lon", "lat"), PLACES[0], strict=True)),
        )
    owner.close()
    with serving(district, 2) as (port, database):
        endings = ("csv", "geojson", "csv", "geojson", "csv", "xlsx")
        silent = [ask_and_not_read(port, f"/api/v1/tickets.{e}", district.secrets["boss"]) for e in endings]
        until(lambda: select.select(silent, [], [], 0)[0] == silent)  # each has the beginning of its answer
        until(lambda: database.engine.pool.checkedout() <= 1)  # type: ignore[attr-defined]
        for _ in range(20):
            assert httpx.get(f"http://127.0.0.1:{port}/api/v1/counters", timeout=PATIENCE_S).status_code == 200
        until(lambda: database.engine.pool.checkedout() <= 1)  # type: ignore[attr-defined]  # only the one that listens
        for client in silent:
            client.close()
        whole = httpx.get(
            f"http://127.0.0.1:{port}/api/v1/tickets.csv",
            headers={"Authorization": f"Bearer {district.secrets['boss']}"},
            timeout=PATIENCE_S,
        )
        assert len(list(csv.reader(io.StringIO(whole.text)))) == 1 + before + 1500
