"""What everybody can know of a ticket near him, and say of it: I see that, too; and what staff write for everybody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gisgrid.access import Caller
from gisgrid.database import asking
from gisgrid.geo import LonLat
from gisgrid.ticket_fields import Facts


@dataclass(frozen=True)
class NearTicket:
    """An open ticket near a point, by its public point; `words` are what staff wrote for everybody, None: nothing."""

    number: str
    category: str
    workflow: str
    step: str
    received_at: datetime
    due_at: datetime
    lon: float
    lat: float
    distance_m: float
    followers: int
    words: str | None


def list_near(connection: Connection, point: LonLat, network: str, *, within_m: float, most: int) -> list[NearTicket]:
    """Which open tickets with a public point lie within so many metres? The nearest first; `point` is WGS 84."""
    rows = connection.execute(
        text("SELECT * FROM app.tickets_near(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :network, :within_m, :most)"),
        {"lon": point.lon, "lat": point.lat, "network": network, "within_m": within_m, "most": most},
    )
    return [NearTicket(**row._mapping) for row in rows]


def follow(connection: Connection, number: str, follower: str, *, is_on: bool) -> int:
    """Somebody sees the same thing, or takes that back: how many see it now? The same follower counts once.

    Raises NotFound, Conflict for a closed ticket or one whose place is not public.
    """
    with asking(connection):
        found: int = connection.execute(
            text("SELECT app.follow_ticket(:number, :follower, :is_on)"),
            {"number": number, "follower": follower, "is_on": is_on},
        ).scalar_one()
    return found


def write_public_words(connection: Connection, number: str, words: str | None, caller: Caller) -> None:
    """Staff write about a ticket for everybody; None: nothing any more. The connection's scope must be the caller's.

    Raises NotFound, NotAllowed.
    """
    with asking(connection):
        connection.execute(
            text("SELECT app.write_public_words(:number, :words, :actor, :role)"),
            {"number": number, "words": words, "actor": caller.name, "role": caller.role},
        )


def read_public_side(connection: Connection, ticket_id: int) -> Facts:
    """How many people see the same thing, and what staff wrote for everybody."""
    row = connection.execute(
        text(
            "SELECT (SELECT count(*) FROM work.follower AS f WHERE f.ticket_id = :id) AS followers,"
            " (SELECT w.words FROM work.public_words AS w WHERE w.ticket_id = :id) AS public_words"
        ),
        {"id": ticket_id},
    ).one()
    return dict(row._mapping)
