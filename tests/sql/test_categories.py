"""Catalogues, rules, rosters and the mark `public` as files: all of one or nothing, every fault with row and remedy.

Long because four kinds of files come in.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.categories import load_categories
from gisgrid.cli.main import run
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Conflict, Refused
from gisgrid.loading import read_csv
from gisgrid.people import load_posts
from gisgrid.rosters import load_rosters
from gisgrid.tickets.intake import category_id
from gisgrid.tickets.loading import load_tickets
from gisgrid.tickets.rules import load_rules
from tests.drawing import draw, spot, write_geojson

NORTH = "360302001"
A, B = f"{NORTH}001001", f"{NORTH}001002"
HEAD = "id,parent,name_zh,name_en,due,unit,public_place,workflow\n"
CATALOGUE = (
    HEAD
    + "01,,市容环境,appearance,3,工作日,,write_off\n"
    + "0101,01,暴露垃圾,litter,4,working,,\n"
    + "0102,01,其他,other,,,,\n"
    + "02,,矛盾调解,disputes,5,自然日,网格,\n"
    + "0201,02,其他,other,24,hours,,\n"
)
POSTS = (
    "area_code,role,person,phone,title,department,public\n"
    f"{A},网格员,王一(虚构),000-1,,,是\n{A},worker,李二(虚构),000-2,,,\n{B},head,王一(虚构),000-3,,,\n"
    f"{A},网格长,赵三(虚构),000-4,,,\n360302,centre,钱四(虚构),000-5,,区城管局,\n"
)


@pytest.fixture(scope="module", autouse=True)
def division(owner: Database, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two grids of one community, with posts."""
    path = tmp_path_factory.mktemp("areas") / "a.geojson"
    write_geojson(path, {A: draw("AB")["A"], B: draw("AB")["B"]})
    import_boundaries(owner, ImportOrder(path, datetime(2023, 1, 1, tzinfo=UTC), level="grid"))
    load_posts(owner, read_csv("posts.csv", POSTS))


@pytest.fixture(autouse=True)
def as_it_was(owner: Database, division: None) -> Iterator[None]:
    """Every test finds the four categories, no rules, no rosters, no tickets."""
    yield
    with owner.transaction(EVERYTHING) as connection:
        connection.execute(text("ALTER TABLE work.event DISABLE TRIGGER events_append"))
        connection.execute(text("TRUNCATE work.ticket, work.rule, core.roster CASCADE"))
        connection.execute(text("ALTER TABLE work.event ENABLE TRIGGER events_append"))
        connection.execute(text("DELETE FROM core.shift WHERE shift NOT IN ('early', 'late', 'night')"))
        connection.execute(
            text(
                "DELETE FROM work.category; INSERT INTO work.category (category, name_zh, name_en, due_hours) VALUES"
                " ('livelihood', '民生事项', 'livelihood', 72), ('consultation', '政策咨询', 'question', 48),"
                " ('dispute', '矛盾纠纷', 'dispute', 120), ('hazard', '安全隐患', 'hazard', 24)"
            )
        )


def rows(owner: Database, sql: str, **values: Any) -> list[Any]:
    with owner.transaction(EVERYTHING) as connection:
        return [tuple(row) for row in connection.execute(text(sql), values)]


def refused(load: Callable[..., Any], owner: Database, body: str, **more: Any) -> list[str]:
    with pytest.raises(Refused) as found:
        load(owner, read_csv("f.csv", body), **more)
    return [str(fault) for fault in found.value.faults]


# Categories.


def test_a_catalogue_comes_in_as_a_tree(owner: Database) -> None:
    loaded = load_categories(owner, read_csv("c.csv", CATALOGUE))
    assert (loaded.loaded, loaded.changed) == (5, 0)
    found = rows(
        owner,
        "SELECT category, path, due_hours, due_unit, public_place, workflow FROM work.category"
        " WHERE category < 'a' ORDER BY category",
    )
    assert found == [
        ("01", ["", "01"], 21, "working", "point", "write_off"),
        ("0101", ["", "01", "0101"], 4, "working", "point", "write_off"),
        ("0102", ["", "01", "0102"], 21, "working", "point", "write_off"),
        ("02", ["", "02"], 120, "calendar", "grid", "six_step"),
        ("0201", ["", "02", "0201"], 24, "calendar", "grid", "six_step"),
    ]
    again = load_categories(owner, read_csv("c.csv", CATALOGUE))
    assert (again.loaded, again.changed, again.skipped) == (0, 0, 5)
    changed = load_categories(owner, read_csv("c.csv", CATALOGUE.replace("0101,01,暴露垃圾", "0101,02,暴露垃圾")))
    assert (changed.loaded, changed.changed) == (0, 1)
    assert rows(owner, "SELECT path FROM work.category WHERE category = '0101'") == [(["", "02", "0101"],)]


