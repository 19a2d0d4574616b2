"""The service and its database killed while pings come in: nothing acknowledged is lost, nothing is there twice."""

import http.client
import json
import os
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest

from gisgrid.access import add_account
from gisgrid.database import EVERYTHING, OWNER, Database
from gisgrid.migrations import migrate
from gisgrid.settings import Settings
from tests.drawing import spot
from tests.sql.notices import ask, make_district
from tests.sql.servers import ensure_lasting, server_process
from tests.sql.test_kills import PATIENCE_S, Service, _starts
from tests.waiting import until

BATCHES, PINGS = 60, 50


class Phone(threading.Thread):
    """Sends one batch after the other, each until it is acknowledged."""

    def __init__(self, port: int, secret: str, begin: datetime) -> None:
        super().__init__(daemon=True)
        self.port, self.secret, self.begin = port, secret, begin
        self.acknowledged = 0
        self.accepted = 0
        self.repeated = 0

    def run(self) -> None:
        """Send."""
        lon, lat = spot(0.5, 0.5)
        for number in range(BATCHES):
            pings = [
                {
                    "lon": lon,
                    "lat": lat,
                    "system": "wgs84",
                    "at": (self.begin + timedelta(seconds=number * PINGS + n)).isoformat(),
                }
                for n in range(PINGS)
            ]
            until(lambda: self._send(json.dumps(pings)), PATIENCE_S)  # noqa: B023  # within the turn
            self.acknowledged += 1

    def _send(self, body: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.secret}"}
        try:
            connection.request("POST", "/api/v1/pings", body, headers)
            response = connection.getresponse()
            told = response.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if response.status != 200:
            assert response.status == 503, told
            return False
        answer = json.loads(told)
        assert {one["reason"] for one in answer["set_aside"]} <= {"repeated"}
        self.accepted += answer["accepted"]
        self.repeated += len(answer["set_aside"])
        return True


@pytest.mark.timeout(4 * PATIENCE_S)
def test_no_ping_is_lost_and_none_is_there_twice(settings: Settings) -> None:
    cluster = ensure_lasting(settings)
    migrate(cluster.owner_url)
    owner = Database(cluster.owner_url, role=OWNER, statement_timeout_s=PATIENCE_S)
    make_district(owner)
    with owner.transaction(EVERYTHING) as connection:
        secret = add_account(connection, "wang", "worker", "A", login=False)
    service = Service(settings)
    phone = Phone(service.port, secret, datetime.now(UTC).replace(microsecond=0) - timedelta(hours=20))
    try:
        phone.start()
        for share, what in enumerate(("service", "database", "service"), start=1):
            until(lambda: phone.acknowledged >= share * BATCHES / 4, PATIENCE_S)  # noqa: B023  # within the turn
            if what == "service":
                service.kill()
                service.start()
            else:
                os.kill(server_process(cluster), signal.SIGKILL)
                until(lambda: _starts(settings), PATIENCE_S)
        phone.join(PATIENCE_S)
    finally:
        service.stop()
    ensure_lasting(settings)
    sent = BATCHES * PINGS
    assert phone.acknowledged == BATCHES
    assert phone.accepted + phone.repeated == sent
    assert ask(owner, "SELECT count(*), count(DISTINCT at) FROM overlay.ping") == [(sent, sent)]
    tally = dict(ask(owner, "SELECT reason, pings FROM overlay.ping_tally"))
    assert tally["accepted"] == sent, "committed with its ping, so counted once"
    assert tally.get("repeated", 0) == phone.repeated
    owner.close()
