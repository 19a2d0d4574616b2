"""Pings through a real MQTT broker (Mosquitto), as OwnTracks sends them. Long because each way to lose one is tried."""

import hashlib
import json
import os
import socket
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import publish
from sqlalchemy import text

from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.patrol import Ping, broker, receive
from gisgrid.patrol.broker import Subscriber, read_broker, subscribed
from gisgrid.patrol.owntracks import Message, read_message
from tests.api.conftest import District
from tests.api.test_pings import NOW, ask
from tests.browser.webservers import free_ports, program
from tests.drawing import spot
from tests.waiting import until, who_wait_for

USER, SECRET = "gisgrid", "a secret / of @ test"


@dataclass(frozen=True)
class Post:
    """A broker that runs, and the service's database behind it."""

    port: int
    owner: Database
    url: str

    @property
    def address(self) -> str:
        """As the setting has it."""
        return f"mqtt://{USER}:a%20secret%20%2F%20of%20%40%20test@127.0.0.1:{self.port}"

    def send(self, name: str, *bodies: Any) -> None:
        """Publish, and wait until the broker has it."""
        said = [
            {
                "topic": f"owntracks/{name}/phone",
                "payload": body if isinstance(body, bytes) else json.dumps(body),
                "qos": 1,
            }
            for body in bodies
        ]
        auth = {"username": USER, "password": SECRET}
        publish.multiple(said, "127.0.0.1", self.port, auth=auth)  # type: ignore[arg-type]

    def kept(self) -> int:
        return int(ask(self.owner, "SELECT count(*) FROM overlay.ping")[0][0])

    def tally(self) -> dict[str, int]:
        rows = ask(self.owner, "SELECT reason, sum(pings)::int FROM overlay.ping_tally GROUP BY reason")
        return {str(reason): int(count) for reason, count in rows}

    @contextmanager
    def listening(self, *, at_once: bool = True) -> Iterator[Subscriber]:
        database = Database(self.url, role=OWNER, pool_size=3, program="broker test")
        subscriber = Subscriber(database, read_broker(self.address))
        subscriber.start()
        try:
            if at_once:
                until(subscriber.is_subscribed.is_set)
            yield subscriber
        finally:
            subscriber.stop()
            database.close()


