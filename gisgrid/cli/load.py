"""`gisgrid load WHAT FILE`: what exists already comes in. Long because it lists every WHAT."""

import inspect
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, Network, owner_database, say, show
from gisgrid.errors import Fault, Refused
from gisgrid.layers import thing_layers
from gisgrid.settings import Settings, read_settings

if TYPE_CHECKING:
    from gisgrid.database import Database
    from gisgrid.loading import Loaded, ReadOptions, Sheet

load_app = typer.Typer(help="Bring in what exists already: all of a file or nothing.", no_args_is_help=True)

Given = dict[str, Any]
Template = Annotated[Path, typer.Argument(help="TOML.")]
TABLE = "CSV or a workbook (.xlsx, .xls, .ods)"
POINTS = f"{TABLE}, or GeoJSON, GeoPackage or Shapefile with points."
_OPTIONS: dict[str, tuple[Any, Any]] = {
    "network": (Network, "base"),
    "replace": (
        Annotated[bool, typer.Option("--replace", help="What the file lacks goes; what is in use is retired.")],
        False,
    ),
    "system": (
        Annotated[str, typer.Option(help="System of points whose row does not say it: wgs84, gcj02, EPSG:n ...")],
        "",
    ),
    "encoding": (Annotated[str, typer.Option(help="Encoding of the text, as gbk. Default UTF-8.")], ""),
    "layer": (
        Annotated[str, typer.Option(help="Sheet of a workbook or layer of a file that has several.")],
        "",
    ),
    "columns": (
        Annotated[
            list[str] | None,
            typer.Option("--map", help="COLUMN=HEADER: the file's HEADER holds our COLUMN. Repeatable."),
        ],
        None,
    ),
    "constants": (
        Annotated[list[str] | None, typer.Option("--set", help="COLUMN=VALUE of every row. Repeatable.")],
        None,
    ),
    "zone": (
        Annotated[str, typer.Option(help="Zone of times without offset, as Asia/Shanghai. Default: they are refused.")],
        "",
    ),
    "time_format": (
        Annotated[
            list[str] | None,
            typer.Option(help="How times are written: us, eu, excel, unix, unix-ms, or of strptime. Repeatable."),
        ],
        None,
    ),
    "set_aside": (
        Annotated[
            Path | None,
            typer.Option(metavar="OUT", help="CSV or XLSX for the rows that cannot be used; the others are loaded."),
        ],
        None,
    ),
    "values": (
        Annotated[Path | None, typer.Option(help="What the file's words become: column, value, becomes.")],
        None,
    ),
    "values_skeleton": (
        Annotated[
            Path | None,
            typer.Option(metavar="OUT", help="Load nothing; write the file's categories, to fill in for --values."),
        ],
        None,
    ),
    "without_point": (
        Annotated[bool, typer.Option("--without-point", help="Load rows without a point too, into no grid.")],
        False,
    ),
}
_ROOM = {"data_dir": (DataDir, None), "db_port": (DbPort, None), "json": (Json, False)}
_TEXT = ("encoding", "layer", "columns", "constants")
_POINT = ("system", *_TEXT)
_TIMES = ("zone", "time_format")


@dataclass(frozen=True)
class Verb:
    """A verb of `gisgrid load`: its name, what its file is, its options by name, where its loader is, which options
    this takes. The loader is imported when a file is loaded.
    """

    name: str
    help: str
    file: str
    options: tuple[str, ...]
    place: str
    passed: tuple[str, ...] = ()

    def load(self, database: "Database", file: "Path | Sheet", options: "ReadOptions", given: Given) -> "Loaded":
        """Call the loader at `place` (module:function, or layer:id) with the options that it takes by their names."""
        module, _, name = self.place.partition(":")
        if module == "layer":
            from gisgrid.cli.things import thing_loader

            loader = thing_loader(thing_layers()[name])
        else:
            loader = getattr(import_module(f"gisgrid.{module}"), name)
        more: Given = {"say": say} if self.name == "tickets" else {}
        loaded: Loaded = loader(database, file, options, **more, **{one: given[one] for one in self.passed})
        return loaded


