"""Several processes serve one port: nothing that one of them knows is wrong in another, whichever of them is killed.

Long because one service is started for all of it, which takes a minute on a busy machine.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mapbox_vector_tile import decode
from prometheus_client.parser import text_string_to_metric_families

from gisgrid.api.shares import count_connections
from gisgrid.cli import services
from gisgrid.cli.main import run
from gisgrid.database import OWNER, Database
from gisgrid.geo import LonLat, tile_at
from gisgrid.migrations import migrate
from gisgrid.processes import list_processes
from gisgrid.settings import Settings
from tests.drawing import spot
from tests.sql.notices import WORDS, ask, make_district
from tests.sql.servers import ensure, free_port, private_settings
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).parents[2]
START_S = 600.0
"""Processes start within it, on a machine that is busy with thirty other things."""
LON, LAT = spot(0.5, 0.5)
TILE = tile_at(LonLat(LON, LAT), 16)
REPORTS, STREAMS = 7, 3
OF_A_STRANGER = {"X-Forwarded-For": "203.0.113.9"}
"""From a proxy that is not trusted: it asks for somebody else, so it is counted."""


@dataclass
class Service:
    """`gisgrid up --processes 2`, in processes of its own."""

    settings: Settings
    owner: Database
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes]" = field(init=False)

    def start(self) -> None:
        """Start it."""
        where = ["--data-dir", str(self.settings.data_dir), "--db-port", str(self.settings.db_port)]
        command = [sys.executable, "-m", "gisgrid", "up", "--no-sample", "--port", str(self.port), *where]
        own = {"GISGRID_REPORTS_PER_HOUR": str(REPORTS), "GISGRID_STREAMS_PER_ADDRESS": str(STREAMS)}
        with (self.settings.data_dir / "up.log").open("ab") as log:
            environ = {**os.environ, **own}
            given = [*command, "--processes", "2"]
            self.process = subprocess.Popen(given, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=log)
        until(self.is_whole, START_S)

    def pids(self) -> list[int]:
        """The processes that serve and are ready."""
        folder = self.settings.data_dir / services.FOLDER / str(self.process.pid)
        return [one.pid for one in list_processes(folder) if not one.faults]

    def is_whole(self) -> bool:
        """Do both processes serve?"""
        assert self.process.poll() is None, (self.settings.data_dir / "up.log").read_text()
        return len(self.pids()) == 2

    def stop(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_S)


class Line:
    """A connection to one of the processes, opened again where the server has ended it meanwhile, because it idled."""

    def __init__(self, service: Service, pid: int) -> None:
        self.service, self.pid = service, pid
        self._connection = connection_to(service, pid)

    def ask(self, path: str, body: object = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body. A report has a key, so it may be sent again."""
        try:
            return _ask(self._connection, path, body, headers)
        except (http.client.HTTPException, OSError):
            self.close()
            self._connection = connection_to(self.service, self.pid)
            return _ask(self._connection, path, body, headers)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def _ask(
    connection: http.client.HTTPConnection, path: str, body: object = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    given = {"Content-Type": "application/json", **(headers or {})}
    connection.request("GET" if body is None else "POST", path, None if body is None else json.dumps(body), given)
    answer = connection.getresponse()
    return answer.status, answer.read()


def connection_to(service: Service, pid: int) -> http.client.HTTPConnection:
    """A connection that this process has taken."""
    for _ in range(1000):
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE_S)
        try:
            status, _ = _ask(connection, "/healthz")
            if status == 200 and connection.sock.getsockname()[1] in peers_of(pid, service.port):
                return connection
        except (http.client.HTTPException, OSError):
            pass  # of a process that was killed just now
        connection.close()
    raise AssertionError(f"process {pid} takes no connection")


