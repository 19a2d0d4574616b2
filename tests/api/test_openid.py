"""Sign-in at a real OpenID provider: first sign-in, groups and roles, an end that holds at once, and forged answers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest

from gisgrid.api.openid import FLOW_COOKIE
from gisgrid.cli.main import run
from gisgrid.openid import Provider
from tests.api.conftest import NORTH, SOUTH, District
from tests.api.test_photos import ask
from tests.oidc import CLIENT, SECRET, City, go_through, providing
from tests.waiting import until

HOME = "http://testserver/"


@pytest.fixture(scope="module")
def city(district: District, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The provider; the service knows it."""
    folder = tmp_path_factory.mktemp("city")
    with providing(f"{HOME}api/v1/sessions/oidc/callback", folder) as city:
        settings = replace(
            district.app.state.settings,
            oidc_issuer=city.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
            oidc_name="市统一身份",
        )
        before = district.app.state.openid, district.app.state.settings
        district.app.state.openid, district.app.state.settings = Provider(settings), settings
        yield city
        district.app.state.openid, district.app.state.settings = before


@dataclass
class Browser:
    """A browser: cookies here, and at the provider."""

    here: Any
    there: httpx.Client

    def go(self, person: str) -> str:
        """Sign in at the provider's own pages; the address that it leads back to."""
        left = self.here.get("/api/v1/sessions/oidc", follow_redirects=False)
        assert left.status_code == 302, left.text
        return go_through(self.there, left.headers["location"], HOME, person)

    def back(self, where: str) -> Any:
        return self.here.get(where.removeprefix(HOME[:-1]), follow_redirects=False)

    def sign_in(self, person: str) -> Any:
        return self.back(self.go(person))

    def who(self) -> Any:
        return self.here.get("/api/v1/sessions")


@pytest.fixture
def browser(district: District) -> Iterator[Browser]:
    with httpx.Client(timeout=60) as there:
        yield Browser(district.client(), there)


