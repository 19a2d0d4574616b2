"""Tables for people in a terminal; programs take --json."""

import sys
from collections.abc import Sequence

ROWS_SHOWN = 200


def print_rows(head: Sequence[str], rows: Sequence[Sequence[str]], *, shown: int = ROWS_SHOWN) -> None:
    """A table on stdout; wider off a terminal. A long table says on stderr how many rows it leaves out."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*head, box=None, header_style="bold")
    for row in rows[:shown]:
        table.add_row(*row)
    console = Console() if sys.stdout.isatty() else Console(width=250, no_color=True)
    console.print(table)
    if len(rows) > shown:
        sys.stderr.write(f"{len(rows) - shown} more; --json has them all\n")
