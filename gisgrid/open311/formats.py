"""Answers in the standard's two forms: XML without attributes or namespaces, and JSON mapped from it (Spark)."""

import json
import re
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any, Literal, cast
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from gisgrid.instants import write_instant
from gisgrid.open311.faults import Fault311

Format = Literal["xml", "json"]
MEDIA = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "service_requests": "request",
    "errors": "error",
}
"""The element of each list; in JSON the list has no element around it."""
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def format_of(request: Request) -> Format:
    """Which form does the address ask for, by its extension? Raises Fault311 (404) for any other."""
    extension = request.url.path.rpartition(".")[2]
    if extension not in MEDIA:
        raise Fault311(404, "there is .xml and .json only")
    return cast(Format, extension)


def render(kind: Format, root: str, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer: `value` is the content of the root: a list, a dataclass or an object."""
    if kind == "json":
        body = json.dumps(value, ensure_ascii=False, default=vars)
    else:
        body = '<?xml version="1.0" encoding="utf-8"?>\n' + _element(root, value) + "\n"
    return Response(body.encode("utf-8", "replace"), status, headers, MEDIA[kind])


def _element(name: str, value: Any) -> str:
    if is_dataclass(value):
        value = vars(value)
    if isinstance(value, list):
        inner = "".join(_element(ITEMS[name], item) for item in value)
    elif isinstance(value, dict):
        inner = "".join(_element(key, item) for key, item in value.items())
    else:
        inner = escape(NOT_XML.sub("\ufffd", _text(value)))
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def w3c(instant: datetime | None, zone: ZoneInfo) -> str | None:
    """A time as the standard writes it: to the second, with the offset of the district."""
    return None if instant is None else write_instant(instant, zone, to="seconds")
