"""nginx, Caddy and Mosquitto for the tests: the machine's, or unpacked, so that no service is started by it.

Standard library only, imports nothing of the house but `debian` and `steps`.
"""

import shutil
from pathlib import Path

from gisgrid import debian
from gisgrid.steps import Say

PROGRAMS = {"nginx": "usr/sbin/nginx", "caddy": "usr/bin/caddy", "mosquitto": "usr/sbin/mosquitto"}
"""The name of program and package, and where the package has it."""
START = """\
#!/bin/sh
export LD_LIBRARY_PATH="{libraries}"
exec "{program}" "$@"
"""


def find_webserver(name: str, debs: Path) -> Path | None:
    """The machine's program, or the one unpacked below `debs`; None without one."""
    unpacked = debs / "bin" / name
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    return Path(found) if found else unpacked if unpacked.exists() else None


def ensure_webservers(debs: Path, say: Say) -> dict[str, Path]:
    """The web servers that the tests may use, by name; unpacks what is missing, where there are Debian's packages.

    Raises StepFailed when packages were there and could not be fetched.
    """
    missing = [name for name in PROGRAMS if find_webserver(name, debs) is None]
    if missing and debian.is_there():
        apt = debian.Apt(debs, say)
        wanted = [name for name in missing if name in apt.names("|".join(PROGRAMS))]
        if wanted:
            say(f"unpacking {' and '.join(wanted)} for the tests")
            apt.unpack(wanted, debs / "web")
            _write_starts(debs, wanted)
    found = {name: find_webserver(name, debs) for name in PROGRAMS}
    return {name: program for name, program in found.items() if program}


def _write_starts(debs: Path, names: list[str]) -> None:
    """A script for each program that starts it with its own libraries."""
    (debs / "bin").mkdir(exist_ok=True)
    libraries = ":".join(map(str, debian.library_folders(debs / "web")))
    for name in names:
        script = debs / "bin" / name
        script.write_text(START.format(libraries=libraries, program=debs / "web" / PROGRAMS[name]))
        script.chmod(0o755)
