"""Debian's and Ubuntu's packages: installed with root's rights, or unpacked without them.

Standard library only, imports nothing of gisgrid but `steps`: it runs before there is an
environment.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from gisgrid.steps import Say, StepFailed, run_step

LOCK_WAIT_S, LOCK_PAUSE_S = 900.0, 5.0
"""Machines renew their packages by themselves, often right after they were switched on."""
HELD = re.compile(r"Could not get lock|Unable to lock|Unable to acquire the dpkg frontend lock")
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C", "APT_LISTCHANGES_FRONTEND": "none"}


def is_there() -> bool:
    """Does this machine have apt and dpkg?"""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def rights() -> list[str] | None:
    """The prefix with which packages may be installed: none (root), `sudo -n`; None: they may not."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if asked.returncode == 0:
            return ["sudo", "-n"]
    return None


def library_folders(root: Path) -> list[Path]:
    """Where do the libraries lie that were unpacked below a folder? For LD_LIBRARY_PATH."""
    folders = [*root.glob("usr/lib/*-linux-gnu*"), *root.glob("lib/*-linux-gnu*"), root / "usr/lib"]
    # two lie one level deeper, reached through alternatives on an installed system
    deeper = [folder / name for folder in folders for name in ("blas", "lapack", "pulseaudio")]
    return folders + [folder for folder in deeper if folder.is_dir()]


class Apt:
    """The package manager as this user may use it; `folder` holds lists of our own if we may not renew root's."""

    def __init__(self, folder: Path, say: Say) -> None:
        self.say = say
        self.folder = folder
        self.prefix = rights()
        self.private = self.prefix is None

    def names(self, pattern: str) -> list[str]:
        """The known packages whose whole name matches. Fetches the lists if none does."""
        found = self._names(pattern)
        if not found:
            self.update()
            found = self._names(pattern)
        return found

    def update(self) -> None:
        """Fetch the package lists: the machine's own, or ours where we may not."""
        self.say("  fetching the package lists (apt-get update)")
        if self.private:
            (self.folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
            (self.folder / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
        self._run([*self._words("apt-get"), "-q", "update"])

    def install(self, names: Sequence[str]) -> None:
        """Install packages without what they merely recommend; needs `rights()`."""
        command = [*self._words("apt-get"), "-q", "-y", "--no-install-recommends", "install"]
        self._once_more([*command, *names], finish=True)

    def unpack(self, names: Sequence[str], into: Path) -> None:
        """Unpack packages, with all they need that is not installed, below a folder; no rights."""
        archives = self.folder / "cache" / "archives"
        archives.joinpath("partial").mkdir(parents=True, exist_ok=True)
        flags = ["-q", "-y", "--no-install-recommends", "--download-only"]
        self._once_more([*self._words("apt-get", archives), *flags, "install", *names])
        into.mkdir(parents=True, exist_ok=True)
        self._extract(sorted(archives.glob("*.deb")), into)

    def fetch(self, name: str, into: Path) -> None:
        """Unpack one package alone below a folder, installed or not."""
        place = self.folder / "cache" / "one"
        place.mkdir(parents=True, exist_ok=True)
        self._once_more([*self._words("apt-get"), "-q", "download", name], cwd=place)
        self._extract(sorted(place.glob("*.deb")), into)

    def _extract(self, packages: list[Path], into: Path) -> None:
        self.say(f"  unpacking {len(packages)} packages below {into}")
        for package in packages:
            run_step(["dpkg-deb", "-x", package, into], self.say)
            package.unlink()

    def _names(self, pattern: str) -> list[str]:
        words = [*self._words("apt-cache"), "pkgnames"]
        run = subprocess.run(words, capture_output=True, text=True, check=False, env=_environ())
        return [name for name in run.stdout.split() if re.fullmatch(pattern, name)]

    def _once_more(self, words: Sequence[str], cwd: Path | None = None, finish: bool = False) -> None:
        try:  # lists that are old name packages that are gone
            self._run(words, cwd, finish)
        except StepFailed:
            self.update()
            self._run(words, cwd, finish)

    def _run(self, words: Sequence[str], cwd: Path | None = None, finish: bool = False) -> None:
        """Run it; another package manager that is at work is waited for."""
        until = time.monotonic() + LOCK_WAIT_S
        while True:
            try:
                run_step(words, self.say, env=_environ(), cwd=cwd, finish=finish)
                return
            except StepFailed as failure:
                if not HELD.search(str(failure)) or time.monotonic() > until:
                    raise
                self.say("  waiting for another program that installs packages (apt's lock is held)")
                time.sleep(LOCK_PAUSE_S)

    def _words(self, program: str, archives: Path | None = None) -> list[str]:
        options: list[str] = []
        if self.private:
            options = [
                f"Dir::State::Lists={self.folder / 'lists'}",
                f"Dir::Cache={self.folder / 'cache'}",
                "Debug::NoLocking=1",
                "Acquire::GzipIndexes=true",
                "Dir::Cache::pkgcache=",  # 80 MB that only serve speed
                "Dir::Cache::srcpkgcache=",
            ]
        if archives:
            options.append(f"Dir::Cache::Archives={archives}")
        flags = [word for option in options for word in ("-o", option)]
        prefix = [] if archives else self.prefix or []
        if prefix:
            prefix = [*prefix, "env", *(f"{name}={value}" for name, value in QUIET.items())]
        return [*prefix, program, *flags]


def _environ() -> dict[str, str]:
    return {**os.environ, **QUIET}