def test_a_catalogue_with_children_before_parents_and_chinese_headers(owner: Database) -> None:
    body = "代码,上级代码,名称,时限,时限单位\nA1-1,A1,井盖,2,工作时\nA1,,部件,1,天\n"
    assert load_categories(owner, read_csv("c.csv", body)).loaded == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("01,02,甲,,1,hours,,\n02,01,乙,,1,hours,,\n", "row 2, parent: it lies under itself: 01 > 02 > 01"),
        ("01,01,甲,,1,hours,,\n", "it lies under itself: 01 > 01"),
        ("01,,甲,,1,hours,,\n01,,乙,,1,hours,,\n", "row 3, id: this id is in row 2 already"),
        ("01,,甲,,1,hours,,\n02,,甲,,1,hours,,\n", "row 3, name_zh: this name under the same parent"),
        ("01,09,甲,,1,hours,,\n", "row 2, parent: there is no category '09' -> add its row"),
        ("01,,甲,,,,,\n", "row 2, due: neither the row nor a parent says"),
        ("01,,甲,,,hours,,\n", "row 2, due: a unit without a number"),
        ("01,,甲,,0,hours,,\n", "row 2, due: 0 is out of range"),
        ("01,,甲,,1,weeks,,\n", "row 2, unit: 'weeks' is none of them"),
        ("01,,甲,,1,hours,,seven\n", "row 2, workflow: there is no workflow 'seven' -> one of six_step, write_off"),
        ("01,,甲,,1,hours,roof,\n", "row 2, public_place: 'roof' is none of them"),
        ("-1,,甲,,1,hours,,\n", "row 2, id: '-1' cannot be an id"),
        ("01,,矛盾纠纷,,1,hours,,\n", "row 2, name_zh: category dispute beside it is called so already"),
        (
            "hazard,fire,安全隐患,,1,hours,,\nfire,hazard,火,,1,hours,,\n",
            "it lies under itself: hazard > fire > hazard",
        ),
    ],
)
def test_a_wrong_catalogue_is_refused_with_row_and_remedy(owner: Database, body: str, said: str) -> None:
    found = refused(load_categories, owner, HEAD + body)
    assert any(said in fault for fault in found), found
    assert all(" -> " in fault for fault in found)
    assert rows(owner, "SELECT count(*) FROM work.category") == [(4,)]


def test_sql_refuses_a_circle_too(owner: Database) -> None:
    with pytest.raises(Refused, match="categories dispute, hazard lie under themselves"):
        rows(
            owner,
            "UPDATE work.category SET parent = CASE category WHEN 'hazard' THEN 'dispute' ELSE 'hazard' END"
            " WHERE category IN ('hazard', 'dispute') RETURNING 1",
        )


def report(owner: Database, category: str) -> None:
    lon, lat = spot(0.5, 0.5)
    rows(
        owner,
        "SELECT number FROM app.receive_report(jsonb_build_object('network', 'base', 'zone', 'Asia/Shanghai',"
        " 'category', CAST(:category AS text), 'lon_wgs84', CAST(:lon AS float8), 'lat_wgs84', CAST(:lat AS float8),"
        " 'lon', 0, 'lat', 0, 'system', 'wgs84', 'description', '灯'))",
        category=category,
        lon=lon,
        lat=lat,
    )


def test_a_category_in_use_is_retired_not_removed(owner: Database) -> None:
    load_categories(owner, read_csv("c.csv", CATALOGUE))
    report(owner, "hazard")
    report(owner, "0201")
    load_rules(owner, read_csv("r.csv", "rule,category,role\nlitter,0101,head\n"))
    for category, why in (("hazard", "tickets are about it"), ("0101", "routing rules name it")):
        with pytest.raises(Conflict, match=why):
            rows(owner, "DELETE FROM work.category WHERE category = :c RETURNING 1", c=category)
    loaded = load_categories(owner, read_csv("c.csv", HEAD + "03,,新,new,1,hours,,\n"), replace=True)
    assert loaded.notes == ("4 that the file lacks were removed, 5 in use retired",)
    left = rows(owner, "SELECT category, retired_at IS NOT NULL FROM work.category ORDER BY 1")
    assert left == [("01", True), ("0101", True), ("02", True), ("0201", True), ("03", False), ("hazard", True)]
    with owner.transaction(EVERYTHING) as connection:
        assert category_id(connection, "hazard") == "hazard", "its tickets are still found by it"
        with pytest.raises(Refused, match="no longer in use"):
            category_id(connection, "hazard", for_report=True)