@contextmanager
def mosquitto(place: Path, port: int) -> Iterator[None]:
    """A broker of which every client must know the secret; it remembers who was subscribed."""
    secrets = place / "secrets"
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", SECRET.encode(), salt, 101)
    secrets.write_text(f"{USER}:$7$101${b64encode(salt).decode()}${b64encode(digest).decode()}\n")
    secrets.chmod(0o644)
    lines = [f"listener {port} 127.0.0.1", "allow_anonymous false", f"password_file {secrets}"]
    lines += ["max_queued_messages 0"] + (["user root"] if os.geteuid() == 0 else [])
    config = place / "mosquitto.conf"
    config.write_text("\n".join(lines))
    process = subprocess.Popen(
        [program("mosquitto"), "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(partial(_listens, port))
        yield
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def post(district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    monkeypatch.setattr(broker, "AGAIN_S", 0.05)
    monkeypatch.setattr(broker, "POLL_S", 0.05)
    owner = Database(district.url, role=OWNER)
    ask(
        owner,
        "TRUNCATE overlay.ping, overlay.walk, overlay.walk_due, overlay.walker, overlay.ping_tally, "
        "overlay.patrol_cell",
    )
    (port,) = free_ports(1)
    with mosquitto(tmp_path, port):
        yield Post(port, owner, district.url)
    owner.close()


def located(seconds_ago: float, column: float = 0.5, **more: Any) -> dict[str, Any]:
    """What OwnTracks says of a place."""
    lon, lat = spot(column, 0.5)
    return {"_type": "location", "lon": lon, "lat": lat, "tst": int(NOW.timestamp() - seconds_ago), "acc": 5} | more


def test_what_is_no_ping_stops_nothing_and_is_counted(post: Post) -> None:
    with post.listening():
        post.send("wang", located(300), located(290), located(290), located(280, acc=5000))
        post.send("wang", b"\xff", {"_type": "location"}, located(1, lat="x"), located(1, tst=1e300))
        post.send("wang", b"[" * 100_000, located(1, lat=10**400))
        post.send("wang", {"_type": "lwt", "tst": 1}, located(270))
        post.send("nobody", located(200))
        post.send("reader", located(100))
        until(lambda: post.kept() == 4)
        until(lambda: post.tally().get("unreadable") == 6)
    rows = ask(post.owner, "SELECT DISTINCT worker FROM overlay.ping")
    assert rows == [("wang",)]
    assert {name: post.tally()[name] for name in ("repeated", "coarse")} == {"repeated": 1, "coarse": 1}


def test_a_message_that_cannot_be_kept_stops_no_other(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message would come again and again, and nothing after it would be committed."""
    refused = located(290)["tst"]

    def keep_some(connection: Any, name: str, pings: list[Ping], extent: Any) -> Any:
        if any(ping.at and int(ping.at.timestamp()) == refused for ping in pings):
            raise ValueError("a fault that nobody thought of")
        return receive(connection, name, pings, extent)

    monkeypatch.setattr(broker, "receive", keep_some)
    with post.listening():
        post.send("wang", *(located(300 - number) for number in range(20)))
        until(lambda: post.kept() == 19)
        until(lambda: post.tally() == {"accepted": 19, "unreadable": 1})


def test_what_is_sent_while_nobody_listens_comes_later(post: Post) -> None:
    with post.listening():
        post.send("wang", located(500))
        until(lambda: post.kept() == 1)
    post.send("wang", *(located(400 - number) for number in range(30)))
    assert post.kept() == 1
    with post.listening():
        until(lambda: post.kept() == 31)


def test_nothing_is_acknowledged_before_it_is_committed(post: Post) -> None:
    """The database ends the connection in the middle: all comes again, and is counted once."""
    with post.listening():
        post.send("wang", located(900))
        until(lambda: post.kept() == 1)
        with post.owner.transaction(EVERYTHING) as connection:
            connection.execute(text("LOCK TABLE overlay.ping IN ACCESS EXCLUSIVE MODE"))
            post.send("wang", *(located(800 - number) for number in range(30)))
            until(lambda: held_up(post))
            assert end_sessions(post) >= 1
        until(lambda: post.kept() == 31)
    assert post.tally().get("repeated", 0) == 0


def held_up(post: Post) -> bool:
    return bool(as_superuser(post, who_wait_for("overlay.ping")))


def end_sessions(post: Post) -> int:
    broker = "datname = current_database() AND application_name LIKE '%broker%'"
    ended = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {broker}"
    return as_superuser(post, ended)


def as_superuser(post: Post, sql: str) -> int:
    database = Database(post.url, role="")
    with database.engine.connect() as other:
        found: int = other.execute(text(sql)).scalar_one()
    database.close()
    return found


def test_of_two_processes_one_listens_and_the_other_takes_over(post: Post) -> None:
    with ExitStack() as first:
        first.enter_context(post.listening())
        post.send("wang", located(500))
        until(lambda: post.kept() == 1)
        with post.listening(at_once=False):
            post.send("wang", located(490))
            until(lambda: post.kept() == 2)
            first.close()
            post.send("wang", located(480))
            until(lambda: post.kept() == 3)
    assert post.tally().get("repeated", 0) == 0


def test_a_broker_that_is_not_there_is_looked_for_again(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(broker, "KEEP_ALIVE_S", 0.1)
    monkeypatch.setattr(broker, "LINE_S", 1)
    place = tmp_path / "later"
    place.mkdir()
    (port,) = free_ports(1)
    later = Post(port, post.owner, post.url)
    with later.listening(at_once=False) as subscriber:
        until(lambda: "no line to the broker" in caplog.text)
        with mosquitto(place, port):
            until(subscriber.is_subscribed.is_set)
            later.send("wang", located(60))
            until(lambda: later.kept() == 1)


def test_without_a_setting_nobody_listens(district: District) -> None:
    with subscribed(district.url, ""):
        pass


@pytest.mark.parametrize(
    "url", ["mqtt://h/owntracks", "http://h/", "mqtt:///owntracks/+/+", "mqtt://h/a/b/c", "mqtt://h/?q"]
)
def test_an_address_that_says_no_names_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="."):
        read_broker(url)


def test_an_address_and_a_message_are_read() -> None:
    found = read_broker("mqtts://a%40b:c%2Fd@broker.example/tracks/+/gps")
    assert (found.port, found.is_secure, found.user, found.secret, found.topics) == (
        8883, True, "a@b", "c/d", "tracks/+/gps",
    )  # fmt: skip
    assert read_broker("mqtt://h").topics == "owntracks/+/+"
    assert read_message(1, 1, "owntracks/wang/x", b'{"_type":"waypoint"}') == Message(1, 1, "wang", None)
    assert read_message(1, 1, "owntracks/wang/x", b"[]").ping == Ping(None, None, "wgs84", None)
