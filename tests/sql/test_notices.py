"""Who is told of what: facts to everybody, words to whom they are trusted, nothing of what was rolled back."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from standardwebhooks import Webhook

from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Conflict, GisgridError, NotFound, Refused
from gisgrid.notices import targets
from tests.drawing import draw, publish_leaves
from tests.sql.endpoints import answer, listening
from tests.sql.notices import WORDS, ask, forget, make_district, report, sender_of, step, tell

OK = answer(200)


@pytest.fixture(scope="module", autouse=True)
def district(owner: Database) -> None:
    make_district(owner)


@pytest.fixture(autouse=True)
def nobody_is_told(owner: Database) -> None:
    forget(owner)


def test_a_report_is_told_with_its_facts_and_a_signature_that_others_accept(owner: Database, owner_url: str) -> None:
    with listening(OK) as hook, sender_of(owner_url) as sender:
        secret = tell(owner, "hook", hook.url)
        [number] = report(owner)
        assert dict(sender.send_once()) == {"delivered": 1}
        [request] = hook.requests
        message = Webhook(secret).verify(request.body, request.headers)
    assert (message["type"], message["id"]) == ("ticket.received", request.id)
    assert re.fullmatch(r"[0-9a-f-]{36}", request.id)
    data = message["data"]
    assert (data["number"], data["category"], data["step"], data["grid"]["code"]) == (number, "hazard", "assign", "A")
    assert set(data) == {"number", "category", "step", "grid", "area", "received_at", "due_at", "closed_at"}
    assert WORDS not in request.body.decode()
    assert request.headers["host"] == f"127.0.0.1:{hook.port}"


def test_words_go_to_whom_they_are_trusted_for_tickets_of_his_area_only(owner: Database, owner_url: str) -> None:
    with listening(OK) as hook, listening(OK) as other, sender_of(owner_url) as sender:
        tell(owner, "hook", hook.url, area="west", with_words=True)
        tell(owner, "other", other.url)
        inside, outside = report(owner)[0], report(owner, column=2.5)[0]
        sender.send_once()
        assert [(r.message["data"]["number"], r.message["data"]["description"]) for r in hook.requests] == [
            (inside, WORDS)
        ]
        assert {r.message["data"]["number"] for r in other.requests} == {inside, outside}
        assert all("description" not in r.message["data"] for r in other.requests)


def test_words_of_a_ticket_that_has_left_the_area_are_no_longer_told(owner: Database, owner_url: str) -> None:
    with listening(OK) as hook, sender_of(owner_url) as sender:
        tell(owner, "hook", hook.url, area="west", with_words=True)
        [number] = report(owner)
        ask(
            owner,
            "UPDATE work.ticket_private AS p SET path = '{0}' FROM work.ticket AS t"
            " WHERE t.ticket_id = p.ticket_id AND t.number = :n",
            n=number,
        )
        sender.send_once()
        assert "description" not in hook.requests[0].message["data"]


def test_only_the_topics_and_categories_that_were_asked_for_come(owner: Database, owner_url: str) -> None:
    with listening(OK) as hook, listening(OK) as steps, sender_of(owner_url) as sender:
        tell(owner, "hook", hook.url, category="安全隐患", topics=("ticket.*",))
        tell(owner, "step", steps.url, topics=("ticket.step",))
        report(owner, category="dispute")
        [number] = report(owner)
        step(owner, number, "handle", "只有内部的人看")
        sender.send_once()
        assert [r.message["type"] for r in hook.requests] == ["ticket.received", "ticket.step"]
        [request] = steps.requests
    data = request.message["data"]
    assert (data["from_step"], data["step"], data["to_step"]) == ("assign", "handle", "handle")
    assert "只有内部的人看" not in request.body.decode()


def test_a_ticket_that_moves_is_told_to_the_area_that_it_leaves_too(owner: Database, owner_url: str) -> None:
    with listening(OK) as west, listening(OK) as east, sender_of(owner_url) as sender:
        [number] = report(owner, column=1.5)
        tell(owner, "west", west.url, area="west")
        tell(owner, "east", east.url, area="east")
        _redraw(owner, "ABBB")
        sender.send_once()
        for hook in (west, east):
            data = {r.message["data"]["number"]: r.message["data"] for r in hook.requests}[number]
            assert (data["from"], data["to"], data["grid"]["code"]) == ("A", "B", "B")
        _redraw(owner, "AABB")


def test_nothing_is_told_of_what_was_rolled_back(owner: Database, owner_url: str) -> None:
    with listening(OK) as hook, sender_of(owner_url) as sender:
        tell(owner, "hook", hook.url)
        before = ask(owner, "SELECT count(*) FROM work.delivery")
        with pytest.raises(RuntimeError), owner.transaction(EVERYTHING) as connection:
            connection.execute(
                text(
                    "INSERT INTO work.outbox (ticket_id, topic, payload)"
                    " SELECT min(ticket_id), 'a.b', '{}' FROM work.ticket"
                )
            )
            raise RuntimeError
        assert not sender.send_once()
        assert (hook.connections, ask(owner, "SELECT count(*) FROM work.delivery")) == (0, before)


def test_targets_are_added_once_and_only_as_they_can_be(owner: Database) -> None:
    tell(owner, "hook", "https://hook.example/a")
    wrong: list[tuple[dict[str, object], str, type[GisgridError]]] = [
        ({"name": "hook"}, "name", Conflict),
        ({"name": "Hook!"}, "name", Refused),
        ({"kind": "pigeon"}, "kind", Refused),
        ({"address": "ftp://hook.example/"}, "address", Refused),
        ({"address": "https://me:secret@hook.example/"}, "address", Refused),
        ({"address": "https://hook.example/\r\nHost: a"}, "address", Refused),
        ({"kind": "email", "address": "nobody"}, "address", Refused),
        ({"kind": "email", "address": "a@b.example\r\nBcc: c@d.example"}, "address", Refused),
        ({"secret": "whsec_c2hvcnQ="}, "secret", Refused),
        ({"topics": ("Ticket",)}, "topic", Refused),
        ({"area": "nowhere"}, "area", Refused),
        ({"category": "nothing"}, "category", Refused),
        ({"with_words": True}, "words", Refused),
    ]
    for order, field, kind in wrong:
        whole = {"name": "new", "kind": "webhook", "address": "https://hook.example/a", **order}
        with pytest.raises(kind) as refused, owner.transaction() as connection:
            targets.add_target(connection, targets.TargetOrder(**whole), may_be_http=False)  # type: ignore[arg-type]
        assert refused.value.faults[0].field == field, order
    with owner.transaction() as connection:
        assert targets.remove_target(connection, "hook") == 0
        with pytest.raises(NotFound):
            targets.remove_target(connection, "hook")


def test_nobody_but_the_owner_reads_where_notices_go(owner: Database, service: Database) -> None:
    tell(owner, "hook", "https://hook.example/a")
    for sql in (
        "SELECT secret FROM work.target",
        "SELECT * FROM app.claim_delivery(1, '1 s')",
        "SELECT * FROM work.delivery",
    ):
        with pytest.raises(ProgrammingError), service.transaction(EVERYTHING) as connection:
            connection.execute(text(sql))
    [number] = report(owner)
    with service.transaction(EVERYTHING) as connection:  # and the service's own steps are told all the same
        connection.execute(text("SELECT app.take_step(:n, 'handle', 'boss', 'admin')"), {"n": number})
    assert ask(owner, "SELECT count(*) FROM work.delivery") == [(2,)]


def _redraw(owner: Database, picture: str) -> None:
    now = str(ask(owner, "SELECT clock_timestamp()::text")[0][0])
    with owner.transaction(EVERYTHING) as connection:
        done = publish_leaves(connection, draw(picture), parents={"A": "west", "B": "east"}, valid_from=now)
    ask(owner, "SELECT app.relocate_changeset(:id)", id=done["changeset_id"])
