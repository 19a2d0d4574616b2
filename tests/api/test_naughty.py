"""Whatever is thrown at whichever door: no 5xx, and every refusal is a problem document that says what and where."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from gisgrid.open311.service_requests import FILTERS
from gisgrid.open311.submission import ARGUMENTS
from tests.api.conftest import District
from tests.api.doors import Door, Raw, Request, Slot, doors
from tests.api.naughty import BODIES, BYTES, VALUES, WORDS, of_text
from tests.api.turns import KEEN, SHARED_BY, Turn, shares, turns
from tests.waiting import in_a_loop

DOORS = doors()
TURNS = turns(DOORS)
TEXT = {name: of_text(word) for name, word in WORDS.items()}
IN_ADDRESS = TEXT | {name: Raw(b"", text) for name, text in BYTES.items()}
IN_BODY = TEXT | {name: Raw(text, b"") for name, text in VALUES.items()}
LONGEST_ADDRESS = 30_000
LEAST = 25
"""So many things at least are sent to a place."""

CHINESE = {"message_zh", "remedy_zh"}
"""What clerks read is told in Chinese as well."""


def hostile(door: Door, known: dict[str, Any]) -> Iterator[tuple[str, Request]]:
    """Every request of this door with one thing in it that should not be there, as it is its places' turn."""
    for slot in door.slots():
        turn = TURNS.get((door.label, slot), Turn())
        for name, value in turn.of_these(IN_BODY if slot.where == "body" else IN_ADDRESS):
            request = door.request(known, {slot: value})
            if len(request.url) < LONGEST_ADDRESS:  # longer ones never reach the app
                yield f"{_words(slot)} = {name}", request
    if door.body_schema():
        for name, (content, kind) in BODIES.items():
            plain = door.request(known)
            yield f"body = {name}", Request(plain.method, plain.url, content, typed(kind))


def typed(kind: str) -> dict[str, Any]:
    """A header with this content type, which may be no ASCII; none when it is empty."""
    return {"Content-Type": kind.encode("latin-1")} if kind else {}


def complaint(answer: httpx2.Response) -> str:
    """What is wrong with the answer? Empty: nothing."""
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if answer.status_code < 400:
        return ""
    if answer.headers["content-type"] != "application/problem+json":
        return f"{answer.status_code} is {answer.headers['content-type']}"
    told = answer.json()
    if told["status"] != answer.status_code or not told["errors"]:
        return f"{answer.status_code} says {told}"
    said = {"field", "message", "remedy"}
    if any(set(fault) - CHINESE != said or not fault["message"] for fault in told["errors"]):
        return f"{answer.status_code} has {told['errors']}"
    return "it tells of itself" if "Traceback" in answer.text or "psycopg2" in answer.text else ""


def complaints(
    app: FastAPI,
    requests: Iterable[tuple[str, Request]],
    secret: str = "",
    read: Callable[[httpx2.Response], str] = complaint,
) -> tuple[int, list[str]]:
    """How many requests were sent, and what was wrong with which answer.

    In one event loop: the usual test client starts a thread for every request, and there are thousands.
    """

    async def send() -> dict[str, str]:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://naughty.example", headers=headers
        ) as client:
            return {
                what: read(await client.request(r.method, r.url, content=r.body, headers=dict(r.headers)))
                for what, r in requests
            }

    said = in_a_loop(send)
    return len(said), [f"{what}: {words}" for what, words in said.items() if words]


@pytest.mark.parametrize("door", DOORS, ids=[door.label for door in DOORS])
def test_nothing_that_is_sent_breaks_a_door(door: Door, district: District, known: dict[str, Any]) -> None:
    sent, wrong = complaints(district.app, hostile(door, known), district.secrets["boss"])
    assert wrong == []
    assert sent >= len(door.slots()) * LEAST


def test_every_field_gets_what_breaks_doors_and_fields_of_a_kind_get_all_of_it_among_them() -> None:
    for corpus in (IN_ADDRESS, IN_BODY):
        for places in (1, 2, SHARED_BY, SHARED_BY + 3):
            sent = [{name for name, _ in turn.of_these(corpus)} for turn in shares(places)]
            assert set().union(*sent) == set(corpus)
            assert all(KEEN & set(corpus) <= names for names in sent)
    assert set(TURNS) == {(door.label, slot) for door in DOORS for slot in door.slots()}
    assert KEEN <= set(IN_ADDRESS) | set(IN_BODY)


