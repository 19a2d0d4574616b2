"""Why the database would not change a ticket, as errors of the domain: one table for every door."""

from gisgrid.access import Caller
from gisgrid.errors import Conflict, Fault, GisgridError, NotAllowed, NotFound, Refused

_WHY: dict[str, tuple[type[GisgridError], str, str, str]] = {
    "unknown": (NotFound, "number", "there is no ticket {number}", "check the number"),
    "not_allowed": (NotAllowed, "number", "a {role} may not do this here", "ask whoever is in charge of the area"),
    "closed": (Conflict, "number", "the ticket is closed", "reopen it, or report it anew"),
    "needs_note": (Refused, "note", "this needs a note", "say why"),
    "needs_photo": (Refused, "photo", "this needs a photo of this step", "add one to the ticket first"),
    "whistles_open": (
        Conflict,
        "step",
        "departments that were called have not finished: {detail}",
        "wait for them, or let them go",
    ),
    "parts_open": (Conflict, "step", "parts of it are open: {detail}", "close them first, or part them from it"),
    "already": (Conflict, "number", "it is so already{detail_in_words}", "nothing needs to be done"),
    "no_such_category": (Refused, "category", "there is no such category", "see /api/v1/categories"),
    "no_such_post": (
        Refused,
        "post",
        "there is no such post on its grid or above",
        "one of /api/v1/tickets/{number}/assignees",
    ),
    "no_such_department": (
        Refused,
        "department",
        "nobody is in such a department{detail_in_words}",
        "one of /api/v1/tickets/{number}/assignees",
    ),
    "nobody_above": (Conflict, "number", "no centre above has anybody on duty", "hand it over to a post by name"),
    "no_such_whistle": (NotFound, "whistle", "no department was called by this", "see the ticket's whistles"),
    "no_such_parent": (Refused, "parent", "there is no such ticket to be part of", "the number of another ticket"),
    "parent_closed": (Conflict, "parent", "that ticket is closed", "reopen it first"),
    "parent_is_part": (Conflict, "parent", "that ticket is itself a part of another", "name the one of which it is"),
    "has_parts": (Conflict, "number", "it has parts of its own", "part them from it first"),
    "no_such_original": (Refused, "of", "there is no such ticket to be the same as", "the number of another ticket"),
    "original_closed": (Conflict, "of", "that ticket is closed", "reopen it first, or keep this one"),
    "no_duplicate": (Conflict, "of", "it is no duplicate", "nothing needs to be done"),
}


def refuse(refused: str | None, number: str, caller: Caller) -> None:
    """Raise what a function of the database answered, `reason` or `reason: detail`; None: it was done."""
    if refused is None:
        return
    reason, _, detail = refused.partition(": ")
    kind, field, message, remedy = _WHY[reason]
    words = {
        "number": number[:64],
        "role": caller.role,
        "detail": detail,
        "detail_in_words": f": {detail}" if detail else "",
    }
    raise kind(Fault(field, message.format(**words), remedy.format(**words)))