class Map(threading.Thread):
    """An open map at one process: its stream, and whatever that says."""

    def __init__(self, service: Service, pid: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(daemon=True)
        self.connection = connection_to(service, pid)
        self.connection.request("GET", "/api/v1/events?area=", headers=headers or {})
        self.stream = self.connection.getresponse()
        self.status = self.stream.status
        self.said, self.ended_well = "", False
        if self.status == 200:
            self.start()

    def run(self) -> None:
        """Listen until the stream ends."""
        try:
            while chunk := self.stream.read1(65536):
                self.said += chunk.decode()
            self.ended_well = True
        except (http.client.HTTPException, OSError, ValueError, AttributeError):
            pass  # cut off, or closed by the test

    def close(self) -> None:
        """Close the map."""
        if self.status == 200 and self.connection.sock:
            self.connection.sock.shutdown(socket.SHUT_RDWR)
            self.join()
        self.stream.close()
        self.connection.close()


@contextmanager
def closing_all() -> Iterator[list[Map]]:
    """Maps that are closed in the end, whatever happens."""
    maps: list[Map] = []
    try:
        yield maps
    finally:
        for one in maps:
            one.close()


def peers_of(pid: int, port: int) -> set[int]:
    """The ports from which this process has connections on its own port."""
    inodes = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(os.readlink(file).removeprefix("socket:[").rstrip("]"))
        except OSError:
            continue  # closed meanwhile
    rows = [row.split() for row in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return {int(row[2][-4:], 16) for row in rows if row[9] in inodes and int(row[1][-4:], 16) == port}


def report() -> dict[str, Any]:
    """A report of its own."""
    return {
        "lon": LON,
        "lat": LAT,
        "system": "wgs84",
        "category": "hazard",
        "description": WORDS,
        "client_ref": str(uuid.uuid4()),
    }


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with private_settings() as settings:
        cluster = ensure(settings)
        migrate(cluster.owner_url)
        owner = Database(cluster.owner_url, role=OWNER)
        make_district(owner)
        service = Service(settings, owner)
        service.start()
        yield service
        if service.process.poll() is None:
            service.stop()
        owner.close()


@pytest.fixture
def lines(service: Service) -> Iterator[list[Line]]:
    """One connection to each of both processes."""
    until(service.is_whole, START_S)
    found = [Line(service, pid) for pid in service.pids()]
    yield found
    for line in found:
        line.close()


def metrics(line: Line) -> dict[str, float]:
    """Sums over the labels, by name."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(line.ask("/metrics")[1].decode()):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


def answered(line: Line) -> float:
    """How often was the configuration answered, by all processes?"""
    families = text_string_to_metric_families(line.ask("/metrics")[1].decode())
    samples = [sample for family in families for sample in family.samples]
    return sum(
        one.value for one in samples if one.name.endswith("_total") and one.labels.get("route") == "/api/v1/config"
    )


def total(line: Line) -> int:
    """All tickets, as this process counts them."""
    return int(json.loads(line.ask("/api/v1/counters")[1])["total"])


def test_what_each_counts_is_told_as_one(lines: list[Line]) -> None:
    for line in lines:
        for _ in range(5):
            assert line.ask("/api/v1/config")[0] == 200
    for line in lines:
        until(lambda: answered(line) == 10)  # noqa: B023  # within the turn
        until(lambda: metrics(line)["gisgrid_processes"] == 2)  # noqa: B023  # within the turn
        assert metrics(line)["gisgrid_ready"] == 1


def test_status_shows_both(
    service: Service, lines: list[Line], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("data_dir", "db_port"):
        monkeypatch.setenv(f"GISGRID_{name.upper()}", str(getattr(service.settings, name)))
    monkeypatch.setenv("GISGRID_PORT", str(service.port))

    until(lambda: run(["status", "--json"]) == 0)
    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert (told["service"]["processes"], told["service"]["processes_running"]) == (2, 2)
    assert sorted(one["pid"] for one in told["service"]["each"]) == sorted(line.pid for line in lines)
    assert run(["status"]) == 0
    said = capsys.readouterr().out
    assert all(f"process {line.pid}\tready" in said for line in lines)


def test_a_stranger_has_one_limit_at_both(service: Service, lines: list[Line]) -> None:
    told = [lines[turn % 2].ask("/api/v1/reports", report(), OF_A_STRANGER)[0] for turn in range(2 * REPORTS)]
    assert told == [201] * REPORTS + [429] * REPORTS


def test_open_maps_of_an_address_are_counted_at_both_and_given_back(service: Service) -> None:
    of_a_map, pids = {"X-Forwarded-For": "203.0.113.10"}, service.pids()
    with closing_all() as maps:
        maps.extend(Map(service, pids[turn % 2], of_a_map) for turn in range(STREAMS))
        assert [one.status for one in maps] == [200] * STREAMS
        for pid in pids:
            further = Map(service, pid, of_a_map)
            maps.append(further)
            assert (further.status, bool(further.stream.headers["retry-after"])) == (429, True)
            assert json.loads(further.stream.read())["errors"][0]["message_zh"]
        maps[0].close()

        def is_open_again() -> bool:
            maps.append(Map(service, pids[1], of_a_map))
            return maps[-1].status == 200

        until(is_open_again)


def test_none_is_stale(service: Service, lines: list[Line]) -> None:
    """Tile, counters and list of one process have what the other one has acknowledged, each time; both tell maps."""
    with closing_all() as maps:
        for line in lines:
            maps.append(Map(service, line.pid))
            until(lambda: "counters" in maps[-1].said)
        path = f"/tiles/ticket/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
        numbers = []
        for turn in range(30):
            writer, reader = lines[turn % 2], lines[(turn + 1) % 2]
            status, said = writer.ask("/api/v1/reports", report())
            assert status == 201, said
            numbers.append(json.loads(said)["number"])
            tile = decode(reader.ask(path)[1])
            shown = {one["properties"]["number"] for one in tile["ticket"]["features"]}
            assert set(numbers) <= shown, "the tile is stale"
            assert total(reader) == total(writer)
            assert reader.ask(f"/api/v1/tickets/{numbers[-1]}")[0] == 200
        for one in maps:
            until(lambda: all(number in one.said for number in numbers))  # noqa: B023  # within the turn
            until(lambda: f'"total":{total(lines[0])}' in one.said)  # noqa: B023  # within the turn


def test_one_worker_and_one_sender_run(service: Service, lines: list[Line]) -> None:
    told = services.running(service.settings.data_dir)
    assert [(one.pid, one.processes) for one in told] == [(service.process.pid, 2)]
    held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE :program"
    assert ask(service.owner, held, program="gisgrid worker%")[0][0] <= 2, "one to work, one to listen"
    assert ask(service.owner, held, program="gisgrid service%")[0][0] <= count_connections(service.settings, 2)
    assert {row[0] for row in ask(service.owner, "SELECT part FROM core.heartbeat")} >= {"worker", "sender"}


def test_a_killed_one_is_started_again_while_the_other_serves(service: Service, lines: list[Line]) -> None:
    victim, other = lines
    of_a_map = {"X-Forwarded-For": "203.0.113.11"}
    with closing_all() as maps:
        maps.extend(Map(service, victim.pid, of_a_map) for _ in range(STREAMS))
        assert [one.status for one in maps] == [200] * STREAMS
        os.kill(victim.pid, signal.SIGKILL)
        for _ in range(10):
            assert other.ask("/api/v1/reports", report())[0] == 201
        until(lambda: victim.pid not in service.pids() and service.is_whole(), START_S)
        assert other.pid in service.pids(), "and the other one is the same"
        assert answered(other) == 10, "what the dead one counted is not lost"
        (new,) = set(service.pids()) - {other.pid}
        maps.append(Map(service, new, of_a_map))
        assert maps[-1].status == 200, "what the dead one held is given back"
    until(lambda: metrics(other)["gisgrid_processes"] == 2)


def test_one_that_stands_still_holds_up_only_who_asks_it(service: Service, lines: list[Line]) -> None:
    stopped, other = lines
    os.kill(stopped.pid, signal.SIGSTOP)
    try:
        for _ in range(10):
            assert other.ask("/api/v1/reports", report())[0] == 201
    finally:
        os.kill(stopped.pid, signal.SIGCONT)
    assert stopped.ask("/api/v1/reports", report())[0] == 201


def test_processes_end_with_a_killed_watcher_and_the_port_is_free_at_once(service: Service) -> None:
    pids = service.pids()
    service.process.kill()
    service.process.wait()
    service.start()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    line = Line(service, service.pids()[0])
    assert line.ask("/api/v1/reports", report())[0] == 201
    line.close()


def test_it_ends_in_good_order(service: Service) -> None:
    pids = service.pids()
    with closing_all() as maps:
        maps.extend(Map(service, pid) for pid in pids)
        for one in maps:
            until(lambda: "counters" in one.said)  # noqa: B023  # within the turn
        assert service.stop() == 0
        for one in maps:
            one.join()
        assert all(one.ended_well for one in maps), "the streams were ended, not cut off"
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert services.running(service.settings.data_dir) == []
    assert list((service.settings.data_dir / services.FOLDER).iterdir()) == []
    log = (service.settings.data_dir / "up.log").read_text()
    assert "Traceback" not in log, log
    assert log.count("another one takes its place") == 1, log
