"""A Python that has QGIS, for the tests at real QGIS: found, or installed where that is allowed.

Standard library only, imports nothing of the house but `debian` and `steps`. QGIS comes from the system's packages
for the system's Python: no environment can hold it.
"""

import shutil
import subprocess
from pathlib import Path

from gisgrid import debian
from gisgrid.steps import Say

SYSTEM = Path("/usr/bin/python3")
PACKAGES = ["python3-qgis", "qgis-providers"]
WINDOW = {"qgis": "qgis", "Xvfb": "xvfb", "xdotool": "xdotool"}
"""What a window of QGIS on a screen of its own needs, used by mouse and keyboard: program and package."""
OLDEST = 32200
ASK = f"import sys; from qgis.core import Qgis; sys.exit(0 if Qgis.QGIS_VERSION_INT >= {OLDEST} else 3)"
REMEDY = f"apt-get install --no-install-recommends {' '.join([*PACKAGES, *WINDOW.values()])}"


def has_qgis(python: Path) -> bool:
    """Can this Python import QGIS 3.22 or later?"""
    try:
        done = subprocess.run([python, "-c", ASK], capture_output=True, check=False, timeout=120)
    except OSError:
        return False
    return done.returncode == 0


def missing_programs() -> list[str]:
    """Which programs that a window of QGIS needs are not installed?"""
    return [name for name in WINDOW if not shutil.which(name)]


def ensure_pyqgis(debs: Path, say: Say) -> Path | None:
    """Which Python has QGIS? Installs it with root's rights or `sudo -n` (200 MB to fetch); None where that cannot be.

    Installs what a window of QGIS needs as well. Raises StepFailed when packages were there and could not be fetched.
    """
    if has_qgis(SYSTEM) and not missing_programs():
        return SYSTEM
    if not debian.is_there():
        return SYSTEM if has_qgis(SYSTEM) else None
    apt = debian.Apt(debs, say)
    if apt.prefix is None:
        say(f"no QGIS or no window of it for the tests, and no right to install it: {REMEDY}")
        return SYSTEM if has_qgis(SYSTEM) else None
    known = apt.names("|".join([*PACKAGES, *WINDOW.values()]))
    if PACKAGES[0] not in known:
        return None
    say(f"installing {' and '.join(known)} for the tests at QGIS (200 MB to fetch)")
    apt.install(known)
    return SYSTEM if has_qgis(SYSTEM) else None
