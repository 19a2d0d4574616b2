"""A Chromium that draws Chinese, for the tests in a browser: found, installed, or unpacked."""

import shutil
import subprocess
from pathlib import Path

from gisgrid import debian
from gisgrid.steps import Say, StepFailed

CHINESE = ("wqy", "cjk", "uming", "ukai", "sourcehan", "fallback")
"""Parts of the file names of fonts with Chinese characters."""
PACKAGES = ["chromium", "fonts-wqy-microhei"]
SHELL = "chromium-headless-shell"
"""The same Chromium of the same build without a window: a page costs it a third less of the processor."""
PLACE = Path("usr/lib/chromium")
"""Where Debian's packages have it, below `/` or below the folder into which they were unpacked."""
START = """\
#!/bin/sh
export LD_LIBRARY_PATH="{libraries}" FONTCONFIG_FILE="{fonts}"
exec "{program}" "$@"
"""
FONTS = """\
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{root}/usr/share/fonts</dir><dir>/usr/share/fonts</dir>
  <cachedir>{root}/var/cache/fontconfig</cachedir>
</fontconfig>
"""


def find_chromium(debs: Path) -> Path | None:
    """The Chromium that is there: the machine's, or the one unpacked below `debs`; None without one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found and _starts(Path(found)):
            return Path(found)
    unpacked = debs / "bin" / "chromium"
    return unpacked if unpacked.exists() and _starts(unpacked) else None


def ensure_chromium(debs: Path, say: Say) -> Path | None:
    """The Chromium that the tests may use. Installs one with a Chinese font; None if that is impossible.

    Raises StepFailed when packages were there and could not be fetched.
    """
    found = find_chromium(debs)
    if (found and _draws_chinese(debs)) or not debian.is_there():
        return found
    apt = debian.Apt(debs, say)
    known = apt.names("|".join(PACKAGES))
    wanted = [name for name in PACKAGES if name in known and not (found and name == "chromium")]
    if apt.prefix is not None:
        say(f"installing {' and '.join(wanted)} for the tests in a browser")
        apt.install(wanted)
    else:
        say(f"unpacking {' and '.join(wanted)} for the tests in a browser")
        apt.unpack(wanted, debs / "root")
        _write_start(debs)
    return find_chromium(debs)


def ensure_headless(chromium: Path, debs: Path, say: Say) -> Path:
    """The shell of the same build as this Chromium, fetched once beside it; or this Chromium, where there is none."""
    unpacked = chromium == debs / "bin" / chromium.name
    home = (debs / "root" if unpacked else Path("/")) / PLACE
    build = _version(chromium)
    if not build or chromium.name == "google-chrome" or not (home / "chromium").exists() or not debian.is_there():
        return chromium  # not Debian's
    shell = debs / "bin" / SHELL if unpacked else debs / "headless" / PLACE / SHELL
    if _version(shell) != build:
        try:
            _fetch_shell(home, debs, say, unpacked=unpacked)
        except StepFailed as failure:
            say(f"  the tests take Chromium as it is: {failure}")
    return shell if _version(shell) == build else chromium


def _fetch_shell(home: Path, debs: Path, say: Say, *, unpacked: bool) -> None:
    apt = debian.Apt(debs, say)
    if SHELL not in apt.names(SHELL):
        return
    say(f"unpacking {SHELL} for the tests in a browser")
    apt.fetch(SHELL, debs / ("root" if unpacked else "headless"))
    if unpacked:
        _write_start(debs)
        return
    place = debs / "headless" / PLACE
    for file in home.iterdir():  # it reads what lies beside it
        if file.name != SHELL and not (place / file.name).exists():
            (place / file.name).unlink(missing_ok=True)
            (place / file.name).symlink_to(file)


def _write_start(debs: Path) -> None:
    """Scripts that start the unpacked programs with their own libraries and fonts."""
    root, place = debs / "root", debs / "bin"
    for program in (root / PLACE / "chromium", root / PLACE / SHELL):
        if not program.exists():
            continue
        place.mkdir(exist_ok=True)
        fonts = place / "fonts.conf"
        fonts.write_text(FONTS.format(root=root))
        libraries = ":".join(map(str, debian.library_folders(root)))
        script = place / program.name
        script.write_text(START.format(libraries=libraries, fonts=fonts, program=program))
        script.chmod(0o755)


def _draws_chinese(debs: Path) -> bool:
    places = (Path("/usr/share/fonts"), debs / "root/usr/share/fonts")
    names = (file.name.lower() for place in places for file in place.rglob("*.tt[cf]"))
    return any(mark in name for name in names for mark in CHINESE)


def _starts(program: Path) -> bool:
    """A name on the path may be a stub that only says where to get the real one."""
    return _version(program) is not None


def _version(program: Path) -> str | None:
    """The number of its build; None of what does not start."""
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    numbers = [word for word in asked.stdout.split() if word.count(".") == 3]
    return next(iter(numbers), "") if asked.returncode == 0 else None