def test_a_name_that_several_have_is_told_by_what_is_above(owner: Database) -> None:
    load_categories(owner, read_csv("c.csv", CATALOGUE))
    with owner.transaction(EVERYTHING) as connection:
        assert category_id(connection, "矛盾调解/其他", for_report=True) == "0201"
        assert category_id(connection, "暴露垃圾") == "0101"
        with pytest.raises(Refused, match=r"0102 \(市容环境/其他\), 0201"):
            category_id(connection, "其他", for_report=True)
        with pytest.raises(Refused, match="no such category"):
            category_id(connection, "矛盾调解/没有")


# Rules.


def test_rules_come_in_and_change_by_name(owner: Database) -> None:
    body = (
        "规则,类别,网格编码,网格类型,日期类型,星期,开始时间,结束时间,班次,岗位,部门,姓名,电话,优先级,时限,时限单位\n"
        f"夜间隐患,安全隐患,{NORTH},基础网格,,,,,夜班,网格长,,,,1,2,小时\n"
        f"周末纠纷,dispute,,,周末,周六、周日,,,,,,赵三(虚构),,,,\n"
        f"城管,livelihood,,,,,08:00,18:00,,,区城管局,,,,3,工作时\n"
        f"他,consultation,,,,,,,,,,王一(虚构),000-3,,,\n"
    )
    assert load_rules(owner, read_csv("r.csv", body)).loaded == 4
    assert load_rules(owner, read_csv("r.csv", body)).skipped == 4
    loaded = load_rules(owner, read_csv("r.csv", "rule,category,role,priority\n城管,民生事项,head,2\n"), replace=True)
    assert (loaded.loaded, loaded.changed, loaded.notes) == (0, 1, ("3 rules that the file lacks were removed",))
    assert rows(owner, "SELECT rule, department, role, priority, starts FROM work.rule") == [
        ("城管", None, "head", 2, None)
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x,nonsense,,,head,,,,", "row 2, category: there is no category 'nonsense' -> correct it"),
        ("x,,999,,head,,,,", "row 2, area_code: there is no area_code '999' -> import its boundary first"),
        ("x,,,,,,,,", "row 2, rule: it names nobody -> one of role, department, person"),
        ("x,,,,head,区城管局,,,", "row 2, rule: it names role and department"),
        ("x,,,,king,,,,", "row 2, role: there is no role 'king'"),
        ("x,,,,,无此局,,,", "rule x: nobody is in department 无此局 -> load its posts"),
        ("x,,,,,,谁,,", "row 2, person: there is no person '谁' -> load a post of this person first"),
        ("x,,,,,,王一(虚构),,", "row 2, person: several are called '王一(虚构)' -> add the phone"),
        ("x,,,1-8,head,,,,", "row 2, weekdays: '1-8' are no days of the week"),
        ("x,,,,head,,,9,", "row 2, due: a due time needs a number and its unit"),
        ("x,,,,head,,,,\ny,,,,head,,,,", "rules x and y can both apply and neither is more specific -> narrow one"),
        ("x,,,,head,,,,\nx,hazard,,,head,,,,", "row 3, rule: this rule is in row 2 already"),
        ("post on duty,,,,head,,,,", "rule_is_not_called_as_its_absence"),
    ],
)
def test_a_wrong_rule_is_refused(owner: Database, row: str, said: str) -> None:
    body = f"rule,category,area_code,weekdays,role,department,person,due,unit\n{row}\n"
    found = refused(load_rules, owner, body)
    assert any(said in fault for fault in found), found
    assert rows(owner, "SELECT count(*) FROM work.rule") == [(0,)]


def test_rules_of_one_hour_are_refused(owner: Database) -> None:
    found = refused(
        load_rules, owner, "rule,role,from,to,shift\na,head,08:00,,\nb,head,08:00,08:00,\nc,head,08:00,09:00,night\n"
    )
    assert [fault.split(": ")[1].split(" -> ")[0] for fault in found] == [
        "it says one end of its hours", "it begins when it ends", "hours and a shift",
    ]  # fmt: skip


# Rosters.