@pytest.mark.parametrize("name", IN_ADDRESS)
def test_nothing_in_an_address_breaks_what_the_document_does_not_name(name: str, district: District) -> None:
    text = quote(IN_ADDRESS[name].text[: LONGEST_ADDRESS // 4], safe="")
    paths = (f"/{text}", f"/assets/{text}", f"/api/v1/{text}", f"/?{text}={text}", f"/tiles/{text}.json")
    assert complaints(district.app, ((path, Request("get", path)) for path in paths))[1] == []


OPEN311 = (*ARGUMENTS, "attribute[accuracy_m]")


def of_open311(key: str) -> Iterator[tuple[str, Request]]:
    """The corpus at every place of the standard's calls, which the document does not name."""
    base, form = "/open311/v2/requests", {"api_key": key, "service_code": "hazard", "lat": "27.649", "long": "113.851"}
    paths = (f"{base}/{{}}.json", "/open311/v2/services/{}.json", "/open311/v2/tokens/{}.json")
    for turn, path in zip(shares(len(paths)), paths, strict=True):
        for name, value in turn.of_these(IN_ADDRESS):
            if b"\n" not in value.text:  # an address with a line break leads to the house's own 404
                yield f"GET {path} = {name}", Request("get", path.format(_quoted(value)))
    filters = (*FILTERS, "jurisdiction_id")
    for turn, argument in zip(shares(len(filters)), filters, strict=True):
        for name, value in turn.of_these(IN_ADDRESS):
            yield f"GET {argument} = {name}", Request("get", f"{base}.json?{argument}={_quoted(value)}")
    for turn, field in zip(shares(len(OPEN311)), OPEN311, strict=True):
        for name, value in turn.of_these(IN_ADDRESS):
            content = urlencode({**form, field: value.text})
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            yield f"POST form {field} = {name}", Request("post", f"{base}.json", content.encode(), headers)
    for name, value in IN_BODY.items():
        fields = b",".join(f'"{key}": "{word}"'.encode() for key, word in form.items())
        body = b"{" + fields + b', "description": ' + value.json + b', "attribute": ' + value.json + b"}"
        yield f"POST JSON {name}", Request("post", f"{base}.json", body, {"Content-Type": "application/json"})
    for name, (whole, kind) in BODIES.items():
        yield f"POST body {name}", Request("post", f"{base}.json", whole, typed(kind))


def test_nothing_that_is_sent_breaks_open311_whose_refusals_have_its_own_form(district: District) -> None:
    sent, wrong = complaints(district.app, of_open311(district.secrets["north"]), read=complaint_of_open311)
    assert wrong == []
    assert sent > 25 * LEAST


def complaint_of_open311(answer: httpx2.Response) -> str:
    """What is wrong with an answer of the standard, in JSON?"""
    if answer.status_code < 400:
        return ""
    told = answer.json() if answer.headers["content-type"].startswith("application/json") else []
    is_told = bool(told) and all(fault["code"] == answer.status_code and fault["description"] for fault in told)
    return "" if answer.status_code < 500 and is_told else f"{answer.status_code} says {answer.text[:200]}"


class Thing(BaseModel):
    """What the planted door takes."""

    size: float


def test_a_door_that_breaks_is_caught(known: dict[str, Any]) -> None:
    planted = APIRouter()

    @planted.get("/planted/{name}")
    def read(name: str, count: int = 1) -> str:
        return str(name.encode("ascii")) + "x" * (count % 10)

    @planted.post("/planted")
    def write(thing: Thing) -> int:
        return int(thing.size)

    app = FastAPI()
    app.include_router(planted)
    wrong = [words for door in doors(app.openapi()) for words in complaints(app, hostile(door, known))[1]]
    assert any("path name = family: 500" in words for words in wrong)
    assert any("body size = infinite: 500" in words for words in wrong)
    assert any("query count = SQL: 422 is application/json" in words for words in wrong)


def _quoted(value: Raw) -> str:
    return quote(value.text, safe="")[:LONGEST_ADDRESS]


def _words(slot: Slot) -> str:
    return f"{slot.where} {'.'.join(map(str, slot.way))}"
