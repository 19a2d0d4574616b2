"""Tickets, what they are about and who works on them, as GeoAlchemy2 sees them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Double, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from gisgrid.tables.mapping import INSTANT, geometry, table
from gisgrid.ticket_fields import Kind, columns_of

KINDS: dict[Kind, TypeEngine[Any]] = {
    "text": Text(),
    "words": Text(),
    "instant": INSTANT,
    "number": Double(),
    "share": Double(),
    "small": SmallInteger(),
    "id": BigInteger(),
    "flag": Boolean(),
}
"""How the kinds of a ticket's fields are stored."""


def _fields(name: str) -> Iterator[Column[Any]]:
    """The columns that fields of a ticket are read from."""
    return (Column(column, KINDS[kind]) for column, kind in columns_of(name))


ticket = table(
    "work.ticket",
    Column("ticket_id", BigInteger, primary_key=True),
    Column("area_id", BigInteger),
    Column("path", ARRAY(BigInteger)),
    geometry("geom", "POINT"),
    Column("parent_id", BigInteger),
    Column("duplicate_of", BigInteger),
    Column("has_public_point", Boolean),
    *_fields("ticket"),
)

ticket_private = table(
    "work.ticket_private",
    Column("ticket_id", BigInteger, primary_key=True),
    geometry("geom", "POINT"),
    *_fields("private"),
)

clock = table("work.clock", Column("ticket_id", BigInteger, primary_key=True), *_fields("clock"))

whistle = table(
    "work.whistle",
    Column("whistle_id", BigInteger, primary_key=True),
    Column("ticket_id", BigInteger),
    Column("department", Text),
    Column("note", Text),
    Column("blown_at", INSTANT),
    Column("due_at", INSTANT),
    Column("reported_in_at", INSTANT),
    Column("done_at", INSTANT),
    Column("withdrawn_at", INSTANT),
    Column("result", Text),
)

step = table(
    "work.step",
    Column("workflow", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("name_zh", Text),
    Column("name_en", Text),
)

transition = table(
    "work.transition",
    Column("workflow", Text, primary_key=True),
    Column("from_step", Text, primary_key=True),
    Column("to_step", Text, primary_key=True),
    Column("roles", ARRAY(Text)),
)

post_role = table(
    "core.post_role", Column("role", Text, primary_key=True), Column("name_zh", Text), Column("name_en", Text)
)

category = table(
    "work.category",
    Column("category", Text, primary_key=True),
    Column("parent", Text),
    Column("name_zh", Text),
    Column("name_en", Text),
    Column("workflow", Text),
    Column("due_hours", Integer),
    Column("public_place", Text),
    Column("path", ARRAY(Text)),
)
