"""`gisgrid VERB`: every verb in one list, every error with its place and remedy."""

import sys

import typer

from gisgrid import __version__
from gisgrid.cli import areas, assign, people, serve
from gisgrid.cli.bench import bench_app
from gisgrid.cli.changeset import changeset_app
from gisgrid.cli.check import check
from gisgrid.cli.context import show
from gisgrid.cli.device import device_app
from gisgrid.cli.export import export
from gisgrid.cli.figures import figures, ranking
from gisgrid.cli.load import load_app
from gisgrid.cli.network import network_app
from gisgrid.cli.notice import notice_app
from gisgrid.cli.qgis import qgis
from gisgrid.cli.qr import qr
from gisgrid.cli.route import route
from gisgrid.cli.test import run_tests
from gisgrid.cli.tickets import tickets
from gisgrid.cli.tile import tile
from gisgrid.errors import GisgridError, summarise
from gisgrid.steps import StepFailed

app = typer.Typer(
    name="gisgrid",
    help="Grid boundaries with codes, reports that route themselves, a map that follows.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve.up)
app.command()(serve.down)
app.command()(serve.migrate)
app.command("import")(areas.import_file)
app.command()(export)
app.add_typer(load_app, name="load")
app.add_typer(changeset_app, name="changeset")
app.command()(check)
app.add_typer(network_app, name="network")
app.add_typer(bench_app, name="bench")
app.add_typer(notice_app, name="notice")
app.add_typer(device_app, name="device")
app.command()(areas.locate)
app.command()(assign.assign)
app.command()(route)
app.command()(tickets)
app.command()(figures)
app.command()(ranking)
app.command()(tile)
app.command()(qgis)
app.command()(qr)
app.add_typer(people.user_app, name="user")
app.command("db-url")(people.db_url)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(people.psql)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run every test against a real PostGIS; further arguments are pytest's."""
    raise typer.Exit(run_tests(context.args))


@app.command()
def version() -> None:
    """Which version is this?"""
    sys.stdout.write(f"gisgrid {__version__}\n")


def _tell(error: GisgridError, *, as_json: bool) -> None:
    """The first faults and the number of the others for people; with --json every fault on stdout."""
    sys.stderr.write("".join(f"{line}\n" for line in (f"{error.title}:", *(f"  {s}" for s in summarise(error.faults)))))
    if as_json:
        show({"error": error.title, "faults": error.faults}, "", as_json=True)


def run(arguments: list[str] | None = None) -> int:
    """Run a verb: its exit code. 1: refused, with every fault on stderr; 2: wrong usage; 130: interrupted."""
    try:
        app(arguments)  # the error prints itself what is wrong with the usage
        return 0
    except SystemExit as stop:
        if isinstance(stop.code, str):
            raise
        return stop.code or 0
    except KeyboardInterrupt:
        return 130
    except GisgridError as error:
        _tell(error, as_json="--json" in (sys.argv[1:] if arguments is None else arguments))
        return 1
    except StepFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
