"""Work lists: how many tickets are on each."""

from sqlalchemy import Connection, func, select

from gisgrid.tickets.filtering import PERSONAL, WORK_LISTS, TicketFilter, WorkList
from gisgrid.tickets.selecting import filtered_tables


def count_lists(connection: Connection, wanted: TicketFilter) -> dict[WorkList, int | None]:
    """How many tickets of the filter are on each work list of the caller? One pass over open tickets.

    None for a list that a stranger does not have. The connection's scope must be the caller's.
    """
    counts = (func.count().filter(wanted.is_on(name)).label(name) for name in WORK_LISTS)
    query = select(*counts).select_from(filtered_tables()).where(wanted.is_listed, wanted.condition)
    row = connection.execute(query).one()
    hidden = () if wanted.caller.signed_in else PERSONAL
    return {name: None if name in hidden else row._mapping[name] for name in WORK_LISTS}
