"""The verbs by name, each with its line of help and the place where it lives; a verb is imported when it is called.

All of them together import pandas, GDAL, SQLAlchemy and FastAPI, which takes seconds; `gisgrid version` needs none.
"""

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

_ROOM = "gisgrid.cli"
_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


class Verb(NamedTuple):
    """Where a verb lives (module and function, or module and group of verbs), and its first line of help."""

    place: str
    help: str
    settings: dict[str, Any] | None = None


VERBS = {
    "up": Verb(
        "serve:up", "Start everything: install what is missing, migrate, load the sample into an empty database, serve."
    ),
    "down": Verb("down:down", "Stop what `up` started for this data directory."),
    "worker": Verb(
        "work:worker",
        "Publish at its date, relocate, remind, send notices, keep house: beside `up --no-worker`, here or elsewhere.",
    ),
    "status": Verb(
        "status:status",
        "How is it doing: service, database, versions, worker, queues, disk? Ends with 1 where something does not run.",
    ),
    "migrate": Verb("migrate:migrate", "Bring the database to this version's schema."),
    "import": Verb(
        "areas:import_file",
        "Import boundaries: a file becomes live areas, or nothing changes and every fault is named.",
    ),
    "export": Verb(
        "export:export",
        "Export the areas of a network at a date, or layers as tiles, whole or not at all; tiles go on after a break.",
    ),
    "load": Verb("load:load_app", "Bring in what exists already: all of a file or nothing."),
    "changeset": Verb(
        "changeset:changeset_app", "Boundaries that are not live yet: open, check, preview, publish, undo."
    ),
    "check": Verb(
        "check:check",
        "What is wrong with the live boundaries, and what is assigned to a wrong area? Ends with 1 on errors.",
    ),
    "network": Verb(
        "network:network_app", "Several networks over the same ground: list, name, compare, alias, derive."
    ),
    "bench": Verb("bench:bench_app", "How long things take on this machine."),
    "notice": Verb("notice:notice_app", "Notices: their targets, what has not arrived, sending."),
    "device": Verb("device:device_app", "Devices: their tokens, on and off; those inside a polygon."),
    "patrol": Verb("patrol:patrol_app", "Patrols: tokens of phones, what became of pings."),
    "locate": Verb("locate:locate", "Whose is this point? Negative numbers go after `--`."),
    "assign": Verb(
        "assign:assign",
        "The grid of every point of a table: grid_code, grid_name, method, distance_to_edge_m beside its columns.",
    ),
    "route": Verb("route:route", "Which routing rule would fire for a report?"),
    "tickets": Verb("tickets:tickets", "Export the tickets of a filter as a file, whole or not at all."),
    "figures": Verb(
        "figures:figures",
        "Of the tickets received in a time: how many are closed, open, overdue, closed in time? By a key.",
    ),
    "ranking": Verb(
        "figures:ranking",
        "Whose record is best, among those of its kind? Statistics of older boundaries are carried over to today's.",
    ),
    "tile": Verb(
        "tile:tile",
        "What does this tile hold? Coordinates in the JSON are tile units, 4096 a side, from its north-west corner.",
    ),
    "qgis": Verb(
        "qgis:qgis",
        "Write the QGIS project: live areas, drafts, problems, preview. Needs no QGIS; holds no host and no password.",
    ),
    "qr": Verb("qr:qr", "QR codes of grids and posts, to be printed: a report by one has the grid filled in."),
    "user": Verb("people:user_app", "Accounts."),
    "group": Verb("group:group_app", "Groups of the city's provider of sign-ins, and their roles."),
    "erase": Verb(
        "erase:erase", "Forget a reporter: name, number, photos, and both in all words of the ticket. The ticket stays."
    ),
    "audit": Verb("audit:audit", "The audit trail, the newest first: who did what, and who read whom."),
    "service": Verb("systemd:service_app", "gisgrid as a service of this machine."),
    "backup": Verb(
        "backup:backup",
        "Back up the database, its roles and the photos while the service goes on: whole, or nothing.",
    ),
    "restore": Verb(
        "backup:restore", "Bring a backup back into a data directory without a database, or prove that it could be."
    ),
    "config": Verb(
        "configuration:config",
        "Which settings hold, and whence: an option, the environment, or by default? Passwords are masked.",
    ),
    "db-url": Verb("psql:db_url", "Where the database is for QGIS and psql: a libpq URI without the secret."),
    "psql": Verb("psql:psql", "Open psql as the database's owner; further arguments are psql's.", _PASSED_ON),
    "client": Verb(
        "client:client",
        "Write a Python package that speaks this version's API: `pip install DIR`. uv fetches the generator.",
    ),
    "test": Verb("test:test", "Run every test against a real PostGIS; further arguments are pytest's.", _PASSED_ON),
    "version": Verb("version:version", "Which version is this?"),
}


class WholeLines(TyperGroup):
    """A group of verbs whose list has the whole line of help of each."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List every verb with its whole line of help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, (verb.help or "").split("\n\n")[0]) for name, verb in self.commands.items()])


class Verbs(WholeLines):
    """The command line: lists verbs from what is said of them here, and imports the one that is called.

    The list is plain text: rich would take three times as long as all the rest.
    """

    def __init__(self, verbs: dict[str, Verb], **attrs: Any) -> None:
        self.verbs = verbs
        named: dict[str, Any] = {name: TyperCommand(name, help=verb.help) for name, verb in verbs.items()}
        super().__init__(commands=named, rich_markup_mode=None, **attrs)

    def load(self, name: str) -> None:
        """Put the verb, with its options or its own verbs, in the place of its name and help."""
        module, _, member = self.verbs[name].place.partition(":")
        found = getattr(import_module(f"{_ROOM}.{module}"), member)
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        if isinstance(found, typer.Typer):
            alone.add_typer(found, name=name, cls=WholeLines)
        else:
            alone.command(name, context_settings=self.verbs[name].settings)(found)
        self.commands[name] = typer.main.get_group(alone).commands[name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load the verb that is called; the others stay names."""
        if args and args[0] in self.verbs:
            self.load(args[0])
        return super().resolve_command(ctx, args)


app = Verbs(
    VERBS,
    name="gisgrid",
    help="Grid boundaries with codes, reports that route themselves, a map that follows.",
    no_args_is_help=True,
)
