"""`python -m tests.api.examples` asks everything of a service with the sample; its answers are OpenAPI's examples.

Long because every door is asked once, by somebody who may.
"""

import json
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url, text

from gisgrid.access import add_account
from gisgrid.api.app import create_app
from gisgrid.api.document import EXAMPLES
from gisgrid.cli.sample import load_sample
from gisgrid.cluster import test_cluster
from gisgrid.database import OWNER, Database
from gisgrid.devices import make_token
from gisgrid.migrations import migrate
from gisgrid.settings import read_settings
from tests.conftest import url_of
from tests.pictures import encode, plain
from tests.waiting import PATIENCE_S

Json = dict[str, Any]
MOST = 2
"""Elements of a list that an example keeps."""
SECRET = "shown-once"  # noqa: S105  # in place of one
GRID, TOWN, DISTRICT = "360302007202006", "360302007", "360302"
WHERE: Json = {"lon": 113.8600, "lat": 27.6240, "system": "gcj02"}
DEVICE = "GZY-01"
FOLLOWER = UUID(int=4, version=4)
BANK = "UPDATE overlay.place SET course = ST_MakeLine(geom, ST_Translate(geom, 0.005, 0.001)) WHERE code = :code"
KIT = "JSD-01"
ALIAS = (
    "INSERT INTO core.alias (network, alias, name, area_id, share, valid_from)"
    " SELECT 'party', 'A-001', '一号党建网格(虚构)', area_id, 0.97, now() FROM app.area_at(now()) WHERE code = :code"
)
NOT_JSON = (
    *("getTile", "getBasemapTile", "getQr", "getCsv", "getXlsx", "getPhoto", "getOwnPhoto", "getEvents"),
    *("getUnsubscribe", "createUnsubscribe", "beginOpenid", "finishOpenid"),
)
"""What no JSON shows: tiles, pictures, files, a stream."""


@dataclass
class Asking:
    """A service, whom to ask as, and what was answered by operationId and status."""

    client: TestClient
    document: Json
    secrets: Mapping[str, str]
    kept: dict[str, Json] = field(default_factory=dict)

    def ask(self, operation: str, who: str = "", body: Any = None, **more: Any) -> Json:
        """Ask one door by its operationId; the answer, which is no refusal, is kept."""
        method, path = self._door(operation)
        names = re.findall(r"{(\w+)}", path)
        headers = {"Authorization": f"Bearer {self.secrets[who]}"} if who else {}
        headers |= {"X-Report-Secret": more.pop("report_secret")} if "report_secret" in more else {}
        asked: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body} if body else {}
        query = {name: value for name, value in more.items() if name not in names}
        url = path.format(**more)
        answer = self.client.request(method, url, headers=headers, params=query, **asked)
        assert answer.is_success, (operation, answer.text)
        example = self.kept.setdefault(operation, {"answers": {}})
        if "json" in asked:
            example["request"] = _shown(body)
        if answer.content:
            example["answers"][str(answer.status_code)] = _shown(answer.json())
        found: Json = answer.json() if answer.content else {}
        return found

    def _door(self, operation: str) -> tuple[str, str]:
        return next(
            (method, path)
            for path, methods in self.document["paths"].items()
            for method, each in methods.items()
            if each["operationId"] == operation
        )


