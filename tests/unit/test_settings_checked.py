"""Settings are checked at the start, each with its remedy; `gisgrid config` says what holds and whence."""

import json

import pytest

from gisgrid.cli.main import run
from gisgrid.errors import Refused
from gisgrid.settings import Settings, check, read_settings

WRONG = {
    "ZONE": ("Asia/Nowhere", "", "../etc"),
    "PORT": ("0", "70000"),
    "POOL_SIZE": ("0", "-1"),
    "WAIT_S": ("0", "nan", "inf", "-1"),
    "DUE_SOON_HOURS": ("-24", "0"),
    "CONTACT_DAYS": ("-1",),
    "STATEMENT_TIMEOUT_S": ("0",),
    "REPORTS_PER_HOUR": ("0",),
    "WORK_HOURS": ("", "9-12", "12:00-09:00", "09:00-25:00"),
    "PUBLIC_URL": ("grid.example", "ftp://grid.example", "https://grid.example/?x=1"),
    "SMTP_URL": ("http://mail.example",),
    "NETWORK": ("",),
    "PUBLIC_FACTS": ("maybe",),
}


def test_the_defaults_are_right() -> None:
    assert check(Settings()) == []


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_refused_with_its_remedy(name: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        read_settings({f"GISGRID_{name}": value})
    (fault,) = refused.value.faults
    said = fault.in_both()
    assert said.field == f"GISGRID_{name}" and said.message_zh
    assert name == "PUBLIC_FACTS" or (said.remedy and said.remedy_zh)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GISGRID_ZONES", "GISGRID_ZONE"),
        ("GISGRID_POOLSIZE", "GISGRID_POOL_SIZE"),
        ("GISGRID_PUBLIC_URI", "GISGRID_PUBLIC_URL"),
    ],
)
def test_a_misspelt_name_is_refused(name: str, meant: str) -> None:
    with pytest.raises(Refused) as refused:
        read_settings({name: "x"})
    assert [(fault.field, fault.remedy) for fault in refused.value.faults] == [(name, f"write {meant}")]


def test_names_of_others_are_left_alone() -> None:
    read_settings({"GISGRID_TEST_REPORTS": "1", "GISGRID_URL": "x", "GISGRID_DOCKER_IMAGE": "x"})


def test_all_faults_are_said_at_once() -> None:
    with pytest.raises(Refused) as refused:
        read_settings({"GISGRID_ZONE": "x", "GISGRID_POOL_SIZE": "0", "GISGRID_ZONES": "x"})
    assert len(refused.value.faults) == 3


def test_config_says_what_holds_and_whence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GISGRID_SMTP_URL", "smtp://robot:geheim@mail.example:587")
    monkeypatch.setenv("GISGRID_DATABASE_URL", "postgresql://city:geheim@db.example/gisgrid?password=geheim&x=1")
    monkeypatch.setenv("GISGRID_DB_PORT", "25000")
    monkeypatch.setenv("GISGRID_OIDC_CLIENT_SECRET", "geheim")
    assert run(["config", "--json", "--data-dir", "/somewhere", "--db-port", "25001"]) == 0
    out = capsys.readouterr().out
    assert "geheim" not in out
    found = {one["name"]: (one["value"], one["from"]) for one in json.loads(out)}
    assert found["GISGRID_SMTP_URL"] == ("smtp://robot:***@mail.example:587", "environment")
    assert found["GISGRID_DATABASE_URL"] == ("postgresql://city:***@db.example/gisgrid?password=***&x=1", "environment")
    assert found["GISGRID_DATA_DIR"] == ("/somewhere", "option")
    assert found["GISGRID_DB_PORT"] == (25001, "option")
    assert found["GISGRID_ZONE"] == ("Asia/Shanghai", "default")
    assert len(found) == len(vars(Settings()))
