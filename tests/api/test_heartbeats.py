"""What runs by itself goes on after any error, and who asks hears of it: the feed, the counters, the worker."""

import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from sqlalchemy import create_engine, text

from gisgrid import heartbeats, worker
from gisgrid.api import listeners
from gisgrid.cli.serve import bind, listen
from gisgrid.cli.serving import Server
from gisgrid.notices import sender
from gisgrid.settings import Settings
from gisgrid.worker import working
from tests.api.conftest import District
from tests.api.streams import listening
from tests.api.test_reports import body
from tests.browser.server import serving
from tests.waiting import until


@dataclass
class Asked:
    """A service over a socket, and who asks it how it is."""

    district: District
    url: str

    def faults(self) -> set[str]:
        """The parts that /readyz names; none: it is ready."""
        try:
            urllib.request.urlopen(f"{self.url}/readyz")  # noqa: S310  # our own address
        except urllib.error.HTTPError as error:
            assert error.code == 503
            answer: dict[str, Any] = json.loads(error.read())
            assert all(one["message_zh"] and one["remedy_zh"] for one in answer["errors"])
            return {one["field"] for one in answer["errors"]}
        return set()

    def metric(self, part: str) -> str:
        """What the metric of this part says."""
        answer = urllib.request.urlopen(f"{self.url}/metrics")  # noqa: S310
        lines = answer.read().decode().splitlines()
        return next((line.split()[1] for line in lines if line.startswith(f'gisgrid_part_up{{part="{part}"')), "")

    def run(self, *statements: str) -> None:
        """As the superuser, committed."""
        engine = create_engine(self.district.url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def report(self) -> str:
        """A report came in; its number."""
        answer = self.district.client().post("/api/v1/reports", json=body())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])


@pytest.fixture(scope="module")
def asked(district: District) -> Iterator[Asked]:
    with serving(district.app_again()) as url:
        yield Asked(district, url)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, what otherwise takes some seconds."""
    monkeypatch.setattr(heartbeats, "FAILING_S", 0.0)
    monkeypatch.setattr(heartbeats, "WRITE_S", 0.0)
    monkeypatch.setattr(listeners, "KEEP_ALIVE_S", 0.2)


def test_a_feed_without_rights_says_so_and_goes_on_when_it_has_them_again(asked: Asked) -> None:
    with listening(asked.url) as stream:
        asked.run("REVOKE SELECT ON core.change FROM gisgrid_service")
        try:
            number = asked.report()
            until(lambda: "feed" in asked.faults())
            until(lambda: stream.of("stalled"))
            assert number not in stream.numbers
        finally:
            asked.run("GRANT SELECT ON core.change TO gisgrid_service")
        stream.wait_for(number)
        until(lambda: "feed" not in asked.faults())
        until(lambda: asked.metric("feed") == "1.0")
        alive = len(stream.of("alive"))
        until(lambda: len(stream.of("alive")) > alive)


@pytest.mark.parametrize(("part", "method"), [("feed", "_look"), ("counters", "_count")])
def test_an_error_that_nobody_thought_of_ends_no_thread(
    asked: Asked, part: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_feed: object) -> None:
        raise KeyError("never heard of")

    app = asked.district.app_again()
    with serving(app) as url, listening(url, area="") as stream:
        here = Asked(asked.district, url)
        with monkeypatch.context() as broken:
            broken.setattr(type(app.state.feed), method, fails)
            app.state.feed._uncounted.set()
            until(lambda: part in here.faults())
        app.state.feed._uncounted.set()
        until(lambda: part not in here.faults())
        number = asked.report()
        stream.wait_for(number)


def test_a_silent_thread_is_told(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    app = asked.district.app_again()
    with serving(app) as url:
        here = Asked(asked.district, url)
        until(lambda: "feed" not in here.faults())
        heart = app.state.feed.hearts[0]
        with monkeypatch.context() as silent:
            silent.setattr(heart, "_usual_s", -1.0)
            until(lambda: "feed" in here.faults())
        until(lambda: "feed" not in here.faults())


def test_a_worker_that_fails_is_told_by_every_process_and_goes_on(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "POLL_S", 0.1)

    def fails(_database: object) -> None:
        raise KeyError("never heard of")

    with working(asked.district.url):
        until(lambda: asked.metric("worker") == "1.0")
        with monkeypatch.context() as broken:
            broken.setattr(worker, "_look", fails)
            until(lambda: "worker" in asked.faults())
            until(lambda: asked.metric("worker") == "0.0")
        until(lambda: "worker" not in asked.faults())
    until(lambda: asked.metric("worker") == "")  # it ended on purpose


def test_a_sender_that_fails_is_told_and_goes_on(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "POLL_S", 0.1)

    def fails(*_given: object) -> None:
        raise KeyError("never heard of")

    with sender.sending(asked.district.url, Settings()):
        until(lambda: asked.metric("sender") == "1.0")
        with monkeypatch.context() as broken:
            broken.setattr(sender, "due_targets", fails)
            until(lambda: "sender" in asked.faults())
        until(lambda: "sender" not in asked.faults())


def test_a_killed_process_is_missed(asked: Asked) -> None:
    """Its row stays, and does not move any more."""
    asked.run("SELECT app.beat('worker', '100 ms', false)")
    until(lambda: "worker" in asked.faults())
    asked.run("SELECT app.beat('worker', '1 hour', false)")
    until(lambda: "worker" not in asked.faults())
    asked.run("DELETE FROM core.heartbeat")


def test_a_service_ends_quietly_while_maps_are_open(district: District, caplog: pytest.LogCaptureFixture) -> None:
    """As by Ctrl-C: the streams end first, and nothing is said of a program's insides."""
    app = district.app_again()
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2)
    server = Server(config, app)
    with bind("127.0.0.1", 0) as listener:
        listen(listener)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        until(lambda: server.started)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with listening(address) as first, listening(address, area="") as second:
            server.should_exit = True
            until(lambda: first.ended and second.ended)
        thread.join()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
