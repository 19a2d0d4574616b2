"""What a measurement says: a table for people, JSON for programs, a part of a page."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cli.context import show

if TYPE_CHECKING:
    from rich.table import Table

Write = Annotated[
    Path | None,
    typer.Option("--write", help="Renew this measurement's part of a Markdown page, e.g. docs/performance.md."),
]
PeersFolder = Annotated[
    Path | None,
    typer.Option("--peers", help="Where other programs to compare with are installed; docs/performance.md says how."),
]


BESIDE = 6
"""So many rows have room beside each other on a screen."""


@dataclass(frozen=True)
class Noted:
    """Which measurement it is, for which page, and the load when it began."""

    name: str
    page: Path | None
    load: float = field(default_factory=lambda: os.getloadavg()[0])


def answer(found: Sequence[Any], noted: Noted, versions: str, *, json: bool) -> None:
    """Print the result, and write it to the page if one was named."""
    from rich.console import Console

    from gisgrid.bench.pages import Setting, write_page

    if noted.page:
        setting = Setting(_command(), versions, (noted.load, os.getloadavg()[0]))
        write_page(noted.page, noted.name, found, setting)
    if json:
        show(found, "", as_json=True)
        return
    Console(width=250, no_color=True).print(_table(found))


def _table(found: Sequence[Any]) -> "Table":
    """A column for each row of a few; of many, a line for each."""
    from rich.table import Table

    names = [each.name for each in fields(found[0])]
    cells = [[_cell(getattr(cost, name)) for name in names] for cost in found]
    lines = [names, *cells] if len(found) > BESIDE else [list(line) for line in zip(names, *cells, strict=True)]
    table = Table(*("" for _ in lines[0]), box=None, show_header=False)
    for line in lines:
        table.add_row(*line)
    return table


def _command() -> str:
    """The command as it was given, without what says where things lie here."""
    words, said = iter(sys.argv[1:]), []
    for word in words:
        if word in ("--write", "--peers", "--data-dir", "--db-port"):
            next(words, "")
        elif not word.startswith(("--write=", "--peers=", "--data-dir=", "--db-port=", "--json")):
            said.append(word)
    return " ".join(["gisgrid", *said])


def _cell(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