def test_rosters_come_in(owner: Database) -> None:
    body = (
        "area_code,role,person,shift,starts,ends,from,to,every_days,weekdays\n"
        f"{A},worker,李二(虚构),早班,,,2026-11-02,2026-12-01,3,\n"
        f"{A},网格长,,守夜,22:00,06:00,2026-11-02,,,周一-周五\n"
    )
    assert load_rosters(owner, read_csv("s.csv", body)).loaded == 2
    assert load_rosters(owner, read_csv("s.csv", body)).skipped == 2
    assert load_rosters(owner, read_csv("s.csv", body.replace("2026-12-01,3", "2026-12-01,4"))).changed == 1
    found = rows(
        owner, "SELECT shift, valid_from::text, valid_to::text, every_days, weekdays FROM core.roster ORDER BY 1"
    )
    assert found == [
        ("early", "2026-11-02", "2026-12-01", 4, None),
        ("守夜", "2026-11-02", "infinity", 1, [1, 2, 3, 4, 5]),
    ]
    assert rows(owner, "SELECT starts::text, ends::text FROM core.shift WHERE shift = '守夜'") == [
        ("22:00:00", "06:00:00")
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"{A},worker,,early,,,2026-11-02,", "row 2, person: 2 posts are meant"),
        (f"{B},worker,,early,,,2026-11-02,", f"row 2, area_code: {B} has no such post: worker"),
        (
            f"{A},head,,lunch,,,2026-11-02,",
            "row 2, shift: there is no shift 'lunch' -> give starts and ends, or one of",
        ),
        (f"{A},head,,lunch,12:00,,2026-11-02,", "row 2, starts: it says one end of the shift"),
        (f"{A},head,,early,,,2026-11-02,2026-11-02", "row 2, to: the roster ends before it begins"),
        (
            f"{A},head,,早班,,,2026-11-02,\n{A},head,,early,,,2026-11-02,",
            "row 3, post_id: this post's shift is in row 2",
        ),
        (f"{A},head,,x,1:00,2:00,2026-11-02,\n{A},head,,x,1:00,3:00,2026-11-03,", "row 3, shift: x has other hours"),
    ],
)
def test_a_wrong_roster_is_refused(owner: Database, row: str, said: str) -> None:
    found = refused(load_rosters, owner, f"area_code,role,person,shift,starts,ends,from,to\n{row}\n")
    assert any(said in fault for fault in found), found
    assert rows(owner, "SELECT count(*) FROM core.roster") == [(0,)]


def test_a_post_that_is_marked_public_changes_by_loading_again(owner: Database) -> None:
    assert rows(owner, "SELECT count(*) FROM core.post WHERE is_public") == [(1,)]
    again = load_posts(owner, read_csv("posts.csv", POSTS.replace("000-1,,,是", "000-1,,,否")))
    assert (again.loaded, again.changed, again.skipped) == (0, 1, 4)


# Verbs.


@pytest.fixture
def settings(owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GISGRID_DATA_DIR", str(tmp_path / "data"))


def test_the_verbs(settings: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "categories": CATALOGUE,
        "holidays": "date,working,name\n2026-12-08,放假,庙会\n",
        "rosters": f"area_code,role,shift,from\n{A},head,early,2026-11-02\n",
        "rules": f"rule,category,area_code,role\nlitter,0101,{NORTH},head\nall,,,centre\n",
    }
    for what, body in files.items():
        (tmp_path / what).with_suffix(".csv").write_text(body, encoding="utf-8")
        assert run(["load", what, str(tmp_path / f"{what}.csv"), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["loaded"] > 0
    where = ["--category", "暴露垃圾", "--area", A]
    assert run(["route", "--explain", *where]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["rule"] == "litter"
    assert answer["others"] == [{"rule": "all", "why_not": "it applies, and litter is more specific in category"}]
    lon, lat = spot(0.5, 0.5)
    assert run(["route", "--category", "hazard", f"--lon={lon}", f"--lat={lat}", "--at", "2026-11-23"]) == 0
    assert capsys.readouterr().out.startswith("all: centre of 360302, post ")
    for wrong in ([], ["--area", A, "--lon", "113", "--lat", "27"], ["--lon", "113"]):
        assert run(["route", "--category", "hazard", *wrong]) == 1
    assert run(["route", "--category", "hazard", "--area", "nowhere"]) == 1
    assert "there is no area nowhere" in capsys.readouterr().err


def test_a_loaded_ticket_names_a_category_that_is_one(owner: Database) -> None:
    load_categories(owner, read_csv("c.csv", CATALOGUE))
    lon, lat = spot(0.5, 0.5)
    body = (
        f"category,received_at,lon,lat,system\n其他,2024-05-01,{lon},{lat},wgs84\n0102,2024-05-01,{lon},{lat},wgs84\n"
    )
    assert refused(load_tickets, owner, body) == [
        "f.csv row 2, category: several are called '其他' -> write its id: 0102, 0201"
    ]
