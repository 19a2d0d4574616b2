"""Work lists: how many tickets are on each."""

from sqlalchemy import Connection, text

from gisgrid.tickets.filtering import LISTED, LISTS, PERSONAL, TABLES, TicketFilter


def count_lists(connection: Connection, wanted: TicketFilter) -> dict[str, int | None]:
    """How many tickets that pass the filter are on each work list of the caller? One pass over the open ones.

    None for a list that a stranger does not have. The connection's scope must be the caller's.
    """
    counts = ", ".join(f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in LISTS.items())
    row = connection.execute(
        text(f"SELECT {counts} {TABLES} WHERE {LISTED} AND {wanted.condition}"),  # noqa: S608  # constants
        wanted.parameters,
    ).one()
    hidden = () if wanted.caller.signed_in else PERSONAL
    return {name: None if name in hidden else row._mapping[name] for name in LISTS}
