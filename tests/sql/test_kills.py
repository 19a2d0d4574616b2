"""The whole service killed thrice in the middle, its database twice: nothing acknowledged is lost or told wrongly."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import pytest

from gisgrid.cluster import Cluster
from gisgrid.database import OWNER, Database
from gisgrid.errors import GisgridError
from gisgrid.migrations import migrate
from gisgrid.settings import Settings
from gisgrid.steps import StepFailed
from tests.drawing import spot
from tests.sql.endpoints import EndPoint, answer, listening
from tests.sql.notices import WORDS, ask, listed, make_district, tell
from tests.sql.servers import ensure_lasting, free_port, server_process
from tests.waiting import until

ROOT = Path(__file__).parents[2]
REPORTS = int(os.environ.get("GISGRID_TEST_REPORTS", "400"))
CLIENTS = 8
PATIENCE_S = 600 + REPORTS / 5
"""The service starts within it, on a machine that is busy with thirty other things."""


class Service:
    """`gisgrid up` in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        self.port = free_port()
        self._settings = settings
        self.start()

    def start(self) -> None:
        """Start it."""
        where = ["--data-dir", str(self._settings.data_dir), "--db-port", str(self._settings.db_port)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gisgrid", "up", "--no-sample", "--port", str(self.port), *where],
            cwd=ROOT,
            env={**os.environ, "GISGRID_WEBHOOK_HTTP": "true"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """It is gone from one moment to the next."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=PATIENCE_S)
        self._process.kill()
        self._process.wait()


class Client(threading.Thread):
    """Reports one thing after the other, each until it is acknowledged, under a key of its own."""

    def __init__(self, port: int, count: int) -> None:
        super().__init__(daemon=True)
        self.port, self.count = port, count
        self.acknowledged: dict[str, str] = {}

    def run(self) -> None:
        """Report."""
        lon, lat = spot(0.5, 0.5)
        for _ in range(self.count):
            key = str(uuid.uuid4())
            body = {"lon": lon, "lat": lat, "system": "wgs84", "category": "hazard", "description": WORDS}
            until(lambda: self._send(key, {**body, "client_ref": key}), PATIENCE_S)  # noqa: B023  # within the turn

    def _send(self, key: str, body: dict[str, object]) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request("POST", "/api/v1/reports", json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            told = response.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if response.status in (200, 201):
            self.acknowledged[key] = json.loads(told)["number"]
        else:
            assert response.status == 503, told
        return key in self.acknowledged


@pytest.mark.timeout(6 * PATIENCE_S)
def test_nothing_acknowledged_is_lost_and_everything_is_told(settings: Settings) -> None:
    cluster = ensure_lasting(settings)
    migrate(cluster.owner_url)
    owner = Database(cluster.owner_url, role=OWNER, statement_timeout_s=PATIENCE_S)
    make_district(owner)
    with listening(answer(200)) as hook:
        tell(owner, "hook", hook.url)
        service = Service(settings)
        try:
            acknowledged, took = _go_through(settings, cluster, service, owner)
            until(lambda: _waiting(owner) == 0, PATIENCE_S)
        finally:
            service.stop()
        ensure_lasting(settings)
        _check(owner, hook, acknowledged)
        again = len(hook.requests) - REPORTS
        sys.stderr.write(f"\n{REPORTS} acknowledged in {took:.1f} s, 0 lost; {again} told twice, under the same id\n")
    owner.close()


def _go_through(
    settings: Settings, cluster: Cluster, service: Service, owner: Database
) -> tuple[dict[str, str], float]:
    """All that was acknowledged, by its key, and how long it took."""
    began = time.monotonic()
    clients = [Client(service.port, REPORTS // CLIENTS) for _ in range(CLIENTS)]
    for client in clients:
        client.start()

    def reached(share: float) -> None:
        until(lambda: sum(len(c.acknowledged) for c in clients) >= share * REPORTS, PATIENCE_S)

    for share, what in enumerate(("service", "database", "service", "database", "service"), start=1):
        reached(share / 6)
        if what == "service":
            service.kill()
            service.start()
        else:
            os.kill(server_process(cluster), signal.SIGKILL)
            until(lambda: _starts(settings), PATIENCE_S)
    for client in clients:
        client.join(PATIENCE_S)
    reached(1)
    return {key: number for c in clients for key, number in c.acknowledged.items()}, time.monotonic() - began


def _starts(settings: Settings) -> bool:
    try:
        ensure_lasting(settings)
    except (GisgridError, StepFailed):
        return False
    return True


def _waiting(owner: Database) -> int:
    try:
        return sum(int(str(row.waiting)) for row in listed(owner))
    except GisgridError:
        return -1


def _check(owner: Database, hook: EndPoint, acknowledged: dict[str, str]) -> None:
    numbers = {number for (number,) in ask(owner, "SELECT number FROM work.ticket")}
    assert len(acknowledged) == len(set(acknowledged.values())) == REPORTS
    assert numbers == set(acknowledged.values())
    ids: dict[str, set[str]] = defaultdict(set)
    for request in hook.requests:
        ids[request.message["data"]["number"]].add(request.id)
    assert set(ids) == numbers
    assert all(len(told) == 1 for told in ids.values())
    assert len(set.union(*ids.values())) == REPORTS
