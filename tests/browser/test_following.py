"""Photos and the reporter in a real browser: he sends, follows, is asked, answers, rates; staff see and add."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import make_url

from gisgrid.cli.main import run
from tests.browser.hands import centre_on, click_map, quiet_grid, wait_for
from tests.browser.server import LiveServer
from tests.pictures import encode, plain, taken_at

pytestmark = pytest.mark.timeout(1800)
Open = Callable[..., Page]


@pytest.fixture
def messages(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The city has a message service; nothing is sent in these tests."""
    owner = make_url(live_server.service_url).set(username="postgres")
    monkeypatch.setenv("GISGRID_DATABASE_URL", owner.render_as_string(hide_password=False))
    where = ["sms", "https://127.0.0.1:9/hook", "--kind", "message", "--allow-private"]
    assert run(["notice", "target", "add", *where]) == 0


def send_report(page: Page, photo: Path) -> str:
    """Report at the place of the photo; the number."""
    centre_on(page, quiet_grid(page))
    page.click(".report-open")
    click_map(page)
    expect(page.locator(".where")).to_be_visible()
    page.set_input_files(".report input[type=file]", photo)
    expect(page.locator(".report .photo-hint")).to_contain_text("公里")
    page.click(".report .photo-hint .button")
    expect(page.locator(".report .photo-hint")).to_have_count(0)
    expect(page.locator(".where .numbers")).to_contain_text("113.86, 27.624")
    page.locator(".report label.choice").get_by_text("安全隐患", exact=True).click()
    page.fill("textarea[name=description]", "井盖松动")
    page.click("button[type=submit]")
    expect(page.locator("[data-sent='1']")).to_be_visible()
    return page.locator("[data-receipt=number]").inner_text()


@pytest.mark.usefixtures("messages")
def test_a_photo_goes_with_the_report_and_the_reporter_has_the_last_word(
    visit: Open, live_server: LiveServer, tmp_path: Path
) -> None:
    photo, other = tmp_path / "photo.jpg", tmp_path / "other.png"
    photo.write_bytes(encode(plain(640, 400), exif=taken_at(113.86, 27.624, orientation=6)))
    other.write_bytes(encode(plain(300, 300, left=(20, 120, 60)), "PNG"))
    page = visit(expected="422", drawn=False)
    number = send_report(page, photo)
    page.get_by_role("button", name="跟踪办理").click()
    expect(page.locator(".page-sub code")).to_have_text(number)
    wait_for(page, "() => document.querySelector('.thumb img')?.naturalHeight === 400")
    assert number in page.url and "secret" not in page.url

    staff = visit(f"#ticket={number}", drawn=False, signed_in=("admin", live_server.secret))
    wait_for(staff, "() => document.querySelector('.thumb img')?.naturalHeight === 400")
    staff.set_input_files(".photos input[type=file]", other)
    expect(staff.locator(".thumb")).to_have_count(2)
    staff.locator(".thumb").first.click()
    staff.keyboard.press("ArrowRight")
    expect(staff.locator(".lightbox-turns")).to_contain_text("2 / 2")
    staff.keyboard.press("Escape")
    expect(staff.locator(".lightbox")).to_be_hidden()
    expect(staff.locator(".page-sub code")).to_have_text(number)
    staff.click(".tell summary")
    staff.fill(".tell textarea", "请问在路的哪一侧？")
    staff.check(".tell input[type=checkbox]")
    staff.click(".tell button[type=submit]")
    expect(staff.locator(".history")).to_contain_text("暂停计时")

    expect(page.locator(".waits")).to_be_visible()
    expect(page.locator(".talk .theirs p")).to_have_text("请问在路的哪一侧？")
    page.fill("textarea[name=answer]", "北侧")
    page.click(".talk button[type=submit]")
    expect(page.locator(".talk .yours p")).to_have_text("北侧")
    expect(page.locator(".waits")).to_have_count(0)

    for step in ("检查监督", "结果反馈"):
        staff.locator(".step-form .button.primary").click()
        expect(staff.locator(".steps .here")).to_have_text(step)
    page.locator(".rating .star").nth(3).click()
    page.fill(".rating textarea", "很快")
    page.click(".rating button[type=submit]")
    expect(page.locator(".rated .star.on")).to_have_count(4)
    expect(staff.locator(".rated")).to_contain_text("很快")

    page.reload()
    expect(page.locator(".rated")).to_be_visible()
    page.fill(".subscribe input[name=phone]", "not a number")
    page.click(".subscribe button[type=submit]")
    expect(page.locator(".subscribe .error")).to_contain_text("不是电话号码")
    page.fill(".subscribe input[name=phone]", "000-0000-0009")
    page.click(".subscribe button[type=submit]")
    expect(page.locator(".subscribe [role=status]")).to_be_visible()
    page.fill("textarea[name=reopen]", "又松动了(虚构)")
    page.click(".reopen button[type=submit]")
    expect(page.locator(".reopen")).to_have_count(0)
    expect(staff.locator(".history")).to_contain_text("又松动了")
    page.reload()
    expect(page.locator(".subscribe input[name=phone]")).to_have_value("000-0000-0009")
    page.click(".back")
    expect(page.locator(".kept-reports code")).to_have_text(number)
    page.click(".kept-reports .link")
    expect(page.locator(".kept-reports")).to_have_count(0)


def test_a_stranger_with_a_wrong_code_learns_nothing(visit: Open) -> None:
    page = visit("#lang=en", (390, 844), touch=True, expected="404", drawn=False)
    page.tap(".top-button[aria-label='See my reports']")
    page.fill(".follow-form input[name=number]", "20260101-000001")
    page.fill(".follow-form input[name=code]", "0" * 32)
    page.click(".follow-form button[type=submit]")
    expect(page.locator(".follow-form .error")).to_have_text("Number or access code is not right.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
