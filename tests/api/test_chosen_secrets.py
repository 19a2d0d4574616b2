"""A person chooses his own secret: Argon2 keeps it, it signs in by its name, and his database login has it."""

import pytest
from fastapi.testclient import TestClient
from psycopg2.extensions import encrypt_password
from sqlalchemy import text

from gisgrid.api.counts import Counts
from gisgrid.api.limits import SecretLimits
from gisgrid.chosen import plain
from gisgrid.database import OWNER, Database
from gisgrid.migrations.logins import make_verifier
from tests.api.conftest import District

PATH = "/api/v1/sessions"
CHOSEN = "四个词 四个词 ok correct horse"
SAME = "四个词 四个词 ok correct ｈｏｒｓｅ"
"""As another keyboard writes it."""


def signing_in(district: District, name: str, secret: str) -> TestClient:
    """A client that tried to sign in."""
    client = TestClient(district.app, base_url="https://testserver")
    client.post(PATH, json={"name": name, "secret": secret})
    return client


def salt_of(verifier: str) -> str:
    return verifier.split(":")[1].split("$")[0]


def who(client: TestClient) -> str:
    answer = client.get(PATH)
    return str(answer.json()["name"]) if answer.status_code == 200 else ""


def test_a_chosen_secret_signs_in_and_the_one_before_is_over(district: District) -> None:
    given = district.secrets["south"]
    here, elsewhere = signing_in(district, "south", given), signing_in(district, "south", given)
    changed = here.put(f"{PATH}/secret", json={"secret": given, "new_secret": CHOSEN})
    assert changed.status_code == 200 and changed.json()["name"] == "south", changed.text
    assert who(here) == "south" and who(elsewhere) == ""
    assert district.client("south").get(PATH).status_code == 401
    assert who(signing_in(district, "south", given)) == ""
    assert who(signing_in(district, "south", CHOSEN)) == who(signing_in(district, "south", SAME)) == "south"
    assert who(signing_in(district, "north", CHOSEN)) == who(signing_in(district, "nobody", CHOSEN)) == ""
    bearer = TestClient(district.app, headers={"Authorization": f"Bearer {CHOSEN.encode().hex()}"})
    assert bearer.get(PATH).status_code == 401
    kept = "SELECT secret_sha256 = '' AND secret_argon2 LIKE '$argon2id$%' FROM core.account WHERE name = 'south'"
    with Database(district.url, role=OWNER).transaction() as connection:
        assert connection.execute(text(kept)).scalar() is True
    again = here.put(f"{PATH}/secret", json={"secret": SAME, "new_secret": CHOSEN + "!"})
    assert again.status_code == 200 and who(signing_in(district, "south", CHOSEN + "!")) == "south"
    made = district.client("boss").post("/api/v1/accounts/south/secret").json()["secret"]
    assert who(here) == who(signing_in(district, "south", CHOSEN + "!")) == ""
    district.secrets["south"] = made
    assert who(signing_in(district, "south", made)) == "south"


@pytest.mark.parametrize(
    "new", ["short", "aaaaaaaaaaaaaaa", "abababababab", "wang is my name", "gg_12_abcdefghijkl", "with a\ttab inside"]
)
def test_what_is_easily_guessed_is_refused(district: District, new: str) -> None:
    client = district.client("wang")
    refused = client.put(f"{PATH}/secret", json={"secret": district.secrets["wang"], "new_secret": new})
    assert refused.status_code == 422 and who(client) == "wang"
    assert all(refused.json()["errors"][0][key] for key in ("message", "remedy", "message_zh", "remedy_zh"))


def test_only_who_knows_the_present_secret_changes_it(district: District) -> None:
    body = {"secret": "not the present one", "new_secret": CHOSEN}
    assert district.client().put(f"{PATH}/secret", json=body).status_code == 401
    for wrong in ("not the present one", district.secrets["north"]):
        refused = district.client("wang").put(f"{PATH}/secret", json=body | {"secret": wrong})
        assert refused.status_code == 403 and who(district.client("wang")) == "wang"


def test_a_disabled_account_signs_in_by_no_secret(district: District) -> None:
    boss = district.client("boss")
    given = boss.post("/api/v1/accounts", json={"name": "guest", "role": "worker", "area": "360302"}).json()["secret"]
    signing_in(district, "guest", given).put(f"{PATH}/secret", json={"secret": given, "new_secret": CHOSEN})
    assert who(signing_in(district, "guest", CHOSEN)) == "guest"
    boss.post("/api/v1/accounts/guest/disable")
    assert who(signing_in(district, "guest", CHOSEN)) == ""
    boss.post("/api/v1/accounts/guest/enable")
    assert who(signing_in(district, "guest", CHOSEN)) == "guest"
    boss.delete("/api/v1/accounts/guest")
    assert who(signing_in(district, "guest", CHOSEN)) == ""


def test_the_database_login_has_it_as_its_password(district: District) -> None:
    boss, owner = district.client("boss"), Database(district.url, role=OWNER)
    name = f"draws_{owner.engine.url.database}"
    given = boss.post("/api/v1/accounts", json={"name": name, "role": "editor", "area": "360302"}).json()["secret"]
    here = signing_in(district, name, given)
    assert here.put(f"{PATH}/secret", json={"secret": given, "new_secret": CHOSEN}).status_code == 200
    superuser = Database(district.url, role="")
    with superuser.transaction() as connection:
        password = "SELECT rolpassword FROM pg_authid WHERE rolname = :name"
        found = str(connection.execute(text(password), {"name": name}).scalar())
    assert found.startswith("SCRAM-SHA-256$100000:") and found == make_verifier(CHOSEN, 100_000, salt=salt_of(found))
    with superuser.engine.connect() as connection:  # QGIS and psql prepare what is typed by this library as well
        driver = connection.connection.driver_connection
        typed = encrypt_password(SAME, name, driver, "scram-sha-256")
    assert typed == make_verifier(plain(SAME), salt=salt_of(typed))
    boss.delete(f"/api/v1/accounts/{name}")
    owner.close()
    superuser.close()


def test_an_address_guesses_only_so_often(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(district.app.state, "secret_limits", SecretLimits(3, Counts()))
    stranger = TestClient(district.app, client=("203.0.113.9", 5000))
    wrong = {"name": "wang", "secret": "anything at all"}
    assert [stranger.post(PATH, json=wrong).status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    assert who(signing_in(district, "wang", district.secrets["wang"])) == "wang"
