"""Alarms of cameras: by the token of the program that watches them, a ticket where the camera is."""

from collections.abc import Iterator

import pytest

from gisgrid.cameras import load_cameras
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.devices import load_devices, make_token
from tests.api.conftest import GRIDS, NORTH, District
from tests.api.test_alarms import WGS84, raise_alarm, read, row, sheet
from tests.drawing import spot


@pytest.fixture(scope="module")
def owner(district: District) -> Iterator[Database]:
    database = Database(district.url, role=OWNER)
    yield database
    database.close()


@pytest.fixture(scope="module")
def sensor(owner: Database, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The token of a device that watches no camera."""
    load_devices(owner, sheet(tmp_path_factory.mktemp("sensor"), row("S-6", 0.5, 1.5)), WGS84)
    with owner.transaction(EVERYTHING) as connection:
        return make_token(connection, "S-6")


CAMERAS = {"36030200001320000011": (0.5, 0.3), "36030200001320000012": (2.5, 0.5), "36030200001320000013": (0.5, 1.5)}
"""Codes of GB/T 28181 and where they are: in A, in B, in the other town."""


@pytest.fixture(scope="module")
def platform(owner: Database, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The token of a program in A that watches the cameras of A's town."""
    folder = tmp_path_factory.mktemp("cameras")
    rows = [f"{code},路口{n},{spot(*at)[0]},{spot(*at)[1]}" for n, (code, at) in enumerate(CAMERAS.items())]
    (folder / "cameras.csv").write_text("\n".join(["编码,名称,经度,纬度", *rows]), encoding="utf-8")
    assert load_cameras(owner, folder / "cameras.csv", WGS84).loaded == 3
    lon, lat = spot(1.5, 0.5)
    header = "编码,名称,类型,事件类别,监看区域,经度,纬度"
    lines = [header, f"VP-1,视频平台(虚构),platform,安全隐患,{NORTH},{lon},{lat}"]
    (folder / "devices.csv").write_text("\n".join(lines), encoding="utf-8")
    assert load_devices(owner, folder / "devices.csv", WGS84).loaded == 1
    with owner.transaction(EVERYTHING) as connection:
        return make_token(connection, "VP-1")


def test_an_alarm_of_a_camera_is_a_ticket_where_the_camera_is(district: District, platform: str) -> None:
    """By its code alone, and each camera has its own ticket."""
    first, second = list(CAMERAS)[:2]
    answer = raise_alarm(district, platform, camera=second, kind="illegal_dumping")
    assert answer.status_code == 201, answer.text
    assert answer.json()["grid"]["code"] == GRIDS["B"], "not the grid of the platform"
    ticket = read(district, answer.json()["number"])
    assert (ticket["source"], ticket["description"]) == ("camera", f"路口1 {second} illegal_dumping")
    assert (ticket["point"]["lon"], ticket["point"]["lat"]) == pytest.approx(spot(*CAMERAS[second]))
    assert ticket["history"][0]["detail"]["camera"] == second
    other = raise_alarm(district, platform, camera=first, kind="illegal_dumping").json()
    assert other["grid"]["code"] == GRIDS["A"] and other["number"] != ticket["number"]
    again = raise_alarm(district, platform, camera=second, kind="smoke")
    assert (again.status_code, again.json()["number"], again.json()["alarms"]) == (200, ticket["number"], 2)
    own = raise_alarm(district, platform, kind="disk_full").json()
    assert own["number"] not in (ticket["number"], other["number"]), "what is about itself is at itself"


def test_the_same_alarm_of_a_camera_is_one(district: District, platform: str) -> None:
    """A key belongs to one body, the camera included."""
    first, second = list(CAMERAS)[:2]
    one = raise_alarm(district, platform, camera=first, client_ref="k-1")
    assert raise_alarm(district, platform, camera=first, client_ref="k-1").json() == one.json()
    assert raise_alarm(district, platform, camera=second, client_ref="k-1").status_code == 409


def test_a_device_names_only_cameras_that_it_watches(district: District, platform: str, sensor: str) -> None:
    """Of another area, unknown, or of a device that watches none: one answer, in both languages, and no ticket."""
    south = list(CAMERAS)[2]
    for token, code in ((platform, south), (platform, "36030200001320000099"), (sensor, south)):
        answer = raise_alarm(district, token, camera=code)
        assert answer.status_code == 422, answer.text
        (fault,) = answer.json()["errors"]
        assert (fault["field"], fault["message"]) == ("camera", f"the device watches no camera {code}")
        assert fault["message_zh"] == f"此设备不监看摄像头 {code}"
