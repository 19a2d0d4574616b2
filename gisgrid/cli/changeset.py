"""`gisgrid changeset`: open, list, check, preview, publish, undo."""

import json as jsonlib
import sys
from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from gisgrid.api.values import in_zone
from gisgrid.boundaries import changesets
from gisgrid.boundaries.reviewing import Move, Problem
from gisgrid.cli.context import DataDir, DbPort, Json, owner_database, read_time, show
from gisgrid.database import EVERYTHING
from gisgrid.settings import read_settings

changeset_app = typer.Typer(help="Boundaries that are not live yet: open, check, preview, publish, undo.")
ROWS_SHOWN = 200
Id = Annotated[int, typer.Argument(metavar="ID", min=1, help="Number of the change set.")]


@changeset_app.command("open")
def open_changeset(
    area: Annotated[str, typer.Option(help="Code of the area whose grids may be redrawn. Default: all.")] = "",
    network: Annotated[str, typer.Option("--network", help="Which network of areas.")] = "base",
    title: Annotated[str, typer.Option(help="What it is for.")] = "",
    valid_from: Annotated[str | None, typer.Option(help="From when on it applies. Default: its publishing.")] = None,
    policy: Annotated[str, typer.Option(help="Open tickets on ground that changes hands: move or stay.")] = "move",
    ground: Annotated[str, typer.Option(help="May the ground covered change? keep, gain or any.")] = "keep",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Open a change set: a draft with the live grids of an area, to be drawn in QGIS."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    at = read_time("--valid-from", valid_from, settings)
    order = changesets.ChangesetOrder(area, network, title, at, policy, ground)
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        opened = in_zone(changesets.open_changeset(connection, order), settings.timezone)
    show(opened, f"change set {opened['changeset_id']} is open on {area or 'network ' + network}", as_json=json)


@changeset_app.command("list")
def list_changesets(
    status: Annotated[str, typer.Option(help="Only open, published or discarded ones.")] = "",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Which change sets are there? The newest first."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        found = in_zone(changesets.list_changesets(connection, status), settings.timezone)
    head = ("id", "state", "area", "network", "valid from", "changed", "errors", "title")
    keys = ("changeset_id", "state", "area_code", "network", "valid_from", "changed", "errors", "title")
    _print(found, head, [[_word(row[key]) for key in keys] for row in found], "no change set", json=json)


@changeset_app.command("check")
def check(changeset_id: Id, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """What is wrong with this draft? Ends with 1 where something stands against publishing it."""
    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            problems = changesets.check(connection, changeset_id)
    head = ("severity", "code", "problem", "place", "remedy")
    rows = [
        [p.severity, p.fault.field, f"{p.message_zh}\n{p.message}", _place(p), f"{p.remedy_zh}\n{p.remedy}"]
        for p in problems
    ]
    _print([asdict(p) for p in problems], head, rows, "nothing is wrong with it", json=json)
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)


@changeset_app.command("preview")
def preview(changeset_id: Id, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """What would publishing move: tickets, cameras, places, devices, posts, special grids, from which code to which?"""
    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            moves = changesets.preview(connection, changeset_id)
    rows = [[m.what, m.id, _word(m.from_code), _word(m.to_code)] for m in moves]
    result = [{**asdict(m), "arrow": jsonlib.loads(m.arrow)} for m in moves]
    _print(result, ("what", "id", "from", "to"), rows, "nothing would move", json=json)
    if moves and not json:
        sys.stderr.write(_counted(moves) + "\n")


@changeset_app.command("publish")
def publish(
    changeset_id: Id,
    at: Annotated[str | None, typer.Option(help="From when on. A date to come waits for the worker of `up`.")] = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Make it live: refused with every problem, or all of it, and open tickets follow."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database:
        done = changesets.publish_changeset(database, changeset_id, valid_from=read_time("--at", at, settings))
    done = in_zone(done, settings.timezone)
    show(done, _summary(done), as_json=json)


@changeset_app.command("undo")
def undo(changeset_id: Id, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Put back what a published change set altered, by publishing another one."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database:
        done = in_zone(changesets.undo_changeset(database, changeset_id), settings.timezone)
    show(done, f"undone: {_summary(done)}", as_json=json)


@changeset_app.command("discard")
def discard(changeset_id: Id, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """End a change set that is not live, also one that waits for its date."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        done = in_zone(changesets.discard_changeset(connection, changeset_id), settings.timezone)
    show(done, f"change set {changeset_id} is discarded", as_json=json)


def _summary(done: dict[str, Any]) -> str:
    number = done["changeset_id"]
    if done["state"] == "waiting":
        return f"change set {number} waits for {done['valid_from']}"
    did = done["summary"]
    return (
        f"change set {number} is live: {did['grids']} grids new or changed, {did['ended']} ended,"
        f" {did['above']} areas above follow, {did.get('tickets_moved', 0)} open tickets moved"
    )


def _counted(moves: list[Move]) -> str:
    counts = Counter(move.what for move in moves)
    return ", ".join(f"{count} {what}{'s' if count > 1 else ''}" for what, count in sorted(counts.items()))


def _place(problem: Problem) -> str:
    return "" if problem.lon is None else f"{problem.lon:.6f}, {problem.lat:.6f}"


def _word(value: Any) -> str:
    return "" if value is None else str(value)


def _print(result: Any, head: tuple[str, ...], rows: list[list[str]], nothing: str, *, json: bool) -> None:
    """A table for people, as wide as it needs to be where nobody looks; long ones say what they leave out."""
    if json or not rows:
        show(result, nothing, as_json=json)
        return
    table = Table(*head, box=None, header_style="bold")
    for row in rows[:ROWS_SHOWN]:
        table.add_row(*row)
    console = Console() if sys.stdout.isatty() else Console(width=250, no_color=True)
    console.print(table)
    if len(rows) > ROWS_SHOWN:
        sys.stderr.write(f"{len(rows) - ROWS_SHOWN} more; --json has them all\n")