@pytest.fixture(autouse=True)
def groups(district: District, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", district.url)
    ask(district, "DELETE FROM core.sign_in_group")
    assert run(["group", "add", "网格员-北", "--role", "dispatcher", "--area", NORTH]) == 0
    assert run(["group", "add", "督查", "--role", "supervisor", "--area", SOUTH]) == 0


def test_a_first_sign_in_makes_an_account_in_the_groups_role(district: District, city: City, browser: Browser) -> None:
    city.say(first={"name": "Zhou.Seven", "groups": ["别的", "网格员-北"]})
    assert district.client().get("/api/v1/config").json()["oidc"] == "市统一身份"
    done = browser.sign_in("first")
    assert (done.status_code, done.headers["location"]) == (303, HOME), done.text
    cookie = next(one for one in done.headers.get_list("set-cookie") if one.startswith("gisgrid_session"))
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    who = browser.who().json()
    assert (who["name"], who["role"], who["area"]) == ("zhou.seven", "dispatcher", NORTH)
    again = browser.sign_in("first")
    assert again.status_code == 303
    assert ask(district, "SELECT count(*) FROM core.account WHERE subject LIKE '% first'") == [(1,)]
    assert ask(district, "SELECT what FROM core.audit_note UNION ALL SELECT what FROM core.audit") != []


def test_a_name_that_is_taken_is_not_taken_over(district: District, city: City, browser: Browser) -> None:
    """Who calls himself boss at the provider is not the boss here."""
    city.say(clever={"name": "boss", "groups": ["网格员-北"]}, odd={"name": "张三 <x>", "groups": ["网格员-北"]})
    browser.sign_in("clever")
    assert browser.who().json()["name"] == "boss-2" and browser.who().json()["role"] == "dispatcher"
    other = Browser(district.client(), httpx.Client(timeout=60))
    other.sign_in("odd")
    assert other.who().json()["name"].startswith("u-")
    other.there.close()


def test_other_groups_are_another_role_and_none_is_the_end(district: District, city: City, browser: Browser) -> None:
    city.say(mover={"groups": ["网格员-北"]})
    browser.sign_in("mover")
    city.say(mover={"groups": ["督查"]})
    browser.sign_in("mover")
    assert (browser.who().json()["role"], browser.who().json()["area"]) == ("supervisor", SOUTH)
    city.say(mover={"groups": ["别的"]})
    refused = browser.sign_in("mover")
    assert refused.status_code == 401 and "none of your groups" in refused.text and "没有角色" in refused.text
    assert browser.who().status_code == 401
    city.say(mover={"groups": ["督查"]})
    assert browser.sign_in("mover").status_code == 303, "who is in a group again is let in again"
    city.say(nobody={})
    stranger = Browser(district.client(), httpx.Client(timeout=60))
    assert stranger.sign_in("nobody").status_code == 401
    stranger.there.close()
    assert ask(district, "SELECT count(*) FROM core.account WHERE subject LIKE '% nobody'") == [(0,)]


def test_a_disabled_account_stays_disabled(district: District, city: City, browser: Browser) -> None:
    city.say(bad={"groups": ["督查"]})
    browser.sign_in("bad")
    assert district.client("boss").post("/api/v1/accounts/bad/state", json={}).status_code in (404, 405, 422)
    assert run(["user", "disable", "bad"]) == 0
    assert browser.who().status_code == 401
    refused = browser.sign_in("bad")
    assert refused.status_code == 401 and "disabled" in refused.text
    city.say(bad={"groups": []})
    assert browser.sign_in("bad").status_code == 401
    city.say(bad={"groups": ["督查"]})
    assert browser.sign_in("bad").status_code == 401, "leaving and coming back opens nothing"
    assert run(["user", "enable", "bad"]) == 0
    assert browser.sign_in("bad").status_code == 303


def test_a_mapping_that_ends_ends_its_accounts_at_once(district: District, city: City, browser: Browser) -> None:
    city.say(gone={"groups": ["督查"]})
    browser.sign_in("gone")
    boss = district.client("boss")
    listed = boss.get("/api/v1/sign-in-groups").json()["groups"]
    assert [(one["group_name"], one["accounts"] > 0) for one in listed][1] == ("督查", True)
    assert district.client("wang").get("/api/v1/sign-in-groups").status_code == 403
    assert boss.delete("/api/v1/sign-in-groups", params={"group_name": "督查"}).status_code == 204
    assert browser.who().status_code == 401
    assert boss.delete("/api/v1/sign-in-groups", params={"group_name": "督查"}).status_code == 404
    bad = boss.put("/api/v1/sign-in-groups", json={"group_name": "x", "role": "supervisor"})
    assert bad.status_code == 422, "a supervisor has an area"
    good = boss.put("/api/v1/sign-in-groups", json={"group_name": "督查", "role": "supervisor", "area": NORTH})
    assert good.status_code == 200 and browser.sign_in("gone").status_code == 303
    assert browser.who().json()["area"] == NORTH


def test_what_is_forged_signs_nobody_in(district: District, city: City, browser: Browser) -> None:
    city.say(real={"groups": ["督查"]})
    where = browser.go("real")
    query = {name: value for name, [value] in parse_qs(urlsplit(where).query).items()}
    assert query["iss"] == city.issuer
    path = "/api/v1/sessions/oidc/callback"

    def come(client: Any, **changed: str | None) -> int:
        sent = {name: value for name, value in {**query, **changed}.items() if value is not None}
        status: int = client.get(path, params=sent, follow_redirects=False).status_code
        return status

    assert come(district.client()) == 401, "another browser has not begun it"
    assert come(browser.here, state="0" * 43) == come(browser.here, iss="http://127.0.0.1:1") == 401
    assert come(browser.here, code=None, error="access_denied") == 401
    assert come(browser.here, code="x" * 43) == 401
    cookie = browser.here.cookies[FLOW_COOKIE]
    browser.here.cookies.set(
        FLOW_COOKIE, cookie[:-1] + ("0" if cookie[-1] != "0" else "1"), path="/api/v1/sessions/oidc"
    )
    assert come(district.client()) == 401
    assert browser.who().status_code == 401


def test_a_code_is_used_once_and_by_who_has_the_verifier(district: District, city: City, browser: Browser) -> None:
    city.say(once={"groups": ["督查"]})
    where = browser.go("once")
    thief = Browser(district.client(), browser.there)
    mine = parse_qs(urlsplit(thief.here.get("/api/v1/sessions/oidc", follow_redirects=False).headers["location"]).query)
    code = parse_qs(urlsplit(where).query)["code"][0]
    stolen = {"code": code, "state": mine["state"][0]}
    taken = thief.here.get("/api/v1/sessions/oidc/callback", params=stolen, follow_redirects=False)
    assert taken.status_code == 401, "the code is bound to the verifier of another browser"
    assert browser.sign_in("once").status_code == 303


def test_without_a_provider_there_is_no_door(district: District, city: City) -> None:
    before, district.app.state.openid = (
        district.app.state.openid,
        Provider(replace(district.app.state.settings, oidc_issuer="")),
    )
    assert district.client().get("/api/v1/sessions/oidc", follow_redirects=False).status_code == 404
    district.app.state.openid = Provider(replace(district.app.state.settings, oidc_issuer="http://127.0.0.1:9"))
    assert district.client().get("/api/v1/sessions/oidc", follow_redirects=False).status_code == 503
    district.app.state.openid = Provider(replace(district.app.state.settings, oidc_issuer="http://city.example"))
    assert district.client().get("/api/v1/sessions/oidc", follow_redirects=False).status_code == 503
    district.app.state.openid = before
    until(lambda: district.client().get("/api/v1/sessions/oidc", follow_redirects=False).status_code == 302)
