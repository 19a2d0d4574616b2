"""`gisgrid service install`: gisgrid as a service of systemd, started with the machine.

A service is a district's own: it loads no invented one, and so writes no secret of an account into the journal.
"""

import os
import pwd
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gisgrid import bootstrap
from gisgrid.cli.context import DataDir, say, show
from gisgrid.errors import Fault, NotAllowed, Refused
from gisgrid.settings import Settings, read_settings

service_app = typer.Typer(help="gisgrid as a service of this machine.", no_args_is_help=True)
UNIT = """\
# Written by `gisgrid service install`.
[Unit]
Description=gisgrid: coded grids, reports that route themselves, a map that follows
Wants=network-online.target
After=network-online.target postgresql.service

[Service]
Type=exec
{user}WorkingDirectory={folder}
EnvironmentFile=-{environment}
ExecStart={program} up --no-sample
Restart=on-failure
RestartSec=5
# Only gisgrid itself gets the signal to end; it stops its database in good order.
KillMode=mixed
TimeoutStopSec=180
LimitNOFILE=65536
UMask=0077
NoNewPrivileges=yes

[Install]
WantedBy={target}
"""
HEAD = "# Settings of gisgrid, one a line; docs/settings.md has them. Restart the service after a change.\n"


@dataclass(frozen=True)
class Installation:
    """Where the unit and its settings lie, what it starts, as whom."""

    unit: Path
    environment: Path
    program: Path
    folder: Path
    user: str
    """Empty: a unit of the user who installs it."""

    def text(self) -> str:
        """The unit."""
        return UNIT.format(
            user=f"User={self.user}\n" if self.user else "",
            folder=_quoted(self.folder, always=False),
            environment=_quoted(self.environment, always=False),
            program=_quoted(self.program),
            target="multi-user.target" if self.user else "default.target",
        )


@service_app.command()
def install(
    user: Annotated[bool, typer.Option("--user", help="A service of yours, without root's rights.")] = False,
    run_as: Annotated[
        str | None, typer.Option("--run-as", help="As whom a service of the machine runs; default: whose the data is.")
    ] = None,
    only_print: Annotated[bool, typer.Option("--print", help="Print the unit and write nothing.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Write a unit of systemd that starts `up --no-sample` with the machine, and a file with its settings; start it."""
    settings = read_settings(data_dir=data_dir)
    planned = plan(settings, is_of_user=user, run_as=run_as)
    if only_print:
        show(None, planned.text().rstrip("\n"), as_json=False)
        return
    if not user and os.geteuid():
        raise NotAllowed(Fault("service install", "a service of the machine needs root", "run it by sudo, or --user"))
    _write(planned.unit, planned.text(), 0o644)
    if planned.environment.exists():
        say(f"  the settings in {planned.environment} stay as they are")
    else:
        _write(planned.environment, HEAD + settings_text(os.environ, settings), 0o600)
    _start(user)
    show(None, str(planned.unit), as_json=False)


def plan(settings: Settings, *, is_of_user: bool, run_as: str | None = None) -> Installation:
    """What an installation would write. Raises Refused where what it would start is temporary or nobody's."""
    program = (bootstrap.ENVIRONMENT if bootstrap.in_checkout() else Path(sys.prefix)) / "bin" / "gisgrid"
    if "archive-v0" in program.parts:
        remedy = "uv tool install gisgrid, then gisgrid service install"
        raise Refused(Fault("service install", "this gisgrid lies in a cache, from which it may vanish", remedy))
    folder = bootstrap.CHECKOUT if bootstrap.in_checkout() else settings.data_dir.parent
    if is_of_user:
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        return Installation(home / "systemd/user/gisgrid.service", home / "gisgrid.env", program, folder, "")
    owner = run_as or os.environ.get("SUDO_USER") or pwd.getpwuid(os.geteuid()).pw_name
    if not run_as and settings.data_dir.exists():
        owner = settings.data_dir.owner()
    try:
        pwd.getpwnam(owner)
    except KeyError as error:
        raise Refused(Fault("--run-as", f"this machine has no user {owner!r}", f"useradd --system {owner}")) from error
    unit, environment = Path("/etc/systemd/system/gisgrid.service"), Path("/etc/gisgrid.env")
    return Installation(unit, environment, program, folder, owner)


def settings_text(environ: Mapping[str, str], settings: Settings) -> str:
    """The settings that hold now by the environment, and the data directory, as systemd reads them."""
    held = {name: value for name, value in sorted(environ.items()) if name.startswith("GISGRID_")}
    held = {name: value for name, value in held.items() if not name.startswith("GISGRID_TEST_")}
    held["GISGRID_DATA_DIR"] = str(settings.data_dir)
    escaped = {name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in held.items()}
    return "".join(f'{name}="{value}"\n' for name, value in escaped.items())


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
    say(f"  wrote {path}")


def _start(is_of_user: bool) -> None:
    command = ["systemctl", *(["--user"] if is_of_user else [])]
    steps = [[*command, "daemon-reload"], [*command, "enable", "--now", "gisgrid.service"]]
    if not Path("/run/systemd/system").exists():
        say("  systemd does not run here; where it does:")
        say("".join(f"    {' '.join(step)}\n" for step in steps).rstrip("\n"))
        return
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refused(
                Fault("systemctl", f"systemd refuses it: {done.stderr.strip()}", "journalctl -u gisgrid says more")
            )
    if is_of_user:
        say("  it ends when you sign out, unless: loginctl enable-linger")


def _quoted(path: Path, *, always: bool = True) -> str:
    """A path as a unit has it: % is doubled; in a command, blanks need quotation marks."""
    text = str(path).replace("%", "%%")
    return f'"{text}"' if always and " " in text else text
