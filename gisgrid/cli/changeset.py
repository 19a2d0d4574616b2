"""`gisgrid changeset`: open, list, check, resolve, preview, publish, undo."""

import json as jsonlib
import sys
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, Network, owner_database, read_time, show
from gisgrid.cli.tables import print_rows
from gisgrid.instants import in_zone, write_instant
from gisgrid.settings import read_settings

if TYPE_CHECKING:
    from gisgrid.boundaries import changesets
    from gisgrid.boundaries.reviewing import Move, Problem

changeset_app = typer.Typer(help="Boundaries that are not live yet: open, check, preview, publish, undo.")
Id = Annotated[int, typer.Argument(metavar="ID", min=1, help="Number of the change set.")]


@changeset_app.command("open")
def open_changeset(
    area: Annotated[str, typer.Option(help="Code of the area whose grids may be redrawn. Default: all.")] = "",
    together_with: Annotated[
        list[str] | None, typer.Option("--with", help="A further area, for a change set of several; may be repeated.")
    ] = None,
    network: Network = "base",
    title: Annotated[str, typer.Option(help="What it is for.")] = "",
    valid_from: Annotated[str | None, typer.Option(help="From when on it applies. Default: its publishing.")] = None,
    policy: Annotated[str, typer.Option(help="Open tickets on ground that changes hands: move or stay.")] = "move",
    ground: Annotated[str, typer.Option(help="May the ground covered change? keep, gain or any.")] = "keep",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Open a change set: a draft with the live grids of an area, to be drawn in QGIS."""
    from gisgrid.boundaries import changesets
    from gisgrid.database import EVERYTHING

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    at = read_time("--valid-from", valid_from, settings)
    order = changesets.ChangesetOrder(area, network, title, at, policy, ground, tuple(together_with or ()))
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        opened = changesets.open_changeset(connection, order)
    where = ", ".join((area, *order.together_with)) if area else f"network {network}"
    said = f"change set {opened.changeset_id} is open on {where}"
    show(in_zone(opened, settings.timezone), said, as_json=json)


@changeset_app.command("list")
def list_changesets(
    status: Annotated[str, typer.Option(help="Only open, published or discarded ones.")] = "",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Which change sets are there? The newest first."""
    from gisgrid.boundaries import changesets
    from gisgrid.database import EVERYTHING

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        found = in_zone(changesets.list_changesets(connection, status), settings.timezone)
    head = ("id", "state", "area", "network", "valid from", "changed", "errors", "title")
    keys = ("changeset_id", "state", "area_code", "network", "valid_from", "changed", "errors", "title")
    _print(found, head, [[_word(row[key]) for key in keys] for row in found], "no change set", json=json)


@changeset_app.command("check")
def check(changeset_id: Id, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """What is wrong with this draft? Ends with 1 if errors forbid publishing it."""
    from gisgrid.boundaries import changesets
    from gisgrid.database import EVERYTHING

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


@changeset_app.command("resolve")
def resolve(
    changeset_id: Id,
    take: Annotated[str, typer.Option(help="mine (the draft), theirs (what is live) or both (the changes of both).")],
    code: Annotated[str, typer.Option(help="Only the conflict of this code.")] = "",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Solve conflicts of a draft with what others published meanwhile. Ends with 1 if other errors are left."""
    from gisgrid.boundaries import changesets
    from gisgrid.boundaries.reviewing import list_problems
    from gisgrid.database import EVERYTHING

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            solved = changesets.solve_conflicts(connection, changeset_id, take, code or None)
            problems = list_problems(connection, changeset_id)
    errors = sum(problem.severity == "error" for problem in problems)
    said = f"{solved} conflict{'s' if solved > 1 else ''} solved, {errors} error{'' if errors == 1 else 's'} left"
    show({"solved": solved, "errors": errors}, said, as_json=json)
    if errors:
        raise typer.Exit(1)


@changeset_app.command("preview")
def preview(changeset_id: Id, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """What would publishing relocate: tickets, cameras, places, devices, posts, special grids, from where to where?"""
    from gisgrid.boundaries import changesets
    from gisgrid.database import EVERYTHING

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
    """Make a change set live, whole, and relocate open tickets; or refuse it with every problem."""
    from gisgrid.boundaries import changesets

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database:
        done = changesets.publish_changeset(database, changeset_id, valid_from=read_time("--at", at, settings))
    show(in_zone(done, settings.timezone), _summary(done, settings.timezone), as_json=json)


@changeset_app.command("undo")
def undo(changeset_id: Id, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Restore what a published change set altered, by publishing another one."""
    from gisgrid.boundaries import changesets

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database:
        done = changesets.undo_changeset(database, changeset_id)
    show(in_zone(done, settings.timezone), f"undone: {_summary(done, settings.timezone)}", as_json=json)


@changeset_app.command("discard")
def discard(changeset_id: Id, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """End a change set that is not live, also one that waits for its date."""
    from gisgrid.boundaries import changesets
    from gisgrid.database import EVERYTHING

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        done = in_zone(changesets.discard_changeset(connection, changeset_id), settings.timezone)
    show(done, f"change set {changeset_id} is discarded", as_json=json)


def _summary(done: "changesets.Changeset", zone: ZoneInfo) -> str:
    if done.state == "waiting":
        return f"change set {done.changeset_id} waits for {write_instant(done.valid_from, zone)}"
    did = done.summary or {}
    return (
        f"change set {done.changeset_id} is live: {did['grids']} grids new or changed, {did['ended']} ended,"
        f" {did['above']} areas above follow, {did.get('tickets_moved', 0)} open tickets moved"
    )


def _counted(moves: "list[Move]") -> str:
    counts = Counter(move.what for move in moves)
    return ", ".join(f"{count} {what}{'s' if count > 1 else ''}" for what, count in sorted(counts.items()))


def _place(problem: "Problem") -> str:
    return "" if problem.lon is None else f"{problem.lon:.6f}, {problem.lat:.6f}"


def _word(value: Any) -> str:
    return "" if value is None else str(value)


def _print(result: Any, head: tuple[str, ...], rows: list[list[str]], nothing: str, *, json: bool) -> None:
    if json or not rows:
        show(result, nothing, as_json=json)
    else:
        print_rows(head, rows)
