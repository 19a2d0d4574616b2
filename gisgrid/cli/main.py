"""`gisgrid VERB`: runs a verb, and says every error with its place and remedy."""

import sys
from pathlib import Path

from gisgrid.cli.context import show
from gisgrid.cli.verbs import app
from gisgrid.cli.version import version
from gisgrid.disks import FULL, no_space
from gisgrid.errors import GisgridError, summarise
from gisgrid.steps import StepFailed


def _tell(error: GisgridError, *, as_json: bool) -> None:
    """The first faults and the number of the others for people; with --json every fault on stdout."""
    sys.stderr.write("".join(f"{line}\n" for line in (f"{error.title}:", *(f"  {s}" for s in summarise(error.faults)))))
    if as_json:
        show({"error": error.title, "faults": [fault.in_both() for fault in error.faults]}, "", as_json=True)


def run(arguments: list[str] | None = None) -> int:
    """Run a verb: its exit code. 1: refused, with every fault on stderr; 2: wrong usage; 130: interrupted."""
    given = sys.argv[1:] if arguments is None else arguments
    if given == ["version"]:  # scripts ask it; Typer would load pydantic first, which takes as long as all the rest
        version()
        return 0
    try:
        app(given)  # the error prints itself what is wrong with the usage
        return 0
    except SystemExit as stop:
        if isinstance(stop.code, str):
            raise
        return stop.code or 0
    except KeyboardInterrupt:
        return 130
    except GisgridError as error:
        _tell(error, as_json="--json" in given)
        return 1
    except OSError as error:
        if error.errno not in FULL:
            raise
        _tell(no_space(error.filename or Path.cwd()), as_json="--json" in given)
        return 1
    except StepFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
