"""The client that `gisgrid client` writes installs by itself, and does a reporter's and a dispatcher's work."""

import json
import subprocess
from pathlib import Path

import pytest

from gisgrid import __version__
from gisgrid.cli.client import find_uv, write_client
from gisgrid.geo import LonLat, tile_at
from tests.api.conftest import GRIDS, NORTH, District
from tests.browser.server import serving
from tests.drawing import spot
from tests.pictures import encode, plain

WORK = """
import importlib
import json
import pkgutil
import sys
from datetime import UTC, datetime

import gisgrid_client
from gisgrid_client import AuthenticatedClient, Client
from gisgrid_client.api.areas import get_area
from gisgrid_client.api.following import get_report
from gisgrid_client.api.patrols import create_pings
from gisgrid_client.api.photos import create_photo, get_photo
from gisgrid_client.api.reports import create_report
from gisgrid_client.api.tickets import create_step, get_ticket, get_tickets
from gisgrid_client.api.tiles import get_tile
from gisgrid_client.models import Problem, ReportBody, StepBody
from gisgrid_client.types import File

url, secret, lon, lat, area, picture, z, x, y = sys.argv[1:]
stranger = Client(base_url=url)
north = AuthenticatedClient(base_url=url, token=secret)
report = ReportBody(category="hazard", description="路灯不亮", lon=float(lon), lat=float(lat), system="wgs84")
receipt = create_report.sync(client=stranger, body=report)
told = {"grid": receipt.grid.code, "method": receipt.assignment.method, "step": receipt.step}
told["listed"] = receipt.number in [one.number for one in get_tickets.sync(client=north, area=area).tickets]
told["secret words"] = get_ticket.sync(client=stranger, number=receipt.number).to_dict().get("description", "absent")
told["words"] = get_ticket.sync(client=north, number=receipt.number).description
step = create_step.sync_detailed(client=north, number=receipt.number, body=StepBody(step="inspect", note="看过"))
told["stepped"] = [step.status_code, step.parsed.step]
told["followed"] = get_report.sync(client=stranger, number=receipt.number, x_report_secret=receipt.secret).step
with open(picture, "rb") as kept:
    photo = create_photo.sync(client=north, number=receipt.number, body=File(payload=kept))
told["photo"] = get_photo.sync(client=north, number=receipt.number, photo_id=photo.photo_id).payload.read(2).hex()
told["tile"] = get_tile.sync_detailed(client=stranger, layers="area", z=int(z), x=int(x), y=int(y)).status_code
refused = get_area.sync(client=stranger, code="nowhere")
ping = {"lon": float(lon), "lat": float(lat), "system": "wgs84", "at": datetime.now(UTC).isoformat()}
told["pings"] = create_pings.sync(client=north, body=[ping]).accepted
for module in pkgutil.walk_packages(gisgrid_client.__path__, "gisgrid_client."):
    importlib.import_module(module.name)
told["refused"] = [type(refused).__name__, refused.status, refused.errors[0].field]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("client") / "gisgrid-client"
    write_client(folder)
    return folder


def test_it_is_a_package_of_this_version(package: Path) -> None:
    project = (package / "pyproject.toml").read_text(encoding="utf-8")
    assert 'name = "gisgrid-client"' in project and f'version = "{__version__}"' in project
    assert __version__ in (package / "README.md").read_text(encoding="utf-8")
    assert (package / "gisgrid_client" / "py.typed").exists()
    assert list(package.parent.iterdir()) == [package], "nothing else is left"


def test_it_reports_works_and_is_refused(package: Path, district: District, tmp_path: Path) -> None:
    picture, work = tmp_path / "photo.jpg", tmp_path / "work.py"
    picture.write_bytes(encode(plain()))
    work.write_text(WORK, encoding="utf-8")
    lon, lat = spot(0.5, 0.5)
    tile = tile_at(LonLat(lon, lat), 14)
    with serving(district.app_again()) as url:
        words = [url, district.secrets["north"], str(lon), str(lat), NORTH, str(picture)]
        words += [str(tile.z), str(tile.x), str(tile.y)]
        command = [find_uv(), "run", "--quiet", "--no-project", "--isolated", "--with", str(package), "python"]
        done = subprocess.run([*command, str(work), *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "grid": GRIDS["A"],
        "method": "inside",
        "step": "handle",
        "listed": True,
        "secret words": "absent",
        "words": "路灯不亮",
        "stepped": [201, "inspect"],
        "followed": "inspect",
        "photo": "ffd8",
        "tile": 200,
        "pings": 1,
        "refused": ["Problem", 404, "code"],
    }
