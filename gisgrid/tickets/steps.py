"""The steps of a ticket: a workflow is data, a transition says who may take it."""

from sqlalchemy import Connection, text

from gisgrid.access import Caller
from gisgrid.errors import Conflict, Fault, NotAllowed, NotFound


def take_step(connection: Connection, number: str, step: str, note: str | None, caller: Caller) -> None:
    """Move a ticket on. The connection's scope must be the caller's.

    Raises NotFound, NotAllowed (role or area), Conflict (the step does not follow, or it is closed).
    """
    refused = connection.execute(
        text("SELECT app.take_step(:number, :step, :actor, :role, :note)"),
        {"number": number, "step": step, "actor": caller.name, "role": caller.role, "note": note},
    ).scalar()
    if refused == "unknown":
        raise NotFound(Fault("number", f"there is no ticket {number[:64]}", "check the number"))
    if refused == "not_allowed":
        raise NotAllowed(Fault("step", f"a {caller.role} may not do this here", "ask whoever is in charge of the area"))
    if refused == "no_such_step":
        raise Conflict(Fault("step", f"{step!r} does not follow now", _what_follows(connection, number)))


def _what_follows(connection: Connection, number: str) -> str:
    steps = connection.execute(
        text(
            "SELECT r.to_step FROM work.ticket AS t JOIN work.transition AS r"
            " ON r.workflow = t.workflow AND r.from_step = t.step WHERE t.number = :number AND t.closed_at IS NULL"
        ),
        {"number": number},
    ).scalars()
    return "next can be " + (", ".join(steps) or "nothing: the ticket is closed")