def _shown(value: Any, name: str = "") -> Any:
    """As an example shows it: lists are short, shapes whole, secrets hidden."""
    if isinstance(value, dict):
        return {key: _shown(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return value if name in ("coordinates", "polygon") else [_shown(each) for each in value[:MOST]]
    return SECRET if name in ("secret", "token") and isinstance(value, str) else value


def ask_everything(asking: Asking) -> None:
    """Every door once, in an order in which each finds what it needs."""
    _ask_map(asking)
    number, secret = _ask_reports(asking)
    _ask_tickets(asking, number)
    asking.ask("createRating", body={"score": 5, "words": "修得很快"}, number=number, report_secret=secret)
    asking.ask("putSubscription", body={"email": None}, number=number, report_secret=secret)
    asking.ask("getSubscription", number=number, report_secret=secret)
    asking.ask("reopenOwn", body={"text": "又不亮了"}, number=number, report_secret=secret)
    asking.ask("getReport", number=number, report_secret=secret)
    _ask_figures(asking)
    _ask_changesets(asking)
    _ask_overlays(asking)
    _ask_keeping(asking)
    _ask_accounts(asking)


def _ask_overlays(asking: Asking) -> None:
    at = datetime.now(UTC)
    pings = [{**WHERE, "at": (at - timedelta(seconds=ago)).isoformat(), "accuracy_m": 5} for ago in (20, 10, 10)]
    asking.ask("createPings", "admin", pings)
    token = asking.ask("createPingToken", "admin")["token"]
    for operation in ("getOsmand", "createOsmand"):
        asking.ask(operation, id=token, lat=27.6273, lon=113.8548, accuracy=5)
    _ask_tokens(asking)
    asking.ask("deletePingToken", "admin")
    asking.ask("getCoverage", "admin", area=TOWN)
    asking.ask("getCameras", "admin", **WHERE)
    asking.ask("getCameraView", "admin", area=TOWN)
    asking.ask("getPlaces", "admin", **WHERE, kind="rescue", limit=2)
    corners = [[113.80, 27.60], [113.90, 27.60], [113.90, 27.65], [113.80, 27.65]]
    drawn = {"polygon": corners, "system": "gcj02", "hand_over": True, "words": "请播放防汛广播"}
    asking.ask("createSelection", "admin", drawn)
    asking.ask("getPlaceStretches", "admin", code=KIT)
    asking.ask("getReach", "admin", area=TOWN, minutes=10, outline=True)
    asking.ask("getPatrols", "admin", **WHERE)
    asking.ask("getCrossings", "admin", area=TOWN, limit=2)
    asking.ask("getPresence", "admin", area=TOWN)


def _ask_tokens(asking: Asking) -> None:
    """While the administrator's phone has a token: it is ended by another door, and made again for its own."""
    asking.ask("createDeviceToken", "admin", code=DEVICE)
    for operation in ("disableDevice", "enableDevice"):
        asking.ask(operation, "admin", code=DEVICE)
    asking.ask("getTokens", "admin")
    asking.ask("endPhone", "admin", name="admin")
    asking.ask("createPingToken", "admin")


def _ask_map(asking: Asking) -> None:
    for operation in ("getHealth", "getReadiness", "getConfig", "getNetworks", "getCategories", "getSources"):
        asking.ask(operation)
    asking.ask("getWorkflows")
    asking.ask("locatePoint", **WHERE, accuracy_m=15)
    asking.ask("getAreas", level="community", parent=TOWN, geometry="false")
    asking.ask("getArea", code=GRID)
    asking.ask("getLineage", code=GRID)
    asking.ask("getAreaFigures", code=GRID)
    asking.ask("getAlias", alias="A-001")
    asking.ask("getPlacard", code=GRID)
    asking.ask("getTilejson", layers="area")
    asking.ask("getStyle", theme="day")
    asking.ask("getBoundaryHistory")
    asking.ask("compareBoundariesOfDates", **{"from": "2023-06-01"})
    asking.ask("getRoute", "admin", **WHERE, category="hazard")
    asking.ask("getDuty", **WHERE)
    asking.ask("getAreaDuty", code=GRID)


def _ask_reports(asking: Asking) -> tuple[str, str]:
    report = {**WHERE, "accuracy_m": 15, "category": "hazard", "description": "路灯不亮"}
    receipt = asking.ask("createReport", body=report)
    number, secret = str(receipt["number"]), str(receipt["secret"])
    asking.ask("createOwnPhoto", body=encode(plain()), number=number, report_secret=secret)
    asking.ask("setClock", "admin", {"state": "paused", "reason": "请问是几栋?"}, number=number)
    asking.ask("createAnswer", body={"text": "3栋门口"}, number=number, report_secret=secret)
    asking.ask("createReports", "admin", {"reports": [{**report, "client_ref": "hotline-2026-1"}]})
    asking.ask("createAlarm", "device", {"kind": "smoke", "value": 0.8})
    return number, secret


def _ask_tickets(asking: Asking, number: str) -> None:
    asking.ask("getTickets", "admin", area=TOWN, limit=2)
    asking.ask("getGeojson", area=GRID)
    asking.ask("getWorklists", "admin")
    asking.ask("getSearch", q="凤凰街")
    asking.ask("getCounters", area=TOWN)
    asking.ask("getNearby", **WHERE)
    asking.ask("followTicket", number=number, follower=str(FOLLOWER))
    asking.ask("unfollowTicket", number=number, follower=str(FOLLOWER))
    asking.ask("putPublicWords", "admin", {"words": "路灯已在维修"}, number=number)
    asking.ask("createPhoto", "admin", encode(plain()), number=number)
    asking.ask("getPhotos", "admin", number=number)
    asking.ask("getSimilar", "admin", number=number, within_m=2000, within_days=365)
    asking.ask("setCategory", "admin", {"category": "hazard", "note": "是安全隐患"}, number=number)
    asking.ask("setPlace", "admin", {**WHERE, "note": "在路口"}, number=number)
    found = asking.ask("getAssignees", "admin", number=number)
    asking.ask("createAssignment", "admin", {"post": found["posts"][1]["post"], "note": "请看看"}, number=number)
    called = {"departments": found["departments"][:1], "due_hours": 48, "note": "一起来"}
    whistles = asking.ask("createWhistle", "admin", called, number=number)["whistles"]
    answer = {"state": "reported_in"}
    asking.ask("answerWhistle", "admin", answer, number=number, whistle=whistles[0]["whistle"])
    asking.ask("answerWhistle", "admin", {"state": "done"}, number=number, whistle=whistles[0]["whistle"])
    asking.ask("createEscalation", "admin", {"note": "网格解决不了"}, number=number)
    first, second, whole = (_report_again(asking) for _ in range(3))
    asking.ask("setParent", "admin", {"parent": whole}, number=first)
    asking.ask("setDuplicate", "admin", {"of": number, "note": "同一件事"}, number=second)
    asking.ask("tellReporter", "admin", {"text": "已经派人去看"}, number=number)
    asking.ask("createStep", "admin", {"step": "inspect", "note": "灯已换好"}, number=number)
    for step in ("feedback", "rate"):
        asking.ask("createStep", "admin", {"step": step}, number=number)
    asking.ask("getTicket", "admin", number=number)


def _report_again(asking: Asking) -> str:
    return str(asking.ask("createReport", body={**WHERE, "category": "hazard", "description": "路灯不亮"})["number"])


def _ask_figures(asking: Asking) -> None:
    asking.ask("getFigures", area=TOWN, by="category")
    asking.ask("getRanking", of="community", area=TOWN)


def _ask_changesets(asking: Asking) -> None:
    """Two of the same grid: the second one has a conflict once the first is live."""
    second, first = (_draw(asking, name) for name in ("塘边北网格", "塘边新网格"))
    for operation in ("getChangeset", "checkChangeset", "previewChangeset", "getDrawn", "publishChangeset"):
        asking.ask(operation, "admin", changeset_id=first)
    asking.ask("resolveConflicts", "admin", {"take": "theirs", "code": GRID}, changeset_id=second)
    asking.ask("discardChangeset", "admin", changeset_id=second)
    asking.ask("undoChangeset", "admin", changeset_id=first)
    asking.ask("getChangesets", "admin")


def _draw(asking: Asking, name: str) -> str:
    opened = asking.ask("createChangeset", "admin", {"area": TOWN, "title": "调整网格边界"})
    shape = asking.client.get(f"/api/v1/areas/{GRID}").json()
    shape["properties"] = {"code": GRID, "name": name}
    drawn = json.dumps({"type": "FeatureCollection", "features": [shape]}).encode()
    number = str(opened["changeset_id"])
    asking.ask("importFile", "admin", drawn, changeset_id=number, name="grids.geojson")
    return number


def _ask_keeping(asking: Asking) -> None:
    worker = {"role": "worker", "name": "陈一(虚构)", "phone": "000-0000-0001"}
    made = asking.ask("createPost", "admin", {"area": GRID, **worker})
    asking.ask("changePost", "admin", {"is_public": True}, post=made["post"])
    heir = {"name": "林二(虚构)", "phone": "000-0000-0002"}
    made = asking.ask("createSuccessor", "admin", heir, post=made["post"])
    asking.ask("getPosts", "admin", area=GRID)
    asking.ask("endPost", "admin", post=made["post"])
    asking.ask("putRule", "admin", {"category": "hazard", "area": TOWN, "role": "head"}, rule="隐患先找网格长")
    asking.ask("getRules", "admin")
    asking.ask("removeRule", "admin", rule="隐患先找网格长")
    lamp = {"parent": "hazard", "name_zh": "路灯", "name_en": "street lamp", "due_hours": 24, "needs_words": False}
    asking.ask("putCategory", "admin", lamp, category="lamp")
    asking.ask("getKeptCategories", "admin")
    asking.ask("removeCategory", "admin", category="lamp")
    hook = {"name": "city", "address": "https://city.example/hook", "topics": ["ticket.*"], "area": TOWN}
    asking.ask("createTarget", "admin", hook)
    asking.ask("getTargets", "admin")
    asking.ask("retryTarget", "admin", name="city")
    asking.ask("removeTarget", "admin", name="city")


def _ask_accounts(asking: Asking) -> None:
    asking.ask("createAccount", "admin", {"name": "zhang", "role": "dispatcher", "area": TOWN})
    for operation in ("getAccount", "createSecret", "disableAccount", "enableAccount"):
        asking.ask(operation, "admin", name="zhang")
    asking.ask("changeAccount", "admin", {"role": "supervisor", "area": TOWN}, name="zhang")
    asking.ask("removeAccount", "admin", name="zhang")
    asking.ask("getAccounts", "admin")
    asking.ask("putGroup", "admin", {"group_name": "/grid/north", "role": "dispatcher", "area": TOWN})
    asking.ask("getGroups", "admin")
    asking.ask("deleteGroup", "admin", group_name="/grid/north")
    asking.ask("getAudit", "admin")
    asking.ask("createSession", body={"name": "admin", "secret": asking.secrets["admin"]})
    asking.ask("getSession", "admin")
    asking.ask("putSecret", "admin", {"secret": asking.secrets["admin"], "new_secret": "four quiet lamps"})
    asking.ask("deleteSession")


def main() -> int:
    """Renew the file of examples."""
    with test_cluster() as server, tempfile.TemporaryDirectory() as folder:
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE examples"))
        admin.dispose()
        url = url_of(server, "examples")
        migrate(url)
        secrets = _fill(url)
        settings = read_settings({}, wait_s=PATIENCE_S, data_dir=folder)
        app = create_app(settings, url_of(url, str(make_url(url).database), "gisgrid_api"))
        with TestClient(app, raise_server_exceptions=False) as client:
            asking = Asking(client, app.openapi(), secrets)
            ask_everything(asking)
    EXAMPLES.write_text(json.dumps(asking.kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def _fill(url: str) -> dict[str, str]:
    owner = Database(url, role=OWNER, statement_timeout_s=600)
    load_sample(owner, read_settings({}), say=lambda _line: None)
    owner.close()
    superuser = Database(url, role="")
    with superuser.transaction() as connection:
        secrets = {"admin": add_account(connection, "admin", "admin"), "device": make_token(connection, DEVICE)}
        connection.execute(text(ALIAS), {"code": GRID})
        connection.execute(text(BANK), {"code": KIT})
    superuser.close()
    return secrets


if __name__ == "__main__":
    sys.exit(main())
