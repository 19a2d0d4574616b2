"""`gisgrid figures`, `gisgrid ranking`: statistics of tickets by a key, and whose record is best."""

import csv
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cells import Program, for_excel, harmless
from gisgrid.cli.context import DataDir, DbPort, For, Json, Network, owner_database, read_received, read_time, show
from gisgrid.cli.tables import print_rows
from gisgrid.settings import Settings, read_settings
from gisgrid.terms import By, Level, Of, Order

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.statistics import Cohort, FiguresRow, Ranked

Area = Annotated[str, typer.Option("--area", help="Code of an area: its subtree. Default: the whole network.")]
From = Annotated[str | None, typer.Option("--from", help="Received from then. Default: ever.")]
To = Annotated[str | None, typer.Option("--to", help="Received before then; a date: through that day. Default: --at.")]
At = Annotated[str | None, typer.Option("--at", help="As tickets and boundaries stand then. Default: now.")]
Csv = Annotated[bool, typer.Option("--csv", help="Answer in CSV.")]
_COUNTS = ("received", "closed", "open", "overdue", "on_time", "solved_in_grid", "rated")
_RATES = ("closing_rate", "on_time_rate", "solved_in_grid_rate", "hours_to_close", "rating")
_TEXTS = ("apart", "key", "areas", "name", "role", "area", "area_name")
_RECORD = ("received", "carried", "closed", "overdue", "on_time", "closing_rate", "on_time_rate", "hours_to_close")


def figures(
    by: Annotated[By, typer.Option(help="The key of the rows.")] = "area",
    area: Area = "",
    level: Annotated[Level | None, typer.Option(help="By area: rows of this level. Default: its children.")] = None,
    category: Annotated[str, typer.Option(help="Only this category and those below it.")] = "",
    since: From = None,
    until: To = None,
    at: At = None,
    network: Network = "base",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    as_csv: Csv = False,
    for_: For = "programs",
    json: Json = False,
) -> None:
    """Of the tickets received in a time: how many are closed, open, overdue, closed in time? By a key."""
    from gisgrid.database import EVERYTHING
    from gisgrid.statistics import FiguresRow, count_by

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    times = _times(settings, since, until, at)
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        cohort = _cohort(connection, settings, times, network, area, category)
        found = count_by(connection, by, cohort, level=level or "")
    below = [FiguresRow(f"({name})", **vars(counts)) for name, counts in (("rest", found.rest), ("total", found.total))]
    _tell(found, [*found.rows, *below], _keys(by) + _COUNTS + _RATES, as_csv=as_csv, program=for_, as_json=json)


def ranking(
    of: Annotated[Of, typer.Option(help="The areas of a level, or the holders of posts.")] = "grid",
    order: Annotated[Order, typer.Option(help="What decides.")] = "closing_rate",
    area: Area = "",
    since: From = None,
    until: To = None,
    at: At = None,
    network: Network = "base",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    as_csv: Csv = False,
    for_: For = "programs",
    json: Json = False,
) -> None:
    """Whose record is best, among those of its kind? Statistics of older boundaries are carried over to today's."""
    from gisgrid.database import EVERYTHING
    from gisgrid.statistics import rank

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    times = _times(settings, since, until, at)
    with owner_database(settings) as database, database.transaction(EVERYTHING) as connection:
        rows = rank(connection, of, _cohort(connection, settings, times, network, area), order)
    names = ("apart", "rank", "areas" if of == "post" else "key", "name", *_RECORD)
    _tell({"of": of, "order": order, "rows": rows}, rows, names, as_csv=as_csv, program=for_, as_json=json)


def _keys(by: By) -> tuple[str, ...]:
    """The columns that say what a row is about; of a post also its role and its area, which may have ended."""
    return ("key", "name", "role", "area", "area_name") if by == "post" else ("key", "name")


Times = tuple[datetime | None, datetime | None, datetime]


def _times(settings: Settings, since: str | None, until: str | None, at: str | None) -> Times:
    instant = read_time("--at", at, settings) or datetime.now(settings.timezone)
    return *read_received(since, until, settings), instant


def _cohort(
    connection: "Connection", settings: Settings, times: Times, network: str, area: str, category: str = ""
) -> "Cohort":
    from gisgrid.boundaries.areas import area_id_at
    from gisgrid.networks import require_network
    from gisgrid.statistics import Cohort
    from gisgrid.tickets.intake import category_id

    require_network(connection, network)
    start, stop, at = times
    area_id = area_id_at(connection, area, network=network, at=at, as_recorded=None) if area else 0
    chosen = category_id(connection, category) if category else ""
    return Cohort(at, network, area_id, start, stop, chosen, settings.zone)


def _tell(
    answer: object,
    rows: "Sequence[FiguresRow | Ranked]",
    names: Sequence[str],
    *,
    as_csv: bool,
    program: Program,
    as_json: bool,
) -> None:
    if as_json:
        show(answer, "", as_json=True)
        return
    cells = [[_cell(getattr(row, name, None), name, plain=as_csv) for name in names] for row in rows]
    if as_csv:
        write = for_excel if program == "excel" else harmless
        sys.stdout.write("\ufeff" if program == "excel" else "")
        texts = [
            [write(cell) if name in _TEXTS else cell for name, cell in zip(names, row, strict=True)] for row in cells
        ]
        csv.writer(sys.stdout, lineterminator="\n").writerows([names, *texts])
    else:
        print_rows(names, cells)


def _cell(value: Any, name: str, *, plain: bool) -> str:
    """A number as people read it: rates in percent, fractions with two digits; in CSV as it is."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    if plain or isinstance(value, str | int):
        return str(value)
    return f"{value:.1%}" if name.endswith("_rate") else f"{value:.2f}".rstrip("0").rstrip(".")