VERBS = (
    Verb(
        "posts",
        "People in their posts: area_code, role, person, from, to.",
        POINTS,
        ("network", *_POINT, *_TIMES, "values", "set_aside"),
        "people:load_posts",
        ("network",),
    ),
    Verb(
        "tickets",
        "Tickets of another system, each located at its own date: category, received_at, lon, lat, system.",
        POINTS,
        ("network", *_POINT, *_TIMES, "values", "values_skeleton", "without_point", "set_aside"),
        "tickets.loading:load_tickets",
        ("network", "without_point"),
    ),
    *(
        Verb(
            layer.load.verb,
            f"{layer.load.help}: {', '.join([*(column.name for column in layer.load.columns), 'lon', 'lat'])}.",
            POINTS,
            (*_POINT, *(_TIMES if layer.load.instants else ()), "values", "set_aside"),
            f"layer:{layer.id}",
        )
        for layer in thing_layers().values()
        if layer.load
    ),
    Verb(
        "pings",
        "The points of patrols: worker, at, lon, lat; of a GPX or KML track with --set worker=NAME.",
        f"GPX, KML, {POINTS}",
        (*_POINT, *_TIMES, "set_aside"),
        "patrol:load_pings",
    ),
    Verb(
        "ground",
        "The ground of the map, streets, railways, water, green: class, kind, name.",
        "GeoJSON, GeoPackage or Shapefile with lines or polygons.",
        _POINT,
        "ground:load_ground",
    ),
    Verb(
        "reach",
        "The ground within some minutes of places: place (its code), minutes.",
        "GeoJSON, GeoPackage or Shapefile with polygons.",
        _POINT,
        "reach:load_reach",
    ),
    Verb(
        "categories",
        "An event catalogue, a tree: id, parent, name_zh, name_en, due, unit, public_place, workflow.",
        f"{TABLE}.",
        ("replace", *_TEXT),
        "categories:load_categories",
        ("replace",),
    ),
    Verb(
        "rules",
        "Routing rules: rule; category, area_code, kind, days, weekdays, from, to, shift; role, department or person.",
        f"{TABLE}.",
        ("network", "replace", *_TEXT),
        "tickets.rules:load_rules",
        (
            "network",
            "replace",
        ),
    ),
    Verb(
        "rosters",
        "On which days which post works which shift: area_code, role, person, shift, from, to, every_days, weekdays.",
        f"{TABLE}.",
        ("network", *_TEXT),
        "rosters:load_rosters",
        ("network",),
    ),
    Verb(
        "holidays",
        "The district's own days off and make-up working days: date, working, name.",
        f"{TABLE}.",
        _TEXT,
        "calendars.days_off:load_holidays",
    ),
)


def _add_verb(verb: Verb) -> None:
    def command(file: Path, **given: Any) -> None:
        _run(verb, file, given)

    parameters = [inspect.Parameter("file", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=_argument(verb))]
    for name, (kind, default) in ({name: _OPTIONS[name] for name in verb.options} | _ROOM).items():
        parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind))
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    load_app.command(verb.name, help=verb.help)(command)


def _argument(verb: Verb) -> Any:
    return Annotated[Path, typer.Argument(help=verb.file)]


def _run(verb: Verb, file: Path, given: Given) -> None:
    from gisgrid.sample.load import in_absolute_times
    from gisgrid.tickets.loading import write_values

    settings = read_settings(data_dir=given["data_dir"], db_port=given["db_port"])
    options = _options(settings, given)
    with owner_database(settings) as database:
        if skeleton := given.get("values_skeleton"):
            counts = write_values(database, file, skeleton, options, network=given["network"])
            line = ", ".join(f"{count} values of {column}" for column, count in counts.items())
            line = f"{skeleton}: {line}; fill in `becomes`, then load with --values {skeleton}"
            show({"file": str(skeleton), "values": counts}, line, as_json=given["json"])
            return
        done = verb.load(database, in_absolute_times(verb.name, file, settings.timezone), options, given)
    for note in done.notes:
        say(f"  {note}")
    line = f"{verb.name}: {done.loaded} loaded, {done.changed} changed, {done.skipped} there before"
    if done.set_aside:
        line += f", {done.set_aside} set aside in {options.set_aside}"
        for reason, rows in done.reasons.items():
            say(f"  set aside {rows}: {reason}")
    show(asdict(done), line, as_json=given["json"])


def _options(settings: Settings, given: Given) -> "ReadOptions":
    from gisgrid.loading import ReadOptions, known_formats, known_zone
    from gisgrid.loading.meanings import read_meanings

    meanings = given.get("values")
    return ReadOptions(
        system=given.get("system", ""),
        encoding=given["encoding"],
        columns=_pairs("--map", given["columns"]),
        values=_pairs("--set", given["constants"]),
        zone=settings.timezone,
        local=known_zone(given.get("zone", "")),
        time_formats=known_formats(given.get("time_format") or ()),
        layer=given["layer"],
        set_aside=given.get("set_aside"),
        meanings=read_meanings(meanings) if meanings else {},
        meanings_name=str(meanings or ""),
    )


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for item in given or []:
        name, equals, value = item.partition("=")
        if not (name and equals and value) or name in pairs:
            raise Refused(Fault(option, f"{item!r} is not COLUMN=..., or names its column twice", "as category=hazard"))
        pairs[name] = value
    return pairs


for _verb in VERBS:
    _add_verb(_verb)


@load_app.command()
def workflow(file: Template, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """A template of steps: who may take each, what it needs, whether it stops the clocks (docs/tickets.md)."""
    from gisgrid.tickets.workflows import load_workflow

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database:
        name = load_workflow(database, file)
    show({"workflow": name}, f"workflow {name} is in force", as_json=json)
