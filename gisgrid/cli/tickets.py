"""`gisgrid tickets OUT`: tickets of any filter as a file."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, For, Json, Network, owner_database, read_received, show
from gisgrid.errors import Fault, Refused
from gisgrid.settings import Settings, read_settings
from gisgrid.terms import Lang

if TYPE_CHECKING:
    from gisgrid.database import Database
    from gisgrid.tickets.filtering import TicketFilter


def tickets(
    output: Annotated[Path, typer.Argument(metavar="OUT", help="CSV, XLSX, GeoJSON or GeoPackage, by its ending.")],
    area: Annotated[str, typer.Option(help="Code of an area: its subtree.")] = "",
    category: Annotated[str, typer.Option(help="This category and those below it.")] = "",
    step: Annotated[str, typer.Option(help="In this step.")] = "",
    state: Annotated[str, typer.Option(help="open, done, due_soon, overdue, today or unplaced.")] = "",
    work_list: Annotated[str, typer.Option("--list", help="no_grid, near_edge, due_soon, overdue or reporter.")] = "",
    since: Annotated[str | None, typer.Option("--from", help="Received from then.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Received before then; a date: through that day.")] = None,
    lang: Annotated[Lang, typer.Option(help="Language of the header and of names.")] = "zh",
    public: Annotated[bool, typer.Option("--public", help="Public columns only: no words, contacts, people.")] = False,
    network: Network = "base",
    for_: For = "programs",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """Export the tickets of a filter as a file, whole or not at all."""
    from gisgrid.tickets.columns import choose_columns, read_pages
    from gisgrid.tickets.exporting import Sheet
    from gisgrid.tickets.files import write_tickets
    from gisgrid.tickets.filtering import PERSONAL, STATES, WORK_LISTS

    _check("--state", state, tuple(STATES))
    _check("--list", work_list, tuple(name for name in WORK_LISTS if name not in PERSONAL))
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    given = {"area": area, "category": category, "network": network, "from": since or "", "to": until or ""}
    with owner_database(settings) as database:
        wanted = _read(database, settings, given, step=step, state=state, work_list=work_list or None)
        columns = choose_columns(private=not public)
        written = write_tickets(
            output, read_pages(database, wanted, columns, lang), Sheet(columns, lang, settings.timezone, for_)
        )
    show({"file": str(output), "tickets": written}, f"{output}: {written} tickets", as_json=json)


def _read(database: "Database", settings: Settings, given: dict[str, str], **more: object) -> "TicketFilter":
    from gisgrid.access import Caller
    from gisgrid.boundaries.areas import area_id
    from gisgrid.database import EVERYTHING
    from gisgrid.networks import require_network
    from gisgrid.tickets.filtering import TicketFilter
    from gisgrid.tickets.intake import category_id

    received_from, received_to = read_received(given["from"], given["to"], settings)
    with database.transaction() as connection:
        require_network(connection, given["network"])
        return TicketFilter(
            network=given["network"],
            area_id=area_id(connection, given["area"], network=given["network"]) if given["area"] else None,
            category=category_id(connection, given["category"]) if given["category"] else "",
            caller=Caller(scope=EVERYTHING),
            due_soon=timedelta(hours=settings.due_soon_hours),
            zone=settings.zone,
            received_from=received_from,
            received_to=received_to,
            **more,  # type: ignore[arg-type]
        )


def _check(option: str, value: str, known: tuple[str, ...]) -> None:
    if value and value not in known:
        raise Refused(Fault(option, f"{value!r} is not known here", f"one of {', '.join(filter(None, known))}"))
