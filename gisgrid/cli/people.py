"""`gisgrid user`: accounts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, deployed_cluster, owner_database, say, say_cell, show
from gisgrid.cluster import Cluster
from gisgrid.errors import Fault, Refused
from gisgrid.settings import Settings, read_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.access import Account

Name = Annotated[str, typer.Argument(help="Name of the account.")]

user_app = typer.Typer(help="Accounts.", no_args_is_help=True)


@user_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="2 to 40 of a-z 0-9 _ . -, a letter first.")],
    role: Annotated[
        str,
        typer.Option(help="What the account is for; a role that there is not is answered with those that there are."),
    ],
    area: Annotated[str, typer.Option(help="Code of the area that the role is for.")] = "",
    department: Annotated[str, typer.Option(help="The department, for a role that works in one.")] = "",
    person: Annotated[str, typer.Option(help="Whose account: name or number of who holds posts.")] = "",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Make an account. Its secret is printed now and kept nowhere."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with deployed_cluster(settings) as cluster:
        secret = make_account(cluster, name, role, area, department, person=person)
    show({"name": name, "secret": secret}, f"{name}\t{secret}", as_json=json)


@user_app.command("list")
def list_all(data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """All accounts, also disabled ones: name, role, area or department, on or off, database login."""
    from gisgrid.access import list_accounts

    with _accounts(read_settings(data_dir=data_dir, db_port=db_port)) as connection:
        found = list_accounts(connection)
    show([_facts(one) for one in found], "\n".join(_line(one) for one in found), as_json=json)


@user_app.command("show")
def show_one(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """What is known of an account, except its secret, which nobody knows."""
    from gisgrid.access import get_account

    with _accounts(read_settings(data_dir=data_dir, db_port=db_port)) as connection:
        facts = _facts(get_account(connection, name))
    lines = [f"{key}\t{say_cell(value)}" for key, value in facts.items()]
    show(facts, "\n".join(lines), as_json=json)


@user_app.command()
def change(
    name: Name,
    role: Annotated[str | None, typer.Option(help="What the account is for from now on.")] = None,
    area: Annotated[str | None, typer.Option(help="Code of its area; '' for none.")] = None,
    department: Annotated[str | None, typer.Option(help="Its department; '' for none.")] = None,
    person: Annotated[str | None, typer.Option(help="Whose it is: name or number; '' for nobody.")] = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Give an account another role, area, department or person. It holds at once, also for who is signed in."""
    from gisgrid.access import change_account, get_account

    given = {"role": role, "area": area, "department": department, "person": person}
    changes = {key: value for key, value in given.items() if value is not None}
    with _accounts(read_settings(data_dir=data_dir, db_port=db_port)) as connection:
        if not changes:
            raise Refused(Fault("user change", "nothing to change", "--role, --area, --department or --person"))
        change_account(connection, name, changes)
        changed = get_account(connection, name)
    if changed.login == "needs_secret":
        say(f"  its database login has no password yet: gisgrid user secret {name}")
    show(_facts(changed), _line(changed), as_json=json)


@user_app.command()
def secret(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """A new secret, printed now and kept nowhere; the one before signs nobody in. Also for an admin who lost his."""
    from gisgrid.access import get_account, renew_secret

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    with _accounts(settings, name) as connection:
        made = renew_secret(connection, name)
        is_on = get_account(connection, name).disabled_at is None
    if not is_on:
        say(f"  the account is disabled: gisgrid user enable {name}")
    show({"name": name, "secret": made}, f"{name}\t{made}", as_json=json)


@user_app.command()
def disable(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Let an account out: sessions end, secret and database login sign nobody in. What it did stays."""
    _switch(name, False, read_settings(data_dir=data_dir, db_port=db_port), json)


@user_app.command()
def enable(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Let a disabled account in again, with the secret that it had."""
    _switch(name, True, read_settings(data_dir=data_dir, db_port=db_port), json)


@user_app.command()
def remove(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Remove an account and its database login for good. History keeps the name, and nobody else gets it."""
    from gisgrid.access import remove_account

    with _accounts(read_settings(data_dir=data_dir, db_port=db_port), name) as connection:
        remove_account(connection, name)
    show({"name": name, "removed": True}, f"{name}: removed", as_json=json)


def _switch(name: str, is_on: bool, settings: Settings, as_json: bool) -> None:
    from gisgrid.access import switch_account

    with _accounts(settings, name) as connection:
        switch_account(connection, name, is_on=is_on)
    show({"name": name, "enabled": is_on}, f"{name}: {'on' if is_on else 'off'}", as_json=as_json)


@contextmanager
def _accounts(settings: Settings, ended: str = "") -> "Iterator[Connection]":
    """A transaction of the owner of the machine; after it the database sessions of `ended`, and of no login, end."""
    from gisgrid.access import end_login
    from gisgrid.database import EVERYTHING

    with owner_database(settings) as database:
        with database.transaction(EVERYTHING) as connection:
            yield connection
        with database.transaction() as connection:
            end_login(connection, ended)


def _facts(account: "Account") -> dict[str, object]:
    return {key: value for key, value in asdict(account).items() if key != "may_change"}


def _line(account: "Account") -> str:
    where = account.area or account.department or "everywhere"
    state = "on" if account.disabled_at is None else "off"
    return "\t".join([account.name, account.role, where, account.person or "", state, f"login {account.login}"])


def make_account(
    cluster: Cluster, name: str, role: str, area: str = "", department: str = "", *, person: str = ""
) -> str:
    """Make an account and return its secret."""
    from gisgrid.access import add_account
    from gisgrid.database import EVERYTHING, OWNER, Database

    database = Database(cluster.owner_url, role=OWNER, actor=f"machine/{getuser()}")
    try:
        with database.transaction(EVERYTHING) as connection:
            return add_account(connection, name, role, area, department, person=person)
    finally:
        database.close()
