"""`gisgrid group`: which groups of the city's own provider of sign-ins have which role here."""

from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, owner_database, show
from gisgrid.settings import read_settings

group_app = typer.Typer(help="Groups of the city's provider of sign-ins, and their roles.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="GROUP", help="As the provider names it.")]


@group_app.command("add")
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="The role of everybody in the group.")],
    area: Annotated[str, typer.Option(help="Code of the area that the role is for.")] = "",
    department: Annotated[str, typer.Option(help="The department, for a role that works in one.")] = "",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Give a group a role, or another one. Who is in it has to sign in again."""
    from gisgrid.database import EVERYTHING
    from gisgrid.openid import set_group

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            set_group(connection, name, role, area, department)
    show({"group": name, "role": role}, f"{name}\t{role}\t{area or department}", as_json=json)


@group_app.command("list")
def list_all(data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """The groups in the order in which they count: role, area or department, how many accounts came by each."""
    from gisgrid.database import EVERYTHING
    from gisgrid.openid import list_groups

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            found = list_groups(connection)
    lines = [f"{one.group_name}\t{one.role}\t{one.area or one.department or ''}\t{one.accounts}" for one in found]
    show(found, "\n".join(lines) or "no group has a role here", as_json=json)


@group_app.command("remove")
def remove(name: Name, data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """A group has no role here any more: who came by it is out at once."""
    from gisgrid.access import end_login
    from gisgrid.database import EVERYTHING
    from gisgrid.openid import remove_group

    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            gone = remove_group(connection, name)
        with database.transaction() as connection:
            for account in gone:
                end_login(connection, account)
    show({"group": name, "out": gone}, "\n".join([f"{name}: removed", *(f"{one}: off" for one in gone)]), as_json=json)
