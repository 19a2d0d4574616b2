"""One PostgreSQL server on this machine, driven by its own programs, never as root.

Long because what its processes and files may be found in, after any crash, is known here alone.
"""

import locale
import os
import pwd
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gisgrid.cluster import files
from gisgrid.cluster.place import Place, foreign, owner_of
from gisgrid.cluster.ports import check_free
from gisgrid.cluster.programs import Programs
from gisgrid.disks import disks_of_database, faults_of, no_space
from gisgrid.errors import Fault, NoSpace, Refused, Unavailable
from gisgrid.steps import Say

START_TIMEOUT_S, STOP_TIMEOUT_S = 600, 120
NO_SPACE = "No space left on device"


def running_port(place: Place) -> int | None:
    """On which port does the server of this place run now? None: it does not. Needs none of its programs."""
    return Server(place, Programs(Path(), 0)).running()


class Server:
    """The server of a place; every call looks at the present state."""

    def __init__(self, place: Place, programs: Programs) -> None:
        self.place, self.programs = place, programs

    def running(self) -> int | None:
        """On which port does it run now? None: it does not (a crashed one's traces included)."""
        lines = self._pid_lines()
        return int(lines[3]) if len(lines) > 3 and self._alive(int(lines[0])) else None

    def initialise(self, say: Say) -> None:
        """Make the cluster if there is none; an interrupted one leaves nothing behind."""
        pgdata = self.place.pgdata
        if self.place.version:
            return
        if not self.place.user:
            message = "PostgreSQL does not run as root, and there is no user postgres"
            raise Unavailable(Fault("user", message, "useradd --system postgres"))
        say(f"making the database in {pgdata} (PostgreSQL {self.programs.major})")
        fresh = pgdata.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self._folder(fresh)
        flags: list[str | Path] = [
            "--encoding=UTF8",
            f"--locale={_locale()}",
            "--data-checksums",
            "--auth=reject",
        ]
        done = self._run("initdb", "-D", fresh, "-U", files.OWNER, *flags, "--no-sync")
        if done.returncode:
            if NO_SPACE in done.stdout:
                raise no_space(pgdata)
            raise Unavailable(Fault("initdb", done.stdout.strip()[-1500:], "see docs/install.md"))
        fresh.rename(pgdata)

    def start(self, port: int, *, tcp: bool, fsync: bool, say: Say, wal_dir: str = "") -> None:
        """Start the server and wait until it answers; a running server only reads its files again."""
        pgdata, sockets = self.place.pgdata, self.place.socket_dir
        self._folder(sockets)
        answers = self._answers(port)
        if not answers:
            self._forget_dead()
            if tcp:
                check_free(port)
        files.write_files(
            pgdata,
            port=port,
            socket_dir=sockets,
            tcp=tcp,
            fsync=fsync,
            owner=self.place.user,
            wal_dir=self._archive(wal_dir),
        )
        self._own(*pgdata.glob("*.conf"), pgdata / "local.hba")
        self._link_zones()
        if answers:
            self._run("pg_ctl", "reload", "-s", "-D", pgdata)
        else:
            say(f"starting the database on port {port}")
            self._start()

    def _archive(self, wal_dir: str) -> Path | None:
        """This server's own folder for its log: two servers in one folder would take each other's names."""
        if not wal_dir:
            return None
        said = self._run("pg_controldata", "-D", self.place.pgdata).stdout
        number = re.search(r"system identifier: +(\d+)", said)
        if number is None:
            raise Unavailable(
                Fault(
                    "database", f"the number of this server cannot be read: {said.strip()[-500:]}", self._log_folder()
                )
            )
        folder = Path(wal_dir).absolute() / number[1]
        self._folder(folder)
        if self._run("/usr/bin/test", "-w", folder).returncode:
            message = f"the user {self.place.user}, as whom PostgreSQL runs, cannot write in {folder}"
            raise Refused(Fault("GISGRID_WAL_DIR", message, "name a folder that this user can reach"))
        return folder

    def start_again(self) -> None:
        """Start a server that has ended by itself, as it was started before. Raises Unavailable with its words."""
        self._forget_dead()
        self._start()

    def _link_zones(self) -> None:
        link = self.place.pgdata / "zoneinfo"
        if self.programs.zones:
            link.unlink(missing_ok=True)
            link.symlink_to(self.programs.zones.resolve())

    def _answers(self, port: int) -> bool:
        """Does the server take connections? Waits while it starts; False when none runs."""
        where: list[str | Path] = ["-q", "-h", self.place.socket_dir, "-p", str(port), "-t", "5"]
        deadline = time.monotonic() + START_TIMEOUT_S
        while self.running() and time.monotonic() < deadline:
            if self._run("pg_isready", *where).returncode == 0:
                return True
            time.sleep(0.2)
        return False

    def stop(self) -> None:
        """Stop it if it runs and wait; signals that arrive meanwhile are taken afterwards."""
        with _signals_held():
            if self._pid_lines() and self._alive(int(self._pid_lines()[0])):
                flags = ["-s", "-w", "-m", "fast", "-t", str(STOP_TIMEOUT_S)]
                done = self._run("pg_ctl", "stop", *flags, "-D", self.place.pgdata)
                if done.returncode and self.running():
                    raise Unavailable(Fault("database", done.stdout.strip(), "stop it by hand"))

    def create_database(self, port: int, name: str) -> None:
        """Make the empty database if it is missing."""
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
            raise Refused(Fault("database", f"{name!r} is not a plain name", "letters and _ only"))
        names = self._psql(port, "SELECT datname FROM pg_database").splitlines()
        if name not in names:
            if f"{name}_restoring" in names:
                message = "a restore was cut off here, and its database is not whole"
                remedy = "remove the data directory's postgres and users.lock, and restore again"
                raise Refused(Fault("database", message, remedy))
            self._psql(port, f'CREATE DATABASE "{name}"')

    def rename_database(self, port: int, name: str, new: str) -> None:
        """Give a database its name, once it is whole. Nobody may be connected to it."""
        self._psql(port, f'ALTER DATABASE "{name}" RENAME TO "{new}"')

    def fill(self, fill: Callable[[Path], None]) -> None:
        """Make the cluster of files that `fill` writes into a folder; an interrupted one leaves nothing behind."""
        fresh = self.place.pgdata.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self._folder(fresh)
        fill(fresh)
        self._own(*fresh.rglob("*"))
        fresh.rename(self.place.pgdata)

    def _psql(self, port: int, sql: str) -> str:
        where: list[str | Path] = ["-h", self.place.socket_dir, "-p", str(port), "-U", files.OWNER]
        flags = ["-X", "-w", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", "postgres"]
        done = self._run("psql", *where, *flags, "-c", sql)
        if done.returncode:
            raise Unavailable(Fault("database", done.stdout.strip(), f"log: {self._log_folder()}"))
        return done.stdout.strip()

    def _start(self) -> None:
        pgdata, started = self.place.pgdata, time.monotonic()
        log = pgdata / "startup.log"
        while True:
            log.unlink(missing_ok=True)
            flags: list[str | Path] = ["-s", "-w", "-t", str(START_TIMEOUT_S), "-l", log]
            if self._run("pg_ctl", "start", *flags, "-D", pgdata).returncode == 0:
                return
            words = log.read_text() if log.exists() else ""
            dying = "shared memory block" in words  # children of a killed server go within seconds
            if not dying or time.monotonic() - started > 20:
                if NO_SPACE in words + self._last_words() and (full := faults_of(disks_of_database(pgdata))):
                    raise NoSpace(*full)
                tail = "\n".join(words.strip().splitlines()[-8:])
                raise Unavailable(Fault("database", f"did not start: {tail}", self._log_folder()))
            time.sleep(0.5)

    def _last_words(self) -> str:
        """The end of the newest log, in which the server says why it ended."""
        logs = sorted((self.place.pgdata / "log").glob("*.log"), key=lambda file: file.stat().st_mtime)
        return logs[-1].read_text(errors="replace")[-4000:] if logs else ""

    def _log_folder(self) -> str:
        return f"its log is in {self.place.pgdata / 'log'}"

    def _pid_lines(self) -> list[str]:
        try:
            return (self.place.pgdata / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _alive(self, pid: int) -> bool:
        """Is that process this cluster's server? Process numbers are used again, so its folder decides."""
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.place.pgdata.resolve()
        except FileNotFoundError:
            return not Path("/proc/self").exists() and _answers_signal(pid)
        except PermissionError:
            return False

    def _forget_dead(self) -> None:
        """A crash leaves files with process numbers; PostgreSQL judges by number alone.

        Ones of dead processes it clears itself, and checks for children that are still writing.
        """
        left = [
            self.place.pgdata / "postmaster.pid",
            *self.place.socket_dir.glob(".s.PGSQL.*.lock"),
        ]
        for file in left:
            number = file.read_text().split("\n")[0] if file.exists() else ""
            if number.isdigit() and _answers_signal(int(number)) and not self._alive(int(number)):
                file.unlink()

    def _folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if owner_of(folder) is None:
            raise foreign(folder, folder)
        folder.chmod(0o700)
        self._own(folder)

    def _own(self, *paths: Path) -> None:
        if os.geteuid() == 0:
            entry = pwd.getpwnam(self.place.user)
            for path in paths:
                os.chown(path, entry.pw_uid, entry.pw_gid)

    def _run(self, program: str, *words: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run a program in a session of its own, so that the terminal's Ctrl-C reaches only this process."""
        entry = pwd.getpwnam(self.place.user)
        as_root = os.geteuid() == 0 and program != "psql"  # peer maps root, so psql stays root
        return subprocess.run(
            [self.programs.bin_dir / program, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            cwd=self.place.pgdata if self.place.pgdata.is_dir() else "/",
            env=_environ(self.programs),
            start_new_session=True,
            user=entry.pw_uid if as_root else None,
            group=entry.pw_gid if as_root else None,
            extra_groups=[] if as_root else None,
        )


def _locale() -> str:
    kept = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        return "C.UTF-8"
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, kept)


def _environ(programs: Programs) -> dict[str, str]:
    """This process's variables without those that point to another server, plus those that the programs need."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", **programs.environ}


def _answers_signal(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _signals_held() -> Iterator[None]:
    """Signals in the block take effect after it; blocking them would only move them to other threads."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: caught.append(number))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
    if caught:
        signal.raise_signal(caught[0])
