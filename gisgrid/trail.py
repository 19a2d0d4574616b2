"""The audit trail: who did what, and who read whom. Most rows are left by triggers of the tables themselves."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gisgrid.ticket_fields import Facts

MOST = 1000
"""The most rows of one page."""


@dataclass(frozen=True)
class Entry:
    """A row of the trail. `who`: an account, a database login, or machine/NAME for its owner; "": a stranger."""

    audit_id: int
    at: datetime
    who: str
    what: str
    subject: str
    facts: Facts
    digest: str


@dataclass(frozen=True)
class Question:
    """Which rows? None or "" asks for all."""

    who: str | None = None
    what: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Chain:
    """The end of the trail, to be kept elsewhere; the first row that is not as it was, and why. None: it is whole."""

    audit_id: int
    digest: str
    broken_id: int | None
    why: str | None


def note_reading(connection: Connection, subject: str, numbers: Sequence[str]) -> None:
    """Note that contacts or exact private places of these tickets were read: one row; of no tickets none."""
    if numbers:
        connection.execute(
            text("SELECT app.note_reading(:subject, :numbers)"), {"subject": subject, "numbers": list(numbers)}
        )


def note_export(connection: Connection, subject: str, columns: Sequence[str]) -> None:
    """Note that a file with these columns was asked for."""
    facts = json.dumps({"columns": list(columns)})
    connection.execute(
        text("SELECT app.note_export(:subject, CAST(:facts AS jsonb))"), {"subject": subject, "facts": facts}
    )


def note_refusal(connection: Connection, door: str, status: int, *, account: str, subject: str) -> None:
    """Note a refused request; `account`: whom somebody tried to sign in as."""
    connection.execute(
        text("SELECT app.note_refusal(:account, :door, :status, :subject)"),
        {"account": account, "door": door, "status": status, "subject": subject},
    )


def seal(connection: Connection) -> int:
    """Append what waits to the chain, up to 10,000 rows; how many."""
    return int(connection.execute(text("SELECT app.seal_audit()")).scalar_one())


def list_audit(connection: Connection, question: Question, *, before: int | None = None, limit: int) -> list[Entry]:
    """Rows of the trail, the newest first, from below `before` on. Raises NotAllowed for whose role may not read it."""
    rows = connection.execute(
        text(
            "SELECT * FROM app.audit_rows(:who, :what, CAST(:since AS timestamptz), CAST(:until AS timestamptz),"
            " :before, :limit)"
        ),
        {
            "who": question.who,
            "what": question.what or None,
            "since": question.since,
            "until": question.until,
            "before": before,
            "limit": limit,
        },
    )
    return [Entry(**row._mapping) for row in rows]


def verify(connection: Connection, kept_id: int | None = None, kept_digest: str = "") -> Chain:
    """Is the trail whole, and does it lead through the end that was kept elsewhere? Some 10 s for a million rows."""
    row = connection.execute(
        text("SELECT * FROM app.verify_audit(:id, :digest)"), {"id": kept_id, "digest": kept_digest}
    ).one()
    return Chain(**row._mapping)
