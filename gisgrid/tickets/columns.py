"""The columns of a file of tickets, in two languages, and its rows, read page by page.

No connection is held while a slow client reads the file: each page is a transaction of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, literal, select, tuple_

from gisgrid.database import Database
from gisgrid.terms import Lang
from gisgrid.ticket_fields import FIELDS, Facts, Field, shown_at
from gisgrid.tickets.filtering import TicketFilter
from gisgrid.tickets.selecting import PRIVATE, TICKET, exported_tables, tells_private, value_of
from gisgrid.trail import note_export, note_reading

PAGE = 500


@dataclass(frozen=True)
class Column:
    """A column of a file: its name for programs and for people, and the field that it shows."""

    name: str
    zh: str
    en: str
    field: Field

    @property
    def is_private(self) -> bool:
        """Is the column only for callers who may see a ticket's private row?"""
        return self.field.is_private


def order_columns(fields: tuple[Field, ...] = FIELDS) -> tuple[Column, ...]:
    """The columns of a file in their order."""
    columns = [Column(name, field.zh, field.en, field) for name, field in shown_at("export", fields)]
    for column in [one for one in columns if one.field.export_after]:
        columns.remove(column)
        names = [one.name for one in columns]
        columns.insert(names.index(column.field.export_after) + 1, column)
    return tuple(columns)


COLUMNS = order_columns()


def choose_columns(*, private: bool) -> tuple[Column, ...]:
    """The columns of the file; private columns only for a caller who may see some of their values."""
    return tuple(column for column in COLUMNS if private or not column.is_private)


def read_pages(
    database: Database, wanted: TicketFilter, columns: Sequence[Column], lang: Lang = "zh"
) -> Iterator[list[Facts]]:
    """The tickets of a filter, the newest first, in pages of at most `PAGE` rows by column name; None is unknown.

    As of `wanted.now`: later tickets are left out, and no ticket comes twice, because pages are in the order of the
    time of receipt, which never changes. The state of a ticket is read with its page. Private values of a row that the
    caller may not see are absent.
    """
    query = _query(wanted, columns, lang)
    hidden = {column.name for column in columns if column.is_private}
    after: Select[tuple[object, ...]] = query
    if hidden:
        with database.transaction(wanted.caller.scope) as connection:
            note_export(connection, "tickets", [column.name for column in columns])
    while True:
        with database.transaction(wanted.caller.scope) as connection:
            rows = connection.execute(after.limit(PAGE)).all()
            if hidden:
                note_reading(connection, "file", [row.said_number for row in rows if row.tells_private])
        yield [
            {column.name: row._mapping[column.name] for column in columns if row.is_seen or column.name not in hidden}
            for row in rows
        ]
        if len(rows) < PAGE:
            return
        last = rows[-1]
        place = tuple_(literal(last.sorted_by), literal(last.ticket_id))
        after = query.where(tuple_(TICKET.c.received_at, TICKET.c.ticket_id) < place)


def _query(wanted: TicketFilter, columns: Sequence[Column], lang: Lang) -> Select[tuple[object, ...]]:
    values = (value_of(column.field, lang, wanted.now).label(column.name) for column in columns)
    return (
        select(
            TICKET.c.ticket_id,
            TICKET.c.received_at.label("sorted_by"),
            PRIVATE.c.ticket_id.is_not(None).label("is_seen"),
            tells_private().label("tells_private"),
            TICKET.c.number.label("said_number"),
            *values,
        )
        .select_from(exported_tables(private=any(column.is_private for column in columns)))
        .where(wanted.condition, TICKET.c.received_at <= wanted.now)
        .order_by(TICKET.c.received_at.desc(), TICKET.c.ticket_id.desc())
    )
