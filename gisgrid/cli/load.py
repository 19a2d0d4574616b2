"""`gisgrid load WHAT FILE`: what exists already comes in, all of a file or nothing. Long: it lists every WHAT."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gisgrid.calendars import load_holidays
from gisgrid.categories import load_categories
from gisgrid.cli.context import DataDir, DbPort, Json, Network, owner_database, say, show
from gisgrid.cli.things import thing_loader
from gisgrid.database import Database
from gisgrid.errors import Fault, Refused
from gisgrid.ground import load_ground
from gisgrid.layers import Layer, Load, thing_layers
from gisgrid.loading import Loaded, ReadOptions
from gisgrid.patrol import load_pings
from gisgrid.people import load_posts
from gisgrid.rosters import load_rosters
from gisgrid.settings import Settings, read_settings
from gisgrid.tickets.loading import load_tickets
from gisgrid.tickets.rules import load_rules
from gisgrid.tickets.workflows import load_workflow

load_app = typer.Typer(help="Bring in what exists already: all of a file or nothing.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="CSV, or GeoJSON or GeoPackage with points.")]
Drawing = Annotated[Path, typer.Argument(help="GeoJSON or GeoPackage with lines or polygons.")]
Track = Annotated[Path, typer.Argument(help="CSV or GPX, or GeoJSON or GeoPackage with points.")]
System = Annotated[str, typer.Option(help="System of points whose row does not say it: wgs84, gcj02, EPSG:n ...")]
Encoding = Annotated[str, typer.Option(help="Encoding of the text, as gbk. Default UTF-8.")]
Map = Annotated[
    list[str] | None, typer.Option("--map", help="COLUMN=HEADER: the file's HEADER holds our COLUMN. Repeatable.")
]
Text = Annotated[Path, typer.Argument(help="CSV.")]
Template = Annotated[Path, typer.Argument(help="TOML.")]
Replace = Annotated[bool, typer.Option("--replace", help="What the file lacks goes; what is in use is retired.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="COLUMN=VALUE of every row. Repeatable.")]


@load_app.command()
def posts(
    file: File,
    network: Network = "base",
    system: System = "",
    encoding: Encoding = "",
    columns: Map = None,
    values: Set = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """People in their posts: area_code, role, person, from, to."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    options = _options(settings, system, encoding, columns, values)
    _load(settings, "posts", lambda database: load_posts(database, file, options, network=network), json)


@load_app.command()
def tickets(
    file: File,
    network: Network = "base",
    system: System = "",
    encoding: Encoding = "",
    columns: Map = None,
    values: Set = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Tickets of another system, each located at its own date: category, received_at, lon, lat, system."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    options = _options(settings, system, encoding, columns, values)
    _load(settings, "tickets", lambda database: load_tickets(database, file, options, network=network, say=say), json)


def _add_verb(layer: Layer, load: Load) -> None:
    """Add the verb that loads the things of a layer, named by the layer's folder."""

    def things(
        file: File,
        system: System = "",
        encoding: Encoding = "",
        columns: Map = None,
        values: Set = None,
        data_dir: DataDir = None,
        db_port: DbPort = None,
        json: Json = False,
    ) -> None:
        settings = read_settings(data_dir=data_dir, db_port=db_port)
        options = _options(settings, system, encoding, columns, values)
        _load(settings, load.verb, lambda database: thing_loader(layer)(database, file, options), json)

    names = ", ".join([*(column.name for column in load.columns), "lon", "lat"])
    load_app.command(load.verb, help=f"{load.help}: {names}.")(things)


for _layer in thing_layers().values():
    if _layer.load:
        _add_verb(_layer, _layer.load)


@load_app.command()
def pings(
    file: Track,
    system: System = "",
    encoding: Encoding = "",
    columns: Map = None,
    values: Set = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """The points of patrols: worker, at, lon, lat; of a GPX track with --set worker=NAME."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    options = _options(settings, system, encoding, columns, values)
    _load(settings, "pings", lambda database: load_pings(database, file, options), json)


@load_app.command()
def ground(
    file: Drawing,
    system: System = "",
    encoding: Encoding = "",
    columns: Map = None,
    values: Set = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """The ground of the map, streets, railways, water, green: class, kind, name."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    options = _options(settings, system, encoding, columns, values)
    _load(settings, "ground", lambda database: load_ground(database, file, options), json)


@load_app.command()
def categories(
    file: Text,
    replace: Replace = False,
    encoding: Encoding = "",
    columns: Map = None,
    values: Set = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """An event catalogue, a tree: id, parent, name_zh, name_en, due, unit, public_place, workflow."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    options = _options(settings, "", encoding, columns, values)
    _load(settings, "categories", lambda database: load_categories(database, file, options, replace=replace), json)


@load_app.command()
def rules(
    file: Text,
    network: Network = "base",
    replace: Replace = False,
    encoding: Encoding = "",
    columns: Map = None,
    values: Set = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Routing rules: rule; category, area_code, kind, days, weekdays, from, to, shift; role, department or person."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    options = _options(settings, "", encoding, columns, values)

    def load(database: Database) -> Loaded:
        return load_rules(database, file, options, network=network, replace=replace)

    _load(settings, "rules", load, json)


@load_app.command()
def rosters(
    file: Text,
    network: Network = "base",
    encoding: Encoding = "",
    columns: Map = None,
    values: Set = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """On which days which post works which shift: area_code, role, person, shift, from, to, every_days, weekdays."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    options = _options(settings, "", encoding, columns, values)
    _load(settings, "rosters", lambda database: load_rosters(database, file, options, network=network), json)


@load_app.command()
def holidays(
    file: Text,
    encoding: Encoding = "",
    columns: Map = None,
    values: Set = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """The district's own days off and make-up working days: date, working, name."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    options = _options(settings, "", encoding, columns, values)
    _load(settings, "holidays", lambda database: load_holidays(database, file, options), json)


@load_app.command()
def workflow(file: Template, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """A template of steps: who may take each, what it needs, whether it stops the clocks (docs/tickets.md)."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database:
        name = load_workflow(database, file)
    show({"workflow": name}, f"workflow {name} is in force", as_json=json)


def _load(settings: Settings, what: str, load: Callable[[Database], Loaded], as_json: bool) -> None:
    with owner_database(settings) as database:
        done = load(database)
    for note in done.notes:
        say(f"  {note}")
    line = f"{what}: {done.loaded} loaded, {done.changed} changed, {done.skipped} there before"
    show(asdict(done), line, as_json=as_json)


def _options(
    settings: Settings, system: str, encoding: str, columns: list[str] | None, values: list[str] | None
) -> ReadOptions:
    return ReadOptions(system, encoding, _pairs("--map", columns), _pairs("--set", values), settings.timezone)


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for item in given or []:
        name, equals, value = item.partition("=")
        if not (name and equals and value) or name in pairs:
            raise Refused(Fault(option, f"{item!r} is not COLUMN=..., or names its column twice", "as category=hazard"))
        pairs[name] = value
    return pairs
