"""What a reporter does by number and secret: read his report, answer staff, rate; and what staff write to him."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gisgrid.access import Caller, ticket_secret
from gisgrid.database import asking
from gisgrid.errors import Fault, NotFound
from gisgrid.ticket_fields import Facts, shown_at

_NOT_TOLD = {name for name, _ in shown_at("notice")} - {name for name, _ in shown_at("reporter")}
"""Facts of `app.track_report`, which starts from a notice's facts, that the reporter does not get."""


@dataclass(frozen=True)
class Rating:
    """The reporter's rating of the finished work: 1 bad to 5 good."""

    rater: str
    score: int
    words: str | None
    rated_at: datetime


def check_secret(connection: Connection, number: str, secret: str) -> None:
    """Is this the secret of that report? Raises NotFound: the same for a wrong secret and for an unknown number.

    Compared in constant time, also for an unknown number.
    """
    row = connection.execute(
        text(
            "SELECT k.key, EXISTS (SELECT FROM work.ticket AS t WHERE t.number = :number) AS is_known"
            " FROM core.server_key AS k WHERE k.purpose = 'ticket'"
        ),
        {"number": number},
    ).one()
    right = ticket_secret(bytes(row.key), number)
    if not hmac.compare_digest(right.encode(), secret.encode()) or not row.is_known:
        raise NotFound(
            Fault("number", "there is no report with this number and secret", "both are on the receipt of the report")
        )


def track_report(connection: Connection, number: str) -> Facts:
    """What the reporter sees of his report; the secret was checked. Times are text, in the database's zone."""
    found: Facts = connection.execute(text("SELECT app.track_report(:number)"), {"number": number}).scalar_one()
    return {name: value for name, value in found.items() if name not in _NOT_TOLD}


def answer_staff(connection: Connection, number: str, words: str) -> None:
    """The reporter answers a question; the clocks run again. Raises Conflict if staff asked nothing."""
    with asking(connection):
        connection.execute(text("SELECT app.answer_staff(:number, :words)"), {"number": number, "words": words})


def rate_ticket(connection: Connection, number: str, score: int, words: str | None) -> None:
    """The reporter rates the work; in feedback this closes the ticket. Raises Conflict: not yet, again, too late."""
    with asking(connection):
        connection.execute(
            text("SELECT app.rate_ticket(:number, :score, :words)"), {"number": number, "score": score, "words": words}
        )


def reopen_report(connection: Connection, number: str, words: str) -> None:
    """The reporter says that a closed report is not done. Raises Conflict: still open, too late, a duplicate."""
    with asking(connection):
        connection.execute(text("SELECT app.reopen_report(:number, :words)"), {"number": number, "words": words})


def tell_reporter(connection: Connection, number: str, words: str, caller: Caller) -> None:
    """Staff write to the reporter. The connection's scope must be the caller's. Raises NotFound, NotAllowed."""
    with asking(connection):
        connection.execute(
            text("SELECT app.tell_reporter(:number, :words, :actor, :role)"),
            {"number": number, "words": words, "actor": caller.name, "role": caller.role},
        )


def find_rating(connection: Connection, ticket_id: int) -> Rating | None:
    """The reporter's rating of a ticket, if the connection's scope shows it."""
    row = connection.execute(
        text("SELECT rater, score, words, rated_at FROM work.rating WHERE ticket_id = :id AND rater = 'reporter'"),
        {"id": ticket_id},
    ).one_or_none()
    return None if row is None else Rating(**row._mapping)
