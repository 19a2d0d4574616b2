"""`gisgrid notice`: targets of notices, notices that have not arrived, sending."""

import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, Network, deployed_cluster, owner_database, say, say_cell, show
from gisgrid.cli.tables import print_rows
from gisgrid.settings import read_settings

if TYPE_CHECKING:
    from gisgrid.notices import targets
    from gisgrid.notices.sender import Sender

notice_app = typer.Typer(help="Notices: their targets, what has not arrived, sending.", no_args_is_help=True)
target_app = typer.Typer(help="Targets of notices.", no_args_is_help=True)
notice_app.add_typer(target_app, name="target")
Name = Annotated[str, typer.Argument(metavar="NAME", help="2 to 40 of a-z 0-9 _ . -, a letter first.")]


@target_app.command("add")
def add(
    name: Name,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="A URL, or mailboxes separated by commas.")],
    kind: Annotated[str, typer.Option(help="webhook, dingtalk, wecom or email.")] = "webhook",
    secret: Annotated[str, typer.Option(help="What it is signed with; - reads it from standard input.")] = "",
    topic: Annotated[list[str] | None, typer.Option(help="Only this topic, as ticket.step or ticket.*.")] = None,
    area: Annotated[str, typer.Option(help="Only tickets of this area's subtree.")] = "",
    network: Network = "base",
    category: Annotated[str, typer.Option(help="Only this category and those below it.")] = "",
    words: Annotated[bool, typer.Option("--words", help="Trust it with the words of that area's tickets.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Its host may be in a private network.")
    ] = False,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Add a target of notices. The secret of a webhook is made and printed now."""
    from gisgrid.notices import targets

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    if secret == "-":  # noqa: S105  # a dash
        secret = sys.stdin.readline().strip()
    order = targets.TargetOrder(
        name, kind, address, secret, tuple(topic or ()), area, network, category, words, allow_private
    )
    with owner_database(settings) as database, database.transaction() as connection:
        made = targets.add_target(connection, order, may_be_http=settings.webhook_http)
    show({"name": name, "secret": made}, f"{name}\t{made or ''}".rstrip(), as_json=json)


@target_app.command("list")
def list_targets(data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """The targets of notices: how many notices wait or are parked, and the last failure."""
    from gisgrid.notices import targets

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction() as connection:
            found = targets.list_targets(connection)
    keys = (
        "name",
        "kind",
        "address",
        "area",
        "category",
        "waiting",
        "oldest",
        "parked",
        "delivered",
        "failures",
        "said",
    )
    _print(found, keys, "there are no targets", json=json)


@target_app.command("remove")
def remove(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Remove a target; notices that wait for it are dropped."""
    from gisgrid.notices import targets

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction() as connection:
            left = targets.remove_target(connection, name)
    show({"name": name, "dropped": left}, f"{name} is told no more; {left} notices dropped", as_json=json)


@notice_app.command("list")
def list_notices(
    target: Annotated[str, typer.Option(help="Only for this target.")] = "",
    parked: Annotated[bool, typer.Option("--parked", help="Only those that are no longer tried.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 200,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Notices that have not arrived, the oldest first, and why."""
    from gisgrid.notices import targets

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction() as connection:
            found = targets.list_undelivered(connection, target, parked_only=parked, limit=limit)
    keys = ("target", "number", "topic", "state", "since", "attempts", "next_at", "said")
    _print(found, keys, "everything has arrived", json=json)


@notice_app.command("retry")
def retry(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Try all notices again that have not reached a target, parked ones too."""
    from gisgrid.notices import targets

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction() as connection:
            again = targets.retry(connection, name)
    show({"name": name, "again": again}, f"{again} notices for {name} are tried again", as_json=json)


@notice_app.command("send")
def send(
    once: Annotated[bool, typer.Option("--once", help="Try what is due now, then end.")] = False,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Send notices, beside or instead of `up`: until Ctrl-C, or once."""
    from gisgrid.notices.sender import Sender, open_database

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with deployed_cluster(settings) as cluster, closing(open_database(cluster.owner_url, settings)) as database:
        sender = Sender(database, settings)
        if once:
            sender.send_once()
        else:
            _until_stopped(sender)
    done = {outcome: sender.outcomes[outcome] for outcome in ("delivered", "waiting", "parked")}
    show(done, ", ".join(f"{count} {outcome}" for outcome, count in done.items()), as_json=json)


def _until_stopped(sender: "Sender") -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    sender.start()
    say("sending; Ctrl-C stops it")
    stop.wait()
    sender.stop()


def _print(
    found: "Sequence[targets.Target | targets.Undelivered]", keys: tuple[str, ...], nothing: str, *, json: bool
) -> None:
    if json or not found:
        show(found, nothing, as_json=json)
        return
    rows = [[say_cell(getattr(row, key)) for key in keys] for row in found]
    print_rows([key.replace("_", " ") for key in keys], rows, shown=len(rows))
