"""Models of answers get a ticket's fields from the one list of them, in its order."""

from collections.abc import Callable, Mapping
from copy import copy
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, create_model

from gisgrid import ticket_fields
from gisgrid.ticket_fields import Kind, shown_at

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="ISO 8601 with offset")]
Share = Annotated[float, Field(ge=0, le=1)]
KINDS: Mapping[Kind, Any] = {
    "text": str,
    "words": str,
    "instant": Instant,
    "number": float,
    "share": Share,
    "small": int,
    "id": int,
    "flag": bool,
}
Model = TypeVar("Model", bound=BaseModel)


def unless_hidden(what: str) -> Any:
    """A key that is absent where the caller may not see it."""
    return Field(default_factory=lambda: None, description=f"{what}; absent for callers who may not see it")


def with_fields(group: str = "") -> Callable[[type[Model]], type[Model]]:
    """A class decorator: the model with the fields that the API shows in this object of a ticket ("": the ticket).

    A nested object that the class declares keeps its type, and is placed where its first field would be.
    """

    def fill(model: type[Model]) -> type[Model]:
        found: dict[str, Any] = {}
        prefix = f"{group}." if group else ""
        for name, field in shown_at("list"):
            head, _, within = name.removeprefix(prefix).partition(".")
            if not name.startswith(prefix) or head in found:
                continue
            declared = model.model_fields.get(head)
            if declared is not None:
                found[head] = (declared.annotation, copy(declared))
            elif within:
                raise TypeError(f"{model.__name__} declares no object {head!r}, which {name!r} lies in")
            else:
                found[head] = _type_of(field, is_top=not group)
        return create_model(
            model.__name__, __base__=model.__mro__[1], __doc__=model.__doc__, __module__=model.__module__, **found
        )

    return fill


def _type_of(field: ticket_fields.Field, *, is_top: bool) -> tuple[Any, Any]:
    kind = KINDS[field.kind]
    value = kind | None if field.is_optional else kind
    if field.is_private and is_top:
        return value, unless_hidden(field.note)
    return value, Field(description=field.note) if field.note else Field()
