"""`gisgrid erase`: forget a reporter who asks for it."""

from typing import Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, owner_database, show
from gisgrid.errors import Fault, NotFound, Refused
from gisgrid.settings import read_settings


def erase(
    number: Annotated[str, typer.Argument(metavar="[NUMBER]", help="The number of a ticket.")] = "",
    contact: Annotated[str, typer.Option(help="A telephone number or mailbox: all tickets that have it.")] = "",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Forget a reporter: name, number, photos, and both in all words of the ticket. The ticket stays."""
    from gisgrid.database import EVERYTHING
    from gisgrid.tickets.housekeeping import erase_by_wish

    if bool(number) == bool(contact):
        raise Refused(Fault("erase", "whose reporter?", "the number of a ticket, or --contact with a telephone number"))
    with owner_database(read_settings(data_dir=data_dir, db_port=db_port)) as database:
        with database.transaction(EVERYTHING) as connection:
            found = erase_by_wish(connection, number, contact)
    if not found:
        raise NotFound(Fault("erase", "this ticket is not known, or its reporter is forgotten already", "check it"))
    show({"erased": found}, "\n".join(found), as_json=json)
