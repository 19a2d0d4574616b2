"""On which ways reports come: a value list, and who may say which."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from gisgrid.access import Caller
from gisgrid.errors import Fault, Refused


@dataclass(frozen=True)
class Source:
    """A way on which reports come; `said_by`: anybody, signed_in or nobody may say so in a report."""

    id: str
    name_zh: str
    name_en: str
    said_by: str


def list_sources(connection: Connection) -> list[Source]:
    """Which ways are there? In their order."""
    rows = connection.execute(text("SELECT source AS id, name_zh, name_en, said_by FROM work.source ORDER BY position"))
    return [Source(**row._mapping) for row in rows]


def check_source(connection: Connection, source: str, caller: Caller) -> None:
    """May whoever asks say that a report came this way? Raises Refused, naming those that may be said."""
    if source == "app":
        return
    allowed = ["anybody", "signed_in"] if caller.signed_in else ["anybody"]
    known = connection.execute(
        text("SELECT source, name_zh FROM work.source WHERE said_by = ANY(:allowed) ORDER BY position"),
        {"allowed": allowed},
    ).all()
    if source not in {row.source for row in known}:
        shown = ", ".join(f"{row.source} ({row.name_zh})" for row in known)
        raise Refused(Fault("source", f"{source[:40]!r} cannot be said here", f"one of {shown}"))
