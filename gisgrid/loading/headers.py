"""Which header of a file holds which of our columns?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gisgrid.errors import Fault, Refused
from gisgrid.loading.cells import Reader, plain
from gisgrid.loading.sheets import ReadOptions, Sheet, no_column


@dataclass(frozen=True)
class Column:
    """A column that a file may have: its name, other names for it, how its cells are read.

    `required`: the file has it, and a value in every row; `may_be_empty`: not in every row.
    """

    name: str
    read: Reader = plain
    required: bool = False
    aliases: tuple[str, ...] = ()
    may_be_empty: bool = False


def match_headers(
    sheet: Sheet, columns: Sequence[Column], options: ReadOptions
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Our column -> the file's header, and the unread headers. Raises Refused with every fault."""
    faults = list(_wrong_options(sheet, columns, options))
    headers: dict[str, str] = {}
    for column in columns:
        if mapped := options.columns.get(column.name):
            headers[column.name] = mapped
            continue
        names = [name for name in (column.name, *column.aliases) if name in sheet.header]
        if names and names[0] != column.name and len(names) > 1:
            remedy = f"say which: --map {column.name}={names[0]}"
            faults.append(Fault(sheet.name, f"{' and '.join(names)} could both be {column.name}", remedy))
        if names and column.name in options.values:
            remedy = f"leave --set {column.name} out, or the column"
            faults.append(Fault(f"{sheet.name}, {names[0]}", f"the file says {column.name} itself", remedy))
        if names:
            headers[column.name] = names[0]
        elif column.required and column.name not in options.values:
            remedy = f"name the column that holds it: --map {column.name}=HEADER, or --set {column.name}=VALUE"
            faults.append(Fault(sheet.name, no_column(column.name), remedy))
    if faults:
        raise Refused(*faults)
    return headers, tuple(h for h in sheet.header if h and h not in headers.values())


def _wrong_options(sheet: Sheet, columns: Sequence[Column], options: ReadOptions) -> Iterable[Fault]:
    known = [column.name for column in columns]
    for option, names in (("--map", options.columns), ("--set", options.values), ("--values", options.meanings)):
        for name in names:
            if name not in known:
                yield Fault(option, no_column(f"{name!r} to fill"), f"one of {', '.join(known)}")
    for name, header in options.columns.items():
        if header not in sheet.header:
            yield Fault(
                "--map", f"{sheet.name} has no column {header!r} for {name}", f"one of {', '.join(sheet.header)}"
            )
        if name in options.values:
            yield Fault("--set", f"{name} is mapped to {header!r} and set too", "do one of the two")
