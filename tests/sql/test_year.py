"""An operator's year on one machine, by the command line and behind nginx with TLS, while reports come in all the time.

Long because it is one story: upgraded from the landed state, people in and out, backed up, its server killed, its disk
full, its secrets changed, restored elsewhere. At each station reports come in, and none that was acknowledged is lost.
`-s` prints its log.
"""

import http.client
import json
import lzma
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from gisgrid.cluster import stop_cluster
from gisgrid.settings import Settings
from tests.browser.webservers import certificate, free_ports, nginx, whole_site
from tests.drawing import spot
from tests.fixtures.landed.make import DATABASE, read_answers
from tests.house.tree import CHECKOUT
from tests.oidc import CLIENT, SECRET, City, go_through, providing
from tests.sql.asking import read_case
from tests.sql.doors import LOGIN
from tests.sql.dumping import restore
from tests.sql.lived_in import NORTH
from tests.sql.servers import ask, ensure_lasting, over_tcp, private_settings, server_process
from tests.waiting import until

PATIENCE_S = 600.0
PACE_S = 0.05
"""Between two reports of the one who reports."""
ROOM = 900 << 20
"""Bytes of the small disk that the district is on."""


class Reporter(threading.Thread):
    """Somebody who reports one thing after the other, each under a key of its own until it is acknowledged."""

    def __init__(self, home: str, ca: Path) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[str] = []
        self.refused: dict[int, int] = {}
        self._ended = threading.Event()
        self._where, self._tls = httpx.URL(home), ssl.create_default_context(cafile=str(ca))

    def run(self) -> None:
        """Report, until told to stop."""
        lon, lat = spot(0.5, 0.5)
        what = {"lon": lon, "lat": lat, "system": "wgs84", "category": "road", "description": "路面坑洼(虚构)"}
        while not self._ended.wait(PACE_S):
            body = json.dumps({**what, "client_ref": str(uuid.uuid4())})
            while not self._send(body) and not self._ended.wait(PACE_S):
                pass

    def end(self) -> None:
        """Stop, after the report under way."""
        self._ended.set()
        self.join(PATIENCE_S)

    def _send(self, body: str) -> bool:
        connection = http.client.HTTPSConnection(
            self._where.host, self._where.port or 443, context=self._tls, timeout=PATIENCE_S
        )
        try:
            connection.request("POST", "/api/v1/reports", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status in (200, 201):
            self.acknowledged.append(json.loads(said)["number"])
            return True
        self.refused[answer.status] = self.refused.get(answer.status, 0) + 1
        assert answer.status in (502, 503, 504, 507), said
        return False


@dataclass
class Town:
    """The district as its operator has it: a data directory, its service, nginx in front, and who reports."""

    settings: Settings
    home: str
    ca: Path
    secrets: dict[str, str]
    city: City
    port: int
    reporter: Reporter
    service: "subprocess.Popen[bytes] | None" = None

    def environ(self) -> dict[str, str]:
        """The settings of the service."""
        own = {
            "TRUSTED_PROXIES": "127.0.0.1",
            "PUBLIC_URL": self.home,
            "REPORTS_PER_HOUR": "1000000",
            "WAL_DIR": str(self.settings.wal_dir),
            "OIDC_ISSUER": self.city.issuer,
            "OIDC_CLIENT_ID": CLIENT,
            "OIDC_CLIENT_SECRET": SECRET,
        }
        return {**os.environ, **{f"GISGRID_{name}": value for name, value in own.items()}}

    def start(self) -> None:
        """`gisgrid up`, in a process of its own, until it is ready."""
        words = ["up", "--no-sample", "--port", str(self.port), *self._where()]
        self.service = subprocess.Popen(
            [sys.executable, "-m", "gisgrid", *words],
            cwd=CHECKOUT,
            env=self.environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self.is_ready, PATIENCE_S)

    def stop(self) -> None:
        """Ctrl-C."""
        if self.service is not None:
            self.service.send_signal(signal.SIGINT)
            self.service.wait(timeout=PATIENCE_S)
            self.service = None

    def verb(self, *words: str) -> Any:
        """What a verb answers in JSON, run as its operator runs it."""
        command = [sys.executable, "-m", "gisgrid", *words, *self._where(), "--json"]
        done = subprocess.run(command, cwd=CHECKOUT, env=self.environ(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, (words, done.stderr)
        return json.loads(done.stdout or "null")

    @contextmanager
    def client(self, secret: str = "") -> Iterator[httpx.Client]:
        """A client on the far side of nginx."""
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        tls = ssl.create_default_context(cafile=str(self.ca))
        with httpx.Client(base_url=self.home, headers=headers, verify=tls, timeout=PATIENCE_S, trust_env=False) as made:
            yield made

    def is_ready(self) -> bool:
        """Does /readyz say so, through nginx?"""
        with suppress(httpx.HTTPError), self.client() as client:
            return client.get("/readyz").status_code == 200
        return False

    def reached(self, station: str) -> None:
        """Reports come in here, and everything that was ever acknowledged is in the database."""
        so_far = len(self.reporter.acknowledged)
        until(lambda: len(self.reporter.acknowledged) >= so_far + 3, PATIENCE_S)
        known = list(self.reporter.acknowledged)
        lost = set(known) - self.numbers()
        refused = ", ".join(f"{count} x {status}" for status, count in sorted(self.reporter.refused.items()))
        self.reporter.refused.clear()
        count = f"{len(known)} acknowledged, {len(lost)} lost"
        sys.stderr.write(f"\n{station}: {count}; refused meanwhile: {refused or 'none'}")
        assert not lost

    def numbers(self) -> set[str]:
        """The tickets that there are."""
        cluster = ensure_lasting(self.settings)
        return set(str(ask(cluster.owner_url, "SELECT string_agg(number, ' ') FROM work.ticket")).split())

    def _where(self) -> list[str]:
        return ["--data-dir", str(self.settings.data_dir), "--db-port", str(self.settings.db_port)]


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """The folder as a disk of its own that can be filled; False where one cannot be mounted."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=711", "tmpfs", str(folder)]
    is_mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    place = tmp_path / "nginx"
    place.mkdir(mode=0o755)
    certificate(place)
    plain, tls, port = free_ports(3)
    home = f"https://localhost:{tls}"
    case, _ = read_answers()
    with private_settings() as private, providing(f"{home}/api/v1/sessions/oidc/callback", tmp_path) as city:
        log = Path(tempfile.mkdtemp(prefix="gisgrid-wal-", dir="/tmp"))
        log.chmod(0o711)  # PostgreSQL's user has to come in
        settings = replace(private, wal_dir=str(log / "wal"))
        servers = whole_site(f"http://127.0.0.1:{port}", plain, tls, place)
        with nginx(servers, tls, place):
            reporter = Reporter(home, place / "ca.pem")
            found = Town(settings, home, place / "ca.pem", dict(read_case(case).secrets), city, port, reporter)
            try:
                yield found
            finally:
                if reporter.is_alive():
                    reporter.end()
                found.stop()
                shutil.rmtree(log)


@pytest.mark.timeout(4 * PATIENCE_S)
def test_an_operators_year(town: Town, tmp_path: Path) -> None:
    with small_disk(town.settings.data_dir) as can_be_filled:
        _upgrade(town, tmp_path)
        _let_people_in_and_out(town)
        _sign_in_at_the_city(town)
        backups = tmp_path / "backups"
        made = town.verb("backup", str(backups))
        town.reached("backed up")
        os.kill(server_process(ensure_lasting(town.settings)), signal.SIGKILL)
        town.reached("its server was killed")
        if can_be_filled:
            _fill_the_disk(town)
        else:
            sys.stderr.write("\nno disk can be mounted here: none was filled")
        _change_secrets(town)
        assert Path(made["backup"]).is_dir()
        _move(town, backups)


def _upgrade(town: Town, folder: Path) -> None:
    """From the landed state with its data."""
    dump = folder / "landed.sql"
    dump.write_bytes(lzma.decompress(DATABASE.read_bytes()))
    cluster = ensure_lasting(town.settings)
    restore(cluster, dump)
    before = ask(cluster.owner_url, "SELECT string_agg(number, ' ') FROM work.ticket")
    stop_cluster(cluster, force=True)
    unit = subprocess.run(
        [sys.executable, "-m", "gisgrid", "service", "install", "--print"],
        cwd=CHECKOUT,
        env=town.environ(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "ExecStart=" in unit and " up" in unit
    town.start()
    town.reporter.start()
    town.reached("upgraded from the landed state")
    assert set(str(before).split()) <= town.numbers()


def _let_people_in_and_out(town: Town) -> None:
    secret = town.verb("user", "add", "newcomer", "--role", "dispatcher", "--area", NORTH)["secret"]
    with town.client(secret) as newcomer:
        assert newcomer.get("/api/v1/sessions").json()["role"] == "dispatcher"
        town.verb("user", "disable", "newcomer")
        assert newcomer.get("/api/v1/sessions").status_code == 401
    town.reached("somebody came and left")


def _sign_in_at_the_city(town: Town) -> None:
    town.verb("group", "add", "/grid/north", "--role", "dispatcher", "--area", NORTH)
    town.city.say(li={"preferred_username": "li", "groups": ["/grid/north"]})
    with town.client() as here, httpx.Client(timeout=PATIENCE_S) as there:
        left = here.get("/api/v1/sessions/oidc", follow_redirects=False)
        back = go_through(there, left.headers["location"], town.home, "li")
        assert here.get(back, follow_redirects=False).status_code == 303
        assert here.get("/api/v1/sessions").json()["role"] == "dispatcher"
    town.reached("somebody signed in at the city's provider")


def _fill_the_disk(town: Town) -> None:
    """To the last byte: reports are refused with the reason; with room again all of it goes on by itself."""
    ballast = town.settings.data_dir / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * (1 << 20)):
            pass
    until(lambda: town.reporter.refused.get(507) or town.reporter.refused.get(503), PATIENCE_S)
    with town.client() as client:
        until(lambda: client.get("/readyz").status_code == 503, PATIENCE_S)
    ballast.unlink()
    until(town.is_ready, PATIENCE_S)
    town.reached("its disk was full")


def _change_secrets(town: Town) -> None:
    before = town.secrets["north"]
    after = town.verb("user", "secret", "north")["secret"]
    for secret, status in ((before, 401), (after, 200)):
        with town.client(secret) as client:
            assert client.get("/api/v1/sessions").status_code == status
    town.reached("a secret was changed")


def _move(town: Town, backups: Path) -> None:
    """Restored from backup and log in another data directory: nothing is missing, and everybody works on."""
    town.stop()
    known = set(town.reporter.acknowledged)
    stop_cluster(ensure_lasting(town.settings), force=True)  # the test itself has used it beside the service
    with private_settings() as again:
        town.settings = replace(again, wal_dir=town.settings.wal_dir)
        town.verb("restore", str(backups), "--to", "latest")
        town.verb("restore", "--adopt")
        town.start()
        try:
            lost = known - town.numbers()
            assert not lost, f"{len(lost)} of {len(known)}: {min(lost)} to {max(lost)}"
            town.reached("restored elsewhere")
            _work_on(town)
        finally:
            town.stop()


def _work_on(town: Town) -> None:
    """The editor's own database login, a publish, and the trail are as they were."""
    cluster = ensure_lasting(town.settings)
    draft = "INSERT INTO draft.changeset (area_code, title) VALUES ('{}', '一年之后') RETURNING changeset_id"
    opened = ask(over_tcp(cluster, LOGIN, town.secrets[LOGIN]), draft.format(NORTH))
    with town.client(town.secrets["boss"]) as boss:
        assert boss.post(f"/api/v1/changesets/{opened}/discard").status_code == 200
    assert town.verb("audit", "--verify")
    town.reached("worked on")
