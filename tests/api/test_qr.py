"""QR codes: what a printed one holds, and where it leads."""

import xml.etree.ElementTree as ET

import pytest
from sqlalchemy import text

from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.errors import Refused
from gisgrid.qr import Placard, draw_png, draw_sheet, draw_svg, list_placards
from tests.api.conftest import GRIDS, SOUTH, District

HERE = "https://grid.example/"


@pytest.fixture(scope="module")
def post_code(district: District) -> str:
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        number = connection.execute(
            text("SELECT post_id FROM core.post AS p JOIN core.area AS a USING (area_id) WHERE a.code = :code"),
            {"code": GRIDS["A"]},
        ).scalar_one()
    owner.close()
    return f"post-{number}"


def test_a_grids_code_is_a_picture_with_its_name(district: District) -> None:
    answer = district.client().get(f"/api/v1/qr/{GRIDS['A']}.svg")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("image/svg+xml")
    drawn = ET.fromstring(answer.text)  # noqa: S314  # our own answer
    words = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert words == [f"网格{GRIDS['A']}", GRIDS["A"]]


def test_it_leads_to_the_grid(district: District) -> None:
    leads = district.client().get(f"/api/v1/qr/{GRIDS['A']}").json()
    assert leads["url"] == f"http://testserver/?report={GRIDS['A']}"
    assert [(area["code"], area["level"], area["share"]) for area in leads["areas"]] == [(GRIDS["A"], "grid", 1)]


def test_a_posts_code_leads_to_its_area_and_tells_nobodys_name(district: District, post_code: str) -> None:
    answer = district.client().get(f"/api/v1/qr/{post_code}")
    assert [area["code"] for area in answer.json()["areas"]] == [GRIDS["A"]]
    assert answer.json()["name"] == f"网格{GRIDS['A']} 网格员" and "王一" not in answer.text
    assert district.client().get(f"/api/v1/qr/{post_code}.svg").status_code == 200


@pytest.mark.parametrize("code", ["999", "post-999999999999999999", "post-x", "x" * 200])
def test_what_never_was_is_404(district: District, code: str) -> None:
    for ending in ("", ".svg"):
        answer = district.client().get(f"/api/v1/qr/{code}{ending}")
        assert answer.status_code == 404, answer.text


def test_a_sheet_holds_every_grid_of_an_area(district: District) -> None:
    owner = Database(district.url, role=OWNER)
    with owner.transaction(EVERYTHING) as connection:
        found = list_placards(connection, "360302", network="base", public_url=HERE)
        south = list_placards(connection, SOUTH, network="base", public_url=HERE)
        with pytest.raises(Refused, match="GISGRID_PUBLIC_URL"):
            list_placards(connection, "360302", network="base", public_url="")
    owner.close()
    assert [one.code for one in found] == sorted(GRIDS.values()) and [one.code for one in south] == [GRIDS["C"]]
    sheet = draw_sheet(found, "三张 <二维码>")
    assert sheet.count("<figure>") == 3 and "三张 &lt;二维码&gt;" in sheet


def test_names_are_text_and_a_png_is_one() -> None:
    placard = Placard("A&B", "<甲>网格", f"{HERE}?report=A%26B")
    assert "<甲>" not in draw_svg(placard) and "A&amp;B" in draw_svg(placard)
    assert draw_png(placard).startswith(b"\x89PNG")
