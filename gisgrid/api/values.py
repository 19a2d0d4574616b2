"""Values of requests, strict: text that can be stored, finite numbers, times with a zone."""

import re
from typing import Annotated, TypeVar, get_args
from zoneinfo import ZoneInfo

from fastapi import Response
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from gisgrid.errors import Fault, Refused
from gisgrid.geo import BBox
from gisgrid.instants import in_zone as in_zone
from gisgrid.layers import Json
from gisgrid.times import read_instant as read_instant
from gisgrid.times import read_span as read_span

UNTIL = "Received before then; a date: through that day"

_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def _storable(value: str) -> str:
    if _NOT_STORABLE.search(value):
        raise ValueError("the text has a character that cannot be stored (NUL, half of a surrogate pair)")
    return value


PlainText = Annotated[str, StringConstraints(strict=True, max_length=200), AfterValidator(_storable)]
LongText = Annotated[str, StringConstraints(strict=True, max_length=10_000), AfterValidator(_storable)]
Coordinate = Annotated[float, Field(strict=True, allow_inf_nan=False)]
QueryNumber = Annotated[float, Field(allow_inf_nan=False)]
Accuracy = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=100_000)]
QueryAccuracy = Annotated[float, Field(allow_inf_nan=False, ge=0, le=100_000)]


def read_bbox(value: str | None) -> BBox | None:
    """The box of this text: west,south,east,north in degrees. Raises Refused."""
    if not value:
        return None
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError as error:
        raise Refused(Fault("bbox", f"{value[:60]!r} is not a box", "west,south,east,north in degrees")) from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Refused(Fault("bbox", "its sides are out of order or range", "west,south,east,north in degrees"))
    return BBox(west, south, east, north)


Model = TypeVar("Model", bound=BaseModel)


def tell(kind: type[Model], facts: object, zone: ZoneInfo) -> Model:
    """These facts (a dataclass, or a dict) as an answer of this kind, with every instant in the district's zone."""
    return kind.model_validate(in_zone(facts, zone))


def write(kind: type[BaseModel], facts: Json, rows: str, zone: ZoneInfo) -> Response:
    """These facts as a long answer of this kind, whose field `rows` is a list of models, each checked by itself.

    The JSON is made in the thread of who calls, where FastAPI would make it on the loop that serves everybody; and one
    row after the other, because nothing else runs in this process while pydantic is in one call.
    """
    (row,) = get_args(kind.model_fields[rows].annotation)
    each = ",".join(_json(tell(row, one, zone)) for one in facts[rows])
    head = _json(tell(kind, {**facts, rows: []}, zone), exclude={rows})
    rest = "" if head == "{}" else f",{head[1:-1]}"
    return Response(f'{{"{rows}":[{each}]{rest}}}', media_type="application/json")


def send(answer: BaseModel, status: int) -> Response:
    """An answer that is made already, as JSON: FastAPI would check it once more, on the loop that serves everybody."""
    return Response(_json(answer), status, media_type="application/json")


def _json(answer: BaseModel, exclude: set[str] | None = None) -> str:
    return answer.model_dump_json(exclude_unset=True, by_alias=True, exclude=exclude)
