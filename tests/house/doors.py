"""What each door really shows of a ticket, beside what the list of fields says that it shows."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from gisgrid.api import answers, tracking
from gisgrid.layers import all_layers
from gisgrid.loading import ReadOptions
from gisgrid.open311 import service_requests
from gisgrid.ticket_fields import DOORS, FIELDS, Door, Field, Left, shown_at
from gisgrid.tickets.columns import COLUMNS
from gisgrid.tickets.loading import ticket_columns
from tests.house.tree import CHECKOUT

Fields = tuple[Field, ...]
NO_FIELDS: Mapping[Door, dict[str, str]] = {
    "reporter": {
        "steps": "the way of its workflow, with names",
        "may": "what the reporter may do now",
        "talk": "what was said to him and by him",
        "photos": "his own",
        "rating": "his own",
        "assignee.role": "a role's id, beside its names",
        "assignee.role_en": "the name in English, beside the Chinese one",
        "assignee.title": "of the post, not of the ticket",
        "assignee.area": "of the post, not of the ticket",
        "assignee.phone": "of a person whose post is public",
    },
    "tile": {"count": "of a feature that counts several", "open": "of a feature that counts several"},
    "open311": {
        "description": "words are not public",
        "service_notice": "the standard's, empty here",
        "agency_responsible": "the name of its area, as of now",
        "address": "the standard's, empty here",
        "zipcode": "the standard's, empty here",
        "media_url": "photos are not public",
    },
}
"""What a door shows beside fields, and what that is."""


def list_names() -> set[str]:
    """In the API's list and detail."""
    return set(_flat(answers.TicketSummary))


def export_names() -> set[str]:
    """In files."""
    return {column.name for column in COLUMNS}


def notice_names() -> set[str]:
    """In notices: the keys of the function that makes their facts."""
    body = (CHECKOUT / "sql/app/notices/public_facts.sql").read_text(encoding="utf-8")
    facts = re.findall(
        r"^            '(\w+)', (.*?)(?=,\n            '|\)\n        FROM)", body, re.MULTILINE | re.DOTALL
    )
    return {
        f"{name}.{key}" if key else name
        for name, value in facts
        for key in re.findall(r"'(\w+)', \w+\.\w+", value) or [""]
    }


def reporter_names() -> set[str]:
    """On the page of a reporter who follows his report."""
    kept = {"steps", "may", "talk", "photos", "rating"}
    return set(_flat(tracking.FollowedReport, leave=kept))


def tile_names() -> set[str]:
    """In tiles."""
    return set(all_layers()["ticket"].fields)


def open311_names() -> set[str]:
    """In a service request."""
    return set(get_type_hints(service_requests.ServiceRequest))


def load_names() -> set[str]:
    """In a file of tickets that comes in."""
    return {column.name for column in ticket_columns(ReadOptions(zone=ZoneInfo("Asia/Shanghai")))}


def page_names() -> set[str]:
    """On a ticket's page in the viewer."""
    table = (CHECKOUT / "viewer/src/i18n/fields.ts").read_text(encoding="utf-8").partition("export const onPage")[2]
    return set(re.findall(r"'(\w+)'", table))


SHOWN: Mapping[Door, Callable[[], set[str]]] = {
    "list": list_names,
    "export": export_names,
    "notice": notice_names,
    "reporter": reporter_names,
    "tile": tile_names,
    "open311": open311_names,
    "load": load_names,
    "page": page_names,
}


def faults(door: Door, fields: Fields = FIELDS) -> list[str]:
    """Where do a door and the list disagree? Undecided fields, missing names, names that the list lacks."""
    undecided = [f"{door}: nobody has decided about {field.name}" for field in fields if field.decision(door) is None]
    mute = [f"{door}: no reason for {field.name}" for field in fields if _is_mute(field.decision(door))]
    shown, promised = SHOWN[door](), {name for name, _ in shown_at(door, fields)}
    beside = set(NO_FIELDS.get(door, {}))
    missing = [f"{door}: {name} is promised and not there" for name in sorted(promised - shown)]
    stray = [f"{door}: {name} is in no list" for name in sorted(shown - promised - beside)]
    gone = [f"{door}: {name} is explained and not there" for name in sorted(beside - shown)]
    return undecided + mute + missing + stray + gone


def open_faults(fields: Fields = FIELDS) -> list[str]:
    """Which private fields, or such as tell of a point, does a door show that is one and the same for everybody?"""
    doors: tuple[Door, ...] = ("notice", "tile", "open311")
    return [
        f"{door}: {name} is private"
        for door in doors
        for name, one in shown_at(door, fields)
        if one.is_private or one.tells_point
    ]


def _is_mute(decision: object) -> bool:
    return isinstance(decision, Left) and len(decision.why.split()) < 3


def _flat(model: type[BaseModel], leave: set[str] = frozenset()) -> Iterator[str]:  # type: ignore[assignment]
    for name, field in model.model_fields.items():
        within = None if name in leave else _model_of(field.annotation)
        if within is None:
            yield name
        else:
            yield from (f"{name}.{inner}" for inner in _flat(within))


def _model_of(annotation: Any) -> type[BaseModel] | None:
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


__all__ = ["DOORS", "NO_FIELDS", "SHOWN", "faults", "open_faults"]
