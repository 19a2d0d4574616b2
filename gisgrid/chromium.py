"""A Chromium that draws Chinese, for the tests in a browser: found, installed, or unpacked."""

import shutil
import subprocess
from pathlib import Path

from gisgrid import debian
from gisgrid.steps import Say

CHINESE = ("wqy", "cjk", "uming", "ukai", "sourcehan", "fallback")
"""Parts of the file names of fonts with Chinese characters."""
PACKAGES = ["chromium", "fonts-wqy-microhei"]
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


def _write_start(debs: Path) -> None:
    """A script that starts the unpacked program with its own libraries and fonts."""
    root, place = debs / "root", debs / "bin"
    program = root / "usr/lib/chromium/chromium"
    if not program.exists():
        return
    place.mkdir(exist_ok=True)
    fonts = place / "fonts.conf"
    fonts.write_text(FONTS.format(root=root))
    libraries = ":".join(map(str, debian.library_folders(root)))
    script = place / "chromium"
    script.write_text(START.format(libraries=libraries, fonts=fonts, program=program))
    script.chmod(0o755)


def _draws_chinese(debs: Path) -> bool:
    places = (Path("/usr/share/fonts"), debs / "root/usr/share/fonts")
    names = (file.name.lower() for place in places for file in place.rglob("*.tt[cf]"))
    return any(mark in name for name in names for mark in CHINESE)


def _starts(program: Path) -> bool:
    """A name on the path may be a stub that only says where to get the real one."""
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
