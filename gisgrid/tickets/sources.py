"""The ways by which reports come: a value list, and who may name each."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from gisgrid.access import Caller
from gisgrid.errors import Fault, Refused


@dataclass(frozen=True)
class Source:
    """A way by which reports come; `said_by`: who may name it in a report: anybody, signed_in or nobody."""

    id: str
    name_zh: str
    name_en: str
    said_by: str


def list_sources(connection: Connection) -> list[Source]:
    """All ways by which reports come, in their order."""
    rows = connection.execute(text("SELECT source AS id, name_zh, name_en, said_by FROM work.source ORDER BY position"))
    return [Source(**row._mapping) for row in rows]


def check_source(connection: Connection, source: str, caller: Caller) -> None:
    """Check that the caller may name this source in a report. Raises Refused, naming those that he may."""
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
